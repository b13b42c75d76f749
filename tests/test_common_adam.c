/**
 * @file test_common_adam.c
 * @brief The given Adam against its formula in double.
 */
#include "common/adam.h"
#include "common/rng.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 50, STEPS = 20 };

Test(adam, follows_the_formula)
{
    float w[N], m[N] = {0}, v[N] = {0}, g[N];
    double dw[N], dm[N] = {0}, dv[N] = {0};
    for (int i = 0; i < N; i++)
        dw[i] = w[i] = (float)(rng_f64(1, 0, (uint64_t)i) - 0.5);
    for (int t = 1; t <= STEPS; t++) {
        for (int i = 0; i < N; i++) {
            g[i] = (float)((rng_f64(1, (uint64_t)t, (uint64_t)i) - 0.5) * pow(10, -(i % 6)));
            dm[i] = 0.9 * dm[i] + 0.1 * g[i];
            dv[i] = 0.999 * dv[i] + 0.001 * g[i] * g[i];
            dw[i] -=
                1e-3 * (dm[i] / (1 - pow(0.9, t))) / (sqrt(dv[i] / (1 - pow(0.999, t))) + 1e-8);
        }
        adam_step(w, m, v, g, N, 1e-3, t);
    }
    /* Each step is at most about 1e-3 and is off by a few FP32 roundings of itself and one of w. */
    for (int i = 0; i < N; i++)
        cr_assert(fabs(w[i] - dw[i]) <= STEPS * (1e-3 * 1e-5 + 0x1p-24), "%d: %g, not %g", i,
                  (double)w[i], dw[i]);
}

Test(adam, a_zero_gradient_moves_nothing)
{
    float w = 1, m = 0, v = 0, g = 0;
    adam_step(&w, &m, &v, &g, 1, 0.1, 1);
    cr_assert_eq(w, 1.0f);
}
