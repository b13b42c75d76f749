/**
 * @file tests_golden.h
 * @brief Graded tests against what PyTorch's own GradScaler did: exercise 4.11, and all together.
 *
 * A part of test_lab04.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB04_TESTS_GOLDEN_H
#define LOWP_GRADER_LAB04_TESTS_GOLDEN_H

#include "grader/lab04/beliefs_update.h"
#include "grader/lab04/draw.h"
#include "grader/lab04/golden.h"

/** Are these the scales that the steps used, each one step behind? */
static bool is_one_late(const float *scales, const struct golden_trace *t)
{
    size_t alike = 0;
    while (alike < GOLDEN_STEPS && scales[alike] == (alike ? t->scales[alike - 1] : t->start))
        alike++;
    return alike == GOLDEN_STEPS;
}

/** Replays one trace with the student's functions and fails where PyTorch's scale was another. */
static void check_trace(size_t number, const struct golden_trace *t)
{
    static struct oracle_scale got[GOLDEN_STEPS];
    struct grad_scaler start = {
        t->start, t->growth_factor, t->backoff_factor, t->growth_interval, 0, true};
    struct grad_scaler *s = INOUT(&start, 1);
    float *scales = TAKE(float, GOLDEN_STEPS);
    scaler_replay(s, GIVE(t->found_inf, GOLDEN_STEPS), scales, GOLDEN_STEPS);
    for (size_t i = 0; i < GOLDEN_STEPS; i++)
        got[i].scale = scales[i];
    struct history h = {{t->growth_factor, t->backoff_factor, t->growth_interval},
                        {t->start, 0},
                        t->found_inf,
                        got,
                        GOLDEN_STEPS,
                        false};
    for (size_t i = 0; i < GOLDEN_STEPS; i++) {
        if (bits_from_f32(scales[i]) == bits_from_f32(t->scales[i]))
            continue;
        name_update_belief(&h);
        if (is_one_late(scales, t))
            because("scales[i] is S after the update of step i, not the one that the step used");
        fail("scaler_replay, golden trace %zu: start %.9g, growth %.9g, backoff %.9g, interval %d\n"
             "  after step %zu of %d (%s)\n  got      %s\n  PyTorch  %s",
             number, (double)t->start, t->growth_factor, t->backoff_factor, t->growth_interval,
             i + 1, GOLDEN_STEPS, t->found_inf[i] ? "found an infinity" : "clean",
             show_f32(scales[i]), show_f32(t->scales[i]));
    }
    if (s->growth_tracker != t->growth_tracker && s->loss_scale == t->scales[GOLDEN_STEPS - 1])
        because("every scale was right and the count is not: a growth that is due starts it at 0 "
                "again, refused or not");
    if (s->growth_tracker == 0 && s->loss_scale == t->start)
        because("the scaler was left as it was: a run changes it, as each update does");
    if (s->growth_tracker != t->growth_tracker || s->loss_scale != t->scales[GOLDEN_STEPS - 1])
        fail("scaler_replay, golden trace %zu: afterwards the scaler holds %.9g and tracker %d, "
             "expected %.9g and %d",
             number, (double)s->loss_scale, s->growth_tracker, (double)t->scales[GOLDEN_STEPS - 1],
             t->growth_tracker);
}

/** A run goes on from the scaler as it is: here with a clean step less than it takes to grow. */
static void check_count_goes_on(void)
{
    struct grad_scaler start = {1024, 2, 0.5, 3, 2, true};
    const uint8_t clean = 0;
    struct grad_scaler *s = INOUT(&start, 1);
    float *scales = TAKE(float, 1);
    scaler_replay(s, GIVE(&clean, 1), scales, 1);
    if (scales[0] == 2048)
        return;
    if (scales[0] == 1024 && s->growth_tracker == 1)
        because("the count was started anew: the run goes on from the tracker that the scaler has");
    fail("scaler_replay of a clean step, interval 3, tracker 2: the scale is %.9g, expected 2048",
         (double)scales[0]);
}

GRADED(golden_traces, .points = 3,
       .idea = "24 runs of 10,000 steps: the scale has the bits that it has in PyTorch, at every "
               "step")
{
    static struct golden_trace traces[GOLDEN_TRACES_MAX];
    size_t count = golden_traces_read(traces);
    cr_assert(count >= 20, "the golden traces are not whole");
    for (size_t i = 0; i < count; i++) {
        check_trace(i, &traces[i]);
        arena_reset();
    }
    check_count_goes_on();
}

/** A scaler and its two optimizers, between two calls of calls.csv. */
struct golden_run {
    struct grad_scaler scaler;
    struct optimizer_state optimizers[2];
};

static bool word_is(const char *line, int column, const char *word)
{
    const char *field = golden_field(line, column);
    size_t n = strlen(word);
    return strncmp(field, word, n) == 0 && (field[n] == ',' || field[n] == '\n');
}

static enum scaler_status golden_status(const char *line)
{
    static const struct {
        const char *word;
        enum scaler_status status;
    } words[] = {{"ok", SCALER_OK},
                 {"unscaled_twice", SCALER_UNSCALED_TWICE},
                 {"unscaled_after_step", SCALER_UNSCALED_AFTER_STEP},
                 {"stepped_twice", SCALER_STEPPED_TWICE},
                 {"fp16_gradients", SCALER_FP16_GRADIENTS},
                 {"no_inf_checks", SCALER_NO_INF_CHECKS}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (word_is(line, 3, words[i].word))
            return words[i].status;
    cr_assert_fail("an unknown result in calls.csv: %s", line);
    return SCALER_OK;
}

/** The gradient of a row of calls.csv, in the arena. */
static const struct gradient *golden_gradient(const char *line)
{
    uint16_t half = 0x3C00;
    float x = word_is(line, 2, "inf") ? INFINITY : word_is(line, 2, "nan") ? NAN : 1;
    float both[] = {x, 1};
    struct gradient g = {NULL, 1, GRADIENT_FP32};
    if (word_is(line, 2, "fp16"))
        g = (struct gradient){INOUT(&half, 1), 1, GRADIENT_FP16};
    else if (!word_is(line, 2, "none"))
        g = (struct gradient){INOUT(both, 2), 2, GRADIENT_FP32};
    return GIVE(&g, 1);
}

/** Names why an update came out otherwise: `r` is before it, `s` after it. */
static void name_update_call(const struct golden_run *r, const struct grad_scaler *s,
                             struct oracle_scale want)
{
    struct oracle_rule rule = {2, 0.5, 3};
    struct oracle_scale before = {r->scaler.loss_scale, r->scaler.growth_tracker};
    struct oracle_scale got = {s->loss_scale, s->growth_tracker};
    struct oracle_scale clean = oracle_update(before, &rule, false);
    bool bad = want.scale < before.scale;
    const uint8_t count = bad;
    struct history h = {rule, before, &count, &got, 1, true};
    if (bad && got.scale == clean.scale && got.tracker == clean.tracker)
        because("an infinity or NaN was lost: what any optimizer found backs S off");
    else if (!bad && got.scale < before.scale)
        because("S backed off, but all that was checked since the last update was finite");
    else if (bad && got.scale < want.scale)
        because("backed off more than once: the scale is shared by all optimizers");
    else
        name_update_belief(&h);
}

/** Names why a call of calls.csv came out otherwise. */
static void name_call(const struct golden_run *r, const char *line, const struct grad_scaler *s,
                      bool ran)
{
    struct oracle_scale want = {golden_f32(line, 6), atoi(golden_field(line, 7))};
    if (word_is(line, 0, "step") && ran != word_is(line, 4, "1"))
        because(!ran ? "an optimizer with finite gradients was skipped: each goes by what it found "
                       "itself"
                : word_is(line, 2, "nan") ? "the step ran although a NaN was in the gradients"
                : word_is(line, 2, "inf") ? "the step ran although an infinity was in the gradients"
                                          : "the step ran, whatever scaler_unscale had found");
    else if (word_is(line, 0, "update"))
        name_update_call(r, s, want);
    else if (word_is(line, 0, "set") && s->growth_tracker == 0)
        because("the tracker was set to 0: PyTorch's update(new_scale) leaves it alone");
    else
        because(word_is(line, 5, "1") ? "the gradients of a READY optimizer are unscaled here"
                                      : "the gradients were unscaled once more: the optimizer is "
                                        "not READY any more");
}

/** Makes one call of calls.csv with the student's functions; fails where PyTorch did otherwise. */
static void check_call(struct golden_run *r, const char *line, int number)
{
    struct grad_scaler *s = INOUT(&r->scaler, 1);
    struct optimizer_state *o = INOUT(r->optimizers, 2), *one = o + word_is(line, 1, "1");
    const struct gradient *g = golden_gradient(line);
    bool no = false, *run = INOUT(&no, 1);
    enum scaler_status status = SCALER_OK;
    if (word_is(line, 0, "unscale"))
        status = scaler_unscale(s, one, g, 1);
    else if (word_is(line, 0, "step"))
        status = scaler_step(s, one, g, 1, run);
    else if (word_is(line, 0, "update"))
        status = scaler_update(s, o, 2);
    else
        scaler_set_scale(s, o, 2, 4096);

    char what[160];
    int length = (int)strcspn(line, "\n");
    snprintf(what, sizeof what, "golden/calls.csv, call %d (%.*s)", number, length, line);
    (word_is(line, 0, "step") ? want_step : want_status)(what, status, golden_status(line));
    name_call(r, line, s, *(unsigned char *)run); // it is said only if something is wrong
    if (*(unsigned char *)run != word_is(line, 4, "1"))
        fail("%s: run is %d", what, *(unsigned char *)run);
    if (!word_is(line, 5, "-1") && g->data && (*(float *)g->data != 1) != word_is(line, 5, "1"))
        fail("%s: the gradient of 1 is now %.9g", what, (double)*(float *)g->data);
    if (bits_from_f32(s->loss_scale) != bits_from_f32(golden_f32(line, 6)) ||
        s->growth_tracker != atoi(golden_field(line, 7)))
        fail("%s: scale %.9g, tracker %d", what, (double)s->loss_scale, s->growth_tracker);
    r->scaler = *s;
    memcpy(r->optimizers, o, sizeof r->optimizers);
    because("%s", "");
    arena_reset();
}

EMBED(golden_calls_csv, "grader/lab04/golden/calls.csv")

GRADED(golden_calls, .points = 2,
       .idea = "1000 calls in any order, right and wrong: the same answers as PyTorch's")
{
    char line[GOLDEN_LINE];
    int count = 0;
    struct golden_run r = {{65536, 2, 0.5, 3, 0, true}, {{0}}};
    FILE *file = embed_open(golden_calls_csv);
    cr_assert(file, "calls.csv cannot be read");
    while (golden_line(file, line))
        check_call(&r, line, ++count);
    fclose(file);
    cr_assert(count == 1000, "calls.csv holds %d calls", count);
}

#endif
