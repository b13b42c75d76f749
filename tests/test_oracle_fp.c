/**
 * @file test_oracle_fp.c
 * @brief Lab 01's oracles against numbers known from elsewhere, each other and the hardware.
 */
#include "grader/oracles/oracle_fp.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

static const struct fp_format E3M2 = {"E3M2", 3, 2, FP_IEEE};
static const struct fp_format E2M3N = {"E2M3N", 2, 3, FP_NAN_ONLY};
static const struct fp_format E6M9 = {"E6M9", 6, 9, FP_IEEE};
static const struct fp_format E2M1N = {"E2M1N", 2, 1, FP_NAN_ONLY};

/** Landmarks as the standards state them: IEEE 754-2019 table 3.5 for FP16, FP32 and FP64; OCP
 *  8-bit Floating Point Specification 1.0 for E4M3 and E5M2. */
Test(oracle_fp, landmarks)
{
    const struct {
        struct fp_format f;
        double max, min_normal, min_subnormal, above_one;
    } known[] = {
        {FP64, 0x1.fffffffffffffp1023, 0x1p-1022, 0x1p-1074, 0x1p-52},
        {FP32, 0x1.fffffep127, 0x1p-126, 0x1p-149, 0x1p-23},
        {TF32, 0x1.ffcp127, 0x1p-126, 0x1p-136, 0x1p-10},
        {FP16, 65504, 0x1p-14, 0x1p-24, 0x1p-10},
        {BF16, 0x1.fep127, 0x1p-126, 0x1p-133, 0x1p-7},
        {E4M3, 448, 0x1p-6, 0x1p-9, 0x1p-3},
        {E5M2, 57344, 0x1p-14, 0x1p-16, 0x1p-2},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct fp_format f = known[i].f;
        uint64_t one = oracle_encode(1, f, FP_RNE, false, 0);
        cr_expect_eq(oracle_value(oracle_max_code(f), f, false), known[i].max, "%s", f.name);
        cr_expect_eq(oracle_value((uint64_t)1 << f.man_bits, f, false), known[i].min_normal);
        cr_expect_eq(oracle_value(1, f, false), known[i].min_subnormal, "%s", f.name);
        cr_expect_eq(oracle_value(oracle_next_up(one, f), f, false), 1 + known[i].above_one);
    }
}

/** Decoding walks the whole number line in steps that double from binade to binade. */
Test(oracle_fp, values_by_walking)
{
    const struct fp_format formats[] = {E4M3, E5M2, FP16, BF16, E3M2, E2M3N, E2M1N, E6M9};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct fp_format f = formats[i];
        double value = 0;
        double gap = pow(2, 2 - pow(2, f.exp_bits - 1) - f.man_bits);
        for (uint64_t code = 0; code <= oracle_max_code(f); code++) {
            cr_assert_eq(oracle_value(code, f, false), value, "%s %lx", f.name, (long)code);
            cr_assert_eq(oracle_value(code | oracle_sign(f), f, false), -value);
            if (code >> f.man_bits >= 2 && (code & (((uint64_t)1 << f.man_bits) - 1)) == 0)
                gap *= 2;
            value += gap;
            if ((code + 1) >> f.man_bits >= 2 &&
                ((code + 1) & (((uint64_t)1 << f.man_bits) - 1)) == 0)
                cr_assert_eq(value, pow(2, ilogb(value)), "a binade starts at a power of two");
        }
    }
}

/** Widening by the compiler's own float and double is the same as decoding. */
Test(oracle_fp, values_of_hardware_floats)
{
    for (uint64_t i = 0; i < 1u << 20; i++) {
        uint32_t bits = (uint32_t)(i * 0x9E3779B1u);
        double want = f32_from_bits(bits);
        double got = oracle_value(bits, FP32, false);
        if (isnan(want))
            cr_assert(isnan(got) && oracle_is_nan(bits, FP32));
        else
            cr_assert_eq(bits_from_f64(got), bits_from_f64(want), "%08x", bits);
    }
}

/* By search over every code: the smallest value above, the way that lab01.h words it. */
static uint64_t search_above(uint64_t bits, struct fp_format f)
{
    uint64_t best = bits;
    double best_value = INFINITY;
    double here = oracle_value(bits, f, false);
    for (uint64_t code = 0; code < 2 * oracle_sign(f); code++) {
        double value = oracle_value(code, f, false);
        bool takes = value > here && (value < best_value || (value == best_value && best == bits));
        /* Of the two zeros, the one with the sign of where we come from. */
        if (takes && !(value == 0 && !signbit(value))) {
            best = code;
            best_value = value;
        }
    }
    return best;
}

Test(oracle_fp, neighbours_by_search)
{
    const struct fp_format formats[] = {E4M3, E5M2, E3M2, E2M3N, E2M1N};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct fp_format f = formats[i];
        uint64_t sign = oracle_sign(f);
        for (uint64_t code = 0; code < 2 * sign; code++) {
            cr_assert_eq(oracle_next_up(code, f), search_above(code, f), "%s %lx", f.name,
                         (long)code);
            cr_assert_eq(oracle_next_down(code, f), oracle_next_up(code ^ sign, f) ^ sign);
            if (oracle_is_nan(code, f))
                continue;
            uint64_t up = oracle_next_up(code, f);
            cr_assert_eq(oracle_distance(code, up, f), up == code ? 0 : 1);
        }
        cr_assert_eq(oracle_distance(0, sign, f), 0);
        cr_assert_eq(oracle_distance(sign + oracle_max_code(f), oracle_max_code(f), f),
                     2 * (int64_t)oracle_max_code(f));
    }
}

/** MPFR and construction agree on every code, midpoint and its neighbours, for both signs, with
 *  FP32 and FP64 neighbours. The last k is the largest finite code: the overflow threshold. */
Test(oracle_fp, mpfr_against_construction)
{
    const struct fp_format formats[] = {FP16, BF16, E4M3, E5M2, E3M2, E2M3N, E2M1N, E6M9};
    for (size_t i = 0; i < 2 * sizeof formats / sizeof *formats; i++) {
        struct fp_format f = formats[i / 2];
        uint64_t max = oracle_max_code(f);
        for (uint64_t k = 0; k <= max; k++) {
            struct oracle_between b = oracle_between(k, f, i % 2);
            for (int j = 0; j < 4; j++) {
                uint64_t want = b.want[j];
                uint64_t got = oracle_encode(b.x[j], f, FP_RNE, false, 0);
                uint64_t mirrored = oracle_encode(-b.x[j], f, FP_RNE, false, 0);
                cr_assert_eq(got, want, "%s %a", f.name, b.x[j]);
                cr_assert_eq(mirrored, want | oracle_sign(f), "%s %a", f.name, -b.x[j]);
                cr_assert_eq(oracle_encode(b.x[j], f, FP_RTZ, false, 0), k);
                cr_assert_eq(oracle_encode(b.x[j], f, FP_RNE, true, 0), want > max ? max : want);
            }
        }
    }
}

/** Stochastic rounding: t of the way up the gap goes up for exactly t * 2^32 of the random words. */
Test(oracle_fp, stochastic_by_counting)
{
    const struct fp_format formats[] = {E4M3, E5M2, BF16};
    for (size_t i = 0; i < 3; i++) {
        struct fp_format f = formats[i];
        for (uint64_t k = 0; k<oracle_max_code(f); k += f.man_bits> 3 ? 997 : 1) {
            double low = oracle_value(k, f, false);
            double gap = oracle_value(k + 1, f, false) - low;
            for (uint32_t part = 0; part < 8; part++) {
                double x = low + gap * part / 8;
                uint32_t edge = part << 29; /* t * 2^32 */
                cr_assert_eq(oracle_encode(x, f, FP_SR, false, edge), k);
                cr_assert_eq(oracle_encode(-x, f, FP_SR, false, edge), k | oracle_sign(f));
                cr_assert_eq(oracle_encode(x, f, FP_SR, false, edge - 1), part ? k + 1 : k);
            }
        }
    }
}

/** The tables of what CUDA does at the edges (cuda_fp8.h, __NV_SATFINITE and __NV_NOSAT). */
Test(oracle_fp, fp8_edges)
{
    const struct {
        double x;
        uint8_t saturated, plain;
    } e4m3[] = {{448, 0x7E, 0x7E},      {448.0001, 0x7E, 0x7E}, {464, 0x7E, 0x7E},
                {464.0001, 0x7E, 0x7F}, {465, 0x7E, 0x7F},      {480, 0x7E, 0x7F},
                {1e9, 0x7E, 0x7F},      {INFINITY, 0x7E, 0x7F}},
      e5m2[] = {{57344, 0x7B, 0x7B},
                {61439.99, 0x7B, 0x7B},
                {61440, 0x7B, 0x7C},
                {65536, 0x7B, 0x7C},
                {INFINITY, 0x7B, 0x7C}};
    for (size_t i = 0; i < sizeof e4m3 / sizeof *e4m3; i++) {
        cr_expect_eq(oracle_encode(e4m3[i].x, E4M3, FP_RNE, true, 0), e4m3[i].saturated);
        cr_expect_eq(oracle_encode(e4m3[i].x, E4M3, FP_RNE, false, 0), e4m3[i].plain);
    }
    for (size_t i = 0; i < sizeof e5m2 / sizeof *e5m2; i++) {
        cr_expect_eq(oracle_encode(e5m2[i].x, E5M2, FP_RNE, true, 0), e5m2[i].saturated);
        cr_expect_eq(oracle_encode(e5m2[i].x, E5M2, FP_RNE, false, 0), e5m2[i].plain);
    }
    cr_expect(oracle_is_nan(oracle_encode(NAN, E4M3, FP_RNE, true, 0), E4M3));
    cr_expect(oracle_is_nan(oracle_encode(NAN, E5M2, FP_RNE, true, 0), E5M2));
    cr_expect_eq(oracle_encode(0x1p-25, FP16, FP_RNE, false, 0), 0, "a tie with zero is zero");
    cr_expect_eq(oracle_encode(-0.0, E4M3, FP_RNE, false, 0), 0x80);
}

/** double to float by the compiler is FP32's nearest rounding. */
Test(oracle_fp, fp32_as_the_cpu_rounds)
{
    for (uint64_t i = 0; i < 200000; i++) {
        double x = f64_from_bits(i * 0x9E3779B97F4A7C15u);
        if (i % 2) /* halves of the inputs near the float range */
            x = ldexp(1 + (double)(i * 0x9E3779B1u % 4096) / 4096 + (double)(i % 5) * 0x1p-24,
                      (int)(i % 290) - 152);
        uint64_t got = oracle_encode(x, FP32, FP_RNE, false, 0);
        if (isnan(x))
            cr_assert(oracle_is_nan(got, FP32));
        else
            cr_assert_eq(got, bits_from_f32((float)x), "%a", x);
    }
}

#if defined(__x86_64__)
__attribute__((target("f16c"))) static void f16c_cast(const float *x, uint16_t *out)
{
    _mm_storeu_si128((__m128i *)out,
                     _mm256_cvtps_ph(_mm256_loadu_ps(x), _MM_FROUND_TO_NEAREST_INT));
}

__attribute__((target("f16c"))) static void f16c_widen(const uint16_t *bits, float *out)
{
    _mm256_storeu_ps(out, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)bits)));
}

/** FP16 as the processor's VCVTPS2PH and VCVTPH2PS convert, where it has them. */
Test(oracle_fp, fp16_as_f16c_rounds)
{
    unsigned a, b, c = 0, d;
    if (!__builtin_cpu_supports("avx") || !__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_F16C))
        cr_skip("this processor has no F16C");
    for (uint64_t k = 0; k <= oracle_max_code(FP16); k++) {
        struct oracle_between cases = oracle_between(k, FP16, true);
        float x[8], value[8];
        uint16_t code[8], up[8] = {(uint16_t)k, (uint16_t)(k | 0x8000)};
        for (int j = 0; j < 8; j++)
            x[j] = (float)(j < 4 ? cases.x[j] : -cases.x[j - 4]);
        f16c_cast(x, code);
        f16c_widen(up, value);
        for (int j = 0; j < 8; j++)
            cr_assert_eq(code[j], cases.want[j % 4] | (j < 4 ? 0 : 0x8000), "%a", x[j]);
        cr_assert_eq(value[0], oracle_value(k, FP16, false));
        cr_assert_eq(value[1], -value[0]);
    }
}
#endif
