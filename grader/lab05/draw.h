/**
 * @file draw.h
 * @brief What the tests of lab 05 share: drawing weights, showing inputs, comparing.
 *
 * A part of test_lab05.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB05_DRAW_H
#define LOWP_GRADER_LAB05_DRAW_H

#include "grader/grade.h"
#include "grader/lab05/beliefs_round.h"
#include "grader/lab05/beliefs_sr.h"
#include "grader/lab05/beliefs_store.h"
#include "grader/oracles/oracle_optim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/** A normal weight between 2^-20 and 2^10, either sign, that is no power of two. */
static uint16_t draw_weight(uint64_t i)
{
    uint64_t bits = test_u64(i);
    uint16_t mantissa = 1 + bits % 127;
    uint16_t exponent = 127 - 20 + (bits >> 16) % 30;
    return (uint16_t)((bits >> 40) % 2 << 15 | exponent << 7 | mantissa);
}

static const char *input_sr(size_t i, const void *context)
{
    const struct sr_cases *c = context;
    static char text[200];
    snprintf(text, sizeof text, "x = %s, r = 0x%04X", show_f32(c->x[i]), c->r[i]);
    return text;
}

static const char *input_store(size_t i, const void *context)
{
    const struct store_cases *c = context;
    static char text[600];
    int n = snprintf(text, sizeof text, "element %zu: w = %s, u = %s", i, show_code(BF16, c->w[i]),
                     show_f32(c->u[i]));
    if (c->master)
        n += snprintf(text + n, sizeof text - n, ", master = %s", show_f32(c->master[i]));
    if (c->c)
        snprintf(text + n, sizeof text - n, ", c = %s", show_code(BF16, c->c[i]));
    return text;
}

static void check_stores(const char *function, const uint16_t *got, const uint16_t *want, size_t n,
                         const struct store_cases *context, const struct rule *rules, size_t count)
{
    check_codes(&(struct code_check){function, BF16, n, got, want, sizeof *got, input_store, rules,
                                     count, context});
}

/** Is got within the tolerance of want? Never if one of them is a NaN. */
static bool near(double got, double want, double tolerance)
{
    return fabs(got - want) <= tolerance;
}

#endif
