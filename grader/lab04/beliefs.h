/**
 * @file beliefs.h
 * @brief Wrong rules of lab 04.
 *
 * Each says what a student who believes it would answer. A test that finds wrong answers evaluates
 * these on the same inputs; the rule whose answers match is named in the message. None of them can
 * make a test pass. Included by test_lab04.c alone.
 */
#ifndef LOWP_GRADER_LAB04_BELIEFS_H
#define LOWP_GRADER_LAB04_BELIEFS_H

#include "grader/grade.h"
#include "grader/oracles/oracle_scaler.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/** A list of rules and its length, as two arguments. */
#define RULES(array) (array), sizeof(array) / sizeof *(array)

// --- 4.3: the inverse ------------------------------------------------------------------------

static uint64_t inverse_is_scale(size_t i, const void *context)
{
    return bits_from_f32(((const float *)context)[i]);
}

static uint64_t inverse_without_subnormals(size_t i, const void *context)
{
    float right = oracle_inverse(((const float *)context)[i]);
    return bits_from_f32(fabsf(right) < FLT_MIN ? copysignf(0, right) : right);
}

static uint64_t inverse_of_zero_is_zero(size_t i, const void *context)
{
    float scale = ((const float *)context)[i];
    return bits_from_f32(scale == 0 ? 0 : oracle_inverse(scale));
}

static uint64_t inverse_clamped(size_t i, const void *context)
{
    float right = oracle_inverse(((const float *)context)[i]);
    return bits_from_f32(isinf(right) ? copysignf(FLT_MAX, right) : right);
}

static uint64_t inverse_by_exponent(size_t i, const void *context)
{
    float scale = ((const float *)context)[i];
    return bits_from_f32(scale == 0 || !oracle_is_finite(scale) ? oracle_inverse(scale)
                                                                : ldexpf(1, -ilogbf(scale)));
}

static const struct rule INVERSE_RULES[] = {
    {"the scale itself was returned, not its inverse", inverse_is_scale},
    {"small inverses were made 0: FP32 has subnormal numbers below 2^-126",
     inverse_without_subnormals},
    {"1/0 was avoided; the contract's 1/0 is an infinity, and that shall be seen",
     inverse_of_zero_is_zero},
    {"an infinite inverse was replaced by the largest float: then nobody can see it",
     inverse_clamped},
    {"only the exponent was inverted: scales need not be powers of two", inverse_by_exponent},
};

// --- 4.2 and 4.4: scaled and unscaled values --------------------------------------------------------------------

/** The inputs of a check of check_and_unscale(). */
struct unscale_cases {
    const float *x;
    float scale, inv;
};

static uint64_t unscale_divides(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    return bits_from_f32((float)((double)c->x[i] / (double)c->scale));
}

static uint64_t unscale_scales(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    return bits_from_f32(c->x[i] * c->scale);
}

static uint64_t unscale_by_exact_inverse(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    return bits_from_f32((float)((double)c->x[i] * (1.0 / (double)c->scale)));
}

static uint64_t unscale_leaves(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    return bits_from_f32(c->x[i]);
}

static uint64_t unscale_twice(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    return bits_from_f32(oracle_unscaled(oracle_unscaled(c->x[i], c->inv), c->inv));
}

static uint64_t unscale_cleans(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    return bits_from_f32(oracle_is_finite(c->x[i]) ? oracle_unscaled(c->x[i], c->inv) : 0);
}

static uint64_t unscale_skips_bad(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    return bits_from_f32(oracle_is_finite(c->x[i]) ? oracle_unscaled(c->x[i], c->inv) : c->x[i]);
}

static uint64_t unscale_stops_at_bad(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    bool stopped = false;
    for (size_t k = 0; k < i; k++)
        stopped = stopped || !oracle_is_finite(c->x[k]);
    return bits_from_f32(stopped ? c->x[i] : oracle_unscaled(c->x[i], c->inv));
}

static const struct rule SCALE_RULES[] = {
    {"the values were not scaled", unscale_leaves},
    {"divided by the scale: scaling multiplies, unscaling takes it back", unscale_divides},
};

// In order: of rules that explain the same answers, the first is named.
static const struct rule UNSCALE_RULES[] = {
    {"the elements behind the first infinity or NaN were left out: all are unscaled",
     unscale_stops_at_bad},
    {"divided by the scale: the rule multiplies by the FP32 inverse, which rounds differently",
     unscale_divides},
    {"the inverse stayed in double: it is rounded to FP32 before the multiply",
     unscale_by_exact_inverse},
    {"the gradients were not unscaled", unscale_leaves},
    {"the gradients were unscaled twice", unscale_twice},
    {"multiplied by the scale, not by its inverse", unscale_scales},
    {"infinities and NaNs were replaced by 0: then nobody downstream can see them", unscale_cleans},
    {"elements that are not finite were not multiplied", unscale_skips_bad},
};

// --- 4.12: flushed gradients -----------------------------------------------------------------

/** A wrong rule for fp16_flushed_share(). */
struct flush_belief {
    const char *belief;
    bool (*flushed)(float x, float scale);
    bool of_all; /**< zeros are counted in the whole */
};

static bool flush_below_normal(float x, float scale)
{
    return x != 0 && fabs((double)x * (double)scale) < 0x1p-14;
}

static bool flush_below_subnormal(float x, float scale)
{
    return x != 0 && fabs((double)x * (double)scale) < 0x1p-24;
}

static bool flush_not_the_tie(float x, float scale)
{
    return x != 0 && fabs((double)x * (double)scale) < 0x1p-25;
}

static bool flush_by_fp32_product(float x, float scale)
{
    return x != 0 && fabsf(x * scale) <= 0x1p-25f;
}

static bool flush_unscaled(float x, float scale)
{
    (void)scale;
    return oracle_is_flushed(x, 1);
}

static bool flush_divided(float x, float scale)
{
    return x != 0 && fabs((double)x / (double)scale) <= 0x1p-25;
}

static bool flush_positive(float x, float scale)
{
    return x != 0 && (double)x * (double)scale <= 0x1p-25;
}

static bool flush_zeros_too(float x, float scale)
{
    return x == 0 || oracle_is_flushed(x, scale);
}

static bool survives(float x, float scale)
{
    return x != 0 && !oracle_is_flushed(x, scale);
}

static const struct flush_belief FLUSH_BELIEFS[] = {
    {"everything below 6.1e-5 was counted: that is the smallest normal number, and subnormals "
     "reach further down",
     flush_below_normal, false},
    {"everything below 2^-24 was counted: above half of that, FP16 rounds up to 2^-24",
     flush_below_subnormal, false},
    {"the tie at 2^-25 was taken to survive: it goes to the even code, and that is 0",
     flush_not_the_tie, false},
    {"the product was rounded to FP32 first, and a value above 2^-25 landed on the tie",
     flush_by_fp32_product, false},
    {"the scale was left out", flush_unscaled, false},
    {"divided by the scale", flush_divided, false},
    {"the sign was not taken off: negative gradients are not small", flush_positive, false},
    {"gradients that were 0 before were counted as flushed", flush_zeros_too, true},
    {"the share of all values was returned: zeros cannot be flushed and do not count",
     oracle_is_flushed, true},
    {"the share that survives was returned", survives, false},
};

#endif
