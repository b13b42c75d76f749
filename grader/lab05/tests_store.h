/**
 * @file tests_store.h
 * @brief Graded tests of exercises 5.6 to 5.9: four ways to store an updated weight.
 *
 * A part of test_lab05.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB05_TESTS_STORE_H
#define LOWP_GRADER_LAB05_TESTS_STORE_H

#include "grader/lab05/beliefs_store.h"
#include "grader/lab05/draw.h"

// --------------------------------------------------------------------------------------------
// 5.6, 5.7: plain BF16 and the master copy
// --------------------------------------------------------------------------------------------

GRADED(bf16_stores_nearest, .points = 4,
       .idea = "w + u goes to the nearest code, a tie to the even one")
{
    enum { N = 320 };
    uint16_t w[N], want[N];
    float u[N];
    for (uint64_t i = 0; i < N; i++) {
        w[i] = draw_weight(2 * i);
        double gap = oracle_gap(w[i], +1);
        double parts = i % 3 ? 6 * test_f64(2 * i + 1) - 3 : (double)(test_u64(i) % 8) - 3.5;
        u[i] = (float)(parts * gap);
        if (!oracle_sum_is_clear(oracle_bf16_value(w[i]), u[i]))
            u[i] = (float)gap;
        want[i] = oracle_apply_bf16(w[i], u[i]);
    }
    uint16_t *got = INOUT(w, N);
    apply_bf16(got, GIVE(u, N), N);
    struct store_cases context = {.w = w, .u = u};
    check_stores("apply_bf16", got, want, N, &context, RULES(BF16_RULES));
}

GRADED(master_adds_up, .points = 3,
       .idea = "updates far below a BF16 gap add up in the FP32 master")
{
    enum { N = 8, STEPS = 1000 };
    const float u[N] = {-1e-3f, 1e-4f, 1e-2f, -1e-7f, 1e-3f, -1e-4f, -1e-2f, 1e-7f};
    float start[N] = {1, -0.75f, 128, 0.01f, -1, 0.75f, -128, -0.01f};
    float want[N], from_copy[N], rounded[N];
    uint16_t codes[N];
    for (size_t i = 0; i < N; i++) {
        want[i] = from_copy[i] = rounded[i] = start[i];
        codes[i] = oracle_bf16_sum(start[i], 0);
        for (int t = 0; t < STEPS; t++) {
            oracle_apply_master(&want[i], u[i]);
            from_copy[i] = (float)(oracle_bf16_value(oracle_bf16_sum(from_copy[i], 0)) + u[i]);
            rounded[i] = (float)oracle_bf16_value(oracle_apply_master(&rounded[i], u[i]));
        }
    }
    float *master = INOUT(start, N);
    uint16_t *w = INOUT(codes, N);
    const float *updates = GIVE(u, N);
    for (int t = 0; t < STEPS; t++)
        apply_master(master, w, updates, N);
    for (size_t i = 0; i < N; i++) {
        if (master[i] == want[i])
            continue;
        if (master[i] == from_copy[i])
            because("the update starts from the BF16 copy each time: start from the master");
        else if (master[i] == rounded[i])
            because("the master was rounded to BF16 after each step: it must stay FP32");
        else if (master[i] == start[i])
            because("the master never changed");
        fail("apply_master: master[%zu] = %.9g after %d updates of %.9g from %.9g; expected %.9g",
             i, (double)master[i], STEPS, (double)u[i], (double)start[i], (double)want[i]);
    }
}

GRADED(master_is_copied_back, .points = 3,
       .idea = "after the update the BF16 weight is the rounded master, whatever it was before")
{
    enum { N = 192 };
    float master[N], u[N];
    uint16_t w[N], want[N];
    for (uint64_t i = 0; i < N; i++) {
        master[i] = (float)(4 * test_f64(3 * i) - 2);
        u[i] = (float)(0.02 * test_f64(3 * i + 1) - 0.01);
        w[i] = i % 2 ? oracle_bf16_sum(master[i], 0) : draw_weight(3 * i + 2); // fresh or stale
        float updated = master[i];
        want[i] = oracle_apply_master(&updated, u[i]);
    }
    float *in_master = INOUT(master, N);
    uint16_t *got = INOUT(w, N);
    apply_master(in_master, got, GIVE(u, N), N);
    struct store_cases context = {.w = w, .master = master, .u = u};
    check_stores("apply_master", got, want, N, &context, RULES(MASTER_RULES));
}

// --------------------------------------------------------------------------------------------
// 5.8: Kahan
// --------------------------------------------------------------------------------------------

enum { KAHAN_N = 128 };

/** Inputs and outputs of one call of apply_kahan(). */
struct kahan_call {
    uint16_t w[KAHAN_N], c[KAHAN_N];
    float u[KAHAN_N];
    uint16_t w1[KAHAN_N], c1[KAHAN_N], want_w[KAHAN_N], want_c[KAHAN_N];
};

/** Do all ways of writing 5.8 agree on element i, and w even those that leave y in FP32? That costs
 *  the test of c. */
static bool kahan_is_clear(const struct kahan_call *k, size_t i)
{
    uint16_t w = k->w[i], c = k->c[i], with_long_y = w, unused = c;
    kahan_y_in_fp32(&with_long_y, &unused, k->u[i]);
    return oracle_kahan_is_clear(w, c, k->u[i]) &&
           oracle_apply_kahan(w, &c, k->u[i]) == with_long_y;
}

/** Where the rounding of y decides: w is odd and y just under half a gap, or made a tie by rounding
 *  what must not be rounded (u) or must be (u + c). */
static void draw_near_tie(struct kahan_call *k, size_t i, bool owed)
{
    k->w[i] |= 1;
    double half = oracle_gap(k->w[i], +1) / 2;
    k->u[i] = (float)(half * (owed ? 1 - 0x1p-10 : 1 - 0x1p-12));
    k->c[i] = owed ? oracle_bf16_sum(-half * 0x1p-9, 0) : 0;
}

/** Draws, calls and asks the oracle. `owed` is the size of c in gaps of w. */
static void call_kahan(struct kahan_call *k, double owed)
{
    for (uint64_t i = 0; i < KAHAN_N; i++) {
        k->w[i] = draw_weight(3 * i);
        double gap = oracle_gap(k->w[i], +1);
        k->c[i] = oracle_bf16_sum(owed * gap * (2 * test_f64(3 * i + 1) - 1), 0);
        k->u[i] = (float)(gap * (2 * test_f64(3 * i + 2) - 1));
        for (uint64_t again = 1; !kahan_is_clear(k, i); again++)
            k->u[i] = (float)(gap * (2 * test_f64(3 * (again * KAHAN_N + i) + 2) - 1));
        if (i % 8 == 7)
            draw_near_tie(k, i, owed > 0);
        k->want_c[i] = k->c[i];
        k->want_w[i] = oracle_apply_kahan(k->w[i], &k->want_c[i], k->u[i]);
    }
    uint16_t *w = INOUT(k->w, KAHAN_N), *c = INOUT(k->c, KAHAN_N);
    apply_kahan(w, c, GIVE(k->u, KAHAN_N), KAHAN_N);
    memcpy(k->w1, w, sizeof k->w1);
    memcpy(k->c1, c, sizeof k->c1);
    for (size_t i = 0; i < KAHAN_N; i++)
        if (k->c1[i] == 0x8000 && k->want_c[i] == 0)
            k->c1[i] = 0; // nothing owed: either zero says so
}

/** Names the belief that explains what is wrong in w (or c); of several, the one that agrees most
 *  often with all the rest as well. */
static void name_kahan_belief(const struct kahan_call *k, bool compensation)
{
    size_t best = 0;
    for (size_t b = 0; b < KAHAN_BELIEF_COUNT; b++) {
        size_t wrong = 0, explained = 0, alike = 0;
        for (size_t i = 0; i < KAHAN_N; i++) {
            uint16_t w = k->w[i], c = k->c[i];
            KAHAN_BELIEFS[b].step(&w, &c, k->u[i]);
            uint16_t got = compensation ? k->c1[i] : k->w1[i];
            bool believed = got == (compensation ? c : w);
            bool is_wrong = got != (compensation ? k->want_c[i] : k->want_w[i]);
            alike += believed;
            wrong += is_wrong;
            explained += believed && is_wrong;
        }
        if (10 * explained >= 9 * wrong && alike > best) {
            best = alike;
            because("%s", KAHAN_BELIEFS[b].belief);
        }
    }
}

GRADED(kahan_keeps_the_rest, .points = 3,
       .idea = "what the store dropped, y - (s - w), is kept in c")
{
    struct kahan_call k;
    call_kahan(&k, 0);
    name_kahan_belief(&k, true);
    struct store_cases context = {.w = k.w, .c = k.c, .u = k.u};
    check_stores("apply_kahan (the compensation c)", k.c1, k.want_c, KAHAN_N, &context, NULL, 0);
}

GRADED(kahan_adds_the_rest, .points = 3, .idea = "what is owed is added to the next update")
{
    struct kahan_call k;
    call_kahan(&k, 0.5);
    name_kahan_belief(&k, false);
    struct store_cases context = {.w = k.w, .c = k.c, .u = k.u};
    check_stores("apply_kahan (the weight w)", k.w1, k.want_w, KAHAN_N, &context, NULL, 0);
}

GRADED(kahan_long_run, .points = 3,
       .idea = "a thousand updates of less than half a gap arrive: w + c follows the exact sum")
{
    enum { N = 8, STEPS = 1000 };
    const float start[N] = {1, -1, 0.5f, -0.5f, 1, -1, 0.25f, -0.25f};
    const float u[N] = {-1e-3f, 1e-3f, 2e-4f, -2e-4f, 5e-4f, -5e-4f, 1e-4f, -1e-4f};
    uint16_t codes[N], zeros[N] = {0};
    for (size_t i = 0; i < N; i++)
        codes[i] = oracle_bf16_sum(start[i], 0);
    uint16_t *w = INOUT(codes, N), *c = INOUT(zeros, N);
    const float *updates = GIVE(u, N);
    for (int t = 0; t < STEPS; t++)
        apply_kahan(w, c, updates, N);
    /* The only rounding is that of y. |y| < 2^-7 (half of the widest gap, 2^-8, and |u|), so each
     * step is off by at most half an ulp of 2^-8, which is 2^-16. */
    const double tolerance = STEPS * 0x1p-16;
    for (size_t i = 0; i < N; i++) {
        double exact = start[i] + STEPS * (double)u[i];
        double got = value_of(BF16, w[i]) + value_of(BF16, c[i]);
        if (near(got, exact, tolerance))
            continue;
        for (size_t b = KAHAN_BELIEF_COUNT; b-- > 0;) {
            uint16_t bw = codes[i], bc = 0;
            for (int t = 0; t < STEPS; t++)
                KAHAN_BELIEFS[b].step(&bw, &bc, u[i]);
            if (bw == w[i] && (bc == c[i] || (bc | c[i]) == 0x8000))
                because("%s", KAHAN_BELIEFS[b].belief);
        }
        fail(
            "apply_kahan: from %.9g, %d updates of %.9g led to w + c = %.9g; the exact sum is %.9g "
            "and roundings of y explain at most %.2g",
            (double)start[i], STEPS, (double)u[i], got, exact, tolerance);
    }
}

// --------------------------------------------------------------------------------------------
// 5.9: stochastic stores
// --------------------------------------------------------------------------------------------

GRADED(stochastic_bits, .points = 3,
       .idea = "element i at a step is rounded by the low 16 bits of rng_u32(seed, step, i)")
{
    enum { N = 256 };
    uint16_t w[N], want[N];
    float u[N];
    uint64_t seed = test_u64(5000), step = test_u64(5001) >> 24;
    // A step whose bits for element 0 lie between those that truncate and those that round to nearest,
    // so that one number for all elements is told from both.
    while (rng_u32(seed, step, 0) % 65536 / 0x1000 != 4)
        step++;
    for (uint64_t i = 0; i < N; i++) {
        w[i] = draw_weight(2 * i);
        u[i] = (float)(oracle_gap(w[i], +1) * (2 * test_f64(2 * i + 1) - 1));
        want[i] = oracle_apply_stochastic(w[i], u[i], seed, step, i);
    }
    uint16_t *got = INOUT(w, N);
    apply_stochastic(got, GIVE(u, N), N, seed, step);
    struct store_cases context = {.w = w, .u = u, .seed = seed, .step = step};
    check_stores("apply_stochastic", got, want, N, &context, RULES(STOCHASTIC_RULES));
}

enum { MEAN_N = 256, MEAN_STEPS = 100 };

/** Names the rule that ends with the weights that a run of MEAN_STEPS steps from 1 ended with. */
static void name_stochastic_run(const uint16_t *got, const float *u, uint64_t seed)
{
    for (size_t b = sizeof STOCHASTIC_RULES / sizeof *STOCHASTIC_RULES; b-- > 0;) {
        uint16_t w[MEAN_N];
        struct store_cases context = {.w = w, .u = u, .seed = seed};
        for (size_t i = 0; i < MEAN_N; i++)
            w[i] = 0x3F80;
        for (; context.step < MEAN_STEPS; context.step++)
            for (size_t i = 0; i < MEAN_N; i++)
                w[i] = (uint16_t)STOCHASTIC_RULES[b].answer(i, &context);
        if (memcmp(w, got, sizeof w) == 0)
            because("%s", STOCHASTIC_RULES[b].belief);
    }
}

GRADED(stochastic_mean, .points = 3,
       .idea = "each update is too small for the gap, yet the mean weight follows their sum")
{
    enum { RUNS = 16 };
    uint16_t ones[MEAN_N];
    float u[MEAN_N];
    for (size_t i = 0; i < MEAN_N; i++) {
        ones[i] = 0x3F80;
        u[i] = -1e-3f;
    }
    /* A step adds noise of standard deviation at most half the gap of 2^-8. Steps and elements are
     * independent, so the mean of a run has at most 2^-9 sqrt(STEPS / N); 6 of that is a chance of
     * 2e-9. Where elements or steps share their random bits the mean wanders off farther, but not in
     * every run: so there are a few, each with a seed of its own. */
    const double exact = 1 - MEAN_STEPS * 1e-3;
    const double tolerance = 6 * 0x1p-9 * sqrt((double)MEAN_STEPS / MEAN_N);
    double mean_of_all = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        uint16_t *w = INOUT(ones, MEAN_N);
        const float *updates = GIVE(u, MEAN_N);
        for (uint64_t t = 0; t < MEAN_STEPS; t++)
            apply_stochastic(w, updates, MEAN_N, test_u64(run), t);
        double mean = 0;
        for (size_t i = 0; i < MEAN_N; i++)
            mean += value_of(BF16, w[i]) / MEAN_N;
        mean_of_all += mean / RUNS;
        // All runs together are held to less, and judged with the last.
        bool last = run + 1 == RUNS;
        if (near(mean, exact, tolerance) &&
            (!last || near(mean_of_all, exact, tolerance / sqrt(RUNS))))
            continue;
        name_stochastic_run(w, u, test_u64(run));
        fail(
            "apply_stochastic: %d weights at 1, %d updates of -0.001: their mean is %.6f, expected "
            "%.6f within %.2g (%.2g over %d runs, which have %.6f so far)",
            MEAN_N, MEAN_STEPS, mean, exact, tolerance, tolerance / sqrt(RUNS), RUNS,
            mean_of_all * RUNS / (double)(run + 1));
    }
}

#endif
