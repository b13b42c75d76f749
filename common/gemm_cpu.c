/**
 * @file gemm_cpu.c
 * @brief Products in narrow formats on the CPU: round the operands, then gemm_f32(). See gemm.h.
 *
 * Exact as a model of FP32 accumulation: a product of two BF16, FP16, TF32 or FP8 numbers fits into
 * FP32, so only the additions round. Called by gemm_open.c.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "common/cast.h"
#include "common/gemm_backend.h"
#include "common/round.h"

#include <cblas.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** Memory that grows and is kept for the next product. */
struct buffer {
    float *floats;
    size_t size; /* of elements */
};

/** The product at hand: its operands rounded, and its result in FP32. */
struct cpu {
    struct gemm_product p;
    struct gemm_operand a, b; /* as p's, or rounded into the buffers */
    float *c;                 /* p.c itself if that is FP32 */
    int ldc;
    struct buffer rounded_a, rounded_b, wide_c;
};

static float *grow(struct gemm_backend *backend, struct buffer *buffer, size_t n)
{
    if (n <= buffer->size)
        return buffer->floats;
    float *floats = realloc(buffer->floats, n * sizeof *floats);
    if (!floats) {
        snprintf(backend->error, sizeof backend->error,
                 "no memory for %zu values of a product; close other programs", n);
        return NULL;
    }
    *buffer = (struct buffer){floats, n};
    return floats;
}

static void round_fp8(float *x, size_t n, float scale, void (*round)(float *, size_t, void *))
{
    for (size_t i = 0; scale != 1 && i < n; i++)
        x[i] *= scale;
    round(x, n, NULL);
    for (size_t i = 0; scale != 1 && i < n; i++)
        x[i] /= scale;
}

static void round_to(enum gemm_type type, float *x, size_t n, float scale)
{
    switch (type) {
    case GEMM_TF32:
        round_tf32(x, n, NULL);
        break;
    case GEMM_BF16:
        round_bf16(x, n, NULL);
        break;
    case GEMM_FP16:
        round_fp16(x, n, NULL);
        break;
    case GEMM_E4M3:
        round_fp8(x, n, scale, round_e4m3);
        break;
    case GEMM_E5M2:
        round_fp8(x, n, scale, round_e5m2);
        break;
    default:
        break;
    }
}

/** An operand of rows x cols as stored, rounded into a buffer; what needs no rounding stays where
 *  it is. */
static bool round_operand(struct gemm_backend *backend, struct gemm_operand *to,
                          const struct gemm_operand *from, struct buffer *buffer, int rows,
                          int cols)
{
    size_t width = (size_t)cols, n = (size_t)rows * width;
    *to = *from;
    if (from->type == GEMM_FP32 || from->is_rounded || n == 0)
        return true;
    float *x = grow(backend, buffer, n);
    if (!x)
        return false;
    for (size_t r = 0; r < (size_t)rows; r++)
        memcpy(x + r * width, from->x + r * (size_t)from->ld, width * sizeof *x);
    round_to(from->type, x, n, gemm_scale(from));
    to->x = x;
    to->ld = cols;
    return true;
}

static float wide(uint16_t code, enum gemm_type type)
{
    return type == GEMM_BF16 ? f32_from_bf16(code) : f32_from_f16(code);
}

static bool load(struct gemm_backend *backend, const struct gemm_product *p)
{
    struct cpu *cpu = backend->state;
    int rows_a = gemm_stored_rows(p->a.op, p->m, p->k),
        cols_a = gemm_stored_rows(p->a.op, p->k, p->m);
    int rows_b = gemm_stored_rows(p->b.op, p->k, p->n),
        cols_b = gemm_stored_rows(p->b.op, p->n, p->k);
    cpu->p = *p;
    if (!round_operand(backend, &cpu->a, &p->a, &cpu->rounded_a, rows_a, cols_a) ||
        !round_operand(backend, &cpu->b, &p->b, &cpu->rounded_b, rows_b, cols_b))
        return false;
    cpu->c = p->c;
    cpu->ldc = p->ldc;
    size_t m = (size_t)p->m, n = (size_t)p->n;
    if (p->out == GEMM_FP32 || m * n == 0)
        return true;
    cpu->ldc = p->n;
    cpu->c = grow(backend, &cpu->wide_c, m * n);
    if (!cpu->c)
        return false;
    const uint16_t *codes = p->c;
    for (size_t i = 0; p->beta != 0 && i < m; i++)
        for (size_t j = 0; j < n; j++)
            cpu->c[i * n + j] = wide(codes[i * (size_t)p->ldc + j], p->out);
    return true;
}

static double milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static bool run(struct gemm_backend *backend, int times, double *ms)
{
    const struct cpu *cpu = backend->state;
    const struct gemm_product *p = &cpu->p;
    double start = milliseconds();
    for (int i = 0; i < times; i++)
        gemm_f32(p->a.op, p->b.op, p->m, p->n, p->k, 1, cpu->a.x, cpu->a.ld, cpu->b.x, cpu->b.ld,
                 p->beta, cpu->c, cpu->ldc);
    if (ms)
        *ms = (milliseconds() - start) / times;
    return true;
}

static bool store(struct gemm_backend *backend)
{
    const struct cpu *cpu = backend->state;
    const struct gemm_product *p = &cpu->p;
    uint16_t *codes = p->c;
    float amax = 0;
    if (p->out == GEMM_FP32 && !p->amax)
        return true; /* C is where it belongs */
    for (size_t i = 0; i < (size_t)p->m; i++) {
        for (size_t j = 0; j < (size_t)p->n; j++) {
            float x = cpu->c[i * (size_t)cpu->ldc + j];
            if (p->out != GEMM_FP32) {
                uint16_t code = p->out == GEMM_BF16 ? bf16_from_f32_rne(x) : f16_from_f32_rne(x);
                codes[i * (size_t)p->ldc + j] = code;
                x = wide(code, p->out);
            }
            amax = fmaxf(amax, fabsf(x)); /* fmaxf passes over NaN */
        }
    }
    if (p->amax)
        *p->amax = amax;
    return true;
}

static void close(struct gemm_backend *backend)
{
    struct cpu *cpu = backend->state;
    free(cpu->rounded_a.floats);
    free(cpu->rounded_b.floats);
    free(cpu->wide_c.floats);
    free(cpu);
}

enum gemm_found gemm_cpu_open(struct gemm_backend *b)
{
    *b = (struct gemm_backend){.state = calloc(1, sizeof(struct cpu)),
                               .fp8 = true,
                               .load = load,
                               .run = run,
                               .store = store,
                               .close = close};
#ifdef OPENBLAS_CONST
    snprintf(b->device, sizeof b->device, "CPU (OpenBLAS %s)", openblas_get_corename());
    const char *config = openblas_get_config(); /* "OpenBLAS 0.3.21 DYNAMIC_ARCH ..." */
    size_t version = strcspn(config, " ") + 1;
    version += config[version - 1] ? strcspn(config + version, " ") : (size_t)-1;
    snprintf(b->driver, sizeof b->driver, "%.*s", (int)version, config);
#else
    snprintf(b->device, sizeof b->device, "CPU (CBLAS)");
#endif
    return b->state ? GEMM_FOUND : GEMM_UNUSABLE;
}
