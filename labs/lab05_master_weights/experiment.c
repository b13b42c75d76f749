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
 * Settings, from the environment: STEPS (600), SEED (1), LR (1e-4), DATA (a text file).
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

#include "common/cast.h"
#include "common/csv.h"
#include "common/data.h"
#include "common/env.h"
#include "common/gemm.h"
#include "common/jobs.h"
#include "common/nn.h"
#include "common/round.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum recipe { FP32_ONLY, BF16_ONLY, BF16_MASTER, BF16_KAHAN, BF16_STOCHASTIC, RECIPES };

static const char *const recipe_names[RECIPES] = {"fp32", "bf16", "bf16_master", "bf16_kahan",
                                                  "bf16_stochastic"};

enum { BATCH = 1024, CONTEXT = 6, LAST_STEPS = 50, MAX_STEPS = 100000 };

/** One row of loss.csv. */
struct row {
    double loss;
    double grad_norm;
    double moved;
};

/** The experiment: settings, the text, and the rows that the recipes' processes fill in. */
struct experiment {
    struct nn_shape shape;
    struct adamw adam;
    uint64_t steps;
    uint64_t seed;
    struct data data;
    struct row *rows;     /* RECIPES x steps, in memory that all processes share */
    uint64_t *steps_done; /* RECIPES, likewise */
};

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

static bool model_new(struct model *model, const struct experiment *e)
{
    size_t n = nn_params(e->shape);
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
    nn_init(e->shape, model->master, e->seed);
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
static bool train(size_t recipe, void *context)
{
    struct experiment *e = context;
    struct model model;
    struct nn_work *work = nn_work_new(e->shape, BATCH);
    uint8_t x[BATCH * CONTEXT], y[BATCH];
    if (!work || !model_new(&model, e)) {
        fprintf(stderr, "%s: not enough memory; close other programs.\n", recipe_names[recipe]);
        return false;
    }
    nn_round *round = recipe == FP32_ONLY ? NULL : round_bf16;
    struct nn_hooks hooks = {.forward = round, .backward = round};
    for (uint64_t step = 0; step < e->steps; step++) {
        struct row *row = &e->rows[recipe * e->steps + step];
        load_weights(&model, (enum recipe)recipe);
        data_batch(&e->data, e->seed, step, BATCH, CONTEXT, x, y);
        row->loss = nn_loss(work, model.weights, x, y, hooks, model.grads);
        row->grad_norm = nn_norm(model.grads, model.n);
        const float *w = recipe == BF16_MASTER ? model.master : model.weights;
        adamw_update(model.updates, model.m, model.v, w, model.grads, model.n, e->adam,
                     (int)step + 1);
        size_t moved = apply_updates(&model, (enum recipe)recipe, e->seed, step);
        row->moved = (double)moved / (double)model.n;
        e->steps_done[recipe] = step + 1;
    }
    model_free(&model);
    nn_work_free(work);
    return true;
}

/** Calls every function of the lab that the recipes need, so that an open stub is reported once. */
static bool try_functions(size_t job, void *context)
{
    (void)job;
    const struct experiment *e = context;
    float u = 0, m = 0, v = 0, w = 1, g = 1, master = 1;
    uint16_t code = bf16_from_f32_rne(w), compensation = 0;
    adamw_update(&u, &m, &v, &w, &g, 1, e->adam, 1);
    apply_bf16(&code, &u, 1);
    apply_master(&master, &code, &u, 1);
    apply_kahan(&code, &compensation, &u, 1);
    apply_stochastic(&code, &u, 1, e->seed, 1);
    return true;
}

static const char *job_name(size_t recipe)
{
    return recipe_names[recipe];
}

static const char *try_name(size_t job)
{
    (void)job;
    return "lab05.c, called once with one weight,";
}

static void show_progress(const void *context)
{
    const struct experiment *e = context;
    fputc('\r', stderr);
    for (int r = 0; r < RECIPES; r++)
        fprintf(stderr, "%s %3d%%  ", recipe_names[r], (int)(100 * e->steps_done[r] / e->steps));
}

/** Means of a recipe: loss over the last steps, moved over all. */
static struct row summarise(const struct experiment *e, size_t recipe)
{
    const struct row *rows = e->rows + recipe * e->steps;
    uint64_t last = e->steps < LAST_STEPS ? e->steps : LAST_STEPS;
    struct row mean = {0};
    for (uint64_t step = 0; step < e->steps; step++) {
        if (step >= e->steps - last)
            mean.loss += rows[step].loss / (double)last;
        mean.moved += rows[step].moved / (double)e->steps;
    }
    return mean;
}

static bool write_steps(const struct experiment *e, const char *path)
{
    struct csv csv;
    csv_open(&csv, path, "recipe,step,loss,grad_norm,moved");
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        for (uint64_t step = 0; step < e->steps; step++) {
            const struct row *row = &e->rows[recipe * e->steps + step];
            csv_text(&csv, recipe_names[recipe]);
            csv_int(&csv, (long long)step + 1);
            csv_f64(&csv, row->loss);
            csv_f64(&csv, row->grad_norm);
            csv_f64(&csv, row->moved);
            csv_end_row(&csv);
        }
    }
    bool whole = csv_close(&csv);
    if (!whole)
        fprintf(stderr, "%s\n", csv.error);
    return whole;
}

static bool write_summary(const struct experiment *e, const char *path)
{
    struct csv csv;
    csv_open(&csv, path, "recipe,loss,moved,loss_vs_fp32");
    printf("%-16s %28s %14s %13s\n", "recipe", "loss (mean of last steps)", "moved a step",
           "against fp32");
    double fp32 = summarise(e, FP32_ONLY).loss;
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        struct row mean = summarise(e, recipe);
        csv_text(&csv, recipe_names[recipe]);
        csv_f64(&csv, mean.loss);
        csv_f64(&csv, mean.moved);
        csv_f64(&csv, mean.loss / fp32);
        csv_end_row(&csv);
        printf("%-16s %28.4f %13.1f%% %+12.2f%%\n", recipe_names[recipe], mean.loss,
               100 * mean.moved, 100 * (mean.loss / fp32 - 1));
    }
    bool whole = csv_close(&csv);
    if (!whole)
        fprintf(stderr, "%s\n", csv.error);
    return whole;
}

/** Reads the settings and the text. @return false after a message on stderr */
static bool set_up(struct experiment *e)
{
    double lr = 1e-4;
    e->steps = 600;
    e->seed = 1;
    if (!env_u64("STEPS", 1, MAX_STEPS, &e->steps) || !env_u64("SEED", 0, UINT64_MAX, &e->seed) ||
        !env_f64("LR", 1e-9, 1, &lr))
        return false;
    e->adam = (struct adamw){(float)lr, 0.9f, 0.999f, 1e-8f, 0.0f};
    if (!data_load_default(&e->data)) {
        fprintf(stderr, "%s\n", e->data.error);
        return false;
    }
    if (e->data.truncated)
        fprintf(stderr, "Only the first %zu MiB of the text are used.\n", DATA_BYTES_MAX >> 20);
    e->shape = (struct nn_shape){
        .vocab = e->data.vocab, .context = CONTEXT, .embed = 12, .hidden = 64, .layers = 2};
    e->rows = jobs_memory(RECIPES * e->steps * sizeof *e->rows);
    e->steps_done = jobs_memory(RECIPES * sizeof *e->steps_done);
    if (!e->rows || !e->steps_done) {
        fprintf(stderr, "not enough memory for %llu steps; try fewer.\n",
                (unsigned long long)e->steps);
        return false;
    }
    return true;
}

/** Finds out before the training whether a file can be written after it. */
static bool can_write(const char *path)
{
    struct csv csv;
    if (!csv_open(&csv, path, ""))
        fprintf(stderr, "%s\n", csv.error);
    bool fine = csv.file != NULL;
    csv_discard(&csv);
    return fine;
}

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    struct experiment e = {0};
    char steps_path[1024], summary_path[1024];
    if (argc != 2 || strlen(argv[1]) > 900) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder; settings: STEPS, SEED, LR, DATA)\n");
        return 2;
    }
    snprintf(steps_path, sizeof steps_path, "%s/loss.csv", argv[1]);
    snprintf(summary_path, sizeof summary_path, "%s/summary.csv", argv[1]);
    if (!set_up(&e) || !can_write(steps_path) || !can_write(summary_path))
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
    if (!failure && !(write_steps(&e, steps_path) && write_summary(&e, summary_path)))
        failure = 1;
    data_free(&e.data);
    return failure;
}
