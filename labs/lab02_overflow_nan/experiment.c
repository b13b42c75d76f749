/**
 * @file experiment.c
 * @brief Lab 02's experiment: a deep network whose activations grow until FP16 breaks.
 *
 * Run from the project root as `experiment OUTDIR` (make run LAB=lab02). It trains 24 residual
 * layers without normalisation on real words, rounds every activation to a 16-bit format, and
 * watches the tensors with *your* functions from lab02.c. Nothing is scripted: the step at which a
 * run breaks, and the op that first_bad_op() names, come out of the arithmetic. Given to you: you
 * need not change it.
 *
 *      h0 = embedding of the last 8 characters, 64 numbers
 *      layer i = 1..24:   z = s h W      a = relu(z)      h' = h + a
 *      n = h24 / rms(h24)    logits = n W    logprobs = log softmax(logits), in FP32     loss = -mean logprobs[y]
 *
 * | recipe      | weights and activations | s                                              |
 * |-------------|-------------------------|------------------------------------------------|
 * | fp16        | FP16                    | 1                                              |
 * | bf16        | BF16                    | 1                                              |
 * | fp16_scaled | FP16                    | 1/sqrt(2 * 24): the branches share the growth  |
 *
 * Weights have FP32 masters; gradients and Adam are FP32, so only the forward pass can break. A run
 * ends at the first step whose forward pass makes a value that is not finite.
 * Settings, from the environment: STEPS (120), SEED (1), LR (3e-3), DATA (a text file).
 *
 * OUTDIR/activations.csv, a row for each recipe, step and layer (0: the embedding), of h:
 *   recipe, step (from 1), layer
 *   min_abs, median_abs, max_abs   of the finite values that are not 0; max_abs is amax(): infinite
 *                                  or nan where the layer is broken
 *   zero, subnormal, inf, nan      shares of the layer's values, 0..1
 * OUTDIR/steps.csv, a row for each recipe and step:
 *   recipe, step, loss (nats; nan in the step that breaks)
 *   max_abs   the largest finite activation of the step, any op
 *   gain      growth of max |h| a layer: the 24th root of last/first; nan in the step that breaks
 *   depth     layers_until_overflow() for the recipe's format and that gain: how deep the network
 *             might be; nan if no depth is too deep
 * OUTDIR/breaks.csv, a row for each recipe that broke:
 *   recipe, step
 *   layer, op        which op made the first bad value from good ones (first_bad_op())
 *   element, value   first_nonfinite() in its output, and what is there
 *   max_abs          largest finite value in its output
 *   nan_op           the op that first_nan_op() names in the same step, or none
 * OUTDIR/sums.csv: running sums of n times the same number, in several accumulators:
 *   addend (1e-07 or 17), n, exact (n times the number, in double)
 *   fp16, bf16, fp32                 sum_running() in these formats
 *   fp16_pairwise, bf16_pairwise     sum_pairwise(); fp16_into_fp32: sum_fp32() of FP16 numbers
 */
#include "lab02.h"

#include "common/csv.h"
#include "common/data.h"
#include "common/env.h"
#include "common/gemm.h"
#include "common/jobs.h"
#include "common/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LAYERS = 24,
    CONTEXT = 8,
    EMBED = 8,
    WIDTH = CONTEXT * EMBED,
    BATCH = 64,
    CELLS = BATCH * WIDTH, /* numbers in one activation tensor */
    MAX_STEPS = 2000
};

/** The branch weights' gain: N(0, GAIN^2 / WIDTH). */
#define GAIN 0.6

enum recipe { RECIPE_FP16, RECIPE_BF16, RECIPE_SCALED, RECIPES };
static const char *const recipe_names[RECIPES] = {"fp16", "bf16", "fp16_scaled"};

static enum dtype dtype_of(size_t recipe)
{
    return recipe == RECIPE_BF16 ? DTYPE_BF16 : DTYPE_FP16;
}

static float branch_scale(size_t recipe)
{
    return recipe == RECIPE_SCALED ? 1 / sqrtf(2.0f * LAYERS) : 1;
}

// --------------------------------------------------------------------------------------------
// What comes out
// --------------------------------------------------------------------------------------------

/** One row of activations.csv. */
struct layer_row {
    double min_abs, median_abs, max_abs, zero, subnormal, inf, nan;
};

/** One row of steps.csv, with the layers' rows. */
struct step_row {
    double loss, max_abs, gain, depth;
    struct layer_row layers[LAYERS + 1];
};

/** One row of breaks.csv. */
struct break_row {
    uint64_t step; /* 0: it did not break */
    char op[24], nan_op[24];
    int layer;
    size_t element;
    double value, max_abs;
    char text[80]; /* what guard_finite() says */
};

/** The experiment: settings, the text, and what the recipes' processes fill in. */
struct experiment {
    uint64_t steps, seed;
    float lr;
    struct data data;
    struct step_row *rows;    /* RECIPES x steps, in memory that all processes share */
    struct break_row *breaks; /* RECIPES, likewise */
    uint64_t *steps_done;     /* RECIPES, likewise */
};

// --------------------------------------------------------------------------------------------
// The network
// --------------------------------------------------------------------------------------------

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
    size_t vocab, params;
    float *master, *grads, *m, *v; /* params each: embedding, layers, output */
    float *weights;                /* rounded to the recipe's format */
    float *h, *z;                  /* LAYERS + 1 and LAYERS times BATCH x WIDTH */
    float *norm;                   /* BATCH x WIDTH */
    float rms[BATCH];
    float *logits, *logprobs;    /* BATCH x vocab */
    float *delta, *delta_branch; /* BATCH x WIDTH */
    float loss;
    uint16_t *codes; /* of all rounded tensors, one after the other */
    struct tensor tensors[TENSORS];
    char names[TENSORS][24];
    struct op ops[OPS];
    enum dtype dtype;
    float scale;
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

static bool network_new(struct network *net, const struct experiment *e, size_t recipe)
{
    size_t vocab = (size_t)e->data.vocab;
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
                            .dtype = dtype_of(recipe),
                            .scale = branch_scale(recipe)};
    net->z = net->h + (size_t)(LAYERS + 1) * CELLS;
    net->norm = net->z + (size_t)LAYERS * CELLS;
    net->logits = net->norm + CELLS;
    net->logprobs = net->logits + outputs;
    net->delta = net->logprobs + outputs;
    net->delta_branch = net->delta + CELLS;
    float branch = (float)(GAIN / sqrt(WIDTH));
    for (size_t i = 0; i < params; i++)
        net->master[i] = normal(e->seed, 1u << 30, i) * (i < vocab * EMBED ? 1 : branch);
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

/** Adam (Kingma & Ba 2015, algorithm 1), with its usual constants. */
static void adam(struct network *net, float lr, uint64_t t)
{
    double correct_m = 1 - pow(0.9, (double)t), correct_v = 1 - pow(0.999, (double)t);
    float step = (float)((double)lr / correct_m), root = (float)(1 / correct_v);
    for (size_t i = 0; i < net->params; i++) {
        float g = net->grads[i];
        net->m[i] += 0.1f * (g - net->m[i]);
        net->v[i] += 0.001f * (g * g - net->v[i]);
        net->master[i] -= step * net->m[i] / (sqrtf(net->v[i] * root) + 1e-8f);
    }
}

// --------------------------------------------------------------------------------------------
// Watching it
// --------------------------------------------------------------------------------------------

/** Median of the finite magnitudes that are not 0 of a 16-bit tensor, by counting codes. */
static double median_abs(struct tensor t)
{
    static unsigned count[32768];
    memset(count, 0, sizeof count);
    size_t n = 0, below = 0;
    const uint16_t *codes = t.data;
    uint16_t infinity = t.dtype == DTYPE_FP16 ? 0x7C00 : 0x7F80;
    for (size_t i = 0; i < t.n; i++) {
        uint16_t magnitude = codes[i] & 0x7FFF;
        if (magnitude == 0 || magnitude >= infinity)
            continue;
        count[magnitude]++;
        n++;
    }
    for (uint16_t code = 1; n > 0 && code < infinity; code++) {
        below += count[code];
        if (2 * below >= n)
            return (double)(t.dtype == DTYPE_FP16 ? f32_from_f16(code) : f32_from_bf16(code));
    }
    return NAN;
}

static struct layer_row look_at(struct tensor t)
{
    struct census census = tensor_census(t);
    double n = (double)t.n;
    return (struct layer_row){.min_abs = (double)census.smallest,
                              .median_abs = median_abs(t),
                              .max_abs = (double)amax(t),
                              .zero = (double)census.count[KIND_ZERO] / n,
                              .subnormal = (double)census.count[KIND_SUBNORMAL] / n,
                              .inf = (double)census.count[KIND_INF] / n,
                              .nan = (double)census.count[KIND_NAN] / n};
}

static void watch(const struct network *net, struct step_row *row)
{
    row->loss = (double)net->loss;
    for (int t = T_H; t <= T_LOGITS; t++)
        row->max_abs = fmax(row->max_abs, (double)tensor_census(net->tensors[t]).largest);
    for (int i = 0; i <= LAYERS; i++)
        row->layers[i] = look_at(net->tensors[T_H + i]);
    double first = row->layers[0].max_abs;
    row->gain = pow(row->layers[LAYERS].max_abs / first, 1.0 / LAYERS);
    row->depth = row->gain = isfinite(row->gain) ? row->gain : NAN;
    if (isfinite(row->gain)) {
        size_t depth = layers_until_overflow((float)first, (float)row->gain, net->dtype);
        row->depth = depth == NOT_FOUND ? NAN : (double)depth;
    }
}

/** Says who did it, if anybody did. @return true if the pass is broken */
static bool broken(const struct network *net, uint64_t step, struct break_row *found)
{
    size_t bad = first_bad_op(net->ops, OPS, net->tensors);
    if (bad >= OPS)
        return false;
    const struct op *op = &net->ops[bad];
    struct finding finding = {0};
    guard_finite(&net->tensors[op->output], 1, &finding, found->text, sizeof found->text);
    found->step = step + 1;
    found->layer = op->output == T_H || op->output >= T_NORM ? 0 : (int)(bad - 1) / 3 + 1;
    memcpy(found->op, op->name, sizeof found->op);
    found->element = finding.element;
    found->value = (double)finding.value;
    found->max_abs = (double)tensor_census(net->tensors[op->output]).largest;
    size_t nan_op = first_nan_op(net->ops, OPS, net->tensors);
    snprintf(found->nan_op, sizeof found->nan_op, "%s",
             nan_op < OPS ? net->ops[nan_op].name : "none");
    return true;
}

/** Trains by one recipe until it breaks. Runs in a process of its own. */
static bool train(size_t recipe, void *context)
{
    struct experiment *e = context;
    struct network net;
    uint8_t x[BATCH * CONTEXT], y[BATCH];
    if (!network_new(&net, e, recipe)) {
        fprintf(stderr, "%s: not enough memory; close other programs.\n", recipe_names[recipe]);
        return false;
    }
    for (uint64_t step = 0; step < e->steps; step++) {
        data_batch(&e->data, e->seed, step, BATCH, CONTEXT, x, y);
        round_weights(&net);
        forward(&net, x, y);
        watch(&net, &e->rows[recipe * e->steps + step]);
        e->steps_done[recipe] = step + 1;
        if (broken(&net, step, &e->breaks[recipe]))
            break;
        backward(&net, x, y);
        adam(&net, e->lr, step + 1);
    }
    network_free(&net);
    return true;
}

// --------------------------------------------------------------------------------------------
// Files
// --------------------------------------------------------------------------------------------

/** Opens OUTDIR/name. */
static bool open_in(struct csv *csv, const char *folder, const char *name, const char *columns)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return csv_open(csv, path, columns);
}

static bool close_or_complain(struct csv *csv)
{
    bool fine = csv_close(csv);
    if (!fine)
        fprintf(stderr, "%s\n", csv->error);
    return fine;
}

static bool write_activations(const struct experiment *e, const char *folder)
{
    struct csv csv;
    open_in(&csv, folder, "activations.csv",
            "recipe,step,layer,min_abs,median_abs,max_abs,zero,subnormal,inf,nan");
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        for (uint64_t step = 0; step < e->steps_done[recipe]; step++) {
            for (int i = 0; i <= LAYERS; i++) {
                const struct layer_row *row = &e->rows[recipe * e->steps + step].layers[i];
                csv_text(&csv, recipe_names[recipe]);
                csv_int(&csv, (long long)step + 1);
                csv_int(&csv, i);
                const double fields[] = {row->min_abs,   row->median_abs, row->max_abs, row->zero,
                                         row->subnormal, row->inf,        row->nan};
                for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
                    csv_f64(&csv, fields[k]);
                csv_end_row(&csv);
            }
        }
    }
    return close_or_complain(&csv);
}

static bool write_steps(const struct experiment *e, const char *folder)
{
    struct csv csv;
    open_in(&csv, folder, "steps.csv", "recipe,step,loss,max_abs,gain,depth");
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        for (uint64_t step = 0; step < e->steps_done[recipe]; step++) {
            const struct step_row *row = &e->rows[recipe * e->steps + step];
            csv_text(&csv, recipe_names[recipe]);
            csv_int(&csv, (long long)step + 1);
            csv_f64(&csv, row->loss);
            csv_f64(&csv, row->max_abs);
            csv_f64(&csv, row->gain);
            csv_f64(&csv, row->depth);
            csv_end_row(&csv);
        }
    }
    return close_or_complain(&csv);
}

static bool write_breaks(const struct experiment *e, const char *folder)
{
    struct csv csv;
    open_in(&csv, folder, "breaks.csv", "recipe,step,layer,op,element,value,max_abs,nan_op");
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        const struct break_row *row = &e->breaks[recipe];
        uint64_t last = e->steps_done[recipe];
        const struct step_row *end = &e->rows[recipe * e->steps + last - 1];
        if (row->step == 0) {
            printf("%-12s all %llu steps; loss %.3f, largest activation %.4g\n",
                   recipe_names[recipe], (unsigned long long)last, end->loss, end->max_abs);
            continue;
        }
        printf("%-12s broke in step %llu: %s (after finite values up to %.5g);\n"
               "%-12s the first NaN of that step is the work of %s\n",
               recipe_names[recipe], (unsigned long long)row->step, row->text, row->max_abs, "",
               row->nan_op);
        csv_text(&csv, recipe_names[recipe]);
        csv_int(&csv, (long long)row->step);
        csv_int(&csv, row->layer);
        csv_text(&csv, row->op);
        csv_int(&csv, (long long)row->element);
        csv_f64(&csv, row->value);
        csv_f64(&csv, row->max_abs);
        csv_text(&csv, row->nan_op);
        csv_end_row(&csv);
    }
    return close_or_complain(&csv);
}

enum { SUM_TERMS = 4000, SUM_POINTS = 200 };

/** The rows of one addend: its first n codes, for growing n. */
static void write_sum(struct csv *csv, double addend, size_t terms)
{
    static uint16_t f16[SUM_TERMS], bf16[SUM_TERMS];
    static float f32[SUM_TERMS];
    for (size_t i = 0; i < terms; i++) {
        f32[i] = (float)addend;
        f16[i] = f16_from_f32_rne(f32[i]);
        bf16[i] = bf16_from_f32_rne(f32[i]);
    }
    for (size_t n = terms / SUM_POINTS; n <= terms; n += terms / SUM_POINTS) {
        struct tensor in_f16 = {"fp16", DTYPE_FP16, f16, n},
                      in_bf16 = {"bf16", DTYPE_BF16, bf16, n},
                      in_f32 = {"fp32", DTYPE_FP32, f32, n};
        csv_f64(csv, addend);
        csv_int(csv, (long long)n);
        csv_f64(csv, addend * (double)n);
        csv_f64(csv, (double)sum_running(in_f16));
        csv_f64(csv, (double)sum_running(in_bf16));
        csv_f64(csv, (double)sum_running(in_f32));
        csv_f64(csv, (double)sum_pairwise(in_f16));
        csv_f64(csv, (double)sum_pairwise(in_bf16));
        csv_f64(csv, (double)sum_fp32(in_f16));
        csv_end_row(csv);
    }
}

static bool write_sums(const char *folder)
{
    struct csv csv;
    open_in(&csv, folder, "sums.csv",
            "addend,n,exact,fp16,bf16,fp32,fp16_pairwise,bf16_pairwise,fp16_into_fp32");
    write_sum(&csv, 1e-7, 1000);
    write_sum(&csv, 17, SUM_TERMS);
    return close_or_complain(&csv);
}

// --------------------------------------------------------------------------------------------
// Running it
// --------------------------------------------------------------------------------------------

/** Calls every function of the lab that is used here, so that an open stub is reported once. */
static bool try_functions(size_t job, void *context)
{
    (void)job;
    (void)context;
    const uint16_t code = 0x3C00;
    struct tensor t = {"one", DTYPE_FP16, &code, 1};
    struct op op = {.n_inputs = 1, .inputs = {0}, .output = 0};
    struct finding finding;
    char text[8];
    tensor_census(t);
    first_nonfinite(t);
    amax(t);
    sum_running(t);
    sum_fp32(t);
    sum_pairwise(t);
    layers_until_overflow(1, 2, DTYPE_FP16);
    guard_finite(&t, 1, &finding, text, sizeof text);
    first_bad_op(&op, 1, &t);
    first_nan_op(&op, 1, &t);
    return true;
}

static const char *job_name(size_t recipe)
{
    return recipe_names[recipe];
}

static const char *try_name(size_t job)
{
    (void)job;
    return "lab02.c, called once with one number,";
}

static void show_progress(const void *context)
{
    const struct experiment *e = context;
    fputc('\r', stderr);
    for (int r = 0; r < RECIPES; r++)
        fprintf(stderr, "%s step %-5d ", recipe_names[r], (int)e->steps_done[r]);
}

/** Reads the settings and the text. @return false after a message on stderr */
static bool set_up(struct experiment *e)
{
    double lr = 3e-3;
    e->steps = 120;
    e->seed = 1;
    if (!env_u64("STEPS", 1, MAX_STEPS, &e->steps) || !env_u64("SEED", 0, UINT64_MAX, &e->seed) ||
        !env_f64("LR", 1e-9, 1, &lr))
        return false;
    e->lr = (float)lr;
    if (!data_load_default(&e->data)) {
        fprintf(stderr, "%s\n", e->data.error);
        return false;
    }
    if (e->data.truncated)
        fprintf(stderr, "Only the first %zu MiB of the text are used.\n", DATA_BYTES_MAX >> 20);
    e->rows = jobs_memory(RECIPES * e->steps * sizeof *e->rows);
    e->breaks = jobs_memory(RECIPES * sizeof *e->breaks);
    e->steps_done = jobs_memory(RECIPES * sizeof *e->steps_done);
    if (!e->rows || !e->breaks || !e->steps_done) {
        fprintf(stderr, "not enough memory for %llu steps; try fewer.\n",
                (unsigned long long)e->steps);
        return false;
    }
    return true;
}

/** Finds out before the training whether files can be written after it. */
static bool can_write(const char *folder)
{
    struct csv csv;
    if (!open_in(&csv, folder, "breaks.csv", ""))
        fprintf(stderr, "%s\n", csv.error);
    bool fine = csv.file != NULL;
    csv_discard(&csv);
    return fine;
}

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    struct experiment e = {0};
    if (argc != 2 || strlen(argv[1]) > 900) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder; settings: STEPS, SEED, LR, DATA)\n");
        return 2;
    }
    if (!set_up(&e) || !can_write(argv[1]))
        return 2;

    struct jobs check = {.count = 1, .name = try_name, .run = try_functions, .context = &e};
    struct jobs recipes = {.count = RECIPES, .name = job_name, .run = train, .context = &e};
    if (isatty(STDERR_FILENO))
        recipes.progress = show_progress;
    int failure = jobs_run(&check);
    if (!failure)
        failure = jobs_run(&recipes);
    if (!failure && isatty(STDERR_FILENO))
        fputc('\n', stderr);
    if (!failure && !(write_activations(&e, argv[1]) && write_steps(&e, argv[1]) &&
                      write_breaks(&e, argv[1]) && write_sums(argv[1])))
        failure = 1;
    data_free(&e.data);
    return failure;
}
