/**
 * @file beliefs.h
 * @brief Wrong rules of lab 02: each says what a student who believes it would answer.
 *
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab02.c alone.
 */
#ifndef LOWP_GRADER_LAB02_BELIEFS_H
#define LOWP_GRADER_LAB02_BELIEFS_H

#include "grader/lab02/draw.h"

// --- 2.1: kinds ------------------------------------------------------------------------------

static enum kind kind_all_ones_is_inf(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_NAN ? KIND_INF : kind;
}

static enum kind kind_all_ones_is_nan(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_INF ? KIND_NAN : kind;
}

static enum kind kind_subnormals_are_zero(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_SUBNORMAL ? KIND_ZERO : kind;
}

static enum kind kind_subnormals_are_normal(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_SUBNORMAL ? KIND_NORMAL : kind;
}

static enum kind kind_sign_kept(uint32_t bits, enum dtype dtype)
{
    bool negative = bits >> (dtype == DTYPE_FP32 ? 31 : 15);
    return negative ? KIND_NAN : oracle_kind(bits, dtype);
}

static enum kind kind_of_minus_zero(uint32_t bits, enum dtype dtype)
{
    bool minus_zero = bits == (dtype == DTYPE_FP32 ? 0x80000000 : 0x8000);
    return minus_zero ? KIND_SUBNORMAL : oracle_kind(bits, dtype);
}

static enum kind kind_bf16_as_fp16(uint32_t bits, enum dtype dtype)
{
    return oracle_kind(bits, dtype == DTYPE_BF16 ? DTYPE_FP16 : dtype);
}

static enum kind kind_bf16_ends_like_fp16(uint32_t bits, enum dtype dtype)
{
    uint32_t magnitude = bits & 0x7FFF;
    if (dtype != DTYPE_BF16 || magnitude < 0x7C00)
        return oracle_kind(bits, dtype);
    return magnitude == 0x7C00 ? KIND_INF : KIND_NAN;
}

static enum kind kind_zero_is_subnormal(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_ZERO ? KIND_SUBNORMAL : kind;
}

/** Counts and range also depend on them, if the student's own kind_of() is asked. */
static const struct {
    const char *belief;
    kind_rule *answer;
} KIND_BELIEFS[] = {
    {"an exponent of all ones is an infinity only if the mantissa is 0", kind_all_ones_is_inf},
    {"an exponent of all ones with mantissa 0 is an infinity, no NaN", kind_all_ones_is_nan},
    {"subnormal numbers are not zero: exponent 0, but a mantissa", kind_subnormals_are_zero},
    {"numbers with exponent 0 and a mantissa are subnormal", kind_subnormals_are_normal},
    {"the sign bit was compared along: clear it first", kind_sign_kept},
    {"-0 is a zero too", kind_of_minus_zero},
    {"BF16 has 8 exponent bits and 7 mantissa bits, not FP16's 5 and 10", kind_bf16_as_fp16},
    {"BF16's infinity is 0x7F80; 0x7C00 is FP16's", kind_bf16_ends_like_fp16},
    {"0 is no subnormal number: those have a mantissa that is not 0", kind_zero_is_subnormal},
};

// --- 2.3, and all that looks for bad values ---------------------------------------------------

static const struct {
    const char *belief;
    unsigned bad; /**< what is looked for */
} SEARCH_BELIEFS[] = {
    {"only NaNs were looked for: infinities are not finite either", BAD_NAN},
    {"only infinities were looked for: NaNs are not finite either, and x == NAN is never true",
     BAD_INF},
    {"-inf was not looked for: it is no more finite than +inf", BAD_NAN | BAD_PLUS_INF},
};

// --- 2.7 to 2.9: sums ------------------------------------------------------------------------

static double sum_never_rounded(struct tensor t)
{
    float sum = 0;
    for (size_t i = 0; i < t.n; i++)
        sum += (float)oracle_element(t, i);
    return (double)sum;
}

static double sum_rounded_at_the_end(struct tensor t)
{
    return oracle_rounded(sum_never_rounded(t), t.dtype);
}

static double sum_saturates(struct tensor t)
{
    double sum = 0, max = t.dtype == DTYPE_FP16 ? 65504 : 0x1.fep127;
    for (size_t i = 0; i < t.n; i++)
        sum = fmin(fmax(oracle_rounded(sum + oracle_element(t, i), t.dtype), -max), max);
    return sum;
}

static double sum_in_fp16(struct tensor t)
{
    double sum = 0;
    for (size_t i = 0; i < t.n; i++)
        sum = oracle_rounded(sum + oracle_element(t, i), DTYPE_FP16);
    return sum;
}

static double sum_backwards(struct tensor t)
{
    double sum = 0;
    for (size_t i = t.n; i-- > 0;)
        sum = oracle_rounded(sum + oracle_element(t, i), t.dtype);
    return sum;
}

static double larger_half_first(struct tensor t, size_t begin, size_t end)
{
    if (end - begin < 2)
        return end == begin ? 0 : oracle_element(t, begin);
    size_t middle = begin + (end - begin + 1) / 2;
    return oracle_rounded(larger_half_first(t, begin, middle) + larger_half_first(t, middle, end),
                          t.dtype);
}

static double sum_larger_half_first(struct tensor t)
{
    return larger_half_first(t, 0, t.n);
}

static float halves_in_fp32(struct tensor t, size_t begin, size_t end)
{
    if (end - begin < 2)
        return end == begin ? 0 : (float)oracle_element(t, begin);
    size_t middle = begin + (end - begin) / 2;
    return halves_in_fp32(t, begin, middle) + halves_in_fp32(t, middle, end);
}

static double sum_halves_in_fp32(struct tensor t)
{
    return (double)halves_in_fp32(t, 0, t.n);
}

static double sum_halves_rounded_at_the_end(struct tensor t)
{
    return oracle_rounded(sum_halves_in_fp32(t), t.dtype);
}

/** Elements 0 and 1, 2 and 3, ... and then the sums likewise; who is left over goes on alone. */
static double sum_of_neighbours(struct tensor t)
{
    static double sums[8192];
    for (size_t i = 0; i < t.n; i++)
        sums[i] = oracle_element(t, i);
    for (size_t n = t.n; n > 1; n = (n + 1) / 2)
        for (size_t i = 0; i < (n + 1) / 2; i++)
            sums[i] = 2 * i + 1 < n ? oracle_rounded(sums[2 * i] + sums[2 * i + 1], t.dtype)
                                    : sums[2 * i];
    return t.n ? sums[0] : 0;
}

static const struct {
    const char *belief;
    double (*answer)(struct tensor t);
} SUM_BELIEFS[] = {
    {"this is the sum in one accumulator of t's own format, element after element",
     oracle_sum_running},
    {"this is the pairwise sum", oracle_sum_pairwise},
    {"the sum was rounded once, at the end: a 16-bit accumulator rounds after each addition",
     sum_rounded_at_the_end},
    {"the sum was kept in FP32: the contract rounds to t's format after each addition",
     sum_never_rounded},
    {"the sum was held at the largest finite value: it becomes infinite, and stays so",
     sum_saturates},
    {"every format was rounded to FP16", sum_in_fp16},
    {"the elements were added from the last to the first", sum_backwards},
    {"the first half is the smaller one when n is odd: n/2 rounds down", sum_larger_half_first},
    {"halves were added in FP32: the contract rounds to t's format after each addition",
     sum_halves_in_fp32},
    {"halves were added in FP32 and rounded once, at the end: each addition rounds to t's format",
     sum_halves_rounded_at_the_end},
    {"neighbours were added, round after round: the contract cuts in halves, n/2 rounded down",
     sum_of_neighbours},
};

#endif
