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

/** Draws, calls and asks the oracle. `owed` is the size of c in gaps of w. */
static void call_kahan(struct kahan_call *k, double owed)
{
    for (uint64_t i = 0; i < KAHAN_N; i++) {
        k->w[i] = draw_weight(3 * i);
        double gap = oracle_gap(k->w[i], +1);
        k->c[i] = oracle_bf16_sum(owed * gap * (2 * test_f64(3 * i + 1) - 1), 0);
        k->u[i] = (float)(gap * (2 * test_f64(3 * i + 2) - 1));
        while (!oracle_kahan_is_clear(k->w[i], k->c[i], k->u[i]))
            k->u[i] = (float)(0.9 * (double)k->u[i] + 0.01 * gap);
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

/** Names the belief whose w (or c) matches most of what is wrong. */
static void name_kahan_belief(const struct kahan_call *k, bool compensation)
{
    size_t best = 0;
    for (size_t b = 0; b < KAHAN_BELIEF_COUNT; b++) {
        size_t wrong = 0, explained = 0;
        for (size_t i = 0; i < KAHAN_N; i++) {
            uint16_t w = k->w[i], c = k->c[i];
            KAHAN_BELIEFS[b].step(&w, &c, k->u[i]);
            uint16_t got = compensation ? k->c1[i] : k->w1[i];
            if (got == (compensation ? k->want_c[i] : k->want_w[i]))
                continue;
            wrong++;
            explained += got == (compensation ? c : w);
        }
        if (10 * explained >= 9 * wrong && explained > best) {
            best = explained;
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

GRADED(stochastic_mean, .points = 3,
       .idea = "each update is too small for the gap, yet the mean weight follows their sum")
{
    enum { N = 4096, STEPS = 100 };
    static uint16_t ones[N];
    static float u[N];
    for (size_t i = 0; i < N; i++) {
        ones[i] = 0x3F80;
        u[i] = -1e-3f;
    }
    uint16_t *w = INOUT(ones, N);
    const float *updates = GIVE(u, N);
    for (uint64_t t = 0; t < STEPS; t++)
        apply_stochastic(w, updates, N, test_seed(), t);
    double mean = 0, exact = 1 - STEPS * 1e-3;
    for (size_t i = 0; i < N; i++)
        mean += value_of(BF16, w[i]) / N;
    /* A step adds noise of standard deviation at most half the gap of 2^-8. Steps and elements are
     * independent, so the mean has at most 2^-9 sqrt(STEPS / N); 6 of that is a chance of 2e-9. */
    const double tolerance = 6 * 0x1p-9 * sqrt((double)STEPS / N);
    if (mean == 1)
        because("no weight ever moved: this is rounding to nearest");
    else if (!(mean > 0.5))
        because("the weights fall too fast: is every step rounded toward zero?");
    if (!near(mean, exact, tolerance))
        fail(
            "apply_stochastic: %d weights at 1, %d updates of -0.001: their mean is %.6f, expected "
            "%.6f within %.2g",
            N, STEPS, mean, exact, tolerance);
}

// --------------------------------------------------------------------------------------------
// All four: counts, lengths
// --------------------------------------------------------------------------------------------

enum { APPLIES = 4 };

/** Buffers of one call of any apply_*(). */
struct apply_buffers {
    float *master;
    uint16_t *w, *c;
    const float *u;
};

static size_t call_apply(int which, struct apply_buffers b, size_t n)
{
    switch (which) {
    case 0:
        return apply_bf16(b.w, b.u, n);
    case 1:
        return apply_master(b.master, b.w, b.u, n);
    case 2:
        return apply_kahan(b.w, b.c, b.u, n);
    default:
        return apply_stochastic(b.w, b.u, n, 11, 22);
    }
}

static const char *const APPLY_NAMES[APPLIES] = {"apply_bf16", "apply_master", "apply_kahan",
                                                 "apply_stochastic"};

/** Weights with masters that match, no compensation, and updates of up to a gap; some are 0. */
static struct apply_buffers draw_apply(size_t n)
{
    uint16_t w[64], c[64] = {0};
    float u[64], master[64];
    for (uint64_t i = 0; i < n; i++) {
        w[i] = draw_weight(2 * i);
        master[i] = (float)oracle_bf16_value(w[i]);
        double parts = i % 5 == 1 ? 0 : (2 * test_f64(2 * i + 1) - 1) * (i % 2 ? 1 : 3);
        u[i] = (float)(parts * oracle_gap(w[i], +1));
    }
    return (struct apply_buffers){INOUT(master, n), INOUT(w, n), INOUT(c, n), GIVE(u, n)};
}

GRADED(moved_counts_codes, .points = 2,
       .idea = "the return value is the number of BF16 codes that changed, not of updates")
{
    enum { N = 64 };
    for (int which = 0; which < APPLIES; which++) {
        struct apply_buffers b = draw_apply(N);
        uint16_t before[N];
        memcpy(before, b.w, sizeof before);
        size_t got = call_apply(which, b, N), changed = 0, updates = 0, owed = 0;
        for (size_t i = 0; i < N; i++) {
            changed += b.w[i] != before[i];
            updates += b.u[i] != 0;
            owed += b.c[i] % 0x8000 != 0;
        }
        if (changed == 0)
            fail("%s moved none of %d weights, though some updates are larger than the gap",
                 APPLY_NAMES[which], N);
        if (got == changed)
            continue;
        if (got == N)
            because("it counted the elements");
        else if (got == updates)
            because("it counted the updates that are not 0; many of them are lost");
        else if (got == N - changed)
            because("it counted the weights that stayed");
        else if (which == 2 && got == owed)
            because("it counted the compensations");
        else if (got == 0)
            because("the weights were compared after they had been overwritten");
        fail("%s returned %zu, but %zu of the %d codes in w changed", APPLY_NAMES[which], got,
             changed, N);
    }
}

/** Fails if call `which` with n elements does not do what it does with all 33, and no more. */
static void check_length(int which, size_t n)
{
    enum { ALL = 33 };
    struct apply_buffers whole = draw_apply(ALL), part = draw_apply(ALL), fresh = draw_apply(ALL);
    call_apply(which, whole, ALL);
    size_t moved = call_apply(which, part, n);
    if (memcmp(whole.w, fresh.w, ALL * sizeof *whole.w) == 0)
        fail("%s moved none of %d weights, though some updates are larger than the gap",
             APPLY_NAMES[which], ALL);
    if (n == 0 && moved != 0)
        fail("%s returned %zu for n = 0", APPLY_NAMES[which], moved);
    for (size_t i = 0; i < ALL; i++) {
        struct apply_buffers want = i < n ? whole : fresh;
        if (part.w[i] != want.w[i] || part.c[i] != want.c[i] || part.master[i] != want.master[i])
            fail("%s, n = %zu: element %zu was %s", APPLY_NAMES[which], n, i,
                 i < n ? "not treated as it is with n = 33" : "changed, though it is past the end");
    }
}

GRADED(empty_and_odd_lengths, .points = 2,
       .idea = "n = 0 touches nothing; 1, 7 or 33 elements are all treated, and none beyond")
{
    const size_t lengths[] = {0, 1, 2, 3, 7, 32};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        for (int which = 0; which < APPLIES; which++)
            check_length(which, lengths[k]);
        size_t n = lengths[k];
        float g[33], *u = TAKE(float, 33);
        for (size_t i = 0; i < 33; i++)
            g[i] = 1 + (float)i;
        sgd_update(u, GIVE(g, 33), n, 0.5f);
        for (size_t i = 0; i < 33; i++)
            if (isnan(u[i]) != (i >= n))
                fail("sgd_update, n = %zu: u[%zu] was %s", n, i,
                     i < n ? "not written" : "written, though it is past the end");
        arena_reset();
    }
}

#endif
