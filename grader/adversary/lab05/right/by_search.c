/* Gaps are found by trying, neighbours by comparing values, and a store compares the distances to both.
 * Slow, and right. Moments by fma(), corrections by expm1(). */
#include "lab05.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/rng.h"
#include "common/todo.h"

#include <math.h>

static bool is_bf16(float x)
{
    return x == f32_from_bf16(bf16_from_f32_rne(x));
}

/** All gaps are powers of two: the smallest that leads to a BF16 number is the gap. */
double bf16_gap(uint16_t w, int direction)
{
    double here = f32_from_bf16(w);
    for (double step = 0x1p-133;; step *= 2) {
        double there = here + direction * step;
        if (there != here && (float)there == there && is_bf16((float)there))
            return step;
    }
}

bool bf16_update_is_lost(uint16_t w, float u)
{
    if (u == 0)
        return true;
    double left_over = bf16_gap(w, u > 0 ? 1 : -1) - fabs((double)u); // way from w + u to there
    if (left_over == fabs((double)u))
        return !(w & 1);
    return left_over > fabs((double)u);
}

uint16_t bf16_from_f32_sr(float x, uint16_t r)
{
    if (isnan(x) || isinf(x) || is_bf16(x))
        return bf16_from_f32_rne(x);
    uint16_t code = bf16_from_f32_rne(x);
    if (isinf(f32_from_bf16(code)) || fabsf(f32_from_bf16(code)) > fabsf(x))
        code--; // toward zero
    double low = fabs((double)f32_from_bf16(code));
    double gap = bf16_gap(code & 0x7F80, +1); // of its binade
    double f = (fabs((double)x) - low) / gap * 65536;
    return (uint16_t)(f >= 65536 - (double)r ? code + 1 : code);
}

void sgd_update(float *u, const float *g, size_t n, float lr)
{
    while (n-- > 0)
        *u++ = *g++ * lr * -1;
}

void adamw_update(float *u, float *m, float *v, const float *w, const float *g, size_t n,
                  struct adamw opt, int t)
{
    double correction1 = -expm1(t * log(opt.beta1)), correction2 = -expm1(t * log(opt.beta2));
    for (size_t i = 0; i < n; i++)
        m[i] = (float)fma(opt.beta1, m[i], (1 - (double)opt.beta1) * g[i]);
    for (size_t i = 0; i < n; i++)
        v[i] = (float)fma(opt.beta2, v[i], (1 - (double)opt.beta2) * g[i] * g[i]);
    for (size_t i = 0; i < n; i++)
        u[i] = (float)(-opt.lr * (m[i] / correction1) / (sqrt(v[i] / correction2) + opt.eps));
    for (size_t i = 0; i < n; i++)
        u[i] -= opt.lr * opt.weight_decay * w[i];
}

/** The nearest of the code of x cut off and its neighbour away from zero; of two equally near ones the
 *  even one. */
static uint16_t nearest(float x)
{
    uint16_t low = bf16_from_f32_sr(x, 0);
    if (x == f32_from_bf16(low) || isnan(x) || (low & 0x7FFF) == 0x7F7F)
        return bf16_from_f32_rne(x);
    float up = f32_from_bf16((uint16_t)(low + 1));
    double to_low = fabs((double)x - (double)f32_from_bf16(low)),
           to_up = fabs((double)up - (double)x);
    bool first = to_low < to_up || (to_low == to_up && low % 2 == 0);
    return (uint16_t)(first ? low : low + 1);
}

size_t apply_bf16(uint16_t *w, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t code = nearest(f32_from_bf16(w[i]) + u[i]);
        if (code != w[i]) {
            w[i] = code;
            moved++;
        }
    }
    return moved;
}

size_t apply_master(float *master, uint16_t *w, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++)
        master[i] += u[i];
    for (size_t i = 0; i < n; i++) {
        uint16_t code = nearest(master[i]);
        moved += code != w[i];
        w[i] = code;
    }
    return moved;
}

size_t apply_kahan(uint16_t *w, uint16_t *c, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t y = nearest(f32_from_bf16(c[i]) + u[i]);
        uint16_t s = nearest(f32_from_bf16(w[i]) + f32_from_bf16(y));
        c[i] = nearest(f32_from_bf16(y) - (f32_from_bf16(s) - f32_from_bf16(w[i])));
        moved += s != w[i];
        w[i] = s;
    }
    return moved;
}

size_t apply_stochastic(uint16_t *w, const float *u, size_t n, uint64_t seed, uint64_t step)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t low_bits = (uint16_t)(rng_u64(seed, step, i) >> 32); // of the upper 32
        uint16_t code = bf16_from_f32_sr(f32_from_bf16(w[i]) + u[i], low_bits);
        moved += code != w[i];
        w[i] = code;
    }
    return moved;
}
