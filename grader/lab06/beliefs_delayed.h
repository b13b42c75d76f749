/**
 * @file beliefs_delayed.h
 * @brief Wrong rules of lab 06 about histories and scales.
 *
 * Each says what a student who believes it would answer; see beliefs_quantize.h. Included by
 * test_lab06.c alone.
 */
#ifndef LOWP_GRADER_LAB06_BELIEFS_DELAYED_H
#define LOWP_GRADER_LAB06_BELIEFS_DELAYED_H

#include "grader/lab06/draw.h"

/* --- 6.5: the roll --- */

/** A wrong roll: fills in what a student who believes it would leave. */
struct roll_belief {
    const char *belief;
    void (*roll)(float *rolled, const float *old, size_t length);
};

static void roll_backwards(float *rolled, const float *old, size_t length)
{
    for (size_t i = 0; i < length; i++)
        rolled[i] = old[(i + length - 1) % length];
    rolled[0] = 0;
}

static void roll_keeps_slot_0(float *rolled, const float *old, size_t length)
{
    for (size_t i = 0; i < length; i++)
        rolled[i] = old[(i + 1) % length];
}

static void roll_loses_newest(float *rolled, const float *old, size_t length)
{
    for (size_t i = 0; i < length; i++)
        rolled[i] = i && i + 1 < length ? old[i + 1] : 0;
}

static void roll_leaves_last(float *rolled, const float *old, size_t length)
{
    for (size_t i = 0; i < length; i++)
        rolled[i] = i + 1 < length ? old[i + 1] : old[i];
    rolled[0] = 0;
}

static void roll_in_place_overwrites(float *rolled, const float *old, size_t length)
{
    for (size_t i = 0; i < length; i++)
        rolled[i] = i + 1 < length ? old[i + 1] : old[length > 1 ? 1 : 0];
    rolled[0] = 0;
}

static void roll_clears_only(float *rolled, const float *old, size_t length)
{
    memcpy(rolled, old, length * sizeof *rolled);
    rolled[0] = 0;
}

static void roll_nothing(float *rolled, const float *old, size_t length)
{
    memcpy(rolled, old, length * sizeof *rolled);
}

static const struct roll_belief ROLL_BELIEFS[] = {
    {"the history was rolled the wrong way: new[i] = old[i + 1], and slot 0 goes to the end",
     roll_backwards},
    {"slot 0 was not emptied: the next step starts its running amax from 0", roll_keeps_slot_0},
    {"the running amax did not arrive in the last slot", roll_loses_newest},
    {"the running amax did not arrive in the last slot", roll_leaves_last},
    {"old[0] had been overwritten before it was put into the last slot", roll_in_place_overwrites},
    {"only slot 0 was emptied, nothing moved", roll_clears_only},
    {"the history did not change", roll_nothing},
};

/* --- 6.6: the amax that decides --- */

/** A history before the roll. */
struct past {
    const float *history;
    size_t length;
};

static float past_after_roll(const void *context)
{
    const struct past *p = context;
    float rolled[GOLDEN_LENGTH_MAX];
    roll_keeps_slot_0(rolled, p->history, p->length);
    rolled[0] = 0;
    return oracle_fp8_amax(rolled, p->length);
}

static float past_without_running(const void *context)
{
    const struct past *p = context;
    return oracle_fp8_amax(p->history + 1, p->length - 1);
}

static float past_without_last(const void *context)
{
    const struct past *p = context;
    return oracle_fp8_amax(p->history, p->length - 1);
}

static float past_running(const void *context)
{
    const struct past *p = context;
    return p->history[0];
}

static float past_oldest(const void *context)
{
    const struct past *p = context;
    return p->history[p->length > 1];
}

static float past_last(const void *context)
{
    const struct past *p = context;
    return p->history[p->length - 1];
}

static float past_largest(const void *context)
{
    const struct past *p = context;
    return oracle_fp8_amax(p->history, p->length);
}

static float past_propagating(const void *context)
{
    const struct past *p = context;
    return amax_propagating(&(struct tensor){p->history, p->length});
}

static float past_stuck(const void *context)
{
    const struct past *p = context;
    return amax_stuck_at_nan(&(struct tensor){p->history, p->length});
}

static const struct scalar_belief MAX_BELIEFS[] = {
    {"the largest of the *new* history: the oldest entry, which this roll drops, still counts",
     past_after_roll},
    {"the running slot was left out: it is the amax of the step that ends", past_without_running},
    {"the last slot was left out", past_without_last},
    {"a NaN in the history spread to the amax: numbers win, as with fmaxf", past_propagating},
    {"the fold started from slot 0, a NaN, which no comparison removes", past_stuck},
    {"this is most_recent: the running slot alone", past_running},
};

static const struct scalar_belief RECENT_BELIEFS[] = {
    {"the oldest entry was taken: the most recent one is in slot 0, the running slot", past_oldest},
    {"the last slot was taken: before the roll it is of the step before", past_last},
    {"this is the largest of the history", past_largest},
};

/* --- 6.7, 6.10: scales --- */

/** The input of fp8_delayed_scale(); for fp8_current_scale() with margin 0. */
struct scale_case {
    float amax, old_scale;
    enum fp8_kind kind;
    int margin;
};

static float quotient(float max, float amax)
{
    return max / amax;
}

static float scale_margin_wrong_sign(const void *context)
{
    const struct scale_case *c = context;
    return oracle_fp8_scale(c->amax, c->old_scale, c->kind, -c->margin);
}

static float scale_without_margin(const void *context)
{
    const struct scale_case *c = context;
    return oracle_fp8_scale(c->amax, c->old_scale, c->kind, 0);
}

static float scale_margin_subtracted(const void *context)
{
    const struct scale_case *c = context;
    return quotient((float)oracle_fp8_max(c->kind) - (float)c->margin, c->amax);
}

static float scale_inverse(const void *context)
{
    const struct scale_case *c = context;
    return c->amax / ldexpf((float)oracle_fp8_max(c->kind), -c->margin);
}

static float scale_other_kind(const void *context)
{
    const struct scale_case *c = context;
    return oracle_fp8_scale(c->amax, c->old_scale, OTHER[c->kind], c->margin);
}

static float scale_always_448(const void *context)
{
    const struct scale_case *c = context;
    return oracle_fp8_scale(c->amax, c->old_scale, FP8_E4M3, c->margin);
}

static float scale_times_old(const void *context)
{
    const struct scale_case *c = context;
    return c->old_scale * oracle_fp8_scale(c->amax, c->old_scale, c->kind, c->margin);
}

static float scale_old(const void *context)
{
    const struct scale_case *c = context;
    return c->old_scale;
}

static const struct scalar_belief FORMULA_BELIEFS[] = {
    {"the margin has the wrong sign: head room makes the scale smaller", scale_margin_wrong_sign},
    {"the margin is not a factor 2^-margin of the largest value", scale_margin_subtracted},
    {"the margin was left out", scale_without_margin},
    {"the quotient is upside down: this is scale_inv, what dequantizing multiplies by",
     scale_inverse},
    {"448 was used for E5M2, which reaches 57344", scale_always_448},
    {"the other format's largest value was used", scale_other_kind},
    {"the old scale was multiplied in: the amax is of the tensor before scaling", scale_times_old},
    {"the old scale came back though the amax is fine", scale_old},
};

static float scale_plain_quotient(const void *context)
{
    const struct scale_case *c = context;
    return quotient(ldexpf((float)oracle_fp8_max(c->kind), -c->margin), c->amax);
}

static float scale_fp32_max(const void *context)
{
    const struct scale_case *c = context;
    return fminf(scale_plain_quotient(c), FLT_MAX);
}

static float scale_one(const void *context)
{
    (void)context;
    return 1;
}

static float scale_zero(const void *context)
{
    (void)context;
    return 0;
}

static const struct scalar_belief KEEP_BELIEFS[] = {
    {"an amax of 0 gave an infinite scale, one of infinity 0, NaN a NaN: such an amax says "
     "nothing, "
     "so the old scale stays",
     scale_plain_quotient},
    {"an amax of 0 gave the largest FP32 value: that is for amaxes that are tiny, but not 0",
     scale_fp32_max},
    {"the scale went back to 1: that is the rule of current scaling, here the old scale stays",
     scale_one},
    {"the scale became 0: nothing could come back from that", scale_zero},
};

static const struct scalar_belief OVERFLOW_BELIEFS[] = {
    {"the quotient overflowed, and infinity was kept: it becomes the largest FP32 value",
     scale_plain_quotient},
    {"the old scale stayed: the amax is tiny, but it says something", scale_old},
    {"the scale became 1", scale_one},
};

static const struct scalar_belief CURRENT_BELIEFS[] = {
    {"the quotient is upside down: this is scale_inv", scale_inverse},
    {"448 was used for E5M2, which reaches 57344", scale_always_448},
    {"the other format's largest value was used", scale_other_kind},
    {"an amax of 0, infinity or NaN must give 1, and a quotient of infinity the largest FP32 value",
     scale_plain_quotient},
    {"an amax of 0 must give 1", scale_fp32_max},
    {"this tensor's amax was not used", scale_one},
    {"the scale became 0", scale_zero},
};

/* --- 6.8: the update --- */

/** What fp8_delayed_update() had before it. */
struct update_case {
    struct fp8_meta before; /**< with a history that holds the running amax */
    enum fp8_kind kind;
    struct fp8_recipe recipe;
};

/** The scale of a believed amax. */
static float update_with(const struct update_case *c, float amax)
{
    return oracle_fp8_scale(amax, c->before.scale, c->kind, c->recipe.margin);
}

static float update_rolled_first(const void *context)
{
    const struct update_case *c = context;
    struct past p = {c->before.amax_history, c->before.length};
    return update_with(c, c->recipe.algorithm == FP8_MAX ? past_after_roll(&p) : 0);
}

static float update_recent_is_oldest(const void *context)
{
    const struct update_case *c = context;
    if (c->recipe.algorithm == FP8_MAX)
        return NAN; /* no belief about max */
    return update_with(c, past_oldest(&(struct past){c->before.amax_history, c->before.length}));
}

static float update_other_algorithm(const void *context)
{
    const struct update_case *c = context;
    enum fp8_algorithm other = c->recipe.algorithm == FP8_MAX ? FP8_MOST_RECENT : FP8_MAX;
    return update_with(c, oracle_fp8_history_amax(c->before.amax_history, c->before.length, other));
}

static float update_scale_left(const void *context)
{
    const struct update_case *c = context;
    return c->before.scale;
}

static float update_without_margin(const void *context)
{
    const struct update_case *c = context;
    struct update_case plain = *c;
    plain.recipe.margin = 0;
    struct fp8_meta meta = plain.before;
    float amax = oracle_fp8_history_amax(meta.amax_history, meta.length, c->recipe.algorithm);
    return update_with(&plain, amax);
}

static float update_margin_wrong_sign(const void *context)
{
    const struct update_case *c = context;
    struct update_case wrong = *c;
    wrong.recipe.margin = -wrong.recipe.margin;
    struct fp8_meta meta = wrong.before;
    float amax = oracle_fp8_history_amax(meta.amax_history, meta.length, c->recipe.algorithm);
    return update_with(&wrong, amax);
}

static const struct scalar_belief UPDATE_BELIEFS[] = {
    {"the oldest entry was taken for the most recent one", update_recent_is_oldest},
    {"the history was rolled before its amax was taken: then the entry that drops out does not "
     "count, and slot 0 is empty",
     update_rolled_first},
    {"the other algorithm was used", update_other_algorithm},
    {"the margin was left out", update_without_margin},
    {"the margin has the wrong sign", update_margin_wrong_sign},
    {"the scale did not change", update_scale_left},
};

#endif
