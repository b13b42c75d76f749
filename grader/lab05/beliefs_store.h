/**
 * @file beliefs_store.h
 * @brief Wrong rules of lab 05 about storing a weight.
 *
 * Each says what a student who believes it would answer.
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab05.c alone.
 */
#ifndef LOWP_GRADER_LAB05_BELIEFS_STORE_H
#define LOWP_GRADER_LAB05_BELIEFS_STORE_H

#include "grader/grade.h"
#include "grader/lab05/beliefs_round.h"
#include "grader/lab05/beliefs_sr.h"
#include "grader/oracles/oracle_optim.h"

#include <math.h>

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

static uint64_t store_bits_of_u64(size_t i, const void *context)
{
    const struct store_cases *c = context;
    return store_stochastic(c, i, (uint16_t)rng_u64(c->seed, c->step, i));
}

/** What a wrong rule of bf16_from_f32_sr() makes of the right sum and the right random bits. */
static uint64_t store_by(uint64_t (*rule)(size_t, const void *), size_t i, const void *context)
{
    const struct store_cases *c = context;
    float x = exact_or_fp32_sum(c, i);
    uint16_t r = (uint16_t)rng_u32(c->seed, c->step, i);
    struct sr_cases one = {&x, &r};
    return rule(0, &one);
}

static uint64_t store_adds_then_rounds(size_t i, const void *context)
{
    return store_by(sr_adds_then_rounds, i, context);
}

static uint64_t store_fifteen_bits(size_t i, const void *context)
{
    return store_by(sr_fifteen_bits, i, context);
}

static uint64_t store_r_below_f(size_t i, const void *context)
{
    return store_by(sr_r_below_f, i, context);
}

static uint64_t store_toward_plus(size_t i, const void *context)
{
    return store_by(sr_toward_plus, i, context);
}

static const struct rule STOCHASTIC_RULES[] = {
    {"every element was rounded with the random bits of element 0", store_r_of_element_0},
    {"element i was rounded with the random bits of element i + 1", store_r_of_next},
    {"the step was left out, so every step rounds alike", store_r_without_step},
    {"step and index were swapped in rng_u32(seed, step, index)", store_r_swapped},
    {"the high 16 bits of rng_u32() were used; the contract says the low ones", store_high_bits},
    {"the low bits of rng_u64() were used: the contract says those of rng_u32()",
     store_bits_of_u64},
    {"the sum was rounded to nearest, not stochastically", store_copy_plus_u},
    {"the sum was truncated, not rounded stochastically", store_truncates},
    {"the sum was rounded to nearest after r was added: drop the low bits then",
     store_adds_then_rounds},
    {"the sum was rounded with 15 random bits: r has 16", store_fifteen_bits},
    {"rounded up when r < f: as many values of r as the contract says, but not the same ones",
     store_r_below_f},
    {"a negative sum was rounded up in value: it is the magnitude that goes up", store_toward_plus},
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

/** c as it should be, but the weight does not know of the rounding of y. */
static void kahan_adds_c_to_w(uint16_t *w, uint16_t *c, float u)
{
    double old = oracle_bf16_value(*w), owed = oracle_bf16_value(*c);
    double y = oracle_bf16_value(oracle_bf16_sum(u, owed));
    *w = oracle_apply_bf16(*w, (float)(u + owed));
    *c = oracle_bf16_sum(y, -(oracle_bf16_value(*w) - old));
}

static void kahan_rounds_u(uint16_t *w, uint16_t *c, float u)
{
    *w = oracle_apply_kahan(*w, c, (float)oracle_bf16_value(oracle_bf16_sum(u, 0)));
}

static void kahan_truncates(uint16_t *w, uint16_t *c, float u)
{
    double old = oracle_bf16_value(*w);
    double y = oracle_bf16_value(oracle_bf16_sum((float)(u + oracle_bf16_value(*c)), 0));
    *w = toward_zero((float)(old + y));
    *c = oracle_bf16_sum(y, -(oracle_bf16_value(*w) - old));
}

static void kahan_forgets_when_it_moves(uint16_t *w, uint16_t *c, float u)
{
    uint16_t old = *w;
    *w = oracle_apply_kahan(*w, c, u);
    *c = *w != old ? 0 : *c;
}

static const struct {
    const char *belief;
    kahan_belief_step *step;
} KAHAN_BELIEFS[] = {
    {"the compensation was never added to the next update", kahan_c_never_added},
    {"the compensation was subtracted; with c = y - (s - w) it is added", kahan_c_subtracted},
    {"c was stored with the opposite sign: it is what is still owed, y - (s - w)", kahan_c_negated},
    {"c was never written", kahan_c_unchanged},
    {"c was computed from u, or from a y still in FP32: it is y - (s - w), with y = BF16(u + c)",
     kahan_c_from_u},
    {"y stayed in FP32: the contract rounds u + c to BF16 first", kahan_y_in_fp32},
    {"s was made of w + c + u: it is BF16(w + y), and y is rounded before that", kahan_adds_c_to_w},
    {"u was rounded to BF16 before c was added: only their sum, y, is rounded", kahan_rounds_u},
    {"w + y was truncated to BF16 instead of rounded to nearest", kahan_truncates},
    {"c was set to 0 when the weight moved: a rest remains then too", kahan_forgets_when_it_moves},
};
enum { KAHAN_BELIEF_COUNT = sizeof KAHAN_BELIEFS / sizeof *KAHAN_BELIEFS };

#endif
