/**
 * @file tests_limits.h
 * @brief Graded tests of exercises 4.12 to 4.14: what a scale is good for, and where it ends.
 *
 * A part of test_lab04.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB04_TESTS_LIMITS_H
#define LOWP_GRADER_LAB04_TESTS_LIMITS_H

#include "grader/lab04/beliefs.h"
#include "grader/lab04/draw.h"

// --------------------------------------------------------------------------------------------
// 4.12: flushed gradients
// --------------------------------------------------------------------------------------------

static double share_by(bool (*flushed)(float, float), bool of_all, const float *x, size_t n,
                       float scale)
{
    size_t whole = 0, part = 0;
    for (size_t i = 0; i < n; i++) {
        whole += of_all || x[i] != 0;
        part += flushed(x[i], scale);
    }
    return whole ? (double)part / (double)whole : 0;
}

enum { SHARES_MAX = 32, SHARE_N = 400 };

/** Calls of fp16_flushed_share() and their answers. */
struct share_calls {
    size_t count;
    struct share_call {
        float x[SHARE_N];
        size_t n;
        float scale;
        double got;
    } calls[SHARES_MAX];
};

static void call_share(struct share_calls *all, const float *x, size_t n, float scale)
{
    struct share_call *c = &all->calls[all->count++];
    memcpy(c->x, x, n * sizeof *x);
    c->n = n;
    c->scale = scale;
    c->got = fp16_flushed_share(GIVE(x, n ? n : 1), n, scale);
    arena_reset();
}

/** Counts are exact, so a share may be off by the rounding of the quotient alone, in FP32 at worst. */
static bool share_is(const struct share_call *c, double want)
{
    return fabs(c->got - want) <= 1e-6 * want;
}

/** Names the belief that explains all shares, if there is one. */
static void name_flush_belief(const struct share_calls *all)
{
    for (size_t b = 0; b < sizeof FLUSH_BELIEFS / sizeof *FLUSH_BELIEFS; b++) {
        const struct flush_belief *f = &FLUSH_BELIEFS[b];
        size_t agree = 0;
        for (; agree < all->count; agree++) {
            const struct share_call *c = &all->calls[agree];
            if (!share_is(c, share_by(f->flushed, f->of_all, c->x, c->n, c->scale)))
                break;
        }
        if (agree == all->count) {
            because("%s", f->belief);
            return;
        }
    }
}

/** One value a time beside one that survives and one that does not count: the share is 0 or 1/2.
 *  The tenth product is 2^-25 (1 + 2^-24 - 2^-47): above the tie, but FP32 rounds it to the tie. */
static void call_edges(struct share_calls *all)
{
    const float edge[][2] = {{0x1p-25f, 1},
                             {0x1.000002p-25f, 1},
                             {-0x1p-25f, 1},
                             {0x1.fffffep-26f, 1},
                             {0x1p-24f, 1},
                             {6e-5f, 1},
                             {0x1p-41f, 65536},
                             {0x1.1p-41f, 65536},
                             {0x1p-30f, 0x1p-30f},
                             {0x1.000002p0f, 0x1.fffffep-26f},
                             {0x1p-149f, 0x1p-100f},
                             {3e38f, 0x1p100f},
                             {INFINITY, 1},
                             {NAN, 1},
                             {-3e38f, 1}};
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        const float x[] = {edge[i][0], INFINITY, 0};
        call_share(all, x, 3, edge[i][1]);
    }
}

GRADED(
    flushed_share, .points = 4,
    .idea = "|x S| <= 2^-25 exactly is 0 in FP16; zeros do not count, infinities and NaNs survive")
{
    static struct share_calls all;
    all.count = 0;
    call_edges(&all);
    float x[SHARE_N];
    for (uint64_t i = 0; i < SHARE_N; i++)
        x[i] = i % 10 == 3 ? 0 : draw_gradient(i) * 0x1p-20f;
    const float scales[] = {1, 1024, 65536, 3, 0x1p-20f};
    for (size_t i = 0; i < 5; i++)
        call_share(&all, x, SHARE_N, scales[i]);
    const float zeros[4] = {0, -0.0f, 0, 0};
    call_share(&all, zeros, 4, 1);
    call_share(&all, x, 0, 1);

    for (size_t i = 0; i < all.count; i++) {
        const struct share_call *c = &all.calls[i];
        double want = share_by(oracle_is_flushed, false, c->x, c->n, c->scale);
        if (share_is(c, want))
            continue;
        name_flush_belief(&all);
        fail("fp16_flushed_share of %zu values at scale %s is %.9g, expected %.9g; the first value "
             "is %s",
             c->n, show_f32(c->scale), c->got, want, show_f32(c->x[0]));
    }
}

// --------------------------------------------------------------------------------------------
// 4.13 and 4.14: the blind spot and its guard
// --------------------------------------------------------------------------------------------

typedef uint64_t inverse_rule(size_t i, const void *scale);

/** The blind spots of someone whose inverse is another. */
static size_t blind_by(inverse_rule *inverse, const float *x, size_t n, float scale)
{
    float inv = f32_from_bits((uint32_t)inverse(0, &scale));
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += oracle_is_finite(x[i]) && !oracle_is_finite(oracle_unscaled(x[i], inv));
    return count;
}

GRADED(blind_spots, .points = 3,
       .idea = "finite scaled gradients that the multiply makes infinite or NaN: nobody flags them")
{
    const float x[] = {0,     -0.0f,  1,        -1,        1e-45f, 1e-10f,
                       1e30f, -3e38f, INFINITY, -INFINITY, NAN,    0.5f};
    enum { N = sizeof x / sizeof *x };
    const float scales[] = {0x1p-128f, 65536, 1,        0x1p-100f, 0x1p-127f, 0x1p-149f,
                            0,         0.1f,  0x1p-20f, 0x1p127f,  0x1p-30f,  1e-38f};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        float inv = oracle_inverse(scales[i]);
        size_t want = 0, after = 0, tests_inf_only = 0;
        for (size_t k = 0; k < N; k++) {
            float y = oracle_unscaled(x[k], inv);
            want += oracle_is_finite(x[k]) && !oracle_is_finite(y);
            after += !oracle_is_finite(y);
            tests_inf_only += oracle_is_finite(x[k]) && isinf(y);
        }
        size_t got = scaler_blind_spots(GIVE(x, N), N, scales[i]);
        if (got == want)
            continue;
        if (got == after)
            because("infinities and NaNs that the check flags were counted too");
        else if (got == tests_inf_only)
            because("0 times infinity is NaN, and that counts too");
        for (size_t r = 0; r < sizeof INVERSE_RULES / sizeof *INVERSE_RULES; r++)
            if (got == blind_by(INVERSE_RULES[r].answer, x, N, scales[i]))
                because("%s", INVERSE_RULES[r].belief);
        fail("scaler_blind_spots of %d values at scale %s is %zu, expected %zu (the inverse is %s)",
             N, show_f32(scales[i]), got, want, show_f32(inv));
    }
}

/** A wrong rule for scaler_backoffs_left(). */
struct left_belief {
    const char *belief;
    double last;    /**< backs off while S is not below this; 0: while the inverse is finite */
    double backoff; /**< by this, whatever the scaler says; 0: by the scaler's */
    int off;        /**< and answers with so many more */
    bool in_double; /**< does not round S to FP32 */
    inverse_rule *inverse; /**< its inverse, NULL: the right one */
};

static const struct left_belief LEFT_BELIEFS[] = {
    {"one too many: at 2^-128 the inverse is infinite already", 0, 0, 1, false, NULL},
    {"one too few: the backoff that makes the inverse infinite counts, too", 0, 0, -1, false, NULL},
    {"counted down to S = 0, but the inverse is infinite long before that", 0x1p-149, 0, 0, false,
     NULL},
    {"stopped at the smallest normal number: the inverse of 2^-127 is still finite", 0x1p-126, 0, 0,
     false, NULL},
    {"backed off by 0.5, whatever backoff_factor is", 0, 0.5, 0, false, NULL},
    {"only the exponent was inverted: scales need not be powers of two", 0, 0, 0, false,
     inverse_by_exponent},
    {"S was kept in double: each backoff rounds it to FP32", 0, 0, 0, true, NULL},
};

/** What someone answers who believes that. */
static int left_by(const struct left_belief *b, float scale, double backoff)
{
    int count = 0;
    for (double exact = (double)scale; count < 10000; count++) {
        float inv =
            b->inverse ? f32_from_bits((uint32_t)b->inverse(0, &scale)) : (float)(1 / exact);
        if (b->last > 0 ? exact < b->last : !oracle_is_finite(inv))
            break;
        exact *= b->backoff > 0 ? b->backoff : backoff;
        scale = (float)exact;
        exact = b->in_double ? exact : (double)scale;
    }
    return count + b->off > 0 ? count + b->off : 0;
}

GRADED(backoffs_left, .points = 2,
       .idea = "how many overflows in a row until 1/S is infinite: 144 from 2^16")
{
    const struct {
        float scale;
        double backoff;
    } cases[] = {{65536, 0.5},  {1, 0.5},      {0x1p-127f, 0.5},       {0x1p-128f, 0.5},
                 {1e-45f, 0.5}, {3e38f, 0.5},  {65536, 0.25},          {12345, 0.7},
                 {1e-37f, 0.9}, {65536, 0.01}, {0x1.00002p-128f, 0.5}, {0x2AAAABp-149f, 0.75}};
    /* The last backs off to 2^-128 (1 + 2^-23), which FP32 does not hold. */
    enum { CASES = sizeof cases / sizeof *cases };
    because(
        "it waits for what never comes: an inverse that is clamped is never infinite, and 2^-149 "
        "times 0.9 is rounded back to 2^-149"); // said if it does not come back
    int got[CASES], want[CASES];
    size_t first = CASES;
    for (size_t i = CASES; i-- > 0;) {
        struct grad_scaler s = scaler_at(cases[i].scale);
        s.backoff_factor = cases[i].backoff;
        want[i] = oracle_backoffs_left(s.loss_scale, s.backoff_factor);
        got[i] = scaler_backoffs_left(GIVE(&s, 1));
        first = got[i] == want[i] ? first : i;
    }
    because("%s", "");
    if (first == CASES)
        return;
    for (size_t b = 0; b < sizeof LEFT_BELIEFS / sizeof *LEFT_BELIEFS; b++) {
        size_t agree = 0;
        while (agree < CASES &&
               got[agree] == left_by(&LEFT_BELIEFS[b], cases[agree].scale, cases[agree].backoff))
            agree++;
        if (agree == CASES)
            because("%s", LEFT_BELIEFS[b].belief);
    }
    fail("scaler_backoffs_left at scale %s and backoff %.9g is %d, expected %d",
         show_f32(cases[first].scale), cases[first].backoff, got[first], want[first]);
}

#endif
