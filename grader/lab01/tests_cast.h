/**
 * @file tests_cast.h
 * @brief Graded tests of exercises 1.9 to 1.12: the fast casts. Included once, by test_lab01.c,
 *        after tests_encode.h, whose rules about the end of the range it shares.
 */
#ifndef LOWP_GRADER_LAB01_TESTS_CAST_H
#define LOWP_GRADER_LAB01_TESTS_CAST_H

#include "tests_encode.h"

/* ---- 1.9 to 1.12: the casts of one format ---- */

/* Runs cast, a proxy's _map form with codes of `type`, over c.x32; the codes widened to 64 bits. */
#define CAST(got, c, type, cast, ...)                                                              \
    uint64_t *got = allocate((c).n, sizeof *got);                                                  \
    do {                                                                                           \
        type *narrow_ = TAKE(type, (c).n);                                                         \
        cast(narrow_, GIVE((c).x32, (c).n), (c).n __VA_OPT__(, ) __VA_ARGS__);                     \
        for (size_t i_ = 0; i_ < (c).n; i_++)                                                      \
            got[i_] = narrow_[i_];                                                                 \
        arena_reset();                                                                             \
    } while (0)

enum { TINY = 6 }; /* cases that add_tiny() adds at most */

/* Far below the smallest subnormal, where a shift by the distance would be wider than the word. */
static void add_tiny(struct casts *c)
{
    const float tiny[TINY / 2] = {0x1p-149f, FLT_MIN, 0x1p-40f};
    for (size_t i = 0; i < COUNT(tiny); i++)
        if (c->f.exp_bits < 8) {
            add_cast(c, tiny[i], 0);
            add_cast(c, -tiny[i], oracle_sign(c->f));
        }
}

/* Every code, every midpoint, one FP32 ulp to either side; and NaN nowhere. */
static struct casts every_decision(struct fp_format f, bool saturate)
{
    struct casts c = casts_new(f, true, saturate, 8 * oracle_max_code(f) + TINY);
    add_between(&c, 0, oracle_max_code(f), 1);
    add_tiny(&c);
    return c;
}

/* The end of the range, and NaNs with payloads in every place. */
static struct casts ends_of_range(struct fp_format f, bool saturate)
{
    struct casts c = range_cases(f, true, saturate);
    const uint32_t nans[] = {0x7FC00000, 0x7F800001, 0x7F80FFFF, 0x7FFFFFFF,
                             0x7FA00000, 0x7FFF8000, 0x7F802000, 0x7F9FFFFF,
                             0xFFC00000, 0xFF800001, 0xFFFFFFFF, 0xFFFF7FFF};
    for (size_t i = 0; i < COUNT(nans); i++) {
        c.x32[c.n] = f32_from_bits(nans[i]); // not through double, which would set the quiet bit
        c.x[c.n] = NAN;
        c.want[c.n++] = oracle_sign(f) - 1;
    }
    return c;
}

static const struct rule CAST_RULES[] = {
    {"rounded twice: going through FP16 first is wrong for some inputs", through_fp16},
    {"rounded twice: going through BF16 first is wrong for some inputs", through_bf16},
    {"truncated instead of rounding to nearest", truncates},
    {"ties rounded away from zero; a tie goes to the even code", ties_away},
    {"ties rounded up; a tie goes to the even code", ties_up},
    {"ties rounded toward zero; a tie goes to the even code", ties_down},
    {"all from the middle on taken for a tie: even is for exactly half", half_or_more_to_even},
    {"rounded twice: to the mantissa's bits first, and then once more where the result is "
     "subnormal",
     twice_in_subnormals},
    {"always rounded away from zero", always_up},
    {"the carry out of the mantissa is lost: rounding up must raise the exponent", drops_carry},
    {"subnormals came out twice as large: their exponent is 1 - bias, and not -bias",
     doubles_subnormals},
    {"subnormals flushed to zero", flushes_subnormals},
    {"subnormals flushed to zero", zero_below_normal},
    {"everything below the smallest subnormal made zero; from half of it on it rounds up",
     zero_below_smallest},
    {"the hidden bit is missing where the result is subnormal: x had one", drops_hidden_bit},
    {"the sign of -0 is lost", loses_zero_sign},
    {"bias 15 used; E4M3's is 7", bias_15},
    {"the bias taken as 2^(exp_bits-1), without the minus 1", bias_without_minus_one},
    {"the top exponent kept for infinity and NaN: E4M3 goes on to 448", as_ieee},
    {"the top exponent kept for infinity and NaN: E4M3 goes on to 448", ends_at_240},
    {"the sign is lost", loses_sign},
};
/* The first two make sense for casts to FP8 only. */
enum { FP8_ONLY = 2 };
#define WIDE_RULES CAST_RULES + FP8_ONLY, COUNT(CAST_RULES) - FP8_ONLY

static void check_widened(const char *function, struct codes c, const float *out)
{
    uint64_t *got = allocate(c.n, sizeof *got), *want = allocate(c.n, sizeof *want);
    static const struct rule rules[] = {
        {"subnormals flushed to zero", reads_subnormals_as_zero},
        {"a subnormal given a hidden bit", reads_hidden_bit_in_subnormals},
        {"the exponent of subnormals is 1 - bias, and not -bias", reads_subnormals_at_half},
        {"the sign of -0 is lost", reads_zero_unsigned},
        {"an all-ones exponent read as infinity or NaN: E4M3 has numbers there", reads_as_ieee},
        {"infinity or NaN read as a number", reads_last_code_as_number},
        {"NaN read as infinity: infinity has the mantissa 0, all others are NaN",
         reads_nan_as_infinity},
        {"bias 15 used; E4M3's is 7", reads_bias_15},
        {"the sign is lost", reads_unsigned},
    };
    for (size_t i = 0; i < c.n; i++) {
        double right = oracle_value(c.bits[i], c.f, false);
        got[i] = isnan(out[i]) ? UINT64_MAX >> 1 : bits_from_f64(out[i]);
        want[i] = isnan(right) ? UINT64_MAX >> 1 : bits_from_f64(right);
    }
    compare(function, FP64, &c, got, want, rules, COUNT(rules));
    arena_reset();
}

static struct codes every_code(struct fp_format f)
{
    struct codes c = {f, last_code(f) + 1, allocate(last_code(f) + 1, sizeof(uint64_t))};
    for (uint64_t bits = 0; bits < c.n; bits++)
        c.bits[bits] = bits;
    return c;
}

#define WIDEN(type, f, function)                                                                   \
    do {                                                                                           \
        struct codes c_ = every_code(f);                                                           \
        type *in_ = allocate(c_.n, sizeof *in_);                                                   \
        for (size_t i_ = 0; i_ < c_.n; i_++)                                                       \
            in_[i_] = (type)c_.bits[i_];                                                           \
        float *out_ = TAKE(float, c_.n);                                                           \
        function##_map(out_, GIVE(in_, c_.n), c_.n);                                               \
        check_widened(#function, c_, out_);                                                        \
    } while (0)

GRADED(widening, .points = 3, .idea = "to FP32 every code of the four formats is exact")
{
    WIDEN(uint16_t, FP16, f32_from_f16);
    award(0.3);
    WIDEN(uint16_t, BF16, f32_from_bf16);
    award(0.5);
    WIDEN(uint8_t, E4M3, f32_from_e4m3);
    award(0.8);
    WIDEN(uint8_t, E5M2, f32_from_e5m2);
}

GRADED(f16_nearest, .points = 4, .idea = "FP32 to FP16: every decision below overflow")
{
    struct casts c = every_decision(FP16, false);
    CAST(got, c, uint16_t, f16_from_f32_rne_map);
    compare_casts("f16_from_f32_rne", &c, got, WIDE_RULES);
}

GRADED(f16_range, .points = 2, .idea = "FP16 ends at 65504; from 65520 on it is infinity")
{
    struct casts c = ends_of_range(FP16, false);
    CAST(got, c, uint16_t, f16_from_f32_rne_map);
    compare_casts("f16_from_f32_rne", &c, got, RANGE_RULES, COUNT(RANGE_RULES));
}

GRADED(bf16_nearest, .points = 3, .idea = "BF16 is FP32's top half, rounded, not cut")
{
    struct casts c = every_decision(BF16, false);
    CAST(got, c, uint16_t, bf16_from_f32_rne_map);
    compare_casts("bf16_from_f32_rne", &c, got, WIDE_RULES);
}

GRADED(bf16_range, .points = 3, .idea = "a NaN stays a NaN, even with its payload in the low half")
{
    struct casts c = ends_of_range(BF16, false);
    CAST(got, c, uint16_t, bf16_from_f32_rne_map);
    compare_casts("bf16_from_f32_rne", &c, got, RANGE_RULES, COUNT(RANGE_RULES));
}

GRADED(e4m3_nearest, .points = 3, .idea = "FP32 to E4M3 rounds once, up to 448, bias 7")
{
    for (int saturate = 0; saturate < 2; saturate++) {
        struct casts c = every_decision(E4M3, saturate);
        CAST(got, c, uint8_t, e4m3_from_f32_rne_map, saturate);
        compare_casts("e4m3_from_f32_rne", &c, got, CAST_RULES, COUNT(CAST_RULES));
    }
}

GRADED(e4m3_range, .points = 4, .idea = "E4M3 past 464: NaN, or 448 when saturating; 464 is a tie")
{
    for (int saturate = 0; saturate < 2; saturate++) {
        struct casts c = ends_of_range(E4M3, saturate);
        CAST(got, c, uint8_t, e4m3_from_f32_rne_map, saturate);
        compare_casts("e4m3_from_f32_rne", &c, got, RANGE_RULES, COUNT(RANGE_RULES));
    }
}

GRADED(e5m2_nearest, .points = 3, .idea = "FP32 to E5M2 rounds once, and not through FP16")
{
    for (int saturate = 0; saturate < 2; saturate++) {
        struct casts c = every_decision(E5M2, saturate);
        CAST(got, c, uint8_t, e5m2_from_f32_rne_map, saturate);
        compare_casts("e5m2_from_f32_rne", &c, got, CAST_RULES, COUNT(CAST_RULES));
    }
}

GRADED(e5m2_range, .points = 2, .idea = "E5M2 from 61440 on: infinity, or 57344 when saturating")
{
    for (int saturate = 0; saturate < 2; saturate++) {
        struct casts c = ends_of_range(E5M2, saturate);
        CAST(got, c, uint8_t, e5m2_from_f32_rne_map, saturate);
        compare_casts("e5m2_from_f32_rne", &c, got, RANGE_RULES, COUNT(RANGE_RULES));
    }
}

#endif
