/**
 * @file test_lab05_facts.c
 * @brief The numbers that chapter 5 of course.md states, computed by lab 05's model solution and
 *        printed: check_course.sh compares the text with them.
 */
#include "lab05.h"
#include "solutions/lab05_master_weights/lab05.c"

#include "common/cast.h"
#include "common/rng.h"
#include "grader/oracles/oracle_optim.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

enum { STEPS = 1000, CROWD = 4096 };
static const float step_down = -1e-3f;

static double value(uint16_t w)
{
    return (double)f32_from_bf16(w);
}

Test(lab05_facts, a_thousand_small_steps_in_plain_bf16_do_nothing)
{
    uint16_t w = 0x3F80;
    size_t moved = 0;
    for (int t = 0; t < STEPS; t++)
        moved += apply_bf16(&w, &step_down, 1);
    printf("BF16: %g after %d steps of %g, %zu arrived\n", value(w), STEPS, (double)-step_down,
           moved);
    cr_assert_eq(w, 0x3F80);
    cr_assert_eq(moved, 0);
}

Test(lab05_facts, the_same_steps_arrive_in_an_fp32_master)
{
    uint16_t w = 0x3F80;
    float master = 1;
    for (int t = 0; t < STEPS; t++)
        apply_master(&master, &w, &step_down, 1);
    printf("FP32: %g\n", (double)master);
    cr_assert_float_eq(master, 9.3e-6, 0.05e-6, "%g", (double)master);
}

Test(lab05_facts, the_same_steps_arrive_with_kahan)
{
    uint16_t w = 0x3F80, c = 0;
    size_t moved = 0;
    for (int t = 0; t < STEPS; t++)
        moved += apply_kahan(&w, &c, &step_down, 1);
    printf("Kahan: %g, %zu of %d steps changed the code\n", value(w), moved, STEPS);
    cr_assert_float_eq(value(w), 4.58e-4, 0.005e-4, "%g", value(w));
    cr_assert_eq(moved, 506, "%zu", moved);
}

Test(lab05_facts, the_same_steps_arrive_on_average_with_stochastic_rounding)
{
    static uint16_t w[CROWD];
    static float u[CROWD];
    for (int i = 0; i < CROWD; i++)
        w[i] = 0x3F80, u[i] = step_down;
    for (uint64_t t = 0; t < STEPS; t++)
        apply_stochastic(w, u, CROWD, 1, t);
    double mean = 0, square = 0;
    for (int i = 0; i < CROWD; i++)
        mean += value(w[i]) / CROWD, square += value(w[i]) * value(w[i]) / CROWD;
    double scatter = sqrt(square - mean * mean);
    printf("stochastic, %d steps: mean %g of %d weights, which scatter by %.2g\n", STEPS, mean,
           CROWD, scatter);
    /* The mean of 4096 weights scatters by 0.04 / 64. */
    cr_assert_float_eq(mean, 0, 4 * 0.04 / 64, "%g", mean);
    cr_assert_float_eq(scatter, 0.04, 0.005, "%g", scatter);
}

Test(lab05_facts, kahan_stalls_too_eight_bits_further_down)
{
    uint16_t w = 0x3F80, c = 0;
    const float u = 1e-5f;
    for (int t = 0; t < 100000; t++)
        apply_kahan(&w, &c, &u, 1);
    printf("Kahan: 1 and 100000 times 1e-5 is %.5g\n", value(w) + value(c));
    cr_assert_float_eq(value(w) + value(c), 1.0039, 0.00005, "%g", value(w) + value(c));
}

/** The weights that a step of lr leaves where they are begin in one place: none below, all above. */
Test(lab05_facts, weights_that_stand_still)
{
    const float lr = 1e-4f;
    uint16_t moved = 0x3F80;
    while (bf16_update_is_lost(moved, -lr))
        moved--;
    for (uint16_t w = 1; w <= moved; w++)
        cr_assert(!bf16_update_is_lost(w, -lr), "%g", value(w));
    double ratio = value(moved) / (double)lr;
    printf("a step of %g is lost on all weights above %.4f, %.0f times as large: between 2^%g and "
           "2^%g\n",
           (double)lr, value(moved), ratio, floor(log2(ratio)), ceil(log2(ratio)));
}

Test(lab05_facts, small_numbers_of_adamw)
{
    printf("eps under the root: sqrt(%g) = %g\n", 1e-8, sqrt(1e-8));
    double correction = 1 - 0.999 * 0.999, off = 0x1p-24;
    printf("1 - beta2^t at t = 2: %.3f; a power near 1 is off by %.0e, which is %.0e of that\n",
           correction, off, off / correction);
    printf("decay: lr %g times lambda %g is %g\n", 1e-3, 0.01, 1e-3 * 0.01);
    const int read_bytes = 2 + 4 + 4 + 4, write_bytes = 4 + 4 + 4 + 2;
    printf("read g %d, master %d, m and v %d each, write as much and w %d: %d bytes; of %g "
           "parameters %.2f TB, %.1f s at %d TB/s\n",
           2, 4, 4, 2, read_bytes + write_bytes, 70e9, (read_bytes + write_bytes) * 70e9 / 1e12,
           (read_bytes + write_bytes) * 70e9 / 4e12, 4);
}

Test(lab05_facts, a_decay_of_1e_5_changes_no_normal_code)
{
    size_t normal = 0, changed = 0;
    for (uint32_t code = 0; code < 65536; code++) {
        uint32_t exponent = code >> 7 & 0xFF;
        if (exponent == 0 || exponent == 255)
            continue;
        normal++;
        float w = f32_from_bf16((uint16_t)code);
        changed += bf16_from_f32_rne((1 - 1e-5f) * w) != code;
    }
    printf("a decay of 1e-5 changes %zu of %zu normal BF16 numbers\n", changed, normal);
    cr_assert_eq(changed, 0);
    cr_assert_eq(normal, 254 * 128 * 2);
}

Test(lab05_facts, ties_and_the_two_sides_of_a_power_of_two)
{
    cr_assert(bf16_update_is_lost(0x3F80, -0x1p-9f) && bf16_update_is_lost(0x3F80, 0x1p-8f));
    cr_assert(!bf16_update_is_lost(0x3FFF, -0x1p-8f)); /* 1.9921875 is odd */
    uint16_t half = bf16_from_f32_rne(0.5f);
    printf("half the gaps of 1: 2^%g up, 2^%g down; of 1.9921875: minus 2^-8 is %.9g\n",
           log2(bf16_gap(0x3F80, +1) / 2), log2(bf16_gap(0x3F80, -1) / 2),
           value(bf16_from_f32_rne((float)value(0x3FFF) - 0x1p-8f)));
    printf("at %g, %+g is %s and %+g is %s\n", value(half), 0.001,
           bf16_update_is_lost(half, 0.001f) ? "lost" : "not", -0.001,
           bf16_update_is_lost(half, -0.001f) ? "lost" : "not");
    for (int p = 8; p <= 11; p += 3)
        printf("%s: lost from a ratio of 2^%d = %d on\n", p == 8 ? "BF16" : "FP16", p, 1 << p);
    printf("BF16 numbers of a binade: %d; the distances around 1: 2^%g and 2^%g\n",
           bf16_from_f32_rne(2) - bf16_from_f32_rne(1), log2(1 - value(0x3F7F)),
           log2(value(0x3F81) - 1));
    printf("1-2^%g 1-2^%g 1 1+2^%g 1+2^%g\n", log2(1 - value(0x3F7E)), log2(1 - value(0x3F7F)),
           log2(value(0x3F81) - 1), log2(value(0x3F82) - 1));
    cr_assert(bf16_update_is_lost(half, 0.001f) && !bf16_update_is_lost(half, -0.001f));
    cr_assert_eq(bf16_gap(0x3F80, +1), 0x1p-7);
    cr_assert_eq(bf16_gap(0x3F80, -1), 0x1p-8);
}

Test(lab05_facts, whether_1e_7_is_lost_depends_on_the_weight)
{
    for (int e = 0; e <= 4; e++)
        cr_assert(bf16_update_is_lost(bf16_from_f32_rne(powf(10, (float)-e)), 1e-7f), "1e-%d", e);
    cr_assert(!bf16_update_is_lost(bf16_from_f32_rne(1e-5f), 1e-7f));
}

/** One operation after the other in FP32, as the solution's C functions write them. */
Test(lab05_facts, a_fused_step_is_the_two_functions_one_after_the_other)
{
    const struct adamw opt = {1e-3f, 0.9f, 0.999f, 1e-8f, 0.1f};
    for (uint64_t i = 0; i < 10000; i++) {
        int t = 1 + (int)(i % 50);
        float g = (float)(rng_f64(1, 0, i) - 0.5), master = (float)(4 * rng_f64(1, 1, i) - 2);
        float m = (float)(rng_f64(1, 2, i) - 0.5), v = (float)rng_f64(1, 3, i), u;
        struct oracle_fused want =
            oracle_adamw_fused(master, m, v, g, opt, (float)(1 - pow((double)opt.beta1, t)),
                               (float)(1 - pow((double)opt.beta2, t)));
        uint16_t w = 0;
        adamw_update(&u, &m, &v, &master, &g, 1, opt, t);
        apply_master(&master, &w, &u, 1);
        cr_assert(m == want.m && v == want.v && u == want.u && master == want.master, "at %zu",
                  (size_t)i);
    }
}
