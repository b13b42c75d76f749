/**
 * @file experiment.c
 * @brief Lab 06's experiment: one model trained with FP8 products, by where the scales come from.
 *
 * Run from the project root as `experiment OUTDIR` (make run LAB=lab06). It trains a character
 * model on real words; the operands of every matrix product, forward and backward, go through
 * *your* quantizers from lab06.c and back, and the products see what the codes mean (a GPU with FP8
 * multiplies the codes and takes the scales out of the sum). Nothing is scripted, so a wrong
 * function shows in the curves. Given to you: you need not change it.
 *
 * | recipe       | x and w of a layer     | gradient dy            | scale                        |
 * |--------------|------------------------|------------------------|------------------------------|
 * | bf16         | BF16                   | BF16                   | none                         |
 * | fp8_unscaled | E4M3                   | E5M2                   | 1                            |
 * | fp8_delayed  | E4M3                   | E5M2                   | of the last 16 steps' amaxes |
 * | fp8_current  | E4M3                   | E5M2                   | of the tensor's own amax     |
 * | fp8_block    | E4M3: x in 1 x 128,    | E4M3, 1 x 128          | of each block's own amax     |
 * |              | w in 128 x 128         |                        |                              |
 *
 * What is not a product (tanh, biases, rounding between operations) is BF16 in all of them; master
 * weights, Adam, softmax and loss are FP32. Two things happen to all five alike:
 *   - the run is one worker of WORKERS (16): it divides its loss by the batch of all of them, and
 *     the FP32 gradient is then multiplied by WORKERS, as if the others' sums had come in;
 *   - in the middle of the run, for one step, one activation of the second layer's input is 2^18.
 * Settings, from the environment: STEPS (300), SEED (1), LR (2e-3), WORKERS, DATA (a text file), and
 * GPU (auto, 0 or 1: where the matrix products are computed; common/gemm.h).
 *
 * OUTDIR/loss.csv, a row for each recipe and step. Amaxes and scales are of the second layer; a
 * scale that a recipe does not have is `nan`.
 *   recipe, step (from 1)
 *   loss        mean cross-entropy of the step's batch before the update, in nats
 *   grad_norm   Euclidean norm of all gradients, times WORKERS
 *   x_amax, w_amax, dy_amax      largest magnitudes of input, weights, gradient of the output
 *   x_scale, w_scale, dy_scale   the scales that the step used
 *   x_zero, dy_zero        share of the elements that reach the products as 0
 * OUTDIR/summary.csv, a row for each recipe:
 *   recipe, loss (mean of the last 50 steps), dy_zero (mean of all steps), loss_vs_bf16 (ratio)
 * OUTDIR/snr.csv and OUTDIR/promotion.csv: see sweeps.h.
 */
#include "lab06.h"

#include "common/adam.h"
#include "common/cast.h"
#include "common/env.h"
#include "common/gemm.h"
#include "common/nn.h"
#include "common/round.h"
#include "common/train.h"

#include "products.h"
#include "sweeps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const recipe_names[RECIPES] = {"bf16", "fp8_unscaled", "fp8_delayed",
                                                  "fp8_current", "fp8_block"};

static struct nn_shape shape_of(const struct train *t)
{
    return (struct nn_shape){.vocab = t->data.vocab,
                             .context = CONTEXT,
                             .embed = EMBED,
                             .hidden = HIDDEN,
                             .layers = LAYERS - 1};
}

/** Arrays of one element for each parameter. */
enum { MASTER, COPY, GRADS, MOMENT_1, MOMENT_2, ARRAYS };

static void train_steps(struct train *t, size_t recipe, struct fp8_state *f, struct nn_work *work,
                        float *arrays, size_t n)
{
    uint8_t x[BATCH * CONTEXT], y[BATCH];
    float *master = arrays, *copy = arrays + COPY * n, *grads = arrays + GRADS * n;
    double workers = (double)*(const uint64_t *)t->context;
    struct nn_hooks hooks = {.forward = round_bf16,
                             .backward = round_bf16,
                             .multiply = multiply,
                             .loss_factor = 1.0 / (BATCH * workers),
                             .context = f};
    nn_init(shape_of(t), master, t->seed);
    for (uint64_t step = 0; step < t->steps; step++) {
        f->row = train_row(t, recipe, step);
        f->outlier = step == t->steps / 2;
        memcpy(copy, master, n * sizeof *copy);
        round_bf16(copy, n, NULL);
        train_batch(t, step, BATCH, CONTEXT, x, y);
        f->row[LOSS] = nn_loss(work, copy, x, y, hooks, grads);
        for (size_t i = 0; i < n; i++) /* the sum over all workers, in FP32 */
            grads[i] *= (float)workers;
        f->row[GRAD_NORM] = nn_norm(grads, n);
        adam_step(master, arrays + MOMENT_1 * n, arrays + MOMENT_2 * n, grads, n, t->lr,
                  (int)step + 1);
        update_scales(f);
        train_done(t, recipe, step);
    }
}

/** Trains by one recipe and fills its rows. Runs in a process of its own. */
static bool train_recipe(size_t recipe, void *context)
{
    struct train *t = context;
    struct fp8_state f;
    size_t n = nn_params(shape_of(t));
    struct nn_work *work = nn_work_new(shape_of(t), BATCH);
    float *arrays = calloc(n, ARRAYS * sizeof *arrays);
    bool fine = fp8_state_new(&f, (enum recipe)recipe, shape_of(t)) && work && arrays;
    f.gemm = train_gemm(t);
    fine = fine && f.gemm;
    if (fine)
        train_steps(t, recipe, &f, work, arrays, n);
    else
        fprintf(stderr, "%s: not enough memory; close other programs.\n", recipe_names[recipe]);
    train_gemm_close(t, recipe, f.gemm);
    fp8_state_free(&f);
    free(arrays);
    nn_work_free(work);
    return fine;
}

/** Calls every function of the lab that is needed, so that an open stub is reported once. */
static bool try_functions(size_t job, void *context)
{
    (void)job;
    (void)context;
    float x = 1, factor = 0, history[1] = {0};
    uint8_t code = 0;
    struct fp8_meta meta = {1, history, 1};
    fp8_quantize(&code, &x, 1, fp8_current_scale(fp8_amax(&x, 1), FP8_E4M3), FP8_E4M3, true);
    fp8_dequantize(&x, &code, 1, 1, FP8_E4M3);
    fp8_quantize_delayed(&code, &x, 1, &meta, FP8_E4M3);
    fp8_delayed_update(&meta, FP8_E4M3, (struct fp8_recipe){FP8_MAX, 0});
    fp8_quantize_rows(&code, &factor, &x, 1, 1);
    fp8_quantize_squares(&code, &factor, &x, 1, 1);
    fp8_block_gemm(&x, &code, &factor, &code, &factor, 1, 1, 1);
    return true;
}

static bool write_summary(const struct train *t)
{
    struct csv csv;
    csv_open_in(&csv, t->out, "summary.csv", "recipe,loss,dy_zero,loss_vs_bf16");
    printf("%-13s %26s %20s %13s\n", "recipe", "loss (mean of last steps)", "gradients that are 0",
           "against bf16");
    double bf16 = train_mean(t, BF16_ONLY, LOSS, TRAIN_LAST_STEPS);
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        double loss = train_mean(t, recipe, LOSS, TRAIN_LAST_STEPS);
        double zero = train_mean(t, recipe, DY_ZERO, t->steps);
        csv_text(&csv, recipe_names[recipe]);
        csv_f64(&csv, loss);
        csv_f64(&csv, zero);
        csv_f64(&csv, loss / bf16);
        csv_end_row(&csv);
        printf("%-13s %26.4f %19.1f%% %+12.2f%%\n", recipe_names[recipe], loss, 100 * zero,
               100 * (loss / bf16 - 1));
    }
    train_print_device(t);
    return csv_finish(&csv);
}

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    uint64_t workers = 16;
    struct train t = {.recipes = recipe_names,
                      .count = RECIPES,
                      .columns = "loss,grad_norm,x_amax,w_amax,dy_amax,x_scale,w_scale,dy_scale,"
                                 "x_zero,dy_zero",
                      .steps = 300,
                      .lr = 2e-3,
                      .context = &workers};
    if (argc != 2) {
        fprintf(stderr,
                "usage: experiment OUTDIR (a folder; settings: STEPS, SEED, LR, WORKERS, DATA)\n");
        return 2;
    }
    if (!env_u64("WORKERS", 1, 1u << 20, &workers) || !train_set_up(&t, argv[1]))
        return 2;
    int failure = train_try(&t, "lab06.c, called once with one number,", try_functions);
    if (!failure)
        failure = train_run(&t, train_recipe);
    if (!failure &&
        !(train_write(&t, "loss.csv") && write_summary(&t) && sweep_snr(&t) && sweep_promotion(&t)))
        failure = 1;
    train_free(&t);
    return failure;
}
