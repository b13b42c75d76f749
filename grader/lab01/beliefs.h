/**
 * @file beliefs.h
 * @brief Wrong rules that students believe in, for test_lab01.c: each is *evaluated* on the failing
 *        inputs, and named only if it explains what the student's function answered.
 *
 * This file is about roundings; beliefs_range.h about the ends of the range and the bias,
 * beliefs_codes.h about the reading of codes.
 * Included once, by test_lab01.c.
 */
#ifndef LOWP_GRADER_LAB01_BELIEFS_H
#define LOWP_GRADER_LAB01_BELIEFS_H

#include "grader/grade.h"
#include "grader/oracles/oracle_fp.h"

#include <math.h>

/** A list of inputs to a cast, and how they are rounded. */
struct casts {
    struct fp_format f;
    enum fp_round mode;
    bool saturate;
    uint32_t random;   /**< for FP_SR */
    uint32_t *randoms; /**< for FP_SR, of each case; NULL: `random` for all */
    size_t n;
    double *x;      /**< the inputs */
    float *x32;     /**< the same, NaN payloads intact, if the function takes FP32; or NULL */
    uint64_t *want; /**< the right codes */
};

static uint32_t random_of(size_t i, const struct casts *c)
{
    return c->randoms ? c->randoms[i] : c->random;
}

/* The right code, were x the input of case i. */
static uint64_t encode(double x, size_t i, const struct casts *c)
{
    return oracle_encode(x, c->f, c->mode, c->saturate, random_of(i, c));
}

static uint64_t with_sign(double x, const struct casts *c, uint64_t magnitude)
{
    return signbit(x) ? magnitude | oracle_sign(c->f) : magnitude;
}

/* The code at or below |x|. */
static uint64_t code_below(double x, const struct casts *c)
{
    return oracle_encode(fabs(x), c->f, FP_RTZ, false, 0);
}

/* -1, 0 or 1: |x| lies below, at or above the middle between code k and the next. */
static int beside_middle(double x, const struct casts *c, uint64_t k)
{
    double middle = oracle_between(k, c->f, false).x[2];
    return (fabs(x) > middle) - (fabs(x) < middle);
}

/* The code below |x|, or the next: past the largest that is infinity or the NaN, unless clamped. */
static uint64_t up_if(bool up, size_t i, const struct casts *c)
{
    uint64_t k = code_below(c->x[i], c) + up, max = oracle_max_code(c->f);
    return with_sign(c->x[i], c, c->saturate && k > max ? max : k);
}

/* ---- wrong ways to round ---- */

static uint64_t truncates(size_t i, const void *context)
{
    const struct casts *c = context;
    return isfinite(c->x[i]) ? oracle_encode(c->x[i], c->f, FP_RTZ, c->saturate, 0)
                             : encode(c->x[i], i, c);
}

static uint64_t rounds_to_nearest(size_t i, const void *context)
{
    const struct casts *c = context;
    return oracle_encode(c->x[i], c->f, FP_RNE, c->saturate, 0);
}

static uint64_t ties_away(size_t i, const void *context)
{
    const struct casts *c = context;
    if (!isfinite(c->x[i]))
        return encode(c->x[i], i, c);
    return up_if(beside_middle(c->x[i], c, code_below(c->x[i], c)) >= 0, i, c);
}

static uint64_t ties_down(size_t i, const void *context)
{
    const struct casts *c = context;
    if (!isfinite(c->x[i]))
        return encode(c->x[i], i, c);
    return up_if(beside_middle(c->x[i], c, code_below(c->x[i], c)) > 0, i, c);
}

static uint64_t ties_up(size_t i, const void *context)
{
    const struct casts *c = context;
    return signbit(c->x[i]) ? ties_down(i, context) : ties_away(i, context);
}

/* "To even" for all that is not below the middle. */
static uint64_t half_or_more_to_even(size_t i, const void *context)
{
    const struct casts *c = context;
    if (!isfinite(c->x[i]))
        return encode(c->x[i], i, c);
    uint64_t below = code_below(c->x[i], c);
    return up_if(beside_middle(c->x[i], c, below) >= 0 && below % 2, i, c);
}

static uint64_t always_up(size_t i, const void *context)
{
    const struct casts *c = context;
    if (isnan(c->x[i]))
        return encode(c->x[i], i, c);
    double below = oracle_value(code_below(c->x[i], c), c->f, false);
    return up_if(fabs(c->x[i]) > below, i, c);
}

static uint64_t twice(size_t i, const struct casts *c, struct fp_format middle)
{
    uint64_t first = oracle_encode(c->x[i], middle, FP_RNE, false, 0);
    return encode(oracle_value(first, middle, false), i, c);
}

static uint64_t through_fp16(size_t i, const void *context)
{
    const struct casts *c = context;
    return twice(i, c, FP16);
}

static uint64_t through_bf16(size_t i, const void *context)
{
    const struct casts *c = context;
    return twice(i, c, BF16);
}

static uint64_t through_fp32(size_t i, const void *context)
{
    const struct casts *c = context;
    return twice(i, c, FP32);
}

/* First to man_bits, wherever x lies; then to the gap of the subnormals. */
static uint64_t twice_in_subnormals(size_t i, const void *context)
{
    const struct casts *c = context;
    double x = c->x[i];
    if (x == 0 || !isfinite(x))
        return encode(x, i, c);
    int last = ilogb(x) - c->f.man_bits; /* exponent of the last bit that is kept at first */
    return encode(ldexp(rint(ldexp(x, -last)), last), i, c);
}

/* The mantissa wraps to 0 and the exponent stays. */
static uint64_t drops_carry(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t right = encode(c->x[i], i, c);
    uint64_t binade = (uint64_t)1 << c->f.man_bits;
    bool carried = right % binade == 0 && fabs(oracle_value(right, c->f, true)) > fabs(c->x[i]);
    return carried ? right - binade : right;
}

/* Down on the number line, where toward zero was asked for. */
static uint64_t rounds_down(size_t i, const void *context)
{
    const struct casts *c = context;
    return signbit(c->x[i]) ? always_up(i, context) : truncates(i, context);
}

/* ---- wrong ways to round stochastically ---- */

/* t: the part of the gap that |x| lies above the code below, exact. */
static double part_of_gap(size_t i, const struct casts *c)
{
    uint64_t k = code_below(c->x[i], c);
    double low = oracle_value(k, c->f, true);
    return (fabs(c->x[i]) - low) / (oracle_value(k + 1, c->f, true) - low);
}

static uint64_t sr_mirrored(size_t i, const void *context)
{
    const struct casts *c = context;
    return oracle_encode(c->x[i], c->f, FP_SR, c->saturate, ~random_of(i, c));
}

static uint64_t sr_mirrored_below_zero(size_t i, const void *context)
{
    const struct casts *c = context;
    return signbit(c->x[i]) ? sr_mirrored(i, context) : encode(c->x[i], i, c);
}

static uint64_t sr_at_most(size_t i, const void *context)
{
    const struct casts *c = context;
    return up_if(random_of(i, c) <= ldexp(part_of_gap(i, c), 32), i, c);
}

static uint64_t sr_top_16_bits(size_t i, const void *context)
{
    const struct casts *c = context;
    return up_if(random_of(i, c) >> 16 < floor(ldexp(part_of_gap(i, c), 16)), i, c);
}

static uint64_t sr_low_16_bits(size_t i, const void *context)
{
    const struct casts *c = context;
    return up_if((random_of(i, c) & 0xFFFF) < ldexp(part_of_gap(i, c), 16), i, c);
}

static uint64_t sr_whole_32_bits(size_t i, const void *context)
{
    const struct casts *c = context;
    return up_if(random_of(i, c) < floor(ldexp(part_of_gap(i, c), 32)), i, c);
}

static uint64_t sr_in_fp32(size_t i, const void *context)
{
    const struct casts *c = context;
    return up_if((float)random_of(i, c) < ldexpf((float)part_of_gap(i, c), 32), i, c);
}

static uint64_t sr_less_one(size_t i, const void *context)
{
    const struct casts *c = context;
    return up_if(random_of(i, c) < part_of_gap(i, c) * UINT32_MAX, i, c);
}

static uint64_t sr_coin(size_t i, const void *context)
{
    const struct casts *c = context;
    return up_if(part_of_gap(i, c) > 0 && random_of(i, c) >> 31 == 0, i, c);
}

static uint64_t sr_noise_then_nearest(size_t i, const void *context)
{
    const struct casts *c = context;
    return up_if(part_of_gap(i, c) + ldexp(random_of(i, c), -32) >= 0.5, i, c);
}

#endif
