/**
 * @file beliefs_sr.h
 * @brief Wrong rules of lab 05 about stochastic rounding.
 *
 * Each says what a student who believes it would answer.
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab05.c alone.
 */
#ifndef LOWP_GRADER_LAB05_BELIEFS_SR_H
#define LOWP_GRADER_LAB05_BELIEFS_SR_H

#include "grader/grade.h"
#include "grader/oracles/oracle_optim.h"

#include <math.h>

// --- 5.3: stochastic rounding ----------------------------------------------------------------

/** The inputs of a check of bf16_from_f32_sr(). */
struct sr_cases {
    const float *x;
    const uint16_t *r; /**< one for each x */
};

static uint16_t toward_zero(float x)
{
    return (uint16_t)(bits_from_f32(x) >> 16);
}

static uint32_t fraction_of(float x)
{
    return bits_from_f32(x) % 65536;
}

static uint64_t sr_truncates(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    return toward_zero(c->x[i]);
}

static uint64_t sr_is_nearest(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    return oracle_bf16_sum(c->x[i], 0);
}

static uint64_t sr_adds_then_rounds(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    uint32_t bits = bits_from_f32(c->x[i]) + c->r[i];
    return (uint16_t)((bits + 0x7FFF + (bits >> 16) % 2) >> 16);
}

static uint64_t sr_one_short(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    return (uint16_t)(toward_zero(c->x[i]) + (fraction_of(c->x[i]) + c->r[i] > 65536));
}

static uint64_t sr_r_below_f(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    return (uint16_t)(toward_zero(c->x[i]) + (c->r[i] < fraction_of(c->x[i])));
}

static uint64_t sr_toward_plus(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    float x = c->x[i];
    if (!signbit(x))
        return oracle_sr(x, c->r[i]);
    uint32_t from_below = (65536 - fraction_of(x)) % 65536; // distance from the neighbour below
    bool up = from_below + c->r[i] >= 65536;
    return (uint16_t)(toward_zero(x) + (fraction_of(x) != 0 && !up));
}

static uint64_t sr_adds_to_anything(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    return (uint16_t)((bits_from_f32(c->x[i]) + c->r[i]) >> 16);
}

static uint64_t sr_fifteen_bits(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    if (isfinite(c->x[i]))
        return oracle_sr(c->x[i], c->r[i] & 0x7FFF);
    return isnan(c->x[i]) ? 0x7FC0 : toward_zero(c->x[i]);
}

/** Of all NaNs, those whose payload lies in the lower half. Else what is right. */
static uint64_t sr_cuts_a_nan(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    return isfinite(c->x[i]) ? oracle_sr(c->x[i], c->r[i]) : toward_zero(c->x[i]);
}

static uint64_t sr_flushes_subnormals(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    float x = c->x[i];
    return fpclassify(x) == FP_SUBNORMAL ? toward_zero(copysignf(0, x)) : oracle_sr(x, c->r[i]);
}

// In order: of rules that explain the same answers, the first is named. Where r is 0x8000, what is
// left of it is 0: "15 bits" before "truncated".
static const struct rule SR_RULES[] = {
    {"only the low 15 bits of r were used", sr_fifteen_bits},
    {"a NaN whose payload lies in the lower half was cut to an infinity", sr_cuts_a_nan},
    {"r was added to the bits of an infinity or a NaN too", sr_adds_to_anything},
    {"r was added and the sum rounded to nearest: after adding r, drop the 16 bits",
     sr_adds_then_rounds},
    {"rounds up when r < f: as many values of r as the contract says, but not the same ones",
     sr_r_below_f},
    {"off by one: f + r = 65536 already rounds up", sr_one_short},
    {"x was truncated: r had no say", sr_truncates},
    {"x was rounded to nearest: r had no say", sr_is_nearest},
    {"a negative x was rounded up in value: it is the magnitude that goes up", sr_toward_plus},
    {"subnormals were made zero: BF16 has them", sr_flushes_subnormals},
};

#endif
