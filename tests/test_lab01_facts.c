/**
 * @file test_lab01_facts.c
 * @brief The numbers that chapter 1 of course.md states, computed by lab 01's model solution.
 */
#include "lab01.h"
#include "solutions/lab01_float_formats/lab01.c"

#include <criterion/criterion.h>
#include <math.h>

static double stored(double x, struct fp_format f)
{
    return fp_decode(fp_encode(x, f, FP_RNE, false, 0), f);
}

Test(lab01_facts, where_the_formats_end)
{
    cr_assert_eq(stored(464, E4M3), 448);
    cr_assert(isnan(stored(465, E4M3)));
    cr_assert_eq(fp_decode(fp_encode(465, E4M3, FP_RNE, true, 0), E4M3), 448);
    cr_assert_eq(stored(65519, FP16), 65504);
    cr_assert(isinf(stored(65520, FP16)));
    cr_assert_eq(fp_decode(fp_encode(INFINITY, E4M3, FP_RNE, true, 0), E4M3), 448);
    cr_assert_eq(fp_limits(E4M3).max, 448);
    cr_assert_eq(fp_limits(E5M2).max, 57344);
}

/** The edges of the table: codes that are not NaN. */
Test(lab01_facts, the_table_of_edges)
{
    const float e4m3[] = {448, 448.0001F, 464}, past[] = {464.0001F, 465, 480, 1e9F, INFINITY};
    for (int i = 0; i < 3; i++)
        for (int saturate = 0; saturate < 2; saturate++)
            cr_assert_eq(e4m3_from_f32_rne(e4m3[i], saturate), 0x7E);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(e4m3_from_f32_rne(past[i], true), 0x7E);
        cr_assert(isnan(f32_from_e4m3(e4m3_from_f32_rne(past[i], false))));
    }
    const float e5m2[] = {61440, 65536, INFINITY};
    cr_assert_eq(e5m2_from_f32_rne(57344, false), 0x7B);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(e5m2_from_f32_rne(e5m2[i], true), 0x7B);
        cr_assert_eq(e5m2_from_f32_rne(e5m2[i], false), 0x7C);
    }
}

/** Values of a format in the binade from 2^e on. */
static uint64_t in_binade(struct fp_format f, int e)
{
    return fp_ulp_distance(fp_encode(exp2(e), f, FP_RNE, false, 0),
                           fp_encode(exp2(e + 1), f, FP_RNE, false, 0), f);
}

Test(lab01_facts, values_of_a_binade)
{
    cr_assert_eq(in_binade(FP16, 0), 1024);
    cr_assert_eq(in_binade(BF16, 0), 128);
    cr_assert_eq(in_binade(E4M3, 0), 8);
    cr_assert_eq(in_binade(E5M2, 0), 4);
    /* E4M3's last binade: from 256 to 448, and 480 is missing. */
    cr_assert_eq(fp_ulp_distance(fp_encode(256, E4M3, FP_RNE, false, 0),
                                 fp_encode(448, E4M3, FP_RNE, false, 0), E4M3) +
                     1,
                 7);
    /* From the smallest value's binade to the largest's: BF16 has six and a half times as many. */
    double bf16 = floor(log2(fp_limits(BF16).max)) - log2(fp_limits(BF16).min_subnormal) + 1;
    double fp16 = floor(log2(fp_limits(FP16).max)) - log2(fp_limits(FP16).min_subnormal) + 1;
    cr_assert_float_eq(bf16 / fp16, 6.5, 0.05, "%g", bf16 / fp16);
}

Test(lab01_facts, once_means_once)
{
    double x = 1.0625 + 0x1p-12;
    cr_assert_eq(stored(x, E4M3), 1.125);
    cr_assert_eq(stored(x, FP16), 1.0625);
    cr_assert_eq(stored(stored(x, FP16), E4M3), 1);
    cr_assert_eq(stored(1 + 0x1p-24, FP32), 1);
}

/** Equation (1.4) without its guard, and the two NaNs that it loses. */
Test(lab01_facts, the_fast_cast_needs_a_guard_for_nan)
{
    const uint32_t quiet = 0x7FFFFFFF, signalling = 0x7F800001;
    cr_assert_eq(signalling >> 16, 0x7F80);                           /* infinity */
    cr_assert_eq((quiet + 0x7FFF + (quiet >> 16 & 1)) >> 16, 0x8000); /* -0 */
    cr_assert(isnan(f32_from_bf16(bf16_from_f32_rne(f32_from_bits(quiet)))));
    cr_assert(isnan(f32_from_bf16(bf16_from_f32_rne(f32_from_bits(signalling)))));
}
