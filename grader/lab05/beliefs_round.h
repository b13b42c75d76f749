/**
 * @file beliefs_round.h
 * @brief Wrong rules of lab 05 about gaps, lost updates and stochastic rounding.
 *
 * Each says what a student who believes it would answer.
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab05.c alone.
 */
#ifndef LOWP_GRADER_LAB05_BELIEFS_ROUND_H
#define LOWP_GRADER_LAB05_BELIEFS_ROUND_H

#include "grader/grade.h"
#include "grader/oracles/oracle_optim.h"

#include <math.h>

/** A list of rules and its length, as two arguments. */
#define RULES(array) (array), sizeof(array) / sizeof *(array)

// --- 5.1: the gap, as the bits of a double ---------------------------------------------------

/** The inputs of a check of bf16_gap(). */
struct gap_cases {
    const uint16_t *w;
    const int *direction; /**< one for each w */
};

static double gap_above_magnitude(uint16_t w)
{
    return oracle_gap(w & 0x7FFF, +1);
}

static uint64_t gap_symmetric(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    return bits_from_f64(gap_above_magnitude(c->w[i]));
}

static uint64_t gap_mirrored(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    return bits_from_f64(oracle_gap(c->w[i] & 0x7FFF, c->direction[i]));
}

static uint64_t gap_is_eps(size_t i, const void *context)
{
    (void)i, (void)context;
    return bits_from_f64(0x1p-7);
}

static uint64_t gap_is_eps_times_w(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    return bits_from_f64(0x1p-7 * fabs(oracle_bf16_value(c->w[i])));
}

static uint64_t gap_signed(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    return bits_from_f64(c->direction[i] * oracle_gap(c->w[i], c->direction[i]));
}

static uint64_t gap_halved_everywhere(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    return bits_from_f64(oracle_gap(c->w[i], c->direction[i]) / 2);
}

static uint64_t gap_without_subnormals(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    double w = fabs(oracle_bf16_value(c->w[i]));
    return bits_from_f64(w == 0 ? 0 : ldexp(1, ilogb(w) - 7));
}

static uint64_t gap_halves_at_the_bottom(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    bool toward_zero = (c->direction[i] > 0) == (c->w[i] >= 0x8000);
    return bits_from_f64((c->w[i] & 0x7FFF) == 0x0080 && toward_zero
                             ? 0x1p-134
                             : oracle_gap(c->w[i], c->direction[i]));
}

static const struct rule GAP_RULES[] = {
    {"the gap above a power of two was used below it as well: below it starts a finer binade",
     gap_symmetric},
    {"the sign of w was left out: for a negative w the neighbour above is the one nearer to zero",
     gap_mirrored},
    {"eps = 2^-7 is the gap at 1 only; it grows and shrinks with the exponent of w", gap_is_eps},
    {"eps * |w| was used: the gap is the same for all of a binade, not proportional to w",
     gap_is_eps_times_w},
    {"a distance is positive: the difference kept the sign of its direction", gap_signed},
    {"half the gap was returned", gap_halved_everywhere},
    {"the formula for normal numbers was carried on below 2^-126, where the gap stays 2^-133",
     gap_without_subnormals},
    {"the smallest normal is a power of two, but the subnormals below it are no finer",
     gap_halves_at_the_bottom},
};

// --- 5.2: is the update lost? ----------------------------------------------------------------

/** A wrong rule for bf16_update_is_lost(). */
struct lost_belief {
    const char *belief;
    bool (*answer)(uint16_t w, float u);
};

static bool lost_with_symmetric_gap(uint16_t w, float u)
{
    double half = gap_above_magnitude(w) / 2;
    return fabs((double)u) < half || (fabs((double)u) == half && w % 2 == 0);
}

static bool lost_with_mirrored_gap(uint16_t w, float u)
{
    return oracle_is_lost(w & 0x7FFF, u);
}

static double half_gap(uint16_t w, float u)
{
    return oracle_gap(w, u > 0 ? +1 : -1) / 2;
}

static bool lost_on_every_tie(uint16_t w, float u)
{
    return fabs((double)u) <= half_gap(w, u);
}

static bool lost_on_no_tie(uint16_t w, float u)
{
    return fabs((double)u) < half_gap(w, u);
}

static bool lost_under_the_whole_gap(uint16_t w, float u)
{
    return fabs((double)u) < 2 * half_gap(w, u);
}

static bool lost_through_fp32(uint16_t w, float u)
{
    return oracle_apply_bf16(w, u) == w;
}

static bool lost_when_truncated(uint16_t w, float u)
{
    return bits_from_f32((float)(oracle_bf16_value(w) + u)) >> 16 == w;
}

static bool lost_by_ratio(uint16_t w, float u)
{
    return fabs((double)u) < 0x1p-8 * fabs(oracle_bf16_value(w));
}

static bool lost_means_moved(uint16_t w, float u)
{
    return !oracle_is_lost(w, u);
}

static const struct lost_belief LOST_BELIEFS[] = {
    {"the answer is inverted: true means that the weight does not move", lost_means_moved},
    {"a tie was taken as always lost; it goes to the even code, and w may be the odd one",
     lost_on_every_tie},
    {"a tie was taken as never lost; it goes to the even code, which may be w", lost_on_no_tie},
    {"the gap above was used for a step down from a power of two: there it is half as wide",
     lost_with_symmetric_gap},
    {"the sign of w was left out: for a negative w the finer side of a power of two is above",
     lost_with_mirrored_gap},
    {"the sum was rounded to FP32 before BF16: two roundings, and the first can make a tie",
     lost_through_fp32},
    {"u was compared with the whole gap: nearest rounding decides at half of it",
     lost_under_the_whole_gap},
    {"truncation decided, not rounding to nearest", lost_when_truncated},
    {"|u| < 2^-8 |w| is a rule of thumb: the gap is constant in a binade, |w| is not",
     lost_by_ratio},
};

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

// In order: of rules that explain the same answers, the first is named.
static const struct rule SR_RULES[] = {
    {"r was added to the bits of an infinity or a NaN too", sr_adds_to_anything},
    {"r was added and the sum rounded to nearest: after adding r, drop the 16 bits",
     sr_adds_then_rounds},
    {"rounds up when r < f: as many values of r as the contract says, but not the same ones",
     sr_r_below_f},
    {"x was truncated: r had no say", sr_truncates},
    {"x was rounded to nearest: r had no say", sr_is_nearest},
    {"off by one: f + r = 65536 already rounds up", sr_one_short},
    {"a negative x was rounded up in value: it is the magnitude that goes up", sr_toward_plus},
};

#endif
