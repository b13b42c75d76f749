/**
 * @file test_lab02_facts.c
 * @brief The numbers that chapter 2 of course.md states, computed by lab 02's model solution or by
 *        doing the arithmetic, and printed: check_course.sh compares the text with them. And its truth
 *        table against all pairs of E5M2 numbers.
 */
#include "lab02.h"
#include "solutions/lab02_overflow_nan/lab02.c"

#include "grader/oracles/oracle_fp.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MANY = 100000 };

/** n times the same number. */
static struct tensor constant(enum dtype dtype, float x, size_t n)
{
    static uint16_t codes[MANY];
    for (size_t i = 0; i < n; i++)
        codes[i] = dtype == DTYPE_FP16 ? f16_from_f32_rne(x) : bf16_from_f32_rne(x);
    return (struct tensor){"constant", dtype, codes, n};
}

Test(lab02_facts, a_thousand_times_1e_7)
{
    struct tensor f16 = constant(DTYPE_FP16, 1e-7f, 1000);
    cr_assert_eq(sum_running(f16), 2000 * 0x1p-24f);
    cr_assert_float_eq(sum_running(f16), 1.192e-4f, 0.0005e-4f);
    cr_assert_eq(sum_running(f16), sum_fp32(f16)); /* the error is in the numbers, not in the sum */
    struct tensor bf16 = constant(DTYPE_BF16, 1e-7f, 1000);
    cr_assert_eq(sum_running(bf16), 0x1p-15f);
    cr_assert_float_eq(sum_fp32(bf16), 1.0012e-4f, 0.0001e-4f, "%g", (double)sum_fp32(bf16));
    cr_assert_float_eq(sum_pairwise(bf16), 1.0014e-4f, 0.0001e-4f, "%g",
                       (double)sum_pairwise(bf16));
}

Test(lab02_facts, ones_stop_at_2_to_the_precision)
{
    printf("sums of ones end at %g in FP16, at %g in BF16\n",
           (double)sum_running(constant(DTYPE_FP16, 1, MANY)),
           (double)sum_running(constant(DTYPE_BF16, 1, MANY)));
    cr_assert_eq(sum_running(constant(DTYPE_FP16, 1, MANY)), 2048);
    cr_assert_eq(sum_running(constant(DTYPE_BF16, 1, MANY)), 256);
    cr_assert(isinf(sum_pairwise(constant(DTYPE_FP16, 1, MANY))));
    cr_assert_eq(sum_fp32(constant(DTYPE_FP16, 1, MANY)), MANY);
}

Test(lab02_facts, seventeen_overflows_early_and_sixteen_never)
{
    printf("17 and 17: past 65504 at the %zuth exactly, infinite in FP16 after %zu\n",
           (size_t)(65504 / 17.0) + 1, adds_until_overflow(17, DTYPE_FP16));
    const float from[] = {16384, 32768};
    for (int i = 0; i < 2; i++)
        printf("from %g on 17 becomes %g\n", (double)from[i],
               (double)(round_to(from[i] + 17, DTYPE_FP16) - from[i]));
    printf("%zu times 17 is %zu, and FP16's sum %g\n", adds_until_overflow(17, DTYPE_FP16),
           17 * adds_until_overflow(17, DTYPE_FP16),
           (double)sum_running(constant(DTYPE_FP16, 17, adds_until_overflow(17, DTYPE_FP16))));
    printf("%d becomes %g; %d becomes %g\n", 65520, (double)round_to(65520, DTYPE_FP16), 65519,
           (double)round_to(65519, DTYPE_FP16));
    printf("sums of 16 end at %g\n", (double)sum_running(constant(DTYPE_FP16, 16, MANY)));
    cr_assert_eq(adds_until_overflow(17, DTYPE_FP16), 3064);
    cr_assert_eq((size_t)(65504 / 17.0) + 1, 3854);
    cr_assert_eq(adds_until_overflow(16, DTYPE_FP16), NOT_FOUND);
    cr_assert_eq(sum_running(constant(DTYPE_FP16, 16, MANY)), 32768);
    cr_assert_eq(sum_running(constant(DTYPE_BF16, 17, MANY)), 8192);
    /* Every FP16 number up to 16 stalls, every one above it overflows. */
    for (uint16_t code = 1; code < 0x7C00; code++) {
        float x = f32_from_f16(code);
        cr_assert_eq(adds_until_overflow(x, DTYPE_FP16) == NOT_FOUND, x <= 16, "%g", (double)x);
    }
}

Test(lab02_facts, an_infinite_sum_stays_so)
{
    const float x[] = {60000, 5000, 5000, -60000, -10000};
    float sum = 0;
    for (int i = 0; i < 5; i++) {
        sum = round_to(sum + x[i], DTYPE_FP16);
        printf("%c %g: %g\n", x[i] < 0 ? '-' : '+', fabs((double)x[i]), (double)sum);
    }
    cr_assert(isinf(sum));
    printf("half of FP16's smallest number: 2^%g; BF16's largest over FP16's: 2^%.0f\n",
           log2((double)f32_from_f16(1) / 2),
           log2((double)f32_from_bf16(0x7F7F) / (double)f32_from_f16(0x7BFF)));
}

Test(lab02_facts, a_norm_of_256_is_infinite_when_squared)
{
    cr_assert(isinf(round_to(256.0f * 256.0f, DTYPE_FP16)));
    cr_assert_eq(round_to(255.875f * 255.875f, DTYPE_FP16), 65472);
}

Test(lab02_facts, depth_of_a_gain)
{
    cr_assert_eq(layers_until_overflow(1, 1.5f, DTYPE_FP16), 28);
    cr_assert_eq(layers_until_overflow(1, 1.5f, DTYPE_BF16), 219);
    cr_assert_eq(layers_until_overflow(1, 1.1f, DTYPE_FP16), 117);
    cr_assert_eq(layers_until_overflow(65519, 1, DTYPE_FP16), NOT_FOUND);
    cr_assert_eq(layers_until_overflow(65520, 1, DTYPE_FP16), 0);
}

Test(lab02_facts, a_googol_fits_in_fp64_and_not_in_fp32)
{
    volatile double googol = 1e100;
    volatile float narrow = (float)googol;
    cr_assert_eq(googol * googol, 1e200);
    cr_assert(isinf(narrow));
}

Test(lab02_facts, a_maximum_forgets_a_nan)
{
    const float x[] = {1, NAN, 2, 0.5f}, y[] = {NAN, 1, 2}, z[] = {1, 3, NAN};
    float m = x[0];
    for (int i = 1; i < 4; i++)
        m = m > x[i] ? m : x[i];
    cr_assert_eq(m, 2);
    m = y[0];
    for (int i = 1; i < 3; i++)
        m = m > y[i] ? m : y[i];
    cr_assert_eq(m, 2);
    m = z[0];
    for (int i = 1; i < 3; i++)
        m = m > z[i] ? m : z[i];
    cr_assert(isnan(m));
    cr_assert(isnan(amax((struct tensor){"x", DTYPE_FP32, x, 4})));
}

/** Gradient descent on sum(w_i^2)/2 with FP16 gradients times a scale; the first weight is large.
 *  @return the first weight at the end, and the scale @param[in] zeroing set gradients that are not
 *  finite to 0 before they are looked at */
static double descend(bool zeroing, float *scale)
{
    float w[2] = {4, 0.5f};
    *scale = 65536;
    for (int step = 0; step < 200; step++) {
        uint16_t g[2];
        for (int i = 0; i < 2; i++) {
            g[i] = f16_from_f32_rne(w[i] * *scale);
            if (zeroing && first_nonfinite((struct tensor){"g", DTYPE_FP16, &g[i], 1}) == 0)
                g[i] = 0;
        }
        if (first_nonfinite((struct tensor){"g", DTYPE_FP16, g, 2}) != NOT_FOUND) {
            *scale /= 2; /* found_inf: back off, skip the step */
            continue;
        }
        for (int i = 0; i < 2; i++)
            w[i] -= 0.05f * f32_from_f16(g[i]) / *scale;
    }
    return (double)w[0];
}

Test(lab02_facts, zeroed_gradients_hide_the_overflow_from_the_scaler)
{
    float scale;
    cr_assert(fabs(descend(false, &scale)) < 1e-3);
    cr_assert_eq(scale, 8192, "%g", (double)scale); /* 4 * 8192 = 32768 fits, 4 * 16384 does not */
    cr_assert_eq(descend(true, &scale), 4);         /* the largest gradient never arrives */
    cr_assert_eq(scale, 65536);
}

// --------------------------------------------------------------------------------------------
// The truth table, exhaustively, in a small format
// --------------------------------------------------------------------------------------------

static unsigned class_of(double x)
{
    return isnan(x)   ? V_NAN
           : isinf(x) ? (x > 0 ? V_PLUS_INF : V_MINUS_INF)
           : x == 0   ? (signbit(x) ? V_MINUS_ZERO : V_PLUS_ZERO)
           : x > 0    ? V_POSITIVE
                      : V_NEGATIVE;
}

/** Exact in double for E5M2's operands, or rounded innocuously; then rounded to E5M2. */
static unsigned result_class(enum fp_op op, double a, double b)
{
    double exact = op == OP_ADD    ? a + b
                   : op == OP_SUB  ? a - b
                   : op == OP_MUL  ? a * b
                   : op == OP_DIV  ? a / b
                   : op == OP_SQRT ? sqrt(a)
                   : op == OP_LOG  ? log(a)
                   : op == OP_EXP  ? exp(a)
                   : op == OP_FMAX ? fmax(a, b)
                                   : (a > b ? a : b);
    if (op == OP_LESS || op == OP_EQUAL || op == OP_NOT_EQUAL)
        return (op == OP_LESS ? a < b : op == OP_EQUAL ? a == b : a != b) ? V_TRUE : V_FALSE;
    return class_of(oracle_value(oracle_encode(exact, E5M2, FP_RNE, false, 0), E5M2, false));
}

Test(lab02_facts, truth_table_holds_for_all_pairs_of_e5m2_numbers)
{
    double values[256];
    for (uint64_t code = 0; code < 256; code++)
        values[code] = oracle_value(code, E5M2, false);
    for (int op = 0; op < OP_COUNT; op++) {
        unsigned found[65][65];
        memset(found, 0, sizeof found);
        for (int i = 0; i < 256; i++)
            for (int j = 0; j < 256; j++)
                found[class_of(values[i])][class_of(values[j])] |=
                    result_class((enum fp_op)op, values[i], values[j]);
        for (unsigned a = 1; a <= 64; a *= 2)
            for (unsigned b = 1; b <= 64; b *= 2)
                if (op != OP_FMAX || (a | b) != (V_MINUS_ZERO | V_PLUS_ZERO))
                    cr_assert_eq(found[a][b], outcomes((enum fp_op)op, a, b),
                                 "op %d, classes %u and %u: found %#x, table %#x", op, a, b,
                                 found[a][b], outcomes((enum fp_op)op, a, b));
    }
}
