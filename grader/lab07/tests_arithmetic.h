/**
 * @file tests_arithmetic.h
 * @brief Tests of exercises 7.1 to 7.3: checked arithmetic, shards, units.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_ARITHMETIC_H
#define LOWP_GRADER_LAB07_TESTS_ARITHMETIC_H

#include "grader/lab07/draw.h"
#include <float.h>
#include <math.h>

// --- 7.1 and 7.2: arithmetic -----------------------------------------------------------------

struct pair {
    uint64_t a, b;
};

/** First the edges, then drawn pairs, half of whose sums and products overflow. */
static size_t draw_pairs(struct pair *p)
{
    static const struct pair edges[] = {
        {2, 3},
        {0, 7},
        {REFUSED - 1, 0},
        {REFUSED - 1, 1},
        {(uint64_t)1 << 63, (uint64_t)1 << 63},
        {(uint64_t)1 << 32, (uint64_t)1 << 32},
        {(uint64_t)1 << 32, (uint64_t)1 << 31},
        {3, REFUSED / 3},
        {REFUSED, 0},
        {0, REFUSED},
        {REFUSED, 1},
        {1, REFUSED},
        {70553706496, 16},
    };
    size_t n = sizeof edges / sizeof *edges;
    memcpy(p, edges, sizeof edges);
    for (uint64_t i = 0; i < 32; i++, n++) {
        p[n].a = test_u64(3 * i) >> (i % 2 ? 32 + i : i % 5);
        p[n].b = test_u64(3 * i + 1) >> (i % 2 ? i / 2 : i % 3);
        if (i % 4 == 1) /* a product that just fits: bits of both sum to 64 */
            p[n].b = test_u64(3 * i + 1) >> (32 - i > 1 ? 32 - i : 1);
    }
    return n;
}

static const char *input_pair(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    static char text[100];
    snprintf(text, sizeof text, "%s, %s", show_count(p->a), show_count(p->b));
    return text;
}

static bool refused_pair(const struct pair *p)
{
    return p->a == REFUSED || p->b == REFUSED;
}

static uint64_t sum_wraps(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) ? REFUSED : p->a + p->b;
}
static uint64_t sum_not_sticky(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) ? p->a + p->b : oracle_fit((oracle_wide)p->a + p->b);
}
static const struct rule SUM_RULES[] = {
    {"the sum wrapped around at 2^64: find out before you add", sum_wraps},
    {"REFUSED was added like a number: it is sticky", sum_not_sticky},
};

static uint64_t product_wraps(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) ? REFUSED : p->a * p->b;
}
static uint64_t product_in_32_bits(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) ? REFUSED : in_32_bits(p->a * p->b);
}
static uint64_t product_zero_wins(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    if (p->a == 0 || p->b == 0)
        return 0;
    return refused_pair(p) ? REFUSED : oracle_fit((oracle_wide)p->a * p->b);
}
static uint64_t product_signed(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    oracle_wide x = (oracle_wide)p->a * p->b;
    return refused_pair(p) || x > INT64_MAX ? REFUSED : (uint64_t)x;
}
static uint64_t product_checked_in_double(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    bool fits = (double)p->a * (double)p->b < 0x1p64;
    return refused_pair(p) || !fits ? REFUSED : p->a * p->b;
}
static const struct rule PRODUCT_RULES[] = {
    {"the product wrapped around at 2^64: find out before you multiply", product_wraps},
    {"the product was computed in 32 bits", product_in_32_bits},
    {"0 times REFUSED was taken for 0: what is computed from REFUSED is REFUSED",
     product_zero_wins},
    {"products from 2^63 on were refused: an unsigned 64-bit number holds them", product_signed},
    {"compared with 2^64 in double, which holds 53 bits", product_checked_in_double},
};

GRADED(checked_arithmetic, .points = 4,
       .idea = "sums and products that do not fit are refused, and REFUSED is sticky")
{
    struct pair pairs[MOST_CASES];
    size_t n = draw_pairs(pairs);
    struct counts sums = {"checked_add", .input = input_pair, .context = pairs,
                          WITH_RULES(SUM_RULES)};
    struct counts products = {"checked_mul", .input = input_pair, .context = pairs,
                              WITH_RULES(PRODUCT_RULES)};
    for (size_t i = 0; i < n; i++) {
        uint64_t a = pairs[i].a, b = pairs[i].b;
        bool refused = refused_pair(&pairs[i]);
        add_count(&sums, checked_add(a, b), refused ? REFUSED : oracle_fit((oracle_wide)a + b));
        add_count(&products, checked_mul(a, b), refused ? REFUSED : oracle_fit((oracle_wide)a * b));
    }
    check_counts(&sums);
    check_counts(&products);
}

static uint64_t quotient_floor(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) || p->b == 0 ? REFUSED : p->a / p->b;
}
static uint64_t quotient_plus_one(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) || p->b == 0 ? REFUSED : p->a / p->b + 1;
}
static uint64_t quotient_wraps(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) || p->b == 0 ? REFUSED : (p->a + p->b - 1) / p->b;
}
static uint64_t quotient_of_doubles(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) || p->b == 0 ? REFUSED : (uint64_t)ceil((double)p->a / (double)p->b);
}
static const struct rule QUOTIENT_RULES[] = {
    {"rounded down: then a few elements belong to no shard", quotient_floor},
    {"1 was added also where nothing is left over", quotient_plus_one},
    {"a + b - 1 wrapped around at 2^64 before the division", quotient_wraps},
    {"divided in double, which holds 53 bits", quotient_of_doubles},
};

GRADED(shards_round_up, .points = 4,
       .idea = "the largest of b shards has ceil(a / b) elements, up to 64 bits")
{
    struct pair p[MOST_CASES] = {{10, 3},
                                 {9, 3},
                                 {0, 5},
                                 {1, 1024},
                                 {70553706496, 1000},
                                 {REFUSED - 1, 1},
                                 {REFUSED - 1, 4},
                                 {REFUSED - 1, REFUSED - 1},
                                 {((uint64_t)1 << 53) + 1, 1},
                                 {5, 0},
                                 {REFUSED, 3},
                                 {3, REFUSED}};
    size_t n = 12;
    for (uint64_t i = 0; i < 24; i++, n++) {
        p[n].b = draw_between(2 * i, 2, 1 << (i / 2 + 2));
        p[n].a = i % 3 ? test_u64(2 * i + 1) >> (2 + i) : p[n].b * (test_u64(2 * i + 1) >> 40);
    }
    struct counts c = {"ceil_div", .input = input_pair, .context = p, WITH_RULES(QUOTIENT_RULES)};
    for (size_t i = 0; i < n; i++)
        add_count(&c, ceil_div(p[i].a, p[i].b),
                  refused_pair(&p[i]) || p[i].b == 0 ? REFUSED : oracle_ceil(p[i].a, p[i].b));
    check_counts(&c);
}

// --- 7.3: units ------------------------------------------------------------------------------

static const char *input_amount(size_t i, const void *context)
{
    return show_count(((const uint64_t *)context)[i]);
}

static uint64_t scaled(uint64_t x, uint64_t unit)
{
    return x == REFUSED ? REFUSED : oracle_fit((oracle_wide)x * unit);
}
static uint64_t in_gb(size_t i, const void *context)
{
    return scaled(((const uint64_t *)context)[i], 1000000000);
}
static uint64_t in_gib(size_t i, const void *context)
{
    return scaled(((const uint64_t *)context)[i], 1 << 30);
}
static uint64_t gb_wrapped(size_t i, const void *context)
{
    return ((const uint64_t *)context)[i] * 1000000000;
}
static uint64_t gib_wrapped(size_t i, const void *context)
{
    return ((const uint64_t *)context)[i] << 30;
}
static uint64_t gb_in_32_bits(size_t i, const void *context)
{
    return in_32_bits(gb_wrapped(i, context));
}
static const struct rule GB_RULES[] = {
    {"a GiB (2^30 bytes) was taken for a GB (1e9 bytes)", in_gib},
    {"the product wrapped around instead of being refused", gb_wrapped},
    {"the product was computed in 32 bits", gb_in_32_bits},
};
static const struct rule GIB_RULES[] = {
    {"a GB (1e9 bytes) was taken for a GiB (2^30 bytes)", in_gb},
    {"the product wrapped around instead of being refused", gib_wrapped},
};

/** bytes / unit within 4 roundings: as a quotient, or times the reciprocal. */
static void check_unit(const char *function, uint64_t bytes, double got, double unit, double other)
{
    double want = (double)bytes / unit;
    if (fabs(got - want) <= 4 * DBL_EPSILON * want)
        return;
    if (fabs(got - (double)bytes / other) <= 4 * DBL_EPSILON * want)
        because("GB are 1e9 bytes and GiB 2^30: one was taken for the other");
    else if (got == floor(want))
        because("the fraction was cut off: divide in double");
    else if (fabs(got - want) <= 4 * (double)FLT_EPSILON * want)
        because("the quotient went through FP32, which holds 24 bits: divide in double");
    fail("%s(%s) returned %s, expected %s", function, show_count(bytes), show_f64(got),
         show_f64(want));
}

GRADED(gb_is_not_gib, .points = 4, .idea = "80 GB are 80e9 bytes, 80 GiB are 7.4% more")
{
    uint64_t amounts[16] = {80, 1, 1120, 3, REFUSED, (uint64_t)1 << 40, 17179869184, 18446744073};
    for (uint64_t i = 8; i < 16; i++)
        amounts[i] = draw_between(i, 5, 1000000);
    struct counts gb = {"bytes_from_gb", .input = input_amount, .context = amounts,
                        WITH_RULES(GB_RULES)};
    struct counts gib = {"bytes_from_gib", .input = input_amount, .context = amounts,
                         WITH_RULES(GIB_RULES)};
    for (size_t i = 0; i < 16; i++) {
        add_count(&gb, bytes_from_gb(amounts[i]), in_gb(i, amounts));
        add_count(&gib, bytes_from_gib(amounts[i]), in_gib(i, amounts));
    }
    check_counts(&gb);
    check_counts(&gib);
    for (uint64_t i = 0; i < 8; i++) {
        uint64_t bytes = i == 0 ? 80000000000 : test_u64(100 + i) >> (10 + 2 * i);
        check_unit("gb_from_bytes", bytes, gb_from_bytes(bytes), 1e9, 0x1p30);
        check_unit("gib_from_bytes", bytes, gib_from_bytes(bytes), 0x1p30, 1e9);
    }
}

#endif
