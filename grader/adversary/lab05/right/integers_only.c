/* Gaps, stores and stochastic rounding by integers alone: the exponent field says the gap, and to
 * nearest even is an addition of 0x7FFF plus the last bit that is kept. No cast of common/cast.h. */
#include "lab05.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/rng.h"
#include "common/todo.h"

#include <math.h>

static float value(uint16_t code)
{
    return f32_from_bits((uint32_t)code << 16);
}

static uint16_t nearest(float x)
{
    uint32_t bits = bits_from_f32(x);
    if ((bits & 0x7FFFFFFF) > 0x7F800000)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

double bf16_gap(uint16_t w, int direction)
{
    unsigned exponent = w >> 7 & 0xFF, mantissa = w & 0x7F;
    unsigned toward_zero = (unsigned)(direction < 0) ^ (unsigned)(w >> 15);
    unsigned finer = toward_zero && mantissa == 0 && exponent > 1;
    exponent -= finer;
    return ldexp(1, (int)(exponent ? exponent : 1) - 127 - 7);
}

/** |u| in units of 2^-149, against half a gap in the same: shifts instead of doubles. */
bool bf16_update_is_lost(uint16_t w, float u)
{
    uint32_t bits = bits_from_f32(u) & 0x7FFFFFFF;
    unsigned e = bits >> 23;
    uint32_t significand = e ? (bits & 0x7FFFFF) | 0x800000 : bits;
    int shift_u = e ? (int)e - 1 : 0;
    int shift_half = ilogb(bf16_gap(w, u > 0 ? +1 : -1)) - 1 + 149; // half the gap is 1 << this
    if (significand == 0)
        return true;
    int top = 31 - __builtin_clz(significand) + shift_u;
    if (top != shift_half)
        return top < shift_half;
    bool exactly = (significand & (significand - 1)) == 0;
    return exactly && !(w & 1);
}

uint16_t bf16_from_f32_sr(float x, uint16_t r)
{
    uint32_t bits = bits_from_f32(x), magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000)
        return 0x7FC0;
    uint32_t up = (magnitude & 0xFFFF) + r >= 0x10000;
    return (uint16_t)((bits >> 16) + up); // an infinity has no fraction, so r cannot carry
}

void sgd_update(float *u, const float *g, size_t n, float lr)
{
    for (size_t i = 0; i < n; i++)
        u[i] = g[i] * -lr;
}

void adamw_update(float *u, float *m, float *v, const float *w, const float *g, size_t n,
                  struct adamw opt, int t)
{
    float c1 = 1 - powf(opt.beta1, (float)t), c2 = 1 - powf(opt.beta2, (float)t);
    for (size_t i = 0; i < n; i++) {
        m[i] += (1 - opt.beta1) * (g[i] - m[i]);
        v[i] += (1 - opt.beta2) * (g[i] * g[i] - v[i]);
        u[i] = -opt.lr * ((m[i] / c1) / (sqrtf(v[i] / c2) + opt.eps) + opt.weight_decay * w[i]);
    }
}

size_t apply_bf16(uint16_t *w, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t old = w[i];
        w[i] = nearest(value(old) + u[i]);
        moved += (old ^ w[i]) != 0;
    }
    return moved;
}

size_t apply_master(float *master, uint16_t *w, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t old = w[i];
        w[i] = nearest(master[i] = master[i] + u[i]);
        moved += (old ^ w[i]) != 0;
    }
    return moved;
}

size_t apply_kahan(uint16_t *w, uint16_t *c, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t old = w[i];
        float y = value(nearest(u[i] + value(c[i])));
        w[i] = nearest(value(old) + y);
        c[i] = nearest(y - (value(w[i]) - value(old)));
        moved += (old ^ w[i]) != 0;
    }
    return moved;
}

size_t apply_stochastic(uint16_t *w, const float *u, size_t n, uint64_t seed, uint64_t step)
{
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t old = w[i];
        w[i] = bf16_from_f32_sr(value(old) + u[i], rng_u32(seed, step, i) & 0xFFFF);
        moved += (old ^ w[i]) != 0;
    }
    return moved;
}
