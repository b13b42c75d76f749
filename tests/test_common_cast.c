/**
 * @file test_common_cast.c
 * @brief common/cast.c at the landmarks of its case table (cast.h). Every input is swept elsewhere
 *        (sweep_casts.c); here each line of the table is one readable case.
 */
#include "common/cast.h"
#include "common/formats.h"

#include <criterion/criterion.h>
#include <math.h>

/** A cast as seen by these tests: widened to one type. */
struct cast {
    const struct fp_format *format;
    uint32_t (*encode)(float x, bool saturate);
    float (*decode)(uint32_t bits);
    bool saturates; /* has a `saturate` argument */
};

static uint32_t f16(float x, bool s)
{
    (void)s;
    return f16_from_f32_rne(x);
}
static uint32_t bf16(float x, bool s)
{
    (void)s;
    return bf16_from_f32_rne(x);
}
static uint32_t e4m3(float x, bool s)
{
    return e4m3_from_f32_rne(x, s);
}
static uint32_t e5m2(float x, bool s)
{
    return e5m2_from_f32_rne(x, s);
}
static float from_f16(uint32_t bits)
{
    return f32_from_f16((uint16_t)bits);
}
static float from_bf16(uint32_t bits)
{
    return f32_from_bf16((uint16_t)bits);
}
static float from_e4m3(uint32_t bits)
{
    return f32_from_e4m3((uint8_t)bits);
}
static float from_e5m2(uint32_t bits)
{
    return f32_from_e5m2((uint8_t)bits);
}

static const struct cast casts[] = {{&FP16, f16, from_f16, false},
                                    {&BF16, bf16, from_bf16, false},
                                    {&E4M3, e4m3, from_e4m3, true},
                                    {&E5M2, e5m2, from_e5m2, true}};
enum { CASTS = sizeof casts / sizeof *casts };

static uint32_t sign_of(struct fp_format f)
{
    return 1u << (f.exp_bits + f.man_bits);
}

/** The largest finite code, from the descriptor. */
static uint32_t max_of(struct fp_format f)
{
    uint32_t all_ones = sign_of(f) - 1;
    return f.specials == FP_NAN_ONLY ? all_ones - 1 : (all_ones >> f.man_bits << f.man_bits) - 1;
}

/** Value of a finite, positive code from the descriptor: the definition, with ldexp. */
static double value(struct fp_format f, uint32_t code)
{
    int bias = (1 << (f.exp_bits - 1)) - 1;
    int exponent = (int)(code >> f.man_bits);
    double fraction = (double)(code & ((1u << f.man_bits) - 1));
    double hidden = exponent ? ldexp(1, f.man_bits) : 0;
    return ldexp(hidden + fraction, (exponent ? exponent : 1) - bias - f.man_bits);
}

Test(cast, decodes_every_finite_code_as_the_format_table_says)
{
    for (int c = 0; c < CASTS; c++) {
        struct fp_format f = *casts[c].format;
        for (uint32_t code = 0; code <= max_of(f); code++) {
            cr_assert_eq((double)casts[c].decode(code), value(f, code), "%s %#x", f.name, code);
            float negative = casts[c].decode(code | sign_of(f));
            cr_assert(negative == -casts[c].decode(code) && signbit(negative), "%s %#x", f.name,
                      code | sign_of(f));
        }
    }
}

Test(cast, gives_every_finite_code_back)
{
    for (int c = 0; c < CASTS; c++)
        for (uint32_t code = 0; code <= max_of(*casts[c].format); code++)
            for (uint32_t sign = 0; sign < 2; sign++) {
                uint32_t bits = code | sign * sign_of(*casts[c].format);
                cr_assert_eq(casts[c].encode(casts[c].decode(bits), sign), bits, "%s %#x",
                             casts[c].format->name, bits);
            }
}

Test(cast, rounds_ties_to_even_and_their_neighbours_to_the_nearest)
{
    for (int c = 0; c < CASTS; c++) {
        struct fp_format f = *casts[c].format;
        for (uint32_t code = 0; code < max_of(f); code++) {
            float tie = (float)((value(f, code) + value(f, code + 1)) / 2); /* exact: 24 bits do */
            uint32_t even = code + (code & 1);
            cr_assert_eq(casts[c].encode(tie, false), even, "%s %a", f.name, tie);
            cr_assert_eq(casts[c].encode(nextafterf(tie, 0), false), code, "%s under %a", f.name,
                         tie);
            cr_assert_eq(casts[c].encode(nextafterf(tie, INFINITY), false), code + 1, "%s over %a",
                         f.name, tie);
        }
    }
}

Test(cast, overflows_from_half_a_gap_past_the_largest)
{
    for (int c = 0; c < CASTS; c++) {
        struct fp_format f = *casts[c].format;
        uint32_t max = max_of(f);
        double gap = value(f, max) - value(f, max - 1);
        float tie = (float)(value(f, max) + gap / 2);
        /* The tie goes to the even code: E4M3's largest is even, the others' odd. */
        float first = max & 1 ? tie : nextafterf(tie, INFINITY);
        float below = nextafterf(first, 0);
        cr_assert_eq(casts[c].encode(below, false), max, "%s %a", f.name, below);
        const float over[] = {first, 2 * first, INFINITY};
        for (int i = 0; i < 3; i++) {
            float back = casts[c].decode(casts[c].encode(-over[i], false));
            if (f.specials == FP_NAN_ONLY)
                cr_assert(isnan(back), "%s %a gives %a", f.name, -over[i], back);
            else
                cr_assert_eq(back, -INFINITY, "%s %a gives %a", f.name, -over[i], back);
            if (casts[c].saturates)
                cr_assert_eq(casts[c].encode(-over[i], true), max | sign_of(f), "%s %a", f.name,
                             -over[i]);
        }
    }
}

Test(cast, keeps_nan_and_the_sign_of_zero)
{
    const uint32_t nans[] = {0x7F800001, 0x7FC00000, 0x7FFFFFFF, 0xFF800001, 0xFFFFFFFF};
    for (int c = 0; c < CASTS; c++) {
        struct fp_format f = *casts[c].format;
        for (int i = 0; i < 5; i++)
            for (int saturate = 0; saturate < 2; saturate++) {
                uint32_t code = casts[c].encode(f32_from_bits(nans[i]), saturate);
                cr_assert(isnan(casts[c].decode(code)), "%s of NaN %#x is %#x", f.name, nans[i],
                          code);
            }
        cr_assert_eq(casts[c].encode(-0.0f, false), sign_of(f));
        cr_assert_eq(casts[c].encode(-0x1p-149f, false), sign_of(f));
    }
}

/* What CUDA's host path gives for FP8 (cuda_fp8.h, __NV_NOSAT and __NV_SATFINITE). */
Test(cast, agrees_with_the_fp8_edge_table)
{
    const float in4[] = {448, 448.0001f, 464, 464.0001f, 480, 1e9f, INFINITY};
    const uint8_t sat4[] = {0x7E, 0x7E, 0x7E, 0x7E, 0x7E, 0x7E, 0x7E};
    const uint8_t out4[] = {0x7E, 0x7E, 0x7E, 0x7F, 0x7F, 0x7F, 0x7F};
    for (int i = 0; i < 7; i++) {
        cr_assert_eq(e4m3_from_f32_rne(in4[i], true), sat4[i], "%a", in4[i]);
        cr_assert_eq(e4m3_from_f32_rne(in4[i], false), out4[i], "%a", in4[i]);
    }
    const float in5[] = {57344, 61439, 61440, 65536, INFINITY};
    const uint8_t sat5[] = {0x7B, 0x7B, 0x7B, 0x7B, 0x7B};
    const uint8_t out5[] = {0x7B, 0x7B, 0x7C, 0x7C, 0x7C};
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(e5m2_from_f32_rne(in5[i], true), sat5[i], "%a", in5[i]);
        cr_assert_eq(e5m2_from_f32_rne(in5[i], false), out5[i], "%a", in5[i]);
    }
}
