/**
 * @file lab03.h
 * @brief Lab 03, log-sum-exp: the contract of the functions in lab03.c.
 *
 * A row is n logits x, FP32. With m its largest element and S = sum of exp(x_i - m):
 *
 *      lse(x)         = log(sum of exp(x_i))     = m + log(S)
 *      softmax(x)_i   = exp(x_i) / sum of exp    = exp(x_i - m) / S
 *      log_softmax_i  = x_i - lse(x)             = (x_i - m) - log(S)
 *
 * Left of the last `=` stands what is meant, right of it what can be computed: S lies between 1 and
 * n. expf and logf are the C library's. FP32 is enough everywhere, double is welcome (not in 3.1
 * and 3.2, which show how FP32 fails). No two arrays overlap. The edge rows:
 *
 * | row                     | lse  | softmax  | log_softmax | state (3.7)                 |
 * |-------------------------|------|----------|-------------|-----------------------------|
 * | n = 0                   | -inf | nothing  | nothing     | (-inf, 0)                   |
 * | all -inf                | -inf | all NaN  | all NaN     | (-inf, 0)                   |
 * | -inf and finite         | as if the -inf were absent; 0 and -inf there | the same       |
 * | a +inf, no NaN          | +inf | all NaN  | all NaN     | free                        |
 * | a NaN, whatever else    | NaN  | all NaN  | all NaN     | d is NaN, m is free         |
 *
 * Precision, with u = 2^-24: each answer must be within what FP32 arithmetic of the right-hand
 * forms can lose, in any order of the sum; chapter 3 of course.md derives how much. For ten logits
 * that is a few 1e-6, and nothing in it grows with m itself.
 */
#ifndef LOWP_LAB03_H
#define LOWP_LAB03_H

#include <stddef.h>

/** What is known of a row, or of a part of one. Nothing yet: {-INFINITY, 0}. */
struct lse_state {
    float m; /**< largest element so far */
    float d; /**< sum of exp(x_i - m) over the elements so far */
};

/** A target of cross_entropy() that says: leave this row out. PyTorch's default ignore_index. */
enum { IGNORE_INDEX = -100 };

/**
 * Exercise 3.1: softmax as the formula has it, exp(x_i) / sum of exp(x_j), in FP32.
 * Exponentials, sum and quotient are FP32 numbers, with infinity above the largest: that is what
 * fails here. inf/inf and 0/0 are NaN, and finite/inf is 0; all of that is wanted.
 * @param[out] p n probabilities
 * @param[in] x n finite logits
 * @param[in] n number of them
 */
void softmax_naive(float *p, const float *x, size_t n);

/**
 * Exercise 3.2: log-sum-exp as the formula has it, log(sum of exp(x_i)), in FP32 like 3.1.
 * @param[in] x n finite logits
 * @param[in] n number of them
 * @return the log of the sum; +inf where the FP32 sum overflows, -inf where it is 0
 */
float lse_naive(const float *x, size_t n);

/**
 * Exercise 3.3: log-sum-exp that survives any row: m + log(S).
 * @param[in] x n logits, any floats
 * @param[in] n number of them, 0 included
 * @return the value; for edge rows see the table above
 */
float lse(const float *x, size_t n);

/**
 * Exercise 3.4: shifted softmax, exp(x_i - m) / S.
 * @param[out] p n probabilities; subnormal ones count
 * @param[in] x n logits, any floats
 * @param[in] n number of them, 0 included
 */
void softmax(float *p, const float *x, size_t n);

/**
 * Exercise 3.5: log-softmax, (x_i - m) - log(S). Not the log of a softmax, which is -inf where the
 * probability underflows; and not x_i minus a *rounded* lse, which is off by half an ulp of lse.
 * @param[out] out n values
 * @param[in] x n logits, any floats
 * @param[in] n number of them, 0 included
 */
void log_softmax(float *out, const float *x, size_t n);

/**
 * Exercise 3.6: softmax without a division: exp(x_i - lse(x)), with lse rounded to FP32.
 * Cheaper, and less accurate the larger |lse| is: its error is graded by a bound of its own.
 * @param[out] p n probabilities
 * @param[in] x n logits: no NaN, no +inf, and at least one of them finite
 * @param[in] n number of them
 */
void softmax_division_free(float *p, const float *x, size_t n);

/**
 * Exercise 3.7: one pass over n more elements of a row. For each x, with m' = max(m, x):
 *      d' = d exp(m - m') + exp(x - m')
 * An element -inf adds nothing, and m = m' = -inf must not become -inf - -inf = NaN.
 * @param[in] s the state so far
 * @param[in] x n logits, any floats
 * @param[in] n number of them; with 0 the state stays as it is
 * @return the state of all elements together: m is exact
 * @see Milakov & Gimelshein 2018, arXiv 1805.02867, algorithm 3
 */
struct lse_state lse_online(struct lse_state s, const float *x, size_t n);

/**
 * Exercise 3.8: the state of two parts of a row together, from the states of the parts.
 * @param[in] a state of one part, possibly empty
 * @param[in] b state of the other, possibly empty; a NaN d in either gives a NaN d
 * @return the state of both; its m is exact
 */
struct lse_state lse_merge(struct lse_state a, struct lse_state b);

/**
 * Exercise 3.9: the softmax of a piece of a row, from the state of the whole row: exp(x_i - m) / d.
 * @param[out] p n probabilities; over all pieces they sum to 1
 * @param[in] x n logits of the row, any part of it
 * @param[in] n number of them
 * @param[in] s state of the whole row; (-inf, 0) gives NaN
 */
void softmax_piece(float *p, const float *x, size_t n, struct lse_state s);

/**
 * Exercise 3.10: mean cross-entropy of a batch and its gradient, fused.
 *      loss = mean over the counted rows r of  lse(row r) - row r[target r]
 *      grad = (softmax(row r) - onehot(target r)) / counted rows,  and 0 in rows left out
 * The loss of a row is log(S) - (x_target - m), as in 3.5: huge logits cost nothing.
 * @param[out] grad rows x cols, d loss / d logits
 * @param[in] logits rows x cols, row by row
 * @param[in] target rows, each 0..cols-1, or IGNORE_INDEX: the row does not count
 * @param[in] rows number of rows
 * @param[in] cols number of classes, at least 1
 * @return the mean loss in nats; NaN if no row counts (0/0). A row whose softmax is NaN makes the
 *         loss NaN and its own gradients NaN, no others.
 */
float cross_entropy(float *grad, const float *logits, const int *target, size_t rows, size_t cols);

#include "lab03_kernels.h"

#endif
