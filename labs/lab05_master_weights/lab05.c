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
    return todo_f64("lab05.1");
}

// TODO(lab05.2, about 4 lines): compare |u| with half the gap on u's side; mind the tie.
bool bf16_update_is_lost(uint16_t w, float u)
{
    return todo_bits("lab05.2");
}

// --------------------------------------------------------------------------------------------
// Stochastic rounding
// --------------------------------------------------------------------------------------------

// TODO(lab05.3, about 4 lines): add r to the 16 bits that do not fit; a carry out of them is the
// step to the next code. Infinities and NaNs must not take part.
uint16_t bf16_from_f32_sr(float x, uint16_t r)
{
    return (uint16_t)todo_bits("lab05.3");
}

// --------------------------------------------------------------------------------------------
// From gradient to update
// --------------------------------------------------------------------------------------------

// TODO(lab05.4, about 2 lines): u = -lr * g.
void sgd_update(float *u, const float *g, size_t n, float lr)
{
    todo("lab05.4");
}

// TODO(lab05.5, about 10 lines): update both moments, correct their bias, divide, and add the
// weight decay, which stays outside of the moments.
void adamw_update(float *u, float *m, float *v, const float *w, const float *g, size_t n,
                  struct adamw opt, int t)
{
    todo("lab05.5");
}

// --------------------------------------------------------------------------------------------
// From update to weight: the recipe that stalls, and three cures
// --------------------------------------------------------------------------------------------

// TODO(lab05.6, about 5 lines): w = BF16(w + u), and count the codes that changed.
size_t apply_bf16(uint16_t *w, const float *u, size_t n)
{
    return todo_bits("lab05.6");
}

// TODO(lab05.7, about 6 lines): the sum lives in FP32; the BF16 weight is only a copy of it.
size_t apply_master(float *master, uint16_t *w, const float *u, size_t n)
{
    return todo_bits("lab05.7");
}

// TODO(lab05.8, about 9 lines): y = what should be added, s = where the weight lands, c = the part
// of y that did not make it into s.
size_t apply_kahan(uint16_t *w, uint16_t *c, const float *u, size_t n)
{
    return todo_bits("lab05.8");
}

// TODO(lab05.9, about 6 lines): like 5.6 with your rounding of 5.3; the bits depend on i and step.
size_t apply_stochastic(uint16_t *w, const float *u, size_t n, uint64_t seed, uint64_t step)
{
    return todo_bits("lab05.9");
}
