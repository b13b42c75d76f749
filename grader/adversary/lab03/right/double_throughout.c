/*
 * Sums, exponentials and logarithms in double, rounded to FP32 once at the end; loops run backwards.
 * In the naive forms only the exponentials, sums and quotients are FP32, as the contract wants it.
 */
#include "lab03.h"

#include "common/todo.h"

#include <math.h>

void softmax_naive(float *p, const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = n; i-- > 0;)
        sum += expf(x[i]);
    for (size_t i = n; i-- > 0;)
        p[i] = expf(x[i]) / sum;
}

float lse_naive(const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = n; i-- > 0;)
        sum += expf(x[i]);
    return logf(sum);
}

/* The largest element as a double, NaN if there is one. */
static double top(const float *x, size_t n)
{
    double m = -INFINITY;
    for (size_t i = n; i-- > 0;) {
        if (isnan(x[i]))
            return NAN;
        if (x[i] > m)
            m = x[i];
    }
    return m;
}

/* Sum of exp(x - m), for a finite m. */
static double sum_above(const float *x, size_t n, double m)
{
    double sum = 0;
    for (size_t i = n; i-- > 0;)
        sum += exp(x[i] - m);
    return sum;
}

float lse(const float *x, size_t n)
{
    double m = top(x, n);
    return (float)(isfinite(m) ? m + log(sum_above(x, n, m)) : m);
}

void softmax(float *p, const float *x, size_t n)
{
    double m = top(x, n);
    if (!isfinite(m)) {
        for (size_t i = 0; i < n; i++)
            p[i] = NAN;
        return;
    }
    double sum = sum_above(x, n, m);
    for (size_t i = n; i-- > 0;)
        p[i] = (float)(exp(x[i] - m) / sum);
}

void log_softmax(float *out, const float *x, size_t n)
{
    double m = top(x, n), l = isfinite(m) ? log(sum_above(x, n, m)) : NAN;
    for (size_t i = n; i-- > 0;)
        out[i] = (float)(x[i] - m - l);
}

void softmax_division_free(float *p, const float *x, size_t n)
{
    float l = lse(x, n);
    for (size_t i = n; i-- > 0;)
        p[i] = (float)exp((double)x[i] - l);
}

struct lse_state lse_online(struct lse_state s, const float *x, size_t n)
{
    double m = s.m, d = s.d;
    for (size_t i = n; i-- > 0;) {
        if (isnan(x[i]))
            d = NAN;
        else if (x[i] <= m)
            d += x[i] == -INFINITY ? 0 : exp(x[i] - m);
        else {
            d = (isfinite(m) ? d * exp(m - x[i]) : d) + 1;
            m = x[i];
        }
    }
    return (struct lse_state){(float)m, (float)d};
}

struct lse_state lse_merge(struct lse_state a, struct lse_state b)
{
    if (a.m < b.m) {
        struct lse_state swapped = a;
        a = b;
        b = swapped;
    }
    if (b.m == -INFINITY) /* empty, or a NaN came among -inf */
        return (struct lse_state){a.m, a.d + b.d};
    return (struct lse_state){a.m, (float)(a.d + b.d * exp((double)b.m - a.m))};
}

void softmax_piece(float *p, const float *x, size_t n, struct lse_state s)
{
    for (size_t i = n; i-- > 0;)
        p[i] = s.d > 0 ? (float)(exp((double)x[i] - s.m) / s.d) : NAN;
}

float cross_entropy(float *grad, const float *logits, const int *target, size_t rows, size_t cols)
{
    double loss = 0;
    long counted = 0;
    for (size_t r = rows; r-- > 0;)
        counted += target[r] >= 0;
    for (size_t r = rows; r-- > 0;) {
        const float *x = logits + r * cols;
        double m = top(x, cols), sum = isfinite(m) ? sum_above(x, cols, m) : NAN;
        for (size_t j = cols; j-- > 0;) {
            double p = exp(x[j] - m) / sum;
            grad[r * cols + j] =
                target[r] == IGNORE_INDEX ? 0 : (float)((p - (target[r] == (int)j)) / counted);
        }
        if (target[r] != IGNORE_INDEX)
            loss += log(sum) - (x[target[r]] - m);
    }
    return (float)(loss / counted);
}
