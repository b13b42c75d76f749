/**
 * @file tests_update.h
 * @brief Graded tests of exercises 4.7 to 4.10: the next scale, a scale of one's own, checkpoints.
 *
 * A part of test_lab04.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB04_TESTS_UPDATE_H
#define LOWP_GRADER_LAB04_TESTS_UPDATE_H

#include "grader/lab04/beliefs_update.h"
#include "grader/lab04/draw.h"

enum { UPDATES_MAX = 200, OPTIMIZERS_MAX = 3 };

/** Calls scaler_update() for each step of h->bad and checks the history of the scale. */
static void check_updates(struct history h, size_t optimizers)
{
    struct oracle_scale got[UPDATES_MAX];
    struct grad_scaler start = {h.start.scale,   h.rule.growth,   h.rule.backoff,
                                h.rule.interval, h.start.tracker, true};
    struct grad_scaler *s = INOUT(&start, 1);
    struct optimizer_state zero[OPTIMIZERS_MAX] = {0}, *o = INOUT(zero, optimizers);
    for (size_t i = 0; i < h.steps; i++) {
        for (size_t k = 0; k < optimizers; k++) // the last ones are the bad ones
            o[k] = (struct optimizer_state){OPTIMIZER_STEPPED, true,
                                            k + h.bad[i] >= optimizers ? 1 : 0};
        want_status("scaler_update", scaler_update(s, o, optimizers), SCALER_OK);
        got[i] = (struct oracle_scale){s->loss_scale, s->growth_tracker};
    }
    h.got = got;
    check_history("scaler_update", &h);
    arena_reset();
}

/** Steps that are all clean, and steps that are all bad. */
static const uint8_t CLEAN[UPDATES_MAX];
static const uint8_t *all_bad(void)
{
    static uint8_t bad[UPDATES_MAX];
    memset(bad, 1, sizeof bad);
    return bad;
}

GRADED(backoff_multiplies, .points = 3,
       .idea = "an overflow makes S = (float)(S * backoff_factor), the product in double")
{
    const double factors[] = {0.5, 0.7, 0.9, 1.0 / 3, 0.1};
    for (uint64_t i = 0; i < 5; i++) // from so far up that no S ends below 1: that is another test
        check_updates((struct history){.rule = {3.0, factors[i], 1000},
                                       .start = {i ? draw_scale(i) * 0x1p38f : 65536, 0},
                                       .bad = all_bad(),
                                       .steps = 8},
                      1);
}

GRADED(overflow_restarts_the_count, .points = 3,
       .idea = "found_inf sets the tracker to 0: growth needs an interval of clean steps in a row")
{
    static const uint8_t bad[] = {0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0};
    for (int32_t tracker = 0; tracker < 5; tracker++)
        check_updates((struct history){.rule = {2, 0.5, 100},
                                       .start = {1024, tracker},
                                       .bad = bad,
                                       .steps = sizeof bad,
                                       .trackers = true},
                      1);
}

GRADED(
    grows_on_the_interval, .points = 3,
    .idea = "S grows on the growth_interval-th clean step, that very step, and the count restarts")
{
    const int32_t intervals[] = {1, 3, 5, 20};
    const double factors[] = {2, 1.5, 1.1, 4};
    for (uint64_t i = 0; i < 4; i++)
        check_updates((struct history){.rule = {factors[i], 0.5, intervals[i]},
                                       .start = {i ? draw_scale(i) : 1, 0},
                                       .bad = CLEAN,
                                       .steps = 45,
                                       .trackers = true},
                      1);
}

GRADED(growth_refused_at_infinity, .points = 3,
       .idea = "growth past FP32's range is refused: S stays, and the tracker starts at 0 again")
{
    const struct {
        double growth;
        float start;
        int32_t interval;
    } cases[] = {{2, 0x1p125f, 1}, {2, 0x1p126f, 4}, {1.01, 3e38f, 3}, {1.5, 0x1.8p127f, 2}};
    for (size_t i = 0; i < 4; i++)
        check_updates((struct history){.rule = {cases[i].growth, 0.5, cases[i].interval},
                                       .start = {cases[i].start, 0},
                                       .bad = CLEAN,
                                       .steps = 60,
                                       .trackers = true},
                      1);
}

GRADED(no_lower_limit, .points = 3,
       .idea = "overflow after overflow S falls below 1, through FP32's subnormals, and to 0")
{
    // 16 + 149 backoffs lead to 2^-149; one more is a tie, which goes to 0.
    check_updates(
        (struct history){
            .rule = {2, 0.5, 2000}, .start = {65536, 0}, .bad = all_bad(), .steps = 170},
        1);
    check_updates(
        (struct history){
            .rule = {2, 0.7, 2000}, .start = {1e-38f, 0}, .bad = all_bad(), .steps = 80},
        1);
}

GRADED(
    one_scale_for_all, .points = 3,
    .idea = "several optimizers share S: any bad one backs it off, once, and all are READY again")
{
    static const uint8_t bad[] = {0, 1, 2, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 2};
    check_updates((struct history){.rule = {2, 0.25, 100},
                                   .start = {65536, 0},
                                   .bad = bad,
                                   .steps = sizeof bad,
                                   .trackers = true},
                  3);
    // One that took part, found nothing and stands first must not hide the others.
    struct grad_scaler s = scaler_at(8), *given = INOUT(&s, 1);
    struct optimizer_state o[] = {
        {OPTIMIZER_STEPPED, true, 0}, {OPTIMIZER_UNSCALED, true, 1}, {OPTIMIZER_READY, false, 0}};
    struct optimizer_state *states = INOUT(o, 3);
    want_status("scaler_update", scaler_update(given, states, 3), SCALER_OK);
    if (given->loss_scale == 8)
        because("the find of the one in the middle was lost: any found_inf counts, not the last "
                "one's alone");
    if (given->loss_scale != 4)
        fail("one of three optimizers found an infinity: the scale went from 8 to %.9g, expected 4",
             (double)given->loss_scale);
    for (size_t i = 0; i < 3; i++)
        want_state("after scaler_update", &states[i],
                   (struct optimizer_state){OPTIMIZER_READY, false, 0});
}

GRADED(update_needs_a_check, .points = 2,
       .idea = "an update without any checked gradient is refused and changes nothing")
{
    struct grad_scaler s = scaler_at(8);
    s.growth_tracker = 5;
    for (int checked = 0; checked < 2; checked++) {
        struct grad_scaler *given = INOUT(&s, 1), want = s;
        struct optimizer_state before[] = {{OPTIMIZER_UNSCALED, false, 0},
                                           {OPTIMIZER_READY, checked, 0}};
        struct optimizer_state *o = INOUT(before, 2);
        want_status(checked ? "scaler_update with one checked optimizer"
                            : "scaler_update without a check",
                    scaler_update(given, o, 2), checked ? SCALER_OK : SCALER_NO_INF_CHECKS);
        want.growth_tracker += checked;
        if (given->loss_scale == 16)
            because("S grew on a clean step: it waits for growth_interval of them");
        else if (given->growth_tracker > want.growth_tracker && checked)
            because(DECIDED_FOR_EACH);
        want_scaler(checked ? "after scaler_update" : "after a refused scaler_update", given, want);
        if (!checked)
            want_untouched("after a refused scaler_update", &o[0], before[0]);
    }
}

GRADED(set_scale_keeps_the_count, .points = 3,
       .idea = "a scale of one's own replaces S and frees the optimizers; the tracker counts on")
{
    const float scales[] = {4096, 0.1f, 0x1p-130f, 0x1p127f};
    for (size_t i = 0; i < 4; i++) {
        struct grad_scaler s = scaler_at(8), *given = INOUT(&s, 1), want = s;
        given->growth_tracker = want.growth_tracker = 1990 + (int32_t)i;
        want.loss_scale = scales[i];
        struct optimizer_state before[] = {{OPTIMIZER_STEPPED, true, 1},
                                           {OPTIMIZER_UNSCALED, true, 0}};
        struct optimizer_state *o = INOUT(before, 2);
        scaler_set_scale(given, o, 2, scales[i]);
        if (given->growth_tracker == 0)
            because("the tracker was set to 0: PyTorch's update(new_scale) leaves it alone");
        want_scaler("after scaler_set_scale", given, want);
        for (size_t k = 0; k < 2; k++)
            want_state("after scaler_set_scale", &o[k], (struct optimizer_state){0});
    }
}

/** Fails unless a saved state is that of a scaler. */
static void want_saved(struct scaler_state got, struct grad_scaler s)
{
    if (got.empty)
        fail("scaler_save of an enabled scaler said that it is empty");
    if (got.growth_tracker != s.growth_tracker && got.loss_scale == s.loss_scale)
        because("the tracker was not saved: the next run would count its clean steps from 0");
    struct grad_scaler copy = {got.loss_scale,      got.growth_factor,  got.backoff_factor,
                               got.growth_interval, got.growth_tracker, true};
    want_scaler("in the state from scaler_save", &copy, s);
}

GRADED(save_and_load, .points = 3,
       .idea = "five numbers are saved and come back; a disabled scaler saves nothing, and loading "
               "that is an error")
{
    struct grad_scaler s = {draw_scale(0), 1.5, 1.0 / 3, 123, 45, true}, off = s;
    off.enabled = false;
    want_saved(scaler_save(GIVE(&s, 1)), s);
    struct scaler_state of_off = scaler_save(GIVE(&off, 1));
    if (!of_off.empty)
        because("a disabled scaler has nothing to save: whoever loads it later is to be told");
    if (!of_off.empty)
        fail("scaler_save of a disabled scaler is not empty");

    struct scaler_state state = {false, s.loss_scale, 1.5, 1.0 / 3, 123, 45},
                        empty = {.empty = true};
    struct grad_scaler fresh = scaler_at(65536), *loaded = INOUT(&fresh, 1);
    want_status("scaler_load", scaler_load(loaded, GIVE(&state, 1)), SCALER_OK);
    if (loaded->growth_factor == fresh.growth_factor && loaded->loss_scale == s.loss_scale)
        because("factors and interval are loaded too: the run goes on by the rules that it had");
    want_scaler("after scaler_load", loaded, s);
    want_status("scaler_load of an empty state", scaler_load(loaded, GIVE(&empty, 1)),
                SCALER_EMPTY_STATE);
    want_scaler("after scaler_load of an empty state", loaded, s);

    fresh.enabled = false;
    loaded = INOUT(&fresh, 1);
    want_status("scaler_load into a disabled scaler", scaler_load(loaded, GIVE(&state, 1)),
                SCALER_OK);
    want_status("scaler_load of an empty state into a disabled scaler",
                scaler_load(loaded, GIVE(&empty, 1)), SCALER_OK);
    if (loaded->enabled || loaded->loss_scale != fresh.loss_scale)
        because("loading leaves a disabled scaler alone: it stays disabled");
    want_scaler("after loading into a disabled scaler", loaded, fresh);
}

#endif
