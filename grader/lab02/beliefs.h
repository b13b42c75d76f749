/**
 * @file beliefs.h
 * @brief Wrong rules of lab 02: each says what a student who believes it would answer.
 *
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab02.c alone.
 */
#ifndef LOWP_GRADER_LAB02_BELIEFS_H
#define LOWP_GRADER_LAB02_BELIEFS_H

#include "grader/lab02/draw.h"

// --- 2.1: kinds ------------------------------------------------------------------------------

static enum kind kind_all_ones_is_inf(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_NAN ? KIND_INF : kind;
}

static enum kind kind_all_ones_is_nan(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_INF ? KIND_NAN : kind;
}

static enum kind kind_subnormals_are_zero(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_SUBNORMAL ? KIND_ZERO : kind;
}

static enum kind kind_subnormals_are_normal(uint32_t bits, enum dtype dtype)
{
    enum kind kind = oracle_kind(bits, dtype);
    return kind == KIND_SUBNORMAL ? KIND_NORMAL : kind;
}

static enum kind kind_sign_kept(uint32_t bits, enum dtype dtype)
{
    bool negative = bits >> (dtype == DTYPE_FP32 ? 31 : 15);
    return negative ? KIND_NAN : oracle_kind(bits, dtype);
}

static enum kind kind_of_minus_zero(uint32_t bits, enum dtype dtype)
{
    bool minus_zero = bits == (dtype == DTYPE_FP32 ? 0x80000000 : 0x8000);
    return minus_zero ? KIND_SUBNORMAL : oracle_kind(bits, dtype);
}

static enum kind kind_bf16_as_fp16(uint32_t bits, enum dtype dtype)
{
    return oracle_kind(bits, dtype == DTYPE_BF16 ? DTYPE_FP16 : dtype);
}

static const struct {
    const char *belief;
    enum kind (*answer)(uint32_t bits, enum dtype dtype);
} KIND_BELIEFS[] = {
    {"an exponent of all ones is an infinity only if the mantissa is 0", kind_all_ones_is_inf},
    {"an exponent of all ones with mantissa 0 is an infinity, no NaN", kind_all_ones_is_nan},
    {"subnormal numbers are not zero: exponent 0, but a mantissa", kind_subnormals_are_zero},
    {"numbers with exponent 0 and a mantissa are subnormal", kind_subnormals_are_normal},
    {"the sign bit was compared along: clear it first", kind_sign_kept},
    {"-0 is a zero too", kind_of_minus_zero},
    {"BF16 has 8 exponent bits and 7 mantissa bits, not FP16's 5 and 10", kind_bf16_as_fp16},
};

// --- 2.7 to 2.9: sums ------------------------------------------------------------------------

static double sum_never_rounded(struct tensor t)
{
    float sum = 0;
    for (size_t i = 0; i < t.n; i++)
        sum += (float)oracle_element(t, i);
    return (double)sum;
}

static double sum_rounded_at_the_end(struct tensor t)
{
    return oracle_rounded(sum_never_rounded(t), t.dtype);
}

static double sum_saturates(struct tensor t)
{
    double sum = 0, max = t.dtype == DTYPE_FP16 ? 65504 : 0x1.fep127;
    for (size_t i = 0; i < t.n; i++)
        sum = fmin(fmax(oracle_rounded(sum + oracle_element(t, i), t.dtype), -max), max);
    return sum;
}

static double sum_in_fp16(struct tensor t)
{
    double sum = 0;
    for (size_t i = 0; i < t.n; i++)
        sum = oracle_rounded(sum + oracle_element(t, i), DTYPE_FP16);
    return sum;
}

static double sum_backwards(struct tensor t)
{
    double sum = 0;
    for (size_t i = t.n; i-- > 0;)
        sum = oracle_rounded(sum + oracle_element(t, i), t.dtype);
    return sum;
}

static double larger_half_first(struct tensor t, size_t begin, size_t end)
{
    if (end - begin < 2)
        return end == begin ? 0 : oracle_element(t, begin);
    size_t middle = begin + (end - begin + 1) / 2;
    return oracle_rounded(larger_half_first(t, begin, middle) + larger_half_first(t, middle, end),
                          t.dtype);
}

static double sum_larger_half_first(struct tensor t)
{
    return larger_half_first(t, 0, t.n);
}

static const struct {
    const char *belief;
    double (*answer)(struct tensor t);
} SUM_BELIEFS[] = {
    {"this is the sum in one accumulator of t's own format, element after element",
     oracle_sum_running},
    {"this is the pairwise sum", oracle_sum_pairwise},
    {"the sum was rounded once, at the end: a 16-bit accumulator rounds after each addition",
     sum_rounded_at_the_end},
    {"the sum was kept in FP32: the contract rounds to t's format after each addition",
     sum_never_rounded},
    {"the sum was held at the largest finite value: it becomes infinite, and stays so",
     sum_saturates},
    {"every format was rounded to FP16", sum_in_fp16},
    {"the elements were added from the last to the first", sum_backwards},
    {"the first half is the smaller one when n is odd: n/2 rounds down", sum_larger_half_first},
};

// --- 2.13 and 2.14: graphs -------------------------------------------------------------------

/** A recorded pass. */
struct graph {
    size_t n_ops;
    const struct op *ops;
    const struct tensor *tensors;
};

/** Ops whose inputs are good and whose output is bad; `which` 0 is the first, SIZE_MAX the last. */
static size_t candidate(struct graph g, size_t which, bool nan_only, size_t inputs_seen)
{
    size_t found = NOT_FOUND, seen = 0;
    for (size_t i = 0; i < g.n_ops && seen <= which; i++) {
        bool blamed = oracle_is_bad(g.tensors[g.ops[i].output], nan_only);
        for (size_t k = 0; k < g.ops[i].n_inputs && k < inputs_seen; k++)
            blamed = blamed && !oracle_is_bad(g.tensors[g.ops[i].inputs[k]], nan_only);
        if (blamed) {
            found = i;
            seen++;
        }
    }
    return found;
}

static size_t oracle_first_bad_op(struct graph g)
{
    return candidate(g, 0, false, OP_INPUTS_MAX);
}

static size_t oracle_first_nan_op(struct graph g)
{
    return candidate(g, 0, true, 0);
}

static size_t op_inputs_ignored(struct graph g)
{
    return candidate(g, 0, false, 0);
}

static size_t op_nan_only(struct graph g)
{
    return candidate(g, 0, true, OP_INPUTS_MAX);
}

static size_t op_last(struct graph g)
{
    return candidate(g, NOT_FOUND - 1, false, OP_INPUTS_MAX);
}

static size_t op_first_input_only(struct graph g)
{
    return candidate(g, 0, false, 1);
}

static size_t op_tensor_number(struct graph g)
{
    size_t i = oracle_first_bad_op(g);
    return i == NOT_FOUND ? i : (size_t)g.ops[i].output;
}

static size_t op_last_nan(struct graph g)
{
    return candidate(g, NOT_FOUND - 1, true, 0);
}

static const struct {
    const char *belief;
    size_t (*answer)(struct graph g);
} OP_BELIEFS[] = {
    {"the inputs were not looked at: an op that was handed a bad value is not at fault",
     op_inputs_ignored},
    {"only NaNs were looked for: an infinity is the usual beginning", op_nan_only},
    {"of two candidates the last was named: the one recorded first is meant", op_last},
    {"only the first input was looked at: all n_inputs of them count", op_first_input_only},
    {"the number of the op's output tensor was returned, not the index of the op",
     op_tensor_number},
    {"the last op with a NaN was named: the first is meant", op_last_nan},
    {"this is the op at fault; anomaly detection looks at outputs and NaNs only",
     oracle_first_bad_op},
    {"this is what anomaly detection would say; here an infinity counts, and inputs do",
     oracle_first_nan_op},
};

#endif
