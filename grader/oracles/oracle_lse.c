/**
 * @file oracle_lse.c
 * @brief Lab 03's oracle. See oracle_lse.h; checked by tests/test_oracle_lse.c.
 */
#include "grader/oracles/oracle_lse.h"

#include <math.h>
#include <mpfr.h>

enum { BITS = 128 };

static const double U = 0x1p-24;          // unit roundoff of FP32
static const double SUBNORMAL = 0x1p-149; // smallest FP32 number
static const double MARGIN = 1.01;        // for what is of second order in u

/** exp(x - m) * times, with 128 bits. */
static void set_term(mpfr_t term, double x, double m, size_t times)
{
    mpfr_set_d(term, x, MPFR_RNDN);
    mpfr_sub_d(term, term, m, MPFR_RNDN);
    mpfr_exp(term, term, MPFR_RNDN);
    mpfr_mul_ui(term, term, times, MPFR_RNDN);
}

/** Sets log_sum and spread of a row whose m is finite. */
static void digest(struct oracle_row *r, const float *x, const size_t *times, size_t k)
{
    mpfr_t sum, weighted, term, gap;
    mpfr_inits2(BITS, sum, weighted, term, gap, (mpfr_ptr)0);
    mpfr_set_ui(sum, 0, MPFR_RNDN);
    mpfr_set_ui(weighted, 0, MPFR_RNDN);
    for (size_t i = 0; i < k; i++) {
        if (isinf(x[i]))
            continue; // -inf: no part of the sum
        set_term(term, (double)x[i], r->m, times ? times[i] : 1);
        mpfr_add(sum, sum, term, MPFR_RNDN);
        mpfr_set_d(gap, r->m, MPFR_RNDN);
        mpfr_sub_d(gap, gap, (double)x[i], MPFR_RNDN);
        mpfr_fma(weighted, term, gap, weighted, MPFR_RNDN);
    }
    mpfr_div(weighted, weighted, sum, MPFR_RNDN);
    mpfr_log(sum, sum, MPFR_RNDN);
    r->log_sum = mpfr_get_d(sum, MPFR_RNDN);
    r->spread = mpfr_get_d(weighted, MPFR_RNDN);
    mpfr_clears(sum, weighted, term, gap, (mpfr_ptr)0);
}

struct oracle_row oracle_row(const float *x, const size_t *times, size_t k)
{
    struct oracle_row r = {.m = -INFINITY};
    for (size_t i = 0; i < k; i++) {
        r.n += times ? (double)times[i] : 1;
        r.has_nan |= isnan(x[i]);
        r.poisoned |= isnan(x[i]) || x[i] == INFINITY;
        if ((double)x[i] > r.m)
            r.m = (double)x[i];
    }
    if (!r.poisoned && isfinite(r.m))
        digest(&r, x, times, k);
    return r;
}

/** Nothing but -inf, or nothing at all? */
static bool is_void(const struct oracle_row *r)
{
    return r->m == -INFINITY;
}

double oracle_lse(const struct oracle_row *r)
{
    if (r->has_nan)
        return NAN;
    return r->poisoned ? INFINITY : r->m + r->log_sum; // -inf + 0 of a void row
}

double oracle_log_softmax(const struct oracle_row *r, float x)
{
    if (r->poisoned || is_void(r))
        return NAN;
    return ((double)x - r->m) - r->log_sum;
}

double oracle_softmax(const struct oracle_row *r, float x)
{
    if (r->poisoned || is_void(r))
        return NAN;
    mpfr_t p;
    mpfr_init2(p, BITS);
    mpfr_set_d(p, (double)x, MPFR_RNDN);
    mpfr_sub_d(p, p, r->m, MPFR_RNDN);
    mpfr_sub_d(p, p, r->log_sum, MPFR_RNDN);
    mpfr_exp(p, p, MPFR_RNDN);
    double result = mpfr_get_d(p, MPFR_RNDN);
    mpfr_clear(p);
    return result;
}

double oracle_d(const struct oracle_row *r)
{
    if (r->poisoned)
        return NAN;
    return is_void(r) ? 0 : exp(r->log_sum);
}

/** Step 3: the relative error of S. */
static double sum_bound(const struct oracle_row *r)
{
    return MARGIN * U * (r->spread + 4 * r->n + 2);
}

double oracle_d_bound(const struct oracle_row *r)
{
    return is_void(r) ? 0 : sum_bound(r) * oracle_d(r);
}

double oracle_lse_bound(const struct oracle_row *r)
{
    if (is_void(r) || r->poisoned)
        return 0;
    return sum_bound(r) + MARGIN * U * (4 * r->log_sum + fabs(oracle_lse(r)));
}

double oracle_log_softmax_bound(const struct oracle_row *r, float x)
{
    if (!isfinite(oracle_log_softmax(r, x)))
        return 0;
    double below = r->m - (double)x;
    return sum_bound(r) + MARGIN * U * (below + 4 * r->log_sum + fabs(oracle_log_softmax(r, x)));
}

double oracle_softmax_bound(const struct oracle_row *r, float x)
{
    double p = oracle_softmax(r, x);
    if (!(p > 0))
        return p == 0 && isfinite(x) ? 2 * SUBNORMAL : 0;
    double relative = sum_bound(r) + MARGIN * U * (2 * (r->m - (double)x) + 5 * r->log_sum + 4);
    return p * relative + 2 * SUBNORMAL;
}

double oracle_division_free_bound(const struct oracle_row *r, float x)
{
    double p = oracle_softmax(r, x);
    if (!(p > 0))
        return p == 0 && isfinite(x) ? 2 * SUBNORMAL : 0;
    double exponent = oracle_lse_bound(r) + MARGIN * U * (fabs(oracle_log_softmax(r, x)) + 2);
    return p * expm1(exponent) + 2 * SUBNORMAL;
}

double oracle_softmax_naive_bound(const struct oracle_row *r, float x)
{
    return oracle_softmax(r, x) * MARGIN * U * (4 * r->n + 8) + 2 * SUBNORMAL;
}

double oracle_lse_naive_bound(const struct oracle_row *r)
{
    return MARGIN * U * (4 * r->n + 2 + 4 * fabs(oracle_lse(r)));
}

/** Adds d exp(m - top) to the sum, and its part of the bound. */
static void add_part(mpfr_t sum, struct lse_state part, double top, double *bound)
{
    if (part.m == -INFINITY)
        return;
    mpfr_t term;
    mpfr_init2(term, BITS);
    set_term(term, (double)part.m, top, 1);
    mpfr_mul_d(term, term, (double)part.d, MPFR_RNDN);
    *bound += MARGIN * U * (top - (double)part.m + 4) * mpfr_get_d(term, MPFR_RNDN) + SUBNORMAL;
    mpfr_add(sum, sum, term, MPFR_RNDN);
    mpfr_clear(term);
}

double oracle_merge(struct lse_state a, struct lse_state b, double *bound)
{
    double top = (double)(a.m > b.m ? a.m : b.m);
    mpfr_t sum;
    mpfr_init2(sum, BITS);
    mpfr_set_ui(sum, 0, MPFR_RNDN);
    *bound = 0;
    add_part(sum, a, top, bound);
    add_part(sum, b, top, bound);
    double d = mpfr_get_d(sum, MPFR_RNDN);
    mpfr_clear(sum);
    return d;
}

double oracle_cross_entropy(const float *logits, const int *target, size_t rows, size_t cols,
                            double *bound)
{
    double loss = 0, size = 0, counted = 0, off = 0;
    for (size_t i = 0; i < rows; i++) {
        if (target[i] == IGNORE_INDEX)
            continue;
        struct oracle_row r = oracle_row(logits + i * cols, NULL, cols);
        float x = logits[i * cols + (size_t)target[i]];
        double row_loss = -oracle_log_softmax(&r, x);
        counted++;
        loss += row_loss;
        size += fabs(row_loss);
        off += oracle_log_softmax_bound(&r, x);
    }
    *bound = (off + MARGIN * U * (counted + 2) * size) / counted;
    return loss / counted;
}

double oracle_gradient(const struct oracle_row *r, float x, bool is_target, double counted,
                       double *bound)
{
    double g = oracle_softmax(r, x) - is_target;
    *bound = (oracle_softmax_bound(r, x) + MARGIN * U * 3 * fabs(g)) / counted + SUBNORMAL;
    return g / counted;
}
