/**
 * @file oracle_fp.h
 * @brief What lab 01's functions should answer, for any format, from GNU MPFR.
 *
 * Two oracles that know nothing of each other and of the solution:
 *   - oracle_encode() lets MPFR round, in the format's precision and exponent range;
 *   - oracle_between() rounds nothing: it *builds* inputs whose answer is known, a value, the point
 *     midway to the next value, and the two neighbours of that point.
 * tests/test_oracle_fp.c holds them against each other, against numerics known from the standards
 * and against hardware. Rounding is monotone, so a cast that is right on all that
 * oracle_between() builds is right on every input between the smallest and the largest of them.
 *
 * Link with -lmpfr. MPFR's exponent range is changed and put back; nothing else is global.
 */
#ifndef LOWP_GRADER_ORACLE_FP_H
#define LOWP_GRADER_ORACLE_FP_H

#include "common/formats.h"

#include <stdbool.h>
#include <stdint.h>

/** The sign bit of a format. @param[in] f format @return the mask */
uint64_t oracle_sign(struct fp_format f);

/** Largest finite positive code: the positive codes that are numbers, counted, less the zero.
 *  @param[in] f format @return the code */
uint64_t oracle_max_code(struct fp_format f);

/** Is this code a NaN? @param[in] bits code @param[in] f format @return true for every NaN code */
bool oracle_is_nan(uint64_t bits, struct fp_format f);

/**
 * The exact value of a code. Also of the codes past the largest, which the nearest rounding needs:
 * with `as_if_finite` they are read as one binade more of normal numbers.
 * @param[in] bits code @param[in] f format with at most 10 exponent bits where as_if_finite is set
 * @param[in] as_if_finite take the codes of infinity and NaN as numbers
 * @return the value; a NaN for a NaN code
 */
double oracle_value(uint64_t bits, struct fp_format f, bool as_if_finite);

/** The next code up on the number line, -0 below +0; see fp_next_up() in lab01.h.
 *  @param[in] bits code @param[in] f format @return that code */
uint64_t oracle_next_up(uint64_t bits, struct fp_format f);

/** The next code down; see fp_next_down() in lab01.h. @param[in] bits code @param[in] f format
 *  @return that code */
uint64_t oracle_next_down(uint64_t bits, struct fp_format f);

/** Steps from a to b, both zeros one place. @param[in] a code, not NaN @param[in] b code, not NaN
 *  @param[in] f format @return the distance, which must fit in 63 bits */
int64_t oracle_distance(uint64_t a, uint64_t b, struct fp_format f);

/**
 * A value rounded once, correctly, by MPFR. The contract is fp_encode()'s in lab01.h.
 * @param[in] x any value @param[in] f format @param[in] mode rounding
 * @param[in] saturate clamp overflow to the largest finite value
 * @param[in] random 32 random bits for FP_SR
 * @return the code; for a NaN one of several right answers (see oracle_is_nan())
 */
uint64_t oracle_encode(double x, struct fp_format f, enum fp_round mode, bool saturate,
                       uint32_t random);

/** Four inputs around one rounding decision, and their codes to nearest even. */
struct oracle_between {
    double x[4];      /**< value of k; just below the midpoint of k and k + 1; it; just above */
    uint64_t want[4]; /**< k; k; the even one of k and k + 1; k + 1 */
};

/**
 * Builds the four inputs that decide every rounding between code k and the next.
 * @param[in] k a positive code, zero included, at most the largest finite one: past that,
 *            the upper neighbour is the value that would follow if the exponent had no limit
 * @param[in] f format, narrower than the inputs
 * @param[in] fp32_inputs are "just below" and "just above" one FP32 ulp away (else one FP64 ulp)?
 * @return inputs and answers
 */
struct oracle_between oracle_between(uint64_t k, struct fp_format f, bool fp32_inputs);

#endif
