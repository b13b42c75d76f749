/**
 * @file tests_delayed.h
 * @brief Graded tests of exercises 6.5 to 6.10: history, delayed scale, update, current scale.
 *
 * A part of test_lab06.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB06_TESTS_DELAYED_H
#define LOWP_GRADER_LAB06_TESTS_DELAYED_H

#include "grader/lab06/golden.h"

#include "grader/lab06/beliefs_delayed.h"
#include "grader/lab06/beliefs_update.h"
#include "grader/lab06/draw.h"

// The short ones later: there a slot is two things at once, and so is what went wrong with it.
static const size_t LENGTHS[] = {16, 3, 2, 1024, 1};
enum { LENGTHS_COUNT = sizeof LENGTHS / sizeof *LENGTHS };

/** A history of different amaxes. */
static void draw_history(float *history, size_t length, uint64_t salt)
{
    for (uint64_t i = 0; i < length; i++)
        history[i] = fabsf(draw_number(5000 * salt + i, -10, 10));
}

// --------------------------------------------------------------------------------------------
// 6.5, 6.6: the history
// --------------------------------------------------------------------------------------------

GRADED(roll_running_to_the_end, .points = 3,
       .idea = "new[i] = old[i + 1], the running slot goes to the end, and slot 0 becomes 0")
{
    float old[GOLDEN_LENGTH_MAX], want[GOLDEN_LENGTH_MAX];
    for (size_t l = 0; l < LENGTHS_COUNT; l++) {
        size_t length = LENGTHS[l];
        draw_history(old, length, l);
        for (size_t i = 0; i < length; i++)
            want[i] = i + 1 < length ? old[i + 1] : old[0];
        want[0] = 0;
        float *got = INOUT(old, length);
        fp8_roll(got, length);
        for (size_t i = 0; i < length; i++) {
            if (got[i] == want[i])
                continue;
            name_roll(got, old, length);
            fail("fp8_roll, length %zu: slot %zu is %.9g, expected %.9g\n"
                 "before: slot 0 (running) %.9g, slot 1 (oldest) %.9g, last slot %.9g",
                 length, i, (double)got[i], (double)want[i], (double)old[0],
                 (double)old[length > 1], (double)old[length - 1]);
        }
        arena_reset();
    }
}

static void check_history_amax(const float *history, size_t length, enum fp8_algorithm algorithm)
{
    struct past p = {history, length};
    float want = oracle_fp8_history_amax(history, length, algorithm);
    float got = fp8_history_amax(GIVE(history, length), length, algorithm);
    arena_reset();
    if (same(got, want))
        return;
    if (algorithm == FP8_MAX)
        name_scalar(LIST(MAX_BELIEFS), got, &p);
    else
        name_scalar(LIST(RECENT_BELIEFS), got, &p);
    fail("fp8_history_amax(%s), length %zu, returned %.9g, expected %.9g\n"
         "slot 0 (running) %.9g, slot 1 (oldest) %.9g, last slot %.9g",
         algorithm == FP8_MAX ? "FP8_MAX" : "FP8_MOST_RECENT", length, (double)got, (double)want,
         (double)history[0], (double)history[length > 1], (double)history[length - 1]);
}

GRADED(history_max_covers_all, .points = 4,
       .idea = "max is over every old entry: the running one, and the oldest that the roll drops")
{
    float history[GOLDEN_LENGTH_MAX];
    for (size_t l = 0; l < LENGTHS_COUNT; l++) {
        size_t length = LENGTHS[l], places[] = {length > 1, 0, length - 1, length / 2};
        for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
            draw_history(history, length, 10 * l + p);
            history[places[p]] = 5000; /* above all others */
            check_history_amax(history, length, FP8_MAX);
        }
    }
    check_history_amax((float[]){0, NAN, 3, 1}, 4, FP8_MAX);
    check_history_amax((float[]){NAN, 2, 3, 1}, 4, FP8_MAX);
    check_history_amax((float[]){1, 2, INFINITY, 0}, 4, FP8_MAX);
    check_history_amax((float[]){0, 0, 0}, 3, FP8_MAX);
}

GRADED(history_most_recent, .points = 2,
       .idea = "most_recent is the running slot, whatever it holds")
{
    float history[GOLDEN_LENGTH_MAX];
    for (size_t l = 0; l < LENGTHS_COUNT; l++) {
        draw_history(history, LENGTHS[l], l);
        check_history_amax(history, LENGTHS[l], FP8_MOST_RECENT);
    }
    check_history_amax((float[]){0, 2, 3}, 3, FP8_MOST_RECENT);
    check_history_amax((float[]){INFINITY, 2, 3}, 3, FP8_MOST_RECENT);
    check_history_amax((float[]){NAN, 2, 3}, 3, FP8_MOST_RECENT);
}

// --------------------------------------------------------------------------------------------
// 6.7: the scale
// --------------------------------------------------------------------------------------------

/** Calls fp8_delayed_scale() on all amaxes and fails at the first that is not exactly right. */
static void check_scales(const float *amaxes, size_t n, struct scale_case c)
{
    float *got = TAKE(float, n);
    fp8_delayed_scale_map(got, GIVE(amaxes, n), n, c.old_scale, c.kind, c.margin);
    for (size_t i = 0; i < n; i++) {
        c.amax = amaxes[i];
        float want = oracle_fp8_scale(c.amax, c.old_scale, c.kind, c.margin);
        if (got[i] == want)
            continue;
        name_scale(got[i], &c);
        fail("fp8_delayed_scale(amax = %s, old scale %.9g, %s, margin %d) returned %s,\n"
             "expected %s",
             show_f32(c.amax), (double)c.old_scale, KIND_NAMES[c.kind], c.margin, show_f32(got[i]),
             show_f32(want));
    }
    arena_reset();
}

GRADED(delayed_scale_formula, .points = 3,
       .idea = "scale = (largest value * 2^-margin) / amax, one FP32 division")
{
    enum { N = 100 };
    float amaxes[N];
    for (int margin = -2; margin <= 4; margin++) {
        for (uint64_t i = 0; i < N; i++)
            amaxes[i] = fabsf(draw_number(1000 * (uint64_t)(margin + 2) + i, -60, 60));
        for (size_t k = 0; k < 2; k++)
            check_scales(amaxes, N, (struct scale_case){0, 3.25f, KINDS[k], margin});
    }
}

GRADED(delayed_scale_keeps_old, .points = 3,
       .idea = "an amax of 0, infinity or NaN keeps the old scale")
{
    const float amaxes[] = {0, INFINITY, NAN, 2.5f, -0.0f};
    for (size_t k = 0; k < 2; k++)
        check_scales(amaxes, sizeof amaxes / sizeof *amaxes,
                     (struct scale_case){0, 12.5f, KINDS[k], 0});
}

GRADED(delayed_scale_overflow, .points = 3,
       .idea = "where the quotient is infinite the scale is the largest FP32 value")
{
    for (size_t k = 0; k < 2; k++) {
        float edge = (float)(oracle_fp8_max(KINDS[k]) / (double)FLT_MAX); /* 1.3166e-36 for E4M3 */
        const float amaxes[] = {0x1p-149f,
                                1e-40f,
                                edge / 2,
                                nextafterf(edge, 0),
                                edge,
                                nextafterf(edge, 1),
                                nextafterf(nextafterf(edge, 1), 1),
                                edge * 2,
                                1e-30f};
        check_scales(amaxes, sizeof amaxes / sizeof *amaxes,
                     (struct scale_case){0, 12.5f, KINDS[k], 0});
    }
}

// --------------------------------------------------------------------------------------------
// 6.8: the update, on traces that a Python script made (golden/generate.py)
// --------------------------------------------------------------------------------------------

/** The history in the arena and a private copy of what it should be. */
struct replay {
    struct fp8_meta *meta;
    float *history;
    float want[GOLDEN_LENGTH_MAX];
    float scale;
};

/** The likely reason for the scale that step s[0] left. One step has many explanations, most of all
 *  while the history is empty, so the steps that follow decide between them. */
static void name_trace(struct replay *r, const struct golden_step *s, size_t left,
                       struct update_case c)
{
    float before[GOLDEN_LENGTH_MAX];
    bool refuted[UPDATE_BELIEF_COUNT] = {false};
    name_update_scale(r->meta->scale, &c);
    for (size_t step = 0; step < left; step++) {
        if (step > 0) {
            r->history[0] = s[step].amax;
            memcpy(before, r->history, s->length * sizeof *before);
            c.before = (struct fp8_meta){r->meta->scale, before, s->length};
            fp8_delayed_update(r->meta, s->kind, s->recipe);
        }
        for (size_t b = 0; b < UPDATE_BELIEF_COUNT; b++)
            if (!same(UPDATE_BELIEFS[b].answer(&c), r->meta->scale))
                refuted[b] = true;
    }
    for (size_t b = UPDATE_BELIEF_COUNT; b-- > 0;)
        if (!refuted[b])
            because("%s", UPDATE_BELIEFS[b].belief);
}

/** Step `step` of a trace of n; fails if scale or history are not what the trace says. */
static void replay_step(struct replay *r, const struct golden_step *trace, size_t step, size_t n)
{
    const struct golden_step *s = &trace[step];
    float before[GOLDEN_LENGTH_MAX];
    r->history[0] = r->want[0] = s->amax;
    memcpy(before, r->want, s->length * sizeof *before);
    struct update_case c = {{r->scale, before, s->length}, s->kind, s->recipe};
    fp8_delayed_update(r->meta, s->kind, s->recipe);
    struct fp8_meta want = {r->scale, r->want, s->length};
    oracle_fp8_update(&want, s->kind, s->recipe);
    if (r->meta->scale != s->scale) {
        float got = r->meta->scale;
        name_trace(r, s, n - step, c);
        fail("fp8_delayed_update: length %zu, margin %d, %s, %s, step %zu of trace %d: amax %.9g "
             "took the scale from %.9g to %.9g, expected %.9g",
             s->length, s->recipe.margin, s->recipe.algorithm == FP8_MAX ? "max" : "most_recent",
             KIND_NAMES[s->kind], step + 1, s->trace, (double)s->amax, (double)r->scale,
             (double)got, (double)s->scale);
    }
    for (size_t i = 0; i < s->length; i++) {
        if (same(r->history[i], r->want[i]))
            continue;
        name_roll(r->history, before, s->length);
        fail("fp8_delayed_update: step %zu of trace %d (length %zu) left %.9g in slot %zu of the "
             "history, expected %.9g",
             step + 1, s->trace, s->length, (double)r->history[i], i, (double)r->want[i]);
    }
    r->scale = s->scale;
}

GRADED(update_golden_traces, .points = 6,
       .idea = "amax from the old history, then the scale, then the roll; step after step")
{
    enum { REPLAYED = 40, TRACES = 12 };
    static struct golden_step steps[GOLDEN_STEPS_MAX];
    static struct replay r;
    size_t n = golden_delayed(steps);
    if (n == 0)
        fail("the tests' own traces cannot be read: please report this");
    int traces = steps[n - 1].trace; /* the last, of length 1024, is replayed by the facts' test */
    for (int t = 0; t < TRACES; t++) {
        int trace = t < 2 ? traces - 2 + t : (int)((test_u64(0) % 20 + 7 * (uint64_t)t) % 20);
        size_t first = 0;
        while (steps[first].trace != trace)
            first++;
        memset(&r, 0, sizeof r);
        r.scale = 1;
        r.history = INOUT(r.want, steps[first].length);
        struct fp8_meta meta = {1, r.history, steps[first].length};
        r.meta = INOUT(&meta, 1);
        for (size_t i = 0; i < REPLAYED; i++)
            replay_step(&r, &steps[first], i, REPLAYED);
        arena_reset();
    }
}

// --------------------------------------------------------------------------------------------
// 6.9: within a step
// --------------------------------------------------------------------------------------------

enum { CALL_N = 48 };

/** The likely reason for a wrong running slot, given the calls' tensors so far. */
static void name_running(float got, const float *x, float earlier, float scale)
{
    float amax = oracle_fp8_amax(x, CALL_N);
    if (same(got, fmaxf(earlier, amax_minus_infinity_lost(&(struct tensor){x, CALL_N}))))
        because("the sign was not dropped: the largest *magnitude* counts");
    else if (got == amax)
        because("the slot was overwritten: it keeps the largest of the step's calls");
    else if (same(got, fmaxf(earlier, amax * scale)) || same(got, amax * scale))
        because("this is the amax of the scaled tensor: the amax is of x itself");
    else if (same(got, earlier))
        because("nothing was recorded");
    else if (got == 0)
        because("the history was rolled within the step");
}

GRADED(delayed_quantize_records, .points = 4,
       .idea = "a step quantizes with the scale it found and keeps the largest amax in slot 0")
{
    enum { LENGTH = 4, CALLS = 3 };
    const float sizes[CALLS] = {1, 1000, 30}; /* the middle call has the largest amax */
    for (size_t k = 0; k < 2; k++) {
        float history[LENGTH] = {0, 7, 900, 0.5f}, running = 0, scale = 0.75f;
        float *h = INOUT(history, LENGTH);
        struct fp8_meta start = {scale, h, LENGTH}, *meta = INOUT(&start, 1);
        for (uint64_t call = 0; call < CALLS; call++) {
            float x[CALL_N];
            uint8_t want[CALL_N], *codes = TAKE(uint8_t, CALL_N);
            for (uint64_t i = 0; i < CALL_N; i++)
                x[i] = sizes[call] * draw_number(100 * call + i, -3, 0);
            x[17] = -sizes[call]; /* the largest magnitude is negative */
            for (size_t i = 0; i < CALL_N; i++)
                want[i] = oracle_fp8_code(x[i], scale, KINDS[k], true);
            fp8_quantize_delayed(codes, GIVE(x, CALL_N), CALL_N, meta, KINDS[k]);
            struct quantize_cases c = {.x = x, .scale = scale, .kind = KINDS[k], .saturate = true};
            float earlier = running;
            running = fmaxf(running, oracle_fp8_amax(x, CALL_N));
            if (meta->scale != scale) {
                because("the scale was made and used in the same step: delayed scaling changes it "
                        "at the end of the step only");
                fail("fp8_quantize_delayed changed the scale from %.9g to %.9g", (double)scale,
                     (double)meta->scale);
            }
            if (h[0] != running) {
                name_running(h[0], x, earlier, scale);
                fail("fp8_quantize_delayed, call %d of a step: slot 0 is %.9g, expected %.9g",
                     (int)call + 1, (double)h[0], (double)running);
            }
            if (memcmp(h + 1, history + 1, (LENGTH - 1) * sizeof *h) != 0)
                fail("fp8_quantize_delayed changed the history beyond slot 0");
            check_codes(&(struct code_check){"fp8_quantize_delayed", oracle_fp8_format(KINDS[k]),
                                             CALL_N, codes, want, 1, input_quantize,
                                             LIST(QUANTIZE_RULES), &c});
        }
        arena_reset();
    }
}

// --------------------------------------------------------------------------------------------
// 6.10: current scaling
// --------------------------------------------------------------------------------------------

GRADED(current_scale, .points = 3,
       .idea = "largest value / amax; 1 where that says nothing; never infinite")
{
    enum { N = 60 };
    float amaxes[N] = {0, INFINITY, NAN, 1e-38f, 0x1p-149f, 1};
    for (uint64_t i = 6; i < N; i++)
        amaxes[i] = fabsf(draw_number(i, -60, 60));
    float before = 1; /* the scale that the call before should have made */
    for (size_t k = 0; k < 2; k++) {
        float *got = TAKE(float, N);
        fp8_current_scale_map(got, GIVE(amaxes, N), N, KINDS[k]);
        for (size_t i = 0; i < N; i++) {
            struct scale_case c = {amaxes[i], before, KINDS[k], 0};
            float want = oracle_fp8_scale(c.amax, 1, c.kind, 0);
            before = want;
            if (got[i] == want)
                continue;
            name_scalar(LIST(CURRENT_BELIEFS), got[i], &c);
            fail("fp8_current_scale(amax = %s, %s) returned %s, expected %s", show_f32(c.amax),
                 KIND_NAMES[c.kind], show_f32(got[i]), show_f32(want));
        }
        arena_reset();
    }
}

#endif
