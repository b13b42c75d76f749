/**
 * @file bench_gemm.c
 * @brief Speed of matrix products in every format, operands resident: TFLOP/s, one CSV on stdout.
 *
 *      build/tests/bench_gemm [SIZE | MxNxK ...]       GPU=auto, 0 or 1; from the project's root
 *      build/tests/bench_gemm --device                 only says who computes; 77: no device
 *
 * Built and called by `make gpu-check`. Without shapes: 1024, 4096 and 8192 on a device, 256 and 512
 * on the CPU. Every product is first checked on 64 elements of C against double precision, within
 * the bound of gemm.h; then it is timed, the types taking turns, and the median of 9 counts. A row:
 *
 *      device,driver,date,what,shape,type,count,median_ms,min_ms,max_ms,value,unit,flop_per_byte
 *      NVIDIA H200,...,2026-01-31,gemm,8192x8192x8192,E4M3 x E4M3,9,...,TFLOP/s,...
 *
 * The result is BF16 on a device and FP32 on the CPU, where a conversion would not be the product's.
 * "fast" is FP8 with sums that are not promoted on the way (gemm.h). The last rows of a shape,
 * what = "ratio", are the FP8 speeds over BF16's. A device without FP8 has no rows of FP8. Exit: 0, 1 a wrong result, 2 wrong usage.
 */
#define _POSIX_C_SOURCE 200809L /* strftime's gmtime_r */
#include "common/cast.h"
#include "common/gemm.h"
#include "common/rng.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIMES = 9, CHECKED = 64, MAX_SIDE = 32768, SKIPPED = 77 };

/** What is measured: operand types. */
static const struct kind {
    const char *name;
    enum gemm_type a, b;
    bool fast;
} kinds[] = {
    {"FP32", GEMM_FP32, GEMM_FP32, false},        {"TF32", GEMM_TF32, GEMM_TF32, false},
    {"BF16", GEMM_BF16, GEMM_BF16, false},        {"FP16", GEMM_FP16, GEMM_FP16, false},
    {"E4M3 x E4M3", GEMM_E4M3, GEMM_E4M3, false}, {"E4M3 x E4M3 fast", GEMM_E4M3, GEMM_E4M3, true},
    {"E5M2 x E4M3", GEMM_E5M2, GEMM_E4M3, false}, {"E5M2 x E4M3 fast", GEMM_E5M2, GEMM_E4M3, true}};
enum { KINDS = sizeof kinds / sizeof *kinds, BF16_KIND = 2, FIRST_FP8 = 4 };

struct bench {
    struct gemm *gemm;
    int m, n, k;
    float *a, *b;
    void *c;
    double ms[KINDS][TIMES];
};

/** Not where a device would leave FP8 to the CPU: that is no speed of it. */
static bool is_measured(const struct bench *b, int kind)
{
    return kind < FIRST_FP8 || !gemm_on_device(b->gemm) ||
           gemm_unit(b->gemm, kinds[kind].a) != GEMM_UNIT_FP32;
}

/* Multiples of 1/4 from -1 to 1 are numbers of every format here: nothing is rounded on the way in,
 * so the check needs no casts. */
static float *operand(size_t count, uint64_t seed)
{
    float *x = malloc(count * sizeof *x);
    for (size_t i = 0; x && i < count; i++)
        x[i] = (float)((int)(rng_f64(seed, 0, i) * 9) - 4) / 4;
    return x;
}

static struct gemm_product product(const struct bench *b, const struct kind *kind)
{
    return (struct gemm_product){.m = b->m,
                                 .n = b->n,
                                 .k = b->k,
                                 .a = {b->a, b->k, GEMM_N, kind->a, 1, false},
                                 .b = {b->b, b->k, GEMM_T, kind->b, 1, false},
                                 .c = b->c,
                                 .ldc = b->n,
                                 .out = gemm_on_device(b->gemm) ? GEMM_BF16 : GEMM_FP32,
                                 .fast = kind->fast};
}

/** Is C right? 64 elements of it, against double. */
static bool is_right(const struct bench *b, const struct gemm_product *p, const char *name)
{
    for (uint64_t e = 0; e < CHECKED; e++) {
        size_t i = (size_t)(rng_f64(3, 0, e) * b->m), j = (size_t)(rng_f64(3, 1, e) * b->n);
        size_t at = i * (size_t)b->n + j;
        double exact = 0, size = 0;
        for (size_t l = 0; l < (size_t)b->k; l++) {
            double term = (double)b->a[i * (size_t)b->k + l] * (double)b->b[j * (size_t)b->k + l];
            exact += term;
            size += fabs(term);
        }
        double bound = (b->k + 6) * gemm_unit(b->gemm, p->a.type) * size;
        bound += p->out == GEMM_BF16 ? 0x1p-8 * (fabs(exact) + bound) : 0;
        double got = p->out == GEMM_BF16 ? (double)f32_from_bf16(((const uint16_t *)b->c)[at])
                                         : (double)((const float *)b->c)[at];
        if (!(fabs(got - exact) <= bound)) {
            fprintf(stderr, "%s %dx%dx%d on %s: C[%zu][%zu] = %g, exact %g, bound %g\n", name, b->m,
                    b->n, b->k, gemm_device(b->gemm), i, j, got, exact, bound);
            return false;
        }
    }
    return true;
}

/** Runs and checks all types once, then times them in turns. */
static bool measure(struct bench *b)
{
    for (int round = -1; round < TIMES; round++) {
        for (int i = 0; i < KINDS; i++) {
            if (!is_measured(b, i))
                continue;
            struct gemm_product p = product(b, &kinds[i]);
            double once;
            if (!gemm_load(b->gemm, &p) || !gemm_time(b->gemm, 1, &once))
                return false;
            if (round < 0) {
                if (!gemm_store(b->gemm) || !is_right(b, &p, kinds[i].name))
                    return false;
                continue;
            }
            int times = once < 5 ? 1 + (int)(5 / (once + 0.01)) : 1; /* at least some 5 ms */
            if (!gemm_time(b->gemm, times, &b->ms[i][round]))
                return false;
        }
    }
    return true;
}

static int by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/** Operations for each byte of A, B and C, each moved once. */
static double intensity(const struct bench *b, const struct kind *kind)
{
    bool device = gemm_on_device(b->gemm);
    double in = kind->a <= GEMM_TF32 ? 4 : kind->a <= GEMM_FP16 ? 2 : 1, out = device ? 2 : 4;
    double m = b->m, n = b->n, k = b->k;
    return 2 * m * n * k / (in * (m * k + n * k) + out * m * n);
}

/** A row; ms in order. */
static void print_row(const struct bench *b, const char *what, int kind, double value,
                      const char *unit)
{
    char date[16];
    time_t now = time(NULL);
    struct tm tm;
    const double *ms = b->ms[kind];
    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "%Y-%m-%d", &tm);
    printf("%s,%s,%s,%s,%dx%dx%d,%s,%d,%.6g,%.6g,%.6g,%.5g,%s,%.4g\n", gemm_device(b->gemm),
           gemm_driver(b->gemm), date, what, b->m, b->n, b->k, kinds[kind].name, TIMES,
           ms[TIMES / 2], ms[0], ms[TIMES - 1], value, unit, intensity(b, &kinds[kind]));
}

static void print_rows(struct bench *b)
{
    double flops = 2.0 * b->m * b->n * b->k, median[KINDS];
    for (int i = 0; i < KINDS; i++) {
        if (!is_measured(b, i))
            continue;
        qsort(b->ms[i], TIMES, sizeof(double), by_size);
        median[i] = b->ms[i][TIMES / 2];
        print_row(b, "gemm", i, flops / median[i] * 1e-9, "TFLOP/s");
    }
    for (int i = FIRST_FP8; i < KINDS && is_measured(b, i); i++)
        print_row(b, "ratio", i, median[BF16_KIND] / median[i], "of BF16");
    fflush(stdout);
}

static bool parse(const char *text, struct bench *b)
{
    char *end;
    long sides[3] = {0};
    for (int i = 0; i < 3; i++) {
        sides[i] = strtol(text, &end, 10);
        if (end == text || sides[i] < 1 || sides[i] > MAX_SIDE)
            return false;
        if (i == 0 && *end == '\0') {
            sides[1] = sides[2] = sides[0];
            break;
        }
        if (*end != (i < 2 ? 'x' : '\0'))
            return false;
        text = end + 1;
    }
    b->m = (int)sides[0];
    b->n = (int)sides[1];
    b->k = (int)sides[2];
    return true;
}

static int bench(struct gemm *gemm, const char *shape)
{
    static struct bench b;
    b = (struct bench){.gemm = gemm};
    if (!parse(shape, &b)) {
        fprintf(stderr, "bench_gemm: %s is no shape; give SIZE or MxNxK, sides from 1 to %d.\n",
                shape, MAX_SIDE);
        return 2;
    }
    b.a = operand((size_t)b.m * (size_t)b.k, 1);
    b.b = operand((size_t)b.n * (size_t)b.k, 2);
    b.c = malloc((size_t)b.m * (size_t)b.n * sizeof(float));
    bool fine = b.a && b.b && b.c;
    if (fine)
        memset(b.c, 0xFF, (size_t)b.m * (size_t)b.n * sizeof(float)); /* NaN */
    else
        fprintf(stderr, "bench_gemm: no memory for %s; take a smaller shape.\n", shape);
    fine = fine && measure(&b);
    if (fine)
        print_rows(&b);
    free(b.a);
    free(b.b);
    free(b.c);
    return fine ? 0 : 1;
}

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    enum gemm_where where;
    if (!gemm_setting(&where))
        return 2;
    struct gemm *gemm = gemm_open(where, stderr);
    if (!gemm)
        return 1;
    int status = 0;
    if (argc == 2 && strcmp(argv[1], "--device") == 0) {
        printf("%s; %s\n", gemm_device(gemm), gemm_driver(gemm));
        status = gemm_on_device(gemm) ? 0 : SKIPPED;
        gemm_close(gemm);
        return status;
    }
    char *device_shapes[] = {"1024", "4096", "8192", NULL}, *cpu_shapes[] = {"256", "512", NULL};
    char **shapes = gemm_on_device(gemm) ? device_shapes : cpu_shapes;
    if (argc > 1)
        shapes = argv + 1;
    printf("device,driver,date,what,shape,type,count,median_ms,min_ms,max_ms,value,unit,"
           "flop_per_byte\n");
    for (; *shapes && status == 0; shapes++)
        status = bench(gemm, *shapes);
    gemm_close(gemm);
    return status;
}
