/**
 * @file tests_fields.h
 * @brief Graded tests of exercises 1.1 to 1.3: the fields of a code. Included once, by test_lab01.c.
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

static enum fp_class class_as_ieee(uint64_t bits, struct fp_format f)
{
    f.specials = FP_IEEE;
    return class_of(bits, f);
}

static enum fp_class class_without_subnormals(uint64_t bits, struct fp_format f)
{
    enum fp_class class = class_of(bits, f);
    return class == FP_CLASS_SUBNORMAL ? FP_CLASS_ZERO : class;
}

static enum fp_class class_without_nan(uint64_t bits, struct fp_format f)
{
    enum fp_class class = class_of(bits, f),
                  last = f.specials == FP_IEEE ? FP_CLASS_INF : FP_CLASS_NORMAL;
    return class == FP_CLASS_NAN ? last : class;
}

static enum fp_class class_of_minus_zero_subnormal(uint64_t bits, struct fp_format f)
{
    return bits == oracle_sign(f) ? FP_CLASS_SUBNORMAL : class_of(bits, f);
}

static enum fp_class class_without_specials(uint64_t bits, struct fp_format f)
{
    enum fp_class class = class_of(bits, f);
    return class == FP_CLASS_INF || class == FP_CLASS_NAN ? FP_CLASS_NORMAL : class;
}

/* Names what explains every answer, the right ones among them. */
static void explain_classes(const struct codes *c, const enum fp_class *got)
{
    static const struct {
        enum fp_class (*answer)(uint64_t bits, struct fp_format f);
        const char *belief;
    } rules[] = {
        {class_as_ieee, "an all-ones exponent read as in IEEE 754; here it holds normal numbers, "
                        "and NaN for the all-ones mantissa only"},
        {class_without_subnormals,
         "an exponent field of 0 taken for zero: it is zero only if the mantissa is 0, too"},
        {class_without_nan,
         "a NaN taken for infinity, or for a number in a format without infinity"},
        {class_without_specials, "an all-ones exponent taken for one like the others: it is "
                                 "infinity, or NaN where the mantissa is not 0"},
        {class_of_minus_zero_subnormal, "-0 is a zero too"},
    };
    for (size_t r = 0; r < COUNT(rules); r++) {
        size_t agreed = 0;
        while (agreed < c->n && got[agreed] == rules[r].answer(c->bits[agreed], c->f))
            agreed++;
        if (agreed == c->n) {
            because("%s", rules[r].belief);
            return;
        }
    }
}

static void check_classes(enum fp_specials specials)
{
    for (size_t i = 0; i < COUNT(FORMATS); i++) {
        if (FORMATS[i]->specials != specials)
            continue;
        struct codes c = codes_where(*FORMATS[i], NULL);
        enum fp_class *got = TAKE(enum fp_class, c.n);
        fp_classify_map(got, GIVE(c.bits, c.n), c.n, c.f);
        for (size_t j = 0; j < c.n; j++) {
            enum fp_class want = class_of(c.bits[j], c.f);
            if (got[j] == want)
                continue;
            explain_classes(&c, got);
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

#endif
