/**
 * @file lab05.c
 * @brief Lab 05, master weights: which updates a BF16 weight keeps, and four ways to store one.
 *
 * The contract of every function is in lab05.h, the assignment in README.md beside it. You
 * edit this file and lab05.cu, the kernels. Build and grade: make lab05 && make grade
 */
#include "lab05.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/rng.h"
#include "common/todo.h"

#include <math.h>

// --------------------------------------------------------------------------------------------
// Which updates live?
// --------------------------------------------------------------------------------------------

// TODO(lab05.1, about 6 lines): the distance to the neighbour above (+1) or below (-1). The codes
// of one sign are in the order of their magnitudes, so the neighbour is one code away.
double bf16_gap(uint16_t w, int direction)
{
    // BEGIN SOLUTION
    // STUB: return todo_f64("lab05.1");
    uint16_t magnitude = w & 0x7FFF;
    bool negative = w >> 15;
    bool away_from_zero = (direction == +1) != negative;
    if (magnitude == 0)
        away_from_zero = true; // both neighbours of +-0 are one subnormal away
    uint16_t neighbour = away_from_zero ? magnitude + 1 : magnitude - 1;
    return fabs((double)f32_from_bf16(neighbour) - (double)f32_from_bf16(magnitude));
    // END SOLUTION
}

// TODO(lab05.2, about 4 lines): compare |u| with half the gap on u's side; mind the tie.
bool bf16_update_is_lost(uint16_t w, float u)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab05.2");
    // Doubles: half the smallest gap is 2^-134, and comparing with the gap adds nothing to w, so
    // there is no sum that could be rounded. u = 0 is under every half gap.
    double half_gap = bf16_gap(w, u > 0 ? +1 : -1) / 2;
    double size = fabs((double)u);
    bool even = (w & 1) == 0;
    return size < half_gap || (size == half_gap && even);
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Stochastic rounding
// --------------------------------------------------------------------------------------------

// TODO(lab05.3, about 4 lines): add r to the 16 bits that do not fit; a carry out of them is the
// step to the next code. Infinities and NaNs must not take part.
uint16_t bf16_from_f32_sr(float x, uint16_t r)
{
    // BEGIN SOLUTION
    // STUB: return (uint16_t)todo_bits("lab05.3");
    if (!isfinite(x))
        return bf16_from_f32_rne(x); // nothing to round, and no payload of a NaN is cut to infinity
    uint32_t bits = bits_from_f32(x);
    return (uint16_t)((bits + r) >> 16); // sign and magnitude: +r moves away from zero
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// From gradient to update
// --------------------------------------------------------------------------------------------

// TODO(lab05.4, about 2 lines): u = -lr * g.
void sgd_update(float *u, const float *g, size_t n, float lr)
{
    // BEGIN SOLUTION
    // STUB: todo("lab05.4");
    for (size_t i = 0; i < n; i++)
        u[i] = -lr * g[i];
    // END SOLUTION
}

// TODO(lab05.5, about 10 lines): update both moments, correct their bias, divide, and add the
// weight decay, which stays outside of the moments.
void adamw_update(float *u, float *m, float *v, const float *w, const float *g, size_t n,
                  struct adamw opt, int t)
{
    // BEGIN SOLUTION
    // STUB: todo("lab05.5");
    // In double: 1 - beta2^t is 0.001 at t = 1, where an FP32 power would lose three digits.
    float correction1 = (float)(1 - pow(opt.beta1, t));
    float correction2 = (float)(1 - pow(opt.beta2, t));
    for (size_t i = 0; i < n; i++) {
        m[i] = opt.beta1 * m[i] + (1 - opt.beta1) * g[i];
        v[i] = opt.beta2 * v[i] + (1 - opt.beta2) * g[i] * g[i];
        float m_hat = m[i] / correction1;
        float v_hat = v[i] / correction2;
        float decay = opt.lr * opt.weight_decay * w[i];
        u[i] = -opt.lr * m_hat / (sqrtf(v_hat) + opt.eps) - decay;
    }
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// From update to weight: the recipe that stalls, and three cures
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
/** Overwrites a code. Returns 1 if that changed it, else 0. */
static size_t store(uint16_t *w, uint16_t code)
{
    size_t moved = *w != code;
    *w = code;
    return moved;
}

// END SOLUTION
// TODO(lab05.6, about 5 lines): w = BF16(w + u), and count the codes that changed.
size_t apply_bf16(uint16_t *w, const float *u, size_t n)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab05.6");
    size_t moved = 0;
    for (size_t i = 0; i < n; i++)
        moved += store(&w[i], bf16_from_f32_rne(f32_from_bf16(w[i]) + u[i]));
    return moved;
    // END SOLUTION
}

// TODO(lab05.7, about 6 lines): the sum lives in FP32; the BF16 weight is only a copy of it.
size_t apply_master(float *master, uint16_t *w, const float *u, size_t n)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab05.7");
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        master[i] += u[i];
        moved += store(&w[i], bf16_from_f32_rne(master[i]));
    }
    return moved;
    // END SOLUTION
}

// TODO(lab05.8, about 9 lines): y = what should be added, s = where the weight lands, c = the part
// of y that did not make it into s.
size_t apply_kahan(uint16_t *w, uint16_t *c, const float *u, size_t n)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab05.8");
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        float w_old = f32_from_bf16(w[i]);
        float y = f32_from_bf16(bf16_from_f32_rne(u[i] + f32_from_bf16(c[i])));
        uint16_t s = bf16_from_f32_rne(w_old + y);
        float arrived = f32_from_bf16(s) - w_old;
        c[i] = bf16_from_f32_rne(y - arrived);
        moved += store(&w[i], s);
    }
    return moved;
    // END SOLUTION
}

// TODO(lab05.9, about 6 lines): like 5.6 with your rounding of 5.3; the bits depend on i and step.
size_t apply_stochastic(uint16_t *w, const float *u, size_t n, uint64_t seed, uint64_t step)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab05.9");
    size_t moved = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t r = (uint16_t)rng_u32(seed, step, i); // the low 16 bits
        moved += store(&w[i], bf16_from_f32_sr(f32_from_bf16(w[i]) + u[i], r));
    }
    return moved;
    // END SOLUTION
}
