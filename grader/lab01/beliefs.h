/**
 * @file beliefs.h
 * @brief Wrong rules that students believe in, for test_lab01.c: each is *evaluated* on the failing
 *        inputs, and named only if it explains what the student's function answered.
 *
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
    uint32_t random; /**< for FP_SR */
    size_t n;
    double *x;      /**< the inputs */
    float *x32;     /**< the same, NaN payloads intact, if the function takes FP32; or NULL */
    uint64_t *want; /**< the right codes */
};

/** A list of codes of one format, for the functions that read codes. */
struct codes {
    struct fp_format f;
    size_t n;
    uint64_t *bits;
};

static uint64_t encode(double x, const struct casts *c)
{
    return oracle_encode(x, c->f, c->mode, c->saturate, c->random);
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

/* ---- wrong ways to round ---- */

static uint64_t truncates(size_t i, const void *context)
{
    const struct casts *c = context;
    return isfinite(c->x[i]) ? oracle_encode(c->x[i], c->f, FP_RTZ, c->saturate, 0)
                             : encode(c->x[i], c);
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
        return encode(c->x[i], c);
    uint64_t k = code_below(c->x[i], c);
    return with_sign(c->x[i], c, k + (beside_middle(c->x[i], c, k) >= 0));
}

static uint64_t ties_up(size_t i, const void *context)
{
    const struct casts *c = context;
    return signbit(c->x[i]) ? with_sign(c->x[i], c,
                                        code_below(c->x[i], c) +
                                            (beside_middle(c->x[i], c, code_below(c->x[i], c)) > 0))
                            : ties_away(i, context);
}

static uint64_t ties_down(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t k = code_below(c->x[i], c);
    return with_sign(c->x[i], c, k + (beside_middle(c->x[i], c, k) > 0));
}

static uint64_t always_up(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t k = code_below(c->x[i], c);
    return with_sign(c->x[i], c, k + (fabs(c->x[i]) > oracle_value(k, c->f, false)));
}

static uint64_t twice(double x, const struct casts *c, struct fp_format middle)
{
    return encode(oracle_value(oracle_encode(x, middle, FP_RNE, false, 0), middle, false), c);
}

static uint64_t through_fp16(size_t i, const void *context)
{
    const struct casts *c = context;
    return twice(c->x[i], c, FP16);
}

static uint64_t through_bf16(size_t i, const void *context)
{
    const struct casts *c = context;
    return twice(c->x[i], c, BF16);
}

static uint64_t through_fp32(size_t i, const void *context)
{
    const struct casts *c = context;
    return twice(c->x[i], c, FP32);
}

/* The mantissa wraps to 0 and the exponent stays. */
static uint64_t drops_carry(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t right = encode(c->x[i], c);
    uint64_t binade = (uint64_t)1 << c->f.man_bits;
    bool carried = right % binade == 0 && fabs(oracle_value(right, c->f, true)) > fabs(c->x[i]);
    return carried ? right - binade : right;
}

/* ---- wrong ends of the range ---- */

static uint64_t flushes_subnormals(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t right = encode(c->x[i], c);
    bool subnormal = right % oracle_sign(c->f) < (uint64_t)1 << c->f.man_bits;
    return subnormal ? with_sign(c->x[i], c, 0) : right;
}

static uint64_t zero_below_normal(size_t i, const void *context)
{
    const struct casts *c = context;
    double min_normal = oracle_value((uint64_t)1 << c->f.man_bits, c->f, false);
    return fabs(c->x[i]) < min_normal ? with_sign(c->x[i], c, 0) : encode(c->x[i], c);
}

static uint64_t zero_below_smallest(size_t i, const void *context)
{
    const struct casts *c = context;
    bool below = fabs(c->x[i]) < oracle_value(1, c->f, false);
    return below ? with_sign(c->x[i], c, 0) : encode(c->x[i], c);
}

static uint64_t loses_zero_sign(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t right = encode(c->x[i], c);
    return right == oracle_sign(c->f) ? 0 : right;
}

static uint64_t loses_sign(size_t i, const void *context)
{
    const struct casts *c = context;
    return encode(fabs(c->x[i]), c);
}

static uint64_t ignores_saturate(size_t i, const void *context)
{
    const struct casts *c = context;
    return oracle_encode(c->x[i], c->f, c->mode, false, c->random);
}

static uint64_t always_saturates(size_t i, const void *context)
{
    const struct casts *c = context;
    return oracle_encode(c->x[i], c->f, c->mode, true, c->random);
}

static uint64_t infinity_not_saturated(size_t i, const void *context)
{
    const struct casts *c = context;
    return isinf(c->x[i]) ? ignores_saturate(i, context) : encode(c->x[i], c);
}

static uint64_t overflows_above_max(size_t i, const void *context)
{
    const struct casts *c = context;
    double max = oracle_value(oracle_max_code(c->f), c->f, false);
    return fabs(c->x[i]) > max ? encode(c->x[i] * INFINITY, c) : encode(c->x[i], c);
}

/* The top exponent kept for infinity and NaN, as in IEEE 754: E4M3 then ends at 240. */
static uint64_t as_ieee(size_t i, const void *context)
{
    const struct casts *c = context;
    struct fp_format f = c->f;
    f.specials = FP_IEEE;
    return oracle_encode(c->x[i], f, c->mode, c->saturate, c->random);
}

/* No NaN at all: the last code is the number 480. */
static uint64_t last_code_is_a_number(size_t i, const void *context)
{
    const struct casts *c = context;
    uint64_t last = oracle_sign(c->f) - 1;
    bool reaches = fabs(c->x[i]) >= oracle_value(last, c->f, true);
    uint64_t right = oracle_encode(c->x[i], c->f, c->mode, false, c->random);
    return isnan(c->x[i]) || !reaches ? right : with_sign(c->x[i], c, last);
}

static uint64_t saturates_nan(size_t i, const void *context)
{
    const struct casts *c = context;
    return isnan(c->x[i]) ? encode(copysign(INFINITY, c->x[i]), c) : encode(c->x[i], c);
}

/* ---- the wrong bias ---- */

static uint64_t bias_without_minus_one(size_t i, const void *context)
{
    const struct casts *c = context;
    return encode(2 * c->x[i], c);
}

static uint64_t bias_15(size_t i, const void *context)
{
    const struct casts *c = context;
    return encode(c->x[i] * ldexp(1, 15 - ((1 << (c->f.exp_bits - 1)) - 1)), c);
}

/* ---- BF16 from FP32's bits, NaNs not looked after; FP32 inputs only ---- */

static uint64_t cuts_nan(size_t i, const void *context)
{
    const struct casts *c = context;
    return isnan(c->x[i]) ? bits_from_f32(c->x32[i]) >> 16 : encode(c->x[i], c);
}

static uint64_t rounds_nan(size_t i, const void *context)
{
    const struct casts *c = context;
    uint32_t bits = bits_from_f32(c->x32[i]);
    return isnan(c->x[i]) ? (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
                          : encode(c->x[i], c);
}

/* ---- wrong readings of a code; the answers are FP64 bits ---- */

static double exactly(size_t i, const struct codes *c)
{
    return oracle_value(c->bits[i], c->f, false);
}

static bool is_subnormal(size_t i, const struct codes *c)
{
    return c->bits[i] % oracle_sign(c->f) < (uint64_t)1 << c->f.man_bits;
}

static uint64_t reads_bias_without_minus_one(size_t i, const void *context)
{
    return bits_from_f64(exactly(i, context) / 2);
}

static uint64_t reads_bias_15(size_t i, const void *context)
{
    const struct codes *c = context;
    return bits_from_f64(ldexp(exactly(i, c), (1 << (c->f.exp_bits - 1)) - 1 - 15));
}

static uint64_t reads_bias_127(size_t i, const void *context)
{
    const struct codes *c = context;
    return bits_from_f64(ldexp(exactly(i, c), (1 << (c->f.exp_bits - 1)) - 1 - 127));
}

static uint64_t reads_no_hidden_bit(size_t i, const void *context)
{
    const struct codes *c = context;
    double x = exactly(i, c);
    return bits_from_f64(is_subnormal(i, c) ? x : x - copysign(ldexp(1, ilogb(x)), x));
}

static uint64_t reads_hidden_bit_in_subnormals(size_t i, const void *context)
{
    const struct codes *c = context;
    double x = exactly(i, c);
    double min_normal = oracle_value((uint64_t)1 << c->f.man_bits, c->f, false);
    return bits_from_f64(is_subnormal(i, c) ? (x + copysign(min_normal, x)) / 2 : x);
}

static uint64_t reads_subnormals_at_half(size_t i, const void *context)
{
    const struct codes *c = context;
    return bits_from_f64(is_subnormal(i, c) ? exactly(i, c) / 2 : exactly(i, c));
}

static uint64_t reads_subnormals_as_zero(size_t i, const void *context)
{
    const struct codes *c = context;
    double x = exactly(i, c);
    return bits_from_f64(is_subnormal(i, c) ? copysign(0, x) : x);
}

static uint64_t reads_zero_unsigned(size_t i, const void *context)
{
    const struct codes *c = context;
    return bits_from_f64(exactly(i, c) == 0 ? 0.0 : exactly(i, c));
}

static uint64_t reads_unsigned(size_t i, const void *context)
{
    return bits_from_f64(fabs(exactly(i, context)));
}

static uint64_t reads_as_ieee(size_t i, const void *context)
{
    const struct codes *c = context;
    struct fp_format f = c->f;
    f.specials = FP_IEEE;
    double x = oracle_value(c->bits[i], f, false);
    return isnan(x) ? UINT64_MAX >> 1 : bits_from_f64(x); // see check_decoded()
}

static uint64_t reads_last_code_as_number(size_t i, const void *context)
{
    const struct codes *c = context;
    return bits_from_f64(oracle_value(c->bits[i], c->f, true));
}

/* ---- wrong neighbours ---- */

static uint64_t counts_up_below_zero(size_t i, const void *context)
{
    const struct codes *c = context;
    return c->bits[i] + 1;
}

static uint64_t skips_minus_zero(size_t i, const void *context)
{
    const struct codes *c = context;
    uint64_t up = oracle_next_up(c->bits[i], c->f);
    return up == oracle_sign(c->f) ? 0 : up;
}

static uint64_t stops_at_max(size_t i, const void *context)
{
    const struct codes *c = context;
    return c->bits[i] == oracle_max_code(c->f) ? c->bits[i] : oracle_next_up(c->bits[i], c->f);
}

static uint64_t steps_into_nan(size_t i, const void *context)
{
    const struct codes *c = context;
    return c->bits[i] == oracle_max_code(c->f) ? c->bits[i] + 1 : oracle_next_up(c->bits[i], c->f);
}

static uint64_t zero_steps_to_zero(size_t i, const void *context)
{
    const struct codes *c = context;
    return c->bits[i] == oracle_sign(c->f) ? 0 : oracle_next_up(c->bits[i], c->f);
}

#endif
