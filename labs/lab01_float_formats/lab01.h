/**
 * @file lab01.h
 * @brief Lab 01, float bit layouts: the contract of the functions in lab01.c.
 *
 * The first half works for *any* format that common/formats.h can describe: your code gets the
 * descriptor and derives everything from it (the grader also tries formats that are not in the
 * table). The second half is the eight fast casts of common/cast.h, which you write here too.
 *
 * A code is the format's bits, right-aligned in a uint64_t:  sign | exponent | mantissa.
 */
#ifndef LOWP_LAB01_H
#define LOWP_LAB01_H

#include "common/cast.h"
#include "common/formats.h"

#include <stdbool.h>
#include <stdint.h>

/** The three fields of a code, as they are stored. */
struct fp_fields {
    uint32_t sign;     /**< 0 or 1 */
    uint32_t exponent; /**< biased, as stored */
    uint64_t mantissa; /**< without the hidden bit */
};

/** What kind of number a code is. */
enum fp_class { FP_CLASS_ZERO, FP_CLASS_SUBNORMAL, FP_CLASS_NORMAL, FP_CLASS_INF, FP_CLASS_NAN };

/** The landmarks of a format, as exact doubles. */
struct fp_limits {
    double max;           /**< largest finite value */
    double min_normal;    /**< smallest positive normal value */
    double min_subnormal; /**< smallest positive value */
    double eps;           /**< distance from 1 to the next value above */
};

/** Exercise 1.1: the exponent bias, 2^(exp_bits-1) - 1. @param[in] f format @return the bias */
int fp_bias(struct fp_format f);

/** Exercise 1.2: cut a code into its fields. @param[in] bits code @param[in] f format
 *  @return the fields */
struct fp_fields fp_split(uint64_t bits, struct fp_format f);

/** Exercise 1.3: classify a code. Mind the format's `specials`. @param[in] bits code
 *  @param[in] f format @return its class */
enum fp_class fp_classify(uint64_t bits, struct fp_format f);

/**
 * Exercise 1.4: the value of a code.
 * @param[in] bits code @param[in] f format
 * @return the exact value: signed zeros and infinities keep their sign, a NaN code gives a NaN
 */
double fp_decode(uint64_t bits, struct fp_format f);

/** Exercise 1.5: the landmarks, derived from the descriptor. @param[in] f format
 *  @return all four, exact */
struct fp_limits fp_limits(struct fp_format f);

/**
 * Exercise 1.6: the next code above, in value.
 * @param[in] bits code @param[in] f format
 * @return the code of the smallest value above; from either zero it is the smallest subnormal; from
 *         the smallest negative subnormal it is -0. The largest finite value steps to +inf, or to
 *         itself where the format has none. +inf stays, -inf steps to the lowest finite value,
 *         a NaN code comes back unchanged.
 */
uint64_t fp_next_up(uint64_t bits, struct fp_format f);

/** Exercise 1.6: the next code below; fp_next_up() mirrored (the negative of the next above the
 *  negative). @param[in] bits code @param[in] f format @return that code */
uint64_t fp_next_down(uint64_t bits, struct fp_format f);

/**
 * Exercise 1.7: how many steps of fp_next_up() lead from a to b, with +0 and -0 as one place.
 * @param[in] a code, not NaN @param[in] b code, not NaN @param[in] f format
 * @return the signed distance: positive when b is above a. It must fit in 63 bits, which only FP64
 *         can exceed, across zero
 */
int64_t fp_ulp_distance(uint64_t a, uint64_t b, struct fp_format f);

/**
 * Exercise 1.8: the code for a value, in any format and rounding mode.
 *
 * | x                          | result                                                         |
 * |----------------------------|----------------------------------------------------------------|
 * | NaN                        | a NaN code (which one is free)                                 |
 * | +-inf                      | +-inf; the NaN if there is no infinity; +-max if `saturate`    |
 * | rounds to a finite code    | that code; a negative x that rounds to zero gives -0           |
 * | rounds past the largest    | as for infinity, except FP_RTZ, which never passes max         |
 *
 * "Rounds" is decided as if the exponent had no upper limit, once, from the exact x.
 * FP_SR rounds the magnitude up exactly when random < t * 2^32, where t in [0, 1) is the part of
 * the gap that x lies above the lower neighbour.
 * @param[in] x value @param[in] f format @param[in] mode rounding
 * @param[in] saturate clamp overflow to the largest finite value
 * @param[in] random 32 random bits, used by FP_SR only
 * @return the code
 */
uint64_t fp_encode(double x, struct fp_format f, enum fp_round mode, bool saturate,
                   uint32_t random);

/* Exercises 1.9 (FP16), 1.10 (BF16), 1.11 (E4M3) and 1.12 (E5M2) are the casts in
 * common/cast.h: f16_from_f32_rne, f32_from_f16, and so on. Write them with integer operations on
 * bits_from_f32(x), without calling fp_encode: they run once for every number of a network. */

#include "lab01_kernels.h"

#endif
