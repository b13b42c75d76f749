/**
 * @file beliefs_quantize.h
 * @brief Wrong rules of lab 06 about quantizing, dequantizing and amax.
 *
 * Each says what a student who believes it would answer.
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab06.c alone.
 */
#ifndef LOWP_GRADER_LAB06_BELIEFS_QUANTIZE_H
#define LOWP_GRADER_LAB06_BELIEFS_QUANTIZE_H

#include "grader/lab06/draw.h"

/** The inputs of a check of fp8_quantize(). */
struct quantize_cases {
    const float *x;
    float scale;
    enum fp8_kind kind;
    bool saturate;
    size_t unsaturated; /**< the first so many are cases without `saturate`, whatever it says */
    size_t n;
};

/** Does case i saturate? */
static bool saturates(size_t i, const struct quantize_cases *c)
{
    return c->saturate && i >= c->unsaturated;
}

static const char *input_quantize(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    static char text[240];
    snprintf(text, sizeof text, "x[%zu] = %s, scale = %.9g, %s, %s", i, show_f32(c->x[i]),
             (double)c->scale, KIND_NAMES[c->kind],
             saturates(i, c) ? "saturate" : "not saturating");
    return text;
}

/* --- 6.2 --- */

static uint64_t quantize_divided(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return oracle_fp8_code(c->x[i] / c->scale, 1, c->kind, saturates(i, c));
}

static uint64_t quantize_unscaled(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return oracle_fp8_code(c->x[i], 1, c->kind, saturates(i, c));
}

static uint64_t quantize_other_kind(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return oracle_fp8_code(c->x[i], c->scale, OTHER[c->kind], saturates(i, c));
}

/** The code of a cast that cuts off: where it rounds up, the next one toward 0. */
static uint8_t truncated_code(float product, enum fp8_kind kind, bool saturate)
{
    uint8_t code = oracle_fp8_code(product, 1, kind, saturate);
    bool up = fabs(oracle_fp8_value(code, kind)) > fabs((double)product);
    return up ? code - 1 : code;
}

static uint64_t quantize_truncated(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return truncated_code(c->x[i] * c->scale, c->kind, saturates(i, c));
}

static uint64_t quantize_clamped_first(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    float max = (float)oracle_fp8_max(c->kind), x = c->x[i];
    if (saturates(i, c) && fabsf(x) > max)
        x = copysignf(max, x);
    return oracle_fp8_code(x, c->scale, c->kind, false);
}

static uint64_t quantize_always_saturates(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return oracle_fp8_code(c->x[i], c->scale, c->kind, true);
}

static uint64_t quantize_never_saturates(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return oracle_fp8_code(c->x[i], c->scale, c->kind, false);
}

static uint64_t quantize_flag_reversed(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return oracle_fp8_code(c->x[i], c->scale, c->kind, !saturates(i, c));
}

static uint64_t quantize_keeps_infinity(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return oracle_fp8_code(c->x[i], c->scale, c->kind, saturates(i, c) && !isinf(c->x[i]));
}

static uint64_t quantize_clamps_nan(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    return oracle_fp8_code(isnan(c->x[i]) ? INFINITY : c->x[i], c->scale, c->kind, saturates(i, c));
}

static uint64_t quantize_clamps_at_448(size_t i, const void *context)
{
    const struct quantize_cases *c = context;
    float product = c->x[i] * c->scale;
    if (saturates(i, c) && fabsf(product) > 448)
        product = copysignf(448, product);
    return oracle_fp8_code(product, 1, c->kind, saturates(i, c));
}

// In order: of rules that explain the same answers, the first is named.
static const struct rule QUANTIZE_RULES[] = {
    {"x was divided by the scale: a quantizer multiplies, the dequantizer divides",
     quantize_divided},
    {"x was not scaled at all", quantize_unscaled},
    {"the other format's cast was used", quantize_other_kind},
    {"the product was truncated, not rounded to the nearest code", quantize_truncated},
    {"x was clamped before it was scaled: what must fit is x * scale", quantize_clamped_first},
    {"the flag is ignored: too large always became the largest value", quantize_always_saturates},
    {"saturation is missing: too large became NaN or infinity", quantize_never_saturates},
    {"the flag is taken the wrong way round", quantize_flag_reversed},
    {"infinities were not clamped: with `saturate` they are too large like any other",
     quantize_keeps_infinity},
    {"a NaN was clamped to a number: it stays a NaN", quantize_clamps_nan},
    {"448 was used as the limit of E5M2, which reaches 57344", quantize_clamps_at_448},
};

/* --- 6.3 --- */

/** The inputs of a check of fp8_dequantize(). */
struct dequantize_case {
    uint8_t code;
    float scale;
    enum fp8_kind kind;
};

static float dequantize_multiplied(const void *context)
{
    const struct dequantize_case *c = context;
    return (float)oracle_fp8_value(c->code, c->kind) * c->scale;
}

static float dequantize_unscaled(const void *context)
{
    const struct dequantize_case *c = context;
    return (float)oracle_fp8_value(c->code, c->kind);
}

static float dequantize_other_kind(const void *context)
{
    const struct dequantize_case *c = context;
    return (float)oracle_fp8_value(c->code, OTHER[c->kind]) / c->scale;
}

static float dequantize_as_number(const void *context)
{
    const struct dequantize_case *c = context;
    return (float)c->code / c->scale;
}

static const struct scalar_belief DEQUANTIZE_BELIEFS[] = {
    {"the value was multiplied by the scale once more: the scale must be taken out again",
     dequantize_multiplied},
    {"the scale was not taken out", dequantize_unscaled},
    {"the code was read in the other format", dequantize_other_kind},
    {"the code's bits were taken for a number", dequantize_as_number},
};

/* --- 6.4 --- */

/** A tensor. */
struct tensor {
    const float *x;
    size_t n;
};

static float amax_signed(const void *context)
{
    const struct tensor *t = context;
    float largest = t->n ? t->x[0] : 0;
    for (size_t i = 0; i < t->n; i++)
        largest = t->x[i] > largest ? t->x[i] : largest;
    return largest;
}

static float amax_smallest(const void *context)
{
    const struct tensor *t = context;
    float smallest = t->n ? fabsf(t->x[0]) : 0;
    for (size_t i = 0; i < t->n; i++)
        smallest = fminf(smallest, fabsf(t->x[i]));
    return smallest;
}

static float amax_without_last(const void *context)
{
    const struct tensor *t = context;
    return oracle_fp8_amax(t->x, t->n ? t->n - 1 : 0);
}

static float amax_propagating(const void *context)
{
    const struct tensor *t = context;
    for (size_t i = 0; i < t->n; i++)
        if (isnan(t->x[i]))
            return NAN;
    return oracle_fp8_amax(t->x, t->n);
}

static float amax_stuck_at_nan(const void *context)
{
    const struct tensor *t = context;
    float amax = t->n ? fabsf(t->x[0]) : 0; /* a NaN here loses every comparison, and so stays */
    for (size_t i = 1; i < t->n; i++)
        if (fabsf(t->x[i]) > amax)
            amax = fabsf(t->x[i]);
    return amax;
}

static float amax_finite_only(const void *context)
{
    const struct tensor *t = context;
    float amax = 0;
    for (size_t i = 0; i < t->n; i++)
        if (isfinite(t->x[i]))
            amax = fmaxf(amax, fabsf(t->x[i]));
    return amax;
}

static float amax_minus_infinity_lost(const void *context)
{
    const struct tensor *t = context;
    float amax = 0;
    for (size_t i = 0; i < t->n; i++)
        amax = fmaxf(amax, t->x[i]);
    return amax;
}

static const struct scalar_belief AMAX_BELIEFS[] = {
    {"the sign was not dropped: the largest *magnitude* counts", amax_signed},
    {"the sign was not dropped: the largest *magnitude* counts", amax_minus_infinity_lost},
    {"this is the smallest magnitude", amax_smallest},
    {"the last element was left out", amax_without_last},
    {"a NaN spread to the amax: the rule is fmaxf's, in which numbers win", amax_propagating},
    {"the fold started from the first element, a NaN, which no comparison removes",
     amax_stuck_at_nan},
    {"infinities were left out: they count", amax_finite_only},
};

#endif
