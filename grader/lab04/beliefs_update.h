/**
 * @file beliefs_update.h
 * @brief Wrong rules of lab 04 about the next scale, and histories that they explain.
 *
 * Used as those of beliefs.h are. Included by test_lab04.c alone.
 */
#ifndef LOWP_GRADER_LAB04_BELIEFS_UPDATE_H
#define LOWP_GRADER_LAB04_BELIEFS_UPDATE_H

#include "grader/lab04/beliefs.h"

// --- 4.7: histories of the scale -------------------------------------------------------------

/** A wrong rule for one update. `bad` is the number of optimizers that found something. */
struct update_belief {
    const char *belief;
    struct oracle_scale (*update)(struct oracle_scale now, struct oracle_rule r, int bad);
    bool of_several; /**< makes a difference only where several optimizers share the scale */
};

/** Begins a believed update. */
#define BELIEF(name)                                                                               \
    static struct oracle_scale name(struct oracle_scale now,                                       \
                                    __attribute__((unused)) struct oracle_rule r,                  \
                                    __attribute__((unused)) int bad)

static float times(float scale, double factor)
{
    return (float)((double)scale * factor);
}

BELIEF(never_changes)
{
    return now;
}

BELIEF(grows_a_step_late)
{
    if (bad || now.tracker != r.interval)
        return bad ? oracle_update(now, &r, true)
                   : (struct oracle_scale){now.scale, now.tracker + 1};
    float grown = times(now.scale, r.growth);
    return (struct oracle_scale){isfinite(grown) ? grown : now.scale, 0};
}

BELIEF(grows_a_step_early)
{
    r.interval = r.interval > 1 ? r.interval - 1 : 1;
    return oracle_update(now, &r, bad);
}

BELIEF(counts_across_overflows)
{
    if (bad)
        return (struct oracle_scale){times(now.scale, r.backoff), now.tracker};
    return oracle_update(now, &r, false);
}

BELIEF(counts_the_bad_step)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    return bad ? (struct oracle_scale){next.scale, 1} : next;
}

BELIEF(counts_on_after_growth)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    next.tracker = bad ? 0 : now.tracker + 1;
    return next;
}

BELIEF(grows_ever_after)
{
    if (bad)
        return oracle_update(now, &r, true);
    if (++now.tracker >= r.interval && isfinite(times(now.scale, r.growth)))
        now.scale = times(now.scale, r.growth);
    return now;
}

BELIEF(grows_to_infinity)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    if (!bad && now.tracker + 1 == r.interval)
        next.scale = times(now.scale, r.growth);
    return next;
}

BELIEF(grows_to_the_maximum)
{
    struct oracle_scale next = grows_to_infinity(now, r, bad);
    next.scale = isinf(next.scale) ? FLT_MAX : next.scale;
    return next;
}

BELIEF(refusal_keeps_counting)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    if (!bad && now.tracker + 1 == r.interval && !isfinite(times(now.scale, r.growth)))
        next.tracker = now.tracker + 1;
    return next;
}

BELIEF(refusal_waits)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    if (!bad && now.tracker + 1 == r.interval && !isfinite(times(now.scale, r.growth)))
        next.tracker = now.tracker;
    return next;
}

BELIEF(stops_at_one)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    next.scale = bad && next.scale < 1 ? 1 : next.scale;
    return next;
}

BELIEF(stops_at_the_smallest_normal)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    next.scale = bad && next.scale < FLT_MIN ? FLT_MIN : next.scale;
    return next;
}

BELIEF(stops_above_zero)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    next.scale = bad && next.scale == 0 ? now.scale : next.scale;
    return next;
}

BELIEF(flushes_subnormals)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    next.scale = next.scale < FLT_MIN ? 0 : next.scale;
    return next;
}

BELIEF(multiplies_in_fp32)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    float product = now.scale * (float)(bad ? r.backoff : r.growth);
    if (bits_from_f32(next.scale) != bits_from_f32(now.scale) && isfinite(product))
        next.scale = product;
    return next;
}

BELIEF(divides_by_growth)
{
    r.backoff = 1 / r.growth;
    return oracle_update(now, &r, bad);
}

BELIEF(always_halves)
{
    r.backoff = 0.5;
    return oracle_update(now, &r, bad);
}

BELIEF(always_doubles)
{
    r.growth = 2;
    return oracle_update(now, &r, bad);
}

BELIEF(backs_off_for_each)
{
    struct oracle_scale next = oracle_update(now, &r, bad);
    for (int i = 1; i < bad; i++)
        next.scale = times(next.scale, r.backoff);
    return next;
}

/** The last of the optimizers are the bad ones, and three are the most that a test has. */
BELIEF(all_must_find)
{
    return oracle_update(now, &r, bad >= 3);
}

/** The bad ones are the last of three here, too. */
BELIEF(decides_for_each)
{
    for (int left = 3; left > 0; left--)
        now = oracle_update(now, &r, left <= bad);
    return now;
}

/** What is to be said of an update that goes through the rule more than once. */
#define DECIDED_FOR_EACH                                                                           \
    "the rule was applied once for each optimizer: add up what all of them found, and decide once"

BELIEF(grows_every_step)
{
    r.interval = now.tracker + 1;
    return oracle_update(now, &r, bad);
}

BELIEF(upside_down)
{
    return oracle_update(now, &r, !bad);
}

static const struct update_belief UPDATE_BELIEFS[] = {
    {"the scale never changed", never_changes, false},
    {"grew one step late: the clean step counts before it is compared with the interval",
     grows_a_step_late, false},
    {"S grew on every clean step: it waits for growth_interval of them", grows_every_step, false},
    {"grew one step early", grows_a_step_early, false},
    {"clean steps were counted across the overflow: found_inf sets the tracker to 0",
     counts_across_overflows, false},
    {"the skipped step was counted as a clean one", counts_the_bad_step, false},
    {"the tracker was not set to 0 at growth", counts_on_after_growth, false},
    {"once the interval was reached the scale grew at every step: growth sets the tracker to 0",
     grows_ever_after, false},
    {"the scale grew to infinity: growth past FP32's largest number is refused", grows_to_infinity,
     false},
    {"growth was cut off at FP32's largest number: it is refused, and the scale stays",
     grows_to_the_maximum, false},
    {"a refused growth left the tracker counting: it starts at 0 again", refusal_keeps_counting,
     false},
    {"a refused growth left the tracker waiting: it starts at 0 again", refusal_waits, false},
    {"the scale was kept at 1 or above: PyTorch has no lower limit", stops_at_one, false},
    {"the scale was kept at FP32's smallest normal number or above: there is no lower limit",
     stops_at_the_smallest_normal, false},
    {"the scale was kept above 0: there is no lower limit", stops_above_zero, false},
    {"subnormal scales were made 0", flushes_subnormals, false},
    {"the product was computed in FP32: the factors are doubles, and S * factor is rounded once",
     multiplies_in_fp32, false},
    {"backed off by 0.5, whatever backoff_factor is", always_halves, false},
    {"backed off by 1 / growth_factor: backoff_factor is a number of its own", divides_by_growth,
     false},
    {"grew by 2, whatever growth_factor is", always_doubles, false},
    {"backed off once for each optimizer: the scale is shared, and backs off once",
     backs_off_for_each, false},
    {"one optimizer's find is enough, whichever it is: here all had to find something, or only the "
     "first was asked",
     all_must_find, true},
    {DECIDED_FOR_EACH, decides_for_each, true},
    {"found_inf was taken the wrong way round", upside_down, false},
};

/** A history of the scale that a student's code made, and what it was made from. */
struct history {
    struct oracle_rule rule;
    struct oracle_scale start;
    const uint8_t *bad; /**< how many optimizers found something, for each step */
    const struct oracle_scale *got;
    size_t steps;
    bool trackers; /**< are the trackers known, and to be compared? */
};

static bool same_scale(const struct history *h, struct oracle_scale a, struct oracle_scale b)
{
    return bits_from_f32(a.scale) == bits_from_f32(b.scale) &&
           (!h->trackers || a.tracker == b.tracker);
}

/** Names the belief that explains all of a history. */
static void name_update_belief(const struct history *h)
{
    bool several = false;
    for (size_t i = 0; i < h->steps; i++)
        several = several || h->bad[i] > 1;
    for (size_t b = 0; b < sizeof UPDATE_BELIEFS / sizeof *UPDATE_BELIEFS; b++) {
        if (UPDATE_BELIEFS[b].of_several && !several)
            continue;
        struct oracle_scale believed = h->start;
        size_t agree = 0;
        for (; agree < h->steps; agree++) {
            believed = UPDATE_BELIEFS[b].update(believed, h->rule, h->bad[agree]);
            if (!same_scale(h, h->got[agree], believed))
                break;
        }
        if (agree == h->steps) {
            because("%s", UPDATE_BELIEFS[b].belief);
            return;
        }
    }
}

/** Fails at the first step at which a history is not the oracle's. */
static void check_history(const char *function, const struct history *h)
{
    struct oracle_scale want = h->start, before = want;
    for (size_t i = 0; i < h->steps; i++, before = want) {
        want = oracle_update(before, &h->rule, h->bad[i] > 0);
        if (same_scale(h, h->got[i], want))
            continue;
        char trackers[80] = "";
        if (h->trackers)
            snprintf(trackers, sizeof trackers, "\n  tracker  %d, expected %d", h->got[i].tracker,
                     want.tracker);
        name_update_belief(h);
        fail("%s: start %.9g, growth %.9g, backoff %.9g, interval %d; step %zu of %zu (%s)\n"
             "  before   %s, tracker %d\n  got      %s\n  expected %s%s",
             function, (double)h->start.scale, h->rule.growth, h->rule.backoff, h->rule.interval,
             i + 1, h->steps, h->bad[i] ? "found an infinity" : "clean", show_f32(before.scale),
             before.tracker, show_f32(h->got[i].scale), show_f32(want.scale), trackers);
    }
}

#endif
