/**
 * @file draw.h
 * @brief What the tests of lab 03 share: drawing rows, showing them, comparing, naming a belief.
 *
 * A part of test_lab03.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB03_DRAW_H
#define LOWP_GRADER_LAB03_DRAW_H

#include "grader/grade.h"
#include "grader/lab03/beliefs_rows.h"
#include "grader/oracles/oracle_lse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/** A standard normal number (Box and Muller's transformation). */
static double draw_normal(uint64_t i)
{
    return sqrt(-2 * log(1 - test_f64(2 * i))) * cos(2 * M_PI * test_f64(2 * i + 1));
}

/** n logits around `center`, with standard deviation `scale`; `which` tells draws apart. */
static void draw_row(float *x, size_t n, double center, double scale, uint64_t which)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(center + scale * draw_normal(1000 * which + i));
}

/** "3 logits (100, 50, 200)"; of long rows the first five and the last. */
static const char *show_row(const float *x, size_t n)
{
    static char text[240];
    size_t at = (size_t)snprintf(text, sizeof text, "%zu logit%s (", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < n && at + 40 < sizeof text; i++) {
        if (n > 7 && i == 5) {
            at += (size_t)snprintf(text + at, sizeof text - at, ", ...");
            i = n - 1;
        }
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%.7g", i ? ", " : "", (double)x[i]);
    }
    snprintf(text + at, sizeof text - at, ")");
    return text;
}

/** Is got right? A NaN where one is wanted, the same infinity, else within the bound. */
static bool right(double got, double want, double bound)
{
    return (isnan(want) && isnan(got)) || got == want || fabs(got - want) <= bound;
}

/** Is got what a wrong rule says? Loosely: the rule is evaluated with roundings of its own. */
static bool matches(double got, double wrong)
{
    return right(got, wrong, 1e-4 * fabs(wrong));
}

/** Names the first of the rules that gives all of `got` for this row. */
static void name_row_belief(const struct row_belief *beliefs, size_t count, const float *got,
                            size_t outputs, const float *x, size_t n)
{
    static float wrong[2048];
    for (size_t b = count; b-- > 0;) {
        beliefs[b].answer(wrong, x, n);
        bool all = true;
        for (size_t i = 0; i < outputs; i++)
            all = all && matches((double)got[i], (double)wrong[i]);
        if (all)
            because("%s", beliefs[b].belief);
    }
}

/** What an element of an output should be, and how far it may be off. */
struct target_rule {
    const char *function;
    double (*want)(const struct oracle_row *r, float x);
    double (*bound)(const struct oracle_row *r, float x);
};

/** Judges all n outputs of a row. `rounded_lse`: name the form x - lse if it explains the error. */
static void check_row(struct target_rule rule, const float *got, const float *x, size_t n,
                      const struct row_belief *beliefs, size_t count)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    for (size_t i = 0; i < n; i++) {
        double want = rule.want(&r, x[i]), bound = rule.bound(&r, x[i]);
        if (right((double)got[i], want, bound))
            continue;
        name_row_belief(beliefs, count, got, n, x, n);
        fail("%s: %s\n  element %zu is %.9g, expected %.9g within %.2g", rule.function,
             show_row(x, n), i, (double)got[i], want, bound);
    }
}

/** Judges one number made from a row. */
static void check_scalar(const char *function, float got, double want, double bound, const float *x,
                         size_t n, const struct row_belief *beliefs, size_t count)
{
    if (right((double)got, want, bound))
        return;
    name_row_belief(beliefs, count, &got, 1, x, n);
    fail("%s: %s\n  returned %.9g, expected %.9g within %.2g", function, show_row(x, n),
         (double)got, want, bound);
}

#endif
