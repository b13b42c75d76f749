/**
 * @file beliefs_update.h
 * @brief Wrong rules of lab 06 about the end of a step: which amax makes the next scale, and how.
 *
 * Each says what a student who believes it would answer; see beliefs_quantize.h. Included by
 * test_lab06.c alone.
 */
#ifndef LOWP_GRADER_LAB06_BELIEFS_UPDATE_H
#define LOWP_GRADER_LAB06_BELIEFS_UPDATE_H

#include "grader/lab06/golden.h"

#include "grader/lab06/beliefs_delayed.h"
#include "grader/lab06/draw.h"

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
        return NO_ANSWER; /* it is about most_recent */
    return update_with(c, past_oldest(&(struct past){c->before.amax_history, c->before.length}));
}

static float update_recent_is_last(const void *context)
{
    const struct update_case *c = context;
    if (c->recipe.algorithm == FP8_MAX)
        return NO_ANSWER;
    return update_with(c, past_last(&(struct past){c->before.amax_history, c->before.length}));
}

static float update_recent_is_max(const void *context)
{
    const struct update_case *c = context;
    if (c->recipe.algorithm == FP8_MAX)
        return NO_ANSWER;
    return update_with(c, past_largest(&(struct past){c->before.amax_history, c->before.length}));
}

/** Under max: the scale of the amax that a wrong rule makes of the history. */
static float update_max_by(const struct update_case *c, float (*amax)(const void *))
{
    if (c->recipe.algorithm != FP8_MAX)
        return NO_ANSWER;
    return update_with(c, amax(&(struct past){c->before.amax_history, c->before.length}));
}

static float update_max_is_recent(const void *context)
{
    return update_max_by(context, past_running);
}

static float update_max_with_nan(const void *context)
{
    return update_max_by(context, past_propagating);
}

static float update_max_finite_only(const void *context)
{
    return update_max_by(context, past_finite_only);
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
    {"the last slot was taken for the most recent one: before the roll it is of the step before",
     update_recent_is_last},
    {"max was used for most_recent: only the running slot counts", update_recent_is_max},
    {"the history was rolled before its amax was taken: then the entry that drops out does not "
     "count, and slot 0 is empty",
     update_rolled_first},
    {"most_recent was used for max: all entries count", update_max_is_recent},
    {"a NaN in the history spread to the amax: numbers win, as with fmaxf", update_max_with_nan},
    {"infinities in the history were left out: they count", update_max_finite_only},
    {"the margin was left out", update_without_margin},
    {"the margin has the wrong sign", update_margin_wrong_sign},
    {"the scale did not change", update_scale_left},
};

enum { UPDATE_BELIEF_COUNT = sizeof UPDATE_BELIEFS / sizeof *UPDATE_BELIEFS };

/** Names the belief about the formula that gives this scale, from the right amax. */
static void name_update_scale(float got, const struct update_case *c)
{
    float amax =
        oracle_fp8_history_amax(c->before.amax_history, c->before.length, c->recipe.algorithm);
    name_scale(got, &(struct scale_case){amax, c->before.scale, c->kind, c->recipe.margin});
}

/** Names the belief about the update, or else about the formula, that gives this scale. */
static void name_update(float got, const struct update_case *c)
{
    name_update_scale(got, c);
    name_scalar(LIST(UPDATE_BELIEFS), got, c);
}

#endif
