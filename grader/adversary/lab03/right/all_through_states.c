/*
 * One idea carries everything: each row is reduced to a state by lse_online(), in pieces that
 * lse_merge() puts together; softmax, log-softmax and the loss are read off that state.
 */
#include "lab03.h"

#include "common/todo.h"

#include <math.h>

static const struct lse_state EMPTY = {-INFINITY, 0};

void softmax_naive(float *p, const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += p[i] = expf(x[i]);
    for (size_t i = 0; i < n; i++)
        p[i] = p[i] / sum;
}

float lse_naive(const float *x, size_t n)
{
    float sum = 0;
    while (n-- > 0)
        sum += expf(*x++);
    return logf(sum);
}

struct lse_state lse_merge(struct lse_state a, struct lse_state b)
{
    float m = a.m > b.m ? a.m : b.m;
    float to_a = a.m == m ? 1 : expf(a.m - m), to_b = b.m == m ? 1 : expf(b.m - m);
    return (struct lse_state){m, a.d * to_a + b.d * to_b};
}

struct lse_state lse_online(struct lse_state s, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct lse_state one = {x[i],
                                x[i] == -INFINITY ? 0 : x[i] - x[i] + 1}; /* NaN if not finite */
        if (isnan(x[i]))
            one.m = -INFINITY;
        s = lse_merge(s, one);
    }
    return s;
}

/* The state of a row, by halves: few roundings in long rows. */
static struct lse_state halves(const float *x, size_t n)
{
    if (n <= 8)
        return lse_online(EMPTY, x, n);
    return lse_merge(halves(x, n / 2), halves(x + n / 2, n - n / 2));
}

float lse(const float *x, size_t n)
{
    struct lse_state s = halves(x, n);
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return NAN;
    return isinf(s.m) ? s.m : s.m + logf(s.d);
}

void softmax_piece(float *p, const float *x, size_t n, struct lse_state s)
{
    float inverse = 1 / s.d;
    for (size_t i = 0; i < n; i++)
        p[i] = expf(x[i] - s.m) * inverse;
}

void softmax(float *p, const float *x, size_t n)
{
    softmax_piece(p, x, n, halves(x, n));
}

void log_softmax(float *out, const float *x, size_t n)
{
    struct lse_state s = halves(x, n);
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - s.m - logf(s.d);
}

void softmax_division_free(float *p, const float *x, size_t n)
{
    float l = lse(x, n);
    for (size_t i = 0; i < n; i++)
        p[i] = expf(x[i] - l);
}

float cross_entropy(float *grad, const float *logits, const int *target, size_t rows, size_t cols)
{
    float counted = 0, loss = 0;
    for (size_t r = 0; r < rows; r++)
        if (target[r] != IGNORE_INDEX)
            counted++;
    for (size_t r = 0; r < rows; r++, grad += cols, logits += cols) {
        if (target[r] == IGNORE_INDEX) {
            for (size_t j = 0; j < cols; j++)
                grad[j] = 0;
            continue;
        }
        struct lse_state s = halves(logits, cols);
        softmax_piece(grad, logits, cols, s);
        grad[target[r]] -= 1;
        for (size_t j = 0; j < cols; j++)
            grad[j] /= counted;
        loss += logf(s.d) - (logits[target[r]] - s.m);
    }
    return loss / counted;
}
