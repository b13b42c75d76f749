/**
 * @file claims_training.c
 * @brief Claims about recipes of training, each run in its few lines. See claims.h; run by
 *        `make claim`.
 */
#include "common/adam.h"
#include "common/cast.h"
#include "common/data.h"
#include "common/nn.h"
#include "common/round.h"
#include "tools/claims.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float E4M3_MAX = 448, E5M2_MAX = 57344;

static float largest(const float *x, size_t n)
{
    float amax = 0;
    for (size_t i = 0; i < n; i++)
        amax = fmaxf(amax, fabsf(x[i]));
    return amax;
}

// --- 9: formats and scales -----------------------------------------------------------------------

enum { ROWS = 64, DEPTH = 512, TILE = 128 };

/** Gradients that differ by row: normal numbers of size 2^-4 to 2^-28. */
static void draw_gradients(float *g)
{
    for (uint64_t i = 0; i < (uint64_t)ROWS * DEPTH; i++)
        g[i] = (float)(claim_normal(9, i) * exp2(-4 - (double)(i / DEPTH % 25)));
}

/** Rounds groups of neighbours, each under the scale that its largest one asks for; group 0: as they
 *  are. @return share that became 0 */
static double round_groups(float *x, size_t n, size_t group, float max, nn_round *round)
{
    size_t zeros = 0;
    for (size_t at = 0, size = group ? group : n; at < n; at += size) {
        float scale = group ? max / largest(x + at, size) : 1;
        for (size_t i = at; i < at + size; i++)
            x[i] *= scale;
        round(x + at, size, NULL);
        for (size_t i = at; i < at + size; i++) {
            zeros += x[i] == 0;
            x[i] /= scale;
        }
    }
    return (double)zeros / (double)n;
}

/** Error of the product with a matrix: of each row over its own norm, the mean of all rows. */
static double product_error(const float *rounded, const float *exact, const float *w)
{
    static float got[ROWS * ROWS], want[ROWS * ROWS];
    gemm_f32(GEMM_N, GEMM_N, ROWS, ROWS, DEPTH, 1, rounded, DEPTH, w, ROWS, 0, got, ROWS);
    gemm_f32(GEMM_N, GEMM_N, ROWS, ROWS, DEPTH, 1, exact, DEPTH, w, ROWS, 0, want, ROWS);
    double sum = 0;
    for (int i = 0; i < ROWS * ROWS; i++)
        got[i] -= want[i];
    for (size_t r = 0; r < ROWS; r++)
        sum += nn_norm(got + r * ROWS, ROWS) / nn_norm(want + r * ROWS, ROWS);
    return sum / ROWS;
}

bool claim_deepseek_e5m2(void)
{
    static float g[ROWS * DEPTH], x[ROWS * DEPTH], w[DEPTH * ROWS];
    const size_t n = sizeof g / sizeof *g;
    const struct {
        const char *name;
        size_t group;
        float max;
        nn_round *round;
    } ways[] = {{"E4M3 without a scale", 0, E4M3_MAX, round_e4m3},
                {"E5M2 without a scale", 0, E5M2_MAX, round_e5m2},
                {"E4M3, a scale a tensor", n, E4M3_MAX, round_e4m3},
                {"E5M2, a scale a tensor", n, E5M2_MAX, round_e5m2},
                {"E5M2, a scale a tile", TILE, E5M2_MAX, round_e5m2},
                {"E4M3, a scale a tile", TILE, E4M3_MAX, round_e4m3}};
    draw_gradients(g);
    for (uint64_t i = 0; i < DEPTH * ROWS; i++)
        w[i] = (float)claim_normal(10, i);
    printf("rows of gradients of size 2^-4 to 2^-28, tiles of 1 x %d\n", TILE);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        memcpy(x, g, sizeof x);
        double zeros = round_groups(x, n, ways[i].group, ways[i].max, ways[i].round);
        printf("%-23s  %5.1f%% become 0, a row of the product is off by %6.2f%%\n", ways[i].name,
               100 * zeros, 100 * product_error(x, g, w));
    }
    return true;
}

// --- 10: a model in BF16 and in FP8 --------------------------------------------------------------

enum { BATCH = 512, STEPS = 200, LAST = 50 };

/** The product in FP8, every operand under the scale that its largest number asks for: E4M3, and E5M2
 *  for gradients of outputs (Micikevicius et al. 2022). */
static void multiply_in_fp8(const struct nn_product *p, void *gemm)
{
    bool gradient_a = p->kind == NN_GRAD_INPUT, gradient_b = p->kind == NN_GRAD_WEIGHT;
    size_t m = (size_t)p->m, n = (size_t)p->n, k = (size_t)p->k;
    float a = (gradient_a ? E5M2_MAX : E4M3_MAX) / largest(p->a, m * k);
    float b = (gradient_b ? E5M2_MAX : E4M3_MAX) / largest(p->b, k * n);
    struct gemm_product q = {
        .m = p->m, .n = p->n, .k = p->k, .beta = p->beta, .c = p->c, .ldc = p->n};
    q.a = (struct gemm_operand){.x = p->a,
                                .ld = p->op_a == GEMM_N ? p->k : p->m,
                                .op = p->op_a,
                                .type = gradient_a ? GEMM_E5M2 : GEMM_E4M3,
                                .scale = a};
    q.b = (struct gemm_operand){.x = p->b,
                                .ld = p->op_b == GEMM_N ? p->n : p->k,
                                .op = p->op_b,
                                .type = gradient_b ? GEMM_E5M2 : GEMM_E4M3,
                                .scale = b};
    if (!gemm_multiply(gemm, &q))
        p->c[0] = NAN; /* it has said why, and the loss will show it */
}

/** Trains on the word list. @return mean loss of the last steps; NaN without memory */
static double train(const struct data *data, struct nn_hooks hooks)
{
    const struct nn_shape shape = {
        .vocab = data->vocab, .context = 6, .embed = 12, .hidden = 64, .layers = 2};
    static uint8_t x[BATCH * 6], y[BATCH];
    size_t n = nn_params(shape);
    struct nn_work *work = nn_work_new(shape, BATCH);
    float *w = calloc(5 * n, sizeof *w);
    double sum = 0;
    if (work && w) {
        float *copy = w + n, *m = w + 2 * n, *v = w + 3 * n, *g = w + 4 * n;
        nn_init(shape, w, 1);
        for (int step = 0; step < STEPS; step++) {
            data_batch(data, 1, (uint64_t)step, BATCH, shape.context, x, y);
            memcpy(copy, w, n * sizeof *w);
            round_bf16(copy, n, NULL);
            double loss = nn_loss(work, copy, x, y, hooks, g);
            sum += step < STEPS - LAST ? 0 : loss;
            adam_step(w, m, v, g, n, 2e-3, step + 1);
        }
    } else {
        fprintf(stderr, "not enough memory; close other programs.\n");
        sum = NAN;
    }
    free(w);
    nn_work_free(work);
    return sum / LAST;
}

bool claim_fp8_costs_quality(void)
{
    struct data data;
    if (!data_load_words(&data, DATA_WORDS)) {
        fprintf(stderr, "%s\n", data.error);
        return false;
    }
    struct gemm *gemm = gemm_open(GEMM_CPU, stderr);
    struct nn_hooks hooks = {.forward = round_bf16, .backward = round_bf16};
    double bf16 = train(&data, hooks);
    hooks.multiply = multiply_in_fp8;
    hooks.context = gemm;
    double fp8 = gemm ? train(&data, hooks) : NAN;
    gemm_close(gemm);
    data_free(&data);
    printf("a character model, %d steps, mean loss of the last %d\n"
           "products in BF16                %.4f\n"
           "products in FP8, current scales %.4f (%+.2f%%)\n",
           STEPS, LAST, bf16, fp8, 100 * (fp8 / bf16 - 1));
    return isfinite(bf16) && isfinite(fp8);
}

// --- 11, 13, 14: scaling, clipping, zeroing ------------------------------------------------------

/** Doubles the loss scale every 2000 steps, PyTorch's default, until it can or may not.
 *  @param[in] store the format of the gradients @param[in] gradient the largest of the model */
static void climb(const char *name, float (*store)(float), float gradient)
{
    float scale = 65536;
    long steps = 0;
    bool overflows = false;
    while (!overflows && isfinite(scale * 2)) {
        scale *= 2;
        steps += 2000;
        overflows = !isfinite(store(gradient * scale));
    }
    printf("%s  %ld clean steps, then the scale is 2^%g: %s\n", name, steps, log2((double)scale),
           overflows ? "the first overflow halves it" : "its end, without one overflow");
}

static float store_fp16(float x)
{
    return f32_from_f16(f16_from_f32_rne(x));
}

static float store_bf16(float x)
{
    return f32_from_bf16(bf16_from_f32_rne(x));
}

bool claim_scaler_with_bf16(void)
{
    printf("largest gradient 0.01, the scale starts at 2^16\n");
    climb("FP16", store_fp16, 0.01F);
    climb("BF16", store_bf16, 0.01F);
    return true;
}

bool claim_clip_copies(void)
{
    const float max_norm = 1, lr = 0.1F;
    const uint16_t grads[2] = {f16_from_f32_rne(30),
                               f16_from_f32_rne(40)}; /* the model's, in FP16 */
    for (int clip = 0; clip < 2; clip++) {
        float copies[2], step[2];
        for (int i = 0; i < 2; i++)
            copies[i] = f32_from_f16(grads[i]);
        double norm = nn_norm(copies, 2);
        for (int i = 0; clip && i < 2; i++)
            copies[i] *= (float)(max_norm / norm);
        for (int i = 0; i < 2; i++)
            step[i] = lr * f32_from_f16(grads[i]); /* the optimizer reads what it was given */
        printf("%-24s norm of the copies %4g, of the step %g\n",
               clip ? "the copies are clipped:" : "nothing is clipped:", nn_norm(copies, 2),
               nn_norm(step, 2));
    }
    return true;
}

/** Descends on w^2/2 for two weights, gradients in FP16 under a dynamic scale that cannot grow. */
static void descend(bool zeroing)
{
    float w[2] = {4, 0.5F}, scale = 65536;
    int skipped = 0, zeroed = 0;
    for (int step = 0; step < 200; step++) {
        float g[2] = {store_fp16(w[0] * scale), store_fp16(w[1] * scale)};
        for (int i = 0; zeroing && i < 2; i++) {
            zeroed += !isfinite(g[i]);
            g[i] = isfinite(g[i]) ? g[i] : 0;
        }
        if (isfinite(g[0]) && isfinite(g[1])) {
            for (int i = 0; i < 2; i++)
                w[i] -= 0.05F * g[i] / scale;
        } else {
            skipped++;
            scale /= 2;
        }
    }
    printf(
        "%-11s  scale 2^%g, %d skipped, %d zeroed, weights end at %.1g and %.1g (they began at 4 "
        "and 0.5)\n",
        zeroing ? "zeroed:" : "left alone:", log2((double)scale), skipped, zeroed, (double)w[0],
        (double)w[1]);
}

bool claim_zero_the_nans(void)
{
    descend(false);
    descend(true);
    return true;
}
