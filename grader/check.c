/**
 * @file check.c
 * @brief Comparators and the text of their failures: values, bits, distance in ulp, likely belief.
 *
 * The arithmetic here is written from the format descriptor alone, independently of the labs and of
 * common/cast.c, and is held against MPFR by the project's tests.
 */
#include "grader/grade.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { TEXTS = 16, TEXT_BYTES = 160 };

static char *next_text(void)
{
    static char texts[TEXTS][TEXT_BYTES];
    static unsigned turn;
    return texts[turn++ % TEXTS];
}

static int width(struct fp_format f)
{
    return 1 + f.exp_bits + f.man_bits;
}

static uint64_t ones(int n)
{
    if (n <= 0)
        return 0;
    return n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/* A code's magnitude: everything but the sign. Magnitudes count up with the values. */
static uint64_t magnitude(struct fp_format f, uint64_t bits)
{
    return bits & ones(width(f) - 1);
}

bool code_is_nan(struct fp_format f, uint64_t bits)
{
    uint64_t infinity = ones(f.exp_bits) << f.man_bits;
    uint64_t m = magnitude(f, bits);
    return f.specials == FP_IEEE ? m > infinity : m == ones(width(f) - 1);
}

double value_of(struct fp_format f, uint64_t bits)
{
    int bias = (int)ones(f.exp_bits - 1);
    double sign = bits >> (width(f) - 1) & 1 ? -1.0 : 1.0;
    uint64_t m = magnitude(f, bits);
    uint64_t exponent = m >> f.man_bits, mantissa = m & ones(f.man_bits);
    if (code_is_nan(f, bits))
        return NAN;
    if (f.specials == FP_IEEE && exponent == ones(f.exp_bits))
        return sign * INFINITY;
    if (exponent == 0)
        return sign * ldexp((double)mantissa, 1 - bias - f.man_bits);
    uint64_t significand = mantissa | (uint64_t)1 << f.man_bits;
    return sign * ldexp((double)significand, (int)exponent - bias - f.man_bits);
}

int64_t ulps_between(struct fp_format f, uint64_t a, uint64_t b)
{
    int64_t x = (int64_t)magnitude(f, a), y = (int64_t)magnitude(f, b);
    int sign = width(f) - 1;
    return (b >> sign & 1 ? -y : y) - (a >> sign & 1 ? -x : x);
}

/* "0|01111|1000000000" */
static int put_fields(char *out, size_t size, struct fp_format f, uint64_t bits)
{
    size_t n = 0;
    for (int i = width(f) - 1; i >= 0 && n + 2 < size; i--) {
        out[n++] = bits >> i & 1 ? '1' : '0';
        if (i == width(f) - 1 || (i == f.man_bits && f.man_bits))
            out[n++] = '|';
    }
    out[n] = '\0';
    return (int)n;
}

const char *show_code(struct fp_format f, uint64_t bits)
{
    char *out = next_text(), fields[80];
    put_fields(fields, sizeof fields, f, bits);
    uint64_t stray = bits & ~ones(width(f));
    snprintf(out, TEXT_BYTES, "%.9g (%s 0x%0*" PRIX64 " %s)%s", value_of(f, bits), f.name,
             (width(f) + 3) / 4, bits, fields, stray ? " with bits set above the format's" : "");
    return out;
}

const char *show_f32(float x)
{
    char *out = next_text(), fields[80];
    put_fields(fields, sizeof fields, FP32, bits_from_f32(x));
    snprintf(out, TEXT_BYTES, "%.9g (0x%08" PRIX32 " %s)", (double)x, bits_from_f32(x), fields);
    return out;
}

const char *show_f64(double x)
{
    char *out = next_text();
    snprintf(out, TEXT_BYTES, "%.17g (0x%016" PRIX64 ")", x, bits_from_f64(x));
    return out;
}

static uint64_t element(const void *array, size_t size, size_t i)
{
    uint64_t bits = 0;
    memcpy(&bits, (const char *)array + i * size, size); /* little endian, as all CUDA hosts are */
    return bits;
}

static bool agrees(const struct code_check *c, uint64_t got, uint64_t want)
{
    if (got & ~ones(width(c->format)))
        return false;
    return got == want || (code_is_nan(c->format, want) && code_is_nan(c->format, got));
}

/* Names the rule that explains at least nine tenths of all mismatches, if any does. Of several, the
 * one that is wrong least often where the student is right: "truncated" also explains the few
 * mismatches of rounding twice, but it predicts many more. */
static void name_belief(const struct code_check *c, size_t mismatches)
{
    size_t best = SIZE_MAX;
    for (size_t r = 0; r < c->rules_count; r++) {
        size_t explained = 0, refuted = 0;
        for (size_t i = 0; i < c->n; i++) {
            uint64_t got = element(c->got, c->size, i);
            if (!agrees(c, got, element(c->want, c->size, i)))
                explained += got == c->rules[r].answer(i, c->context);
        }
        if (10 * explained < 9 * mismatches)
            continue;
        for (size_t i = 0; i < c->n && refuted < best; i++) {
            uint64_t got = element(c->got, c->size, i);
            if (agrees(c, got, element(c->want, c->size, i)))
                refuted += !agrees(c, got, c->rules[r].answer(i, c->context));
        }
        if (refuted < best) {
            best = refuted;
            because("%s", c->rules[r].belief);
        }
    }
}

void check_codes(const struct code_check *c)
{
    size_t first = c->n, mismatches = 0;
    for (size_t i = c->n; i-- > 0;) {
        if (!agrees(c, element(c->got, c->size, i), element(c->want, c->size, i))) {
            first = i;
            mismatches++;
        }
    }
    if (mismatches == 0)
        return;
    name_belief(c, mismatches);
    uint64_t got = element(c->got, c->size, first), want = element(c->want, c->size, first);
    char distance[48] = "";
    if (!code_is_nan(c->format, got) && !code_is_nan(c->format, want))
        snprintf(distance, sizeof distance, ", %+" PRId64 " ulp",
                 ulps_between(c->format, want, got));
    fail("%s(%s)\n  got      %s%s\n  expected %s\n  (%zu of %zu inputs differ)", c->function,
         c->input ? c->input(first, c->context) : "...", show_code(c->format, got), distance,
         show_code(c->format, want), mismatches, c->n);
}

/* The FP32 ulp at x: of its binade, or of the subnormals. */
static double ulp_f32(double x)
{
    int exponent; /* frexp says 0 for x = 0, which belongs with the subnormals */
    frexp(x, &exponent);
    return ldexp(1.0, (x == 0 || exponent < -125 ? -125 : exponent) - 24);
}

void check_f32(const char *function, const float *got, const double *want, size_t n, double max_ulp)
{
    for (size_t i = 0; i < n; i++) {
        double g = (double)got[i], w = want[i];
        bool same = (isnan(w) && isnan(g)) || g == w;
        double off = isfinite(w) && isfinite(g) ? fabs(g - w) / ulp_f32(w) : INFINITY;
        if (same || off <= max_ulp)
            continue;
        fail(
            "%s, element %zu of %zu\n  got      %s\n  expected %s\n  off by %.3g ulp, allowed %.3g",
            function, i, n, show_f32(got[i]), show_f32((float)w), off, max_ulp);
    }
}

void check_close(const char *what, double got, double want, double tol)
{
    double off = fabs(got - want);
    if (!(got == want || off <= tol))
        fail("%s\n  got      %s\n  expected %s\n  off by %.3g, allowed %.3g", what, show_f64(got),
             show_f64(want), off, tol);
}
