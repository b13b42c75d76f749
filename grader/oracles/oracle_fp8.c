/**
 * @file oracle_fp8.c
 * @brief FP8 scaling by the rules. See oracle_fp8.h.
 */
#include "grader/oracles/oracle_fp8.h"

#include "grader/oracles/oracle_fp.h"

#include <float.h>
#include <math.h>

struct fp_format oracle_fp8_format(enum fp8_kind kind)
{
    return kind == FP8_E4M3 ? E4M3 : E5M2;
}

double oracle_fp8_value(uint8_t code, enum fp8_kind kind)
{
    return oracle_value(code, oracle_fp8_format(kind), false);
}

double oracle_fp8_max(enum fp8_kind kind)
{
    return oracle_fp8_value((uint8_t)oracle_max_code(oracle_fp8_format(kind)), kind);
}

uint8_t oracle_fp8_code(float x, float scale, enum fp8_kind kind, bool saturate)
{
    float product = (float)((double)x * (double)scale); /* exact in double, rounded once */
    return (uint8_t)oracle_encode(product, oracle_fp8_format(kind), FP_RNE, saturate, 0);
}

float oracle_fp8_amax(const float *x, size_t n)
{
    float amax = 0;
    for (size_t i = 0; i < n; i++) {
        float magnitude = x[i] < 0 ? -x[i] : x[i];
        if (magnitude > amax) /* never true of a NaN */
            amax = magnitude;
    }
    return amax;
}

float oracle_fp8_history_amax(const float *history, size_t length, enum fp8_algorithm algorithm)
{
    if (algorithm == FP8_MOST_RECENT)
        return history[0];
    return oracle_fp8_amax(history, length);
}

float oracle_fp8_scale(float amax, float old_scale, enum fp8_kind kind, int margin)
{
    if (isnan(amax) || isinf(amax) || amax == 0)
        return old_scale;
    /* Rounding a quotient of two FP32 numbers to double first does not change it: 53 >= 2 24 + 2
     * (Figueroa 1995). */
    double quotient = oracle_fp8_max(kind) * pow(2, -margin) / (double)amax;
    float scale = (float)quotient;
    return scale > FLT_MAX ? FLT_MAX : scale;
}

void oracle_fp8_update(struct fp8_meta *meta, enum fp8_kind kind, struct fp8_recipe recipe)
{
    float *history = meta->amax_history, running = history[0];
    size_t last = meta->length - 1;
    float amax = oracle_fp8_history_amax(history, meta->length, recipe.algorithm);
    meta->scale = oracle_fp8_scale(amax, meta->scale, kind, recipe.margin);
    for (size_t i = 1; i < last; i++) /* slot 1, the oldest, is dropped */
        history[i] = history[i + 1];
    history[last] = running;
    history[0] = 0;
}

float oracle_fp8_factor(const float *x, int cols, int row, int col, int height, int width)
{
    double amax = FP8_BLOCK_AMAX_MIN;
    for (int r = row; r < row + height; r++)
        for (int c = col; c < col + width; c++)
            amax = fmax(amax, fabs((double)x[(size_t)r * (size_t)cols + (size_t)c]));
    return (float)(amax / 448);
}

bool oracle_fp8_block_code(uint8_t code, float x, float factor)
{
    /* x / factor rounds once in FP32; x * (1 / factor) rounds twice and is off by up to 2^-23. */
    double quotient = (double)x / (double)factor, slack = fabs(quotient) * 0x1p-22;
    return code == oracle_encode(quotient - slack, E4M3, FP_RNE, true, 0) ||
           code == oracle_encode(quotient + slack, E4M3, FP_RNE, true, 0);
}

struct oracle_sum oracle_fp8_block_dot(const uint8_t *a, const float *a_factors, const uint8_t *b,
                                       const float *b_factors, int k)
{
    struct oracle_sum sum = {0, 0};
    for (int i = 0; i < k; i++) {
        double term = oracle_fp8_value(a[i], FP8_E4M3) * oracle_fp8_value(b[i], FP8_E4M3) *
                      (double)a_factors[i / 128] * (double)b_factors[i / 128];
        sum.value += term;
        sum.scale += fabs(term);
    }
    return sum;
}

struct oracle_sum oracle_fp8_dot(struct oracle_operand a, int r, struct oracle_operand b, int c,
                                 int inner)
{
    struct oracle_sum sum = {0, 0};
    for (int i = 0; i < inner; i++) {
        double left = oracle_fp8_value(a.codes[r * a.down + i * a.right], a.kind) / a.scale;
        double right = oracle_fp8_value(b.codes[i * b.down + c * b.right], b.kind) / b.scale;
        sum.value += left * right;
        sum.scale += fabs(left * right);
    }
    return sum;
}
