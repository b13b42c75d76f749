/* Loops from the last element to the first, choices by arithmetic instead of if, and one function for
 * all stores that is told what to do by a pointer. The neighbours are found in the order of all codes. */
#include "lab05.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/rng.h"
#include "common/todo.h"

#include <math.h>

/** The place of a code among all of them, by value; both zeros are 0. */
static int place(uint16_t code)
{
    int size = code & 0x7FFF, sign = code >> 15;
    return (size ^ -sign) + sign;
}

static double value_at(int at)
{
    int sign = at < 0, size = (at ^ -sign) + sign;
    return (1 - 2 * sign) * (double)f32_from_bf16((uint16_t)size);
}

double bf16_gap(uint16_t w, int direction)
{
    int at = place(w);
    return direction * (value_at(at + direction) - value_at(at));
}

bool bf16_update_is_lost(uint16_t w, float u)
{
    int direction = 1 - 2 * (u < 0);
    double twice = 2.0 * direction * (double)u, gap = bf16_gap(w, direction);
    return (twice < gap) | ((twice == gap) & ~w & 1);
}

uint16_t bf16_from_f32_sr(float x, uint16_t r)
{
    uint32_t bits = bits_from_f32(x);
    uint32_t finite = (bits & 0x7F800000) != 0x7F800000, nan = x != x;
    return (uint16_t)(((bits + r * finite) >> 16) | nan << 6);
}

void sgd_update(float *u, const float *g, size_t n, float lr)
{
    for (size_t i = n; i-- > 0;)
        u[i] = -(lr * g[i]);
}

void adamw_update(float *u, float *m, float *v, const float *w, const float *g, size_t n,
                  struct adamw opt, int t)
{
    const float lr1 = (float)(opt.lr / (1 - pow(opt.beta1, t)));
    const float root2 = (float)sqrt(1 - pow(opt.beta2, t));
    for (size_t i = n; i-- > 0;) {
        float a = 1 - opt.beta1, b = 1 - opt.beta2;
        m[i] = a * g[i] + opt.beta1 * m[i];
        v[i] = b * (g[i] * g[i]) + opt.beta2 * v[i];
        // As PyTorch has it: the root of the correction divides the root of v.
        u[i] = -(lr1 * m[i] / (sqrtf(v[i]) / root2 + opt.eps)) - opt.lr * opt.weight_decay * w[i];
    }
}

/** One element's new code, from its old one; state is whatever the recipe keeps. */
struct element {
    float *master;
    uint16_t *c;
    float u;
    uint16_t r;
};
typedef uint16_t recipe(uint16_t w, struct element e);

static uint16_t to_nearest(uint16_t w, struct element e)
{
    return bf16_from_f32_rne(e.u + f32_from_bf16(w));
}

static uint16_t through_master(uint16_t w, struct element e)
{
    (void)w;
    *e.master += e.u;
    return bf16_from_f32_rne(*e.master);
}

static uint16_t with_rest(uint16_t w, struct element e)
{
    float y = f32_from_bf16(bf16_from_f32_rne(f32_from_bf16(*e.c) + e.u)), old = f32_from_bf16(w);
    uint16_t s = bf16_from_f32_rne(y + old);
    *e.c = bf16_from_f32_rne(-((f32_from_bf16(s) - old) - y));
    return s;
}

static uint16_t by_chance(uint16_t w, struct element e)
{
    return bf16_from_f32_sr(e.u + f32_from_bf16(w), e.r);
}

static size_t set(uint16_t *w, uint16_t code)
{
    size_t moved = (size_t)(*w != code);
    *w = code;
    return moved;
}

size_t apply_bf16(uint16_t *w, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = n; i-- > 0;)
        moved += set(w + i, to_nearest(w[i], (struct element){.u = u[i]}));
    return moved;
}

size_t apply_master(float *master, uint16_t *w, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = n; i-- > 0;)
        moved +=
            set(w + i, through_master(w[i], (struct element){.u = u[i], .master = master + i}));
    return moved;
}

size_t apply_kahan(uint16_t *w, uint16_t *c, const float *u, size_t n)
{
    size_t moved = 0;
    for (size_t i = n; i-- > 0;)
        moved += set(w + i, with_rest(w[i], (struct element){.u = u[i], .c = c + i}));
    return moved;
}

size_t apply_stochastic(uint16_t *w, const float *u, size_t n, uint64_t seed, uint64_t step)
{
    size_t moved = 0;
    recipe *how = by_chance;
    for (size_t i = n; i-- > 0;)
        moved += set(w + i, how(w[i], (struct element){.u = u[i], .r = rng_u32(seed, step, i)}));
    return moved;
}
