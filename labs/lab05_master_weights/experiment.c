/**
 * @file experiment.c
 * @brief Lab 05's experiment: one model, trained by five ways of storing its weights.
 *
 * Run from the project root as `experiment OUTDIR` (make run LAB=lab05). It trains a character
 * model on real words with *your* adamw_update and apply_* from lab05.c; nothing is scripted, so a
 * wrong function shows in the curves. Given to you: you need not change it.
 *
 * | recipe          | a weight is stored as        | activations, gradients | store              |
 * |-----------------|------------------------------|------------------------|--------------------|
 * | fp32            | FP32                         | FP32                   | apply_master       |
 * | bf16            | BF16                         | BF16                   | apply_bf16         |
 * | bf16_master     | BF16 + an FP32 master        | BF16                   | apply_master       |
 * | bf16_kahan      | BF16 + a BF16 compensation   | BF16                   | apply_kahan        |
 * | bf16_stochastic | BF16                         | BF16                   | apply_stochastic   |
 *
 * All of them start from the same weights, see the same batches and keep Adam's moments in FP32.
 * Settings, from the environment: STEPS (600), SEED (1), LR (1e-4), DATA (a text file), and
 * GPU (auto, 0 or 1: where the matrix products are computed; common/gemm.h).
 *
 * OUTDIR/loss.csv, a row for each recipe and step:
 *   recipe     as above
 *   step       from 1
 *   loss       mean cross-entropy of the step's batch before the update, in nats
 *   grad_norm  Euclidean norm of all gradients
 *   moved      share of the stored weights that the update changed, 0..1: of the BF16 codes, and in
 *              fp32 of the FP32 values
 * OUTDIR/summary.csv, a row for each recipe:
 *   recipe, loss (mean of the last 50 steps), moved (mean of all steps), loss_vs_fp32 (ratio)
 */
#include "lab05.h"

#include "ladder.h"

#include "common/cast.h"
#include "common/gemm.h"
#include "common/nn.h"
#include "common/round.h"
#include "common/train.h"

#include <stdio.h>
#include <stdlib.h>

enum recipe { FP32_ONLY, BF16_ONLY, BF16_MASTER, BF16_KAHAN, BF16_STOCHASTIC, RECIPES };

static const char *const recipe_names[RECIPES] = {"fp32", "bf16", "bf16_master", "bf16_kahan",
                                                  "bf16_stochastic"};

enum { BATCH = 1024, CONTEXT = 6 };

/** The columns of loss.csv after recipe and step. */
enum { LOSS, GRAD_NORM, MOVED };

static struct nn_shape shape_of(const struct train *t)
{
    return (struct nn_shape){
        .vocab = t->data.vocab, .context = CONTEXT, .embed = 12, .hidden = 64, .layers = 2};
}

static struct adamw adamw_of(const struct train *t)
{
    return (struct adamw){(float)t->lr, 0.9f, 0.999f, 1e-8f, 0.0f};
}

/** What one recipe keeps of the model. All arrays have n elements. */
struct model {
    size_t n;
    float *weights; /* the values that forward and backward use */
    float *grads;
    float *updates;
    float *m;
    float *v;
    float *master; /* fp32 and bf16_master only */
    uint16_t *codes;
    uint16_t *compensation; /* bf16_kahan only */
};

static bool model_new(struct model *model, struct nn_shape shape, uint64_t seed)
{
    size_t n = nn_params(shape);
    float *floats = calloc(n, 6 * sizeof *floats);
    uint16_t *codes = calloc(n, 2 * sizeof *codes);
    if (!floats || !codes) {
        free(floats);
        free(codes);
        return false;
    }
    *model = (struct model){.n = n,
                            .weights = floats,
                            .grads = floats + n,
                            .updates = floats + 2 * n,
                            .m = floats + 3 * n,
                            .v = floats + 4 * n,
                            .master = floats + 5 * n,
                            .codes = codes,
                            .compensation = codes + n};
    nn_init(shape, model->master, seed);
    for (size_t i = 0; i < n; i++)
        codes[i] = bf16_from_f32_rne(model->master[i]);
    return true;
}

static void model_free(struct model *model)
{
    free(model->weights);
    free(model->codes);
}

/** Sets the values that the forward pass uses from what the recipe stores. */
static void load_weights(struct model *model, enum recipe recipe)
{
    for (size_t i = 0; i < model->n; i++)
        model->weights[i] = recipe == FP32_ONLY ? model->master[i] : f32_from_bf16(model->codes[i]);
}

/** Adds the updates by the recipe. @return how many of the stored weights moved */
static size_t apply_updates(struct model *model, enum recipe recipe, uint64_t seed, uint64_t step)
{
    size_t n = model->n, moved = 0;
    switch (recipe) {
    case BF16_ONLY:
        return apply_bf16(model->codes, model->updates, n);
    case BF16_KAHAN:
        return apply_kahan(model->codes, model->compensation, model->updates, n);
    case BF16_STOCHASTIC:
        return apply_stochastic(model->codes, model->updates, n, seed, step);
    case BF16_MASTER:
        return apply_master(model->master, model->codes, model->updates, n);
    default: /* FP32: the master is the weight; its BF16 copy is not used */
        apply_master(model->master, model->codes, model->updates, n);
        for (size_t i = 0; i < n; i++) /* `weights` still holds the values before the update */
            moved += model->master[i] != model->weights[i];
        return moved;
    }
}

/** Trains by one recipe and fills its rows. Runs in a process of its own. */
static bool train_recipe(size_t recipe, void *context)
{
    struct train *t = context;
    struct model model;
    struct nn_work *work = nn_work_new(shape_of(t), BATCH);
    uint8_t x[BATCH * CONTEXT], y[BATCH];
    struct gemm *gemm = train_gemm(t);
    if (!work || !gemm || !model_new(&model, shape_of(t), t->seed)) {
        fprintf(stderr, "%s: not enough memory; close other programs.\n", recipe_names[recipe]);
        gemm_close(gemm);
        nn_work_free(work);
        return false;
    }
    nn_round *round = recipe == FP32_ONLY ? NULL : round_bf16;
    struct nn_hooks hooks = {.forward = round,
                             .backward = round,
                             .gemm = gemm,
                             .type = recipe == FP32_ONLY ? GEMM_FP32 : GEMM_BF16};
    for (uint64_t step = 0; step < t->steps; step++) {
        double *row = train_row(t, recipe, step);
        load_weights(&model, (enum recipe)recipe);
        train_batch(t, step, BATCH, CONTEXT, x, y);
        row[LOSS] = nn_loss(work, model.weights, x, y, hooks, model.grads);
        row[GRAD_NORM] = nn_norm(model.grads, model.n);
        const float *w = recipe == BF16_MASTER ? model.master : model.weights;
        adamw_update(model.updates, model.m, model.v, w, model.grads, model.n, adamw_of(t),
                     (int)step + 1);
        size_t moved = apply_updates(&model, (enum recipe)recipe, t->seed, step);
        row[MOVED] = (double)moved / (double)model.n;
        train_done(t, recipe, step);
    }
    train_gemm_close(t, recipe, gemm);
    model_free(&model);
    nn_work_free(work);
    return true;
}

/** Calls every function of the lab that the recipes need, so that an open stub is reported once. */
static bool try_functions(size_t job, void *context)
{
    (void)job;
    const struct train *t = context;
    float u = 0, m = 0, v = 0, w = 1, g = 1, master = 1;
    uint16_t code = bf16_from_f32_rne(w), compensation = 0;
    adamw_update(&u, &m, &v, &w, &g, 1, adamw_of(t), 1);
    apply_bf16(&code, &u, 1);
    apply_master(&master, &code, &u, 1);
    apply_kahan(&code, &compensation, &u, 1);
    apply_stochastic(&code, &u, 1, t->seed, 1);
    return true;
}

static bool write_summary(const struct train *t)
{
    struct csv csv;
    csv_open_in(&csv, t->out, "summary.csv", "recipe,loss,moved,loss_vs_fp32");
    printf("%-16s %28s %14s %13s\n", "recipe", "loss (mean of last steps)", "moved a step",
           "against fp32");
    double fp32 = train_mean(t, FP32_ONLY, LOSS, TRAIN_LAST_STEPS);
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        double loss = train_mean(t, recipe, LOSS, TRAIN_LAST_STEPS);
        double moved = train_mean(t, recipe, MOVED, t->steps);
        csv_text(&csv, recipe_names[recipe]);
        csv_f64(&csv, loss);
        csv_f64(&csv, moved);
        csv_f64(&csv, loss / fp32);
        csv_end_row(&csv);
        printf("%-16s %28.4f %13.1f%% %+12.2f%%\n", recipe_names[recipe], loss, 100 * moved,
               100 * (loss / fp32 - 1));
    }
    train_print_device(t);
    return csv_finish(&csv);
}

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    struct train t = {.recipes = recipe_names,
                      .count = RECIPES,
                      .columns = "loss,grad_norm,moved",
                      .steps = 600,
                      .lr = 1e-4};
    if (argc != 2) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder; settings: STEPS, SEED, LR, DATA)\n");
        return 2;
    }
    if (!train_set_up(&t, argv[1]))
        return 2;
    int failure = train_try(&t, "lab05.c, called once with one weight,", try_functions);
    if (!failure)
        failure = train_run(&t, train_recipe);
    if (!failure && !(train_write(&t, "loss.csv") && write_summary(&t) &&
                      ladder_compare(argv[1], t.seed, adamw_of(&t))))
        failure = 1;
    train_free(&t);
    return failure;
}
