/**
 * @file test_oracle_lse.c
 * @brief Lab 03's oracle against closed forms and long double, and its bounds against FP32.
 */
#include "common/rng.h"
#include "grader/oracles/oracle_lse.h"

#include <criterion/criterion.h>
#include <math.h>

Test(oracle_lse, closed_forms)
{
    const float equal[] = {7, 7, 7, 7}, two[] = {0, -1}, far[] = {100, 50, 200};
    struct oracle_row r = oracle_row(equal, NULL, 4);
    cr_assert_float_eq(oracle_lse(&r), 7 + log(4), 1e-15);
    cr_assert(r.spread == 0 && fabs(oracle_softmax(&r, 7) - 0.25) < 1e-16);
    r = oracle_row(two, NULL, 2);
    cr_assert_float_eq(oracle_softmax(&r, -1), 1 / (1 + M_E), 1e-16);
    cr_assert_float_eq(r.spread, 1 / (1 + M_E), 1e-16);
    r = oracle_row(far, NULL, 3);
    cr_assert_float_eq(oracle_softmax(&r, 50) / exp(-150), 1, 1e-14);
    cr_assert_eq(oracle_log_softmax(&r, 100), -100);
    const size_t times[] = {3, 5};
    r = oracle_row(two, times, 2);
    cr_assert_float_eq(oracle_d(&r), 3 + 5 / M_E, 1e-14);
    cr_assert_eq(r.n, 8);
}

Test(oracle_lse, edge_rows)
{
    const float nothing[] = {-INFINITY, -INFINITY}, inf[] = {1, INFINITY}, nan[] = {INFINITY, NAN};
    struct oracle_row r = oracle_row(nothing, NULL, 2);
    cr_assert(oracle_lse(&r) == -INFINITY && isnan(oracle_softmax(&r, -INFINITY)));
    cr_assert(oracle_d(&r) == 0 && oracle_lse_bound(&r) == 0);
    r = oracle_row(nothing, NULL, 0);
    cr_assert(oracle_lse(&r) == -INFINITY && oracle_d(&r) == 0);
    r = oracle_row(inf, NULL, 2);
    cr_assert(oracle_lse(&r) == INFINITY && isnan(oracle_softmax(&r, 1)));
    r = oracle_row(nan, NULL, 2);
    cr_assert(isnan(oracle_lse(&r)) && isnan(oracle_log_softmax(&r, INFINITY)));
}

enum { N = 24 };

/** A row around `center`, and its oracle checked against long double. */
static struct oracle_row random_row(float *x, double center, uint64_t which)
{
    long double sum = 0, m = -INFINITY;
    for (uint64_t i = 0; i < N; i++) {
        x[i] = (float)(center + 8 * rng_f64(11, which, i));
        m = fmaxl(m, x[i]);
    }
    for (int i = 0; i < N; i++)
        sum += expl(x[i] - m);
    struct oracle_row r = oracle_row(x, NULL, N);
    cr_assert_float_eq(oracle_lse(&r), (double)(m + logl(sum)), 1e-15 * (fabs(center) + 10));
    return r;
}

/** What the bounds take for granted: expf and logf within one ulp, log1pf within two. */
Test(oracle_lse, the_c_library_is_as_good_as_assumed)
{
    for (uint64_t i = 0; i < 300000; i++) {
        float x = (float)(-87 * rng_f64(12, 0, i)), s = (float)exp2(17 * rng_f64(12, 1, i));
        double e = exp((double)x), l = log((double)s), l1 = log1p((double)s);
        cr_assert(fabs((double)expf(x) - e) <= ldexp(1, ilogb(e) - 23), "%a", (double)x);
        cr_assert(fabs((double)logf(s) - l) <= ldexp(1, ilogb(l) - 23), "%a", (double)s);
        cr_assert(fabs((double)log1pf(s) - l1) <= 2 * ldexp(1, ilogb(l1) - 23), "%a", (double)s);
    }
}

/** FP32 keeps the bounds, two passes and online, up and down; and comes within 60 times of them. */
Test(oracle_lse, bounds_hold_and_are_not_slack)
{
    float x[N];
    double nearest = 0;
    for (uint64_t k = 0; k < 4000; k++) {
        struct oracle_row r = random_row(x, k % 2 ? 0 : -3000, k);
        float m = -INFINITY, d = 0, sum = 0, down = 0;
        for (int i = 0; i < N; i++) {
            float larger = fmaxf(m, x[i]);
            d = d * expf(m - larger) + expf(x[i] - larger);
            m = larger;
        }
        for (int i = 0; i < N; i++) {
            sum += expf(x[i] - m);
            down += expf(x[N - 1 - i] - m);
        }
        double off = fmax(fabs((double)d - oracle_d(&r)), fabs((double)sum - oracle_d(&r)));
        nearest = fmax(nearest, off / oracle_d_bound(&r));
        cr_assert(fabs((double)down - oracle_d(&r)) <= oracle_d_bound(&r));
        double l = (double)(m + logf(d));
        cr_assert(fabs(l - oracle_lse(&r)) <= oracle_lse_bound(&r));
        double p = (double)(expf(x[0] - m) / d);
        cr_assert(fabs(p - oracle_softmax(&r, x[0])) <= oracle_softmax_bound(&r, x[0]));
        double log_p = (double)((x[0] - m) - logf(sum));
        cr_assert(fabs(log_p - oracle_log_softmax(&r, x[0])) <= oracle_log_softmax_bound(&r, x[0]));
        double free = (double)expf(x[0] - (float)l);
        cr_assert(fabs(free - oracle_softmax(&r, x[0])) <= oracle_division_free_bound(&r, x[0]));
    }
    cr_assert(nearest <= 1 && nearest > 1.0 / 60, "%g", nearest);
}

/** The forms that the bounds must refuse are refused on most rows with logits near 1e4. */
Test(oracle_lse, bounds_refuse_a_rounded_lse)
{
    float x[N];
    int logs = 0, ps = 0;
    for (uint64_t k = 0; k < 200; k++) {
        struct oracle_row r = random_row(x, 12000, k);
        float l = (float)oracle_lse(&r);
        logs += fabs((double)(x[0] - l) - oracle_log_softmax(&r, x[0])) >
                oracle_log_softmax_bound(&r, x[0]);
        ps += fabs((double)expf(x[0] - l) - oracle_softmax(&r, x[0])) >
              oracle_softmax_bound(&r, x[0]);
    }
    cr_assert(logs > 180 && ps > 180, "%d %d", logs, ps);
}

Test(oracle_lse, merging_and_losses)
{
    double bound, gradient;
    double d = oracle_merge((struct lse_state){2, 3}, (struct lse_state){1, 4}, &bound);
    cr_assert(fabs(d - (3 + 4 / M_E)) < 1e-15 && bound > 0 && bound < 1e-5);
    const float logits[] = {0, 0, 1, 1};
    const int target[] = {0, IGNORE_INDEX}, ignored[] = {IGNORE_INDEX, IGNORE_INDEX};
    cr_assert_float_eq(oracle_cross_entropy(logits, target, 2, 2, &bound), log(2), 1e-15);
    cr_assert(isnan(oracle_cross_entropy(logits, ignored, 2, 2, &bound)));
    struct oracle_row r = oracle_row(logits, NULL, 2);
    gradient = oracle_gradient(&r, 0, true, 4, &bound);
    cr_assert_float_eq(gradient, -0.125, 1e-16);
}
