/**
 * @file tests_fields.h
 * @brief Graded tests of exercises 1.1 to 1.7: what a code means. Included once, by test_lab01.c.
 */
#ifndef LOWP_GRADER_LAB01_TESTS_FIELDS_H
#define LOWP_GRADER_LAB01_TESTS_FIELDS_H

#include "cases.h"

/* ---- 1.1 to 1.3: fields ---- */

GRADED(bias, .points = 2, .idea = "the bias puts exponent 0 in the middle: 2^(exp_bits-1) - 1")
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct fp_format f = *FORMATS[i];
        int want = 1 - (int)lround(log2(oracle_value((uint64_t)1 << f.man_bits, f, false)));
        int got = fp_bias(f);
        if (got == want + 1)
            because("2^(exp_bits-1), without the minus 1");
        else if (got == 15 || got == 127)
            because("the bias of %s, whatever the format", got == 15 ? "FP16" : "FP32");
        if (got != want)
            fail("fp_bias(%s), %d exponent bits\n  got      %d\n  expected %d", f.name, f.exp_bits,
                 got, want);
    }
}

static void explain_fields(struct fp_fields got, struct fp_fields want)
{
    if (want.mantissa >> 32 && got.mantissa < want.mantissa)
        because("a field went through 32 bits; FP64's mantissa has 52");
    else if (got.exponent > want.exponent)
        because("the sign bit is still in the exponent");
    else if (want.exponent && got.mantissa > want.mantissa)
        because("the hidden bit is not stored, and not part of the field");
}

GRADED(split, .points = 3, .idea = "a code is three fields: sign, exponent, mantissa")
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct codes c = codes_where(*FORMATS[i], NULL);
        struct fp_fields *got = TAKE(struct fp_fields, c.n);
        fp_split_map(got, GIVE(c.bits, c.n), c.n, c.f);
        for (size_t j = 0; j < c.n; j++) {
            uint64_t binade = (uint64_t)1 << c.f.man_bits;
            uint64_t magnitude = c.bits[j] % oracle_sign(c.f);
            struct fp_fields want = {(uint32_t)(c.bits[j] / oracle_sign(c.f)),
                                     (uint32_t)(magnitude / binade), magnitude % binade};
            if (got[j].sign == want.sign && got[j].exponent == want.exponent &&
                got[j].mantissa == want.mantissa)
                continue;
            explain_fields(got[j], want);
            fail("fp_split(%s)\n  got      sign %u, exponent %u, mantissa 0x%lX\n"
                 "  expected sign %u, exponent %u, mantissa 0x%lX",
                 code_text(j, &c), got[j].sign, got[j].exponent, (unsigned long)got[j].mantissa,
                 want.sign, want.exponent, (unsigned long)want.mantissa);
        }
        arena_reset();
    }
}

static enum fp_class class_of(uint64_t bits, struct fp_format f)
{
    double x = oracle_value(bits, f, false);
    if (isnan(x) || isinf(x))
        return isnan(x) ? FP_CLASS_NAN : FP_CLASS_INF;
    if (x == 0)
        return FP_CLASS_ZERO;
    double min_normal = oracle_value((uint64_t)1 << f.man_bits, f, false);
    return fabs(x) < min_normal ? FP_CLASS_SUBNORMAL : FP_CLASS_NORMAL;
}

static const char *class_name(enum fp_class class)
{
    static const char *const names[] = {"zero", "subnormal", "normal", "infinity", "NaN"};
    return (unsigned)class < COUNT(names) ? names[class] : "no class at all";
}

static void check_classes(enum fp_specials specials)
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        if (FORMATS[i]->specials != specials)
            continue;
        struct codes c = codes_where(*FORMATS[i], NULL);
        struct fp_format ieee = c.f;
        ieee.specials = FP_IEEE;
        enum fp_class *got = TAKE(enum fp_class, c.n);
        fp_classify_map(got, GIVE(c.bits, c.n), c.n, c.f);
        for (size_t j = 0; j < c.n; j++) {
            enum fp_class want = class_of(c.bits[j], c.f);
            if (got[j] == want)
                continue;
            if (specials == FP_NAN_ONLY && got[j] == class_of(c.bits[j], ieee))
                because("an all-ones exponent read as in IEEE 754; here it holds normal numbers, "
                        "and NaN for the all-ones mantissa only");
            else if (want == FP_CLASS_NAN && got[j] == FP_CLASS_NORMAL)
                because("the all-ones code is no number: it is the format's one NaN");
            else if (c.bits[j] == oracle_sign(c.f))
                because("-0 is a zero too");
            fail("fp_classify(%s)\n  got      %s\n  expected %s", code_text(j, &c),
                 class_name(got[j]), class_name(want));
        }
        arena_reset();
    }
}

GRADED(classify_ieee, .points = 3, .idea = "zero, subnormal, normal, infinity and NaN of IEEE 754")
{
    check_classes(FP_IEEE);
}

GRADED(classify_e4m3, .points = 3,
       .idea = "E4M3 spends its top exponent on numbers: no infinity, one NaN a sign")
{
    check_classes(FP_NAN_ONLY);
}

/* ---- 1.4: decode ---- */

static bool takes_normal(uint64_t bits, struct fp_format f)
{
    return class_of(bits, f) == FP_CLASS_NORMAL;
}

static bool takes_subnormal(uint64_t bits, struct fp_format f)
{
    return class_of(bits, f) == FP_CLASS_SUBNORMAL;
}

/* Zeros, infinities, NaNs, and the last number before those, whose top exponent looks like them. */
static bool takes_special(uint64_t bits, struct fp_format f)
{
    return !(takes_normal(bits, f) || takes_subnormal(bits, f)) ||
           bits % oracle_sign(f) == oracle_max_code(f);
}

static void check_decoded(code_filter *takes, const struct rule *rules, size_t n)
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct codes c = codes_where(*FORMATS[i], takes);
        double *out = TAKE(double, c.n);
        fp_decode_map(out, GIVE(c.bits, c.n), c.n, c.f);
        uint64_t *got = allocate(c.n, sizeof *got), *want = allocate(c.n, sizeof *want);
        for (size_t j = 0; j < c.n; j++) {
            double right = oracle_value(c.bits[j], c.f, false);
            got[j] = isnan(out[j]) ? UINT64_MAX >> 1 : bits_from_f64(out[j]); // one NaN for all
            want[j] = isnan(right) ? UINT64_MAX >> 1 : bits_from_f64(right);
        }
        compare("fp_decode", FP64, &c, got, want, rules, n);
        arena_reset();
    }
}

GRADED(decode_normals, .points = 3, .idea = "(2^man_bits + m) * 2^(e - bias - man_bits)")
{
    static const struct rule rules[] = {
        {"the hidden bit is missing", reads_no_hidden_bit},
        {"the bias taken as 2^(exp_bits-1), without the minus 1", reads_bias_without_minus_one},
        {"bias 15 used; it differs from format to format (E4M3's is 7)", reads_bias_15},
        {"bias 127 used; it differs from format to format", reads_bias_127},
        {"an all-ones exponent read as infinity or NaN where the format has numbers",
         reads_as_ieee},
        {"the sign is lost", reads_unsigned},
    };
    check_decoded(takes_normal, rules, COUNT(rules));
}

GRADED(decode_subnormals, .points = 4, .idea = "exponent field 0: no hidden bit, exponent 1 - bias")
{
    static const struct rule rules[] = {
        {"subnormals flushed to zero", reads_subnormals_as_zero},
        {"a subnormal given a hidden bit", reads_hidden_bit_in_subnormals},
        {"the exponent of subnormals is 1 - bias, that of the smallest normal, and not -bias",
         reads_subnormals_at_half},
        {"the sign is lost", reads_unsigned},
    };
    check_decoded(takes_subnormal, rules, COUNT(rules));
}

GRADED(decode_specials, .points = 3,
       .idea = "signed zeros and infinities, NaN, and the last number")
{
    static const struct rule rules[] = {
        {"the sign of -0 is lost", reads_zero_unsigned},
        {"an all-ones exponent read as infinity or NaN where the format has numbers",
         reads_as_ieee},
        {"infinity or NaN read as a number (E4M3's 480 is a NaN)", reads_last_code_as_number},
        {"the sign is lost", reads_unsigned},
    };
    check_decoded(takes_special, rules, COUNT(rules));
}

/* ---- 1.5: limits ---- */

static void explain_limits(struct fp_limits got, struct fp_limits want, struct fp_format f)
{
    double ulp = want.eps * exp2(ilogb(want.max)); // of the top binade
    if (got.max == want.max + ulp && f.specials == FP_NAN_ONLY)
        because("the code of this maximum is the format's NaN: the value before it is the largest");
    else if (f.specials == FP_NAN_ONLY && got.max < want.max)
        because("the top exponent holds numbers in this format; only IEEE formats give it up");
    else if (got.min_normal == want.min_subnormal)
        because("the smallest normal number confused with the smallest subnormal");
    else if (got.min_subnormal == want.min_normal)
        because(
            "the smallest subnormal number confused with the smallest normal; values go on below");
    else if (got.eps == want.eps / 2)
        because("that is the unit roundoff, half of eps; eps is the step from 1 to the next value");
    else if (isinf(got.max))
        because("a power of two overflowed on the way");
}

GRADED(limits, .points = 4, .idea = "four landmarks follow from the two widths and the specials")
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct fp_format f = *FORMATS[i];
        uint64_t one = oracle_encode(1, f, FP_RNE, false, 0);
        struct fp_limits want = {
            .max = oracle_value(oracle_max_code(f), f, false),
            .min_normal = oracle_value((uint64_t)1 << f.man_bits, f, false),
            .min_subnormal = oracle_value(1, f, false),
            .eps = oracle_value(one + 1, f, false) - 1,
        };
        struct fp_limits got = fp_limits(f);
        const struct {
            const char *name;
            double got, want;
        } parts[] = {{"max", got.max, want.max},
                     {"min_normal", got.min_normal, want.min_normal},
                     {"min_subnormal", got.min_subnormal, want.min_subnormal},
                     {"eps", got.eps, want.eps}};
        explain_limits(got, want, f);
        for (size_t j = 0; j < COUNT(parts); j++)
            if (!(parts[j].got == parts[j].want))
                fail("fp_limits(%s).%s, %d exponent and %d mantissa bits%s\n  got      %.17g (%a)\n"
                     "  expected %.17g (%a)",
                     f.name, parts[j].name, f.exp_bits, f.man_bits,
                     f.specials == FP_IEEE ? "" : ", no infinity", parts[j].got, parts[j].got,
                     parts[j].want, parts[j].want);
    }
}

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
            if (code_is_nan(c.f, c.bits[j]) && got[j] != c.bits[j])
                fail("fp_next_%s(%s)\n  got      %s\n  a NaN comes back unchanged",
                     up ? "up" : "down", code_text(j, &c), show_code(c.f, got[j]));
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
    };
    check_neighbours(true, rules, COUNT(rules));
    award(0.6);
    check_neighbours(false, NULL, 0);
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
                if (got[j] == -want)
                    because("the sign is the wrong way round: positive when b is above a");
                else if (got[j] == (int64_t)(ends[e] - c.bits[j]))
                    because(
                        "the codes were subtracted as they are, but negative ones run backwards");
                else if (llabs(got[j] - want) == 1)
                    because("+0 and -0 counted as two places");
                fail("fp_ulp_distance(%s, %s)\n  got      %ld\n  expected %ld", code_text(j, &c),
                     show_code(c.f, ends[e]), (long)got[j], (long)want);
            }
            arena_reset();
        }
    }
}

#endif
