/**
 * @file test_lab06_facts.c
 * @brief Numbers of chapter 6, lab 06's oracle and model solution against traces and tables that
 *        ml_dtypes and a Python script made (grader/lab06/golden), run from the project root. Numbers
 *        are printed, too: check_course.sh compares the text with them.
 */
#include "lab06.h"
#include "solutions/lab06_fp8_delayed_scaling/lab06.c"

#include "common/rng.h"
#include "grader/lab06/golden.h"
#include "grader/oracles/oracle_fp8.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const enum fp8_kind kinds[] = {FP8_E4M3, FP8_E5M2};

// --- golden: casts ---------------------------------------------------------------------------

/** One line of casts.csv or values.csv: a format and two hex numbers. */
static bool read_line(FILE *file, enum fp8_kind *kind, uint32_t *first, uint32_t *second)
{
    char line[100], name[8];
    if (!file || !fgets(line, sizeof line, file))
        return false;
    cr_assert_eq(sscanf(line, "%7[^,],%x,%x", name, first, second), 3, "%s", line);
    *kind = strcmp(name, "e4m3") == 0 ? FP8_E4M3 : FP8_E5M2;
    return true;
}

Test(lab06_facts, every_code_has_the_value_that_ml_dtypes_gives_it)
{
    FILE *file = golden_open("values.csv");
    enum fp8_kind kind;
    uint32_t code, bits;
    size_t n = 0;
    for (; read_line(file, &kind, &code, &bits); n++) {
        float want = f32_from_bits(bits), got;
        fp8_dequantize(&got, &(uint8_t){(uint8_t)code}, 1, 1, kind);
        cr_assert(got == want || (isnan(got) && isnan(want)), "%d %02x", (int)kind, code);
        double oracle = oracle_fp8_value((uint8_t)code, kind);
        cr_assert(oracle == (double)want || (isnan(oracle) && isnan(want)));
    }
    cr_assert_eq(n, 512);
    fclose(file);
}

/* ml_dtypes never saturates; on all that is not too large both ways of our casts, MPFR and
 * ml_dtypes give one code. Where they differ is exactly where an implementation has to choose. */
Test(lab06_facts, casts_agree_with_ml_dtypes_up_to_the_last_tie)
{
    FILE *file = golden_open("casts.csv");
    enum fp8_kind kind;
    uint32_t bits, code;
    size_t n = 0, differ = 0;
    for (; read_line(file, &kind, &bits, &code); n++) {
        float x = f32_from_bits(bits);
        struct fp_format f = oracle_fp8_format(kind);
        uint8_t plain, clamped;
        fp8_quantize(&plain, &x, 1, 1, kind, false);
        fp8_quantize(&clamped, &x, 1, 1, kind, true);
        bool nan = isnan(oracle_fp8_value((uint8_t)code, kind));
        if (nan)
            cr_assert(isnan(oracle_fp8_value(plain, kind)), "%s %g", f.name, (double)x);
        else
            cr_assert_eq(plain, code, "%s %a: %02x, ml_dtypes %02x", f.name, (double)x, plain,
                         code);
        cr_assert(nan || plain == oracle_fp8_code(x, 1, kind, false));
        bool too_large = kind == FP8_E4M3 ? fabsf(x) > 464 : fabsf(x) >= 61440;
        if (isnan(x))
            cr_assert(isnan(oracle_fp8_value(clamped, kind)));
        else
            cr_assert_eq(clamped != code, too_large, "%s %a", f.name, (double)x);
        differ += !isnan(x) && clamped != code;
    }
    cr_assert(n > 2000, "%zu lines", n);
    /* Five inputs of E4M3 (464.0001, 465, 480, 1e9, inf) and five of E5M2, either sign. */
    cr_assert_eq(differ, 2 * (5 + 5), "%zu", differ);
    fclose(file);
}

/** The tables of chapter 1, by lab 06's functions: an input and CUDA's codes for it. */
struct edge {
    enum fp8_kind kind;
    float x;
    uint8_t satfinite, nosat;
};

/* NaN codes: 7F stands for any. */
Test(lab06_facts, the_table_of_edges)
{
    static const struct edge edges[] = {
        {FP8_E4M3, 448, 0x7E, 0x7E},        {FP8_E4M3, 448.0001f, 0x7E, 0x7E},
        {FP8_E4M3, 464, 0x7E, 0x7E},        {FP8_E4M3, 464.0001f, 0x7E, 0x7F},
        {FP8_E4M3, 465, 0x7E, 0x7F},        {FP8_E4M3, 480, 0x7E, 0x7F},
        {FP8_E4M3, 1e9f, 0x7E, 0x7F},       {FP8_E4M3, INFINITY, 0x7E, 0x7F},
        {FP8_E4M3, NAN, 0x7F, 0x7F},        {FP8_E5M2, 57344, 0x7B, 0x7B},
        {FP8_E5M2, 61440, 0x7B, 0x7C},      {FP8_E5M2, 65536, 0x7B, 0x7C},
        {FP8_E5M2, INFINITY, 0x7B, 0x7C},   {FP8_E5M2, NAN, 0x7F, 0x7F},
        {FP8_E5M2, 61439.996f, 0x7B, 0x7B},
    };
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct edge e = edges[i];
        uint8_t got[2];
        fp8_quantize(&got[0], &e.x, 1, 1, e.kind, true);
        fp8_quantize(&got[1], &e.x, 1, 1, e.kind, false);
        for (int s = 0; s < 2; s++) {
            uint8_t want = s == 0 ? e.satfinite : e.nosat;
            if (want == 0x7F)
                cr_assert(isnan(oracle_fp8_value(got[s], e.kind)));
            else
                cr_assert_eq(got[s], want, "%g: %02x", (double)e.x, got[s]);
        }
    }
}

// --- golden: delayed scaling -----------------------------------------------------------------

static bool same(float a, float b)
{
    return a == b || (isnan(a) && isnan(b));
}

typedef void update(struct fp8_meta *meta, enum fp8_kind kind, struct fp8_recipe recipe);

/** @param[out] traces how many @return their steps */
static size_t replay_all(update *f, size_t *traces)
{
    static struct golden_step steps[GOLDEN_STEPS_MAX];
    static float history[GOLDEN_LENGTH_MAX];
    struct fp8_meta meta = {1, history, 1};
    size_t n = golden_delayed(steps);
    cr_assert(n > 3000, "%zu steps", n);
    for (size_t i = 0; i < n; i++) {
        const struct golden_step *s = &steps[i];
        if (i == 0 || s->trace != steps[i - 1].trace) {
            memset(history, 0, sizeof history);
            meta = (struct fp8_meta){1, history, s->length};
            ++*traces;
        }
        history[0] = s->amax;
        f(&meta, s->kind, s->recipe);
        cr_assert_eq(meta.scale, s->scale, "line %zu: scale %a, golden %a", i + 2,
                     (double)meta.scale, (double)s->scale);
        cr_assert(same(history[s->length > 1], s->oldest), "line %zu: oldest", i + 2);
        cr_assert(same(history[s->length - 1], s->newest), "line %zu: newest", i + 2);
    }
    return n;
}

Test(lab06_facts, the_solution_follows_all_golden_traces_bit_by_bit)
{
    size_t traces = 0, steps = replay_all(fp8_delayed_update, &traces);
    printf("%zu traces of %zu steps\n", traces, steps);
}

Test(lab06_facts, the_oracle_follows_all_golden_traces_bit_by_bit)
{
    replay_all(oracle_fp8_update, &(size_t){0});
}

// --- golden: the linear layer ----------------------------------------------------------------

enum { ROWS = 5, IN = 7, OUT = 3, LENGTH = 3, STEPS = 8 };

/* As `matrix` in golden/generate.py. */
static void fill(float *x, int n, int step, double size, int salt)
{
    for (int i = 0; i < n; i++) {
        double number = ((i * 37 + step * 11 + salt * 5) % 101 - 50) / 16.0;
        x[i] = (float)(number * size * exp2(step * 3 % 5));
    }
}

Test(lab06_facts, the_linear_layer_follows_its_golden_trace)
{
    static uint8_t codes[3][ROWS * IN + IN * OUT];
    static float history[3][LENGTH], x[ROWS * IN], w[IN * OUT], dy[ROWS * OUT];
    static float y[ROWS * OUT], dx[ROWS * IN], dw[IN * OUT];
    struct fp8_linear layer = {ROWS,
                               IN,
                               OUT,
                               {1, history[0], LENGTH},
                               {1, history[1], LENGTH},
                               {1, history[2], LENGTH},
                               codes[0],
                               codes[1],
                               codes[2]};
    FILE *file = golden_open("linear.csv");
    cr_assert_not_null(file);
    char line[100], name[16];
    int step, index, at = -1;
    uint32_t bits;
    size_t n = 0;
    while (fgets(line, sizeof line, file)) {
        cr_assert_eq(sscanf(line, "%d,%15[^,],%d,%x", &step, name, &index, &bits), 4);
        if (step != at) {
            at = step;
            fill(x, ROWS * IN, step, 1.0, 1);
            fill(w, IN * OUT, step, 0.01, 2);
            fill(dy, ROWS * OUT, step, 1e-6, 3);
            fp8_linear_forward(&layer, y, x, w);
            fp8_linear_backward(&layer, dx, dw, dy);
            fp8_linear_update(&layer, (struct fp8_recipe){FP8_MAX, 0});
        }
        float scales[] = {layer.x.scale, layer.w.scale, layer.dy.scale};
        const float *values = strcmp(name, "y") == 0    ? y
                              : strcmp(name, "dx") == 0 ? dx
                              : strcmp(name, "dw") == 0 ? dw
                                                        : scales;
        double want = f32_from_bits(bits), got = values[index];
        /* Both sum in double and round to FP32 once; a last bit may differ where terms cancel. */
        double tolerance = values == scales ? 0 : 0x1p-22 * fabs(want) + 1e-12;
        cr_assert(fabs(got - want) <= tolerance, "step %d, %s[%d]: %.9g, golden %.9g", step, name,
                  index, got, want);
        n++;
    }
    cr_assert_eq(n, STEPS * (ROWS * OUT + ROWS * IN + IN * OUT + 3), "%zu lines", n);
    fclose(file);
}

// --- numbers of the chapter ------------------------------------------------------------------

Test(lab06_facts, the_amax_below_which_the_quotient_overflows)
{
    const double edges[] = {1.3166e-36, 1.6852e-34};
    printf("the quotient is infinite below %.5g, %.5g\n", (double)(fp8_max(FP8_E4M3) / FLT_MAX),
           (double)(fp8_max(FP8_E5M2) / FLT_MAX));
    for (size_t k = 0; k < 2; k++) {
        float edge = (float)(edges[k]);
        cr_assert_eq(fp8_delayed_scale(edge * 0.999f, 1, kinds[k], 0), FLT_MAX);
        cr_assert_lt(fp8_delayed_scale(edge * 1.001f, 1, kinds[k], 0), FLT_MAX);
        cr_assert(isinf(fp8_max(kinds[k]) / (edge * 0.999f)));
    }
}

/** Steps after the first amax until the scale no longer knows it, every later amax being 1. */
static int steps_until_forgotten(float first, size_t length)
{
    float history[32] = {0}, codes_of = 1;
    uint8_t code;
    struct fp8_meta meta = {100, history, length};
    for (int step = 1;; step++) {
        float before = meta.scale;
        float x = step == 1 ? first : codes_of;
        fp8_quantize_delayed(&code, &x, 1, &meta, FP8_E4M3);
        if (step > 1 && before == 448)
            return step;
        fp8_delayed_update(&meta, FP8_E4M3, (struct fp8_recipe){FP8_MAX, 0});
    }
}

Test(lab06_facts, an_outlier_or_an_infinity_rules_as_many_steps_as_the_history_is_long)
{
    /* Step 1 has it; steps 2 .. 17 run with its scale, step 18 is the first that does not. */
    cr_assert_eq(steps_until_forgotten(1e6f, 16), 18);
    cr_assert_eq(steps_until_forgotten(INFINITY, 16), 18);
    cr_assert_eq(steps_until_forgotten(1e6f, 1), 3);
}

Test(lab06_facts, an_infinity_freezes_the_scale_meanwhile)
{
    float history[4] = {INFINITY, 0, 0, 0};
    struct fp8_meta meta = {100, history, 4};
    for (int step = 0; step < 4; step++) {
        fp8_delayed_update(&meta, FP8_E4M3, (struct fp8_recipe){FP8_MAX, 0});
        cr_assert_eq(meta.scale, 100);
        history[0] = 2;
    }
    fp8_delayed_update(&meta, FP8_E4M3, (struct fp8_recipe){FP8_MAX, 0});
    cr_assert_eq(meta.scale, 224);
}

Test(lab06_facts, max_ignores_a_nan_and_most_recent_keeps_the_scale)
{
    const float amaxes[] = {NAN, 7, 2};
    cr_assert_eq(fp8_history_amax(amaxes, 3, FP8_MAX), 7);
    float history[] = {NAN, 7, 2};
    struct fp8_meta meta = {3, history, 3};
    fp8_delayed_update(&meta, FP8_E4M3, (struct fp8_recipe){FP8_MOST_RECENT, 0});
    cr_assert_eq(meta.scale, 3);
}

Test(lab06_facts, how_far_the_formats_reach)
{
    float least[2];
    for (size_t k = 0; k < 2; k++)
        fp8_dequantize(&least[k], &(uint8_t){1}, 1, 1, kinds[k]);
    printf("largest %g %g\nsmallest 2^%g 2^%g\nratio 2^%.1f 2^%.1f\nzero 2^%g 2^%g\n",
           (double)fp8_max(FP8_E4M3), (double)fp8_max(FP8_E5M2), log2((double)least[0]),
           log2((double)least[1]), log2((double)(fp8_max(FP8_E4M3) / least[0])),
           log2((double)(fp8_max(FP8_E5M2) / least[1])), log2((double)least[0] / 2),
           log2((double)least[1] / 2));
    float tie = 464;
    uint8_t code;
    fp8_quantize(&code, &tie, 1, 1, FP8_E4M3, false);
    printf("E4M3: %g becomes %g\n", (double)tie, (double)f32_from_e4m3(code));
    cr_assert_eq(fp8_max(FP8_E4M3) / 0x1p-9f, 229376);            /* 2^17.8 */
    cr_assert_eq(fp8_max(FP8_E5M2) / 0x1p-16f, 57344.0f * 65536); /* 2^31.8 */
    float tiny[] = {0x1p-17f, 1.1f * 0x1p-17f, 0x1p-10f, 1.1f * 0x1p-10f};
    uint8_t codes[4];
    fp8_quantize(codes, tiny, 2, 1, FP8_E5M2, true); /* a tie goes to 0, more does not */
    fp8_quantize(codes + 2, tiny + 2, 2, 1, FP8_E4M3, true);
    cr_assert(codes[0] == 0 && codes[1] == 1 && codes[2] == 0 && codes[3] == 1);
}

Test(lab06_facts, a_block_of_tiny_gradients_is_held_down_by_the_clamp)
{
    float x[] = {1e-9f, 1e-10f}, factor;
    uint8_t codes[2];
    fp8_quantize_rows(codes, &factor, x, 1, 2);
    printf("a block's factor is at least %.4g, so what is under %.1e becomes 0\n", (double)factor,
           (double)factor * 0x1p-10);
    cr_assert_float_eq(factor, 2.232e-7, 0.001e-7);
    cr_assert(codes[0] == 2 && codes[1] == 0); /* the smallest value is 2^-9 of that, 4.4e-10 */
}

Test(lab06_facts, fp8_through_fp16_rounds_twice)
{
    /* Just above the tie of 1 and 1.125 in E4M3: FP16 puts it on the tie. */
    float x = 1.0625f + 0x1p-20f;
    uint8_t once, twice;
    fp8_quantize(&once, &x, 1, 1, FP8_E4M3, true);
    fp8_quantize(&twice, &(float){f32_from_f16(f16_from_f32_rne(x))}, 1, 1, FP8_E4M3, true);
    cr_assert_eq(once, 0x39);
    cr_assert_eq(twice, 0x38);
}

// --- the given model of a tensor core --------------------------------------------------------

Test(lab06_facts, the_tensor_core_keeps_14_bits)
{
    /* Codes 0x38 and 0x08 are 1 and 2^-6, 0x01 and 0x02 are 2^-9 and 2^-8. */
    const uint8_t one = 0x38;
    cr_assert_eq(fp8_tensor_core(1, &(uint8_t){0x08}, &(uint8_t){0x08}, 1), 1 + 0x1p-12f);
    cr_assert_eq(fp8_tensor_core(1, &(uint8_t){0x10}, &(uint8_t){0x01}, 1), 1, "2^-14 is dropped");
    cr_assert_eq(fp8_tensor_core(1, &(uint8_t){0x08}, &(uint8_t){0x04}, 1), 1 + 0x1p-13f);
    cr_assert_eq(fp8_tensor_core(1, &one, &one, 0), 1);
    cr_assert_eq(fp8_tensor_core(0, (uint8_t[64]){0}, (uint8_t[64]){0}, 64), 0);
    cr_assert_eq(fp8_tensor_core(3, &one, &(uint8_t){0xB8}, 1), 2);
}

/** The largest error over the largest sum, of 16 sums of 4096 products. */
static double error_of_sums(bool promote, bool positive)
{
    enum { K = 4096, SUMS = 16 };
    static uint8_t a[K], b[K];
    static float ones[K / FP8_BLOCK];
    double largest = 0, error = 0;
    for (size_t i = 0; i < K / FP8_BLOCK; i++)
        ones[i] = 1;
    for (uint64_t s = 0; s < SUMS; s++) {
        double exact = 0;
        for (uint64_t i = 0; i < K; i++) {
            double u = 200 * rng_f64(1, s, 2 * i), v = 200 * rng_f64(1, s, 2 * i + 1);
            a[i] = e4m3_from_f32_rne((float)(positive ? u : u - 100), true);
            b[i] = e4m3_from_f32_rne((float)(positive ? v : v - 100), true);
            exact += (double)f32_from_e4m3(a[i]) * (double)f32_from_e4m3(b[i]);
        }
        float y = fp8_tensor_core(0, a, b, K);
        if (promote)
            fp8_block_gemm(&y, a, ones, b, ones, 1, 1, K);
        largest = fmax(largest, fabs(exact));
        error = fmax(error, fabs((double)y - exact));
    }
    return error / largest;
}

Test(lab06_facts, promotion_saves_sums_of_4096)
{
    cr_assert_gt(error_of_sums(false, true), 0.01, "%g", error_of_sums(false, true));
    cr_assert_lt(error_of_sums(true, true), 0.001, "%g", error_of_sums(true, true));
    cr_assert_gt(error_of_sums(false, false), 2 * error_of_sums(true, false));
}
