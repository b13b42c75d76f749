/**
 * @file beliefs_codes.h
 * @brief Wrong rules about codes: their values and neighbours. beliefs.h says how they are used.
 *
 * Included once, by test_lab01.c.
 */
#ifndef LOWP_GRADER_LAB01_BELIEFS_CODES_H
#define LOWP_GRADER_LAB01_BELIEFS_CODES_H

#include "grader/grade.h"
#include "grader/oracles/oracle_fp.h"

#include <math.h>

/** A list of codes of one format, for the functions that read codes. */
struct codes {
    struct fp_format f;
    size_t n;
    uint64_t *bits;
};

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
    return bits_from_f64(is_subnormal(i, c) || !isfinite(x) ? x
                                                            : x - copysign(ldexp(1, ilogb(x)), x));
}

/* The sign bit taken for one more bit of the exponent, and for the sign. */
static uint64_t reads_sign_in_exponent(size_t i, const void *context)
{
    const struct codes *c = context;
    double x = exactly(i, c);
    bool wrong = signbit(x) && !is_subnormal(i, c) && isfinite(x);
    return bits_from_f64(wrong ? ldexp(x, 1 << c->f.exp_bits) : x);
}

static uint64_t reads_32_bits(size_t i, const void *context)
{
    const struct codes *c = context;
    uint64_t above = (((uint64_t)1 << c->f.man_bits) - 1) & ~(uint64_t)UINT32_MAX;
    double x = oracle_value(c->bits[i] & ~above, c->f, false);
    return bits_from_f64(isfinite(exactly(i, c)) ? x : exactly(i, c));
}

static uint64_t reads_nan_as_infinity(size_t i, const void *context)
{
    const struct codes *c = context;
    double x = exactly(i, c);
    bool negative = c->bits[i] >= oracle_sign(c->f);
    return bits_from_f64(isnan(x) ? (negative ? -INFINITY : INFINITY) : x);
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

/* The top exponent kept for infinity and NaN, whose codes come back as they are. */
static uint64_t stays_at_top_exponent(size_t i, const void *context)
{
    const struct codes *c = context;
    struct fp_format f = c->f;
    f.specials = FP_IEEE;
    bool stays =
        c->bits[i] % oracle_sign(f) > oracle_max_code(f) || c->bits[i] == oracle_max_code(f);
    return stays ? c->bits[i] : oracle_next_up(c->bits[i], c->f);
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

static uint64_t infinities_stay(size_t i, const void *context)
{
    const struct codes *c = context;
    bool infinite =
        c->f.specials == FP_IEEE && c->bits[i] % oracle_sign(c->f) == oracle_max_code(c->f) + 1;
    return infinite ? c->bits[i] : oracle_next_up(c->bits[i], c->f);
}

/* The same for fp_next_down(): the negative of what the belief says of the negative. */
static uint64_t mirrored(size_t i, const struct codes *c,
                         uint64_t (*up)(size_t i, const void *context))
{
    uint64_t negative = c->bits[i] ^ oracle_sign(c->f);
    return up(0, &(struct codes){c->f, 1, &negative}) ^ oracle_sign(c->f);
}

static uint64_t counts_down(size_t i, const void *context)
{
    const struct codes *c = context;
    return c->bits[i] - 1;
}

static uint64_t counts_down_below_zero(size_t i, const void *context)
{
    return mirrored(i, context, counts_up_below_zero);
}

static uint64_t skips_plus_zero(size_t i, const void *context)
{
    return mirrored(i, context, skips_minus_zero);
}

static uint64_t zero_steps_down_to_zero(size_t i, const void *context)
{
    return mirrored(i, context, zero_steps_to_zero);
}

static uint64_t stops_at_lowest(size_t i, const void *context)
{
    return mirrored(i, context, stops_at_max);
}

static uint64_t infinities_stay_down(size_t i, const void *context)
{
    return mirrored(i, context, infinities_stay);
}

#endif
