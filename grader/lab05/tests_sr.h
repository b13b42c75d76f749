/**
 * @file tests_sr.h
 * @brief Graded tests of exercise 5.3: stochastic rounding.
 *
 * A part of test_lab05.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB05_TESTS_SR_H
#define LOWP_GRADER_LAB05_TESTS_SR_H

#include "grader/lab05/beliefs_sr.h"
#include "grader/lab05/draw.h"

// --------------------------------------------------------------------------------------------
// 5.3: stochastic rounding
// --------------------------------------------------------------------------------------------

static void check_sr(const float *x, const uint16_t *r, const uint16_t *got, const uint16_t *want,
                     size_t n)
{
    struct sr_cases context = {x, r};
    check_codes(&(struct code_check){"bf16_from_f32_sr", BF16, n, got, want, sizeof *got, input_sr,
                                     RULES(SR_RULES), &context});
}

GRADED(sr_steps_up_f_times, .points = 4,
       .idea = "x lies f/65536 of the gap above its neighbour: up exactly when f + r >= 65536")
{
    enum { FRACTIONS = 65536 };
    static float x[FRACTIONS];
    static uint16_t r[FRACTIONS], want[FRACTIONS];
    const uint16_t last[] = {0, 1, 0xFFFF, 0x8000};
    for (size_t k = 0; k < 6; k++) { // every fraction, for six r
        // Begins where r, r without its upper bit, 65536 - r and 0 lie far apart: a wrong rule is told
        // from another by the answers to the first r that fails.
        uint16_t same = k == 0   ? 0xA000 | (uint16_t)(test_u64(k) % 4096)
                        : k == 1 ? (uint16_t)test_u64(k)
                                 : last[k - 2];
        for (uint32_t f = 0; f < FRACTIONS; f++) {
            uint32_t code = f % 16 ? draw_weight(1000 * k + f % 997) : f / 16 % 128; // or subnormal
            x[f] = f32_from_bits(code << 16 | f);
            r[f] = same;
            want[f] = oracle_sr(x[f], same);
        }
        uint16_t *got = TAKE(uint16_t, FRACTIONS);
        bf16_from_f32_sr_map(got, GIVE(x, FRACTIONS), FRACTIONS, same);
        check_sr(x, r, got, want, FRACTIONS);
        arena_reset();
    }
}

GRADED(sr_is_unbiased, .points = 2,
       .idea = "averaged over r, the rounded value is x itself, for either sign")
{
    enum { N = 64, DRAWS = 256, RULE_COUNT = sizeof SR_RULES / sizeof *SR_RULES };
    float x[N];
    uint16_t r[N];
    double sum[N] = {0}, believed[RULE_COUNT][N] = {{0}};
    struct sr_cases context = {x, r};
    for (uint32_t i = 0; i < N; i++) // fractions in 256ths, so that 256 r's decide exactly
        x[i] = f32_from_bits((uint32_t)draw_weight(i) << 16 | (i * 4 + 1) << 8);
    const float *given = GIVE(x, N);
    uint16_t *got = TAKE(uint16_t, N);
    for (uint32_t d = 0; d < DRAWS; d++) {
        bf16_from_f32_sr_map(got, given, N, (uint16_t)(d << 8));
        for (size_t i = 0; i < N; i++) {
            r[i] = (uint16_t)(d << 8);
            sum[i] += value_of(BF16, got[i]);
            for (size_t b = 0; b < RULE_COUNT; b++)
                believed[b][i] += value_of(BF16, (uint16_t)SR_RULES[b].answer(i, &context));
        }
    }
    size_t first = N; // a sum of 256 numbers of 8 bits and one size is exact in double
    for (size_t i = N; i-- > 0;)
        if (sum[i] / DRAWS != (double)x[i])
            first = i;
    if (first == N)
        return;
    for (size_t b = RULE_COUNT; b-- > 0;)
        if (memcmp(sum, believed[b], sizeof sum) == 0)
            because("%s", SR_RULES[b].belief);
    fail("bf16_from_f32_sr(%s), averaged over 256 evenly spread r, is %.17g instead of %.17g",
         show_f32(x[first]), sum[first] / DRAWS, (double)x[first]);
}

GRADED(sr_special_values, .points = 2,
       .idea = "what BF16 holds comes back for every r; infinities and NaNs take no part")
{
    const uint32_t bits[] = {0x00000000, 0x80000000, 0x3F800000, 0xBF810000, 0x7F800000,
                             0xFF800000, 0x7F800001, 0xFF800001, 0x7FFFFFFF, 0xFFFFFFFF,
                             0x7FC00000, 0x7F80FFFF, 0x7F7F0000, 0x7F7FFFFF, 0xFF7FFFFF};
    enum { N = sizeof bits / sizeof *bits };
    // In this order the first that fails tells one mistake from another.
    const uint16_t some_r[] = {0xFFFF, 0, 0x7FFF, 0x8000, 1};
    for (size_t k = 0; k < sizeof some_r / sizeof *some_r; k++) {
        float x[N];
        uint16_t r[N], want[N], *got = TAKE(uint16_t, N);
        for (size_t i = 0; i < N; i++) {
            // Past the largest, only for r that every way of stepping up f times agrees on.
            x[i] = f32_from_bits(bits[i]);
            bool edge = isfinite(x[i]) && bits[i] % 65536 == 0xFFFF &&
                        (some_r[k] == 0 || some_r[k] == 0xFFFF);
            x[i] = edge ? 1 : x[i];
            r[i] = some_r[k];
            want[i] = isfinite(x[i]) ? oracle_sr(x[i], r[i])
                      : isnan(x[i])  ? 0x7FC0
                      : x[i] > 0     ? 0x7F80
                                     : 0xFF80;
        }
        bf16_from_f32_sr_map(got, GIVE(x, N), N, some_r[k]);
        check_sr(x, r, got, want, N);
    }
}

#endif
