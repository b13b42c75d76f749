/**
 * @file beliefs_round.h
 * @brief Wrong rules of lab 05 about gaps and lost updates.
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

/** The difference to the code below zero's, 0xFFFF or 0x7FFF: a NaN. */
static uint64_t gap_below_zero_is_nan(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    bool toward_zero = (c->direction[i] > 0) == (c->w[i] >= 0x8000);
    return bits_from_f64(
        c->w[i] % 0x8000 == 0 && toward_zero ? NAN : oracle_gap(c->w[i], c->direction[i]));
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
    {"the smallest normal is a power of two, but the subnormals below it are no finer",
     gap_halves_at_the_bottom},
    {"half the gap was returned", gap_halved_everywhere},
    {"the formula for normal numbers was carried on below 2^-126, where the gap stays 2^-133",
     gap_without_subnormals},
    {"zero has no code below its own: on that side the neighbour is a subnormal of the other sign",
     gap_below_zero_is_nan},
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

static bool lost_up_to_the_whole_gap(uint16_t w, float u)
{
    double gap = 2 * half_gap(w, u);
    return fabs((double)u) < gap || (fabs((double)u) == gap && w % 2 == 0);
}

static bool lost_halved_at_the_bottom(uint16_t w, float u)
{
    bool toward_zero = (u > 0) == (w >= 0x8000);
    double half = (w & 0x7FFF) == 0x0080 && toward_zero ? 0x1p-135 : half_gap(w, u);
    return fabs((double)u) < half || (fabs((double)u) == half && w % 2 == 0);
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

static bool lost_when_odd(uint16_t w, float u)
{
    return fabs((double)u) == half_gap(w, u) ? w % 2 == 1 : oracle_is_lost(w, u);
}

static bool lost_just_above_half(uint16_t w, float u)
{
    return fabs((double)u) <= half_gap(w, u) * (1 + 0x1p-20);
}

static bool lost_by_gap_above(uint16_t w, float u)
{
    double half = oracle_gap(w, +1) / 2;
    return fabs((double)u) < half || (fabs((double)u) == half && w % 2 == 0);
}

static bool lost_never_when_negative(uint16_t w, float u)
{
    return u >= 0 && oracle_is_lost(w, u);
}

// The same of those who take 0 as an update to the side below.
static bool lost_only_when_positive(uint16_t w, float u)
{
    return u > 0 && oracle_is_lost(w, u);
}

static bool lost_except_zero(uint16_t w, float u)
{
    return u != 0 && oracle_is_lost(w, u);
}

static bool lost_without_subnormals(uint16_t w, float u)
{
    double size = fabs(oracle_bf16_value(w));
    double half = size >= 0x1p-126 ? half_gap(w, u) : size > 0 ? ldexp(1, ilogb(size) - 8) : 0;
    return fabs((double)u) < half || (fabs((double)u) == half && w % 2 == 0);
}

// In order: of beliefs that explain the same answers, the first is named. On ties, and beside them,
// several say the same: so what these inputs show comes first.
static const struct lost_belief LOST_BELIEFS[] = {
    {"the tie was decided the wrong way round: an even w stays, an odd one has an even neighbour",
     lost_when_odd},
    {"the answer is inverted: true means that the weight does not move", lost_means_moved},
    {"u = 0 was taken as moving the weight: nothing is added, so nothing changes",
     lost_except_zero},
    {"a negative update was never lost: the gap below w is a distance too, and so positive",
     lost_never_when_negative},
    {"a negative update was never lost: the gap below w is a distance too, and so positive",
     lost_only_when_positive},
    {"a tie was taken as always lost; it goes to the even code, and w may be the odd one",
     lost_on_every_tie},
    {"just above half the gap was taken as lost: from there on the neighbour is the nearer one",
     lost_just_above_half},
    {"a tie was taken as never lost; it goes to the even code, which may be w", lost_on_no_tie},
    {"the gap above was used for a step down from a power of two: there it is half as wide",
     lost_with_symmetric_gap},
    {"the sign of w was left out: for a negative w the finer side of a power of two is above",
     lost_with_mirrored_gap},
    {"the gap above w was used on both sides: u counts against the gap on its own side",
     lost_by_gap_above},
    {"the gap of normal numbers was carried on below 2^-126, where it stays 2^-133",
     lost_without_subnormals},
    {"the sum was rounded to FP32 before BF16: two roundings, and the first can make a tie",
     lost_through_fp32},
    {"u was compared with the whole gap: nearest rounding decides at half of it",
     lost_under_the_whole_gap},
    {"u was compared with the whole gap: nearest rounding decides at half of it",
     lost_up_to_the_whole_gap},
    {"the smallest normal is a power of two, but the subnormals below it are no finer",
     lost_halved_at_the_bottom},
    {"truncation decided, not rounding to nearest", lost_when_truncated},
    {"|u| < 2^-8 |w| is a rule of thumb: the gap is constant in a binade, |w| is not",
     lost_by_ratio},
};

#endif
