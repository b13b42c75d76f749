/**
 * @file tests_round.h
 * @brief Graded tests of exercises 5.1 and 5.2: gaps, lost updates.
 *
 * A part of test_lab05.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB05_TESTS_ROUND_H
#define LOWP_GRADER_LAB05_TESTS_ROUND_H

#include "grader/lab05/beliefs_round.h"
#include "grader/lab05/draw.h"

// --------------------------------------------------------------------------------------------
// 5.1: the gap
// --------------------------------------------------------------------------------------------

/** Judges n weights, each with both of its neighbours. */
static void check_gaps(const uint16_t *weights, size_t n)
{
    enum { RULE_COUNT = sizeof GAP_RULES / sizeof *GAP_RULES, MOST = 1024 };
    static uint16_t w[MOST];
    static int direction[MOST];
    double *got = TAKE(double, 2 * n);
    const uint16_t *given = GIVE(weights, n);
    bf16_gap_map(got, given, n, +1);
    bf16_gap_map(got + n, given, n, -1);
    size_t wrong = 0, first = 0, explained[RULE_COUNT] = {0};
    struct gap_cases context = {w, direction};
    for (size_t i = 2 * n; i-- > 0;) {
        w[i] = weights[i % n];
        direction[i] = i < n ? +1 : -1;
        if (got[i] == oracle_gap(w[i], direction[i]))
            continue;
        wrong++;
        first = i;
        for (size_t r = 0; r < RULE_COUNT; r++) {
            uint64_t answer = GAP_RULES[r].answer(i, &context);
            explained[r] +=
                bits_from_f64(got[i]) == answer || (isnan(got[i]) && isnan(f64_from_bits(answer)));
        }
    }
    if (wrong == 0)
        return;
    for (size_t r = RULE_COUNT; r-- > 0;)
        if (10 * explained[r] >= 9 * wrong)
            because("%s", GAP_RULES[r].belief);
    double want = oracle_gap(w[first], direction[first]);
    fail("bf16_gap(w = %s, %+d) returned %.9g, expected %.9g (2^%d)\n(%zu of %zu inputs differ)",
         show_code(BF16, w[first]), direction[first], got[first], want, ilogb(want), wrong, 2 * n);
}

GRADED(gap_inside_a_binade, .points = 3,
       .idea = "inside a binade the gap is 2^-7 of the binade's power of two, on both sides")
{
    uint16_t w[256];
    for (size_t i = 0; i < 256; i++)
        w[i] = draw_weight(i);
    check_gaps(w, 256);
}

GRADED(gap_below_power_of_two, .points = 3,
       .idea = "toward zero from a power of two the gap is half the gap away from zero")
{
    uint16_t w[400];
    for (size_t i = 0; i < 200; i++) {
        w[2 * i] = (uint16_t)((27 + i) << 7); // 2^-100 .. 2^99
        w[2 * i + 1] = w[2 * i] | 0x8000;
    }
    check_gaps(w, 400);
}

GRADED(gap_of_subnormals, .points = 2, .idea = "from zero to 2^-125 all gaps are 2^-133")
{
    uint16_t w[2 * 132];
    for (size_t i = 0; i < 132; i++) { // +-0, the 127 subnormals, four normals
        w[2 * i] = (uint16_t)i;
        w[2 * i + 1] = w[2 * i] | 0x8000;
    }
    check_gaps(w, sizeof w / sizeof *w);
}

// --------------------------------------------------------------------------------------------
// 5.2: lost updates
// --------------------------------------------------------------------------------------------

enum { LOST_CASES = 8192 };

struct lost_cases {
    size_t n;
    uint16_t w[LOST_CASES];
    float u[LOST_CASES];
    uint8_t got[LOST_CASES];
};

/** Asks for one u and many w, and keeps the answers. */
static void ask_lost(struct lost_cases *c, const uint16_t *w, size_t n, float u)
{
    bool *got = TAKE(bool, n);
    bf16_update_is_lost_map(got, GIVE(w, n), n, u);
    for (size_t i = 0; i < n && c->n < LOST_CASES; i++, c->n++) {
        c->w[c->n] = w[i];
        c->u[c->n] = u;
        memcpy(&c->got[c->n], &got[i], 1);
    }
    arena_reset();
}

static void judge_lost(const struct lost_cases *c)
{
    enum { BELIEFS = sizeof LOST_BELIEFS / sizeof *LOST_BELIEFS };
    size_t wrong = 0, first = 0, explained[BELIEFS] = {0}, contradicted[BELIEFS] = {0};
    for (size_t i = c->n; i-- > 0;) {
        bool right = c->got[i] == oracle_is_lost(c->w[i], c->u[i]);
        if (!right) {
            wrong++;
            first = i;
        }
        for (size_t b = 0; b < BELIEFS; b++) {
            bool alike = c->got[i] == LOST_BELIEFS[b].answer(c->w[i], c->u[i]);
            explained[b] += alike && !right;
            contradicted[b] += !alike && right;
        }
    }
    if (wrong == 0)
        return;
    // With two answers to choose from, a belief must also share the right ones.
    for (size_t b = BELIEFS; b-- > 0;)
        if (10 * explained[b] >= 9 * wrong && 10 * contradicted[b] <= wrong)
            because("%s", LOST_BELIEFS[b].belief);
    uint16_t w = c->w[first];
    float u = c->u[first];
    bool stays = oracle_is_lost(w, u);
    double gap = oracle_gap(w, u > 0 ? +1 : -1);
    fail("bf16_update_is_lost(w, u) returned %s, expected %s: the weight %s\n"
         "w = %s\nu = %s, which is %.9g of the gap of %.9g on its side\n(%zu of %zu inputs differ)",
         c->got[first] ? "true" : "false", stays ? "true" : "false", stays ? "stays" : "moves",
         show_code(BF16, w), show_f32(u), fabs((double)u) / gap, gap, wrong, c->n);
}

/** All 254 weights of the binade of 2^e that are no power of two, both signs. */
static void fill_binade(uint16_t w[254], int e)
{
    for (uint16_t i = 0; i < 127; i++) {
        w[i] = (uint16_t)((e + 127) << 7 | (i + 1));
        w[i + 127] = w[i] | 0x8000;
    }
}

GRADED(lost_under_half_the_gap, .points = 4,
       .idea = "an update is lost when it is smaller than half the gap, whatever its own size")
{
    static struct lost_cases c;
    for (uint64_t k = 0; k < 15; k++) {
        int e = (int)(test_u64(2 * k) % 40) - 25;
        double part = 0.02 + 0.46 * test_f64(2 * k + 1); // of a gap, clear of the tie at 0.5
        uint16_t w[254];
        fill_binade(w, e);
        int sign = k % 2 ? -1 : +1; // each side gets its lost ones and its kept ones
        ask_lost(&c, w, 254, (float)ldexp(sign * part, e - 7));
        ask_lost(&c, w, 254, (float)ldexp(sign * (-0.5 - part), e - 7));
    }
    judge_lost(&c);
}

GRADED(lost_ties_only_when_even, .points = 3,
       .idea = "exactly half a gap: the tie goes to the even code, so only an even w stays")
{
    static struct lost_cases c;
    for (uint64_t k = 0; k < 8; k++) {
        int e = (int)(test_u64(k) % 40) - 25;
        uint16_t w[254];
        fill_binade(w, e);
        ask_lost(&c, w, 254, (float)ldexp(0.5, e - 7));
        ask_lost(&c, w, 254, (float)ldexp(-0.5, e - 7));
    }
    // +-1, +-4: even, and finer toward zero. A tie away from zero is like one of any even w; asked
    // here, it would cost those once more who take the wrong side of -1 for the finer one.
    uint16_t twos[] = {0x3F80, 0xBF80, 0x4080, 0xC080};
    for (size_t k = 0; k < 4; k++) {
        int toward_zero = k % 2 ? +1 : -1;
        ask_lost(&c, &twos[k], 1, (float)(toward_zero * oracle_gap(twos[k], toward_zero) / 2));
    }
    judge_lost(&c);
}

GRADED(lost_below_power_of_two, .points = 3,
       .idea = "toward zero from a power of two a quarter of the upper gap is enough")
{
    static struct lost_cases c;
    const double parts[] = {0.1, 0.24, 0.26, 0.4, 0.49, 0.51, 0.9};
    for (int e = -25; e < 15; e += 3) {
        uint16_t w[2] = {(uint16_t)((e + 127) << 7), (uint16_t)((e + 127) << 7 | 0x8000)};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
            ask_lost(&c, w, 2, (float)ldexp(parts[k], e - 7));
            ask_lost(&c, w, 2, (float)ldexp(-parts[k], e - 7));
        }
    }
    judge_lost(&c);
}

GRADED(lost_depends_on_weight, .points = 3,
       .idea = "1e-7 is lost at 1e-4 and moves 1e-5; near zero even 2^-133 is not small")
{
    static struct lost_cases c;
    uint16_t decades[] = {0x3F80, 0x3DCD, 0x3C24, 0x3A83, 0x38D2, 0x3728, 0x3586, 0x33D7};
    const float small[] = {0x0.6p-133f, 0x0.ap-133f, 0x1p-133f, 0x1.4p-132f};
    uint16_t tiny[] = {0x0000, 0x0001, 0x8001, 0x0002, 0x8002, 0x007F, 0x0080, 0x8080, 0x0081};
    ask_lost(&c, decades, 8, +1e-7f); // 1, 0.1, 0.01 .. 1e-7
    ask_lost(&c, decades, 8, -1e-7f);
    ask_lost(&c, decades, 8, 0);
    for (size_t k = 0; k < sizeof small / sizeof *small; k++) {
        ask_lost(&c, tiny, sizeof tiny / sizeof *tiny, small[k]);
        ask_lost(&c, tiny + 1, sizeof tiny / sizeof *tiny - 1, -small[k]); // 0 could become -0
    }
    judge_lost(&c);
}

GRADED(lost_sum_rounds_once, .points = 2,
       .idea = "one FP32 ulp beside a tie there is no tie: the exact sum is rounded once")
{
    static struct lost_cases c;
    for (int e = -20; e < 10; e += 5) {
        uint16_t w[254];
        fill_binade(w, e);
        float half = ldexpf(0.5f, e - 7);
        const float near[] = {nextafterf(half, 0), nextafterf(half, 1e9f)};
        for (size_t k = 0; k < 2; k++) {
            ask_lost(&c, w, 254, near[k]);
            ask_lost(&c, w, 254, -near[k]);
        }
    }
    judge_lost(&c);
}

#endif
