/**
 * @file tests_values.h
 * @brief Graded tests of exercises 1.4 and 1.5: what a code means. Included once, by test_lab01.c,
 *        after tests_fields.h, whose classes it shares.
 */
#ifndef LOWP_GRADER_LAB01_TESTS_VALUES_H
#define LOWP_GRADER_LAB01_TESTS_VALUES_H

#include "tests_fields.h"

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

static const struct rule READING_RULES[] = {
    {"the hidden bit is missing", reads_no_hidden_bit},
    {"the bias taken as 2^(exp_bits-1), without the minus 1", reads_bias_without_minus_one},
    {"bias 15 used; it differs from format to format (E4M3's is 7)", reads_bias_15},
    {"bias 127 used; it differs from format to format", reads_bias_127},
    {"the sign bit is still in the exponent", reads_sign_in_exponent},
    {"the mantissa went through 32 bits; FP64's has 52", reads_32_bits},
    {"the sign of -0 is lost", reads_zero_unsigned},
    {"an all-ones exponent read as infinity or NaN where the format has numbers", reads_as_ieee},
    {"infinity or NaN read as a number (E4M3's 480 is a NaN)", reads_last_code_as_number},
    {"a NaN read as infinity, whose mantissa is 0", reads_nan_as_infinity},
    {"the sign is lost", reads_unsigned},
};

GRADED(decode_normals, .points = 3, .idea = "(2^man_bits + m) * 2^(e - bias - man_bits)")
{
    check_decoded(takes_normal, READING_RULES, COUNT(READING_RULES));
}

GRADED(decode_subnormals, .points = 4, .idea = "exponent field 0: no hidden bit, exponent 1 - bias")
{
    static const struct rule rules[] = {
        {"subnormals flushed to zero", reads_subnormals_as_zero},
        {"a subnormal given a hidden bit", reads_hidden_bit_in_subnormals},
        {"half of what it should be: the exponent of subnormals is 1 - bias, that of the smallest "
         "normal, and not -bias; and the bias is 2^(exp_bits-1) - 1",
         reads_subnormals_at_half},
        {"bias 15 used; it differs from format to format (E4M3's is 7)", reads_bias_15},
        {"bias 127 used; it differs from format to format", reads_bias_127},
        {"the mantissa went through 32 bits; FP64's has 52", reads_32_bits},
        {"the sign is lost", reads_unsigned},
    };
    check_decoded(takes_subnormal, rules, COUNT(rules));
}

GRADED(decode_specials, .points = 3,
       .idea = "signed zeros and infinities, NaN, and the last number")
{
    check_decoded(takes_special, READING_RULES, COUNT(READING_RULES));
}

/* ---- 1.5: limits ---- */

static struct fp_limits limits_of(struct fp_format f)
{
    uint64_t one = oracle_encode(1, f, FP_RNE, false, 0);
    return (struct fp_limits){
        .max = oracle_value(oracle_max_code(f), f, false),
        .min_normal = oracle_value((uint64_t)1 << f.man_bits, f, false),
        .min_subnormal = oracle_value(1, f, false),
        .eps = oracle_value(one + 1, f, false) - 1,
    };
}

static bool scaled_by(double factor, struct fp_limits got, struct fp_limits want)
{
    return got.max == want.max * factor && got.min_normal == want.min_normal * factor &&
           got.min_subnormal == want.min_subnormal * factor;
}

/* The landmarks of another format, given for this one? */
static void explain_as_other_format(struct fp_limits got)
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct fp_limits other = limits_of(*FORMATS[i]);
        if (got.max == other.max && scaled_by(1, got, other) && got.eps == other.eps)
            because("these are the landmarks of %s; derive them from the widths of the format "
                    "that was given",
                    FORMATS[i]->name);
    }
}

/* Wrong codes, or codes read wrongly. */
static void explain_limits(struct fp_limits got, struct fp_limits want, struct fp_format f)
{
    int bias = (1 << (f.exp_bits - 1)) - 1;
    double ulp = want.eps * exp2(ilogb(want.max)); // of the top binade
    uint64_t narrow = oracle_max_code(f) & ~((((uint64_t)1 << f.man_bits) - 1) & ~0xFFFFFFFFull);
    if (scaled_by(0.5, got, want))
        because("all but eps at half: the bias is 2^(exp_bits-1) - 1, with the minus 1");
    else if (bias != 15 && scaled_by(ldexp(1, bias - 15), got, want))
        because("bias 15 used; it differs from format to format");
    else if (got.max == want.max + ulp && f.specials == FP_NAN_ONLY)
        because("the code of this maximum is the format's NaN: the value before it is the largest");
    else if (f.man_bits > 32 && got.max == oracle_value(narrow, f, false))
        because("the mantissa went through 32 bits; FP64's has 52");
    else if (got.min_normal == 0)
        because("the hidden bit is missing");
    else if (f.specials == FP_NAN_ONLY && got.max < want.max)
        because("the top exponent holds numbers in this format; only IEEE formats give it up");
    else if (got.min_normal == want.min_subnormal)
        because("the smallest normal number confused with the smallest subnormal");
    else if (got.min_subnormal == want.min_normal)
        because(
            "the smallest subnormal number confused with the smallest normal; values go on below");
    else if (got.min_subnormal == 0)
        because("subnormals read as zero: values go on below the smallest normal");
    else if (got.min_subnormal == want.min_subnormal / 2)
        because("the exponent of subnormals is 1 - bias, and not -bias");
    else if (got.min_subnormal == (want.min_normal + want.min_subnormal) / 2)
        because("a subnormal given a hidden bit");
    else if (got.eps == want.eps / 2)
        because("that is the unit roundoff, half of eps; eps is the step from 1 to the next value");
    else if (isinf(got.max))
        because("a power of two overflowed on the way");
}

GRADED(limits, .points = 4, .idea = "four landmarks follow from the two widths and the specials")
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        struct fp_format f = *FORMATS[i];
        struct fp_limits want = limits_of(f), got = fp_limits(f);
        const struct {
            const char *name;
            double got, want;
        } parts[] = {{"max", got.max, want.max},
                     {"min_normal", got.min_normal, want.min_normal},
                     {"min_subnormal", got.min_subnormal, want.min_subnormal},
                     {"eps", got.eps, want.eps}};
        explain_limits(got, want, f);
        explain_as_other_format(got);
        for (size_t j = 0; j < COUNT(parts); j++)
            if (!(parts[j].got == parts[j].want))
                fail("fp_limits(%s).%s, %d exponent and %d mantissa bits%s\n  got      %.17g (%a)\n"
                     "  expected %.17g (%a)",
                     f.name, parts[j].name, f.exp_bits, f.man_bits,
                     f.specials == FP_IEEE ? "" : ", no infinity", parts[j].got, parts[j].got,
                     parts[j].want, parts[j].want);
    }
}

#endif
