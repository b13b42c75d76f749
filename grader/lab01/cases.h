/**
 * @file cases.h
 * @brief Lists of inputs with their right answers, for the graded tests of lab 01.
 *
 * Included once, by test_lab01.c.
 */
#ifndef LOWP_GRADER_LAB01_CASES_H
#define LOWP_GRADER_LAB01_CASES_H

#include "beliefs_codes.h"
#include "beliefs_range.h"
#include "grader/grade.h"
#include "grader/oracles/oracle_fp.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct fp_format E3M2 = {"E3M2", 3, 2, FP_IEEE};
static const struct fp_format E2M3 = {"E2M3", 2, 3, FP_NAN_ONLY};
static const struct fp_format E6M9 = {"E6M9", 6, 9, FP_IEEE};
static const struct fp_format E5M6 = {"E5M6", 5, 6, FP_NAN_ONLY};
/* With one mantissa bit infinity has a single NaN above it. */
static const struct fp_format E3M1 = {"E3M1", 3, 1, FP_IEEE};

static const struct fp_format *const FORMATS[] = {&FP16, &BF16, &E4M3, &E5M2, &FP32, &TF32,
                                                  &FP64, &E3M2, &E2M3, &E6M9, &E5M6, &E3M1};

/* ---- lists of codes ---- */

/* The largest code: all ones. (Their number would not fit in 64 bits for FP64.) */
static uint64_t last_code(struct fp_format f)
{
    return 2 * (oracle_sign(f) - 1) + 1;
}

/* Zeroed memory for n + 1 elements, kept until the process ends: a failing test leaves by longjmp,
 * so nobody could free it. The chain keeps it in sight of the leak checker. */
static void *allocate(size_t n, size_t size)
{
    struct block {
        struct block *next;
        _Alignas(16) char bytes[];
    };
    static struct block *chain;
    struct block *block = calloc(1, sizeof *block + (n + 1) * size);
    if (!block)
        fail("out of memory in the grader");
    block->next = chain;
    chain = block;
    return block->bytes;
}

typedef bool code_filter(uint64_t bits, struct fp_format f);

static void add_code(struct codes *c, uint64_t bits, code_filter *takes)
{
    if (!takes || takes(bits, c->f))
        c->bits[c->n++] = bits;
}

/* Every code up to 12 bits; of wider formats, the edges of each class and random codes. */
static struct codes codes_where(struct fp_format f, code_filter *takes)
{
    enum { ALL_UP_TO = 1 << 12, RANDOM = 2048, AROUND = 3 };
    bool all = last_code(f) < ALL_UP_TO;
    struct codes c = {f, 0, allocate(all ? ALL_UP_TO : RANDOM + 100, sizeof(uint64_t))};
    for (uint64_t bits = 0; all && bits <= last_code(f); bits++)
        add_code(&c, bits, takes);
    if (all)
        return c;
    const uint64_t edges[] = {0, (uint64_t)1 << f.man_bits, oracle_max_code(f), oracle_sign(f)};
    for (size_t i = 0; i < COUNT(edges); i++)
        for (uint64_t j = 0; j <= 2 * AROUND; j++) {
            uint64_t magnitude = (edges[i] + j - AROUND) % oracle_sign(f);
            add_code(&c, magnitude, takes);
            add_code(&c, magnitude + oracle_sign(f), takes);
        }
    for (uint64_t i = 0; i < RANDOM; i++) {
        uint64_t bits = test_u64(i) & last_code(f);
        if (i % 4 == 0) // a quarter in the lowest binade, which random codes of FP64 never hit
            bits &= oracle_sign(f) | (((uint64_t)1 << f.man_bits) - 1);
        add_code(&c, bits, takes);
    }
    return c;
}

static const char *code_text(size_t i, const void *context)
{
    const struct codes *c = context;
    return show_code(c->f, c->bits[i]);
}

/* Compares codes of format `shown`, made from the codes of c. */
static void compare(const char *function, struct fp_format shown, const struct codes *c,
                    const uint64_t *got, const uint64_t *want, const struct rule *rules, size_t n)
{
    check_codes(&(struct code_check){.function = function,
                                     .format = shown,
                                     .n = c->n,
                                     .got = got,
                                     .want = want,
                                     .size = sizeof *got,
                                     .input = code_text,
                                     .rules = rules,
                                     .rules_count = n,
                                     .context = c});
}

/* ---- lists of casts ---- */

static struct casts casts_new(struct fp_format f, bool fp32, bool saturate, size_t room)
{
    return (struct casts){.f = f,
                          .mode = FP_RNE,
                          .saturate = saturate,
                          .x = allocate(room, sizeof(double)),
                          .x32 = fp32 ? allocate(room, sizeof(float)) : NULL,
                          .want = allocate(room, sizeof(uint64_t))};
}

static void add_cast(struct casts *c, double x, uint64_t want)
{
    if (c->x32)
        c->x32[c->n] = (float)x; // exact: the caller made x from floats
    c->x[c->n] = x;
    c->want[c->n++] = want;
}

/* The inputs around every rounding decision between codes first and last, both signs. */
static void add_between(struct casts *c, uint64_t first, uint64_t last, uint64_t step)
{
    for (uint64_t k = first; k < last; k += step) {
        struct oracle_between b = oracle_between(k, c->f, c->x32);
        for (int j = 0; j < 4; j++) {
            add_cast(c, b.x[j], b.want[j]);
            add_cast(c, -b.x[j], b.want[j] | oracle_sign(c->f));
        }
    }
}

static const char *cast_text(size_t i, const void *context)
{
    static char text[200];
    const struct casts *c = context;
    const char *const modes[] = {"FP_RNE", "FP_RTZ", "FP_SR"};
    bool fp8 = c->x32 && c->f.exp_bits + c->f.man_bits < 8;
    if (!c->x32)
        snprintf(text, sizeof text, "%.17g = %a, %s, %s, saturate %d, random 0x%08X", c->x[i],
                 c->x[i], c->f.name, modes[c->mode], c->saturate, random_of(i, c));
    else
        snprintf(text, sizeof text, "%s%s", show_f32(c->x32[i]),
                 !fp8          ? ""
                 : c->saturate ? ", saturate"
                               : ", saturate off");
    return text;
}

static void compare_casts(const char *function, const struct casts *c, const uint64_t *got,
                          const struct rule *rules, size_t n)
{
    check_codes(&(struct code_check){.function = function,
                                     .format = c->f,
                                     .n = c->n,
                                     .got = got,
                                     .want = c->want,
                                     .size = sizeof *got,
                                     .input = cast_text,
                                     .rules = rules,
                                     .rules_count = n,
                                     .context = c});
}

static uint64_t overflow_of(struct fp_format f, bool saturate)
{
    uint64_t max = oracle_max_code(f);
    return saturate ? max : max + 1; // infinity, or the only NaN: both are one above max
}

/* The threshold of overflow, values far past it, infinities and NaNs. */
static struct casts range_cases(struct fp_format f, bool fp32, bool saturate)
{
    struct casts c = casts_new(f, fp32, saturate, 64);
    double max = oracle_value(oracle_max_code(f), f, false);
    double largest = fp32 ? FLT_MAX : DBL_MAX;
    const double beyond[] = {1.25 * max, 2 * max, 1e4 * max, largest, INFINITY};
    uint64_t sign = oracle_sign(f), overflow = overflow_of(f, saturate);
    uint64_t one = oracle_encode(1, f, FP_RNE, false, 0);
    add_cast(&c, 1, one); // an ordinary number, which tells a wrong end from a wrong bias
    add_cast(&c, -1, one | sign);
    for (size_t i = 0; i < COUNT(beyond); i++) {
        if (beyond[i] <= max * 1.1 || (beyond[i] > largest && isfinite(beyond[i])))
            continue;
        double x = fp32 ? (float)beyond[i] : beyond[i];
        add_cast(&c, x, overflow);
        add_cast(&c, -x, overflow | sign);
    }
    double gap = oracle_value(oracle_max_code(f) + 1, f, true) - max;
    add_cast(&c, max + gap / 4, oracle_max_code(f));
    add_cast(&c, -max - gap / 4, oracle_max_code(f) | sign);
    add_cast(&c, max + 0.75 * gap, overflow);
    add_cast(&c, -max - 0.75 * gap, overflow | sign);
    // Were there no limit, the code after that of infinity: a NaN.
    if (f.specials == FP_IEEE && max + 3 * gap <= largest) {
        add_cast(&c, max + 3 * gap, overflow);
        add_cast(&c, -max - 3 * gap, overflow | sign);
    }
    struct oracle_between b = oracle_between(oracle_max_code(f), f, fp32);
    for (int j = 0; j < 4; j++) {
        uint64_t want = b.want[j] > oracle_max_code(f) ? overflow : b.want[j];
        add_cast(&c, b.x[j], want);
        add_cast(&c, -b.x[j], want | sign);
    }
    return c;
}

#endif
