/**
 * @file test_lab05.c
 * @brief Hidden tests of lab 05, as an instructor writes them: an example, and what
 *        tests/check_autograde.sh grades with (HIDDEN=tests/autograde/hidden).
 *
 * They are written as the public tests in grader/lab05 are, use the same oracles, and their points
 * are added to the public ones. A student learns how many of them failed, and nothing else.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

#include "common/cast.h"

#include <string.h>

GRADED(hidden_long_sgd, .points = 6, .idea = "SGD's update on a gradient of 10,000 elements")
{
    enum { N = 10000 };
    static float g[N];
    for (uint64_t i = 0; i < N; i++)
        g[i] = (float)(test_f64(i) - 0.5);
    float *u = TAKE(float, N);
    sgd_update(u, GIVE(g, N), N, 0.125f);
    for (size_t i = 0; i < N; i++)
        if (u[i] != -0.125f * g[i])
            fail("secret words of a hidden message: u[%zu] is %s", i, show_f32(u[i]));
}

GRADED(hidden_frozen_weights, .points = 4, .idea = "an update of zero moves no weight")
{
    enum { N = 100 };
    uint16_t w[N], before[N];
    float u[N];
    for (uint64_t i = 0; i < N; i++) {
        before[i] = w[i] = bf16_from_f32_rne((float)(4 * test_f64(i) - 2));
        u[i] = 0;
    }
    uint16_t *now = INOUT(w, N);
    size_t moved = apply_bf16(now, GIVE(u, N), N);
    if (moved != 0 || memcmp(now, before, sizeof before) != 0)
        fail("secret words of a hidden message: %zu weights moved", moved);
}
