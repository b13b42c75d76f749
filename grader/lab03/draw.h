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

/** Is got what a wrong rule says? The rule has roundings of its own, of the size of the bound. */
static bool matches(double got, double wrong, double bound)
{
    if (!isfinite(wrong))
        return got == wrong || (isnan(got) && isnan(wrong));
    return fabs(got - wrong) <= 4 * bound + 0x1p-20 * fabs(wrong);
}

/** What the rules of a table say of a row, held against what came. A rule that is wrong about a row
 *  on which the student is right is refuted for the rest of the test. */
struct row_case {
    const float *x; /**< the row */
    size_t n;
    const float *got;
    const double *bound; /**< allowed to each output */
    size_t outputs;      /**< n, or 1 */
};

enum { MOST_OUTPUTS = 2048 };

/** Marks refuted rules (row right), or names the first one that explains the row (row wrong). */
static void weigh_beliefs(const struct row_belief *beliefs, size_t count, const struct row_case *c,
                          bool row_is_right)
{
    static const struct row_belief *table;
    static uint64_t refuted;
    static float wrong[MOST_OUTPUTS];
    if (table != beliefs)
        refuted = 0;
    table = beliefs;
    for (size_t b = count; b-- > 0;) {
        beliefs[b].answer(wrong, c->x, c->n);
        bool all = true;
        for (size_t i = 0; i < c->outputs; i++)
            all = all && matches((double)c->got[i], (double)wrong[i], c->bound[i]);
        if (row_is_right && !all)
            refuted |= (uint64_t)1 << b;
        if (!row_is_right && all && !(refuted >> b & 1))
            because("%s", beliefs[b].belief);
    }
}

/** What an element of an output should be, and how far it may be off. */
struct target_rule {
    const char *function;
    double (*want)(const struct oracle_row *r, float x);
    double (*bound)(const struct oracle_row *r, float x);
};

/** Judges all n outputs of a row. */
static void check_row(struct target_rule rule, const float *got, const float *x, size_t n,
                      const struct row_belief *beliefs, size_t count)
{
    static double bound[MOST_OUTPUTS];
    struct oracle_row r = oracle_row(x, NULL, n);
    size_t first = n;
    bool written = false;
    for (size_t i = n; i-- > 0;) {
        bound[i] = rule.bound(&r, x[i]);
        written = written || bits_from_f32(got[i]) != 0xFFFFFFFF;
        if (!right((double)got[i], rule.want(&r, x[i]), bound[i]))
            first = i;
    }
    weigh_beliefs(beliefs, count, &(struct row_case){x, n, got, bound, n}, first == n);
    if (first == n)
        return;
    if (!written)
        because("nothing was written to the output");
    fail("%s: %s\n  element %zu is %.9g, expected %.9g within %.2g", rule.function, show_row(x, n),
         first, (double)got[first], rule.want(&r, x[first]), bound[first]);
}

/** Judges one number made from a row. */
static void check_scalar(const char *function, float got, double want, double bound, const float *x,
                         size_t n, const struct row_belief *beliefs, size_t count)
{
    bool fine = right((double)got, want, bound);
    weigh_beliefs(beliefs, count, &(struct row_case){x, n, &got, &bound, 1}, fine);
    if (!fine)
        fail("%s: %s\n  returned %.9g, expected %.9g within %.2g", function, show_row(x, n),
             (double)got, want, bound);
}

#endif
