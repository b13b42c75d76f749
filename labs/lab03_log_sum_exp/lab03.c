/**
 * @file lab03.c
 * @brief Lab 03, log-sum-exp: softmax and its logarithm, where they die and how to compute them.
 *
 * The contract of every function is in lab03.h, the assignment in README.md beside it. You
 * edit this file and lab03.cu, the kernels. Build and grade: make lab03 && make grade
 */
#include "lab03.h"

#include "common/todo.h"

#include <math.h>

// --------------------------------------------------------------------------------------------
// As the formula has it
// --------------------------------------------------------------------------------------------

// TODO(lab03.1, about 6 lines): exponentials, their sum, quotients. Catch nothing: see it fail.
void softmax_naive(float *p, const float *x, size_t n)
{
    todo("lab03.1");
}

// TODO(lab03.2, about 4 lines): the logarithm of the sum of the exponentials.
float lse_naive(const float *x, size_t n)
{
    return todo_f32("lab03.2");
}

// --------------------------------------------------------------------------------------------
// Shifted by the largest element
// --------------------------------------------------------------------------------------------

// TODO(lab03.3, about 6 lines): subtract the largest element, and add it back outside the log. What
// if it is infinite?
float lse(const float *x, size_t n)
{
    return todo_f32("lab03.3");
}

// TODO(lab03.4, about 8 lines): exp(x - m), then divide by the sum. The edge rows come by themselves.
void softmax(float *p, const float *x, size_t n)
{
    todo("lab03.4");
}

// TODO(lab03.5, about 5 lines): (x - m) - log(S), in this order.
void log_softmax(float *out, const float *x, size_t n)
{
    todo("lab03.5");
}

// TODO(lab03.6, about 3 lines): exp(x - lse).
void softmax_division_free(float *p, const float *x, size_t n)
{
    todo("lab03.6");
}

// --------------------------------------------------------------------------------------------
// Online: one pass, and parts of a row
// --------------------------------------------------------------------------------------------

// TODO(lab03.7, about 8 lines): when the maximum grows, the old sum shrinks by exp(old - new).
struct lse_state lse_online(struct lse_state s, const float *x, size_t n)
{
    todo("lab03.7");
    return (struct lse_state){NAN, NAN};
}

// TODO(lab03.8, about 5 lines): bring both sums to the larger maximum, then add them.
struct lse_state lse_merge(struct lse_state a, struct lse_state b)
{
    todo("lab03.8");
    return (struct lse_state){NAN, NAN};
}

// TODO(lab03.9, about 2 lines): the state says what to subtract and what to divide by.
void softmax_piece(float *p, const float *x, size_t n, struct lse_state s)
{
    todo("lab03.9");
}

// --------------------------------------------------------------------------------------------
// Cross-entropy
// --------------------------------------------------------------------------------------------

// TODO(lab03.10, about 16 lines): count the rows, then one visit a row makes its loss and its
// gradient from the same exponentials.
float cross_entropy(float *grad, const float *logits, const int *target, size_t rows, size_t cols)
{
    return todo_f32("lab03.10");
}
