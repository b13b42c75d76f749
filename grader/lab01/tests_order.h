/**
 * @file tests_order.h
 * @brief Graded tests of exercises 1.6 and 1.7: the order of codes. Included once, by test_lab01.c.
 */
#ifndef LOWP_GRADER_LAB01_TESTS_ORDER_H
#define LOWP_GRADER_LAB01_TESTS_ORDER_H

#include "cases.h"

/* ---- 1.6 and 1.7: neighbours and distance ---- */

static void check_neighbours(bool up, const struct rule *rules, size_t n)
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct codes c = codes_where(*FORMATS[i], NULL);
        uint64_t *got = TAKE(uint64_t, c.n), *want = allocate(c.n, sizeof *want);
        if (up)
            fp_next_up_map(got, GIVE(c.bits, c.n), c.n, c.f);
        else
            fp_next_down_map(got, GIVE(c.bits, c.n), c.n, c.f);
        for (size_t j = 0; j < c.n; j++) {
            want[j] = up ? oracle_next_up(c.bits[j], c.f) : oracle_next_down(c.bits[j], c.f);
            if (!code_is_nan(c.f, c.bits[j]) || got[j] == c.bits[j])
                continue;
            because(c.f.specials == FP_IEEE
                        ? "a NaN taken for a number or an infinity"
                        : "the all-ones code taken for a number or an infinity: it is the NaN");
            fail("fp_next_%s(%s)\n  got      %s\n  a NaN comes back unchanged", up ? "up" : "down",
                 code_text(j, &c), show_code(c.f, got[j]));
        }
        compare(up ? "fp_next_up" : "fp_next_down", c.f, &c, got, want, rules, n);
        arena_reset();
    }
}

GRADED(neighbours, .points = 4, .idea = "codes are sign and magnitude: below zero, up is minus one")
{
    static const struct rule rules[] = {
        {"one was added to a negative code, which is a step down", counts_up_below_zero},
        {"from the smallest negative number the step up is to -0", skips_minus_zero},
        {"from -0 the step up is to the smallest positive number", zero_steps_to_zero},
        {"the step up from the largest number is infinity, where the format has one", stops_at_max},
        {"a step past the largest number, into NaN: this format has no infinity", steps_into_nan},
        {"-infinity kept where it is: the step up from it is to the lowest number",
         infinities_stay},
        {"the top exponent kept for infinity and NaN; in this format it holds numbers",
         stays_at_top_exponent},
    };
    static const struct rule rules_down[] = {
        {"one was subtracted from the code, also below zero, where that is a step up", counts_down},
        {"below zero one was subtracted from the code, which is a step up", counts_down_below_zero},
        {"from the smallest positive number the step down is to +0", skips_plus_zero},
        {"from +0 the step down is to the smallest negative number", zero_steps_down_to_zero},
        {"the step down from the lowest number is -infinity, where the format has one",
         stops_at_lowest},
        {"+infinity kept where it is: the step down from it is to the largest number",
         infinities_stay_down},
    };
    check_neighbours(true, rules, COUNT(rules));
    award(0.6);
    check_neighbours(false, rules_down, COUNT(rules_down));
}

static int64_t distance_reversed(uint64_t a, uint64_t b, struct fp_format f)
{
    return oracle_distance(b, a, f);
}

static int64_t distance_unsigned(uint64_t a, uint64_t b, struct fp_format f)
{
    return llabs(oracle_distance(a, b, f));
}

static int64_t distance_of_codes(uint64_t a, uint64_t b, struct fp_format f)
{
    (void)f;
    return (int64_t)(b - a);
}

static int64_t distance_of_magnitudes(uint64_t a, uint64_t b, struct fp_format f)
{
    return (int64_t)(b % oracle_sign(f)) - (int64_t)(a % oracle_sign(f));
}

static int64_t distance_with_two_zeros(uint64_t a, uint64_t b, struct fp_format f)
{
    return oracle_distance(a, b, f) + (a >= oracle_sign(f)) - (b >= oracle_sign(f));
}

static int64_t distance_in_32_bits(uint64_t a, uint64_t b, struct fp_format f)
{
    return (int32_t)(uint32_t)oracle_distance(a, b, f);
}

/* Names what explains the distances from all codes of c to `end`, the right ones among them. */
static void explain_distance(const struct codes *c, uint64_t end, const int64_t *got)
{
    static const struct {
        int64_t (*answer)(uint64_t a, uint64_t b, struct fp_format f);
        const char *belief;
    } rules[] = {
        {distance_reversed, "the sign is the wrong way round: positive when b is above a"},
        {distance_unsigned, "the sign is missing: negative when b is below a"},
        {distance_of_codes,
         "the codes were subtracted as they are, but negative ones run backwards"},
        {distance_of_magnitudes,
         "the magnitudes were subtracted, without a look at the signs of a and b"},
        {distance_with_two_zeros, "+0 and -0 counted as two places"},
        {distance_in_32_bits, "the distance was cut to 32 bits: FP32 alone has 2^32 codes"},
    };
    for (size_t r = 0; r < COUNT(rules); r++) {
        size_t agreed = 0;
        while (agreed < c->n && got[agreed] == rules[r].answer(c->bits[agreed], end, c->f))
            agreed++;
        if (agreed == c->n)
            because("%s", rules[r].belief);
    }
}

GRADED(ulp_distance, .points = 3,
       .idea = "the distance counts steps, and the two zeros are one place")
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct codes c = codes_where(*FORMATS[i], NULL);
        size_t n = 0;
        for (size_t j = 0; j < c.n; j++) // FP64 across zero would not fit in 63 bits
            if (!code_is_nan(c.f, c.bits[j]) && (c.f.exp_bits < 11 || c.bits[j] < oracle_sign(c.f)))
                c.bits[n++] = c.bits[j];
        c.n = n;
        uint64_t ends[] = {0, oracle_sign(c.f), 1, oracle_max_code(c.f)};
        for (size_t e = 0; e < COUNT(ends); e++) {
            if (c.f.exp_bits == 11 && ends[e] == oracle_sign(c.f))
                continue;
            int64_t *got = TAKE(int64_t, n);
            fp_ulp_distance_map(got, GIVE(c.bits, n), n, ends[e], c.f);
            for (size_t j = 0; j < n; j++) {
                int64_t want = oracle_distance(c.bits[j], ends[e], c.f);
                if (got[j] == want)
                    continue;
                explain_distance(&c, ends[e], got);
                fail("fp_ulp_distance(%s, %s)\n  got      %ld\n  expected %ld", code_text(j, &c),
                     show_code(c.f, ends[e]), (long)got[j], (long)want);
            }
            arena_reset();
        }
    }
}

#endif
