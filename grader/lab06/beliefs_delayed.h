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

/** Names the belief that leaves exactly this history. Of several, the first. */
static void name_roll(const float *got, const float *old, size_t length)
{
    float wrong[GOLDEN_LENGTH_MAX];
    for (size_t b = sizeof ROLL_BELIEFS / sizeof *ROLL_BELIEFS; b-- > 0;) {
        ROLL_BELIEFS[b].roll(wrong, old, length);
        if (memcmp(wrong, got, length * sizeof *wrong) == 0)
            because("%s", ROLL_BELIEFS[b].belief);
    }
}

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

static float past_finite_only(const void *context)
{
    const struct past *p = context;
    return amax_finite_only(&(struct tensor){p->history, p->length});
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
    {"infinities in the history were left out: they count", past_finite_only},
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

static float scale_240(const void *context)
{
    const struct scale_case *c = context;
    if (c->kind != FP8_E4M3 || !(c->amax > 0) || isinf(c->amax))
        return NO_ANSWER;
    return fminf(quotient(ldexpf(240, -c->margin), c->amax), FLT_MAX);
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

/** The margin taken off a quotient that is infinite already. */
static float scale_overflows_first(const void *context)
{
    const struct scale_case *c = context;
    bool fine = c->amax > 0 && !isinf(c->amax);
    bool overflows = fine && isinf(quotient((float)oracle_fp8_max(c->kind), c->amax));
    return overflows ? FLT_MAX : NO_ANSWER;
}

static const struct scalar_belief FORMULA_BELIEFS[] = {
    {"the quotient overflowed before the margin was taken off: largest * 2^-margin comes first",
     scale_overflows_first},
    {"the margin has the wrong sign: head room makes the scale smaller", scale_margin_wrong_sign},
    {"the margin is not a factor 2^-margin of the largest value", scale_margin_subtracted},
    {"the margin was left out", scale_without_margin},
    {"the quotient is upside down: this is scale_inv, what dequantizing multiplies by",
     scale_inverse},
    {"448 was used for E5M2, which reaches 57344", scale_always_448},
    {"240 was used for E4M3, which reaches 448: its last binade holds numbers", scale_240},
    {"the other format's largest value was used", scale_other_kind},
    {"the old scale was multiplied in: the amax is of the tensor before scaling", scale_times_old},
    {"the old scale came back though the amax is fine", scale_old},
};

static float scale_plain_quotient(const void *context)
{
    const struct scale_case *c = context;
    return quotient(ldexpf((float)oracle_fp8_max(c->kind), -c->margin), c->amax);
}

static float scale_of_zero(const void *context)
{
    const struct scale_case *c = context;
    return c->amax == 0 ? scale_plain_quotient(c) : NO_ANSWER;
}

static float scale_of_infinity(const void *context)
{
    const struct scale_case *c = context;
    return isinf(c->amax) ? scale_plain_quotient(c) : NO_ANSWER;
}

static float scale_of_nan(const void *context)
{
    const struct scale_case *c = context;
    return isnan(c->amax) ? scale_plain_quotient(c) : NO_ANSWER;
}

/** The largest FP32 value for an amax of 0; also for a NaN, which fmaxf() made one. */
static float scale_fp32_max(const void *context)
{
    const struct scale_case *c = context;
    return c->amax > 0 ? NO_ANSWER : FLT_MAX;
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
    {"an amax of 0 gave an infinite scale: such an amax says nothing, so the old scale stays",
     scale_of_zero},
    {"an amax of infinity gave the scale 0: such an amax says nothing, so the old scale stays",
     scale_of_infinity},
    {"an amax that is NaN gave a NaN: such an amax says nothing, so the old scale stays",
     scale_of_nan},
    {"an amax of 0 gave the largest FP32 value: that is for amaxes that are tiny, but not 0",
     scale_fp32_max},
    {"the scale went back to 1: that is the rule of current scaling, here the old scale stays",
     scale_one},
    {"the scale became 0: nothing could come back from that", scale_zero},
};

static const struct scalar_belief OVERFLOW_BELIEFS[] = {
    {"the quotient overflowed, and infinity was kept: it becomes the largest FP32 value",
     scale_plain_quotient},
    {"the quotient is upside down: this is scale_inv, what dequantizing multiplies by",
     scale_inverse},
    {"448 was used for E5M2, which reaches 57344", scale_always_448},
    {"240 was used for E4M3, which reaches 448: its last binade holds numbers", scale_240},
    {"the old scale stayed: the amax is tiny, but it says something", scale_old},
    {"the scale became 1", scale_one},
};

/** Names the belief about the case of the table in lab06.h that the amax belongs to. */
static void name_scale(float got, const struct scale_case *c)
{
    if (!(c->amax > 0) || isinf(c->amax))
        name_scalar(LIST(KEEP_BELIEFS), got, c);
    else if (isinf(scale_plain_quotient(c)))
        name_scalar(LIST(OVERFLOW_BELIEFS), got, c);
    else
        name_scalar(LIST(FORMULA_BELIEFS), got, c);
}

static float scale_quotient_infinite(const void *context)
{
    const struct scale_case *c = context;
    return c->amax > 0 && isinf(scale_plain_quotient(c)) ? INFINITY : NO_ANSWER;
}

static const struct scalar_belief CURRENT_BELIEFS[] = {
    {"this is the scale of the call before: current scaling keeps nothing, and where the amax says "
     "nothing the scale is 1",
     scale_old},
    {"the quotient is upside down: this is scale_inv", scale_inverse},
    {"448 was used for E5M2, which reaches 57344", scale_always_448},
    {"240 was used for E4M3, which reaches 448: its last binade holds numbers", scale_240},
    {"the other format's largest value was used", scale_other_kind},
    {"an amax of 0 gave an infinite scale: it must give 1", scale_of_zero},
    {"an amax of infinity gave the scale 0: it must give 1", scale_of_infinity},
    {"an amax that is NaN gave a NaN: it must give 1", scale_of_nan},
    {"the quotient overflowed, and infinity was kept: it becomes the largest FP32 value",
     scale_quotient_infinite},
    {"an amax of 0 gave the largest FP32 value: it must give 1", scale_fp32_max},
    {"this tensor's amax was not used", scale_one},
    {"the scale became 0", scale_zero},
};

#endif
