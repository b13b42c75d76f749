/* Everything in double, and in functions of the C library: gaps by frexp(), the sum and each moment
 * rounded to FP32 only where it is stored. Powers of beta by a loop of products. */
#include "lab05.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/rng.h"
#include "common/todo.h"

#include <math.h>

double bf16_gap(uint16_t w, int direction)
{
    double value = fabs((double)f32_from_bf16(w));
    bool negative = (w & 0x8000) != 0;
    int exponent; // value is in [2^(exponent-1), 2^exponent)
    double fraction = frexp(value, &exponent);
    if (value < 0x1p-126)
        return 0x1p-133;
    bool outward = negative ? direction < 0 : direction > 0;
    if (fraction == 0.5 && !outward && value > 0x1p-126)
        exponent--;
    return ldexp(1.0, exponent - 8);
}

bool bf16_update_is_lost(uint16_t w, float u)
{
    if (u == 0)
        return true;
    double in_gaps = fabs((double)u) / bf16_gap(w, u < 0 ? -1 : 1); // exact: a power of two
    if (in_gaps == 0.5)
        return w % 2 == 0;
    return in_gaps < 0.5;
}

uint16_t bf16_from_f32_sr(float x, uint16_t r)
{
    uint16_t low = (uint16_t)(bits_from_f32(x) >> 16);
    if (isnan(x))
        return 0xFFC1;
    if (isinf(x))
        return low;
    double size = fabs((double)x), below = fabs((double)f32_from_bf16(low));
    int exponent = size < 0x1p-126 ? -126 : ilogb(size);
    double fraction = ldexp(size - below, 16 - (exponent - 7)); // in 65536ths of the gap
    return fraction + r >= 65536.0 ? (uint16_t)(low + 1) : low;
}

void sgd_update(float *u, const float *g, size_t n, float lr)
{
    for (size_t i = 0; i < n; i++)
        u[i] = (float)(-(double)lr * g[i]);
}

void adamw_update(float *u, float *m, float *v, const float *w, const float *g, size_t n,
                  struct adamw opt, int t)
{
    double b1 = opt.beta1, b2 = opt.beta2, p1 = 1, p2 = 1;
    for (int s = 0; s < t; s++) {
        p1 *= b1;
        p2 *= b2;
    }
    for (size_t i = 0; i < n; i++) {
        double mi = b1 * m[i] + (1 - b1) * g[i];
        double vi = b2 * v[i] + (1 - b2) * g[i] * g[i];
        double direction = mi / (1 - p1) / (sqrt(vi / (1 - p2)) + opt.eps);
        m[i] = (float)mi;
        v[i] = (float)vi;
        u[i] = (float)(-opt.lr * (direction + (double)opt.weight_decay * w[i]));
    }
}

/** The FP32 sum: double has digits enough that its second rounding changes nothing. */
static float sum(double a, double b)
{
    return (float)(a + b);
}

size_t apply_bf16(uint16_t *w, const float *u, size_t n)
{
    size_t stayed = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t code = bf16_from_f32_rne(sum(f32_from_bf16(w[i]), u[i]));
        stayed += code == w[i];
        w[i] = code;
    }
    return n - stayed;
}

size_t apply_master(float *master, uint16_t *w, const float *u, size_t n)
{
    size_t stayed = 0;
    for (size_t i = 0; i < n; i++) {
        master[i] = sum(master[i], u[i]);
        uint16_t code = bf16_from_f32_rne(master[i]);
        stayed += code == w[i];
        w[i] = code;
    }
    return n - stayed;
}

size_t apply_kahan(uint16_t *w, uint16_t *c, const float *u, size_t n)
{
    size_t stayed = 0;
    for (size_t i = 0; i < n; i++) {
        double old = f32_from_bf16(w[i]);
        double y = f32_from_bf16(bf16_from_f32_rne(sum(u[i], f32_from_bf16(c[i]))));
        uint16_t code = bf16_from_f32_rne(sum(old, y));
        float arrived = sum(f32_from_bf16(code), -old);
        c[i] = bf16_from_f32_rne(sum(y, -arrived));
        stayed += code == w[i];
        w[i] = code;
    }
    return n - stayed;
}

size_t apply_stochastic(uint16_t *w, const float *u, size_t n, uint64_t seed, uint64_t step)
{
    size_t stayed = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t random = rng_u32(seed, step, i);
        uint16_t code = bf16_from_f32_sr(sum(f32_from_bf16(w[i]), u[i]), random % 65536);
        stayed += code == w[i];
        w[i] = code;
    }
    return n - stayed;
}
