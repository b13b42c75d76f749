/**
 * @file tests_kernels.h
 * @brief Graded tests of exercises 5.10 to 5.14: the fused AdamW step, four kernels.
 *
 * All four are held against the same oracle, bit by bit, so they agree with each other too. Only
 * the sum of squares may come together in any order. A part of test_lab05.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB05_TESTS_KERNELS_H
#define LOWP_GRADER_LAB05_TESTS_KERNELS_H

#include "grader/lab05/beliefs_kernels.h"
#include "grader/lab05/draw.h"

// --------------------------------------------------------------------------------------------
// 5.10 to 5.14: kernels
// --------------------------------------------------------------------------------------------

enum kernel { NAIVE, SHARED, WARP, VECTORISED };

static const char *const KERNEL_NAMES[] = {"adamw_naive", "adamw_shared", "adamw_warp",
                                           "adamw_vectorised"};

/** Arrays of one call in the arena. */
struct kernel_arrays {
    float *master, *m, *v, *sum;
    uint16_t *w;
    const uint16_t *g;
};

/** Moves the weight until the new master lies in the middle between two BF16 numbers, where it shows
 *  how the copy decides a tie. u depends little on the weight, so a few corrections get there. */
static void draw_tie(struct kernel_case *k, size_t i)
{
    uint32_t middle = (bits_from_f32(k->want[i].master) & 0xFFFF0000) | 0x8000;
    for (int turn = 0; turn < 8; turn++) {
        k->master[i] += f32_from_bits(middle) - k->want[i].master;
        k->want[i] = fused_right(k, i);
    }
}

/** Draws a step: weights of size 1, moments and gradients that fit together, t from 1 to 5. */
static void draw_kernel(struct kernel_case *k, uint64_t turn)
{
    k->opt = (struct adamw){0.125f, 0.9f, 0.999f, 0x1p-10f, 0.25f};
    k->t = 1 + (int)(test_u64(turn) % 5); // early, where bias corrections matter
    for (uint64_t i = 0; i < k->n; i++) {
        uint64_t at = 10000 * (turn + 1) + 4 * i;
        k->master[i] = (float)(4 * test_f64(at) - 2);
        k->g[i] = oracle_bf16_sum((test_f64(at + 1) - 0.5), 0);
        k->m[i] = (float)(0.5 * (test_f64(at + 2) - 0.5));
        k->v[i] = (float)(0.01 + 0.1 * test_f64(at + 3));
        k->want[i] = fused_right(k, i);
        if (i % 16 == 5)
            draw_tie(k, i);
    }
}

static void call_kernel(enum kernel which, const struct kernel_case *k, struct kernel_arrays a)
{
    switch (which) {
    case NAIVE:
        run_adamw_naive(a.master, a.w, a.m, a.v, a.sum, a.g, k->n, k->opt, k->t);
        break;
    case SHARED:
        run_adamw_shared(a.master, a.w, a.m, a.v, a.sum, a.g, k->n, k->opt, k->t);
        break;
    case WARP:
        run_adamw_warp(a.master, a.w, a.m, a.v, a.sum, a.g, k->n, k->opt, k->t, k->blocks);
        break;
    case VECTORISED:
        run_adamw_vectorised(a.master, a.w, a.m, a.v, a.sum, a.g, k->n, k->opt, k->t, k->blocks);
    }
}

static bool same_bits(float a, float b)
{
    return bits_from_f32(a) == bits_from_f32(b);
}

/** Names the reason why element i, and with it all that follow, may have been left out. */
static void name_untouched(const struct kernel_case *k, size_t i)
{
    // The first case of naive and shared is one full block: who fails at the next, 1, did that one.
    bool a_full_block_was_fine = k->blocks == 0 && k->n < KERNEL_THREADS;
    if (i == 0 && !a_full_block_was_fine)
        because("no element was updated: did the kernel store what it computed?");
    else if (k->blocks > 0 && i == (size_t)k->blocks * KERNEL_THREADS)
        because("each thread took one element: with more elements than threads, it must loop");
    else if (k->blocks > 0 && i == 4 * (size_t)k->blocks * KERNEL_THREADS)
        because("each thread took one group of four: with more groups than threads, it must loop");
    else if (k->blocks > 0 && i == k->n / 4 * 4)
        because("the n %% 4 elements behind the last group of four were left out");
    else if (i == k->n / KERNEL_THREADS * KERNEL_THREADS)
        because("the last block, which is not full, was left out");
}

/** Fails with what became of element i. */
static void fail_element(const struct kernel_case *k, struct kernel_arrays a, size_t i)
{
    const struct oracle_fused *want = &k->want[i];
    if (same_bits(a.master[i], k->master[i]) && same_bits(a.m[i], k->m[i]) &&
        same_bits(a.v[i], k->v[i])) {
        name_untouched(k, i);
    } else if (same_bits(a.master[i], k->master[i])) {
        because("master was not written back");
    } else if (same_bits(a.m[i], k->m[i]) || same_bits(a.v[i], k->v[i])) {
        because("%s was not written back", same_bits(a.m[i], k->m[i]) ? "m" : "v");
    } else {
        for (size_t b = sizeof FUSED_BELIEFS / sizeof *FUSED_BELIEFS; b-- > 0;) {
            float wrong = FUSED_BELIEFS[b].answer(k, i).master;
            if (!same_bits(wrong, want->master) && near(a.master[i], wrong, 0x1p-22 * fabsf(wrong)))
                because("%s", FUSED_BELIEFS[b].belief);
        }
    }
    fail("%s: n = %zu, t = %d; element %zu: master %.9g, m %.9g, v %.9g, g %.9g\n"
         "  got      master %s, m %.9g, v %.9g\n  expected master %s, m %.9g, v %.9g",
         k->function, k->n, k->t, i, (double)k->master[i], (double)k->m[i], (double)k->v[i],
         oracle_bf16_value(k->g[i]), show_f32(a.master[i]), (double)a.m[i], (double)a.v[i],
         show_f32(want->master), (double)want->m, (double)want->v);
}

/** Fails unless w is the BF16 copy of master, which is right already. */
static void check_copy(const struct kernel_case *k, const uint16_t *w)
{
    for (size_t i = 0; i < k->n; i++) {
        uint16_t want = oracle_bf16_sum(k->want[i].master, 0);
        if (w[i] == want)
            continue;
        if (w[i] == 0xFFFF)
            because("w[%zu] was not written", i);
        else if (w[i] == toward_zero(k->want[i].master))
            because("the master was truncated to BF16 instead of rounded to nearest");
        else if (w[i] == (bits_from_f32(k->want[i].master) + 0x8000) >> 16)
            because("ties were rounded away from zero instead of to the even code");
        else if (w[i] == oracle_bf16_sum(k->master[i], 0))
            because("the copy was made before the update");
        fail("%s: master[%zu] became %s: w is %s, expected %s", k->function, i,
             show_f32(k->want[i].master), show_code(BF16, w[i]), show_code(BF16, want));
    }
}

/** Fails unless the sum of squares is right. Squares are positive, so the n roundings of squares
 *  and the n of sums, in any order, are off by at most 2n * 2^-24 of the whole; two more for luck
 *  with higher orders. */
static void check_sum(const struct kernel_case *k, float got)
{
    double want = k->start;
    for (size_t i = 0; i < k->n; i++)
        want += square(k, i);
    double tolerance = (2 * (double)k->n + 2) * 0x1p-24 * want;
    if (near(got, want, tolerance))
        return;
    for (size_t b = sizeof SUM_BELIEFS / sizeof *SUM_BELIEFS; b-- > 0;) {
        double wrong = k->start;
        for (size_t i = 0; i < k->n; i++)
            wrong += SUM_BELIEFS[b].term(k, i);
        if (near(got, wrong, 1e-4 * fabs(wrong)))
            because("%s", SUM_BELIEFS[b].belief);
    }
    if (near(got, want - k->start, tolerance))
        because("*sum was overwritten: the kernel adds to what is there");
    fail("%s: n = %zu: *sum was %.9g and became %.9g; with the squares of all u it is %.9g",
         k->function, k->n, (double)k->start, (double)got, want);
}

/** Draws one case, runs it and judges it. `turn` 0 starts *sum at 0. */
static void check_kernel(enum kernel which, size_t n, int blocks, uint64_t turn)
{
    static struct kernel_case k;
    k.function = KERNEL_NAMES[which];
    k.n = n;
    k.blocks = blocks;
    k.each = which == VECTORISED ? 4 : 1;
    k.start = turn == 0 ? 0 : 0.25f;
    draw_kernel(&k, turn);
    struct kernel_arrays a = {.master = (float *)arena_inout("master", k.master, 4, n),
                              .m = (float *)arena_inout("m", k.m, 4, n),
                              .v = (float *)arena_inout("v", k.v, 4, n),
                              .sum = (float *)arena_inout("sum", &k.start, 4, 1),
                              .w = (uint16_t *)arena_take("w", 2, n),
                              .g = (const uint16_t *)arena_give("g", k.g, 2, n)};
    call_kernel(which, &k, a);
    for (size_t i = 0; i < n; i++)
        if (!same_bits(a.master[i], k.want[i].master) || !same_bits(a.m[i], k.want[i].m) ||
            !same_bits(a.v[i], k.want[i].v))
            fail_element(&k, a, i);
    check_copy(&k, a.w);
    check_sum(&k, *a.sum);
    arena_reset();
}

GRADED(kernel_naive, .points = 4,
       .idea = "one thread an element, none past the end; all that a step needs in one pass")
{
    const size_t lengths[] = {256, 1, 255, 257, 1000};
    for (uint64_t turn = 0; turn < sizeof lengths / sizeof *lengths; turn++)
        check_kernel(NAIVE, lengths[turn], 0, turn);
}

GRADED(kernel_shared, .points = 4,
       .idea = "a block adds up in shared memory: every thread writes its part and meets every "
               "barrier")
{
    const size_t lengths[] = {256, 1, 255, 257, 1000};
    for (uint64_t turn = 0; turn < sizeof lengths / sizeof *lengths; turn++)
        check_kernel(SHARED, lengths[turn], 0, turn);
}

GRADED(kernel_warp, .points = 4,
       .idea = "any grid covers all elements, and shuffles need no memory to add up a warp")
{
    const size_t lengths[] = {256, 1000, 1000, 33, 1};
    const int blocks[] = {1, 1, 3, 2, 1};
    for (uint64_t turn = 0; turn < sizeof lengths / sizeof *lengths; turn++)
        check_kernel(WARP, lengths[turn], blocks[turn], turn);
}

GRADED(kernel_vectorised, .points = 4,
       .idea = "four elements an access; the n % 4 at the end are taken too, and none twice")
{
    const size_t lengths[] = {256, 1000, 1001, 1002, 1003, 3, 2051};
    const int blocks[] = {1, 1, 1, 2, 3, 1, 1};
    for (uint64_t turn = 0; turn < sizeof lengths / sizeof *lengths; turn++)
        check_kernel(VECTORISED, lengths[turn], blocks[turn], turn);
}

#endif
