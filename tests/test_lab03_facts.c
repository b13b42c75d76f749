/**
 * @file test_lab03_facts.c
 * @brief The numbers that chapter 3 of course.md states, computed by lab 03's model solution and
 *        printed: check_course.sh compares the text with them.
 */
#include "lab03.h"
#include "solutions/lab03_log_sum_exp/lab03.c"

#include "common/cast.h"
#include "grader/oracles/oracle_lse.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

Test(lab03_facts, where_fp32_exp_ends)
{
    printf(
        "FP32's exp overflows past %.6g, BF16's past %.4g, FP16's past %.4g, the logarithm of %d\n",
        log((double)FLT_MAX), log(0x1.fep127), log(65504), 65504);
    printf("exp(%g) is %.4g, and (%g, %g) sum to %g\n", 88.5, (double)expf(88.5F), 88.5, 88.5,
           (double)(expf(88.5F) + expf(88.5F)));
    float zero = -103;
    while (expf(zero) > 0)
        zero = nextafterf(zero, -INFINITY);
    printf("FP32's exp is 0 below %.6g\n", (double)zero);
    cr_assert_float_eq(log((double)FLT_MAX), 88.7228, 0.00005);
    cr_assert(isfinite(expf(88.7228F)) && isinf(expf(88.7229F)));
    cr_assert(expf(-103.972F) > 0 && expf(-103.973F) == 0);
    cr_assert_float_eq(log(65504), 11.0899, 0.00005);
    cr_assert_float_eq(log(0x1.fep127), 88.7189, 0.00005, "BF16: %g", log(0x1.fep127));
}

Test(lab03_facts, three_logits)
{
    const float x[] = {100, 50, 200};
    float p[3];
    softmax(p, x, 3);
    printf("shifted (%g, %g, %g): %.5g, %g, %g; the first is %g * 2^-149\n", (double)x[0],
           (double)x[1], (double)x[2], (double)p[0], (double)p[1], (double)p[2],
           (double)(p[0] / 0x1p-149F));
    cr_assert_float_eq((double)p[0], 3.7835e-44, 0.00005e-44, "%g", (double)p[0]);
    cr_assert_eq(p[0], 27 * 0x1p-149F);
    cr_assert(p[1] == 0 && p[2] == 1);
    softmax_naive(p, x, 3);
    printf("naive (%g, %g, %g): %g, %g, %g\n", (double)x[0], (double)x[1], (double)x[2],
           (double)p[0], (double)p[1], (double)p[2]);
    cr_assert(isnan(p[0]) && p[1] == 0 && isnan(p[2]));
    log_softmax(p, x, 3);
    printf("log-softmax: %g, %g, %g\n", (double)p[0], (double)p[1], (double)p[2]);
    cr_assert(p[0] == -100 && p[1] == -150 && p[2] == 0);
}

Test(lab03_facts, five_logits_by_hand)
{
    float x[] = {logf(8), logf(4), logf(2), 0, 0}, p[5];
    const double want[] = {0.5, 0.25, 0.125, 0.0625, 0.0625};
    for (int turn = 0; turn < 2; turn++) {
        softmax(p, x, 5);
        for (int i = 0; i < 5; i++)
            cr_assert_float_eq((double)p[i], want[i], 1e-5);
        softmax_naive(p, x, 5);
        for (int i = 0; i < 5; i++) {
            cr_assert(turn ? isnan(p[i]) : fabs((double)p[i] - want[i]) < 1e-6);
            x[i] += 95;
        }
    }
}

Test(lab03_facts, edge_rows)
{
    const float nothing[] = {-INFINITY, -INFINITY}, with_nan[] = {-INFINITY, NAN};
    const float with_inf[] = {1, INFINITY, 2};
    float p[3];
    cr_assert(lse(nothing, 2) == -INFINITY && lse(nothing, 0) == -INFINITY);
    cr_assert(lse(with_inf, 3) == INFINITY && isnan(lse(with_nan, 2)));
    softmax(p, nothing, 2);
    cr_assert(isnan(p[0]) && isnan(p[1]));
    softmax(p, with_inf, 3);
    cr_assert(isnan(p[0]) && isnan(p[1]) && isnan(p[2]));
    struct lse_state s = lse_online((struct lse_state){-INFINITY, 0}, nothing, 2);
    cr_assert(s.m == -INFINITY && s.d == 0);
}

/** The rounding of an lse near 1e4, and what it does. */
Test(lab03_facts, a_rounded_lse_costs_half_an_ulp_of_itself)
{
    const float x[] = {10000, 10000};
    float p[2], l = lse(x, 2), logs[2];
    cr_assert_eq(nextafterf(10000, INFINITY) - 10000, 0x1p-10F);
    const double u = 0x1p-24;
    printf("u = 2^%g, and %du = %.0e\n", log2(u), 1000, 1000 * u);
    const float binade[] = {8192, 8};
    for (int i = 0; i < 2; i++) {
        double half = (double)(nextafterf(binade[i], INFINITY) - binade[i]) / 2;
        printf("from %g to %g half an ulp is 2^%g = %.1e = %g u\n", (double)binade[i],
               2 * (double)binade[i], log2(half), half, half / u);
    }
    log_softmax(logs, x, 2);
    cr_assert_float_eq((double)logs[0], -0.693147, 1e-6);
    cr_assert_float_eq((double)(x[0] - l), -0.693359, 1e-6, "%.9g", (double)(x[0] - l));
    softmax_division_free(p, x, 2);
    printf("(%g, %g): lse %.11g, stored as %.11g; FP32 numbers are 2^%g apart here; the sum "
           "is %.5f\n",
           (double)x[0], (double)x[1], 1e4 + log(2), (double)l,
           (double)log2f(nextafterf(10000, INFINITY) - 10000), (double)(p[0] + p[1]));
    cr_assert_float_eq((double)(p[0] + p[1]), 0.99979, 0.00001, "%.9g", (double)(p[0] + p[1]));
    softmax(p, x, 2);
    cr_assert(p[0] == 0.5F && p[1] == 0.5F);
}

Test(lab03_facts, online_and_merged_states)
{
    const float x[] = {1, 3, 2, 5};
    struct lse_state s = {-INFINITY, 0};
    const double d[] = {1, 1.1353, 1.5032, 1.2034};
    double m[4], printed[4];
    for (int i = 0; i < 4; i++) {
        s = lse_online(s, x + i, 1);
        m[i] = (double)s.m, printed[i] = (double)s.d;
        cr_assert_float_eq((double)s.d, d[i], 0.00005, "step %d: %g", i, (double)s.d);
    }
    printf("online: m %g %g %g %g\n", m[0], m[1], m[2], m[3]);
    printf("online: d %g %.4f %.4f %.4f\n", printed[0], printed[1], printed[2], printed[3]);
    struct lse_state none = {-INFINITY, 0};
    struct lse_state both = lse_merge(lse_online(none, x, 2), lse_online(none, x + 2, 2));
    cr_assert(both.m == 5 && fabs((double)(both.d - s.d)) < 1e-6);
    both = lse_merge((struct lse_state){logf(8), 1}, (struct lse_state){0, 2});
    cr_assert_float_eq((double)both.d, 1.25, 1e-6);
}

Test(lab03_facts, a_batch_by_hand)
{
    const float logits[] = {0, 0, 0, 1e4F};
    const int target[] = {1, 0};
    float grad[4], loss = cross_entropy(grad, logits, target, 2, 2);
    printf("rows (%g, %g) with target %d and (%g, %g) with target %d: mean loss %.4f, of a loss of "
           "%g;\n"
           "gradients (%g, %g) and (%g, %g)\n",
           (double)logits[0], (double)logits[1], target[0], (double)logits[2], (double)logits[3],
           target[1], (double)loss, (double)(logits[3] - logits[2]), (double)grad[0],
           (double)grad[1], (double)grad[2], (double)grad[3]);
    cr_assert_float_eq((double)loss, (log(2) + 1e4) / 2, 1e-3);
    const float want[] = {0.25F, -0.25F, -0.5F, 0.5F};
    for (int i = 0; i < 4; i++)
        cr_assert_eq(grad[i], want[i]);
}

/** FP32 loses a sum's small terms, so a long row needs a bound that grows with n. */
Test(lab03_facts, a_hundred_thousand_logits)
{
    enum { N = 100000 };
    static float x[N], p[N];
    const size_t times = N;
    x[0] = 0;
    struct oracle_row r = oracle_row(x, &times, 1);
    softmax(p, x, N);
    cr_assert_float_eq((double)lse(x, N), log(N), 1e-6);
    cr_assert_float_eq(oracle_lse(&r), log(N), 1e-12);
    cr_assert_eq(p[N - 1], 1e-5F);
}
