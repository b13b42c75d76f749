/**
 * @file tests_rows.h
 * @brief Graded tests of exercises 3.1 to 3.6: everything that is made of one row at once.
 *
 * A part of test_lab03.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB03_TESTS_ROWS_H
#define LOWP_GRADER_LAB03_TESTS_ROWS_H

#include "grader/lab03/draw.h"

enum { LONGEST = 257 };

static const size_t LENGTHS[] = {1, 2, 3, 10, 33, LONGEST};
enum { LENGTH_COUNT = sizeof LENGTHS / sizeof *LENGTHS };

static const struct target_rule SOFTMAX = {"softmax", oracle_softmax, oracle_softmax_bound};
static const struct target_rule LOG_SOFTMAX = {"log_softmax", oracle_log_softmax,
                                               oracle_log_softmax_bound};
static const struct target_rule DIVISION_FREE = {"softmax_division_free", oracle_softmax,
                                                 oracle_division_free_bound};
static const struct target_rule NAIVE = {"softmax_naive", oracle_softmax,
                                         oracle_softmax_naive_bound};

/** Calls a function of a row and judges what it wrote. */
static void judge(struct target_rule rule, void (*function)(float *, const float *, size_t),
                  const float *x, size_t n, const struct row_belief *beliefs, size_t count)
{
    float *out = TAKE(float, n);
    function(out, GIVE(x, n), n);
    check_row(rule, out, x, n, beliefs, count);
    arena_reset();
}

static void judge_softmax(const float *x, size_t n)
{
    judge(SOFTMAX, softmax, x, n, RULES(SOFTMAX_BELIEFS));
}

static void judge_lse(const float *x, size_t n)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    float got = lse(GIVE(x, n), n);
    check_scalar("lse", got, oracle_lse(&r), oracle_lse_bound(&r), x, n, RULES(LSE_BELIEFS));
    arena_reset();
}

/** Calls `judge_one` with a row of an array literal. */
#define JUDGE(judge_one, ...)                                                                      \
    judge_one((const float[]){__VA_ARGS__}, sizeof(float[]){__VA_ARGS__} / sizeof(float))

// --------------------------------------------------------------------------------------------
// 3.1, 3.2: the formulas
// --------------------------------------------------------------------------------------------

GRADED(naive_softmax_small, .points = 3,
       .idea = "for small logits the formula is fine: exp(x) over the sum of exp(x)")
{
    float x[LONGEST];
    for (size_t k = 0; k < LENGTH_COUNT; k++) {
        draw_row(x, LENGTHS[k], k % 2 ? 20 : -20, 5, k);
        judge(NAIVE, softmax_naive, x, LENGTHS[k], RULES(NAIVE_BELIEFS));
    }
}

/** What FP32 makes of the formula, for exponentials far from both ends of its range. */
static void judge_naive(const float *x, size_t n)
{
    double e[8], bound[8] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) {
        e[i] = x[i] > 88.73F ? INFINITY : x[i] < -104 ? 0 : exp((double)x[i]);
        sum = sum + e[i] > 0x1.fffffep127 ? INFINITY : sum + e[i];
    }
    float *p = TAKE(float, n);
    softmax_naive(p, GIVE(x, n), n);
    for (size_t i = 0; i < n; i++) {
        double want = e[i] / sum;
        bound[i] = 1e-5 * (isfinite(want) ? want : 0);
        if (right((double)p[i], want, bound[i]))
            continue;
        weigh_beliefs(RULES(NAIVE_BELIEFS), &(struct row_case){x, n, p, bound, n}, false);
        fail("softmax_naive: %s\n  element %zu is %.9g; in FP32 the formula gives %.9g/%.9g = %.9g",
             show_row(x, n), i, (double)p[i], e[i], sum, want);
    }
    arena_reset();
}

GRADED(naive_softmax_dies, .points = 3,
       .idea = "exp overflows at 88.73, the sum before that; inf/inf and 0/0 are NaN")
{
    JUDGE(judge_naive, 1, 2, 3);
    JUDGE(judge_naive, 100, 50, 200);
    JUDGE(judge_naive, 88, 89, -3);
    JUDGE(judge_naive, 88.5F, 88.5F, 0); // each exponential fits, their sum does not
    JUDGE(judge_naive, -104.5F, -110, -3000);
    JUDGE(judge_naive, -200, -20, -21); // those that underflow do no harm beside others
}

GRADED(naive_lse_range, .points = 3,
       .idea = "the naive LSE works from about -87 to 88.72 and is infinite outside")
{
    const struct {
        float x[3];
        size_t n;
        double infinite; // what is wanted, or 0: the value itself
    } cases[] = {
        {{88.72F}, 1, 0},         {{1, -2, 0.5F}, 3, 0},        {{-87, -80, -86}, 3, 0},
        {{0.01F, -0.02F}, 2, 0},  {{88.73F}, 1, INFINITY},      {{88.5F, 88.5F}, 2, INFINITY},
        {{1e4F, 0}, 2, INFINITY}, {{-104, -105}, 2, -INFINITY}, {{-1e4F}, 1, -INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = cases[i].n;
        struct oracle_row r = oracle_row(cases[i].x, NULL, n);
        double want = cases[i].infinite != 0 ? cases[i].infinite : oracle_lse(&r);
        float got = lse_naive(GIVE(cases[i].x, n), n);
        check_scalar("lse_naive", got, want, oracle_lse_naive_bound(&r), cases[i].x, n,
                     RULES(NAIVE_LSE_BELIEFS));
    }
}

// --------------------------------------------------------------------------------------------
// 3.3: log-sum-exp
// --------------------------------------------------------------------------------------------

GRADED(lse_values, .points = 3, .idea = "the maximum plus the log of the sum of exp(x - max)")
{
    float x[LONGEST];
    const double scales[] = {0.1, 1, 10};
    for (size_t k = 0; k < 3 * LENGTH_COUNT; k++) {
        size_t n = LENGTHS[k / 3];
        draw_row(x, n, 7, scales[k % 3], k);
        judge_lse(x, n);
    }
}

GRADED(lse_huge_logits, .points = 3,
       .idea = "any finite row has a finite LSE: +-1e4, equal huge values, the ends of FP32")
{
    JUDGE(judge_lse, 1e4F, 9999, -1e4F);
    JUDGE(judge_lse, -1e4F, -10001, -10000.5F, -2e4F); // a maximum far below 0
    JUDGE(judge_lse, 88.8F);
    JUDGE(judge_lse, -104, -104);
    JUDGE(judge_lse, 1e30F, 1e30F, 1e30F, 1e30F);
    JUDGE(judge_lse, 3e38F, -3e38F);
    JUDGE(judge_lse, -3e38F, -3e38F);
}

GRADED(lse_edge_rows, .points = 4,
       .idea = "nothing and all -inf give -inf, a +inf gives +inf, a NaN gives NaN whatever else")
{
    const float none[1] = {5};
    JUDGE(judge_lse, -INFINITY, 2, -INFINITY, 1.5F);
    JUDGE(judge_lse, -INFINITY, 200, 100);
    judge_lse(none, 0);
    JUDGE(judge_lse, -INFINITY);
    JUDGE(judge_lse, -INFINITY, -INFINITY, -INFINITY);
    JUDGE(judge_lse, 1, INFINITY, -INFINITY);
    JUDGE(judge_lse, INFINITY, INFINITY);
    JUDGE(judge_lse, 1, NAN, 2);
    JUDGE(judge_lse, NAN, 1);
    JUDGE(judge_lse, -INFINITY, NAN);
    JUDGE(judge_lse, INFINITY, NAN);
}

// --------------------------------------------------------------------------------------------
// 3.4: softmax
// --------------------------------------------------------------------------------------------

GRADED(softmax_values, .points = 3, .idea = "exp(x - max) over the sum of those")
{
    float x[LONGEST];
    const double scales[] = {0.1, 1, 10};
    for (size_t k = 0; k < 3 * LENGTH_COUNT; k++) {
        size_t n = LENGTHS[k / 3];
        draw_row(x, n, 7, scales[k % 3], k);
        judge_softmax(x, n);
    }
}

GRADED(softmax_huge_logits, .points = 3,
       .idea = "(100, 50, 200) is (3.8e-44, 0, 1); +-1e4 and equal huge values are no trouble")
{
    JUDGE(judge_softmax, 100, 50, 200);
    JUDGE(judge_softmax, 1e4F, 9999, -1e4F);
    JUDGE(judge_softmax, -1e4F, -10001, -10000.5F, -2e4F);
    JUDGE(judge_softmax, -1000, -1001);
    JUDGE(judge_softmax, 1e30F, 1e30F, 1e30F);
    JUDGE(judge_softmax, 0, -90, -95, -100, -103, -110); // three subnormal probabilities
    JUDGE(judge_softmax, 3e38F, -3e38F);
}

GRADED(softmax_divides, .points = 3,
       .idea = "the error does not grow with the logits: divide by S; exp(x - lse) is not this")
{
    float x[16];
    const double centers[] = {1e4, -1.5e4, 2e4, -3e4, 1.2e4};
    for (size_t k = 0; k < sizeof centers / sizeof *centers; k++) {
        draw_row(x, 16, centers[k], 1, k);
        judge_softmax(x, 16);
    }
}

GRADED(softmax_edge_rows, .points = 3,
       .idea = "all -inf, a +inf or a NaN: every probability is NaN; a single -inf is just a 0")
{
    JUDGE(judge_softmax, -INFINITY, 2, -INFINITY, 1.5F);
    JUDGE(judge_softmax, -INFINITY, 200, 100);
    JUDGE(judge_softmax, -INFINITY, -INFINITY);
    JUDGE(judge_softmax, 1, INFINITY, 2);
    JUDGE(judge_softmax, INFINITY);
    JUDGE(judge_softmax, 1, NAN, 2);
    JUDGE(judge_softmax, -INFINITY, NAN);
    JUDGE(judge_softmax, NAN, -INFINITY, 3);
    float *p = TAKE(float, 4);
    softmax(p, GIVE((const float[]){5}, 1), 0);
    for (size_t i = 0; i < 4; i++)
        if (bits_from_f32(p[i]) != 0xFFFFFFFF)
            fail("softmax, n = 0: p[%zu] was written", i);
}

// --------------------------------------------------------------------------------------------
// 3.5: log-softmax
// --------------------------------------------------------------------------------------------

static void judge_log_softmax(const float *x, size_t n)
{
    judge(LOG_SOFTMAX, log_softmax, x, n, RULES(LOG_SOFTMAX_BELIEFS));
}

/** Shifts a row so that its largest element is `top`. Where that is a small number above 0, neither
 *  a search that starts at 0 nor a rounded lse shows: they are the next test's subject. */
static void lower_to(float *x, size_t n, float top)
{
    float down = believed_max(x, n, -INFINITY) - top;
    for (size_t i = 0; i < n; i++)
        x[i] -= down;
}

GRADED(log_softmax_far_below, .points = 3,
       .idea = "a probability too small for FP32 has a finite logarithm")
{
    JUDGE(judge_log_softmax, 0, -150, -1000, -3e4F);
    JUDGE(judge_log_softmax, 100, 50, 200);
    JUDGE(judge_log_softmax, 3, 3);
    float x[LONGEST];
    for (size_t k = 0; k < LENGTH_COUNT; k++) {
        draw_row(x, LENGTHS[k], 0, 30, k);
        lower_to(x, LENGTHS[k], 5);
        judge_log_softmax(x, LENGTHS[k]);
    }
}

GRADED(log_softmax_huge_logits, .points = 3,
       .idea = "(x - m) - log(S), not x minus a rounded lse: at 1e4 that is off by 5e-4")
{
    float x[16];
    const double centers[] = {1e4, -1.5e4, 2e4, -3e4, 1.2e4};
    for (size_t k = 0; k < sizeof centers / sizeof *centers; k++) {
        draw_row(x, 16, centers[k], 1, k);
        judge_log_softmax(x, 16);
    }
}

GRADED(log_softmax_edge_rows, .points = 2,
       .idea = "-inf stays -inf beside finite logits; rows without a softmax have no logarithm")
{
    JUDGE(judge_log_softmax, -INFINITY, 2, -INFINITY, 1.5F);
    JUDGE(judge_log_softmax, -INFINITY, -INFINITY);
    JUDGE(judge_log_softmax, 1, INFINITY, 2);
    JUDGE(judge_log_softmax, 1, NAN, 2);
    JUDGE(judge_log_softmax, -INFINITY, NAN);
}

// --------------------------------------------------------------------------------------------
// 3.6: without a division
// --------------------------------------------------------------------------------------------

GRADED(division_free_values, .points = 3,
       .idea = "exp(x - lse): no division, and an error that grows with |lse|, as its bound does")
{
    float x[LONGEST];
    const double centers[] = {0, 120, -300, 1e4}; // 120 first: where the naive lse is infinite
    for (size_t k = 0; k < 4 * LENGTH_COUNT; k++) {
        size_t n = LENGTHS[k / 4];
        draw_row(x, n, centers[k % 4], 3, k);
        x[n / 2] = n > 2 && k % 2 ? -INFINITY : x[n / 2];
        judge(DIVISION_FREE, softmax_division_free, x, n, RULES(DIVISION_FREE_BELIEFS));
    }
}

#endif
