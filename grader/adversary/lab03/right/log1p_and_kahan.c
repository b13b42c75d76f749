/*
 * The maximum is left out of the sum, which is then taken by log1pf (S = 1 + rest); the rest is
 * added up with Kahan's correction. The softmax is the exp of the log-softmax.
 */
#include "lab03.h"

#include "common/todo.h"

#include <math.h>
#include <stdbool.h>

void softmax_naive(float *p, const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += expf(x[i]);
    for (size_t i = 0; i < n; i++)
        p[i] = expf(x[i]) / sum;
}

float lse_naive(const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += expf(x[i]);
    return logf(sum);
}

/* Where the largest element stands; n if there is no finite one, or a NaN or a +inf. */
static size_t where(const float *x, size_t n)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]) || x[i] == INFINITY)
            return n;
        if (x[i] > -INFINITY && (best == n || x[i] > x[best]))
            best = i;
    }
    return best;
}

/* The sum of exp(x - x[top]) over all but x[top]. */
static float rest(const float *x, size_t n, size_t top)
{
    float sum = 0, lost = 0;
    for (size_t i = 0; i < n; i++) {
        float term = (i == top ? 0 : expf(x[i] - x[top])) - lost, next = sum + term;
        lost = (next - sum) - term;
        sum = next;
    }
    return sum;
}

float lse(const float *x, size_t n)
{
    size_t top = where(x, n);
    if (top < n)
        return x[top] + log1pf(rest(x, n, top));
    float m = -INFINITY; /* edge rows: adding infinities and NaNs says what they come to */
    for (size_t i = 0; i < n; i++)
        m = isnan(x[i]) || isnan(m) ? NAN : x[i] > m ? x[i] : m;
    return m;
}

void log_softmax(float *out, const float *x, size_t n)
{
    size_t top = where(x, n);
    float log_sum = top < n ? log1pf(rest(x, n, top)) : NAN;
    for (size_t i = 0; i < n; i++)
        out[i] = top < n ? (x[i] - x[top]) - log_sum : NAN;
}

void softmax(float *p, const float *x, size_t n)
{
    log_softmax(p, x, n);
    for (size_t i = 0; i < n; i++)
        p[i] = expf(p[i]);
}

void softmax_division_free(float *p, const float *x, size_t n)
{
    float l = lse(x, n);
    for (size_t i = 0; i < n; i++)
        p[i] = expf(x[i] - l);
}

struct lse_state lse_online(struct lse_state s, const float *x, size_t n)
{
    size_t top = where(x, n);
    bool plain = top < n;
    struct lse_state new = {plain ? x[top] : -INFINITY, plain ? 1 + rest(x, n, top) : 0};
    for (size_t i = 0; i < n && !plain; i++)
        if (isnan(x[i]) || x[i] == INFINITY)
            new.d = NAN;
    return lse_merge(s, new);
}

struct lse_state lse_merge(struct lse_state a, struct lse_state b)
{
    if (isnan(a.d) || isnan(b.d))
        return (struct lse_state){fmaxf(a.m, b.m), NAN};
    if (b.d == 0)
        return a;
    if (a.d == 0)
        return b;
    return a.m > b.m ? (struct lse_state){a.m, a.d + b.d * expf(b.m - a.m)}
                     : (struct lse_state){b.m, b.d + a.d * expf(a.m - b.m)};
}

void softmax_piece(float *p, const float *x, size_t n, struct lse_state s)
{
    for (size_t i = 0; i < n; i++)
        p[i] = expf((x[i] - s.m) - logf(s.d));
}

/* The loss of a row; its gradient is expm1 of the log-softmax at the target, exp elsewhere. */
static double row_loss(float *grad, const float *x, size_t cols, size_t target, size_t counted)
{
    log_softmax(grad, x, cols);
    double loss = -(double)grad[target];
    for (size_t j = 0; j < cols; j++)
        grad[j] = (j == target ? expm1f(grad[j]) : expf(grad[j])) / (float)counted;
    return loss;
}

float cross_entropy(float *grad, const float *logits, const int *target, size_t rows, size_t cols)
{
    size_t counted = 0;
    double loss = 0;
    for (size_t r = 0; r < rows; r++)
        counted += target[r] != IGNORE_INDEX;
    for (size_t r = 0; r < rows; r++) {
        if (target[r] != IGNORE_INDEX)
            loss += row_loss(grad + r * cols, logits + r * cols, cols, (size_t)target[r], counted);
        for (size_t j = 0; j < cols && target[r] == IGNORE_INDEX; j++)
            grad[r * cols + j] = 0;
    }
    return counted ? (float)(loss / (double)counted) : NAN;
}
