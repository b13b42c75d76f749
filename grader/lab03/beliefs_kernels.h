/**
 * @file beliefs_kernels.h
 * @brief Wrong rules of lab 03 about the kernels of exercises 3.11 to 3.14.
 *
 * Most are about which elements of a row the threads that share it take part with. Each says what
 * the row would come out as. None of them can make a test pass. Included by test_lab03.c alone.
 */
#ifndef LOWP_GRADER_LAB03_BELIEFS_KERNELS_H
#define LOWP_GRADER_LAB03_BELIEFS_KERNELS_H

#include "grader/lab03/beliefs_rows.h"

#include <stdbool.h>

enum { WARP_THREADS = 32, BLOCK_THREADS = 256 };

/** How the kernel in question takes a row apart; set by the test for the rules below. */
static struct {
    size_t threads; /**< that share a row: 1, 32 or 256 */
    size_t width;   /**< elements that a thread takes at a time: 1 or 4 */
    size_t head;    /**< elements before the first group of `width` */
} sharing;

/** The groups of a row: [0, head) are no group, nor is what follows the last whole one. */
static bool in_a_group(size_t i, size_t n)
{
    size_t end = sharing.head + (n - sharing.head) / sharing.width * sharing.width;
    return i >= sharing.head && i < end;
}

/** Which of the threads that share a row takes element i? */
static size_t taker(size_t i, size_t n)
{
    if (i < sharing.head)
        return i;
    if (in_a_group(i, n))
        return (i - sharing.head) / sharing.width % sharing.threads;
    return (i - sharing.head) % sharing.width;
}

typedef bool belongs(size_t i, size_t n);

/** Softmax with the sum over only some of the elements. */
static void softmax_of_some(float *out, const float *x, size_t n, belongs *counts)
{
    float m = believed_max(x, n, -INFINITY), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += counts(i, n) ? expf(x[i] - m) : 0;
    believed_softmax(out, x, n, m, sum);
}

static bool by_thread_0(size_t i, size_t n)
{
    return taker(i, n) == 0;
}

static bool by_warp_0(size_t i, size_t n)
{
    return taker(i, n) < WARP_THREADS;
}

static bool by_lanes_0(size_t i, size_t n)
{
    return taker(i, n) % WARP_THREADS == 0;
}

/** The loop is missing: every thread takes one element, or one group. */
static bool in_first_round(size_t i, size_t n)
{
    size_t end = sharing.head + sharing.width * sharing.threads;
    return i < end || !in_a_group(i, n);
}

static void sum_of_thread_0(float *out, const float *x, size_t n)
{
    softmax_of_some(out, x, n, by_thread_0);
}

static void sum_of_warp_0(float *out, const float *x, size_t n)
{
    softmax_of_some(out, x, n, by_warp_0);
}

static void sum_of_lanes_0(float *out, const float *x, size_t n)
{
    softmax_of_some(out, x, n, by_lanes_0);
}

static void sum_of_first_round(float *out, const float *x, size_t n)
{
    softmax_of_some(out, x, n, in_first_round);
}

/** Without the loop in the search for the maximum alone. */
static void max_of_first_round(float *out, const float *x, size_t n)
{
    float m = -INFINITY;
    for (size_t i = 0; i < n; i++)
        m = in_first_round(i, n) ? fmaxf(m, x[i]) : m;
    believed_softmax(out, x, n, m, believed_sum(x, 0, n, m, 0));
}

static void sum_of_groups(float *out, const float *x, size_t n)
{
    softmax_of_some(out, x, n, in_a_group);
}

static bool behind_the_head(size_t i, size_t n)
{
    (void)n;
    return i >= sharing.head;
}

static void sum_without_head(float *out, const float *x, size_t n)
{
    softmax_of_some(out, x, n, behind_the_head);
}

/** A NaN is no element, and the others are as if it were not there. */
static void sum_without_nans(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += isnan(x[i]) ? 0 : expf(x[i] - m);
    believed_softmax(out, x, n, m, sum);
}

enum { HALF_WARP = 16 };

/** Each `for_max` neighbours among the threads have a maximum of their own, each `for_sum` a sum. */
static void softmax_in_groups(float *out, const float *x, size_t n, size_t for_max, size_t for_sum)
{
    static float m[BLOCK_THREADS], sums[BLOCK_THREADS];
    for (size_t t = 0; t < BLOCK_THREADS; t++) {
        m[t] = -INFINITY;
        sums[t] = 0;
    }
    for (size_t i = 0; i < n; i++)
        m[taker(i, n) / for_max] = fmaxf(m[taker(i, n) / for_max], x[i]);
    for (size_t i = 0; i < n; i++)
        sums[taker(i, n) / for_sum] += expf(x[i] - m[taker(i, n) / for_max]);
    for (size_t i = 0; i < n; i++)
        out[i] = expf(x[i] - m[taker(i, n) / for_max]) / sums[taker(i, n) / for_sum];
}

/** Each thread divides by what it added up itself. */
static void sum_of_own(float *out, const float *x, size_t n)
{
    softmax_in_groups(out, x, n, BLOCK_THREADS, 1);
}

static void max_of_own(float *out, const float *x, size_t n)
{
    softmax_in_groups(out, x, n, 1, BLOCK_THREADS);
}

static void max_of_half_warp(float *out, const float *x, size_t n)
{
    softmax_in_groups(out, x, n, HALF_WARP, BLOCK_THREADS);
}

static void sum_of_half_warp(float *out, const float *x, size_t n)
{
    softmax_in_groups(out, x, n, BLOCK_THREADS, HALF_WARP);
}

static void all_of_half_warp(float *out, const float *x, size_t n)
{
    softmax_in_groups(out, x, n, HALF_WARP, HALF_WARP);
}

/** Each thread divides by what is left in its own place, or register, when the sums of the threads
 *  have been put together for thread 0: by a tree in which thread t takes part while it is below
 *  `half`, or by shuffles down, in which it always does (and gets its own where there is no lane).
 */
static void sum_left_over(float *out, const float *x, size_t n, bool shuffled)
{
    static float sums[BLOCK_THREADS];
    float m = believed_max(x, n, -INFINITY);
    for (size_t t = 0; t < BLOCK_THREADS; t++)
        sums[t] = 0;
    for (size_t i = 0; i < n; i++)
        sums[taker(i, n)] += expf(x[i] - m);
    for (size_t half = sharing.threads / 2; half > 0; half /= 2)
        for (size_t t = 0; t < (shuffled ? sharing.threads : half); t++)
            sums[t] += sums[t + half < sharing.threads ? t + half : t];
    for (size_t i = 0; i < n; i++)
        out[i] = expf(x[i] - m) / sums[taker(i, n)];
}

static void sum_left_by_tree(float *out, const float *x, size_t n)
{
    sum_left_over(out, x, n, false);
}

static void sum_left_by_shuffles(float *out, const float *x, size_t n)
{
    sum_left_over(out, x, n, true);
}

/** Each lane subtracts what shuffles down leave of the maxima in its own register. */
static void max_left_by_shuffles(float *out, const float *x, size_t n)
{
    static float m[WARP_THREADS];
    for (size_t t = 0; t < WARP_THREADS; t++)
        m[t] = -INFINITY;
    for (size_t i = 0; i < n; i++)
        m[taker(i, n) % WARP_THREADS] = fmaxf(m[taker(i, n) % WARP_THREADS], x[i]);
    for (size_t half = WARP_THREADS / 2; half > 0; half /= 2)
        for (size_t t = 0; t + half < WARP_THREADS; t++)
            m[t] = fmaxf(m[t], m[t + half]);
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += expf(x[i] - m[taker(i, n) % WARP_THREADS]);
    for (size_t i = 0; i < n; i++)
        out[i] = expf(x[i] - m[taker(i, n) % WARP_THREADS]) / sum;
}

/** The states of the threads put together by adding up their d, each for another maximum. */
static void states_not_rescaled(float *out, const float *x, size_t n)
{
    static float m[BLOCK_THREADS];
    for (size_t t = 0; t < BLOCK_THREADS; t++)
        m[t] = -INFINITY;
    for (size_t i = 0; i < n; i++)
        m[taker(i, n)] = fmaxf(m[taker(i, n)], x[i]);
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] == -INFINITY ? 0 : expf(x[i] - m[taker(i, n)]);
    believed_softmax(out, x, n, believed_max(x, n, -INFINITY), sum);
}

/** The online shortcut: where x becomes the maximum its term is 1, without a look at x. */
static void top_is_one(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] == m ? 1 : expf(x[i] - m);
    believed_softmax(out, x, n, m, sum);
}

// In order: of rules that explain the same answers, the first is named.
static const struct row_belief KERNEL_BELIEFS[] = {
    {"the maximum was not subtracted: expf overflows from 88.7228 on, and inf/inf is NaN",
     softmax_unshifted},
    {"the search for the maximum starts at 0: in a row far below 0 nothing is shifted, all "
     "exponentials are 0, and 0/0 is NaN. Start at -INFINITY",
     softmax_max_from_zero},
    {"the exponentials were not divided by their sum", softmax_undivided},
    {"the sum starts at 1; S already holds exp(0) = 1, from the maximum itself",
     softmax_sum_from_one},
    {"only the groups of four are in the sum: head and tail of the row are missing", sum_of_groups},
    {"the elements before the first group of four are missing in the sum", sum_without_head},
    {"the sum leaves out the last element", softmax_without_last},
    {"each thread divided by the sum of its own elements: the sums have to be put together",
     sum_of_own},
    {"each thread divided by what the tree left in its own place: only place 0 has the whole sum",
     sum_left_by_tree},
    {"each lane divided by what shuffles down left in its own register: only lane 0 has the whole "
     "sum",
     sum_left_by_shuffles},
    {"each lane subtracted what shuffles down left in its own register: only lane 0 has the "
     "largest "
     "element",
     max_left_by_shuffles},
    {"each thread subtracted the maximum of its own elements: all need the same one, the row's",
     max_of_own},
    {"the maxima of 16 lanes were put together, not of all 32: that takes five shuffles",
     max_of_half_warp},
    {"the sums of 16 lanes were put together, not of all 32: that takes five shuffles",
     sum_of_half_warp},
    {"only 16 lanes were put together, not all 32: that takes five shuffles", all_of_half_warp},
    {"only what the first thread of the row added up is in the sum", sum_of_thread_0},
    {"only what the first warp added up is in the sum: the warps have to meet too", sum_of_warp_0},
    {"only what lane 0 of each warp added up is in the sum", sum_of_lanes_0},
    {"the sum ends after one element (or one group of four) a thread: in longer rows threads loop",
     sum_of_first_round},
    {"the maximum is that of the first element of each thread: in longer rows threads loop, in the "
     "search for it too",
     max_of_first_round},
    {"each d belongs to its own m: before two are added, both have to be brought to the larger m",
     states_not_rescaled},
    {"a new maximum counted as 1: for +inf it is exp(inf - inf), NaN, and so is the row",
     top_is_one},
    {"a NaN added nothing to the sum: the whole row has to show it", sum_without_nans},
    {"a row without a softmax got zeros: 0/0 is NaN, and NaN is what shows the mistake upstream",
     softmax_or_zero},
};

#endif
