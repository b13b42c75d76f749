/**
 * @file oracle_optim.h
 * @brief What lab 05's functions should answer, written from the rules and from nothing else.
 *
 * Rounding to BF16 is MPFR's (8 bits of precision, BF16's exponent range, subnormals by
 * mpfr_subnormalize), so no line of it is shared with common/cast.c or with solutions/. The rest is
 * plain arithmetic in double on the values of the codes.
 *
 * Used by grader/lab05/test_lab05.c.
 */
#ifndef LOWP_GRADER_ORACLE_OPTIM_H
#define LOWP_GRADER_ORACLE_OPTIM_H

#include "lab05.h"

#include <stdbool.h>
#include <stdint.h>

/** The value of a BF16 code. @param[in] code any finite code @return its value, exact */
double oracle_bf16_value(uint16_t code);

/**
 * The exact a + b, rounded once to BF16 (to nearest, ties to even).
 * @param[in] a finite @param[in] b finite
 * @return the code; an infinity past the largest finite value; -0 only for -0 + -0 or a negative
 *         sum that rounds to zero
 */
uint16_t oracle_bf16_sum(double a, double b);

/** Is a + b the same BF16 code when FP32 rounds the sum first? Where it is not, an answer depends
 *  on a freedom that the contract leaves. @param[in] a finite @param[in] b finite @return that */
bool oracle_sum_is_clear(double a, double b);

/** Exercise 5.1. @param[in] w finite code, |w| below the largest @param[in] direction +1 or -1
 *  @return the distance to the neighbour there, exact */
double oracle_gap(uint16_t w, int direction);

/** Exercise 5.2. @param[in] w as above @param[in] u finite
 *  @return does w + u round to w's value? */
bool oracle_is_lost(uint16_t w, float u);

/** Exercise 5.3. @param[in] x finite @param[in] r random bits @return the code */
uint16_t oracle_sr(float x, uint16_t r);

/** An AdamW quantity and the sum of the magnitudes of its terms, which error bounds refer to. */
struct oracle_term {
    double value; /**< by the formula, in double */
    double scale; /**< sum of the magnitudes of what was added up */
};

/** Exercise 5.5, first moment. @param[in] m old moment @param[in] g gradient
 *  @param[in] opt settings @return the new one */
struct oracle_term oracle_adamw_m(double m, double g, struct adamw opt);

/** Exercise 5.5, second moment. @param[in] v old moment @param[in] g gradient @param[in] opt
 *  settings @return the new one */
struct oracle_term oracle_adamw_v(double v, double g, struct adamw opt);

/** Exercise 5.5, the update. @param[in] m *new* first moment @param[in] v *new* second moment
 *  @param[in] w weight @param[in] opt settings @param[in] t step, from 1 @return u */
struct oracle_term oracle_adamw_u(double m, double v, double w, struct adamw opt, int t);

/** What one fused step makes of an element. */
struct oracle_fused {
    float master; /**< new weight */
    float m;      /**< new first moment */
    float v;      /**< new second moment */
    float u;      /**< what was added to master */
};

/** Exercise 5.10, one element: every operation rounded to FP32, in the order of lab05_kernels.h.
 *  @param[in] master weight @param[in] m old moment @param[in] v old moment @param[in] g gradient
 *  @param[in] opt settings @param[in] correction1 1 - beta1^t @param[in] correction2 1 - beta2^t
 *  @return the new values */
struct oracle_fused oracle_adamw_fused(float master, float m, float v, float g, struct adamw opt,
                                       float correction1, float correction2);

/** Exercise 5.6, one weight. @param[in] w code @param[in] u update @return the new code */
uint16_t oracle_apply_bf16(uint16_t w, float u);

/** Exercise 5.7, one weight. @param[in,out] master FP32 weight @param[in] u update
 *  @return the new code */
uint16_t oracle_apply_master(float *master, float u);

/** Exercise 5.8, one weight. @param[in] w code @param[in,out] c code of the compensation
 *  @param[in] u update @return the new code */
uint16_t oracle_apply_kahan(uint16_t w, uint16_t *c, float u);

/** Does every way of writing exercise 5.8 agree on this input: FP32 or double in between, and
 *  y - (s - w) or (w + y) - s? @param[in] w code @param[in] c code @param[in] u update
 *  @return that */
bool oracle_kahan_is_clear(uint16_t w, uint16_t c, float u);

/** Exercise 5.9, one weight. @param[in] w code @param[in] u update @param[in] seed of the run
 *  @param[in] step of the run @param[in] index of the element @return the new code */
uint16_t oracle_apply_stochastic(uint16_t w, float u, uint64_t seed, uint64_t step, uint64_t index);

#endif
