/**
 * @file oracle_nonfinite.h
 * @brief What lab 02's functions should answer, written from the rules and from nothing else.
 *
 * Rounding is MPFR's (oracle_fp.h). The truth table is not a table here: operations are *done*, in
 * FP32, on numbers of each class that reach into every corner, and the results are collected.
 *
 * Used by grader/lab02/test_lab02.c.
 */
#ifndef LOWP_GRADER_ORACLE_NONFINITE_H
#define LOWP_GRADER_ORACLE_NONFINITE_H

#include "lab02.h"

/** The format behind a dtype. @param[in] dtype storage @return its descriptor */
struct fp_format oracle_format(enum dtype dtype);

/** The value of element i. @param[in] t tensor @param[in] i index @return it, a NaN for any NaN */
double oracle_element(struct tensor t, size_t i);

/** Exercise 2.1. @param[in] bits code @param[in] dtype format @return its kind, by its value */
enum kind oracle_kind(uint32_t bits, enum dtype dtype);

/** x rounded once. @param[in] x any @param[in] dtype format @return the value */
double oracle_rounded(double x, enum dtype dtype);

/** Class of a number as a bit of enum value_class. @param[in] x any @return the bit */
unsigned oracle_class(float x);

/** What an op gives, by doing it. @param[in] op operation @param[in] a operand
 *  @param[in] b operand @return the class of the result */
unsigned oracle_result(enum fp_op op, float a, float b);

/** Exercise 2.4. @param[in] op operation @param[in] a class @param[in] b class
 *  @return classes of the results for many numbers of these classes */
unsigned oracle_outcomes(enum fp_op op, unsigned a, unsigned b);

/** Exercise 2.7. @param[in] t tensor @return the running sum */
double oracle_sum_running(struct tensor t);

/** Exercise 2.8. @param[in] t tensor, finite @return the sum in double, and *scale, the sum of
 *  magnitudes, which the error bound refers to @param[out] scale that */
double oracle_sum(struct tensor t, double *scale);

/** Exercise 2.9. @param[in] t tensor @return the pairwise sum */
double oracle_sum_pairwise(struct tensor t);

/** Exercise 2.10. @param[in] x addend @param[in] dtype format @return the count or NOT_FOUND */
size_t oracle_adds(double x, enum dtype dtype);

/** Exercise 2.11. @param[in] largest magnitude @param[in] gain of a layer @param[in] dtype format
 *  @return the depth or NOT_FOUND */
size_t oracle_layers(double largest, double gain, enum dtype dtype);

/** Does a tensor hold something that is not finite? @param[in] t tensor
 *  @param[in] nan_only look for NaNs only @return that */
bool oracle_is_bad(struct tensor t, bool nan_only);

#endif
