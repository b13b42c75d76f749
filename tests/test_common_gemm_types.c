/**
 * @file test_common_gemm_types.c
 * @brief Products in every format against a reference in double: one set of tests, two backends.
 *
 * Run as it is, it tests the CPU; with GPU=1 (tests/check_gemm_device.sh does that where there is a
 * device) the same tests run on the device, and fail if there is none.
 *
 * The reference rounds the operands with the casts of cast.h (not with what gemm_cpu.c uses) and
 * sums in double, whose own error is below 2^-29 of any bound here. Bounds are those of gemm.h.
 */
#include "common/cast.h"
#include "common/formats.h"
#include "common/gemm.h"
#include "common/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct gemm *gemm;

static void open_it(void)
{
    const char *gpu = getenv("GPU");
    bool device = gpu && strcmp(gpu, "1") == 0;
    gemm = gemm_open(device ? GEMM_DEVICE : GEMM_CPU, stderr);
    cr_assert(gemm, "no memory");
    cr_assert_eq(gemm_on_device(gemm), device, "GPU=1, but the products run on %s",
                 gemm_device(gemm));
}

static void close_it(void)
{
    gemm_close(gemm);
}

TestSuite(gemm_types, .init = open_it, .fini = close_it);

/** The types of the two operands. */
struct pair {
    enum gemm_type a, b;
};

static const struct pair pairs[] = {
    {GEMM_FP32, GEMM_FP32}, {GEMM_TF32, GEMM_TF32}, {GEMM_BF16, GEMM_BF16}, {GEMM_FP16, GEMM_FP16},
    {GEMM_E4M3, GEMM_E4M3}, {GEMM_E5M2, GEMM_E4M3}, {GEMM_E4M3, GEMM_E5M2}};
enum { PAIRS = sizeof pairs / sizeof *pairs };

static bool is_fp8(enum gemm_type type)
{
    return type == GEMM_E4M3 || type == GEMM_E5M2;
}

/** The nearest TF32 number, for normal x: the adder rounds to a last place 13 bits higher. */
static double to_tf32(float x)
{
    double magic = ldexp(1.5, 52 - 10 + ilogbf(x));
    return x == 0 || !isfinite(x) ? (double)x : (double)x + magic - magic;
}

/** What an operand's element means inside the product. */
static double meaning(float x, enum gemm_type type, float scale)
{
    switch (type) {
    case GEMM_TF32:
        return to_tf32(x);
    case GEMM_BF16:
        return (double)f32_from_bf16(bf16_from_f32_rne(x));
    case GEMM_FP16:
        return (double)f32_from_f16(f16_from_f32_rne(x));
    case GEMM_E4M3:
        return (double)f32_from_e4m3(e4m3_from_f32_rne(x * scale, true)) / (double)scale;
    case GEMM_E5M2:
        return (double)f32_from_e5m2(e5m2_from_f32_rne(x * scale, true)) / (double)scale;
    default:
        return (double)x;
    }
}

/** A code of the result as a number, and back. */
static double value(const void *c, size_t i, enum gemm_type out)
{
    if (out == GEMM_FP32)
        return (double)((const float *)c)[i];
    uint16_t code = ((const uint16_t *)c)[i];
    return (double)(out == GEMM_BF16 ? f32_from_bf16(code) : f32_from_f16(code));
}

static void set(void *c, size_t i, enum gemm_type out, float x)
{
    if (out == GEMM_FP32)
        ((float *)c)[i] = x;
    else
        ((uint16_t *)c)[i] = out == GEMM_BF16 ? bf16_from_f32_rne(x) : f16_from_f32_rne(x);
}

/** What the last rounding of x to the result's type can add: half a gap (FP32: it is the sum's own
 *  type, and the bound counts it). */
static double rounding(double x, enum gemm_type out)
{
    if (out == GEMM_FP32)
        return 0;
    return fabs(x) * (out == GEMM_BF16 ? 0x1p-8 : 0x1p-11) +
           0x1p-25; /* FP16's half subnormal gap */
}

static float *random_matrix(size_t count, uint64_t seed, float size)
{
    float *x = malloc((count + 1) * sizeof *x);
    for (size_t i = 0; i < count; i++)
        x[i] = (float)(2 * rng_f64(seed, 7, i) - 1) * size;
    return x;
}

/** Operand of rows x cols: its stored shape, with rows `pad` longer than they need be. */
static struct gemm_operand operand(enum gemm_op op, enum gemm_type type, int rows, int cols,
                                   int pad, uint64_t seed)
{
    float scale = !is_fp8(type) ? 0 : type == GEMM_E4M3 ? 150.7f : 0x1p9f;
    int ld = (op == GEMM_N ? cols : rows) + pad;
    ld = ld > 0 ? ld : 1;
    size_t count = (size_t)(op == GEMM_N ? rows : cols) * (size_t)ld;
    return (struct gemm_operand){random_matrix(count, seed, 2), ld, op, type, scale, false};
}

static double element(const struct gemm_operand *x, int i, int j)
{
    size_t at = x->op == GEMM_N ? (size_t)i * (size_t)x->ld + (size_t)j
                                : (size_t)j * (size_t)x->ld + (size_t)i;
    return meaning(x->x[at], x->type, x->scale != 0 ? x->scale : 1);
}

/** Compares C with the reference; what lies behind the rows must be what it was. */
static void compare(const struct gemm_product *p, const void *old)
{
    double unit = gemm_unit(gemm, p->a.type), largest = 0;
    for (int i = 0; i < p->m; i++) {
        for (int j = 0; j < p->ldc; j++) {
            size_t at = (size_t)i * (size_t)p->ldc + (size_t)j;
            double got = value(p->c, at, p->out), before = value(old, at, p->out);
            if (j >= p->n) {
                cr_assert(got == before, "wrote past the end of row %d", i);
                continue;
            }
            double exact = (double)p->beta == 0 ? 0 : (double)p->beta * before, size = fabs(exact);
            for (int l = 0; l < p->k; l++) {
                double term = element(&p->a, i, l) * element(&p->b, l, j);
                exact += term;
                size += fabs(term);
            }
            double bound = (p->k + 6) * unit * size;
            bound += rounding(fabs(exact) + bound, p->out);
            cr_assert(fabs(got - exact) <= bound,
                      "%dx%dx%d %s%s x %s%s to %s on %s: C[%d][%d] = %g, exact %g, bound %g", p->m,
                      p->n, p->k, gemm_type_name(p->a.type), p->a.op ? "^T" : "",
                      gemm_type_name(p->b.type), p->b.op ? "^T" : "", gemm_type_name(p->out),
                      gemm_device(gemm), i, j, got, exact, bound);
            largest = fmax(largest, fabs(got));
        }
    }
    if (p->amax)
        cr_assert_eq((double)*p->amax, largest, "amax %g, but C's is %g", *p->amax, largest);
}

/** What varies between the products of check(). */
struct shape {
    int m, n, k, pad;
    float beta;
    enum gemm_op op_a, op_b;
    enum gemm_type out;
};

static void check(struct pair types, struct shape s)
{
    float amax = NAN;
    int ldc = s.n + s.pad;
    size_t count = (size_t)s.m * (size_t)ldc;
    float *c = malloc((count + 1) * sizeof *c), *old = malloc((count + 1) * sizeof *old);
    for (size_t i = 0; i < count; i++)
        set(c, i, s.out, (float)(2 * rng_f64(3, 7, i) - 1));
    memcpy(old, c, count * sizeof *c);
    struct gemm_product p = {.m = s.m,
                             .n = s.n,
                             .k = s.k,
                             .a = operand(s.op_a, types.a, s.m, s.k, s.pad, 1),
                             .b = operand(s.op_b, types.b, s.k, s.n, s.pad, 2),
                             .beta = s.beta,
                             .c = c,
                             .ldc = ldc,
                             .out = s.out,
                             .amax = s.pad ? &amax : NULL};
    cr_assert(gemm_multiply(gemm, &p));
    compare(&p, old);
    free((float *)p.a.x);
    free((float *)p.b.x);
    free(c);
    free(old);
}

Test(gemm_types, every_type_transpose_and_odd_size)
{
    const int sizes[][3] = {{1, 1, 1}, {1, 7, 3}, {5, 1, 9}, {17, 33, 65}, {64, 27, 100}};
    const enum gemm_type outs[] = {GEMM_FP32, GEMM_BF16, GEMM_FP16};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int type = 0; type < PAIRS; type++)
            for (int ops = 0; ops < 4; ops++)
                for (int pad = 0; pad <= 3; pad += 3)
                    check(pairs[type],
                          (struct shape){sizes[s][0], sizes[s][1], sizes[s][2], pad,
                                         ops == 0 ? 0.0f : -1.5f, ops & 1 ? GEMM_T : GEMM_N,
                                         ops & 2 ? GEMM_T : GEMM_N, outs[(ops + pad) % 3]});
}

Test(gemm_types, long_sums)
{
    for (int type = 0; type < PAIRS; type++)
        check(pairs[type], (struct shape){16, 32, 4096, 0, 0, GEMM_N, GEMM_N, GEMM_FP32});
}

Test(gemm_types, large_then_small_reuses_the_memory)
{
    for (int type = 0; type < PAIRS; type++) {
        check(pairs[type], (struct shape){130, 70, 90, 0, 1, GEMM_N, GEMM_T, GEMM_BF16});
        check(pairs[type], (struct shape){2, 3, 5, 1, 1, GEMM_T, GEMM_N, GEMM_FP32});
    }
}

Test(gemm_types, no_terms_leave_beta_times_c)
{
    for (int type = 0; type < PAIRS; type++)
        check(pairs[type], (struct shape){3, 5, 0, 1, 0.5f, GEMM_N, GEMM_N, GEMM_FP32});
}

Test(gemm_types, an_empty_result_is_fine)
{
    for (int type = 0; type < PAIRS; type++) {
        check(pairs[type], (struct shape){0, 5, 3, 1, 1, GEMM_N, GEMM_N, GEMM_FP32});
        check(pairs[type], (struct shape){5, 0, 3, 1, 1, GEMM_N, GEMM_N, GEMM_BF16});
    }
}

/** The 1 x 1 x k product of two rows. */
static float dot(struct pair types, int k, const float *a, const float *b, float scale)
{
    float c = NAN; /* beta is 0: must not be read */
    struct gemm_product p = {.m = 1,
                             .n = 1,
                             .k = k,
                             .a = {.x = a, .ld = k, .type = types.a, .scale = scale},
                             .b = {.x = b, .ld = 1, .type = types.b, .scale = scale},
                             .c = &c,
                             .ldc = 1};
    cr_assert(gemm_multiply(gemm, &p));
    return c;
}

Test(gemm_types, nan_is_not_lost)
{
    const float a[] = {NAN, 1}, b[] = {0, 1};
    for (int type = 0; type < PAIRS; type++)
        cr_assert(isnan(dot(pairs[type], 2, a, b, 0)), "%s", gemm_type_name(pairs[type].a));
}

Test(gemm_types, infinity_stays_but_in_fp8_where_it_saturates)
{
    const float a[] = {INFINITY, 1}, b[] = {-1, 1}, zero[] = {0, 1};
    for (int type = 0; type < PAIRS; type++) {
        float max = pairs[type].a == GEMM_E4M3 ? 448 : 57344;
        float got = dot(pairs[type], 2, a, b, 0), times_zero = dot(pairs[type], 2, a, zero, 0);
        cr_assert_eq(got, is_fp8(pairs[type].a) ? 1 - max : -INFINITY, "%s gave %g",
                     gemm_type_name(pairs[type].a), got);
        cr_assert(is_fp8(pairs[type].a) ? times_zero == 1 : isnan(times_zero), "%s gave %g",
                  gemm_type_name(pairs[type].a), times_zero);
    }
}

/** One product of two numbers of a format is exact: all codes must come through as they are. */
Test(gemm_types, every_fp8_code_comes_through)
{
    float x[256], c[256], one = 1;
    for (int type = PAIRS - 3; type < PAIRS; type++) {
        bool e4m3 = pairs[type].a == GEMM_E4M3;
        for (int code = 0; code < 256; code++)
            x[code] = e4m3 ? f32_from_e4m3((uint8_t)code) : f32_from_e5m2((uint8_t)code);
        struct gemm_product p = {.m = 256,
                                 .n = 1,
                                 .k = 1,
                                 .a = {.x = x, .ld = 1, .type = pairs[type].a},
                                 .b = {.x = &one, .ld = 1, .type = pairs[type].b},
                                 .c = c,
                                 .ldc = 1};
        cr_assert(gemm_multiply(gemm, &p));
        for (int code = 0; code < 256; code++) {
            float want = isinf(x[code]) ? copysignf(57344, x[code]) : x[code];
            cr_assert(isnan(want) ? isnan(c[code]) : c[code] == want, "%s code %02x: %g, not %g",
                      gemm_type_name(pairs[type].a), (unsigned)code, c[code], want);
        }
    }
}

Test(gemm_types, operands_round_to_nearest_even_by_the_scale)
{
    const float one = 1;
    for (int type = 1; type < PAIRS; type++) { /* FP32 rounds nothing */
        for (int i = 0; i < 64; i++) {
            enum gemm_type t = pairs[type].a;
            int bits = t == GEMM_BF16 ? 7 : t == GEMM_E4M3 ? 3 : t == GEMM_E5M2 ? 2 : 10;
            float x = 1 + (float)(2 * i + 1) * ldexpf(1, -bits - 1); /* a tie: 1 + odd half gaps */
            x = i % 2 ? x : nextafterf(x, 2);
            double want = meaning(x, t, 4);
            float got = dot(pairs[type], 1, &x, &one, 4);
            cr_assert_eq((double)got, want, "%s of %a gave %a, not %a", gemm_type_name(t), x, got,
                         want);
        }
    }
}

Test(gemm_types, narrow_results_overflow_to_infinity)
{
    const float a = 300, b[] = {300, -300};
    uint16_t c[2];
    float amax = 0;
    for (int type = 0; type < 4; type++) {
        struct gemm_product p = {.m = 1,
                                 .n = 2,
                                 .k = 1,
                                 .a = {.x = &a, .ld = 1, .type = pairs[type].a},
                                 .b = {.x = b, .ld = 2, .type = pairs[type].b},
                                 .c = c,
                                 .ldc = 2,
                                 .out = GEMM_FP16,
                                 .amax = &amax};
        cr_assert(gemm_multiply(gemm, &p));
        cr_assert(c[0] == 0x7C00 && c[1] == 0xFC00, "codes %04x %04x", c[0], c[1]);
        cr_assert_eq(amax, INFINITY);
    }
}

Test(gemm_types, amax_passes_over_nan)
{
    const float a[] = {NAN, -3, 2}, one = 1;
    float c[3], amax = NAN;
    struct gemm_product p = {.m = 3,
                             .n = 1,
                             .k = 1,
                             .a = {.x = a, .ld = 1},
                             .b = {.x = &one, .ld = 1},
                             .c = c,
                             .ldc = 1,
                             .amax = &amax};
    cr_assert(gemm_multiply(gemm, &p));
    cr_assert(isnan(c[0]) && amax == 3, "amax %g", amax);
    p.m = 1;
    cr_assert(gemm_multiply(gemm, &p));
    cr_assert_eq(amax, 0, "all NaN: amax %g", amax);
}

Test(gemm_types, timing_multiplies_what_was_loaded)
{
    const float a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
    float c[4] = {0};
    double ms = -1;
    struct gemm_product p = {.m = 2,
                             .n = 2,
                             .k = 2,
                             .a = {.x = a, .ld = 2},
                             .b = {.x = b, .ld = 2},
                             .beta = 1,
                             .c = c,
                             .ldc = 2};
    cr_assert(gemm_load(gemm, &p) && gemm_time(gemm, 3, &ms) && gemm_store(gemm));
    cr_assert(ms >= 0);
    cr_assert(c[0] == 57 && c[1] == 66 && c[2] == 129 && c[3] == 150, "3 (A B) expected");
}

/** On the CPU the sum is over what the codes mean, so rounding what is rounded changes no bit: that
 *  is what keeps the experiments' curves the same. (A device sums the codes, then takes out the
 *  scales, which rounds in another place.) */
Test(gemm_types, values_of_the_format_pass_the_cpu_unchanged)
{
    const float scales[] = {1, 0x1p-7f, 150.7f, 3e-5f, 12345.678f}, one = 1;
    struct gemm *cpu = gemm_open(GEMM_CPU, NULL);
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        for (int code = 0; code < 0x7F; code++) {
            float x = f32_from_e4m3((uint8_t)code) / scales[s], c = NAN;
            struct gemm_product p = {.m = 1,
                                     .n = 1,
                                     .k = 1,
                                     .a = {&x, 1, GEMM_N, GEMM_E4M3, scales[s], false},
                                     .b = {&one, 1, GEMM_N, GEMM_E4M3, 0, false},
                                     .c = &c,
                                     .ldc = 1};
            cr_assert(gemm_multiply(cpu, &p));
            cr_assert_eq(c, x, "scale %g: %a came back as %a", scales[s], x, c);
            p.a.is_rounded = true;
            cr_assert(gemm_multiply(cpu, &p) && c == x);
        }
    }
    gemm_close(cpu);
}
