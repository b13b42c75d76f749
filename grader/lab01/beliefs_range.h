/**
 * @file beliefs_range.h
 * @brief Wrong rules about casts, continued: the ends of the range, the bias, NaNs. beliefs.h says
 *        how they are used.
 *
 * Included once, by test_lab01.c.
 */
#ifndef LOWP_GRADER_LAB01_BELIEFS_RANGE_H
#define LOWP_GRADER_LAB01_BELIEFS_RANGE_H

#include "beliefs.h"

/* ---- wrong at the low end ---- */

static uint64_t flushes_subnormals(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t right = encode(c->x[i], i, c);
    bool subnormal = right % oracle_sign(c->f) < (uint64_t)1 << c->f.man_bits;
    return subnormal ? with_sign(c->x[i], c, 0) : right;
}

static uint64_t zero_below_normal(size_t i, const void *context)
{
    const struct casts *c = context;
    double min_normal = oracle_value((uint64_t)1 << c->f.man_bits, c->f, false);
    return fabs(c->x[i]) < min_normal ? with_sign(c->x[i], c, 0) : encode(c->x[i], i, c);
}

static uint64_t zero_below_smallest(size_t i, const void *context)
{
    const struct casts *c = context;
    bool below = fabs(c->x[i]) < oracle_value(1, c->f, false);
    return below ? with_sign(c->x[i], c, 0) : encode(c->x[i], i, c);
}

/* A subnormal result of a normal x whose hidden bit was left behind. */
static uint64_t drops_hidden_bit(size_t i, const void *context)
{
    const struct casts *c = context;
    double x = fabs(c->x[i]), min_normal = oracle_value((uint64_t)1 << c->f.man_bits, c->f, false);
    if (x == 0 || !(x < min_normal))
        return encode(c->x[i], i, c);
    return encode(copysign(x - ldexp(1, ilogb(x)), c->x[i]), i, c);
}

/* Subnormal results with the exponent -bias in place of 1 - bias. */
static uint64_t doubles_subnormals(size_t i, const void *context)
{
    const struct casts *c = context;
    double min_normal = oracle_value((uint64_t)1 << c->f.man_bits, c->f, false);
    return encode(fabs(c->x[i]) < min_normal ? 2 * c->x[i] : c->x[i], i, c);
}

static uint64_t loses_zero_sign(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t right = encode(c->x[i], i, c);
    return right == oracle_sign(c->f) ? 0 : right;
}

static uint64_t loses_sign(size_t i, const void *context)
{
    const struct casts *c = context;
    return encode(fabs(c->x[i]), i, c);
}

/* ---- wrong at the high end ---- */

static uint64_t ignores_saturate(size_t i, const void *context)
{
    const struct casts *c = context;
    return oracle_encode(c->x[i], c->f, c->mode, false, random_of(i, c));
}

static uint64_t always_saturates(size_t i, const void *context)
{
    const struct casts *c = context;
    return oracle_encode(c->x[i], c->f, c->mode, true, random_of(i, c));
}

static uint64_t infinity_not_saturated(size_t i, const void *context)
{
    const struct casts *c = context;
    return isinf(c->x[i]) ? ignores_saturate(i, context) : encode(c->x[i], i, c);
}

/* What an infinite x of case i gives to nearest. */
static uint64_t overflowed(size_t i, const struct casts *c)
{
    return oracle_encode(c->x[i] * INFINITY, c->f, FP_RNE, c->saturate, 0);
}

static uint64_t overflows_above_max(size_t i, const void *context)
{
    const struct casts *c = context;
    double max = oracle_value(oracle_max_code(c->f), c->f, false);
    return fabs(c->x[i]) > max ? overflowed(i, c) : encode(c->x[i], i, c);
}

/* What is still too large once it is cut: FP_RTZ taken for a mode that overflows like the others. */
static uint64_t overflows_when_cut(size_t i, const void *context)
{
    const struct casts *c = context;
    double beyond = oracle_value(oracle_max_code(c->f) + 1, c->f, true);
    return fabs(c->x[i]) >= beyond ? overflowed(i, c) : encode(c->x[i], i, c);
}

/* What rounds past the largest value kept at it, infinities aside. */
static uint64_t number_stays_finite(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t max = oracle_max_code(c->f), right = encode(c->x[i], i, c);
    bool kept = isfinite(c->x[i]) && right % oracle_sign(c->f) > max;
    return kept ? with_sign(c->x[i], c, max) : right;
}

static uint64_t infinity_is_cut(size_t i, const void *context)
{
    const struct casts *c = context;
    return isinf(c->x[i]) ? always_saturates(i, context) : encode(c->x[i], i, c);
}

/* The top exponent kept for infinity and NaN, as in IEEE 754: E4M3 then ends at 240. */
static uint64_t as_ieee(size_t i, const void *context)
{
    const struct casts *c = context;
    struct fp_format f = c->f;
    f.specials = FP_IEEE;
    return oracle_encode(c->x[i], f, c->mode, c->saturate, random_of(i, c));
}

/* The same, but what lies past 240 is NaN. */
static uint64_t ends_at_240(size_t i, const void *context)
{
    const struct casts *c = context;
    struct fp_format f = c->f;
    f.specials = FP_IEEE;
    uint64_t last = oracle_sign(c->f) - 1;
    uint64_t code = oracle_encode(c->x[i], f, c->mode, c->saturate, random_of(i, c));
    return code % oracle_sign(f) > oracle_max_code(f) ? with_sign(c->x[i], c, last) : code;
}

/* The other way round: E5M2's top exponent used for numbers. */
static uint64_t as_e4m3(size_t i, const void *context)
{
    const struct casts *c = context;
    struct fp_format f = c->f;
    f.specials = FP_NAN_ONLY;
    return oracle_encode(c->x[i], f, c->mode, c->saturate, random_of(i, c));
}

/* Without an infinity, the code past the largest is the NaN, also where x was to be clamped. */
static uint64_t clamps_to_nan(size_t i, const void *context)
{
    const struct casts *c = context;
    return c->f.specials == FP_NAN_ONLY ? ignores_saturate(i, context) : encode(c->x[i], i, c);
}

/* No NaN at all: the last code is the number 480. */
static uint64_t last_code_is_a_number(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t last = oracle_sign(c->f) - 1;
    bool reaches = fabs(c->x[i]) >= oracle_value(last, c->f, true);
    uint64_t right = oracle_encode(c->x[i], c->f, c->mode, false, random_of(i, c));
    return isnan(c->x[i]) || !reaches ? right : with_sign(c->x[i], c, last);
}

/* The same as a step of rounding: what is nearest to 480 becomes it, and only more overflows. */
static uint64_t rounds_to_last_code(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t last = oracle_sign(c->f) - 1;
    double gap = oracle_value(last, c->f, true) - oracle_value(last - 1, c->f, true);
    double off = fabs(fabs(c->x[i]) - oracle_value(last, c->f, true));
    bool nearest = c->f.specials == FP_NAN_ONLY && off < gap / 2;
    return nearest ? with_sign(c->x[i], c, last) : encode(c->x[i], i, c);
}

static uint64_t nan_is_too_large(size_t i, const void *context)
{
    const struct casts *c = context;
    double sign = c->x32 ? copysign(1, c->x32[i]) : copysign(1, c->x[i]);
    return isnan(c->x[i]) ? encode(sign * INFINITY, i, c) : encode(c->x[i], i, c);
}

/* ---- the wrong bias ---- */

static uint64_t bias_without_minus_one(size_t i, const void *context)
{
    const struct casts *c = context;
    return encode(2 * c->x[i], i, c);
}

static uint64_t bias_15(size_t i, const void *context)
{
    const struct casts *c = context;
    return encode(c->x[i] * ldexp(1, 15 - ((1 << (c->f.exp_bits - 1)) - 1)), i, c);
}

/* ---- BF16 from FP32's bits, NaNs not looked after; FP32 inputs only ---- */

static uint64_t cuts_nan(size_t i, const void *context)
{
    const struct casts *c = context;
    return isnan(c->x[i]) ? bits_from_f32(c->x32[i]) >> 16 : encode(c->x[i], i, c);
}

static uint64_t rounds_nan(size_t i, const void *context)
{
    const struct casts *c = context;
    uint32_t bits = bits_from_f32(c->x32[i]);
    return isnan(c->x[i]) ? (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
                          : encode(c->x[i], i, c);
}

#endif
