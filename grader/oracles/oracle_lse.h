/**
 * @file oracle_lse.h
 * @brief What lab 03's functions should answer, from GNU MPFR, and how far FP32 may be from it.
 *
 * Sums, exponentials and logarithms are taken with 128 bits; a result leaves as a double.
 *
 * The bounds. u = 2^-24. A sum, difference, product or quotient in FP32 has a relative error of
 * at most u. expf and logf are off by less than one ulp, which is at most 2u of the result;
 * log1pf, which some use here, by less than two, or 4u (tests/test_oracle_lse.c samples all
 * three). A result below 2^-126 is off by at most the smallest subnormal, 2^-149. All bounds are
 * of first order in u, as in Blanchard, Higham & Higham (2021), sections 3 and 4, and made 1%
 * larger for the rest. Where their theorems take the widest of a row, max x - min x, we weigh
 * each element by its share, because the row is known here.
 *
 * With m the maximum, p_i the exact softmax, t_i = m - x_i >= 0 and S = sum of exp(-t_i):
 *
 *  - Step 1: x_i - m is rounded: off by u t_i, so its exponential by u t_i relative, and 2u from
 *    expf.
 *  - Step 2: Adding n numbers of one sign in any order costs at most (n - 1)u. The online sum
 *    also takes up to n - 1 corrections d exp(m_old - m_new): 2u for expf and u for the product
 *    each; the arguments of the corrections of one element add up to less than t_i. That is (n -
 *    1)3u more.
 *  - Step 3: So S is off by  B = (A + 4n + 2) u  relative, with A = sum of p_i t_i the mean of
 *    step 1. (Two passes need only n + 1 + A. One bound serves both: whoever calls an online sum
 *    in lse() is right too.)
 *  - Step 4: log S: B absolute, and 4u |log S| of its own. lse = m + log S: u |lse| more.
 *  - Step 5: log-softmax, (x_i - m) - log S: u t_i + [B + 4u log S] + u |result|. Nothing in it
 *    grows with m. The form x_i - lse has u |lse| in place of u t_i, and fails on logits of 1e4.
 *  - Step 6: softmax, exp(x_i - m) / S: u t_i + 2u + B + 2u (a product with 1/S is two
 *    roundings). Its other good form is exp of step 5: u t_i + B + 4u log S + u (t_i + log S) +
 *    2u. Neither is more than (2 t_i + 5 log S + 4) u + B. Where p_i is subnormal, add 2^-149
 *    from expf (divided by S >= 1) and 2^-149 from the quotient.
 *  - Step 7: division-free, exp(x_i - lse): E + u |x_i - lse| + 2u, E the error of lse in step
 *    4. An error of E in the exponent is a factor exp(E): here E is not always small, so expm1.
 *  - Step 8: naive: no shift, so no t_i: (4n + 8) u for softmax, as (2n + 4) is enough; lse (4n
 *    + 2) u absolute and 4u |lse|.
 *  - Step 9: Merging (m_a, d_a) and (m_b, d_b): each side is off by u |m - m_side| for its
 *    argument, 2u for expf, u for the product and u for the sum.
 *  - Step 10: The mean of R losses: their own bounds, averaged; (R + 2) u of the mean magnitude
 *    for the sum, the quotient and the rounding to FP32. A gradient (p - onehot) / R: the bound
 *    of p and 3u of |p - onehot| (difference, 1/R, product), over R.
 */
#ifndef LOWP_GRADER_ORACLE_LSE_H
#define LOWP_GRADER_ORACLE_LSE_H

#include "lab03.h"

#include <stdbool.h>
#include <stddef.h>

/** A row, digested. */
struct oracle_row {
    double n;       /**< number of elements */
    bool poisoned;  /**< it holds a NaN or a +inf: no softmax */
    bool has_nan;   /**< it holds a NaN */
    double m;       /**< largest element; -inf if there is none or all are -inf */
    double log_sum; /**< log S, S the sum of exp(x - m); 0..log n */
    double spread;  /**< A: the mean of m - x, weighted by the softmax */
};

/** Digests a row. @param[in] x k values @param[in] times how often each occurs; NULL: once
 *  @param[in] k number of values @return what the functions below need */
struct oracle_row oracle_row(const float *x, const size_t *times, size_t k);

/** @param[in] r the row @return its log-sum-exp */
double oracle_lse(const struct oracle_row *r);
/** @param[in] r the row @param[in] x one of its elements @return its probability */
double oracle_softmax(const struct oracle_row *r, float x);
/** @param[in] r the row @param[in] x one of its elements @return the log of its probability */
double oracle_log_softmax(const struct oracle_row *r, float x);
/** @param[in] r the row, finite @return d of its state: the sum of exp(x - m); 0 of an empty row */
double oracle_d(const struct oracle_row *r);

/** Step 4: absolute error allowed to lse(). @param[in] r the row @return the bound */
double oracle_lse_bound(const struct oracle_row *r);
/** Step 3: absolute error allowed to d. @param[in] r the row @return the bound */
double oracle_d_bound(const struct oracle_row *r);
/** Step 6: absolute error allowed to softmax(). @param[in] r row @param[in] x element @return it */
double oracle_softmax_bound(const struct oracle_row *r, float x);
/** Step 5: absolute error allowed to log_softmax(). @param[in] r row @param[in] x element
 *  @return the bound */
double oracle_log_softmax_bound(const struct oracle_row *r, float x);
/** Step 7: absolute error allowed to softmax_division_free(). @param[in] r row @param[in] x element
 *  @return the bound */
double oracle_division_free_bound(const struct oracle_row *r, float x);
/** Step 8: absolute error allowed to softmax_naive() where no exponential leaves the normal range.
 *  @param[in] r row @param[in] x element @return the bound */
double oracle_softmax_naive_bound(const struct oracle_row *r, float x);
/** Step 8: absolute error allowed to lse_naive(), likewise. @param[in] r row @return the bound */
double oracle_lse_naive_bound(const struct oracle_row *r);

/** The state of two parts. @param[in] a finite or empty @param[in] b finite or empty
 *  @param[out] bound absolute error allowed to d (step 9) @return d of both, for their larger m */
double oracle_merge(struct lse_state a, struct lse_state b, double *bound);

/** The mean cross-entropy. @param[in] logits rows x cols @param[in] target of each row
 *  @param[in] rows number @param[in] cols number @param[out] bound absolute error allowed (step 10)
 *  @return the loss; NaN if no row counts */
double oracle_cross_entropy(const float *logits, const int *target, size_t rows, size_t cols,
                            double *bound);

/** A gradient of the mean cross-entropy. @param[in] r the row @param[in] x its element
 *  @param[in] is_target is it the target's? @param[in] counted rows that count
 *  @param[out] bound absolute error allowed (step 10) @return the gradient */
double oracle_gradient(const struct oracle_row *r, float x, bool is_target, double counted,
                       double *bound);

#endif
