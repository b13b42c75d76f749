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

/** Fails unless a call returned the status. `what` says which call, and when. */
static void want_status(const char *what, enum scaler_status got, enum scaler_status want)
{
    if (got != want)
        fail("%s returned %s, expected %s", what, status_text(got), status_text(want));
}

static const char *stage_text(enum optimizer_stage stage)
{
    static const char *const names[] = {"READY", "UNSCALED", "STEPPED"};
    return (unsigned)stage < 3 ? names[stage] : "no known stage";
}

/** Fails unless an optimizer's state is as wanted. `when` says after which call. */
static void want_state(const char *when, const struct optimizer_state *got,
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
