/**
 * @file test_lab01_facts.c
 * @brief The numbers that chapter 1 of course.md states, computed by lab 01's model solution and
 *        printed: check_course.sh compares the text with them.
 */
#include "lab01.h"
#include "solutions/lab01_float_formats/lab01.c"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static double stored(double x, struct fp_format f)
{
    return fp_decode(fp_encode(x, f, FP_RNE, false, 0), f);
}

/** "E4M3 0 1111 110 = 1.75 * 2^8 = 448" */
static void print_code(struct fp_format f, uint64_t code)
{
    struct fp_fields part = fp_split(code, f);
    double x = fp_decode(code, f);
    printf("%s %d ", f.name, part.sign != 0);
    for (int bit = f.exp_bits; bit-- > 0;)
        printf("%d", (int)(part.exponent >> bit & 1));
    printf(" ");
    for (int bit = f.man_bits; bit-- > 0;)
        printf("%d", (int)(part.mantissa >> bit & 1));
    if (isfinite(x))
        printf(" = %g * 2^%d = %g\n", x / exp2(floor(log2(x))), (int)floor(log2(x)), x);
    else
        printf(" = %g\n", x);
}

Test(lab01_facts, the_last_codes)
{
    for (uint64_t code = 0x7E; code <= 0x7F; code++)
        print_code(E4M3, code);
    for (uint64_t code = 0x7B; code <= 0x7F; code++)
        print_code(E5M2, code);
    const struct fp_format ieee = {"1/4/3", 4, 3, FP_IEEE}, larger = {"1/5/3", 5, 3, FP_IEEE};
    printf("IEEE-like 1/4/3 ends at %g\n", fp_limits(ieee).max);
    printf("of %d magnitudes of E4M3 an IEEE-like format loses %d; the code that is NaN would be "
           "%g * 2^%g = %g\n",
           1 << 7, 1 << E4M3.man_bits, 1 + 7.0 / 8, floor(log2(480)),
           stored(480, larger)); /* with one more bit of exponent 480 is a number */
    printf("TF32 has %d bits, in a word of %zu\n", 1 + TF32.exp_bits + TF32.man_bits,
           8 * sizeof(uint32_t));
    cr_assert_eq(fp_limits(ieee).max, 240);
    cr_assert_eq(stored(480, larger), 480);
}

Test(lab01_facts, where_the_formats_end)
{
    const double e4m3[] = {448, 464, 465}, fp16[] = {65504, 65519, 65520, 65536};
    for (size_t i = 0; i < sizeof e4m3 / sizeof *e4m3; i++)
        printf("E4M3: %g becomes %g\n", e4m3[i], stored(e4m3[i], E4M3));
    for (size_t i = 0; i < sizeof fp16 / sizeof *fp16; i++)
        printf("FP16: %g becomes %g\n", fp16[i], stored(fp16[i], FP16));
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
        printf("E4M3: %.7g is code %02X\n", (double)e4m3[i], e4m3_from_f32_rne(e4m3[i], false));
    for (int i = 0; i < 5; i++)
        printf("E4M3: %.7g is code %02X, saturating %02X\n", (double)past[i],
               e4m3_from_f32_rne(past[i], false), e4m3_from_f32_rne(past[i], true));
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
        printf("E5M2: %g is code %02X, saturating %02X\n", (double)e5m2[i],
               e5m2_from_f32_rne(e5m2[i], false), e5m2_from_f32_rne(e5m2[i], true));
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
    printf("values of a binade: FP16 %d, BF16 %d, E4M3 %d, E5M2 %d\n", (int)in_binade(FP16, 0),
           (int)in_binade(BF16, 0), (int)in_binade(E4M3, 0), (int)in_binade(E5M2, 0));
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
    printf("%.10g: in E4M3 %g; in FP16, whose gap is 2^%g, %g, and that in E4M3 %g\n", x,
           stored(x, E4M3), log2(stored(nextafter(1 + 0x1p-10, 2), FP16) - 1), stored(x, FP16),
           stored(stored(x, FP16), E4M3));
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
