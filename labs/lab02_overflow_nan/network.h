/**
 * @file network.h
 * @brief The network of lab 02's experiment, forward and backward, with every op recorded.
 *
 * A part of experiment.c, which includes it once and says what the network is. Each forward op
 * rounds its result to 16 bits and keeps the codes as a tensor (lab02.h); network.ops is the
 * recorded graph, in the order of forward(). Given to you: you need not change it.
 */
#ifndef LOWP_LAB02_NETWORK_H
#define LOWP_LAB02_NETWORK_H

#include "lab02.h"

#include "common/gemm.h"
#include "common/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LAYERS = 24,
    CONTEXT = 8,
    EMBED = 8,
    WIDTH = CONTEXT * EMBED,
    BATCH = 64,
    CELLS = BATCH * WIDTH, /* numbers in one activation tensor */
};

/** The branch weights' gain: N(0, GAIN^2 / WIDTH). */
#define GAIN 0.6

/** Numbers of the tensors and ops of a pass. */
enum {
    T_EMBEDDING,
    T_WEIGHTS,                    /* of the layers, then of the output */
    T_H = T_WEIGHTS + LAYERS + 1, /* h0 .. h24 */
    T_Z = T_H + LAYERS + 1,       /* z of the layers, from 0 */
    T_A = T_Z + LAYERS,           /* a of the layers */
    T_NORM = T_A + LAYERS,        /* n */
    T_LOGITS,
    T_LOGPROBS,
    T_LOSS,
    TENSORS,
    OPS = 3 * LAYERS + 5
};

/** The arrays of one recipe's network. Stored codes are what the lab's functions look at; the same
 *  values lie in floats for the products. */
struct network {
    size_t vocab;                   /**< V */
    size_t params;                  /**< number of parameters: embedding, layers, output */
    float *master;                  /**< params weights in FP32 */
    float *grads;                   /**< params gradients */
    float *m;                       /**< params first moments */
    float *v;                       /**< params second moments */
    float *weights;                 /**< params weights, rounded to dtype */
    float *h;                       /**< h0 to h24: LAYERS + 1 times BATCH x WIDTH */
    float *z;                       /**< LAYERS times BATCH x WIDTH */
    float *norm;                    /**< n, BATCH x WIDTH */
    float rms[BATCH];               /**< of the rows of h24 */
    float *logits;                  /**< BATCH x V; in the backward pass their gradient */
    float *logprobs;                /**< BATCH x V */
    float *delta;                   /**< gradient of h, BATCH x WIDTH */
    float *delta_branch;            /**< gradient of z, and a in the forward pass, BATCH x WIDTH */
    float loss;                     /**< mean of the batch */
    uint16_t *codes;                /**< of all rounded tensors, one after the other */
    struct tensor tensors[TENSORS]; /**< all of the above as the lab's functions see them */
    char names[TENSORS][24];        /**< of the tensors */
    struct op ops[OPS];             /**< the recorded graph */
    enum dtype dtype;               /**< of weights and activations */
    float scale;                    /**< s */
};

static float *layer_weights(const struct network *net, float *params, int layer)
{
    return params + net->vocab * EMBED + (size_t)layer * WIDTH * WIDTH;
}

/** Rounds x in place and stores the codes of tensor t. */
static void store(const struct network *net, int t, float *x)
{
    uint16_t *codes = (uint16_t *)(uintptr_t)net->tensors[t].data;
    for (size_t i = 0; i < net->tensors[t].n; i++) {
        codes[i] = net->dtype == DTYPE_FP16 ? f16_from_f32_rne(x[i]) : bf16_from_f32_rne(x[i]);
        x[i] = net->dtype == DTYPE_FP16 ? f32_from_f16(codes[i]) : f32_from_bf16(codes[i]);
    }
}

static void name_tensor(struct network *net, int t, const char *name, int layer, const void *data,
                        size_t n, enum dtype dtype)
{
    if (layer > 0)
        snprintf(net->names[t], sizeof net->names[t], "layer%d.%s", layer, name);
    else
        snprintf(net->names[t], sizeof net->names[t], "%s", name);
    net->tensors[t] = (struct tensor){net->names[t], dtype, data, n};
}

/** Gives every tensor its name and place; the 16-bit ones lie one after the other in codes. */
static void name_tensors(struct network *net)
{
    uint16_t *next = net->codes;
    for (int t = 0; t <= T_LOGITS; t++) {
        size_t n = t == T_EMBEDDING         ? net->vocab * EMBED
                   : t < T_WEIGHTS + LAYERS ? (size_t)WIDTH * WIDTH
                   : t < T_H                ? WIDTH * net->vocab
                   : t < T_LOGITS           ? (size_t)CELLS
                                            : BATCH * net->vocab;
        const char *name = t == T_EMBEDDING         ? "embedding"
                           : t < T_WEIGHTS + LAYERS ? "weights"
                           : t < T_H                ? "output.weights"
                           : t == T_H               ? "embed"
                           : t < T_Z                ? "add"
                           : t < T_A                ? "matmul"
                           : t < T_NORM             ? "relu"
                           : t == T_NORM            ? "norm"
                                                    : "logits";
        int layer = t == T_EMBEDDING || t == T_H || t >= T_NORM || t == T_H - 1 ? 0
                    : t < T_H                                                   ? t - T_WEIGHTS + 1
                    : t < T_Z                                                   ? t - T_H
                    : t < T_A                                                   ? t - T_Z + 1
                                                                                : t - T_A + 1;
        name_tensor(net, t, name, layer, next, n, net->dtype);
        next += n;
    }
    name_tensor(net, T_LOGPROBS, "logprobs", 0, net->logprobs, BATCH * net->vocab, DTYPE_FP32);
    name_tensor(net, T_LOSS, "loss", 0, &net->loss, 1, DTYPE_FP32);
}

/** The recorded graph: which op reads and writes what, in the order of forward(). */
static void record_ops(struct network *net)
{
    struct op *op = net->ops;
    *op++ = (struct op){.n_inputs = 1, .inputs = {T_EMBEDDING}, .output = T_H};
    for (int i = 0; i < LAYERS; i++) {
        *op++ = (struct op){.n_inputs = 2, .inputs = {T_H + i, T_WEIGHTS + i}, .output = T_Z + i};
        *op++ = (struct op){.n_inputs = 1, .inputs = {T_Z + i}, .output = T_A + i};
        *op++ = (struct op){.n_inputs = 2, .inputs = {T_H + i, T_A + i}, .output = T_H + i + 1};
    }
    *op++ = (struct op){.n_inputs = 1, .inputs = {T_H + LAYERS}, .output = T_NORM};
    *op++ = (struct op){.n_inputs = 2, .inputs = {T_NORM, T_WEIGHTS + LAYERS}, .output = T_LOGITS};
    *op++ = (struct op){.n_inputs = 1, .inputs = {T_LOGITS}, .output = T_LOGPROBS};
    *op++ = (struct op){.n_inputs = 1, .inputs = {T_LOGPROBS}, .output = T_LOSS};
    for (op = net->ops; op < net->ops + OPS; op++)
        memcpy(op->name, net->names[op->output], sizeof op->name);
}

/** A standard normal number (Box and Muller's transformation). */
static float normal(uint64_t seed, uint64_t stream, uint64_t i)
{
    double radius = sqrt(-2 * log(1 - rng_f64(seed, stream, 2 * i)));
    return (float)(radius * cos(2 * M_PI * rng_f64(seed, stream, 2 * i + 1)));
}

/** Builds a network, with first weights from the seed. @return false without memory */
static bool network_new(struct network *net, size_t vocab, uint64_t seed, enum dtype dtype,
                        float scale)
{
    size_t params = vocab * EMBED + (size_t)LAYERS * WIDTH * WIDTH + WIDTH * vocab;
    size_t activations = (size_t)(2 * LAYERS + 2) * CELLS;
    size_t outputs = BATCH * vocab;
    float *floats = calloc(5 * params + activations + 2 * outputs + 2 * CELLS, sizeof *floats);
    uint16_t *codes =
        calloc(params + activations + (size_t)LAYERS * CELLS + outputs, sizeof *codes);
    if (!floats || !codes) {
        free(floats);
        free(codes);
        return false;
    }
    *net = (struct network){.vocab = vocab,
                            .params = params,
                            .master = floats,
                            .grads = floats + params,
                            .m = floats + 2 * params,
                            .v = floats + 3 * params,
                            .weights = floats + 4 * params,
                            .h = floats + 5 * params,
                            .codes = codes,
                            .dtype = dtype,
                            .scale = scale};
    net->z = net->h + (size_t)(LAYERS + 1) * CELLS;
    net->norm = net->z + (size_t)LAYERS * CELLS;
    net->logits = net->norm + CELLS;
    net->logprobs = net->logits + outputs;
    net->delta = net->logprobs + outputs;
    net->delta_branch = net->delta + CELLS;
    float branch = (float)(GAIN / sqrt(WIDTH));
    for (size_t i = 0; i < params; i++)
        net->master[i] = normal(seed, 1u << 30, i) * (i < vocab * EMBED ? 1 : branch);
    name_tensors(net);
    record_ops(net);
    return true;
}

static void network_free(struct network *net)
{
    free(net->master);
    free(net->codes);
}

static void round_weights(struct network *net)
{
    memcpy(net->weights, net->master, net->params * sizeof *net->weights);
    store(net, T_EMBEDDING, net->weights);
    for (int i = 0; i <= LAYERS; i++)
        store(net, T_WEIGHTS + i, layer_weights(net, net->weights, i));
}

/** relu of z into a's codes, and h' = h + a. */
static void relu_and_add(struct network *net, int i)
{
    const float *h = net->h + (size_t)i * CELLS, *z = net->z + (size_t)i * CELLS;
    float *sum = net->h + (size_t)(i + 1) * CELLS, *a = net->delta_branch;
    for (int k = 0; k < CELLS; k++)
        a[k] = z[k] < 0 ? 0 : z[k]; /* a NaN stays: it is not below 0 */
    store(net, T_A + i, a);
    for (int k = 0; k < CELLS; k++)
        sum[k] = h[k] + a[k];
    store(net, T_H + i + 1, sum);
}

/** n = h / rms(h), row by row. Computed in FP32, as mixed precision does; then rounded. */
static void rms_norm(struct network *net)
{
    const float *h = net->h + (size_t)LAYERS * CELLS;
    for (int row = 0; row < BATCH; row++) {
        float squares = 0;
        for (int k = 0; k < WIDTH; k++)
            squares += h[row * WIDTH + k] * h[row * WIDTH + k];
        net->rms[row] = sqrtf(squares / WIDTH);
        for (int k = 0; k < WIDTH; k++)
            net->norm[row * WIDTH + k] = h[row * WIDTH + k] / net->rms[row];
    }
    store(net, T_NORM, net->norm);
}

/** The gradient of n becomes that of h, in place. */
static void rms_norm_backward(struct network *net)
{
    for (int row = 0; row < BATCH; row++) {
        const float *n = net->norm + (size_t)row * WIDTH;
        float *d = net->delta + (size_t)row * WIDTH, dot = 0;
        for (int k = 0; k < WIDTH; k++)
            dot += d[k] * n[k];
        for (int k = 0; k < WIDTH; k++)
            d[k] = (d[k] - n[k] * dot / WIDTH) / net->rms[row];
    }
}

/** Log softmax and mean loss, in FP32. */
static void log_softmax(struct network *net, const uint8_t *y)
{
    size_t vocab = net->vocab;
    double loss = 0;
    for (size_t row = 0; row < BATCH; row++) {
        const float *logits = net->logits + row * vocab;
        float max = logits[0], sum = 0;
        for (size_t k = 1; k < vocab; k++)
            max = logits[k] > max ? logits[k] : max;
        for (size_t k = 0; k < vocab; k++)
            sum += expf(logits[k] - max);
        for (size_t k = 0; k < vocab; k++)
            net->logprobs[row * vocab + k] = logits[k] - max - logf(sum);
        loss -= (double)net->logprobs[row * vocab + y[row]];
    }
    net->loss = (float)(loss / BATCH);
}

static void forward(struct network *net, const uint8_t *x, const uint8_t *y)
{
    for (size_t i = 0; i < (size_t)BATCH * CONTEXT; i++)
        memcpy(net->h + i * EMBED, net->weights + (size_t)x[i] * EMBED, EMBED * sizeof(float));
    store(net, T_H, net->h);
    for (int i = 0; i < LAYERS; i++) {
        float *z = net->z + (size_t)i * CELLS;
        gemm_f32(GEMM_N, GEMM_N, BATCH, WIDTH, WIDTH, net->scale, net->h + (size_t)i * CELLS, WIDTH,
                 layer_weights(net, net->weights, i), WIDTH, 0, z, WIDTH);
        store(net, T_Z + i, z);
        relu_and_add(net, i);
    }
    int vocab = (int)net->vocab;
    rms_norm(net);
    gemm_f32(GEMM_N, GEMM_N, BATCH, vocab, WIDTH, 1, net->norm, WIDTH,
             layer_weights(net, net->weights, LAYERS), vocab, 0, net->logits, vocab);
    store(net, T_LOGITS, net->logits);
    log_softmax(net, y);
}

/** Gradients of the mean loss, in FP32. Turns logits into their gradient. */
static void backward(struct network *net, const uint8_t *x, const uint8_t *y)
{
    int vocab = (int)net->vocab;
    for (size_t i = 0; i < BATCH * net->vocab; i++)
        net->logits[i] = expf(net->logprobs[i]) / BATCH;
    for (size_t row = 0; row < BATCH; row++)
        net->logits[row * net->vocab + y[row]] -= 1.0f / BATCH;
    gemm_f32(GEMM_T, GEMM_N, WIDTH, vocab, BATCH, 1, net->norm, WIDTH, net->logits, vocab, 0,
             layer_weights(net, net->grads, LAYERS), vocab);
    gemm_f32(GEMM_N, GEMM_T, BATCH, WIDTH, vocab, 1, net->logits, vocab,
             layer_weights(net, net->weights, LAYERS), vocab, 0, net->delta, WIDTH);
    rms_norm_backward(net);
    for (int i = LAYERS; i-- > 0;) {
        const float *z = net->z + (size_t)i * CELLS;
        for (int k = 0; k < CELLS; k++)
            net->delta_branch[k] = z[k] > 0 ? net->delta[k] : 0;
        gemm_f32(GEMM_T, GEMM_N, WIDTH, WIDTH, BATCH, net->scale, net->h + (size_t)i * CELLS, WIDTH,
                 net->delta_branch, WIDTH, 0, layer_weights(net, net->grads, i), WIDTH);
        gemm_f32(GEMM_N, GEMM_T, BATCH, WIDTH, WIDTH, net->scale, net->delta_branch, WIDTH,
                 layer_weights(net, net->weights, i), WIDTH, 1, net->delta, WIDTH);
    }
    memset(net->grads, 0, net->vocab * EMBED * sizeof *net->grads);
    for (size_t i = 0; i < (size_t)BATCH * CONTEXT; i++)
        for (size_t k = 0; k < EMBED; k++)
            net->grads[(size_t)x[i] * EMBED + k] += net->delta[i * EMBED + k];
}

#endif
