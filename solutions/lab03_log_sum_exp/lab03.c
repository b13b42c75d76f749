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
    // BEGIN SOLUTION
    // STUB: todo("lab03.1");
    float sum = 0;
    for (size_t i = 0; i < n; i++) {
        p[i] = expf(x[i]);
        sum += p[i];
    }
    for (size_t i = 0; i < n; i++)
        p[i] /= sum;
    // END SOLUTION
}

// TODO(lab03.2, about 4 lines): the logarithm of the sum of the exponentials.
float lse_naive(const float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab03.2");
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += expf(x[i]);
    return logf(sum);
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Shifted by the largest element
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
/** The largest element; -inf of an empty row. Passes over NaNs: the exponentials will not. */
static float largest(const float *x, size_t n)
{
    float m = -INFINITY;
    for (size_t i = 0; i < n; i++)
        m = fmaxf(m, x[i]);
    return m;
}

/** S: the sum of exp(x - m), from 1 to n for a finite row with maximum m. */
static float shifted_sum(const float *x, size_t n, float m)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += expf(x[i] - m);
    return sum;
}

// END SOLUTION
// TODO(lab03.3, about 6 lines): subtract the largest element, and add it back outside the log. What
// if it is infinite?
float lse(const float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab03.3");
    float m = largest(x, n);
    if (isinf(m))
        m = 0; // inf - inf would be NaN; unshifted, log(0) and log(inf) are the right answers
    return m + logf(shifted_sum(x, n, m));
    // END SOLUTION
}

// TODO(lab03.4, about 8 lines): exp(x - m), then divide by the sum. The edge rows come by themselves.
void softmax(float *p, const float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: todo("lab03.4");
    float m = largest(x, n), sum = 0;
    for (size_t i = 0; i < n; i++) {
        p[i] = expf(x[i] - m);
        sum += p[i];
    }
    for (size_t i = 0; i < n; i++)
        p[i] /= sum;
    // END SOLUTION
}

// TODO(lab03.5, about 5 lines): (x - m) - log(S), in this order.
void log_softmax(float *out, const float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: todo("lab03.5");
    float m = largest(x, n);
    float log_sum = logf(shifted_sum(x, n, m));
    for (size_t i = 0; i < n; i++)
        out[i] = (x[i] - m) - log_sum;
    // END SOLUTION
}

// TODO(lab03.6, about 3 lines): exp(x - lse).
void softmax_division_free(float *p, const float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: todo("lab03.6");
    float l = lse(x, n);
    for (size_t i = 0; i < n; i++)
        p[i] = expf(x[i] - l);
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Online: one pass, and parts of a row
// --------------------------------------------------------------------------------------------

// TODO(lab03.7, about 8 lines): when the maximum grows, the old sum shrinks by exp(old - new).
struct lse_state lse_online(struct lse_state s, const float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: todo("lab03.7");
    // STUB: return (struct lse_state){NAN, NAN};
    for (size_t i = 0; i < n; i++) {
        if (x[i] == -INFINITY)
            continue; // adds nothing, and m may still be -inf
        float m = fmaxf(s.m, x[i]);
        s.d = s.d * expf(s.m - m) + expf(x[i] - m);
        s.m = m;
    }
    return s;
    // END SOLUTION
}

// TODO(lab03.8, about 5 lines): bring both sums to the larger maximum, then add them.
struct lse_state lse_merge(struct lse_state a, struct lse_state b)
{
    // BEGIN SOLUTION
    // STUB: todo("lab03.8");
    // STUB: return (struct lse_state){NAN, NAN};
    float m = fmaxf(a.m, b.m);
    if (m == -INFINITY)
        return (struct lse_state){m, a.d + b.d}; // both empty: 0, and a NaN is not lost
    return (struct lse_state){m, a.d * expf(a.m - m) + b.d * expf(b.m - m)};
    // END SOLUTION
}

// TODO(lab03.9, about 2 lines): the state says what to subtract and what to divide by.
void softmax_piece(float *p, const float *x, size_t n, struct lse_state s)
{
    // BEGIN SOLUTION
    // STUB: todo("lab03.9");
    for (size_t i = 0; i < n; i++)
        p[i] = expf(x[i] - s.m) / s.d;
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Cross-entropy
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
/** One row: its gradient, times `weight`. Returns its loss. */
static float row_loss(float *grad, const float *x, int target, size_t cols, float weight)
{
    float m = largest(x, cols), sum = 0;
    for (size_t j = 0; j < cols; j++) {
        grad[j] = expf(x[j] - m);
        sum += grad[j];
    }
    for (size_t j = 0; j < cols; j++)
        grad[j] = (grad[j] / sum - (j == (size_t)target)) * weight;
    return logf(sum) - (x[target] - m);
}

// END SOLUTION
// TODO(lab03.10, about 16 lines): count the rows, then one visit a row makes its loss and its
// gradient from the same exponentials.
float cross_entropy(float *grad, const float *logits, const int *target, size_t rows, size_t cols)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab03.10");
    size_t counted = 0;
    for (size_t r = 0; r < rows; r++)
        counted += target[r] != IGNORE_INDEX;
    double loss = 0;
    for (size_t r = 0; r < rows; r++) {
        float *row_grad = grad + r * cols;
        if (target[r] != IGNORE_INDEX) {
            loss += row_loss(row_grad, logits + r * cols, target[r], cols, 1 / (float)counted);
            continue;
        }
        for (size_t j = 0; j < cols; j++)
            row_grad[j] = 0;
    }
    return (float)(loss / (double)counted);
    // END SOLUTION
}
