/**
 * @file tests_step.h
 * @brief Graded tests of exercises 4.5 and 4.6: an optimizer's stages, step or skip.
 *
 * A part of test_lab04.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB04_TESTS_STEP_H
#define LOWP_GRADER_LAB04_TESTS_STEP_H

#include "grader/lab04/beliefs.h"
#include "grader/lab04/draw.h"

static const struct optimizer_state FRESH = {OPTIMIZER_READY, false, 0};

/** The first element of the first of some gradients. */
static float first_of(const struct gradient *g)
{
    return *(const float *)g->data;
}

/** Fails unless a gradient of `from`, made with a scale of 4, is now `want`. */
static void want_gradient(const char *when, const struct gradient *g, float from, float want)
{
    float got = first_of(g);
    if (same_f32(got, want))
        return;
    if (got == from / 16)
        because("it was unscaled twice");
    else if (got == from)
        because("it was not unscaled");
    else if (!isfinite(from) && got == 0)
        because("infinities and NaNs were replaced by 0: then nobody downstream can see them");
    else if (want == from && got == from / 4)
        because("it was unscaled, and should not be");
    fail("%s a gradient of %.9g with a scale of 4 is %.9g, expected %.9g", when, (double)from,
         (double)got, (double)want);
}

GRADED(unscale_once, .points = 3,
       .idea = "READY becomes UNSCALED with what was found; a second unscale, or one after the "
               "step, is refused")
{
    struct grad_scaler s = scaler_at(4);
    const float values[] = {8, INFINITY, NAN, -8};
    for (size_t i = 0; i < 4; i++) {
        const struct gradient *g = give_pair(values[i]);
        struct optimizer_state *o = give_state(FRESH);
        const struct grad_scaler *given = GIVE(&s, 1);
        float found = isfinite(values[i]) ? 0 : 1;
        struct optimizer_state after = {OPTIMIZER_UNSCALED, true, found};
        want_status("scaler_unscale of a READY optimizer", scaler_unscale(given, o, g, 1),
                    SCALER_OK);
        want_gradient("after scaler_unscale", g, values[i], values[i] / 4);
        want_state("after scaler_unscale", o, after);

        want_status("scaler_unscale of an UNSCALED optimizer", scaler_unscale(given, o, g, 1),
                    SCALER_UNSCALED_TWICE);
        want_gradient("after a refused scaler_unscale", g, values[i], values[i] / 4);
        want_untouched("after a refused scaler_unscale", o, after);

        o->stage = after.stage = OPTIMIZER_STEPPED;
        want_status("scaler_unscale of a STEPPED optimizer", scaler_unscale(given, o, g, 1),
                    SCALER_UNSCALED_AFTER_STEP);
        want_gradient("after a refused scaler_unscale", g, values[i], values[i] / 4);
        want_untouched("after a refused scaler_unscale", o, after);
    }
}

GRADED(fp16_gradients_are_refused, .points = 2,
       .idea = "one FP16 gradient among many, and none of them is touched")
{
    struct grad_scaler s = scaler_at(4);
    const float x = 8;
    uint16_t half = 0x4800;
    for (int turn = 0; turn < 3; turn++) {
        struct gradient grads[] = {{give_floats(&x, 1), 1, GRADIENT_FP32},
                                   {INOUT(&half, 1), 1, GRADIENT_FP16}};
        if (turn == 2)
            grads[1].data = NULL; // no gradient is no FP16 gradient
        struct optimizer_state *o = give_state(FRESH);
        bool *run = TAKE(bool, 1);
        const struct gradient *g = GIVE(grads, 2);
        if (turn == 1)
            want_step("scaler_step with an FP16 gradient", scaler_step(GIVE(&s, 1), o, g, 2, run),
                      SCALER_FP16_GRADIENTS);
        else
            want_status(turn ? "scaler_unscale with a missing FP16 gradient"
                             : "scaler_unscale with an FP16 gradient",
                        scaler_unscale(GIVE(&s, 1), o, g, 2),
                        turn ? SCALER_OK : SCALER_FP16_GRADIENTS);
        want_gradient("after FP16 gradients", g, 8, turn == 2 ? 2 : 8);
        if (turn == 2)
            want_state("after a missing FP16 gradient", o,
                       (struct optimizer_state){OPTIMIZER_UNSCALED, true, 0});
        else
            want_untouched("after FP16 gradients", o, FRESH);
        if (turn < 2 && *(uint16_t *)grads[1].data != half)
            fail("the FP16 gradient was changed");
    }
}

GRADED(step_runs_or_skips, .points = 3,
       .idea = "a step unscales a READY optimizer's gradients, then runs it if they were finite")
{
    struct grad_scaler s = scaler_at(4);
    const float values[] = {8, INFINITY, -8, NAN};
    for (size_t i = 0; i < 4; i++) {
        struct optimizer_state *o = give_state(FRESH);
        const struct gradient *g = give_pair(values[i]);
        bool *run = TAKE(bool, 1), clean = isfinite(values[i]);
        want_step("scaler_step of a READY optimizer", scaler_step(GIVE(&s, 1), o, g, 1, run),
                  SCALER_OK);
        unsigned char ran = *(unsigned char *)run; // what was not written is no bool
        if (ran && !clean)
            because("the step ran on gradients that are not finite: it is to be skipped");
        else if (!ran && clean)
            because("an optimizer with finite gradients was skipped: each goes by what it found "
                    "itself");
        if (ran != clean)
            fail("scaler_step with a gradient of %.9g set run to %d, expected %d",
                 (double)values[i], ran, clean);
        want_gradient("after scaler_step", g, values[i], values[i] / 4);
        want_state("after scaler_step", o,
                   (struct optimizer_state){OPTIMIZER_STEPPED, true, clean ? 0 : 1});
    }
}

GRADED(
    step_does_not_unscale_again, .points = 3,
    .idea = "after scaler_unscale the step goes by what was found then, and leaves the gradients")
{
    struct grad_scaler s = scaler_at(4);
    bool went_wrong[2] = {false, false};
    for (int found = 0; found < 2; found++) {
        // Clipping may have made a bad gradient look good, and a bug a good one bad: the flag counts.
        const float x = found ? 2 : INFINITY;
        struct optimizer_state unscaled = {OPTIMIZER_UNSCALED, true, (float)found};
        struct optimizer_state *o = INOUT(&unscaled, 1);
        const struct gradient *g = give_pair(x);
        bool *run = TAKE(bool, 1);
        want_step("scaler_step of an UNSCALED optimizer", scaler_step(GIVE(&s, 1), o, g, 1, run),
                  SCALER_OK);
        const unsigned char ran = *(unsigned char *)run;
        went_wrong[found] = ran != !found;
        if (found && ran && !went_wrong[0])
            because("the step ran, whatever scaler_unscale had found");
        else if (ran != !found)
            because("the gradients were checked again: what scaler_unscale found counts");
        if (*(unsigned char *)run != !found)
            fail("scaler_step of an UNSCALED optimizer with found_inf = %d set run to %d", found,
                 *(unsigned char *)run);
        want_gradient("after the step of an UNSCALED optimizer", g, x, x);
        want_state("after scaler_step", o,
                   (struct optimizer_state){OPTIMIZER_STEPPED, true, (float)found});
    }
}

GRADED(step_out_of_order, .points = 3,
       .idea = "a second step, or one without a checked gradient, is refused and does not run")
{
    struct grad_scaler s = scaler_at(4);
    const float x = 8;
    const struct gradient *g = give_pair(x), *none = GIVE((&(struct gradient){0}), 1);
    struct optimizer_state *o = give_state(FRESH);
    bool *run = TAKE(bool, 1);
    want_step("the first scaler_step", scaler_step(GIVE(&s, 1), o, g, 1, run), SCALER_OK);
    want_step("the second scaler_step", scaler_step(GIVE(&s, 1), o, g, 1, run),
              SCALER_STEPPED_TWICE);
    if (*(unsigned char *)run)
        fail("scaler_step a second time: run is %d, expected 0", *(unsigned char *)run);
    want_gradient("after two steps", g, 8, 2);

    o = give_state(FRESH);
    run = TAKE(bool, 1);
    want_step("scaler_step without any gradient", scaler_step(GIVE(&s, 1), o, none, 1, run),
              SCALER_NO_INF_CHECKS);
    if (*(unsigned char *)run)
        fail("scaler_step without any gradient: run is %d, expected 0", *(unsigned char *)run);
    want_state("after scaler_step without any gradient", o,
               (struct optimizer_state){OPTIMIZER_UNSCALED, false, 0});

    const float nothing = 3;
    o = give_state(FRESH);
    want_step("scaler_step with an empty gradient (n = 0)",
              scaler_step(GIVE(&s, 1), o, give_gradient(&nothing, 0), 1, run), SCALER_OK);
    want_state("after scaler_step with an empty gradient", o,
               (struct optimizer_state){OPTIMIZER_STEPPED, true, 0});
}

/** What is to be said of whatever a disabled scaler does. */
#define OFF "a disabled scaler checks and changes nothing: each call comes back at once"

/** Fails unless a call of a disabled scaler returned SCALER_OK. */
static void want_off(const char *what, enum scaler_status got)
{
    because(OFF);
    if (got != SCALER_OK)
        fail("%s returned %s, expected %s", what, status_text(got), status_text(SCALER_OK));
}

/** Calls every function that a disabled scaler turns off, and fails where one does something. */
static void disabled_calls(struct grad_scaler off)
{
    const float x = INFINITY;
    struct grad_scaler *s = INOUT(&off, 1);
    struct optimizer_state stepped = {OPTIMIZER_STEPPED, true, 1}, *o = INOUT(&stepped, 1);
    const struct gradient *g = give_pair(x);
    float three = 3, *loss = INOUT(&three, 1);
    bool *run = TAKE(bool, 1);
    because(OFF);
    scaler_scale(s, loss, 1);
    if (*loss != 3)
        fail("a disabled scaler_scale made %.9g of 3", (double)*loss);
    want_off("a disabled scaler_unscale", scaler_unscale(s, o, g, 1));
    want_off("a disabled scaler_step", scaler_step(s, o, g, 1, run));
    because("%s", "");
    if (*(unsigned char *)run != 1)
        fail("a disabled scaler_step set run to %d: the optimizer always runs",
             *(unsigned char *)run);
    want_off("a disabled scaler_update", scaler_update(s, o, 1));
    scaler_set_scale(s, o, 1, 77);
    want_scaler("with a disabled scaler", s, off);
    compare_state("with a disabled scaler", o, stepped);
}

GRADED(disabled_does_nothing, .points = 3,
       .idea = "a disabled scaler changes nothing and lets every step run; enabled ones do not")
{
    struct grad_scaler off = scaler_at(4);
    off.enabled = false;
    disabled_calls(off);

    const float x = INFINITY;
    off.enabled = true;
    struct grad_scaler *s = INOUT(&off, 1);
    struct optimizer_state *o = give_state(FRESH);
    const struct gradient *g = give_pair(x);
    float three = 3, *loss = INOUT(&three, 1);
    bool *run = TAKE(bool, 1);
    scaler_scale(s, loss, 1);
    if (*loss == 0.75f)
        because("divided by the scale: scaling multiplies, unscaling takes it back");
    if (*loss != 12)
        fail("an enabled scaler_scale made %.9g of 3 with a scale of 4", (double)*loss);
    want_status("an enabled scaler_unscale", scaler_unscale(s, o, g, 1), SCALER_OK);
    want_step("an enabled scaler_step", scaler_step(s, o, g, 1, run), SCALER_OK);
    if (*(unsigned char *)run != 0)
        because("the step ran on gradients that are not finite: it is to be skipped");
    if (*(unsigned char *)run != 0)
        fail("an enabled scaler_step set run to %d after an infinity", *(unsigned char *)run);
    want_status("an enabled scaler_update", scaler_update(s, o, 1), SCALER_OK);
    if (s->loss_scale == 4)
        because("the find was lost between the step and the update, which is to back S off");
    if (s->loss_scale != 2)
        fail("an enabled scaler_update after an infinity made %.9g of a scale of 4",
             (double)s->loss_scale);
    scaler_set_scale(s, o, 1, 77);
    if (s->loss_scale != 77)
        fail("scaler_set_scale(77) left a scale of %.9g", (double)s->loss_scale);
}

#endif
