/**
 * @file draw.h
 * @brief What the tests of lab 04 share: scalers and gradients to hand out, names of statuses.
 *
 * A part of test_lab04.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB04_DRAW_H
#define LOWP_GRADER_LAB04_DRAW_H

#include "grader/grade.h"
#include "grader/oracles/oracle_scaler.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lab04.h"

/** A scaler with PyTorch's factors and interval. */
static struct grad_scaler scaler_at(float scale)
{
    return (struct grad_scaler){scale, 2.0, 0.5, 2000, 0, true};
}

/** A number between 2^-20 and 2^20, either sign, with a full significand. */
static float draw_gradient(uint64_t i)
{
    uint64_t bits = test_u64(i);
    uint32_t exponent = 127 - 20 + (uint32_t)(bits >> 32) % 40;
    return f32_from_bits((uint32_t)(bits >> 63) << 31 | exponent << 23 | (bits & 0x7FFFFF));
}

/** A scale between 2^-10 and 2^30 that is no power of two. */
static float draw_scale(uint64_t i)
{
    uint64_t bits = test_u64(i);
    uint32_t exponent = 127 - 10 + (uint32_t)(bits >> 32) % 40;
    return f32_from_bits(exponent << 23 | ((bits & 0x7FFFFF) | 1));
}

/** An optimizer's state in the arena. */
static struct optimizer_state *give_state(struct optimizer_state o)
{
    return INOUT(&o, 1);
}

/** n FP32 values in the arena, to be changed. */
static float *give_floats(const float *x, size_t n)
{
    return (float *)arena_inout("x", x, sizeof *x, n);
}

/** One FP32 gradient of n elements in the arena, as an array of one. */
static const struct gradient *give_gradient(const float *x, size_t n)
{
    struct gradient g = {give_floats(x, n), n, GRADIENT_FP32};
    return GIVE(&g, 1);
}

static const char *status_text(enum scaler_status status)
{
    static const char *const names[] = {"SCALER_OK",
                                        "SCALER_BAD_FACTOR",
                                        "SCALER_UNSCALED_TWICE",
                                        "SCALER_UNSCALED_AFTER_STEP",
                                        "SCALER_STEPPED_TWICE",
                                        "SCALER_FP16_GRADIENTS",
                                        "SCALER_NO_INF_CHECKS",
                                        "SCALER_EMPTY_STATE"};
    return (unsigned)status < sizeof names / sizeof *names ? names[status] : "no known status";
}

/** Why a call that was let through ought to have been refused. */
static const char *reason_to_refuse(enum scaler_status status)
{
    switch (status) {
    case SCALER_BAD_FACTOR:
        return "with a growth_factor of 1 or less S never grows, with a backoff_factor of 1 or "
               "more "
               "it never falls";
    case SCALER_UNSCALED_TWICE:
        return "a second unscale before the update divides by the scale twice: it is refused";
    case SCALER_UNSCALED_AFTER_STEP:
        return "unscaling after the step comes too late: the optimizer has used the gradients";
    case SCALER_STEPPED_TWICE:
        return "a second step before the update would use the same gradients again: it is refused";
    case SCALER_FP16_GRADIENTS:
        return "FP16 gradients were let through: they must be FP32 by then, or small ones are lost";
    case SCALER_NO_INF_CHECKS:
        return "no gradient was checked since the last update, so there is nothing to go by: it "
               "does not count as "
               "clean";
    case SCALER_EMPTY_STATE:
        return "an empty state was saved by a disabled scaler: an enabled one has nothing to load";
    default:
        return "";
    }
}

/** Why a call that was refused ought to have been let through. */
static const char *reason_to_accept(enum scaler_status refused)
{
    switch (refused) {
    case SCALER_BAD_FACTOR:
        return "a disabled scaler does not look at its factors, and an enabled one allows all "
               "above "
               "1 and below 1";
    case SCALER_FP16_GRADIENTS:
        return "only FP16 gradients that are there count: a parameter without a gradient has none";
    case SCALER_NO_INF_CHECKS:
        return "a gradient of 0 elements is a gradient too: it was checked";
    case SCALER_UNSCALED_TWICE:
    case SCALER_UNSCALED_AFTER_STEP:
    case SCALER_STEPPED_TWICE:
        return "every update makes the optimizers READY, one with a scale of one's own, too";
    case SCALER_EMPTY_STATE:
        return "a disabled scaler loads nothing: the call comes back at once, whatever the state";
    default:
        return "";
    }
}

/** Fails unless a call returned the status. `what` says which call, and when. */
static void want_status(const char *what, enum scaler_status got, enum scaler_status want)
{
    if (got == want)
        return;
    because("%s", got == SCALER_OK ? reason_to_refuse(want) : reason_to_accept(got));
    fail("%s returned %s, expected %s", what, status_text(got), status_text(want));
}

/** The same of a scaler_step(), which refuses nothing for an unscale that was done before. */
static void want_step(const char *what, enum scaler_status got, enum scaler_status want)
{
    if (got == SCALER_UNSCALED_TWICE || got == SCALER_UNSCALED_AFTER_STEP) {
        because(
            "a step unscales an optimizer that is READY, and no other: look at the stage first");
        fail("%s returned %s, expected %s", what, status_text(got), status_text(want));
    }
    want_status(what, got, want);
}

static const char *stage_text(enum optimizer_stage stage)
{
    static const char *const names[] = {"READY", "UNSCALED", "STEPPED"};
    return (unsigned)stage < 3 ? names[stage] : "no known stage";
}

/** Names what may have been forgotten where an optimizer's state is not as wanted. */
static void name_state_belief(const struct optimizer_state *got, struct optimizer_state want)
{
    if (want.stage == OPTIMIZER_STEPPED && got->stage == OPTIMIZER_UNSCALED)
        because("a step that is skipped is a step too: it leaves the optimizer STEPPED");
    else if (want.stage == OPTIMIZER_READY && got->stage == OPTIMIZER_STEPPED)
        because("nobody else makes the optimizers READY: this call is the end of the iteration");
    else if (want.stage == OPTIMIZER_READY && (got->checked || got->found_inf != 0))
        because("what an optimizer found belongs to its iteration: this call forgets it");
    else if (got->found_inf > 1)
        because("the bad values were counted: the flag is 1, however many there are");
    else if (want.found_inf == 1 && got->found_inf == 0)
        because("what was found was lost: the update needs it to back the scale off");
    else if (want.checked && !got->checked)
        because("a gradient with data was checked, even if it has 0 elements");
}

/** Fails at the first field of an optimizer's state that is not as wanted. */
static void compare_state(const char *when, const struct optimizer_state *got,
                          struct optimizer_state want)
{
    if (got->stage != want.stage)
        fail("%s the optimizer's stage is %s, expected %s", when, stage_text(got->stage),
             stage_text(want.stage));
    if (got->checked != want.checked)
        fail("%s checked is %d, expected %d", when, got->checked, want.checked);
    if (got->found_inf != want.found_inf)
        fail("%s found_inf is %.9g, expected %.9g", when, (double)got->found_inf,
             (double)want.found_inf);
    because("%s", ""); // it is as wanted
}

/** Fails unless an optimizer's state is as wanted. `when` says after which call. */
static void want_state(const char *when, const struct optimizer_state *got,
                       struct optimizer_state want)
{
    name_state_belief(got, want);
    compare_state(when, got, want);
}

/** Fails unless a call that was refused has left an optimizer's state as it was. */
static void want_untouched(const char *when, const struct optimizer_state *got,
                           struct optimizer_state before)
{
    because("a call that is refused changes nothing: check first, and write then");
    compare_state(when, got, before);
}

/** Fails unless two scalers are the same, bit by bit. `when` says after which call. */
static void want_scaler(const char *when, const struct grad_scaler *got, struct grad_scaler want)
{
    if (bits_from_f32(got->loss_scale) != bits_from_f32(want.loss_scale))
        fail("%s the scale is %s, expected %s", when, show_f32(got->loss_scale),
             show_f32(want.loss_scale));
    if (got->growth_factor != want.growth_factor || got->backoff_factor != want.backoff_factor)
        fail("%s the factors are %.17g and %.17g, expected %.17g and %.17g", when,
             got->growth_factor, got->backoff_factor, want.growth_factor, want.backoff_factor);
    if (got->growth_interval != want.growth_interval)
        fail("%s the interval is %d, expected %d", when, got->growth_interval,
             want.growth_interval);
    if (got->growth_tracker != want.growth_tracker)
        fail("%s the tracker is %d, expected %d", when, got->growth_tracker, want.growth_tracker);
    if (got->enabled != want.enabled)
        fail("%s enabled is %d, expected %d", when, got->enabled, want.enabled);
}

/** A gradient of two elements in the arena: finite x and x, or a NaN and an infinity for x that is
 *  not, so that a check for one of the two finds it. */
static const struct gradient *give_pair(float x)
{
    const float clean[] = {x, x}, bad[] = {x, isnan(x) ? INFINITY : NAN};
    return give_gradient(isfinite(x) ? clean : bad, 2);
}

/** The same float, or both NaN? */
static bool same_f32(float a, float b)
{
    return bits_from_f32(a) == bits_from_f32(b) || (isnan(a) && isnan(b));
}

#endif
