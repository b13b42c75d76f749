/**
 * @file lab02.h
 * @brief Lab 02, overflow, underflow and NaN: the contract of the functions in lab02.c.
 *
 * The lab looks at tensors whose numbers are stored in FP16, BF16 or FP32, says what kind of numbers
 * they hold, and finds out which operation made the first one that is no number any more. A value
 * is *finite* unless it is an infinity or a NaN.
 *
 * Casts come from common/cast.h. Rounding is to nearest even everywhere.
 */
#ifndef LOWP_LAB02_H
#define LOWP_LAB02_H

#include "common/cast.h"
#include "common/formats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How the numbers of a tensor are stored. */
enum dtype { DTYPE_FP16, DTYPE_BF16, DTYPE_FP32 };

/** A tensor. Its shape does not matter here: elements are counted as they lie in memory. */
struct tensor {
    const char *name; /**< for messages: "layer3.relu" */
    enum dtype dtype; /**< format of the codes in data */
    const void
        *data; /**< n codes: uint16_t for FP16 and BF16, float for FP32; NULL only if n = 0 */
    size_t n;  /**< number of elements, 0 or more */
};

/** Given: the code of element i. @param[in] t tensor @param[in] i index below t.n
 *  @return its bits, right-aligned */
static inline uint32_t tensor_bits(struct tensor t, size_t i)
{
    return t.dtype == DTYPE_FP32 ? bits_from_f32(((const float *)t.data)[i])
                                 : ((const uint16_t *)t.data)[i];
}

/** Given: the value of element i, exact in FP32. @param[in] t tensor @param[in] i index below t.n
 *  @return its value */
static inline float tensor_value(struct tensor t, size_t i)
{
    uint32_t bits = tensor_bits(t, i);
    return t.dtype == DTYPE_FP32   ? f32_from_bits(bits)
           : t.dtype == DTYPE_FP16 ? f32_from_f16((uint16_t)bits)
                                   : f32_from_bf16((uint16_t)bits);
}

/** Given: x rounded to a format. @param[in] x any float @param[in] dtype format
 *  @return the rounded value, in a float; infinite when it rounds past the largest */
static inline float round_to(float x, enum dtype dtype)
{
    return dtype == DTYPE_FP32   ? x
           : dtype == DTYPE_FP16 ? f32_from_f16(f16_from_f32_rne(x))
                                 : f32_from_bf16(bf16_from_f32_rne(x));
}

/** "There is none", where an index or a count is returned. */
#define NOT_FOUND SIZE_MAX

// --- What a tensor holds ---------------------------------------------------------------------

/** What kind of number a code is. */
enum kind { KIND_ZERO, KIND_SUBNORMAL, KIND_NORMAL, KIND_INF, KIND_NAN, KIND_COUNT };

/** How many numbers of each kind a tensor holds, and how far its finite ones reach. */
struct census {
    size_t count[KIND_COUNT]; /**< by enum kind */
    float smallest; /**< least magnitude that is finite and not zero; 0 if there is none */
    float largest;  /**< largest finite magnitude; 0 if there is none but zero */
};

/**
 * Exercise 2.1: the kind of a code. With integers only, so that it holds under -ffast-math too,
 * where the compiler may take isnan(x) and x != x for false.
 * @param[in] bits code, right-aligned; bits above the format's are 0
 * @param[in] dtype its format
 * @return its kind, whatever its sign
 */
enum kind kind_of(uint32_t bits, enum dtype dtype);

/** Exercise 2.2: count the kinds. @param[in] t tensor @return the counts, which sum to t.n, and
 *  the two magnitudes, exact */
struct census tensor_census(struct tensor t);

/** Exercise 2.3: where the first infinity or NaN is. @param[in] t tensor @return its index, or
 *  NOT_FOUND if all elements are finite (also if there are none) */
size_t first_nonfinite(struct tensor t);

// --- The truth table -------------------------------------------------------------------------

/** What a value, or the result of an operation, can be: one bit each, so that they make sets. The
 *  seven classes of numbers come in their order, so a sign change mirrors bits 1 to 6. */
enum value_class {
    V_NAN = 1,
    V_MINUS_INF = 2,
    V_NEGATIVE = 4, /**< finite, below zero */
    V_MINUS_ZERO = 8,
    V_PLUS_ZERO = 16,
    V_POSITIVE = 32, /**< finite, above zero */
    V_PLUS_INF = 64,
    V_FALSE = 128, /**< of a comparison */
    V_TRUE = 256   /**< of a comparison */
};

/** The operations of the table. Those of one operand do not look at b. */
enum fp_op {
    OP_ADD,       /**< a + b */
    OP_SUB,       /**< a - b */
    OP_MUL,       /**< a * b */
    OP_DIV,       /**< a / b */
    OP_SQRT,      /**< sqrt(a) */
    OP_LOG,       /**< log(a) */
    OP_EXP,       /**< exp(a) */
    OP_LESS,      /**< a < b */
    OP_EQUAL,     /**< a == b */
    OP_NOT_EQUAL, /**< a != b */
    OP_FMAX,      /**< fmax(a, b) of C */
    OP_PICK,      /**< a > b ? a : b */
    OP_COUNT
};

/**
 * Exercise 2.4: which classes can the result have?
 *
 * "Can": for some values of the classes a and b, in FP32. Two positive numbers can have a product
 * that is positive, or overflows to +inf, or underflows to +0, so
 *      outcomes(OP_MUL, V_POSITIVE, V_POSITIVE) == (V_POSITIVE | V_PLUS_INF | V_PLUS_ZERO)
 * NaNs are quiet and have no sign here. fmax of two zeros of opposite signs is free: C leaves it
 * open.
 * @param[in] op operation
 * @param[in] a class of the first operand: exactly one of the seven classes of numbers
 * @param[in] b class of the second, likewise; for OP_SQRT, OP_LOG and OP_EXP it means nothing
 * @return the set of all classes that occur, V_FALSE and V_TRUE for the three comparisons
 */
unsigned outcomes(enum fp_op op, unsigned a, unsigned b);

/** Exercise 2.5: the larger of two numbers, a NaN if one of them is a NaN (maximum of IEEE
 *  754-2019, 9.6; what torch.maximum does). @param[in] a any @param[in] b any
 *  @return the larger; +0 is larger than -0 */
float max_propagating(float a, float b);

/** Exercise 2.5: the larger of two numbers, where a NaN counts as missing (maximumNumber of IEEE
 *  754-2019, 9.6; what torch.fmax does). @param[in] a any @param[in] b any
 *  @return the larger, +0 larger than -0; the other one if one is a NaN; a NaN if both are */
float max_ignoring(float a, float b);

/** Exercise 2.6: the largest magnitude of a tensor, which no NaN may slip through.
 *  @param[in] t tensor @return a NaN if t holds one, wherever; else max |x|, infinity included; 0
 *  if t is empty */
float amax(struct tensor t);

// --- Sums ------------------------------------------------------------------------------------

/**
 * Exercise 2.7: the sum of a tensor in an accumulator of its own format:
 *      s = 0;      s = round(s + x[0]);      s = round(s + x[1]);      ...
 * @param[in] t tensor @return s after the last element, exact in FP32
 */
float sum_running(struct tensor t);

/** Exercise 2.8: the first cure: the same sum in an FP32 accumulator, rounded to t's format
 *  nowhere. @param[in] t tensor @return within t.n * 2^-24 * sum |x| of the exact sum, if that and
 *  all partial sums are in FP32's range; the order of the additions is free */
float sum_fp32(struct tensor t);

/**
 * Exercise 2.9: the second cure: pairwise, again rounded to t's format after each addition.
 *      sum(x, n) = round(sum(first n/2 elements) + sum(the other n - n/2)),  sum(x, 1) = x[0]
 * with n/2 rounded down. The order is part of the contract, so the answer is exact.
 * @param[in] t tensor @return the sum, 0 if t is empty
 */
float sum_pairwise(struct tensor t);

// --- Prediction ------------------------------------------------------------------------------

/**
 * Exercise 2.10: after how many additions of the same x is a running sum infinite?
 * As sum_running() of a tensor filled with x; it either becomes infinite or stops growing.
 * @param[in] x a finite value of the format, above 0
 * @param[in] dtype DTYPE_FP16 or DTYPE_BF16
 * @return the least n for which n additions give infinity; NOT_FOUND if no n does
 */
size_t adds_until_overflow(float x, enum dtype dtype);

/**
 * Exercise 2.11: how deep may a network be, if every layer multiplies magnitudes by `gain`?
 * A value overflows when it *rounds* past the largest, so the limit lies half a gap above it:
 * 65520 in FP16, not 65504.
 * @param[in] largest magnitude that goes into the first layer, finite, 0 or more
 * @param[in] gain finite, 0 or more
 * @param[in] dtype format of the activations
 * @return the least k >= 0 for which largest * gain^k, in exact arithmetic, overflows; NOT_FOUND if
 *         no k does. Inputs within 1e-6 (relative) of changing the answer are not tested, unless all
 *         powers are exact in FP32
 */
size_t layers_until_overflow(float largest, float gain, enum dtype dtype);

// --- Guards ----------------------------------------------------------------------------------

/** The first value that is not finite, in a list of tensors. */
struct finding {
    size_t tensor;  /**< index in the list */
    size_t element; /**< index in the tensor */
    float value;    /**< what is there */
};

/**
 * Exercise 2.12: checks tensors in order and names the first value that is not finite.
 * The text is   NAME[ELEMENT] = VALUE   with VALUE inf, -inf or nan, such as
 *      layer3.relu[17] = -inf
 * and follows the rules of snprintf: never more than `size` chars with the closing NUL, cut short if
 * need be; with size 0 nothing is written and text may be NULL. (More words around it do no harm.)
 * @param[in] tensors `count` tensors
 * @param[in] count number of tensors
 * @param[out] finding where; untouched, or anything, if all are finite
 * @param[out] text the message; "" if all are finite
 * @param[in] size of text
 * @return true if every element of every tensor is finite
 */
bool guard_finite(const struct tensor *tensors, size_t count, struct finding *finding, char *text,
                  size_t size);

// --- Who did it? -----------------------------------------------------------------------------

/** Most inputs that an op has. */
#define OP_INPUTS_MAX 3

/** One operation of a recorded forward (or backward) pass. Tensors are numbered, and an op's
 *  output is made by no other op. */
struct op {
    char name[24];   /**< "layer3.matmul" */
    size_t n_inputs; /**< 0 (a random initialisation, say) to OP_INPUTS_MAX */
    int inputs
        [OP_INPUTS_MAX]; /**< the first n_inputs are numbers of tensors; the rest mean nothing */
    int output;          /**< number of the tensor it made */
};

/**
 * Exercise 2.13: the first op that made a non-finite value from finite ones.
 * An op is at fault if all its inputs hold only finite values and its output does not. One that was
 * handed an infinity or a NaN is not. Ops on other branches can be at fault at the same time: then
 * the one recorded first is meant.
 * @param[in] ops n_ops operations, in the order they ran
 * @param[in] n_ops number of operations
 * @param[in] tensors the tensors, as they were after the pass
 * @return the op's index, or NOT_FOUND
 */
size_t first_bad_op(const struct op *ops, size_t n_ops, const struct tensor *tensors);

/**
 * Exercise 2.14: what PyTorch's anomaly detection would name: the first op with a NaN in its output.
 * It does not look at infinities, nor at inputs.
 * @param[in] ops n_ops operations, in the order they ran
 * @param[in] n_ops number of operations
 * @param[in] tensors the tensors, as they were after the pass
 * @return the op's index, or NOT_FOUND
 */
size_t first_nan_op(const struct op *ops, size_t n_ops, const struct tensor *tensors);

#include "lab02_kernels.h"

#endif
