/**
 * @file tests_adamw.h
 * @brief Graded tests of exercises 5.4 and 5.5: the updates of SGD and AdamW.
 *
 * A part of test_lab05.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB05_TESTS_ADAMW_H
#define LOWP_GRADER_LAB05_TESTS_ADAMW_H

#include "grader/lab05/beliefs_adamw.h"
#include "grader/lab05/draw.h"

// --------------------------------------------------------------------------------------------
// 5.4, 5.5: updates
// --------------------------------------------------------------------------------------------

GRADED(sgd_step, .points = 2, .idea = "the update is minus the learning rate times the gradient")
{
    enum { N = 64 };
    float g[N], lr = 0.01f + (float)test_f64(1000);
    for (size_t i = 0; i < N; i++)
        g[i] = i ? (float)(test_f64(i) - 0.5) : 0;
    float *u = TAKE(float, N);
    sgd_update(u, GIVE(g, N), N, lr);
    for (size_t i = 0; i < N; i++) {
        float want = -lr * g[i]; // one rounding in any order; either zero is fine
        if (u[i] == want)
            continue;
        if (u[i] == lr * g[i])
            because("the sign is missing: the update goes down the gradient");
        else if (u[i] == -g[i])
            because("the learning rate is missing");
        fail("sgd_update: g[%zu] = %s, lr = %.9g: u is %s, expected %s", i, show_f32(g[i]),
             (double)lr, show_f32(u[i]), show_f32(want));
    }
}

enum { ADAMW_N = 32 };

/** One call of adamw_update(): what went in, what came out. */
struct adamw_call {
    struct adamw opt;
    int t;
    float w[ADAMW_N], g[ADAMW_N], m[ADAMW_N], v[ADAMW_N];
    float u1[ADAMW_N], m1[ADAMW_N], v1[ADAMW_N];
};

static const struct adamw ADAMW_PLAIN = {1e-3f, 0.9f, 0.999f, 1e-8f, 0};

static void draw_adamw(struct adamw_call *k, double gradient_size)
{
    for (uint64_t i = 0; i < ADAMW_N; i++) {
        k->w[i] = (float)(4 * test_f64(4 * i) - 2);
        k->g[i] = (float)(gradient_size * (0.2 + test_f64(4 * i + 1)) * (i % 2 ? 1 : -1));
        k->m[i] = (float)(gradient_size * (test_f64(4 * i + 2) - 0.5));
        k->v[i] = (float)(gradient_size * gradient_size * test_f64(4 * i + 3));
    }
}

static void call_adamw(struct adamw_call *k)
{
    float *u = TAKE(float, ADAMW_N);
    float *m = INOUT(k->m, ADAMW_N), *v = INOUT(k->v, ADAMW_N);
    adamw_update(u, m, v, GIVE(k->w, ADAMW_N), GIVE(k->g, ADAMW_N), ADAMW_N, k->opt, k->t);
    memcpy(k->u1, u, sizeof k->u1);
    memcpy(k->m1, m, sizeof k->m1);
    memcpy(k->v1, v, sizeof k->v1);
    arena_reset();
}

/* Two products and a sum in FP32 are 3 roundings of 2^-24 each, a lerp m + (1 - beta)(g - m) one
 * more: 4 * 2^-24 of the terms' magnitudes. 1 - beta is exact for beta >= 1/2. */
static const double MOMENT_TOLERANCE = 0x1p-22;

static void judge_moment(const struct adamw_call *k, bool second,
                         const struct adamw_belief *beliefs, size_t count)
{
    const float *old = second ? k->v : k->m, *got = second ? k->v1 : k->m1;
    struct oracle_term (*rule)(double, double, struct adamw) =
        second ? oracle_adamw_v : oracle_adamw_m;
    for (size_t i = 0; i < ADAMW_N; i++) {
        struct oracle_term want = rule(old[i], k->g[i], k->opt);
        if (near(got[i], want.value, MOMENT_TOLERANCE * want.scale))
            continue;
        for (size_t b = count; b-- > 0;) {
            double wrong = beliefs[b].answer(k->m[i], k->v[i], k->w[i], k->g[i], k->opt, k->t);
            if (near(got[i], wrong, 1e-6 * (fabs(wrong) + want.scale)))
                because("%s", beliefs[b].belief);
        }
        fail(
            "adamw_update: %c[%zu] was %.9g, with g = %.9g at t = %d it became %.9g; expected %.9g",
            second ? 'v' : 'm', i, (double)old[i], (double)k->g[i], k->t, (double)got[i],
            want.value);
    }
}

GRADED(adamw_moments, .points = 3,
       .idea = "m averages the gradient, v its square, each with its own decay, and both persist")
{
    struct adamw_call k = {.opt = ADAMW_PLAIN};
    draw_adamw(&k, 1);
    for (k.t = 1; k.t <= 4; k.t++) {
        call_adamw(&k);
        judge_moment(&k, false, RULES(M_BELIEFS));
        judge_moment(&k, true, RULES(V_BELIEFS));
        memcpy(k.m, k.m1, sizeof k.m);
        memcpy(k.v, k.v1, sizeof k.v);
        for (uint64_t i = 0; i < ADAMW_N; i++)
            k.g[i] = (float)(test_f64(1000 * (uint64_t)k.t + i) - 0.5);
    }
}

/* All in FP32, the worst part is 1 - beta2^t at t = 2: the power is off by up to one ulp, 2^-24,
 * and 1 - beta2^2 is 0.002, so v_hat is off by 3e-5 and its root by 1.5e-5. A dozen more roundings
 * and a loop of products instead of powf() stay below 1e-4 too. */
static const double UPDATE_TOLERANCE = 1e-4;

/** Names what explains u[i]: a wrong formula on the new moments, or moments that were wrong. */
static void name_update_belief(const struct adamw_call *k, size_t i)
{
    double got = k->u1[i], m = k->m1[i], v = k->v1[i], w = k->w[i], g = k->g[i];
    double old = oracle_adamw_u(k->m[i], k->v[i], w, k->opt, k->t).value;
    if (near(got, old, UPDATE_TOLERANCE * fabs(old)))
        because("u was made of the old moments: update m and v first");
    for (size_t b = sizeof U_BELIEFS / sizeof *U_BELIEFS; b-- > 0 && v >= 0;) {
        double wrong = U_BELIEFS[b].answer(m, v, w, g, k->opt, k->t);
        // A correction of 0 or a missing eps makes 0/0.
        if (near(got, wrong, UPDATE_TOLERANCE * fabs(wrong)) || (isnan(got) && isnan(wrong)))
            because("%s", U_BELIEFS[b].belief);
    }
    for (size_t b = sizeof V_BELIEFS / sizeof *V_BELIEFS; b-- > 0 && v < 0;) {
        double wrong = V_BELIEFS[b].answer(k->m[i], k->v[i], w, g, k->opt, k->t);
        if (near(v, wrong, 1e-5 * fabs(wrong)))
            because("%s", V_BELIEFS[b].belief);
    }
    double coupled = m_coupled(k->m[i], k->v[i], w, g, k->opt, k->t);
    if (k->opt.weight_decay > 0 && near(m, coupled, 1e-5 * fabs(coupled)))
        because("%s", M_BELIEFS[2].belief);
}

/** Fails with what became of u[i]. */
static void fail_update(const struct adamw_call *k, size_t i, double want)
{
    name_update_belief(k, i);
    fail("adamw_update: u[%zu] = %.9g, expected %.9g\n"
         "t = %d, g = %.9g, w = %.9g, m %.9g -> %.9g, v %.9g -> %.9g",
         i, (double)k->u1[i], want, k->t, (double)k->g[i], (double)k->w[i], (double)k->m[i],
         (double)k->m1[i], (double)k->v[i], (double)k->v1[i]);
}

/** Judges u by the moments that the call left behind (or the right ones), so that wrong moments
 *  cost their own test only. */
static void judge_update(const struct adamw_call *k)
{
    for (size_t i = 0; i < ADAMW_N; i++) {
        double m = oracle_adamw_m(k->m[i], k->g[i], k->opt).value;
        double v = oracle_adamw_v(k->v[i], k->g[i], k->opt).value;
        struct oracle_term want = oracle_adamw_u(m, v, k->w[i], k->opt, k->t);
        struct oracle_term own = oracle_adamw_u(k->m1[i], k->v1[i], k->w[i], k->opt, k->t);
        if (!near(k->u1[i], want.value, UPDATE_TOLERANCE * want.scale) &&
            !near(k->u1[i], own.value, UPDATE_TOLERANCE * own.scale))
            fail_update(k, i, want.value);
    }
}

GRADED(adamw_bias_correction, .points = 3,
       .idea = "moments that start at 0 are divided by 1 - beta^t, t counted from 1")
{
    const int steps[] = {1, 2, 3, 10, 100, 3000};
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        struct adamw_call k = {.opt = ADAMW_PLAIN, .t = steps[s]};
        draw_adamw(&k, 1);
        if (k.t == 1) {
            memset(k.m, 0, sizeof k.m);
            memset(k.v, 0, sizeof k.v);
        }
        call_adamw(&k);
        judge_update(&k);
    }
}

// At this step beta2^t = 2e-9: the bias corrections are 1, and a missing one costs nothing.
enum { LATE = 20000 };

/** Judges where eps is added when the correction of v is far from 1. Takes u with any correction
 *  that a student may believe in, so that a wrong one costs its own test only. With beta1 = 0, m
 *  needs none. */
static void judge_early_eps(const struct adamw_call *k)
{
    for (size_t i = 0; i < ADAMW_N; i++) {
        double m = oracle_adamw_m(k->m[i], k->g[i], k->opt).value;
        double v = oracle_adamw_v(k->v[i], k->g[i], k->opt).value;
        bool fine = false;
        const double powers[] = {k->t, k->t - 1, k->t + 1, INFINITY};
        for (size_t p = 0; p < sizeof powers / sizeof *powers; p++) {
            double correction2 = 1 - pow(k->opt.beta2, powers[p]);
            double u = adam_step(m, v, k->opt, 1, correction2);
            double own = adam_step(k->m1[i], k->v1[i], k->opt, 1, correction2);
            fine |= near(k->u1[i], u, UPDATE_TOLERANCE * fabs(u)) ||
                    near(k->u1[i], own, UPDATE_TOLERANCE * fabs(own));
        }
        if (!fine)
            fail_update(k, i, oracle_adamw_u(k->m1[i], k->v1[i], 0, k->opt, k->t).value);
    }
}

GRADED(adamw_eps_outside_root, .points = 3,
       .idea = "eps is added to sqrt(v), and keeps 0/0 from happening")
{
    struct adamw_call k = {.opt = ADAMW_PLAIN, .t = LATE};
    k.opt.eps = 1e-6f;
    draw_adamw(&k, 1e-6); // sqrt(v) and eps are of a size; eps under the root is 1000 times as much
    k.g[0] = k.m[0] = k.v[0] = 0;
    call_adamw(&k);
    judge_update(&k);
    k.t = 2; // where it shows whether eps comes before the correction of v or after it
    k.opt.beta1 = 0;
    call_adamw(&k);
    judge_early_eps(&k);
}

GRADED(adamw_decay_is_decoupled, .points = 3,
       .idea = "lr * weight_decay * w is subtracted from the update and kept out of m and v")
{
    struct adamw_call k = {.opt = ADAMW_PLAIN, .t = LATE};
    k.opt.weight_decay = 0.25f;
    draw_adamw(&k, 1);
    call_adamw(&k);
    judge_update(&k);
}

#endif
