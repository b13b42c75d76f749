/**
 * @file beliefs_kernels.h
 * @brief Wrong rules of lab 06 about the kernels: how the amax of a whole grid comes together.
 *
 * Each says what a student who believes it would answer.
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab06.c alone.
 */
#ifndef LOWP_GRADER_LAB06_BELIEFS_KERNELS_H
#define LOWP_GRADER_LAB06_BELIEFS_KERNELS_H

#include "grader/lab06/beliefs_quantize.h"
#include "grader/lab06/draw.h"

enum { KERNEL_THREADS = 256 /**< of a block: what lab06_kernels.h promises */ };

/** One call of a kernel. */
struct kernel_case {
    const float *x;
    size_t n;
    float scale;
    float start; /**< *amax before the call */
    enum fp8_kind kind;
    int blocks;   /**< of the grid; 0: one thread an element */
    size_t width; /**< elements that a thread takes at a time; set by check_kernel() */
};

/** The number in the grid of the thread that takes element i. */
static size_t taker(const struct kernel_case *k, size_t i)
{
    size_t in_groups = k->n / k->width * k->width;
    size_t turn = i < in_groups ? i / k->width : i - in_groups;
    return k->blocks ? turn % ((size_t)k->blocks * KERNEL_THREADS) : turn;
}

/** The amax of the elements that `counts` says, and of what was there. */
static float amax_where(const struct kernel_case *k,
                        bool (*counts)(const struct kernel_case *, size_t))
{
    float amax = k->start;
    for (size_t i = 0; i < k->n; i++)
        if (counts(k, i))
            amax = fmaxf(amax, fabsf(k->x[i]));
    return amax;
}

static float amax_unchanged(const void *context)
{
    return ((const struct kernel_case *)context)->start;
}

static float amax_overwritten(const void *context)
{
    const struct kernel_case *k = context;
    return oracle_fp8_amax(k->x, k->n);
}

static float amax_of_scaled(const void *context)
{
    const struct kernel_case *k = context;
    float amax = k->start;
    for (size_t i = 0; i < k->n; i++)
        amax = fmaxf(amax, fabsf(k->x[i] * k->scale));
    return amax;
}

static float amax_of_values(const void *context)
{
    const struct kernel_case *k = context;
    float amax = k->start;
    for (size_t i = 0; i < k->n; i++)
        amax = fmaxf(amax, k->x[i]);
    return amax;
}

static float amax_without_infinities(const void *context)
{
    const struct kernel_case *k = context;
    float amax = k->start;
    for (size_t i = 0; i < k->n; i++)
        if (isfinite(k->x[i]))
            amax = fmaxf(amax, fabsf(k->x[i]));
    return amax;
}

static float amax_nan(const void *context)
{
    (void)context;
    return NAN;
}

static bool in_lane_0(const struct kernel_case *k, size_t i)
{
    return taker(k, i) % 32 == 0;
}

static bool in_warp_0(const struct kernel_case *k, size_t i)
{
    return taker(k, i) % KERNEL_THREADS < 32;
}

static bool in_block_0(const struct kernel_case *k, size_t i)
{
    return taker(k, i) < KERNEL_THREADS;
}

static bool in_first_round(const struct kernel_case *k, size_t i)
{
    return i < k->width * (size_t)k->blocks * KERNEL_THREADS;
}

static bool in_a_group(const struct kernel_case *k, size_t i)
{
    return i < k->n / 8 * 8;
}

static bool in_half_warp(const struct kernel_case *k, size_t i)
{
    return taker(k, i) % 32 < 16;
}

static float amax_of_half_warp(const void *context)
{
    return amax_where(context, in_half_warp);
}

/** The largest number that the bits of a call's floats are as unsigned integers, as a float. */
static float amax_of_bits(const void *context)
{
    const struct kernel_case *k = context;
    uint32_t most = bits_from_f32(k->start);
    for (size_t i = 0; i < k->n; i++)
        if (!isnan(k->x[i]) && bits_from_f32(k->x[i]) > most)
            most = bits_from_f32(k->x[i]);
    return f32_from_bits(most);
}

/** The largest magnitude converted to an integer, and that taken for the bits of a float. */
static float amax_as_integer(const void *context)
{
    const struct kernel_case *k = context;
    float amax = oracle_fp8_amax(k->x, k->n);
    uint32_t whole = amax < 0x1p32f ? (uint32_t)amax : UINT32_MAX, start = bits_from_f32(k->start);
    return f32_from_bits(whole > start ? whole : start);
}

static float amax_of_lane_0(const void *context)
{
    return amax_where(context, in_lane_0);
}

static float amax_of_warp_0(const void *context)
{
    return amax_where(context, in_warp_0);
}

static float amax_of_block_0(const void *context)
{
    return amax_where(context, in_block_0);
}

static float amax_of_first_round(const void *context)
{
    return amax_where(context, in_first_round);
}

/** The amax without what the lanes find that have the number of the largest's. */
static float amax_without_lane(const void *context)
{
    const struct kernel_case *k = context;
    float largest = oracle_fp8_amax(k->x, k->n), amax = k->start;
    size_t at = 0;
    while (at + 1 < k->n && fabsf(k->x[at]) != largest)
        at++;
    for (size_t i = 0; i < k->n; i++)
        if (taker(k, i) % 32 != taker(k, at) % 32)
            amax = fmaxf(amax, fabsf(k->x[i]));
    return k->blocks ? amax : NO_ANSWER;
}

static float amax_of_groups(const void *context)
{
    return amax_where(context, in_a_group);
}

// In order: of beliefs that explain the same amax, the first is named.
static const struct scalar_belief KERNEL_AMAX_BELIEFS[] = {
    {"*amax was never raised", amax_unchanged},
    {"*amax was overwritten: it is the largest of what was there and what the call finds",
     amax_overwritten},
    {"this is the amax of x * scale: it is taken of x, before the scaling", amax_of_scaled},
    {"a NaN won: its bits are above an infinity's. fmaxf() with a number drops it", amax_nan},
    {"infinities were left out: they count", amax_without_infinities},
    {"the bits of a negative number are above those of all others: drop the sign first",
     amax_of_bits},
    {"the value was converted to an integer: what is in order is its bits, __float_as_uint()",
     amax_as_integer},
    {"only lane 0 of each warp was heard: the lanes compare with shuffles first", amax_of_lane_0},
    {"only 16 lanes of each warp were compared, not all 32: that takes five shuffles",
     amax_of_half_warp},
    {"only the first warp of each block was heard", amax_of_warp_0},
    {"only the first block was heard", amax_of_block_0},
    {"only the first element of each thread was heard: compare inside the loop",
     amax_of_first_round},
    {"the n % 8 elements at the end were not heard", amax_of_groups},
    {"the sign was not dropped: the largest *magnitude* counts", amax_of_values},
    {"one lane of each warp was not heard: the lane that speaks must have heard all 32",
     amax_without_lane},
};

#endif
