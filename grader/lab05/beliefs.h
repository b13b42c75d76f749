/**
 * @file beliefs.h
 * @brief The wrong rules of lab 05: what a student who believes one of them would answer.
 *
 * A test that finds wrong answers evaluates each of these on the same inputs; the rule whose answers
 * match is named in the message. None of them can make a test pass. Used by test_lab05.c alone.
 */
#ifndef LOWP_GRADER_LAB05_BELIEFS_H
#define LOWP_GRADER_LAB05_BELIEFS_H

#include "grader/grade.h"
#include "grader/oracles/oracle_optim.h"

#include <math.h>

#define RULES(array) (array), sizeof(array) / sizeof *(array)

// --- 5.1: the gap, as the bits of a double ---------------------------------------------------

/** The inputs of a check of bf16_gap(). */
struct gap_cases {
    const uint16_t *w;
    int direction;
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
    return bits_from_f64(oracle_gap(c->w[i] & 0x7FFF, c->direction));
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
    return bits_from_f64(c->direction * oracle_gap(c->w[i], c->direction));
}

static uint64_t gap_halved_everywhere(size_t i, const void *context)
{
    const struct gap_cases *c = context;
    return bits_from_f64(oracle_gap(c->w[i], c->direction) / 2);
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
    bool toward_zero = (c->direction > 0) == (c->w[i] >= 0x8000);
    return bits_from_f64(
        (c->w[i] & 0x7FFF) == 0x0080 && toward_zero ? 0x1p-134 : oracle_gap(c->w[i], c->direction));
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

static const struct rule SR_RULES[] = {
    {"x was truncated: r had no say", sr_truncates},
    {"x was rounded to nearest: r had no say", sr_is_nearest},
    {"r was added and the sum rounded to nearest: after adding r, drop the 16 bits",
     sr_adds_then_rounds},
    {"off by one: f + r = 65536 already rounds up", sr_one_short},
    {"rounds up when r < f: as many values of r as the contract says, but not the same ones",
     sr_r_below_f},
    {"a negative x was rounded up in value: it is the magnitude that goes up", sr_toward_plus},
    {"r was added to the bits of an infinity or a NaN too", sr_adds_to_anything},
};

// --- 5.6, 5.7 and 5.9: stores ----------------------------------------------------------------

/** The inputs of a check of one of the apply_*() functions. */
struct store_cases {
    const uint16_t *w;
    const uint16_t *c;
    const float *master;
    const float *u;
    uint64_t seed, step;
};

static float exact_or_fp32_sum(const struct store_cases *c, size_t i)
{
    return (float)((c->master ? c->master[i] : oracle_bf16_value(c->w[i])) + (double)c->u[i]);
}

static uint64_t store_truncates(size_t i, const void *context)
{
    return toward_zero(exact_or_fp32_sum(context, i));
}

static uint64_t store_ties_away(size_t i, const void *context)
{
    return (uint16_t)((bits_from_f32(exact_or_fp32_sum(context, i)) + 0x8000) >> 16);
}

static uint64_t store_subtracts(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return oracle_apply_bf16(c->w[i], -c->u[i]);
}

static uint64_t store_nothing(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return c->w[i];
}

static const struct rule BF16_RULES[] = {
    {"the sum was truncated instead of rounded to nearest", store_truncates},
    {"ties were rounded away from zero instead of to the even code", store_ties_away},
    {"u was subtracted: it already carries its sign", store_subtracts},
    {"the weights did not change at all", store_nothing},
};

static uint64_t store_old_master(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return oracle_bf16_sum(c->master[i], 0);
}

static uint64_t store_copy_plus_u(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return oracle_apply_bf16(c->w[i], c->u[i]);
}

static const struct rule MASTER_RULES[] = {
    {"the master was never copied back: the forward pass would use old weights", store_nothing},
    {"the copy was made before the update", store_old_master},
    {"u was added to the BF16 copy: add it to the master, then copy", store_copy_plus_u},
    {"the master was truncated to BF16 instead of rounded to nearest", store_truncates},
};

static uint64_t store_stochastic(const struct store_cases *c, size_t i, uint16_t r)
{
    return oracle_sr(exact_or_fp32_sum(c, i), r);
}

static uint64_t store_r_of_element_0(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return store_stochastic(c, i, (uint16_t)rng_u32(c->seed, c->step, 0));
}

static uint64_t store_r_of_next(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return store_stochastic(c, i, (uint16_t)rng_u32(c->seed, c->step, i + 1));
}

static uint64_t store_r_without_step(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return store_stochastic(c, i, (uint16_t)rng_u32(c->seed, 0, i));
}

static uint64_t store_r_swapped(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return store_stochastic(c, i, (uint16_t)rng_u32(c->seed, i, c->step));
}

static uint64_t store_high_bits(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return store_stochastic(c, i, (uint16_t)(rng_u32(c->seed, c->step, i) >> 16));
}

static const struct rule STOCHASTIC_RULES[] = {
    {"every element was rounded with the random bits of element 0", store_r_of_element_0},
    {"element i was rounded with the random bits of element i + 1", store_r_of_next},
    {"the step was left out, so every step rounds alike", store_r_without_step},
    {"step and index were swapped in rng_u32(seed, step, index)", store_r_swapped},
    {"the high 16 bits of rng_u32() were used; the contract says the low ones", store_high_bits},
    {"the sum was rounded to nearest, not stochastically", store_copy_plus_u},
    {"the weights did not change at all", store_nothing},
};

// --- 5.8: Kahan ------------------------------------------------------------------------------

/** One step of a believed apply_kahan(): changes w and c. */
typedef void kahan_belief_step(uint16_t *w, uint16_t *c, float u);

static void kahan_c_never_added(uint16_t *w, uint16_t *c, float u)
{
    uint16_t unused = 0, stored = oracle_apply_kahan(*w, &unused, u);
    *c = unused;
    *w = stored;
}

static void kahan_c_subtracted(uint16_t *w, uint16_t *c, float u)
{
    uint16_t negated = *c ^ 0x8000;
    *w = oracle_apply_kahan(*w, &negated, u);
    *c = negated;
}

static void kahan_c_negated(uint16_t *w, uint16_t *c, float u)
{
    *w = oracle_apply_kahan(*w, c, u);
    *c = *c & 0x7FFF ? *c ^ 0x8000 : 0;
}

static void kahan_c_unchanged(uint16_t *w, uint16_t *c, float u)
{
    uint16_t unused = *c;
    *w = oracle_apply_kahan(*w, &unused, u);
}

static void kahan_c_from_u(uint16_t *w, uint16_t *c, float u)
{
    double old = oracle_bf16_value(*w);
    *w = oracle_apply_kahan(*w, c, u);
    *c = oracle_bf16_sum(u, -(oracle_bf16_value(*w) - old));
}

static void kahan_y_in_fp32(uint16_t *w, uint16_t *c, float u)
{
    double old = oracle_bf16_value(*w);
    float y = (float)(u + oracle_bf16_value(*c));
    *w = oracle_apply_bf16(*w, y);
    *c = oracle_bf16_sum(y, -(oracle_bf16_value(*w) - old));
}

static const struct {
    const char *belief;
    kahan_belief_step *step;
} KAHAN_BELIEFS[] = {
    {"the compensation was never added to the next update", kahan_c_never_added},
    {"the compensation was subtracted; with c = y - (s - w) it is added", kahan_c_subtracted},
    {"c was stored with the opposite sign: it is what is still owed, y - (s - w)", kahan_c_negated},
    {"c was never written", kahan_c_unchanged},
    {"c was computed from u instead of y: the old compensation is forgotten", kahan_c_from_u},
    {"y stayed in FP32; the contract rounds u + c to BF16 first", kahan_y_in_fp32},
};
enum { KAHAN_BELIEF_COUNT = sizeof KAHAN_BELIEFS / sizeof *KAHAN_BELIEFS };

// --- 5.5: AdamW ------------------------------------------------------------------------------

/** A wrong rule for a number that AdamW makes of m, v (new ones for u, old ones for the moments),
 *  w and g. */
struct adamw_belief {
    const char *belief;
    double (*answer)(double m, double v, double w, double g, struct adamw o, int t);
};

#define BELIEF(name)                                                                               \
    static double name(__attribute__((unused)) double m, __attribute__((unused)) double v,         \
                       __attribute__((unused)) double w, __attribute__((unused)) double g,         \
                       __attribute__((unused)) struct adamw o, __attribute__((unused)) int t)

BELIEF(m_swapped_betas)
{
    return o.beta2 * m + (1 - (double)o.beta2) * g;
}

BELIEF(m_undamped)
{
    return o.beta1 * m + g;
}

BELIEF(m_coupled)
{
    return o.beta1 * m + (1 - (double)o.beta1) * (g + o.weight_decay * w);
}

BELIEF(m_unchanged)
{
    return m;
}

static const struct adamw_belief M_BELIEFS[] = {
    {"m was decayed with beta2", m_swapped_betas},
    {"the factor 1 - beta1 of the gradient is missing", m_undamped},
    {"weight decay was added to the gradient: then it enters the moments (Adam with L2, not AdamW)",
     m_coupled},
    {"m was not written back", m_unchanged},
};

BELIEF(v_swapped_betas)
{
    return o.beta1 * v + (1 - (double)o.beta1) * g * g;
}

BELIEF(v_of_g)
{
    return o.beta2 * v + (1 - (double)o.beta2) * g;
}

BELIEF(v_undamped)
{
    return o.beta2 * v + g * g;
}

BELIEF(v_unchanged)
{
    return v;
}

static const struct adamw_belief V_BELIEFS[] = {
    {"v was decayed with beta1", v_swapped_betas},
    {"v averages the gradient; it must average its square", v_of_g},
    {"the factor 1 - beta2 of the squared gradient is missing", v_undamped},
    {"v was not written back", v_unchanged},
};

static double adam_step(double m, double v, struct adamw o, double correction1, double correction2)
{
    return -o.lr * (m / correction1) / (sqrt(v / correction2) + o.eps);
}

BELIEF(u_without_bias_correction)
{
    return adam_step(m, v, o, 1, 1) - (double)o.lr * o.weight_decay * w;
}

BELIEF(u_without_correction2)
{
    return adam_step(m, v, o, 1 - pow(o.beta1, t), 1) - (double)o.lr * o.weight_decay * w;
}

BELIEF(u_without_correction1)
{
    return adam_step(m, v, o, 1, 1 - pow(o.beta2, t)) - (double)o.lr * o.weight_decay * w;
}

BELIEF(u_next_step)
{
    return oracle_adamw_u(m, v, w, o, t + 1).value;
}

BELIEF(u_previous_step)
{
    return oracle_adamw_u(m, v, w, o, t - 1).value;
}

BELIEF(u_eps_under_root)
{
    double v_hat = v / (1 - pow(o.beta2, t));
    return -o.lr * (m / (1 - pow(o.beta1, t))) / sqrt(v_hat + o.eps) -
           (double)o.lr * o.weight_decay * w;
}

BELIEF(u_without_eps)
{
    o.eps = 0;
    return oracle_adamw_u(m, v, w, o, t).value;
}

BELIEF(u_without_decay)
{
    return oracle_adamw_u(m, v, 0, o, t).value;
}

BELIEF(u_decay_without_lr)
{
    return oracle_adamw_u(m, v, 0, o, t).value - (double)o.weight_decay * w;
}

BELIEF(u_decay_added)
{
    return oracle_adamw_u(m, v, -w, o, t).value;
}

BELIEF(u_uphill)
{
    return -oracle_adamw_u(m, v, -w, o, t).value;
}

BELIEF(u_without_root)
{
    double v_hat = v / (1 - pow(o.beta2, t));
    return -o.lr * (m / (1 - pow(o.beta1, t))) / (v_hat + o.eps) -
           (double)o.lr * o.weight_decay * w;
}

static const struct adamw_belief U_BELIEFS[] = {
    {"the bias correction is missing: both moments start at 0 and are too small at first",
     u_without_bias_correction},
    {"the bias correction of v is missing", u_without_correction2},
    {"the bias correction of m is missing", u_without_correction1},
    {"t was taken one step too late: it counts from 1", u_next_step},
    {"t was taken one step too early: it counts from 1", u_previous_step},
    {"eps was added under the root; it is added to the root", u_eps_under_root},
    {"eps is missing", u_without_eps},
    {"there is no weight decay in u", u_without_decay},
    {"the weight decay was not multiplied by lr", u_decay_without_lr},
    {"the weight decay pushes w away from zero: it is subtracted", u_decay_added},
    {"the step goes uphill: u is minus lr times the direction", u_uphill},
    {"v was used without its square root", u_without_root},
};

#endif
