/**
 * @file nn.c
 * @brief Forward and backward of the character model. See nn.h.
 */
#include "common/nn.h"

#include "common/gemm.h"
#include "common/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct nn_work {
    struct nn_shape shape;
    int batch;
    size_t bytes;   /* of all of it, counted as it is taken */
    float *inputs;  /* X0 (B, T*E) */
    float *hidden;  /* X1 .. XL, L times (B, H) */
    float *logits;  /* (B, V); in the backward pass their gradient */
    float *delta;   /* gradient of a layer's output, (B, max(T*E, H)) */
    float *delta_2; /* of the layer below; the two swap */
};

/** A dense layer's place in the flat array of parameters. */
struct layer {
    size_t weights; /* offset of W (in, out) */
    size_t biases;  /* offset of b (out) */
    int in;
    int out;
};

/** Layer i from the bottom; i == L is the output layer. */
static struct layer layer_at(struct nn_shape s, int i)
{
    size_t first = (size_t)s.context * (size_t)s.embed, h = (size_t)s.hidden;
    size_t offset = (size_t)s.vocab * (size_t)s.embed;
    if (i > 0)
        offset += first * h + h + (size_t)(i - 1) * (h * h + h);
    struct layer layer = {.weights = offset};
    layer.in = i == 0 ? (int)first : s.hidden;
    layer.out = i == s.layers ? s.vocab : s.hidden;
    layer.biases = offset + (size_t)layer.in * (size_t)layer.out;
    return layer;
}

size_t nn_params(struct nn_shape shape)
{
    struct layer last = layer_at(shape, shape.layers);
    return last.biases + (size_t)last.out;
}

void nn_init(struct nn_shape shape, float *params, uint64_t seed)
{
    const uint64_t stream = UINT64_MAX; /* the batches use the steps, which count from 0 */
    size_t embedding = (size_t)shape.vocab * (size_t)shape.embed;
    for (size_t i = 0; i < embedding; i++) /* uniform in +-sqrt(3) has variance 1 */
        params[i] = (float)((2.0 * rng_f64(seed, stream, i) - 1.0) * sqrt(3.0));
    for (int l = 0; l <= shape.layers; l++) {
        struct layer layer = layer_at(shape, l);
        double limit = 1.0 / sqrt(layer.in);
        for (size_t i = layer.weights; i < layer.biases + (size_t)layer.out; i++)
            params[i] = (float)((2.0 * rng_f64(seed, stream, i) - 1.0) * limit);
    }
}

/** n floats that belong to the work, counted there. */
static float *take(struct nn_work *work, size_t n)
{
    work->bytes += n * sizeof(float);
    return malloc(n * sizeof(float));
}

struct nn_work *nn_work_new(struct nn_shape shape, int batch)
{
    struct nn_work *work = malloc(sizeof *work);
    if (!work)
        return NULL;
    size_t b = (size_t)batch, h = (size_t)shape.hidden, v = (size_t)shape.vocab;
    size_t first = (size_t)shape.context * (size_t)shape.embed;
    size_t widest = first > h ? first : h;
    *work = (struct nn_work){.shape = shape, .batch = batch, .bytes = sizeof *work};
    work->inputs = take(work, b * first);
    work->hidden = take(work, (size_t)shape.layers * b * h);
    work->logits = take(work, b * v);
    work->delta = take(work, b * widest);
    work->delta_2 = take(work, b * widest);
    if (work->inputs && work->hidden && work->logits && work->delta && work->delta_2)
        return work;
    nn_work_free(work);
    return NULL;
}

size_t nn_work_bytes(const struct nn_work *work)
{
    return work->bytes;
}

void nn_work_free(struct nn_work *work)
{
    if (!work)
        return;
    free(work->inputs);
    free(work->hidden);
    free(work->logits);
    free(work->delta);
    free(work->delta_2);
    free(work);
}

static void apply(nn_round *round, const struct nn_hooks *hooks, float *x, size_t n)
{
    if (round)
        round(x, n, hooks->context);
}

void nn_multiply_in(struct gemm *gemm, const struct nn_product *p, struct nn_format a,
                    struct nn_format b)
{
    int lda = p->op_a == GEMM_N ? p->k : p->m, ldb = p->op_b == GEMM_N ? p->n : p->k;
    struct gemm_product q = {.m = p->m,
                             .n = p->n,
                             .k = p->k,
                             .a = {p->a, lda, p->op_a, a.type, a.scale, true},
                             .b = {p->b, ldb, p->op_b, b.type, b.scale, true},
                             .beta = p->beta,
                             .c = p->c,
                             .ldc = p->n};
    if (!gemm)
        gemm_f32(p->op_a, p->op_b, p->m, p->n, p->k, 1, p->a, lda, p->b, ldb, p->beta, p->c, p->n);
    else if (!gemm_multiply(gemm, &q)) /* it has said why */
        for (size_t i = 0; i < (size_t)p->m * (size_t)p->n; i++)
            p->c[i] = NAN;
}

static void multiply(const struct nn_hooks *hooks, struct nn_product p)
{
    if (hooks->multiply)
        hooks->multiply(&p, hooks->context);
    else
        nn_multiply_in(hooks->gemm, &p, (struct nn_format){hooks->type, 0},
                       (struct nn_format){hooks->type, 0});
}

/** The output of hidden layer l (1..L), or the network's input for l = 0. */
static float *activation(const struct nn_work *work, int l)
{
    if (l == 0)
        return work->inputs;
    return work->hidden + (size_t)(l - 1) * (size_t)work->batch * (size_t)work->shape.hidden;
}

/** out (B, out) = in (B, in) W + b. The product and the bias are one operation, rounded once. */
static void dense(const struct nn_work *work, const float *params, int l, const float *in,
                  float *out, const struct nn_hooks *hooks)
{
    struct layer layer = layer_at(work->shape, l);
    size_t width = (size_t)layer.out;
    for (int b = 0; b < work->batch; b++)
        memcpy(out + (size_t)b * width, params + layer.biases, width * sizeof *out);
    multiply(hooks, (struct nn_product){.kind = NN_FORWARD,
                                        .layer = l,
                                        .m = work->batch,
                                        .n = layer.out,
                                        .k = layer.in,
                                        .a = in,
                                        .b = params + layer.weights,
                                        .beta = 1.0f,
                                        .c = out});
    apply(hooks->forward, hooks, out, (size_t)work->batch * width);
}

/** tanh within 2^-23 of the exact value (of 1, not of the value). A third of tanhf's time, and an
 *  activation near 1 is no better known than that in any format here. */
static float fast_tanh(float x)
{
    return (float)(1.0 - 2.0 / ((double)expf(2.0f * x) + 1.0)); /* exp = inf gives 1 */
}

static void forward(struct nn_work *work, const float *params, const uint8_t *x,
                    const struct nn_hooks *hooks)
{
    struct nn_shape s = work->shape;
    size_t embed = (size_t)s.embed, symbols = (size_t)work->batch * (size_t)s.context;
    for (size_t i = 0; i < symbols; i++)
        memcpy(work->inputs + i * embed, params + x[i] * embed, embed * sizeof(float));
    apply(hooks->forward, hooks, work->inputs, symbols * embed);

    size_t n = (size_t)work->batch * (size_t)s.hidden;
    for (int l = 0; l < s.layers; l++) {
        float *out = activation(work, l + 1);
        dense(work, params, l, activation(work, l), out, hooks);
        for (size_t i = 0; i < n; i++)
            out[i] = fast_tanh(out[i]);
        apply(hooks->forward, hooks, out, n);
    }
    dense(work, params, s.layers, activation(work, s.layers), work->logits, hooks);
}

/**
 * Cross-entropy of one row, and the row's gradient in place of its logits: (softmax - onehot) * factor.
 * The largest logit is subtracted first, so exp cannot overflow and the sum is at least 1.
 */
static double cross_entropy(float *row, int vocab, uint8_t target, float factor)
{
    float max = row[0];
    for (int v = 1; v < vocab; v++)
        max = row[v] > max ? row[v] : max;
    double loss = max - (double)row[target];
    double sum = 0;
    for (int v = 0; v < vocab; v++) {
        row[v] = expf(row[v] - max);
        sum += row[v];
    }
    for (int v = 0; v < vocab; v++)
        row[v] = (float)(row[v] / sum) * factor;
    row[target] -= factor;
    // cppcheck-suppress invalidFunctionArg ; at least 1, see above
    return loss + log(sum);
}

/** Gradients of a layer's W and b from its input and the gradient of its output. */
static void dense_gradient(const struct nn_work *work, int l, const float *in, const float *delta,
                           const struct nn_hooks *hooks, float *grads)
{
    struct layer layer = layer_at(work->shape, l);
    multiply(hooks, (struct nn_product){.kind = NN_GRAD_WEIGHT,
                                        .layer = l,
                                        .op_a = GEMM_T,
                                        .m = layer.in,
                                        .n = layer.out,
                                        .k = work->batch,
                                        .a = in,
                                        .b = delta,
                                        .c = grads + layer.weights});
    float *biases = grads + layer.biases;
    memset(biases, 0, (size_t)layer.out * sizeof *biases);
    for (int b = 0; b < work->batch; b++)
        for (int o = 0; o < layer.out; o++)
            biases[o] += delta[(size_t)b * (size_t)layer.out + (size_t)o];
    apply(hooks->backward, hooks, grads + layer.weights,
          layer.biases - layer.weights + (size_t)layer.out);
}

/** The embedding's gradient: every symbol's row collects the gradients of its occurrences. */
static void embedding_gradient(const struct nn_work *work, const uint8_t *x, const float *delta,
                               const struct nn_hooks *hooks, float *grads)
{
    size_t embed = (size_t)work->shape.embed, rows = (size_t)work->shape.vocab;
    size_t symbols = (size_t)work->batch * (size_t)work->shape.context;
    memset(grads, 0, rows * embed * sizeof *grads);
    for (size_t i = 0; i < symbols; i++)
        for (size_t e = 0; e < embed; e++)
            grads[x[i] * embed + e] += delta[i * embed + e];
    apply(hooks->backward, hooks, grads, rows * embed);
}

static void backward(struct nn_work *work, const float *params, const uint8_t *x,
                     const struct nn_hooks *hooks, float *grads)
{
    struct nn_shape s = work->shape;
    float *delta = work->logits;
    float *below = work->delta, *spare = work->delta_2;
    apply(hooks->backward, hooks, delta, (size_t)work->batch * (size_t)s.vocab);
    for (int l = s.layers; l >= 0; l--) {
        struct layer layer = layer_at(s, l);
        const float *in = activation(work, l);
        size_t n = (size_t)work->batch * (size_t)layer.in;
        dense_gradient(work, l, in, delta, hooks, grads);
        multiply(hooks, (struct nn_product){.kind = NN_GRAD_INPUT,
                                            .layer = l,
                                            .op_b = GEMM_T,
                                            .m = work->batch,
                                            .n = layer.in,
                                            .k = layer.out,
                                            .a = delta,
                                            .b = params + layer.weights,
                                            .c = below});
        apply(hooks->backward, hooks, below, n);
        if (l > 0) { /* through tanh: d tanh(z) / dz = 1 - tanh(z)^2 */
            for (size_t i = 0; i < n; i++)
                below[i] *= 1.0f - in[i] * in[i];
            apply(hooks->backward, hooks, below, n);
        }
        delta = below;
        below = spare;
        spare = delta;
    }
    embedding_gradient(work, x, delta, hooks, grads);
}

double nn_loss(struct nn_work *work, const float *params, const uint8_t *x, const uint8_t *y,
               struct nn_hooks hooks, float *grads)
{
    forward(work, params, x, &hooks);
    float factor = hooks.loss_factor != 0 ? (float)hooks.loss_factor : 1.0f / (float)work->batch;
    double sum = 0;
    for (int b = 0; b < work->batch; b++) {
        float *row = work->logits + (size_t)b * (size_t)work->shape.vocab;
        sum += cross_entropy(row, work->shape.vocab, y[b], factor);
    }
    if (grads)
        backward(work, params, x, &hooks, grads);
    return sum / work->batch;
}

int nn_right(struct nn_work *work, const float *params, const uint8_t *x, const uint8_t *y,
             struct nn_hooks hooks)
{
    int right = 0, vocab = work->shape.vocab;
    forward(work, params, x, &hooks);
    for (int b = 0; b < work->batch; b++) {
        const float *row = work->logits + (size_t)b * (size_t)vocab;
        int best = 0;
        for (int v = 1; v < vocab; v++)
            best = row[v] > row[best] ? v : best;
        right += best == y[b];
    }
    return right;
}

double nn_norm(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sqrt(sum);
}
