/*
 * Sums by pairs (recursive halves) in FP32, exponentials as powers of two of a long double, and the
 * larger of two numbers by comparison instead of fmaxf.
 */
#include "lab03.h"

#include "common/todo.h"

#include <math.h>

static const long double LOG2_E = 1.4426950408889634073599246810018921L;

/* exp(x - m), rounded to FP32 once. */
static float power(float x, float m)
{
    return (float)exp2l(((long double)x - m) * LOG2_E);
}

/* The sum of exp(x - m), by pairs. */
static float pairs(const float *x, size_t n, float m)
{
    if (n < 2)
        return n ? power(x[0], m) : 0;
    return pairs(x, n / 2, m) + pairs(x + n / 2, n - n / 2, m);
}

static float top(const float *x, size_t n)
{
    float m = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (x[i] > m)
            m = x[i];
    return m;
}

void softmax_naive(float *p, const float *x, size_t n)
{
    float sum = pairs(x, n, 0);
    for (size_t i = 0; i < n; i++)
        p[i] = power(x[i], 0) / sum;
}

float lse_naive(const float *x, size_t n)
{
    return logf(pairs(x, n, 0));
}

float lse(const float *x, size_t n)
{
    float m = top(x, n), shift = m == INFINITY || m == -INFINITY ? 0 : m;
    return shift + logf(pairs(x, n, shift));
}

void softmax(float *p, const float *x, size_t n)
{
    float m = top(x, n), sum = pairs(x, n, m);
    for (size_t i = 0; i < n; i++)
        p[i] = power(x[i], m) / sum;
}

void log_softmax(float *out, const float *x, size_t n)
{
    float m = top(x, n), sum = pairs(x, n, m);
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - m - logf(sum);
}

void softmax_division_free(float *p, const float *x, size_t n)
{
    float l = lse(x, n);
    for (size_t i = 0; i < n; i++)
        p[i] = power(x[i], l);
}

/* Two passes over the new elements, then one correction: the largest is known before the sum. */
struct lse_state lse_online(struct lse_state s, const float *x, size_t n)
{
    float m = top(x, n);
    m = s.m > m ? s.m : m;
    if (m > -INFINITY)
        return (struct lse_state){m, (s.d == 0 ? 0 : s.d * power(s.m, m)) + pairs(x, n, m)};
    for (size_t i = 0; i < n; i++)
        s.d += x[i] == -INFINITY ? 0 : x[i]; /* a NaN among -inf */
    return s;
}

struct lse_state lse_merge(struct lse_state a, struct lse_state b)
{
    if (b.m > a.m)
        return lse_merge(b, a);
    return (struct lse_state){a.m, a.m == b.m ? a.d + b.d : a.d + b.d * power(b.m, a.m)};
}

void softmax_piece(float *p, const float *x, size_t n, struct lse_state s)
{
    while (n-- > 0)
        p[n] = power(x[n], s.m) / s.d;
}

float cross_entropy(float *grad, const float *logits, const int *target, size_t rows, size_t cols)
{
    int counted = 0;
    long double loss = 0;
    for (size_t r = 0; r < rows; r++)
        counted += target[r] != IGNORE_INDEX;
    for (size_t r = 0; r < rows; r++) {
        const float *x = logits + r * cols;
        float *g = grad + r * cols, m = top(x, cols), sum = pairs(x, cols, m);
        for (size_t j = 0; j < cols; j++)
            g[j] = target[r] == IGNORE_INDEX ? 0 : power(x[j], m) / sum / (float)counted;
        if (target[r] == IGNORE_INDEX)
            continue;
        g[target[r]] -= 1 / (float)counted;
        loss += logf(sum) - (x[target[r]] - m);
    }
    return (float)(loss / counted);
}
