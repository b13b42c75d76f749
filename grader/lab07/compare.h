/**
 * @file compare.h
 * @brief What the tests of lab 07 share: exact comparison of counts, their text, likely beliefs.
 *
 * A test fills a table of cases (got from the student, want from the oracle) and hands it to
 * check_counts(). All answers are whole numbers, so nothing but equality passes. A part of
 * test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_COMPARE_H
#define LOWP_GRADER_LAB07_COMPARE_H

#include "grader/grade.h"
#include "grader/oracles/oracle_memory.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST_CASES = 128 };

/** The answers to compare, in the order of the test's own table of inputs. */
struct counts {
    const char *function; /**< for the message */
    size_t n;             /**< number of cases */
    uint64_t got[MOST_CASES];
    uint64_t want[MOST_CASES];
    const char *(*input)(size_t i, const void *context); /**< input of case i as text */
    const struct rule *rules;                            /**< misconceptions to look for */
    size_t rules_count;
    const void *context; /**< handed to input and rules */
};

/** Fills in the members that a test's rules need. */
#define WITH_RULES(list) .rules = (list), .rules_count = sizeof(list) / sizeof *(list)

static void add_count(struct counts *c, uint64_t got, uint64_t want)
{
    c->got[c->n] = got;
    c->want[c->n++] = want;
}

/** A count with commas between thousands: "70,553,706,496". One of 16 rotating buffers. */
static const char *show_count(uint64_t x)
{
    static char texts[16][32];
    static unsigned turn;
    char digits[24], *out = texts[turn++ % 16], *at = out;
    if (x == REFUSED)
        return "REFUSED";
    int n = snprintf(digits, sizeof digits, "%" PRIu64, x);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = '\0';
    return out;
}

/** Names the rule that explains nine tenths of all mismatches and is wrong least often where the
 *  student is right, if any does. */
static void name_counts_belief(const struct counts *c, size_t mismatches)
{
    size_t best = SIZE_MAX;
    for (size_t r = 0; r < c->rules_count; r++) {
        size_t explained = 0, refuted = 0;
        for (size_t i = 0; i < c->n; i++) {
            uint64_t answer = c->rules[r].answer(i, c->context);
            if (c->got[i] != c->want[i])
                explained += answer == c->got[i];
            else
                refuted += answer != c->got[i];
        }
        if (10 * explained >= 9 * mismatches && refuted < best) {
            best = refuted;
            because("%s", c->rules[r].belief);
        }
    }
}

/** Fails the test at the first case whose answer is not the oracle's. */
static void check_counts(const struct counts *c)
{
    size_t first = c->n, mismatches = 0;
    for (size_t i = c->n; i-- > 0;) {
        if (c->got[i] != c->want[i]) {
            first = i;
            mismatches++;
        }
    }
    if (mismatches == 0)
        return;
    name_counts_belief(c, mismatches);
    uint64_t got = c->got[first], want = c->want[first];
    char ratio[64] = "";
    if (got != REFUSED && want != REFUSED && want > 0)
        snprintf(ratio, sizeof ratio, " (%.4g times as much)", (double)got / (double)want);
    fail("%s(%s)\n  got      %s%s\n  expected %s\n  (%zu of %zu inputs differ)", c->function,
         c->input(first, c->context), show_count(got), ratio, show_count(want), mismatches, c->n);
}

/** What 32 bits keep of a sum of products: wrapping is the same whatever the order. */
static uint64_t in_32_bits(uint64_t x)
{
    return (uint32_t)x;
}

/** A whole number from low to high, both included, by the run's seed. */
static uint64_t draw_between(uint64_t i, uint64_t low, uint64_t high)
{
    return low + test_u64(i) % (high - low + 1);
}

#endif
