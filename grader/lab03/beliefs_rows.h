/**
 * @file beliefs_rows.h
 * @brief Wrong rules of lab 03 about a row: softmax, log-sum-exp, log-softmax.
 *
 * Each says what a student who believes it would answer, in the FP32 that the student has.
 * A test that finds a wrong row evaluates these on it; the rule whose answers match is named in the
 * message. None of them can make a test pass. Included by test_lab03.c alone.
 */
#ifndef LOWP_GRADER_LAB03_BELIEFS_ROWS_H
#define LOWP_GRADER_LAB03_BELIEFS_ROWS_H

#include "grader/oracles/oracle_lse.h"

#include <math.h>

/** A list of rules and its length, as two arguments. */
#define RULES(array) (array), sizeof(array) / sizeof *(array)

/** A wrong rule for what is made of a row: n numbers, or one. */
struct row_belief {
    const char *belief;
    void (*answer)(float *out, const float *x, size_t n);
};

/** The largest of `start` and the row; NaNs are passed over. */
static float believed_max(const float *x, size_t n, float start)
{
    for (size_t i = 0; i < n; i++)
        start = x[i] > start ? x[i] : start;
    return start;
}

/** start + sum of exp(x - shift) over the elements from `first` to n - 1. */
static float believed_sum(const float *x, size_t first, size_t n, float shift, float start)
{
    for (size_t i = first; i < n; i++)
        start += expf(x[i] - shift);
    return start;
}

/** A guarded lse in FP32, as a student would hand it on. */
static float believed_lse(const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    m = isinf(m) ? 0 : m;
    return m + logf(believed_sum(x, 0, n, m, 0));
}

/** exp(x - shift) / sum. */
static void believed_softmax(float *out, const float *x, size_t n, float shift, float sum)
{
    for (size_t i = 0; i < n; i++)
        out[i] = expf(x[i] - shift) / sum;
}

// --- softmax ---------------------------------------------------------------------------------

static void softmax_unshifted(float *out, const float *x, size_t n)
{
    believed_softmax(out, x, n, 0, believed_sum(x, 0, n, 0, 0));
}

static void softmax_max_from_zero(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, 0);
    believed_softmax(out, x, n, m, believed_sum(x, 0, n, m, 0));
}

static void softmax_by_first(float *out, const float *x, size_t n)
{
    believed_softmax(out, x, n, x[0], believed_sum(x, 0, n, x[0], 0));
}

static void softmax_sum_from_one(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    believed_softmax(out, x, n, m, believed_sum(x, 0, n, m, 1));
}

static void softmax_without_first(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    believed_softmax(out, x, n, m, believed_sum(x, 1, n, m, 0));
}

static void softmax_without_last(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    believed_softmax(out, x, n, m, believed_sum(x, 0, n - 1, m, 0));
}

static void softmax_undivided(float *out, const float *x, size_t n)
{
    believed_softmax(out, x, n, believed_max(x, n, -INFINITY), 1);
}

static void softmax_unshifted_sum(float *out, const float *x, size_t n)
{
    believed_softmax(out, x, n, believed_max(x, n, -INFINITY), believed_sum(x, 0, n, 0, 0));
}

static void softmax_unshifted_top(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    believed_softmax(out, x, n, 0, believed_sum(x, 0, n, m, 0));
}

static void softmax_by_rounded_lse(float *out, const float *x, size_t n)
{
    believed_softmax(out, x, n, believed_lse(x, n), 1);
}

static void softmax_good(float *out, const float *x, size_t n)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)oracle_softmax(&r, x[i]);
}

/** Right where there is a softmax, else `filler`. */
static void softmax_or(float *out, const float *x, size_t n, float filler)
{
    softmax_good(out, x, n);
    for (size_t i = 0; i < n; i++)
        out[i] = isnan(out[i]) ? filler : out[i];
}

static void softmax_or_zero(float *out, const float *x, size_t n)
{
    softmax_or(out, x, n, 0);
}

static void softmax_or_uniform(float *out, const float *x, size_t n)
{
    softmax_or(out, x, n, 1 / (float)n);
}

// In order: of rules that explain the same answers, the first is named.
static const struct row_belief SOFTMAX_BELIEFS[] = {
    {"the maximum was not subtracted: expf overflows from 88.7228 on, and inf/inf is NaN",
     softmax_unshifted},
    {"the search for the maximum starts at 0: in a row far below 0 nothing is shifted, all "
     "exponentials are 0, and 0/0 is NaN. Start at -INFINITY",
     softmax_max_from_zero},
    {"the first element was subtracted, not the largest", softmax_by_first},
    {"the sum starts at 1; S already holds exp(0) = 1, from the maximum itself",
     softmax_sum_from_one},
    {"the sum leaves out the first element", softmax_without_first},
    {"the sum leaves out the last element", softmax_without_last},
    {"the exponentials were not divided by their sum", softmax_undivided},
    {"the maximum was subtracted above the fraction bar, not below it", softmax_unshifted_sum},
    {"the maximum was subtracted below the fraction bar, not above it", softmax_unshifted_top},
    {"this is exp(x - lse): the rounding of a large lse becomes an error of the probabilities, and "
     "a +inf gives 0 instead of NaN. Divide by S",
     softmax_by_rounded_lse},
    {"a row without a softmax got zeros: 0/0 is NaN, and NaN is what shows the mistake upstream",
     softmax_or_zero},
    {"a row without a softmax got 1/n: 0/0 is NaN, and NaN is what shows the mistake upstream",
     softmax_or_uniform},
};

static const struct row_belief NAIVE_BELIEFS[] = {
    {"this row comes out right: shifted, or in double. Exercise 3.1 is the FP32 formula that fails",
     softmax_good},
    {"the exponentials were not divided by their sum", softmax_undivided},
    {"the sum starts at 1", softmax_sum_from_one},
};

// --- log-sum-exp -----------------------------------------------------------------------------

static void lse_without_max(float *out, const float *x, size_t n)
{
    *out = logf(believed_sum(x, 0, n, believed_max(x, n, -INFINITY), 0));
}

static void lse_unshifted(float *out, const float *x, size_t n)
{
    *out = logf(believed_sum(x, 0, n, 0, 0));
}

static void lse_max_from_zero(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, 0);
    *out = m + logf(believed_sum(x, 0, n, m, 0));
}

static void lse_sum_from_one(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    *out = m + logf(believed_sum(x, 0, n, m, 1));
}

static void lse_without_log(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    *out = m + believed_sum(x, 0, n, m, 0);
}

static void lse_max_inside(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    *out = logf(m + believed_sum(x, 0, n, m, 0));
}

static void lse_is_max(float *out, const float *x, size_t n)
{
    *out = believed_max(x, n, -INFINITY);
}

static void lse_or_max(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    *out = isinf(m) ? m : believed_lse(x, n);
}

static void lse_in_bits(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    *out = m + log2f(believed_sum(x, 0, n, m, 0));
}

static void lse_mean(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    *out = m + logf(believed_sum(x, 0, n, m, 0) / (float)n);
}

static void lse_unguarded(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    *out = m + logf(believed_sum(x, 0, n, m, 0));
}

static const struct row_belief LSE_BELIEFS[] = {
    {"the maximum was not added back: exp(x - m) took it out", lse_without_max},
    {"the maximum was not subtracted: expf overflows from 88.7228 on and is 0 below -103.972",
     lse_unshifted},
    {"the search for the maximum starts at 0: a row far below 0 has the sum 0, and log(0) = -inf",
     lse_max_from_zero},
    {"the sum starts at 1; S already holds exp(0) = 1, from the maximum itself", lse_sum_from_one},
    {"the logarithm of the sum is missing", lse_without_log},
    {"the maximum was added inside the logarithm", lse_max_inside},
    {"the base is 2; it is the natural logarithm", lse_in_bits},
    {"this is the log of the mean: the sum was divided by n", lse_mean},
    {"m is infinite here, and inf - inf is NaN: shift such a row by 0", lse_unguarded},
    {"an infinite maximum was returned as it is: the search passes over NaNs, so the row may hold "
     "one",
     lse_or_max},
    {"this is the maximum alone", lse_is_max},
};

static void naive_lse_good(float *out, const float *x, size_t n)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    *out = (float)oracle_lse(&r);
}

static void lse_is_sum(float *out, const float *x, size_t n)
{
    *out = believed_sum(x, 0, n, 0, 0);
}

static const struct row_belief NAIVE_LSE_BELIEFS[] = {
    {"this row comes out right: shifted, or in double. Exercise 3.2 is the FP32 formula that fails",
     naive_lse_good},
    {"the logarithm of the sum is missing", lse_is_sum},
};

// --- log-softmax -----------------------------------------------------------------------------

static void log_of_softmax(float *out, const float *x, size_t n)
{
    softmax_good(out, x, n);
    for (size_t i = 0; i < n; i++)
        out[i] = logf(out[i]);
}

static void log_softmax_of_naive(float *out, const float *x, size_t n)
{
    softmax_unshifted(out, x, n);
    for (size_t i = 0; i < n; i++)
        out[i] = logf(out[i]);
}

static void log_softmax_by_rounded_lse(float *out, const float *x, size_t n)
{
    float l = believed_lse(x, n);
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - l;
}

static void log_softmax_without_sum(float *out, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - believed_max(x, n, -INFINITY);
}

static void log_softmax_of_logits(float *out, const float *x, size_t n)
{
    float sum = believed_sum(x, 0, n, believed_max(x, n, -INFINITY), 0);
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - logf(sum);
}

static void log_softmax_unlogged(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY), sum = believed_sum(x, 0, n, m, 0);
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - m - sum;
}

static void log_softmax_sum_from_one(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY), sum = believed_sum(x, 0, n, m, 1);
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - m - logf(sum);
}

static void log_softmax_max_from_zero(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, 0), sum = believed_sum(x, 0, n, m, 0);
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - m - logf(sum);
}

static void log_softmax_negated(float *out, const float *x, size_t n)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)-oracle_log_softmax(&r, x[i]);
}

// In order: of rules that explain the same answers, the first is named.
static const struct row_belief LOG_SOFTMAX_BELIEFS[] = {
    {"this is x minus a rounded lse: near 1e4 an FP32 number is good to 5e-4 only, and a +inf "
     "gives -inf instead of NaN. Subtract m first, which is exact here, then log(S)",
     log_softmax_by_rounded_lse},
    {"this is the log of a softmax: where the probability underflows its log is -inf. Subtract "
     "log(S), never take a log of p",
     log_of_softmax},
    {"this is the log of the naive softmax", log_softmax_of_naive},
    {"log(S) was not subtracted", log_softmax_without_sum},
    {"the maximum was not subtracted", log_softmax_of_logits},
    {"S was subtracted, not its logarithm", log_softmax_unlogged},
    {"the sum starts at 1; S already holds exp(0) = 1, from the maximum itself",
     log_softmax_sum_from_one},
    {"the search for the maximum starts at 0: a row far below 0 has the sum 0",
     log_softmax_max_from_zero},
    {"the sign is wrong: a log of a probability is not positive", log_softmax_negated},
};

// --- without a division ----------------------------------------------------------------------

static void free_by_max(float *out, const float *x, size_t n)
{
    believed_softmax(out, x, n, believed_max(x, n, -INFINITY), 1);
}

static void free_by_log_sum(float *out, const float *x, size_t n)
{
    float m = believed_max(x, n, -INFINITY);
    believed_softmax(out, x, n, logf(believed_sum(x, 0, n, m, 0)), 1);
}

static void free_by_naive_lse(float *out, const float *x, size_t n)
{
    believed_softmax(out, x, n, logf(believed_sum(x, 0, n, 0, 0)), 1);
}

static void free_by_lse_from_zero(float *out, const float *x, size_t n)
{
    float l;
    lse_max_from_zero(&l, x, n);
    believed_softmax(out, x, n, l, 1);
}

static const struct row_belief DIVISION_FREE_BELIEFS[] = {
    {"the maximum alone was subtracted: lse is m + log(S)", free_by_max},
    {"log(S) alone was subtracted: lse is m + log(S)", free_by_log_sum},
    {"the lse in it is the naive one, infinite beyond 88.72", free_by_naive_lse},
    {"the search for the maximum in its lse starts at 0: far below 0 that lse is -inf",
     free_by_lse_from_zero},
    {"this is log-softmax: the exponential is missing", log_softmax_by_rounded_lse},
};

#endif
