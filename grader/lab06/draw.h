/**
 * @file draw.h
 * @brief What the tests of lab 06 share: drawing tensors, comparing floats, showing inputs.
 *
 * A part of test_lab06.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB06_DRAW_H
#define LOWP_GRADER_LAB06_DRAW_H

#include "grader/grade.h"
#include "grader/oracles/oracle_fp8.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const KIND_NAMES[] = {"E4M3", "E5M2"};
static const enum fp8_kind KINDS[] = {FP8_E4M3, FP8_E5M2};
static const enum fp8_kind OTHER[] = {FP8_E5M2, FP8_E4M3};

/** A number of either sign between 2^low and 2^high in magnitude, all binades alike. */
static float draw_number(uint64_t i, int low, int high)
{
    double exponent = low + (high - low) * test_f64(2 * i);
    return (float)((test_u64(2 * i + 1) % 2 ? -1 : 1) * exp2(exponent));
}

/** Is got within the tolerance of want? Never if one of them is a NaN. */
static bool near(double got, double want, double tolerance)
{
    return fabs(got - want) <= tolerance;
}

/** The same float, any NaN for a NaN; zeros count as one. */
static bool same(float a, float b)
{
    return a == b || (isnan(a) && isnan(b));
}

/** What a rule for scales and amaxes answers where it has none: none is negative. */
static const float NO_ANSWER = -1;

/** A wrong rule for one number: what it would answer in the situation that `context` describes. */
struct scalar_belief {
    const char *belief;
    float (*answer)(const void *context);
};

/** Names the belief that gives exactly `got`. Of several, the first. */
static void name_scalar(const struct scalar_belief *beliefs, size_t count, float got,
                        const void *context)
{
    for (size_t b = count; b-- > 0;)
        if (same(beliefs[b].answer(context), got))
            because("%s", beliefs[b].belief);
}

/** An array of rules or beliefs and its length, as two arguments. */
#define LIST(a) (a), sizeof(a) / sizeof *(a)

#endif
