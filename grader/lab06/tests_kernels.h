/**
 * @file tests_kernels.h
 * @brief Graded tests of exercises 6.17 to 6.19: amax and cast in one pass, three kernels.
 *
 * Everything here is exact, so all three agree with each other too: an amax has no rounding, and a
 * code has one. A part of test_lab06.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB06_TESTS_KERNELS_H
#define LOWP_GRADER_LAB06_TESTS_KERNELS_H

#include "grader/lab06/beliefs_kernels.h"
#include "grader/lab06/beliefs_quantize.h"
#include "grader/lab06/draw.h"

// --------------------------------------------------------------------------------------------
// 6.17 to 6.19: kernels
// --------------------------------------------------------------------------------------------

enum { KERNEL_MAX = 4200 };
enum kernel { NAIVE, WARP, VECTORISED };

static const char *const KERNEL_NAMES[] = {"quantize_naive", "quantize_warp",
                                           "quantize_vectorised"};

/** The code that stands at place i if the eight of a group are put at their places ^ `swap`. */
static uint64_t swapped(size_t i, const struct quantize_cases *c, size_t swap)
{
    size_t from = i < c->n / 8 * 8 ? i ^ swap : i;
    return oracle_fp8_code(c->x[from], c->scale, c->kind, true);
}

static uint64_t quantize_halves_swapped(size_t i, const void *context)
{
    return swapped(i, context, 4);
}

static uint64_t quantize_pairs_swapped(size_t i, const void *context)
{
    return swapped(i, context, 2);
}

static uint64_t quantize_bytes_swapped(size_t i, const void *context)
{
    return swapped(i, context, 3);
}

static uint64_t quantize_all_swapped(size_t i, const void *context)
{
    return swapped(i, context, 7);
}

#define SWAPPED                                                                                    \
    "the codes of a group stand in another order: the first belongs into the lowest byte of x"

static const struct rule KERNEL_RULES[] = {
    {SWAPPED, quantize_halves_swapped},
    {SWAPPED, quantize_pairs_swapped},
    {SWAPPED, quantize_bytes_swapped},
    {SWAPPED, quantize_all_swapped},
    {"the product was truncated, not rounded to the nearest code", quantize_truncated},
    {"x was divided by the scale: a quantizer multiplies, the dequantizer divides",
     quantize_divided},
    {"x was not scaled at all", quantize_unscaled},
    {"the other format's cast was used", quantize_other_kind},
    {"saturation is missing: too large became NaN or infinity", quantize_never_saturates},
    {"a NaN was clamped to a number: it stays a NaN", quantize_clamps_nan},
};

static void call_kernel(enum kernel which, uint8_t *codes, float *amax, const struct kernel_case *k)
{
    const float *x = (const float *)arena_give("x", k->x, sizeof *k->x, k->n);
    if (which == NAIVE)
        run_quantize_naive(codes, amax, x, k->n, k->scale, k->kind);
    else if (which == WARP)
        run_quantize_warp(codes, amax, x, k->n, k->scale, k->kind, k->blocks);
    else
        run_quantize_vectorised(codes, amax, x, k->n, k->scale, k->kind, k->blocks);
}

/** Names the reason why element i, and with it all that follow, may have been left out. */
static void name_unwritten(const struct kernel_case *k, size_t i)
{
    size_t threads = (size_t)k->blocks * KERNEL_THREADS;
    if (i == 0)
        because("no code was written");
    else if (k->blocks > 0 && i == threads)
        because("each thread took one element: with more elements than threads, it must loop");
    else if (k->blocks > 1 && i == k->width * KERNEL_THREADS)
        because("all blocks took what the first block takes: a thread's number in the grid counts "
                "the blocks before its own");
    else if (k->blocks > 0 && i == 8 * threads)
        because("each thread took one group of eight: with more groups than threads, it must loop");
    else if (k->blocks > 0 && i == k->n / 8 * 8)
        because("the n %% 8 elements behind the last group of eight were left out");
    else if (i == k->n / KERNEL_THREADS * KERNEL_THREADS)
        because("the last block, which is not full, was left out");
}

/** Fails at a code that still has the poison of an output, 0xFF: a NaN, where x * scale is in range
 *  and nobody would make one. */
static void check_written(enum kernel which, const struct kernel_case *k, const uint8_t *codes)
{
    for (size_t i = 0; i < k->n; i++) {
        if (codes[i] != 0xFF || !((double)fabsf(k->x[i] * k->scale) <= oracle_fp8_max(k->kind)))
            continue;
        name_unwritten(k, i);
        fail("%s: n = %zu, blocks = %d: codes[%zu] was not written", KERNEL_NAMES[which], k->n,
             k->blocks, i);
    }
}

/** Runs one case and judges it. */
static void check_kernel(enum kernel which, const struct kernel_case *given)
{
    static uint8_t want[KERNEL_MAX];
    struct kernel_case with_width = *given, *k = &with_width;
    k->width = which == VECTORISED ? 8 : 1;
    for (size_t i = 0; i < k->n; i++)
        want[i] = oracle_fp8_code(k->x[i], k->scale, k->kind, true);
    uint8_t *codes = (uint8_t *)arena_take("codes", 1, k->n);
    float *amax = (float *)arena_inout("amax", &k->start, sizeof k->start, 1);
    call_kernel(which, codes, amax, k);
    check_written(which, k, codes);
    struct quantize_cases c = {
        .x = k->x, .scale = k->scale, .kind = k->kind, .saturate = true, .n = k->n};
    check_codes(&(struct code_check){KERNEL_NAMES[which], oracle_fp8_format(k->kind), k->n, codes,
                                     want, 1, input_quantize, LIST(KERNEL_RULES), &c});
    float largest = fmaxf(k->start, oracle_fp8_amax(k->x, k->n));
    if (*amax != largest) {
        name_scalar(LIST(KERNEL_AMAX_BELIEFS), *amax, k);
        fail(
            "%s: n = %zu, blocks = %d, scale = %.9g: *amax was %.9g and became %.9g, expected %.9g",
            KERNEL_NAMES[which], k->n, k->blocks, (double)k->scale, (double)k->start, (double)*amax,
            (double)largest);
    }
    arena_reset();
}

/** A length: codes everywhere, and the largest magnitude, a negative one, at a drawn place or, in
 *  the second of two calls, at the end. */
static void check_length(enum kernel which, size_t n, int blocks, uint64_t turn)
{
    static float x[KERNEL_MAX];
    for (uint64_t i = 0; i < n; i++)
        x[i] = draw_number(10000 * (turn + 1) + i, -12, 3);
    /* The next largest is lane 4's, of the second warp if there is one: an amax of only some lanes
     * or warps shows which they were. */
    size_t width = which == VECTORISED ? 8 : 1, mark = (36 * width < n ? 36 : 4) * width;
    if (mark < n)
        x[mark] = 8.75f;
    for (int last = 0; last < 2; last++) {
        size_t place = last ? n - 1 : test_u64(turn) % n;
        size_t beside = (place ^ 1) < n ? place ^ 1 : place;
        float kept = x[place], kept_beside = x[beside];
        x[beside] = 9; /* the largest value: no other thread's, so that it shows who took it */
        x[place] = -9.25f;
        check_kernel(which,
                     &(struct kernel_case){x, n, 37.25f, 0, KINDS[(turn + last) % 2], blocks, 0});
        x[beside] = kept_beside;
        x[place] = kept;
    }
}

/** Each lane of a warp has the largest magnitude once, in one warp or another. */
static void check_lanes(enum kernel which)
{
    static float x[8 * KERNEL_THREADS];
    size_t width = which == VECTORISED ? 8 : 1, n = width * KERNEL_THREADS;
    for (uint64_t i = 0; i < n; i++)
        x[i] = draw_number(i, -12, 3);
    for (size_t lane = 0; lane < 32; lane++) {
        size_t place = (lane % 8 * 32 + lane) * width;
        float kept = x[place];
        x[place] = -9.25f;
        check_kernel(which, &(struct kernel_case){x, n, 37.25f, 0, FP8_E4M3, 1, 0});
        x[place] = kept;
    }
}

/** The case table: saturation, NaN, infinities, and an amax that is there already. */
static void check_specials(enum kernel which)
{
    enum { N = 300 };
    const float specials[] = {NAN, -NAN, 1e9f, -1e9f, 448, 57344, -0.0f, 0x1p-149f};
    const size_t count = sizeof specials / sizeof *specials;
    float x[N];
    for (size_t i = 0; i < N; i++)
        x[i] = i % 11 == 3 ? specials[i / 11 % count] : draw_number(i, -6, 4);
    x[N - 2] = 1e9f; /* among those behind the last group of eight, which have code of their own */
    x[N - 1] = NAN;
    for (size_t k = 0; k < 2; k++) {
        check_kernel(which, &(struct kernel_case){x, N, 0.25f, 0, KINDS[k], 1, 0});
        check_kernel(which, &(struct kernel_case){x, N, 0.25f, 2e9f, KINDS[k], 1, 0});
    }
    x[70] = -INFINITY;
    check_kernel(which, &(struct kernel_case){x, N, 0.25f, 1, FP8_E4M3, 1, 0});
    for (size_t i = 0; i < N; i++)
        x[i] = NAN;
    check_kernel(which, &(struct kernel_case){x, N, 0.25f, 0, FP8_E5M2, 1, 0});
}

GRADED(kernel_naive, .points = 4,
       .idea = "one pass: the code of x * scale, and the largest |x| through its bits")
{
    const size_t lengths[] = {256, 1, 255, 257, 1000};
    for (uint64_t turn = 0; turn < sizeof lengths / sizeof *lengths; turn++)
        check_length(NAIVE, lengths[turn], 0, turn);
    check_specials(NAIVE);
}

GRADED(kernel_warp, .points = 4,
       .idea = "any grid covers all elements; a warp compares with shuffles, then one lane speaks")
{
    const size_t lengths[] = {256, 1000, 1000, 33, 1};
    const int blocks[] = {1, 1, 3, 2, 1};
    for (uint64_t turn = 0; turn < sizeof lengths / sizeof *lengths; turn++)
        check_length(WARP, lengths[turn], blocks[turn], turn);
    check_lanes(WARP);
    check_specials(WARP);
}

GRADED(kernel_vectorised, .points = 4,
       .idea = "eight elements at a time, in order; the n % 8 at the end are taken too")
{
    const size_t lengths[] = {256, 1000, 1001, 1007, 7, 4103, 4100};
    const int blocks[] = {1, 1, 1, 3, 1, 1, 2};
    for (uint64_t turn = 0; turn < sizeof lengths / sizeof *lengths; turn++)
        check_length(VECTORISED, lengths[turn], blocks[turn], turn);
    check_lanes(VECTORISED);
    check_specials(VECTORISED);
}

#endif
