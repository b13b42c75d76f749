/**
 * @file draw.h
 * @brief What the tests of lab 02 share: tensors in the arena, random codes of a kind, and naming
 *        the belief that explains wrong answers.
 *
 * A part of test_lab02.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB02_DRAW_H
#define LOWP_GRADER_LAB02_DRAW_H

#include "grader/grade.h"
#include "grader/oracles/oracle_nonfinite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *dtype_name(enum dtype dtype)
{
    return oracle_format(dtype).name[0] == 'B' ? "BF16" : dtype == DTYPE_FP16 ? "FP16" : "FP32";
}

/** A random code of a kind, either sign. */
static uint32_t draw_code(enum dtype dtype, enum kind kind, uint64_t i)
{
    struct fp_format f = oracle_format(dtype);
    uint64_t random = test_u64(i);
    uint32_t sign = (uint32_t)(random >> 63) << (f.exp_bits + f.man_bits);
    uint32_t one = (uint32_t)1 << f.man_bits, top = ((uint32_t)1 << f.exp_bits) - 1;
    uint32_t mantissa = (uint32_t)(random % one);
    uint32_t not_zero = mantissa ? mantissa : 1;
    switch (kind) {
    case KIND_ZERO:
        return sign;
    case KIND_SUBNORMAL:
        return sign | not_zero;
    case KIND_NORMAL:
        return sign | (uint32_t)(1 + (random >> 32) % (top - 1)) * one | mantissa;
    case KIND_INF:
        return sign | top * one;
    default:
        return sign | top * one | not_zero;
    }
}

/** A tensor in the arena. @param[in] bits n codes */
static struct tensor give_tensor(const char *name, enum dtype dtype, const uint32_t *bits, size_t n)
{
    static uint16_t halves[8192];
    struct tensor t = {.name = GIVE(name, strlen(name) + 1), .dtype = dtype, .n = n};
    for (size_t i = 0; i < n && dtype != DTYPE_FP32; i++)
        halves[i] = (uint16_t)bits[i];
    t.data = dtype == DTYPE_FP32 ? (const void *)GIVE(bits, n) : (const void *)GIVE(halves, n);
    return t;
}

/** A tensor of values, each rounded to its format. */
static struct tensor give_values(const char *name, enum dtype dtype, const double *x, size_t n)
{
    static uint32_t bits[8192];
    for (size_t i = 0; i < n; i++)
        bits[i] = dtype == DTYPE_FP32   ? bits_from_f32((float)x[i])
                  : dtype == DTYPE_FP16 ? f16_from_f32_rne((float)x[i])
                                        : bf16_from_f32_rne((float)x[i]);
    return give_tensor(name, dtype, bits, n);
}

/** A rule that says which kind a code is of. */
typedef enum kind kind_rule(uint32_t bits, enum dtype dtype);

/** What someone looks for who looks for values that are not finite. */
enum { BAD_NAN = 1, BAD_PLUS_INF = 2, BAD_MINUS_INF = 4, BAD_INF = 6, BAD_ANY = 7 };

/** Where the first element is that someone takes for bad, or the last. @param[in] t tensor
 *  @param[in] bad what is looked for @param[in] kind_of how it is recognised @param[in] last the
 *  last one? @return index or NOT_FOUND */
static size_t find_bad(struct tensor t, unsigned bad, kind_rule *kind_of, bool last)
{
    size_t found = NOT_FOUND;
    for (size_t i = 0; i < t.n && (last || found == NOT_FOUND); i++) {
        uint32_t bits = tensor_bits(t, i);
        enum kind kind = kind_of(bits, t.dtype);
        bool negative = bits >> (t.dtype == DTYPE_FP32 ? 31 : 15);
        unsigned is = kind == KIND_NAN   ? BAD_NAN
                      : kind != KIND_INF ? 0
                      : negative         ? BAD_MINUS_INF
                                         : BAD_PLUS_INF;
        if (bad & is)
            found = i;
    }
    return found;
}

/** Are these the same answer? NaNs are; zeros of both signs are too. */
static bool same(double got, double want)
{
    return (isnan(got) && isnan(want)) || got == want;
}

/** A tally of one belief: how well its answers match a student's. */
struct tally {
    size_t wrong, explained, contradicted;
};

static void count_belief(struct tally *t, bool right, bool alike)
{
    t->wrong += !right;
    t->explained += alike && !right;
    t->contradicted += !alike && right;
}

/** Names the belief if it explains nine tenths of the wrong answers and hardly ever contradicts the
 *  right ones (few answers are possible, so a match alone says little). */
static void name_belief(const struct tally *t, const char *belief)
{
    if (t->wrong && 10 * t->explained >= 9 * t->wrong && 10 * t->contradicted <= t->wrong)
        because("%s", belief);
}

#endif
