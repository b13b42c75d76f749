/**
 * @file tests_kernels.h
 * @brief Graded tests of exercises 4.15 and 4.16: many tensors in one launch.
 *
 * Every answer is exact: one FP32 multiply, and a flag. A part of test_lab04.c, which includes it
 * once.
 */
#ifndef LOWP_GRADER_LAB04_TESTS_KERNELS_H
#define LOWP_GRADER_LAB04_TESTS_KERNELS_H

#include "grader/lab04/beliefs.h"
#include "grader/lab04/draw.h"

enum { KERNEL_TENSORS = 5, KERNEL_MAX = 2048 };

/** A run_unscale_*() of either kernel. */
struct kernel {
    const char *name;
    void (*run)(float *grads, const size_t *offsets, size_t tensors, size_t chunk, float *found_inf,
                float inv);
};

static const struct kernel CHUNKS = {"unscale_chunks", run_unscale_chunks};
static const struct kernel VECTORISED = {"unscale_vectorised", run_unscale_vectorised};

/** Five tensors one behind the other, and what they become. */
struct kernel_case {
    size_t sizes[KERNEL_TENSORS];
    size_t chunk;
    float inv;
    float flag; /**< found_inf: before the call, and after it */
    float x[KERNEL_MAX], got[KERNEL_MAX];
    size_t n; /**< all elements */
};

/** Fills the tensors with gradients of many sizes. */
static void draw_kernel(struct kernel_case *k, uint64_t turn)
{
    k->n = 0;
    for (size_t t = 0; t < KERNEL_TENSORS; t++)
        k->n += k->sizes[t];
    for (uint64_t i = 0; i < k->n; i++)
        k->x[i] = draw_gradient(KERNEL_MAX * (turn + 1) + i);
}

static void call_kernel(struct kernel which, struct kernel_case *k)
{
    size_t offsets[KERNEL_TENSORS + 1] = {0};
    for (size_t t = 0; t < KERNEL_TENSORS; t++)
        offsets[t + 1] = offsets[t] + k->sizes[t];
    float *grads = (float *)arena_inout("gradients", k->x, sizeof *k->x, k->n);
    float *found_inf = give_floats(&k->flag, 1);
    which.run(grads, GIVE(offsets, KERNEL_TENSORS + 1), KERNEL_TENSORS, k->chunk, found_inf,
              k->inv);
    memcpy(k->got, grads, k->n * sizeof *grads);
    k->flag = *found_inf;
    arena_reset();
}

/** Where element i of all lies. */
struct place {
    size_t tensor, element; /**< of the tensor */
    size_t size;            /**< of the tensor */
    size_t from, length;    /**< the chunk: its first element, its number of elements */
};

static struct place place_of(const struct kernel_case *k, size_t i)
{
    struct place p = {0};
    for (; i >= k->sizes[p.tensor]; p.tensor++)
        i -= k->sizes[p.tensor];
    p.element = i;
    p.size = k->sizes[p.tensor];
    p.from = i / k->chunk * k->chunk;
    p.length = p.size - p.from < k->chunk ? p.size - p.from : k->chunk;
    return p;
}

/** Says why element i may have been left as it was, when all before it in its chunk were not. */
static void name_untouched(const struct kernel_case *k, size_t i)
{
    struct place p = place_of(k, i);
    size_t in_chunk = p.element - p.from;
    if (in_chunk == 0 && p.length > 3 && bits_from_f32(k->got[i + 3]) != bits_from_f32(k->x[i + 3]))
        because("the elements before a chunk's first multiple of 16 bytes were left out");
    else if (in_chunk == 0)
        because("this is the first element of a chunk: was the block's own chunk taken?");
    else if (in_chunk == 256)
        because("each thread took one element of a chunk: 256 threads must loop over longer ones");
    else if (in_chunk >= 1024 && in_chunk < 1028)
        because("each thread took one group of four: 256 threads must loop over longer chunks");
    else if (p.length - in_chunk < 4)
        because("the elements behind a chunk's last group of four were left out");
}

/** Fails at the first element that is not x * inv; at inv 1, not x bit by bit. */
static void check_elements(struct kernel which, const struct kernel_case *k, float scale)
{
    for (size_t i = 0; i < k->n; i++) {
        float x = k->x[i], got = k->got[i], want = k->inv == 1 ? x : oracle_unscaled(x, k->inv);
        if (bits_from_f32(got) == bits_from_f32(want) || (k->inv != 1 && same_f32(got, want)))
            continue;
        struct place p = place_of(k, i);
        struct unscale_cases context = {&k->x[i], scale, k->inv};
        if (k->inv == 1)
            because("at inv = 1 nothing is multiplied: even x * 1 changes the bits of some NaNs");
        else if (bits_from_f32(got) == bits_from_f32(x) && !oracle_is_finite(x))
            because("what is not finite was left as it was: it is multiplied all the same");
        else if (bits_from_f32(got) == bits_from_f32(x))
            name_untouched(k, i);
        else
            for (size_t r = sizeof UNSCALE_RULES / sizeof *UNSCALE_RULES; r-- > 0;)
                if (bits_from_f32(got) == UNSCALE_RULES[r].answer(0, &context))
                    because("%s", UNSCALE_RULES[r].belief);
        fail("%s: element %zu of the %zu of tensor %zu (chunks of %zu), inv = %s\n"
             "  x        %s\n  got      %s\n  expected %s",
             which.name, p.element, p.size, p.tensor, k->chunk, show_f32(k->inv), show_f32(x),
             show_f32(got), show_f32(want));
    }
}

/** Fails unless the flag is as wanted. `what` says what was among the gradients. */
static void check_flag(struct kernel which, const struct kernel_case *k, float start, float want,
                       const char *what)
{
    if (k->flag == want)
        return;
    if (start == 1 && k->flag == 0)
        because("the flag was cleared: that is the caller's business");
    else if (want == 1 && k->flag > 1)
        because("the bad values were counted: the flag is 1, however many there are");
    else if (want == 1 && k->flag == 0)
        because("any thread's find counts, and a block that finds nothing leaves the flag alone");
    fail("%s: found_inf was %.9g; with %s it became %.9g, expected %.9g", which.name, (double)start,
         what, (double)k->flag, (double)want);
}

/** Tensors of many sizes: all elements of each, once. */
static void check_sizes(struct kernel which, const size_t *sizes, size_t chunk, uint64_t turn)
{
    static struct kernel_case k;
    float scale = draw_scale(turn);
    memcpy(k.sizes, sizes, sizeof k.sizes);
    k.chunk = chunk;
    k.inv = oracle_inverse(scale);
    k.flag = 0;
    draw_kernel(&k, turn);
    call_kernel(which, &k);
    check_elements(which, &k, scale);
    check_flag(which, &k, 0, 0, "finite gradients alone");
}

/** One value x at a place of one tensor among others; 1.5 everywhere else. */
static void check_value(struct kernel which, float x, size_t place, float inv, float start)
{
    static struct kernel_case k;
    k = (struct kernel_case){.sizes = {3, 0, 1301, 2, 5}, .chunk = 501, .n = 1311};
    k.inv = inv;
    k.flag = start;
    for (size_t i = 0; i < k.n; i++)
        k.x[i] = i == place ? x : 1.5f;
    call_kernel(which, &k);
    float want = oracle_is_finite(x) ? start : 1;
    struct place p = place_of(&k, place);
    char what[200];
    snprintf(what, sizeof what, "%s as element %zu of the %zu of tensor %zu and inv = %.9g",
             show_f32(x), p.element, p.size, p.tensor, (double)inv);
    if (k.flag != want && oracle_is_finite(x) && !oracle_is_finite(oracle_unscaled(x, inv)))
        because("finiteness was tested after the multiply");
    check_flag(which, &k, start, want, what);
    check_elements(which, &k, 1 / inv);
}

/** The case table, and every place that has a thread of its own. */
static void check_values(struct kernel which)
{
    // 404 is in a group of four that the fourth warp takes; 504 is the first of a chunk that begins 4
    // bytes past a multiple of 16.
    const size_t places[] = {0, 2, 3, 404, 503, 504, 1303, 1310, 3 + test_u64(0) % 1301};
    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
        check_value(which, p % 2 ? INFINITY : NAN, places[p], 0x1p-16f, 0);
    check_value(which, -INFINITY, 5, 0.5f, 0);
    check_value(which, INFINITY, 5, 0.5f, 1);
    check_value(which, INFINITY, 5, 0, 0); // multiplied too: inf * 0 is a NaN
    check_value(which, 1, 5, 0.5f, 1);     // clean, and the flag was up
    check_value(which, 3e38f, 5, 0.5f, 0);
    check_value(which, 3e38f, 5, 2, 0); // overflows by the multiply: not flagged
    check_value(which, 0, 1304, INFINITY, 0);
    // x * 1 would set the quiet bit: in a group of four, before the first and behind the last.
    const size_t quiet[] = {7, 504, 0};
    for (size_t p = 0; p < 3; p++)
        check_value(which, f32_from_bits(0x7F800001), quiet[p], 1, 0);
    check_value(which, 3e38f, 7, 1, 0);
}

GRADED(kernel_chunks, .points = 4,
       .idea = "one launch for all tensors: a block takes its chunk, and its threads all of it")
{
    const size_t sizes[][KERNEL_TENSORS] = {
        {256, 16, 1, 100, 32}, {700, 0, 1, 33, 256}, {1, 1, 1100, 2, 3}};
    const size_t chunks[] = {256, 256, 600};
    for (uint64_t turn = 0; turn < 3; turn++)
        check_sizes(CHUNKS, sizes[turn], chunks[turn], turn);
}

GRADED(kernel_flag, .points = 4,
       .idea = "tested first and then multiplied, by many threads that may raise one flag")
{
    check_values(CHUNKS);
}

GRADED(kernel_vectorised, .points = 4,
       .idea = "16 bytes an access where the address allows it; head and tail one by one")
{
    const size_t sizes[][KERNEL_TENSORS] = {
        {256, 16, 4, 100, 32}, {701, 0, 1, 33, 256}, {1, 2, 1101, 3, 2}, {1500, 1, 1, 1, 1}};
    const size_t chunks[] = {256, 255, 602, 1500};
    for (uint64_t turn = 0; turn < 4; turn++)
        check_sizes(VECTORISED, sizes[turn], chunks[turn], turn);
    check_values(VECTORISED);
}

#endif
