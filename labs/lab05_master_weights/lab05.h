/**
 * @file lab05.h
 * @brief Lab 05, master weights: the contract of the functions in lab05.c.
 *
 * A weight is stored in BF16 as its 16-bit code. An optimizer makes an update `u` in FP32; then
 * some recipe has to add it to the stored weight. The lab writes both halves:
 *
 *      gradient g --sgd_update / adamw_update--> update u --apply_*--> weight w
 *
 * Glossary: n elements; w BF16 codes; u, g, m, v, master FP32. No two arrays overlap. n may be 0.
 * All sums are FP32 (one rounding each); every store to BF16 rounds to nearest even unless it says
 * stochastic. Casts come from common/cast.h, random bits from common/rng.h.
 */
#ifndef LOWP_LAB05_H
#define LOWP_LAB05_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** AdamW's settings (Loshchilov & Hutter 2019, algorithm 2; PyTorch's torch.optim.AdamW). */
struct adamw {
    float lr;           /**< learning rate */
    float beta1;        /**< decay of the first moment */
    float beta2;        /**< decay of the second moment */
    float eps;          /**< added to the root, not under it */
    float weight_decay; /**< decoupled: lr * weight_decay * w is subtracted */
};

/**
 * Exercise 5.1: the distance from w to its BF16 neighbour.
 * Below a power of two the gap is half the gap above it: that asymmetry decides which updates live.
 * @param[in] w BF16 code of a finite value, |w| below the largest finite BF16
 * @param[in] direction +1 for the neighbour above, -1 for the one below
 * @return the distance, > 0, exact
 */
double bf16_gap(uint16_t w, int direction);

/**
 * Exercise 5.2: would storing w + u give back w?
 * The exact sum is rounded once, to nearest even: u is lost when |u| is under half the gap on its
 * side, or is exactly half of it and w's code is even. Zero is always lost.
 * @param[in] w BF16 code of a finite value, |w| below the largest finite BF16
 * @param[in] u the update, finite
 * @return true if the stored weight does not move
 */
bool bf16_update_is_lost(uint16_t w, float u);

/**
 * Exercise 5.3: FP32 to BF16 with stochastic rounding.
 * The 16 bits that do not fit are a fraction f/65536 of the gap; the magnitude is rounded up for
 * exactly f of the 65536 values of r, namely those with f + r >= 65536. The mean over r is x
 * itself.
 * @param[in] x any float
 * @param[in] r 16 random bits
 * @return the code; x itself when BF16 holds it; infinities stay, a NaN stays a NaN (which one is
 *         free); up from the largest finite value is the infinity
 */
uint16_t bf16_from_f32_sr(float x, uint16_t r);

/**
 * Exercise 5.4: plain SGD's update, u = -lr * g.
 * @param[out] u n values
 * @param[in] g n gradients
 * @param[in] n number of elements
 * @param[in] lr learning rate
 */
void sgd_update(float *u, const float *g, size_t n, float lr);

/**
 * Exercise 5.5: AdamW's update at step t, moments included.
 *      m = beta1 m + (1 - beta1) g            v = beta2 v + (1 - beta2) g^2
 *      u = -lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)  -  lr * weight_decay * w
 * @param[out] u n values, what is to be added to w
 * @param[in,out] m n first moments
 * @param[in,out] v n second moments
 * @param[in] w n current weights as FP32 values
 * @param[in] g n gradients
 * @param[in] n number of elements
 * @param[in] opt settings
 * @param[in] t step, counted from 1
 *
 * FP32 throughout is enough. Checked against the formula in double, relative to the sum of the
 * magnitudes of the terms: m and v within 2^-22, u within 1e-4 (an FP32 power costs 1 - beta2^t up
 * to 3e-5 at t = 2).
 */
void adamw_update(float *u, float *m, float *v, const float *w, const float *g, size_t n,
                  struct adamw opt, int t);

/**
 * Exercise 5.6: add the update to BF16 weights directly: w = BF16(w + u). The recipe that stalls.
 * @param[in,out] w n BF16 codes
 * @param[in] u n updates
 * @param[in] n number of elements
 * @return how many weights moved (their code changed)
 */
size_t apply_bf16(uint16_t *w, const float *u, size_t n);

/**
 * Exercise 5.7: keep the weight in FP32, and a BF16 copy for the forward pass.
 * master = master + u, then w = BF16(master).
 * @param[in,out] master n FP32 weights
 * @param[in,out] w n BF16 codes, overwritten from master
 * @param[in] u n updates
 * @param[in] n number of elements
 * @return how many BF16 weights moved
 */
size_t apply_master(float *master, uint16_t *w, const float *u, size_t n);

/**
 * Exercise 5.8: Kahan-compensated BF16 weights: what a store drops is kept and added next time.
 *      y = BF16(u + c)      s = BF16(w + y)      c = BF16(y - (s - w))      w = s
 * With y in BF16 the last line drops nothing as long as |y| <= |w|: c is exactly what w + y lost.
 * @param[in,out] w n BF16 codes
 * @param[in,out] c n BF16 codes: the compensation, 0 at the start
 * @param[in] u n updates
 * @param[in] n number of elements
 * @return how many weights moved
 * @see Zamirai et al. 2020, arXiv 2010.06192: Kahan summation for weight updates in BF16
 */
size_t apply_kahan(uint16_t *w, uint16_t *c, const float *u, size_t n);

/**
 * Exercise 5.9: stochastic rounding instead of a second copy: w = SR(w + u), with element i
 * rounded by the low 16 bits of rng_u32(seed, step, i).
 * @param[in,out] w n BF16 codes
 * @param[in] u n updates
 * @param[in] n number of elements
 * @param[in] seed of the run
 * @param[in] step of the run
 * @return how many weights moved
 */
size_t apply_stochastic(uint16_t *w, const float *u, size_t n, uint64_t seed, uint64_t step);

#include "lab05_kernels.h"

#endif
