/**
 * @file test_lab04_facts.c
 * @brief Lab 04's model solution and oracle against PyTorch's own traces, and the numbers that
 *        chapter 4 of course.md states, computed and printed: check_course.sh compares the text
 *        with them.
 */
#include "lab04.h"
#include "solutions/lab04_grad_scaler/lab04.c"

#include "common/cast.h"
#include "common/rng.h"
#include "grader/lab04/golden.h"
#include "grader/oracles/oracle_scaler.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static struct golden_trace traces[GOLDEN_TRACES_MAX];

Test(lab04_facts, solution_and_oracle_repeat_pytorchs_histories_to_the_bit)
{
    static float scales[GOLDEN_STEPS];
    size_t count = golden_traces_read(traces);
    cr_assert_geq(count, 20, "%zu traces", count);
    for (size_t i = 0; i < count; i++) {
        const struct golden_trace *t = &traces[i];
        struct grad_scaler s = {
            t->start, t->growth_factor, t->backoff_factor, t->growth_interval, 0, true};
        struct oracle_rule rule = {t->growth_factor, t->backoff_factor, t->growth_interval};
        struct oracle_scale o = {t->start, 0};
        scaler_replay(&s, t->found_inf, scales, GOLDEN_STEPS);
        for (size_t k = 0; k < GOLDEN_STEPS; k++) {
            o = oracle_update(o, &rule, t->found_inf[k]);
            cr_assert_eq(bits_from_f32(scales[k]), bits_from_f32(t->scales[k]), "%zu, %zu", i, k);
            cr_assert_eq(bits_from_f32(o.scale), bits_from_f32(t->scales[k]), "%zu, %zu", i, k);
        }
        cr_assert_eq(s.growth_tracker, t->growth_tracker);
        cr_assert_eq(o.tracker, t->growth_tracker);
    }
}

Test(lab04_facts, the_traces_reach_fp32s_largest_power_and_0_and_grow_by_odd_factors)
{
    size_t count = golden_traces_read(traces), largest = 0, zero = 0, odd = 0, one = 0;
    for (size_t i = 0; i < count; i++) {
        bool at_the_top = false;
        for (size_t k = 0; k < GOLDEN_STEPS; k++)
            at_the_top = at_the_top || traces[i].scales[k] == 0x1p127f;
        largest += at_the_top;
        zero += traces[i].scales[GOLDEN_STEPS - 1] == 0;
        odd += traces[i].growth_factor != 2;
        one += traces[i].growth_interval == 1;
    }
    cr_assert(largest >= 3 && zero >= 1 && odd >= 8 && one >= 1, "%zu %zu %zu %zu", largest, zero,
              odd, one);
}

Test(lab04_facts, unscaled_gradients_are_pytorchs)
{
    char line[GOLDEN_LINE];
    size_t rows = 0, blind = 0;
    FILE *file = fopen("grader/lab04/golden/unscale.csv", "r");
    cr_assert_not_null(file);
    for (; golden_line(file, line); rows++) {
        float scale = golden_f32(line, 0), x = golden_f32(line, 1), want = golden_f32(line, 2);
        float y = x, found_inf = 0;
        struct gradient g = {&y, 1, GRADIENT_FP32};
        check_and_unscale(&g, 1, &found_inf, scaler_inverse(scale));
        cr_assert_eq(found_inf, atoi(golden_field(line, 3)), "%s", line);
        cr_assert(bits_from_f32(y) == bits_from_f32(want) || (isnan(y) && isnan(want)), "%s", line);
        float oracle = oracle_unscaled(x, oracle_inverse(scale));
        cr_assert(oracle == want || (isnan(oracle) && isnan(want)), "%s", line);
        blind += found_inf == 0 && !isfinite(want);
    }
    fclose(file);
    cr_assert_geq(rows, 300);
    cr_assert_geq(blind, 20, "PyTorch passed %zu gradients that it then made inf or NaN", blind);
}

Test(lab04_facts, the_inverse_by_way_of_double_is_the_fp32_quotient_for_every_positive_scale)
{
    // A normal quotient depends on the significand alone, so one binade stands for them all. The
    // others are scales whose inverse is subnormal, and subnormal scales.
    const uint32_t ranges[][2] = {
        {0x3F800000, 0x40000000}, {0x7E800000, 0x7F800000}, {1, 0x800000}};
    for (size_t r = 0; r < 3; r++)
        for (uint32_t bits = ranges[r][0]; bits < ranges[r][1]; bits++) {
            float scale = f32_from_bits(bits);
            if (scaler_inverse(scale) != 1.0f / scale)
                cr_assert_fail("1 / %a", (double)scale);
        }
}

/** Backs a scale off until a condition holds. @return how many times */
static int backoffs(float scale, bool (*until)(float))
{
    int count = 0;
    for (; !until(scale); count++)
        scale = (float)(scale * 0.5);
    return count;
}

static bool blind(float scale)
{
    return isinf(scaler_inverse(scale));
}

static bool is_zero(float scale)
{
    return scale == 0;
}

Test(lab04_facts, overflows_in_a_row_make_the_scaler_blind_after_144_and_the_scale_0_after_166)
{
    struct grad_scaler s = {0};
    scaler_init(&s, NULL);
    printf("from 2^%g on: the inverse is infinite after %d backoffs, at 2^%g; the scale is 0 "
           "after %d\n",
           log2((double)s.loss_scale), backoffs(65536, blind), 16.0 - backoffs(65536, blind),
           backoffs(65536, is_zero));
    cr_assert_eq(scaler_backoffs_left(&s), 144);
    cr_assert_eq(backoffs(65536, blind), 144);
    cr_assert_eq(backoffs(65536, is_zero), 166);
    cr_assert_eq(scaler_inverse(0x1p-127f), 0x1p127f);
    const float x[] = {0, 1, -1e-30f, INFINITY, NAN};
    cr_assert_eq(scaler_blind_spots(x, 5, 0x1p-128f), 3);
    // Long before that: a scale of 2^-100 turns 1e30 into an infinity that nobody flags.
    const float large = 1e30f;
    printf("at 2^%d a gradient of %g becomes %g\n", -100, (double)large,
           (double)(large * scaler_inverse(0x1p-100f)));
    cr_assert_eq(scaler_blind_spots(&large, 1, 0x1p-100f), 1);
}

Test(lab04_facts, growth_stops_at_2_to_127_after_222000_clean_steps)
{
    static const uint8_t clean[2000];
    static float scales[2000];
    struct grad_scaler s = {0};
    scaler_init(&s, NULL);
    int growths = 0;
    for (float before = s.loss_scale;; before = s.loss_scale, growths++) {
        scaler_replay(&s, clean, scales, 2000);
        if (s.loss_scale == before)
            break;
    }
    printf("growth stops at 2^%g after %d doublings, %d clean steps\n", log2((double)s.loss_scale),
           growths, 2000 * growths);
    cr_assert_eq(growths, 111);
    cr_assert_eq(s.loss_scale, 0x1p127f);
    cr_assert_eq(s.growth_tracker, 0);
}

Test(lab04_facts, of_gradients_around_1e_5_a_four_hundredth_is_flushed_and_not_all)
{
    enum { N = 1 << 20 };
    static float x[N];
    size_t below_normal = 0, zeros = 0;
    for (uint64_t i = 0; i < N; i++) { // Box and Muller: standard normal numbers
        double u = 1 - rng_f64(4, 0, 2 * i), v = rng_f64(4, 0, 2 * i + 1);
        x[i] = (float)(1e-5 * sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
        below_normal += fabsf(x[i]) < 0x1p-14f;
        zeros += (f16_from_f32_rne(x[i]) & 0x7FFF) == 0 && x[i] != 0;
    }
    double share = fp16_flushed_share(x, N, 1);
    cr_assert_float_eq(share, (double)zeros / N, 1e-12); // the cast agrees with the rule
    // Exact: erf(2^-25 / 1e-5 / sqrt(2)) = 0.238%; a share of a million scatters by 0.005%.
    cr_assert_float_eq(erf(0x1p-25 / 1e-5 / sqrt(2)), 0.00238, 0.000005);
    cr_assert_float_eq(share, 0.00238, 0.0002, "%g", share);
    printf("of N(0, 1e-5) %.3f%% are flushed exactly, %.3f%% of %d; %.2f%% are below %.2g\n",
           100 * erf(0x1p-25 / 1e-5 / sqrt(2)), 100 * share, N, 100.0 * (double)below_normal / N,
           0x1p-14);
    cr_assert_gt((double)below_normal / N, 0.9999);
    cr_assert_eq(fp16_flushed_share(x, N, 65536) < 1e-6, 1);
}

Test(lab04_facts, fp16s_flush_line_is_2_to_minus_25)
{
    cr_assert_eq(f16_from_f32_rne(0x1p-25f), 0);
    cr_assert_eq(f16_from_f32_rne(0x1.000002p-25f), 1);
    cr_assert_eq(f32_from_f16(1), 0x1p-24f);
    const float tie = 0x1p-25f, above = 0x1.000002p-25f, tiny = 1e-9f;
    cr_assert_eq(fp16_flushed_share(&tie, 1, 1), 1);
    cr_assert_eq(fp16_flushed_share(&above, 1, 1), 0);
    cr_assert(fp16_flushed_share(&tiny, 1, 16) == 1 && fp16_flushed_share(&tiny, 1, 32) == 0);
}

Test(lab04_facts, a_nan_that_is_zeroed_before_unscaling_hides_the_overflow)
{
    struct grad_scaler s = {0};
    scaler_init(&s, NULL);
    struct optimizer_state o = {0};
    float x[] = {1, NAN, INFINITY};
    struct gradient g = {x, 3, GRADIENT_FP32};
    bool run;
    for (int zeroed = 0; zeroed < 2; zeroed++) {
        x[0] = 1, x[1] = zeroed ? 0 : NAN, x[2] = zeroed ? 0 : INFINITY;
        cr_assert_eq(scaler_step(&s, &o, &g, 1, &run), SCALER_OK);
        cr_assert_eq(run, zeroed);
        cr_assert_eq(scaler_update(&s, &o, 1), SCALER_OK);
        // Zeroed, the scale stays: it will overflow again in every step.
        cr_assert_eq(s.loss_scale, 32768);
    }
}

Test(lab04_facts, the_scale_after_the_quizs_seven_thousand_steps)
{
    static uint8_t found[7000];
    static float scales[7000];
    found[3999] = 1;
    struct grad_scaler s = {0};
    scaler_init(&s, NULL);
    scaler_replay(&s, found, scales, 7000);
    cr_assert_eq(scales[1999], 0x1p17f);
    cr_assert_eq(scales[3999], 0x1p16f);
    cr_assert_eq(scales[6999], 0x1p17f);
    cr_assert_eq(s.growth_tracker, 1000);
}
