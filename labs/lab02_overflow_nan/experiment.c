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
#include "curves.h"
#include "lab02.h"
#include "network.h"

#include "common/adam.h"
#include "common/data.h"
#include "common/env.h"
#include "common/gemm.h"
#include "common/jobs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_STEPS = 2000 };

static enum dtype dtype_of(size_t recipe)
{
    return recipe == RECIPE_BF16 ? DTYPE_BF16 : DTYPE_FP16;
}

static float branch_scale(size_t recipe)
{
    return recipe == RECIPE_SCALED ? 1 / sqrtf(2.0f * LAYERS) : 1;
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
    if (!network_new(&net, (size_t)e->data.vocab, e->seed, dtype_of(recipe),
                     branch_scale(recipe))) {
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
        adam_step(net.master, net.m, net.v, net.grads, net.params, e->lr, (int)step + 1);
    }
    network_free(&net);
    return true;
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
    e->lr = 3e-3;
    e->steps = 120;
    e->seed = 1;
    if (!env_u64("STEPS", 1, MAX_STEPS, &e->steps) || !env_u64("SEED", 0, UINT64_MAX, &e->seed) ||
        !env_f64("LR", 1e-9, 1, &e->lr))
        return false;
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

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    struct experiment e = {0};
    if (argc != 2 || strlen(argv[1]) > 900) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder; settings: STEPS, SEED, LR, DATA)\n");
        return 2;
    }
    if (!set_up(&e) || !csv_can_write(argv[1], "breaks.csv"))
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
