/**
 * @file tests_encode.h
 * @brief Graded tests of exercise 1.8: rounding into any format. Included once, by test_lab01.c.
 */
#ifndef LOWP_GRADER_LAB01_TESTS_ENCODE_H
#define LOWP_GRADER_LAB01_TESTS_ENCODE_H

#include "cases.h"

/* ---- 1.8: encode ---- */

static void check_encode(const struct casts *c, const struct rule *rules, size_t n)
{
    uint64_t *got = TAKE(uint64_t, c->n);
    fp_encode_map(got, GIVE(c->x, c->n), c->n, c->f, c->mode, c->saturate, c->random);
    compare_casts("fp_encode", c, got, rules, n);
    arena_reset();
}

/* Between codes first and last of f: all of them, or about 600 and the ends of each binade. The
 * step is odd, so that even and odd codes come in turn. */
static struct casts encode_cases(struct fp_format f, uint64_t first, uint64_t last)
{
    uint64_t binade = (uint64_t)1 << f.man_bits, step = (1 + (last - first) / 600) | 1;
    struct casts c = casts_new(f, false, false,
                               8 * (last - first) / step + 16 * (oracle_max_code(f) / binade + 1));
    add_between(&c, first, last, step);
    for (uint64_t k = first + binade; k < last; k += binade)
        add_between(&c, k - 1, k + 1, 1); // the carry into the next binade, and the first gap there
    return c;
}

static const struct rule NEAREST_RULES[] = {
    {"truncated instead of rounding to nearest", truncates},
    {"ties rounded away from zero; a tie goes to the even code", ties_away},
    {"ties rounded up; a tie goes to the even code", ties_up},
    {"ties rounded toward zero; a tie goes to the even code", ties_down},
    {"all from the middle on taken for a tie: even is for exactly half", half_or_more_to_even},
    {"always rounded away from zero", always_up},
    {"rounded twice: x went through FP32 first", through_fp32},
    {"rounded twice: to man_bits first, and then once more where the result is subnormal",
     twice_in_subnormals},
    {"the carry out of the mantissa is lost: rounding up must raise the exponent", drops_carry},
    {"bias 15 used; it differs from format to format (E4M3's is 7)", bias_15},
    {"the bias taken as 2^(exp_bits-1), without the minus 1", bias_without_minus_one},
    {"subnormals came out twice as large: their exponent is 1 - bias, and not -bias",
     doubles_subnormals},
    {"subnormals flushed to zero", flushes_subnormals},
    {"subnormals flushed to zero", zero_below_normal},
    {"everything below the smallest subnormal made zero; from half of it on it rounds up",
     zero_below_smallest},
    {"the hidden bit is missing where the result is subnormal: x had one", drops_hidden_bit},
    {"the sign of -0 is lost", loses_zero_sign},
    {"the top exponent kept for infinity and NaN; here it holds numbers", as_ieee},
    {"the top exponent kept for infinity and NaN; here it holds numbers", ends_at_240},
    {"the sign is lost", loses_sign},
};

GRADED(encode_nearest, .points = 5,
       .idea = "one rounding, to nearest, ties to even, carry included")
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct fp_format f = *FORMATS[i];
        if (f.man_bits == 52)
            continue;
        struct casts c = encode_cases(f, (uint64_t)1 << f.man_bits, oracle_max_code(f));
        check_encode(&c, NEAREST_RULES, COUNT(NEAREST_RULES));
    }
    struct casts same = casts_new(FP64, false, false, 2000); // binary64 to itself: nothing rounds
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t bits = test_u64(i) % oracle_sign(FP64);
        if (bits <= oracle_max_code(FP64) && bits >> 52)
            add_cast(&same, f64_from_bits(bits), bits);
    }
    check_encode(&same, NEAREST_RULES, COUNT(NEAREST_RULES));
}

GRADED(encode_subnormals, .points = 3,
       .idea = "below the smallest normal the gap stays, down to zero")
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct fp_format f = *FORMATS[i];
        if (f.man_bits == 52)
            continue;
        struct casts c = encode_cases(f, 0, (uint64_t)1 << f.man_bits); // the last carries
        check_encode(&c, NEAREST_RULES, COUNT(NEAREST_RULES));
        struct casts tiny = casts_new(f, false, false, 8);
        double smallest = oracle_value(1, f, false);
        const double values[] = {0, smallest / 4, smallest / 1024, 0x1p-1074};
        for (size_t j = 0; j < COUNT(values); j++) {
            add_cast(&tiny, values[j], 0);
            add_cast(&tiny, -values[j], oracle_sign(f));
        }
        check_encode(&tiny, NEAREST_RULES, COUNT(NEAREST_RULES));
    }
}

static const struct rule RANGE_RULES[] = {
    {"truncated instead of rounding to nearest", truncates},
    {"ties rounded away from zero: halfway past the largest value a tie goes to the even code",
     ties_away},
    {"rounded twice: going through FP16 first is wrong for some inputs", through_fp16},
    {"rounded twice: x went through FP32 first", through_fp32},
    {"the carry out of the mantissa is lost: rounding up must raise the exponent", drops_carry},
    {"all above the largest value taken for overflow; up to half a gap above, it rounds down to it",
     overflows_above_max},
    {"an infinite x is clamped too when saturate is set", infinity_not_saturated},
    {"saturate ignored, or the all-ones code taken for the largest number: it is the NaN, and E4M3 "
     "ends at 448",
     clamps_to_nan},
    {"saturate ignored", ignores_saturate},
    {"saturated without being asked to", always_saturates},
    {"a NaN taken for a value that is too large; it must stay a NaN", nan_is_too_large},
    {"the format given an infinity, or its top exponent given up, as in IEEE 754", as_ieee},
    {"the top exponent given up for infinity and NaN, as in IEEE 754; here it holds numbers",
     ends_at_240},
    {"the top exponent used for numbers, as in E4M3; here it is infinity and NaN", as_e4m3},
    {"the all-ones code used as a number: it is the NaN (for E4M3, 480 does not exist)",
     last_code_is_a_number},
    {"the all-ones code used as a number: it is the NaN (for E4M3, 480 does not exist)",
     rounds_to_last_code},
    {"the bias taken as 2^(exp_bits-1), without the minus 1", bias_without_minus_one},
    {"bias 15 used; it differs from format to format (E4M3's is 7)", bias_15},
    {"the sign is lost", loses_sign},
    {"a NaN cut to its top bits: with the payload all in the bits below, that is infinity",
     cuts_nan},
    {"a NaN was rounded like a number: the carry runs into infinity, the sign or zero", rounds_nan},
};
enum { RANGE_RULES_FP64 = COUNT(RANGE_RULES) - 2 }; /* the last two read FP32 bits */

GRADED(encode_overflow, .points = 4,
       .idea = "past the largest value by half a gap: infinity, NaN or, saturating, the largest")
{
    for (size_t i = 0; i < 2 * COUNT(FORMATS); i++) {
        struct fp_format f = *FORMATS[i / 2];
        if (f.exp_bits == 11)
            continue;
        struct casts c = range_cases(f, false, i % 2);
        add_cast(&c, NAN, oracle_sign(f) - 1);
        add_cast(&c, -NAN, oracle_sign(f) - 1);
        check_encode(&c, RANGE_RULES, RANGE_RULES_FP64);
    }
}

/* Minus zero is the business of encode_subnormals. */
static void drop_negative_zeros(struct casts *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->want[i] != oracle_sign(c->f)) {
            c->x[n] = c->x[i];
            c->want[n++] = c->want[i];
        }
    c->n = n;
}

GRADED(encode_toward_zero, .points = 3,
       .idea = "FP_RTZ drops the rest, and never passes the largest")
{
    static const struct rule rules[] = {
        {"rounded twice: x went through FP32 first", through_fp32},
        {"the all-ones code used as a number: it is the NaN", last_code_is_a_number},
        {"the top exponent kept for infinity and NaN; here it holds numbers", as_ieee},
        {"rounded to nearest: mode FP_RTZ ignored", rounds_to_nearest},
        {"always rounded away from zero", always_up},
        {"negative x rounded down: toward zero is up for them", rounds_down},
        {"bias 15 used; it differs from format to format (E4M3's is 7)", bias_15},
        {"the bias taken as 2^(exp_bits-1), without the minus 1", bias_without_minus_one},
        {"the sign of -0 is lost", loses_zero_sign},
        {"subnormals flushed to zero", flushes_subnormals},
        {"subnormals flushed to zero", zero_below_normal},
        {"overflow under FP_RTZ: dropping bits cannot pass the largest value", overflows_above_max},
        {"overflow under FP_RTZ: dropping bits cannot pass the largest value", overflows_when_cut},
        {"an infinity was cut to the largest value: there is nothing to drop, it stays infinite",
         infinity_is_cut},
    };
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct fp_format f = *FORMATS[i];
        if (f.man_bits == 52)
            continue;
        struct casts c = encode_cases(f, 0, oracle_max_code(f));
        c.mode = FP_RTZ;
        for (size_t j = 0; j < c.n; j++)
            c.want[j] = oracle_encode(c.x[j], f, FP_RTZ, false, 0);
        drop_negative_zeros(&c);
        check_encode(&c, rules, COUNT(rules));
        struct casts top = range_cases(f, false, false);
        top.mode = FP_RTZ;
        for (size_t j = 0; j < top.n; j++)
            top.want[j] = oracle_encode(top.x[j], f, FP_RTZ, false, 0);
        check_encode(&top, rules, COUNT(rules));
    }
}

enum { SR_DRAWS = 24, SR_PARTS = 12 };

/* For a draw: t * 2^33. The eighths; then what lies around random * 2^-32, in halves of its last bit,
 * which shows whether all 32 bits are compared, exactly. */
static uint64_t sr_part(size_t part, uint32_t random)
{
    int64_t around = 2 * (int64_t)random + (int64_t)part - 9;
    if (part < 8)
        return (uint64_t)part << 30;
    return around > 0 ? (uint64_t)around : 0;
}

static void add_draw(struct casts *c, uint64_t step, uint32_t random)
{
    uint64_t max = oracle_max_code(c->f);
    for (uint64_t k = 0; k <= max; k += step) {
        double low = oracle_value(k, c->f, true), gap = oracle_value(k + 1, c->f, true) - low;
        for (size_t i = 0; i < SR_PARTS; i++) {
            /* Both sides are whole numbers, so the answers need no rounding to be known. */
            uint64_t part = sr_part(i, random), code = 2 * (uint64_t)random < part ? k + 1 : k;
            double x = low + ldexp(gap * (double)part, -33);
            for (int negative = 0; negative < (code ? 2 : 1); negative++) {
                // -0 is the business of encode_subnormals
                c->randoms[c->n] = random;
                add_cast(c, negative ? -x : x, negative ? code | oracle_sign(c->f) : code);
            }
        }
    }
}

GRADED(encode_stochastic, .points = 4,
       .idea = "FP_SR moves away from zero with probability t, and exact values never")
{
    static const struct rule rules[] = {
        {"rounded twice: x went through FP32 first", through_fp32},
        {"rounded to nearest: mode FP_SR ignored", rounds_to_nearest},
        {"truncated: mode FP_SR ignored", truncates},
        {"always rounded away from zero", always_up},
        {"rounds up when random is *large*: that is the rule for 1 - t", sr_mirrored},
        {"random <= t * 2^32 where the rule says <", sr_at_most},
        {"the rule is about the magnitude, so negative x mirror positive ones",
         sr_mirrored_below_zero},
        {"only the top 16 bits were compared: the low bits of random and t count, too",
         sr_top_16_bits},
        {"only the low 16 bits of random were used", sr_low_16_bits},
        {"compared in FP32, which holds 24 of the 32 bits", sr_in_fp32},
        {"t was cut to 32 bits before the comparison", sr_whole_32_bits},
        {"random / (2^32 - 1) where the rule says 2^32: a bias of one part", sr_less_one},
        {"a coin was tossed: up with probability 1/2, whatever t is", sr_coin},
        {"noise was added and the sum rounded to nearest, which is half a gap too high: after the "
         "noise the rest is cut",
         sr_noise_then_nearest},
        {"the carry out of the mantissa is lost: rounding up must raise the exponent", drops_carry},
        {"bias 15 used; it differs from format to format (E4M3's is 7)", bias_15},
        {"the bias taken as 2^(exp_bits-1), without the minus 1", bias_without_minus_one},
        {"the top exponent kept for infinity and NaN; here it holds numbers", as_ieee},
        {"the top exponent kept for infinity and NaN; here it holds numbers", ends_at_240},
        {"all above the largest value taken for overflow, whatever random says",
         overflows_above_max},
        {"the step past the largest value was taken back: FP_SR overflows, as FP_RNE does",
         number_stays_finite},
        {"subnormals flushed to zero", flushes_subnormals},
        {"subnormals flushed to zero", zero_below_normal},
    };
    const struct fp_format *const formats[] = {&E4M3, &E5M2, &BF16, &E2M3};
    for (size_t i = 0; i < COUNT(formats); i++) {
        struct fp_format f = *formats[i];
        uint64_t max = oracle_max_code(f), step = (1 + max / 100) | 1;
        size_t room = SR_DRAWS * 2 * SR_PARTS * (max / step + 1);
        struct casts c = casts_new(f, false, false, room);
        c.mode = FP_SR;
        c.randoms = allocate(room, sizeof *c.randoms);
        uint64_t *got = allocate(room, sizeof *got);
        for (size_t draw = 0; draw < SR_DRAWS; draw++) {
            size_t first = c.n;
            uint32_t random = draw < 8    ? (uint32_t)draw << 29
                              : draw < 16 ? ((uint32_t)draw << 29) - 1
                                          : (uint32_t)test_u64(draw);
            add_draw(&c, step, random);
            uint64_t *part = TAKE(uint64_t, c.n - first);
            fp_encode_map(part, GIVE(c.x + first, c.n - first), c.n - first, f, FP_SR, false,
                          random);
            memcpy(got + first, part, (c.n - first) * sizeof *part);
            arena_reset();
        }
        // All draws together: a single random number cannot tell one wrong rule from another.
        compare_casts("fp_encode", &c, got, rules, COUNT(rules));
    }
}

#endif
