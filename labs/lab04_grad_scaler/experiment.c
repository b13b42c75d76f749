/**
 * @file experiment.c
 * @brief Lab 04's experiment: one model trained in FP32, and in FP16 under five loss scales.
 *
 * Run from the project root as `experiment OUTDIR` (make run LAB=lab04). It trains a character
 * model on real words as one worker of a large data-parallel job does: with a local batch of 1024
 * and a loss that is divided by the *global* batch of 1024 such workers. In FP16, weights (a copy of
 * an FP32 master), activations and gradients are really rounded to FP16. Scaling, unscaling, the
 * check, step or skip and the update of the scale are *your* functions from lab04.c; nothing is
 * scripted, so a wrong function shows in the curves. Given to you: you need not change it.
 *
 * | recipe           | numbers | loss scale                                                     |
 * |------------------|---------|----------------------------------------------------------------|
 * | fp32             | FP32    | none (a disabled scaler)                                       |
 * | fp16             | FP16    | none (a disabled scaler)                                       |
 * | fp16_static      | FP16    | 2^19 all the time                                              |
 * | fp16_static_high | FP16    | 2^30 all the time: too large, most steps overflow               |
 * | fp16_dynamic     | FP16    | PyTorch's defaults: starts at 2^16, grows after 2000 clean steps|
 * | fp16_dynamic_20  | FP16    | starts at 2^36, grows after 20 clean steps                     |
 *
 * All of them start from the same weights and see the same batches; Adam runs in FP32. The other
 * workers' share of the gradient is not computed: the all-reduce, in FP32, is a factor of 1024.
 * Settings, from the environment: STEPS (300), SEED (1), LR (2e-3), DATA (a text file), and
 * GPU (auto, 0 or 1: where the matrix products are computed; common/gemm.h).
 *
 * OUTDIR/loss.csv, a row for each recipe and step:
 *   recipe     as above
 *   step       from 1
 *   loss       mean cross-entropy of the step's local batch before the update, in nats
 *   grad_norm  Euclidean norm of all gradients, unscaled and all-reduced; inf or nan if they are
 *   scale      S in this step; 1 without a scaler
 *   skipped    1 if the optimizer did not run because a gradient was not finite, else 0
 *   grown      1 if the scale grew after this step, else 0
 *   flushed    share of the activation gradients other than 0 that FP16 turns into 0, 0..1 (in fp32:
 *              that it would)
 * OUTDIR/histogram.csv, a row for each recipe and exponent, at step 100 (or the last, if earlier):
 *   recipe     as above
 *   exponent   e: activation gradients with 2^e <= |g| < 2^(e+1), scaled, before rounding
 *   share      of all activation gradients other than 0
 * OUTDIR/summary.csv, a row for each recipe:
 *   recipe, loss (mean of the last 50 steps), loss_vs_fp32 (ratio), flushed (mean of all steps),
 *   skipped and grown (number of steps), scale (in the last step)
 */
#include "lab04.h"

#include "common/adam.h"
#include "common/gemm.h"
#include "common/jobs.h"
#include "common/nn.h"
#include "common/round.h"
#include "common/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FP32_ONLY, FP16_UNSCALED, FP16_STATIC, FP16_HIGH, FP16_DYNAMIC, FP16_FAST, RECIPES };

static const char *const recipe_names[RECIPES] = {
    "fp32", "fp16", "fp16_static", "fp16_static_high", "fp16_dynamic", "fp16_dynamic_20"};

enum { BATCH = 1024, WORKERS = 1024, CONTEXT = 6, HISTOGRAM_STEP = 99 };

/** Exponents of FP32's subnormals are all in the first bin. */
enum { LOWEST = -126, BINS = 128 - LOWEST };

/** The columns of loss.csv after recipe and step. */
enum { LOSS, GRAD_NORM, SCALE, SKIPPED, GROWN, FLUSHED };

/** What a recipe keeps, and what its hooks count. All arrays have n elements. */
struct worker {
    size_t n;
    float *master;
    float *copy; /* what forward and backward use */
    float *grads;
    float *m;
    float *v;
    struct grad_scaler scaler;
    struct optimizer_state optimizer;
    int adam_steps; /* skipped steps do not count */
    bool fp16;
    double alive;      /* activation gradients of this step that were not 0 */
    double flushed;    /* those that FP16 makes 0 */
    double *histogram; /* BINS counts, or NULL: not at this step */
    struct gemm *gemm; /* computes the products */
};

static struct nn_shape shape_of(const struct train *t)
{
    return (struct nn_shape){
        .vocab = t->data.vocab, .context = CONTEXT, .embed = 12, .hidden = 64, .layers = 3};
}

/** The scaler of a recipe. A static scale is one that experiment sets anew after each step. */
static bool scaler_of(size_t recipe, struct grad_scaler *scaler)
{
    struct scaler_options options = {1.0f, 2.0, 0.5, 2000, true};
    options.enabled = recipe != FP32_ONLY && recipe != FP16_UNSCALED;
    if (recipe == FP16_STATIC)
        options.init_scale = 0x1p19f;
    if (recipe == FP16_HIGH)
        options.init_scale = 0x1p30f;
    if (recipe == FP16_FAST) {
        options.init_scale = 0x1p36f;
        options.growth_interval = 20;
    }
    return scaler_init(scaler, recipe == FP16_DYNAMIC ? NULL : &options) == SCALER_OK;
}

static bool worker_new(struct worker *w, const struct train *t, size_t recipe)
{
    size_t n = nn_params(shape_of(t));
    float *floats = calloc(n, 5 * sizeof *floats);
    *w = (struct worker){.n = n, .master = floats, .fp16 = recipe != FP32_ONLY};
    if (!floats)
        return false;
    w->copy = floats + n;
    w->grads = floats + 2 * n;
    w->m = floats + 3 * n;
    w->v = floats + 4 * n;
    nn_init(shape_of(t), w->master, t->seed);
    return scaler_of(recipe, &w->scaler);
}

static void forward_hook(float *x, size_t n, void *context)
{
    const struct worker *w = context;
    if (w->fp16)
        round_fp16(x, n, NULL);
}

/** Counts what is about to be flushed, then rounds. Gradients of activations come in whole batches;
 *  those of parameters do not, and are not counted. */
static void backward_hook(float *x, size_t n, void *context)
{
    struct worker *w = context;
    if (n % BATCH == 0) {
        size_t alive = 0;
        for (size_t i = 0; i < n; i++)
            alive += x[i] != 0;
        w->alive += (double)alive;
        w->flushed += (double)alive * fp16_flushed_share(x, n, 1.0f); /* x is scaled already */
        for (size_t i = 0; w->histogram && i < n; i++) {
            int e = x[i] != 0 && isfinite(x[i]) ? ilogbf(x[i]) : INT32_MIN;
            if (e != INT32_MIN)
                w->histogram[(e < LOWEST ? LOWEST : e) - LOWEST]++;
        }
    }
    if (w->fp16)
        round_fp16(x, n, NULL);
}

/** Unscales, steps or skips, and updates the scale. @return false if a call of the scaler failed */
static bool optimize(struct worker *w, const struct train *t, size_t recipe, double *row)
{
    struct gradient gradient = {w->grads, w->n, GRADIENT_FP32};
    bool run = false, fixed = recipe == FP16_STATIC || recipe == FP16_HIGH;
    float before = w->scaler.loss_scale;
    enum scaler_status status = scaler_unscale(&w->scaler, &w->optimizer, &gradient, 1);
    for (size_t i = 0; i < w->n; i++)
        w->grads[i] *= WORKERS; /* the all-reduce */
    row[GRAD_NORM] = nn_norm(w->grads, w->n);
    if (status == SCALER_OK)
        status = scaler_step(&w->scaler, &w->optimizer, &gradient, 1, &run);
    if (run)
        adam_step(w->master, w->m, w->v, w->grads, w->n, t->lr, ++w->adam_steps);
    if (fixed)
        scaler_set_scale(&w->scaler, &w->optimizer, 1, before);
    else if (status == SCALER_OK)
        status = scaler_update(&w->scaler, &w->optimizer, 1);
    row[SCALE] = w->scaler.enabled ? (double)before : 1;
    row[SKIPPED] = !run;
    row[GROWN] = w->scaler.enabled && w->scaler.loss_scale > before;
    if (status != SCALER_OK)
        fprintf(stderr, "%s: your scaler refused a call with status %d (enum scaler_status).\n",
                recipe_names[recipe], (int)status);
    return status == SCALER_OK;
}

/** One step of one recipe. @return false after a message */
static bool train_step(struct worker *w, struct nn_work *work, const struct train *t, size_t recipe,
                       uint64_t step)
{
    static uint8_t x[BATCH * CONTEXT], y[BATCH];
    double *row = train_row(t, recipe, step);
    uint64_t last = t->steps - 1;
    float factor = 1.0f / ((float)BATCH * WORKERS);
    w->alive = w->flushed = 0;
    w->histogram = NULL;
    if (step == (last < HISTOGRAM_STEP ? last : HISTOGRAM_STEP))
        w->histogram = (double *)t->context + recipe * BINS;
    memcpy(w->copy, w->master, w->n * sizeof *w->copy);
    if (w->fp16)
        round_fp16(w->copy, w->n, NULL);
    scaler_scale(&w->scaler, &factor, 1);
    struct nn_hooks hooks = {.forward = forward_hook,
                             .backward = backward_hook,
                             .gemm = w->gemm,
                             .type = w->fp16 ? GEMM_FP16 : GEMM_FP32,
                             .loss_factor = factor,
                             .context = w};
    train_batch(t, step, BATCH, CONTEXT, x, y);
    row[LOSS] = nn_loss(work, w->copy, x, y, hooks, w->grads);
    row[FLUSHED] = w->alive > 0 ? w->flushed / w->alive : 0;
    return optimize(w, t, recipe, row);
}

/** Trains by one recipe and fills its rows. Runs in a process of its own. */
static bool train_recipe(size_t recipe, void *context)
{
    struct train *t = context;
    struct worker w;
    struct nn_work *work = nn_work_new(shape_of(t), BATCH);
    bool fine = worker_new(&w, t, recipe) && work;
    w.gemm = train_gemm(t);
    fine = fine && w.gemm;
    if (!fine)
        fprintf(stderr, "%s: no memory, or your scaler_init refused the settings.\n",
                recipe_names[recipe]);
    for (uint64_t step = 0; fine && step < t->steps; step++) {
        fine = train_step(&w, work, t, recipe, step);
        train_done(t, recipe, step);
    }
    train_gemm_close(t, recipe, w.gemm);
    free(w.master);
    nn_work_free(work);
    return fine;
}

/** Calls every function of the lab that the recipes need, so that an open stub is reported once. */
static bool try_functions(size_t job, void *context)
{
    (void)job, (void)context;
    struct grad_scaler scaler = {1.0f, 2.0, 0.5, 2000, 0, true};
    struct optimizer_state optimizer = {0};
    float x = 1;
    bool run;
    struct gradient gradient = {&x, 1, GRADIENT_FP32};
    scaler_init(&scaler, NULL);
    scaler_scale(&scaler, &x, 1);
    scaler_unscale(&scaler, &optimizer, &gradient, 1);
    scaler_step(&scaler, &optimizer, &gradient, 1, &run);
    scaler_update(&scaler, &optimizer, 1);
    scaler_set_scale(&scaler, &optimizer, 1, 1.0f);
    fp16_flushed_share(&x, 1, 1.0f);
    return true;
}

static bool write_histogram(const struct train *t)
{
    struct csv csv;
    csv_open_in(&csv, t->out, "histogram.csv", "recipe,exponent,share");
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        const double *counts = (const double *)t->context + recipe * BINS;
        double all = 0;
        for (int b = 0; b < BINS; b++)
            all += counts[b];
        for (int b = 0; b < BINS; b++) {
            csv_text(&csv, recipe_names[recipe]);
            csv_int(&csv, b + LOWEST);
            csv_f64(&csv, all > 0 ? counts[b] / all : 0);
            csv_end_row(&csv);
        }
    }
    return csv_finish(&csv);
}

static bool write_summary(const struct train *t)
{
    struct csv csv;
    csv_open_in(&csv, t->out, "summary.csv",
                "recipe,loss,loss_vs_fp32,flushed,skipped,grown,scale");
    printf("%-17s %25s %13s %9s %8s %6s %11s\n", "recipe", "loss (mean of last steps)",
           "against fp32", "flushed", "skipped", "grown", "last scale");
    double fp32 = train_mean(t, FP32_ONLY, LOSS, TRAIN_LAST_STEPS), steps = (double)t->steps;
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        double loss = train_mean(t, recipe, LOSS, TRAIN_LAST_STEPS);
        double flushed = train_mean(t, recipe, FLUSHED, t->steps);
        double skipped = round(train_mean(t, recipe, SKIPPED, t->steps) * steps);
        double grown = round(train_mean(t, recipe, GROWN, t->steps) * steps);
        double scale = train_row(t, recipe, t->steps - 1)[SCALE];
        csv_text(&csv, recipe_names[recipe]);
        const double fields[] = {loss, loss / fp32, flushed, skipped, grown, scale};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            csv_f64(&csv, fields[i]);
        csv_end_row(&csv);
        printf("%-17s %25.4f %+12.2f%% %8.1f%% %8.0f %6.0f %11s%g\n", recipe_names[recipe], loss,
               100 * (loss / fp32 - 1), 100 * flushed, skipped, grown, "2^", log2(scale));
    }
    train_print_device(t);
    return csv_finish(&csv);
}

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    if (argc != 2) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder; settings: STEPS, SEED, LR, DATA)\n");
        return 2;
    }
    struct train t = {.recipes = recipe_names,
                      .count = RECIPES,
                      .columns = "loss,grad_norm,scale,skipped,grown,flushed",
                      .steps = 300,
                      .lr = 2e-3};
    if (!train_set_up(&t, argv[1]))
        return 2;
    t.context = jobs_memory(RECIPES * BINS * sizeof(double));
    if (!t.context) {
        fprintf(stderr, "not enough memory; close other programs.\n");
        return 2;
    }
    int failure = train_try(&t, "lab04.c, called once with one number,", try_functions);
    if (!failure)
        failure = train_run(&t, train_recipe);
    if (!failure && !(train_write(&t, "loss.csv") && write_histogram(&t) && write_summary(&t)))
        failure = 1;
    train_free(&t);
    return failure;
}
