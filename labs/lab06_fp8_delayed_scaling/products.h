/**
 * @file products.h
 * @brief The matrix products of lab 06's experiment, by each recipe: the hook that nn.c calls for them.
 *
 * A part of experiment.c, which includes it once and says what the recipes are. The operands go through
 * *your* quantizers and back, and what is to be seen of the watched layer goes into the row of loss.csv.
 * Given to you: you need not change it.
 */
#ifndef LOWP_LAB06_PRODUCTS_H
#define LOWP_LAB06_PRODUCTS_H

#include "lab06.h"
#include "sweeps.h"

#include "common/gemm.h"
#include "common/nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** What is compared: the table in experiment.c. */
enum recipe { BF16_ONLY, UNSCALED, DELAYED, CURRENT, BLOCK, RECIPES };

enum { BATCH = 512, CONTEXT = 6, EMBED = 12, HIDDEN = 64, LAYERS = 3, HISTORY = 16 };

/** The layer whose tensors are written down and whose input gets the outlier. */
enum { WATCHED = 1 };

static const float OUTLIER = 262144;

/** The columns of loss.csv after recipe and step. Three amaxes and three scales, in this order. */
enum { LOSS, GRAD_NORM, AMAX, SCALE = AMAX + 3, X_ZERO = SCALE + 3, DY_ZERO };

/** The three tensors of a layer. */
enum tensor { X, W, DY, TENSORS };

/** What one recipe keeps of FP8. Passed to the hook of the products. */
struct fp8_state {
    enum recipe recipe;                      /**< how it scales */
    bool outlier;                            /**< in this step? */
    double *row;                             /**< of loss.csv */
    struct fp8_meta meta[LAYERS][TENSORS];   /**< delayed scaling's scales */
    float history[LAYERS][TENSORS][HISTORY]; /**< and its amaxes */
    float *meant[LAYERS][TENSORS];           /**< what its codes mean, kept for the backward pass */
    float *turned[2];                        /**< transposed operands */
    float *input;                            /**< the watched layer's, with the outlier */
    uint8_t *codes;                          /**< of a tensor */
    float *factors;                          /**< of its blocks */
    float scale[LAYERS][TENSORS];            /**< that `meant` was made with */
    struct gemm *gemm;                       /**< computes the products */
};

static enum fp8_kind kind_of(enum tensor tensor)
{
    return tensor == DY ? FP8_E5M2 : FP8_E4M3;
}

/** Elements of the largest operand: a batch as wide as the widest layer, or a weight matrix. */
static size_t widest(struct nn_shape s)
{
    size_t width = CONTEXT * EMBED > HIDDEN ? CONTEXT * EMBED : HIDDEN;
    width = width > (size_t)s.vocab ? width : (size_t)s.vocab;
    return width * BATCH;
}

static bool fp8_state_new(struct fp8_state *f, enum recipe recipe, struct nn_shape shape)
{
    size_t n = widest(shape);
    *f = (struct fp8_state){.recipe = recipe};
    bool fine = true;
    for (int l = 0; l < LAYERS; l++) {
        for (int t = 0; t < TENSORS; t++) {
            f->meta[l][t] = (struct fp8_meta){1, f->history[l][t], HISTORY};
            fine = (f->meant[l][t] = malloc(n * sizeof(float))) && fine;
        }
    }
    for (int i = 0; i < 2; i++)
        fine = (f->turned[i] = malloc(n * sizeof(float))) && fine;
    fine = (f->input = malloc(n * sizeof(float))) && fine;
    fine = (f->codes = malloc(n)) && fine;
    return (f->factors = malloc(n * sizeof(float))) && fine;
}

static void fp8_state_free(struct fp8_state *f)
{
    for (int l = 0; l < LAYERS; l++)
        for (int t = 0; t < TENSORS; t++)
            free(f->meant[l][t]);
    free(f->turned[0]);
    free(f->turned[1]);
    free(f->input);
    free(f->codes);
    free(f->factors);
}

/** Writes amax, scale and the share of zeros of a tensor of the watched layer into the row. */
static void note(struct fp8_state *f, enum tensor tensor, const float *x, const float *meant,
                 size_t n, double scale)
{
    size_t zeros = 0;
    for (size_t i = 0; i < n; i++)
        zeros += meant[i] == 0;
    f->row[AMAX + tensor] = fp8_amax(x, n);
    f->row[SCALE + tensor] = scale;
    if (tensor != W)
        f->row[tensor == X ? X_ZERO : DY_ZERO] = (double)zeros / (double)n;
}

/** Quantizes a tensor by a recipe with one scale, and back. @return what its codes mean */
static const float *through_fp8(struct fp8_state *f, int layer, enum tensor tensor, const float *x,
                                size_t n)
{
    float *meant = f->meant[layer][tensor], scale = 1;
    if (f->recipe == DELAYED) {
        scale = f->meta[layer][tensor].scale;
        fp8_quantize_delayed(f->codes, x, n, &f->meta[layer][tensor], kind_of(tensor));
    } else {
        if (f->recipe == CURRENT)
            scale = fp8_current_scale(fp8_amax(x, n), kind_of(tensor));
        fp8_quantize(f->codes, x, n, scale, kind_of(tensor), true);
    }
    fp8_dequantize(meant, f->codes, n, scale, kind_of(tensor));
    f->scale[layer][tensor] = scale;
    if (layer == WATCHED)
        note(f, tensor, x, meant, n, (double)scale);
    return meant;
}

/** How a product takes a tensor that went through FP8: what its codes mean becomes the codes again.
 */
static struct nn_format format_of(const struct fp8_state *f, int layer, enum tensor tensor)
{
    return (struct nn_format){kind_of(tensor) == FP8_E4M3 ? GEMM_E4M3 : GEMM_E5M2,
                              f->scale[layer][tensor]};
}

/** A product whose operands have one scale each. Codes are made once and used twice. */
static void multiply_scaled(const struct nn_product *p, struct fp8_state *f)
{
    struct nn_product q = *p;
    enum tensor a = p->kind == NN_GRAD_INPUT ? DY : X, b = p->kind == NN_GRAD_WEIGHT ? DY : W;
    float **meant = f->meant[p->layer];
    size_t m = (size_t)p->m, n = (size_t)p->n, k = (size_t)p->k;
    switch (p->kind) {
    case NN_FORWARD:
        q.a = through_fp8(f, p->layer, X, p->a, m * k);
        q.b = through_fp8(f, p->layer, W, p->b, k * n);
        break;
    case NN_GRAD_WEIGHT:
        q.a = meant[X];
        q.b = through_fp8(f, p->layer, DY, p->b, k * n);
        break;
    case NN_GRAD_INPUT: /* comes after the gradient of the weights */
        q.a = meant[DY];
        q.b = meant[W];
    }
    nn_multiply_in(f->gemm, &q, format_of(f, p->layer, a), format_of(f, p->layer, b));
}

static void transpose(float *out, const float *x, size_t rows, size_t cols)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            out[c * rows + r] = x[r * cols + c];
}

/** A product of block-scaled operands: blocks run along the sum, so activations and gradients are
 *  quantized anew for each product, in the direction that it sums over. A product takes one scale an
 *  operand, so what the codes of all blocks mean is multiplied in FP32. */
static void multiply_blocked(const struct nn_product *p, struct fp8_state *f)
{
    struct nn_product q = *p;
    float *a = f->meant[0][X], *b = f->meant[0][W];
    if (p->kind == NN_GRAD_WEIGHT) { /* x^T dy, both stored with the batch in rows */
        transpose(f->turned[0], p->a, (size_t)p->k, (size_t)p->m);
        transpose(f->turned[1], p->b, (size_t)p->k, (size_t)p->n);
        sweep_blocks(a, f->turned[0], p->m, p->k, 1, f->codes, f->factors);
        sweep_blocks(b, f->turned[1], p->n, p->k, 1, f->codes, f->factors);
        q.op_a = GEMM_N;
        q.op_b = GEMM_T;
        if (p->layer == WATCHED)
            note(f, DY, f->turned[1], b, (size_t)p->n * (size_t)p->k, NAN);
    } else {
        int rows = p->op_b == GEMM_N ? p->k : p->n, cols = p->op_b == GEMM_N ? p->n : p->k;
        sweep_blocks(a, p->a, p->m, p->k, 1, f->codes, f->factors);
        sweep_blocks(b, p->b, rows, cols, FP8_BLOCK, f->codes, f->factors);
        if (p->layer == WATCHED && p->kind == NN_FORWARD) {
            note(f, X, p->a, a, (size_t)p->m * (size_t)p->k, NAN);
            note(f, W, p->b, b, (size_t)p->k * (size_t)p->n, NAN);
        }
    }
    q.a = a;
    q.b = b;
    nn_multiply_in(f->gemm, &q, (struct nn_format){GEMM_FP32, 0}, (struct nn_format){GEMM_FP32, 0});
}

/** BF16: the operands are what they are. */
static void multiply_plain(const struct nn_product *p, struct fp8_state *f)
{
    size_t m = (size_t)p->m, n = (size_t)p->n, k = (size_t)p->k;
    if (p->layer == WATCHED && p->kind == NN_FORWARD) {
        note(f, X, p->a, p->a, m * k, NAN);
        note(f, W, p->b, p->b, k * n, NAN);
    } else if (p->layer == WATCHED && p->kind == NN_GRAD_WEIGHT) {
        note(f, DY, p->b, p->b, k * n, NAN);
    }
    nn_multiply_in(f->gemm, p, (struct nn_format){GEMM_BF16, 0}, (struct nn_format){GEMM_BF16, 0});
}

/** The hook: puts in the outlier, and multiplies by the recipe. */
static void multiply(const struct nn_product *p, void *context)
{
    struct fp8_state *f = context;
    struct nn_product q = *p;
    if (f->outlier && p->layer == WATCHED && p->kind != NN_GRAD_INPUT) { /* x is operand a */
        memcpy(f->input, p->a, (size_t)p->m * (size_t)p->k * sizeof *f->input);
        f->input[0] = OUTLIER;
        q.a = f->input;
    }
    if (f->recipe == BF16_ONLY)
        multiply_plain(&q, f);
    else if (f->recipe == BLOCK)
        multiply_blocked(&q, f);
    else
        multiply_scaled(&q, f);
}

/** The end of a step: delayed scaling makes the next scales. */
static void update_scales(struct fp8_state *f)
{
    const struct fp8_recipe recipe = {FP8_MAX, 0};
    if (f->recipe != DELAYED)
        return;
    for (int l = 0; l < LAYERS; l++)
        for (int t = 0; t < TENSORS; t++)
            fp8_delayed_update(&f->meta[l][t], kind_of((enum tensor)t), recipe);
}

#endif
