/**
 * @file tests_quantize.h
 * @brief Graded tests of exercises 6.1 to 6.4: largest value, quantize, dequantize, amax.
 *
 * A part of test_lab06.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB06_TESTS_QUANTIZE_H
#define LOWP_GRADER_LAB06_TESTS_QUANTIZE_H

#include "grader/lab06/beliefs_quantize.h"
#include "grader/lab06/draw.h"

// --------------------------------------------------------------------------------------------
// 6.1, 6.2: quantize
// --------------------------------------------------------------------------------------------

GRADED(largest_values, .points = 2, .idea = "E4M3 ends at 448, E5M2 at 57344")
{
    for (size_t k = 0; k < 2; k++) {
        float got = fp8_max(KINDS[k]);
        double want = oracle_fp8_max(KINDS[k]);
        if (got == want)
            continue;
        if (got == oracle_fp8_max(OTHER[k]))
            because("this is the largest value of the other format");
        else if (KINDS[k] == FP8_E4M3 && got == 240)
            because("E4M3 has no infinity: its last binade, up to 448, holds numbers");
        else if (KINDS[k] == FP8_E4M3 && got == 480)
            because("the code that would be 480 is E4M3's NaN");
        fail("fp8_max(%s) returned %.9g, expected %.9g", KIND_NAMES[k], (double)got, want);
    }
}

static void check_quantize(const float *x, size_t n, struct quantize_cases c)
{
    uint8_t want[512];
    for (size_t i = 0; i < n; i++)
        want[i] = oracle_fp8_code(x[i], c.scale, c.kind, c.saturate);
    c.x = x;
    uint8_t *got = TAKE(uint8_t, n);
    fp8_quantize(got, GIVE(x, n), n, c.scale, c.kind, c.saturate);
    check_codes(&(struct code_check){"fp8_quantize", oracle_fp8_format(c.kind), n, got, want, 1,
                                     input_quantize, LIST(QUANTIZE_RULES), &c});
    arena_reset();
}

/** Two calls, without and with `saturate`, judged as one: what a student believes about the flag
 *  shows in both together. */
static void check_both_flags(const float *x, size_t n, float scale, enum fp8_kind kind)
{
    float twice[64];
    uint8_t got[64], want[64];
    for (size_t i = 0; i < 2 * n; i++) {
        twice[i] = x[i % n];
        want[i] = oracle_fp8_code(twice[i], scale, kind, i >= n);
    }
    for (size_t flag = 0; flag < 2; flag++) {
        uint8_t *codes = TAKE(uint8_t, n);
        fp8_quantize(codes, GIVE(x, n), n, scale, kind, flag);
        memcpy(got + flag * n, codes, n);
        arena_reset();
    }
    struct quantize_cases c = {
        .x = twice, .scale = scale, .kind = kind, .saturate = true, .unsaturated = n};
    check_codes(&(struct code_check){"fp8_quantize", oracle_fp8_format(kind), 2 * n, got, want, 1,
                                     input_quantize, LIST(QUANTIZE_RULES), &c});
}

GRADED(quantize_scales, .points = 3,
       .idea = "the code is that of x * scale, rounded to the nearest, in the format asked for")
{
    enum { N = 400 };
    const float scales[] = {1, 0x1p-20f, 37.25f, 1e-3f, 3e6f};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        for (size_t k = 0; k < 2; k++) {
            struct quantize_cases c = {.scale = scales[s], .kind = KINDS[k], .saturate = s % 2};
            float x[N] = {0};
            x[1] = -0.0f;
            for (uint64_t i = 2; i < N; i++) /* from under half the smallest code to 2^8.7 = 416 */
                x[i] = (float)(draw_number(1000 * s + i, -12, 8) * 1.6) / scales[s];
            check_quantize(x, N, c);
        }
    }
    check_quantize((float[]){1}, 0, (struct quantize_cases){.scale = 1, .saturate = true});
}

GRADED(quantize_saturates, .points = 3,
       .idea = "too large becomes the largest value, or NaN (E4M3) or infinity (E5M2): as the flag "
               "says; NaN stays NaN")
{
    const float scale = 4; /* a power of two, so that the products are exact */
    for (size_t k = 0; k < 2; k++) {
        float max = (float)oracle_fp8_max(KINDS[k]);
        float tie = KINDS[k] == FP8_E4M3 ? 464 : 61440; /* midway to what would come next */
        float past = KINDS[k] == FP8_E4M3 ? 500 : 65536;
        float products[] = {1,         448,      max,      tie,   nextafterf(tie, INFINITY),
                            past,      2 * past, 1e9f,     1e30f, INFINITY,
                            -INFINITY, NAN,      -max,     -tie,  -past,
                            -1e9f,     -448,     3 * past, 600,   -max / 2};
        enum { N = sizeof products / sizeof *products };
        float x[N];
        for (size_t i = 0; i < N; i++)
            x[i] = products[i] / scale;
        check_both_flags(x, N, scale, KINDS[k]);
    }
}

// --------------------------------------------------------------------------------------------
// 6.3: dequantize
// --------------------------------------------------------------------------------------------

/* value / scale is one rounding; 1/scale and a product are two, of 2^-24 each: 3 * 2^-24 in all. */
static const double DEQUANTIZE_TOLERANCE = 3 * 0x1p-24;

GRADED(dequantize_divides, .points = 3,
       .idea = "what a code means is its value divided by the scale it was made with")
{
    enum { N = 256 };
    const float scales[] = {0x1p-7f, 448.0f / 3, 1.7e-5f, 2.9e9f};
    uint8_t codes[N];
    for (size_t i = 0; i < N; i++)
        codes[i] = (uint8_t)i;
    for (size_t s = 0; s < 8; s++) {
        struct dequantize_case c = {.scale = scales[s / 2], .kind = KINDS[s % 2]};
        float *x = TAKE(float, N);
        fp8_dequantize(x, GIVE(codes, N), N, c.scale, c.kind);
        for (size_t i = 0; i < N; i++) {
            c.code = codes[i];
            double want = oracle_fp8_value(c.code, c.kind) / (double)c.scale;
            if (same(x[i], (float)want) || near(x[i], want, DEQUANTIZE_TOLERANCE * fabs(want)))
                continue;
            name_scalar(LIST(DEQUANTIZE_BELIEFS), x[i], &c);
            fail("fp8_dequantize: %s at scale %.9g became %.9g, expected %.9g",
                 show_code(oracle_fp8_format(c.kind), c.code), (double)c.scale, (double)x[i], want);
        }
        arena_reset();
    }
}

// --------------------------------------------------------------------------------------------
// 6.4: amax
// --------------------------------------------------------------------------------------------

static void check_amax(const float *x, size_t n, const char *what)
{
    struct tensor t = {x, n};
    float got = fp8_amax(GIVE(x, n), n), want = oracle_fp8_amax(x, n);
    arena_reset();
    if (got == want)
        return;
    name_scalar(LIST(AMAX_BELIEFS), got, &t);
    fail("fp8_amax of %s (n = %zu) returned %.9g, expected %.9g", what, n, (double)got,
         (double)want);
}

GRADED(amax_largest_magnitude, .points = 3,
       .idea = "amax is max |x| over all elements, 0 of an empty tensor")
{
    enum { N = 600 };
    const size_t lengths[] = {N, 1, 2, 33, 512};
    float x[N];
    for (uint64_t i = 0; i < N; i++)
        x[i] = draw_number(i, -20, 5);
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        size_t n = lengths[k], places[] = {0, n - 1, n / 2};
        for (size_t p = 0; p < 3; p++) {
            float kept = x[places[p]];
            x[places[p]] = p == 2 ? 50.0f : -70.5f; /* the largest is negative, mostly */
            check_amax(x, n, "random numbers");
            x[places[p]] = kept;
        }
    }
    check_amax(x, 0, "nothing");
}

GRADED(amax_of_specials, .points = 3,
       .idea = "a NaN does not count (fmaxf's rule), an infinity of either sign does")
{
    const float cases[][4] = {
        {1, 2, NAN, 3},         {NAN, 2, -4, 3},
        {1, 2, 3, NAN},         {1, INFINITY, NAN, 3},
        {NAN, -INFINITY, 5, 0}, {1, -INFINITY, 5, 0},
        {0, 0, -0.0f, 0},       {0x1p-149f, 0, 0, -0x1p-140f},
        {NAN, NAN, NAN, NAN},   {-NAN, -3, NAN, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[120];
        snprintf(text, sizeof text, "{%g, %g, %g, %g}", (double)cases[i][0], (double)cases[i][1],
                 (double)cases[i][2], (double)cases[i][3]);
        check_amax(cases[i], 4, text);
    }
}

#endif
