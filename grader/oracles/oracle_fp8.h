/**
 * @file oracle_fp8.h
 * @brief What lab 06's functions should answer, written from the rules and from nothing else.
 *
 * Codes are MPFR's (oracle_fp.h), values are read by oracle_value(); the rules of delayed scaling
 * are those of Transformer Engine's delayed_scaling.cu; products are summed in double.
 * No line is shared with common/cast.c or with solutions/.
 * tests/test_lab06_facts.c holds them against the traces in grader/lab06/golden, which a Python
 * script computed without any of this.
 */
#ifndef LOWP_GRADER_ORACLE_FP8_H
#define LOWP_GRADER_ORACLE_FP8_H

#include "lab06.h"

#include "common/formats.h"

#include <stddef.h>
#include <stdint.h>

/** The format behind a kind. @param[in] kind E4M3 or E5M2 @return its descriptor */
struct fp_format oracle_fp8_format(enum fp8_kind kind);

/** Exercise 6.1. @param[in] kind E4M3 or E5M2 @return the largest finite value */
double oracle_fp8_max(enum fp8_kind kind);

/** The value of a code. @param[in] code any @param[in] kind its format
 *  @return the value; a NaN for a NaN code */
double oracle_fp8_value(uint8_t code, enum fp8_kind kind);

/** Exercise 6.2, one element. @param[in] x any value @param[in] scale finite, above 0
 *  @param[in] kind E4M3 or E5M2 @param[in] saturate clamp @return the code */
uint8_t oracle_fp8_code(float x, float scale, enum fp8_kind kind, bool saturate);

/** Exercise 6.4. @param[in] x n values @param[in] n how many @return the amax */
float oracle_fp8_amax(const float *x, size_t n);

/** Exercise 6.6. @param[in] history before the roll @param[in] length of it
 *  @param[in] algorithm which @return the amax that decides */
float oracle_fp8_history_amax(const float *history, size_t length, enum fp8_algorithm algorithm);

/** Exercise 6.7. @param[in] amax of the history @param[in] old_scale the scale until now
 *  @param[in] kind E4M3 or E5M2 @param[in] margin powers of two @return the next scale */
float oracle_fp8_scale(float amax, float old_scale, enum fp8_kind kind, int margin);

/** Exercise 6.8. @param[in,out] meta scale and history @param[in] kind E4M3 or E5M2
 *  @param[in] recipe how */
void oracle_fp8_update(struct fp8_meta *meta, enum fp8_kind kind, struct fp8_recipe recipe);

/** Exercises 6.11 and 6.12: a block's factor. @param[in] x matrix @param[in] cols its columns
 *  @param[in] row first row @param[in] col first column @param[in] height rows of the block inside
 *  the matrix @param[in] width columns inside @return the factor */
float oracle_fp8_factor(const float *x, int cols, int row, int col, int height, int width);

/** Is this a right code for x over the factor, whether one divides or multiplies by the inverse?
 *  @param[in] code E4M3 @param[in] x value @param[in] factor the one used @return that */
bool oracle_fp8_block_code(uint8_t code, float x, float factor);

/** A sum of products, and the sum of their magnitudes, which error bounds refer to. */
struct oracle_sum {
    double value; /**< in double */
    double scale; /**< of the magnitudes */
};

/** Exercise 6.13 with exact partial sums. @param[in] a row of k codes @param[in] a_factors its
 *  factors @param[in] b row of k codes @param[in] b_factors its factors @param[in] k how many
 *  @return the sum */
struct oracle_sum oracle_fp8_block_dot(const uint8_t *a, const float *a_factors, const uint8_t *b,
                                       const float *b_factors, int k);

/** A matrix of codes; element (r, c) lies at r * down + c * right. */
struct oracle_operand {
    const uint8_t *codes; /**< the codes */
    int down;             /**< distance of rows */
    int right;            /**< distance of columns */
    enum fp8_kind kind;   /**< format */
    double scale;         /**< the codes are of x * scale */
};

/** One element of a product. @param[in] a left operand @param[in] r its row
 *  @param[in] b right operand @param[in] c its column @param[in] inner length of the
 *  sum @return the sum */
struct oracle_sum oracle_fp8_dot(struct oracle_operand a, int r, struct oracle_operand b, int c,
                                 int inner);

#endif
