/**
 * @file experiment.c
 * @brief Lab 07's experiment: what a 70B model needs by *your* functions, and whether such numbers
 *        can be believed: a small model is trained, and every byte it takes is counted.
 *
 * Run from the project root as `experiment OUTDIR` (make run LAB=lab07). Given to you: you need not
 * change it. The trainer is in trainer.h. Settings, from the environment: STEPS (60), SEED (1), LR
 * (2e-3), DATA (a text file); they change the training, not the tables of the 70B model. With EPOCH=1 a
 * smaller model is trained for one epoch in FP32 and in BF16 instead (epoch.h).
 *
 * | recipe          | weight | gradient | master | states                                         |
 * |-----------------|--------|----------|--------|------------------------------------------------|
 * | fp32_adam       | FP32   | FP32     |        | m, v in FP32                                   |
 * | bf16_adam       | BF16   | BF16     | FP32   | m, v in FP32                                   |
 * | bf16_fp32_grads | BF16   | FP32     | FP32   | m, v in FP32                                   |
 * | lion            | BF16   | BF16     | FP32   | m in FP32                                      |
 * | adam8           | BF16   | BF16     | FP32   | m, v in 8 bits, an FP32 absmax a block of 256  |
 * | adam8_no_master | BF16   | BF16     |        | likewise                                       |
 *
 * OUTDIR/measured.csv, of the model that was trained, a row for each recipe and part:
 *   recipe, part (weights, ..., total), measured (bytes taken), predicted (trainer_bytes())
 * OUTDIR/loss.csv: recipe, step, loss (mean cross-entropy of the step's batch, in nats)
 * OUTDIR/recipes.csv, of 70e9 parameters on one device, a row for each recipe, in bytes:
 *   recipe, weights, grads, master, m, v, activations (of a sequence of 4096 tokens, selective
 *   recompute; in FP32 where the weights are), total
 * OUTDIR/zero.csv, of 70e9 parameters by bf16_adam, a row for each stage and number of devices:
 *   stage, devices, bytes (of the fullest device, activations not counted)
 * OUTDIR/activations.csv, of one sequence through 80 layers of Llama-3-70B's width, in 16 bits, a
 *   row for each length, in bytes on a device:
 *   seq, none, selective, full, none_t8 (8 devices share a layer), none_t8_sp, selective_t8_sp (with
 *   sequence parallelism)
 */
#include "epoch.h"
#include "trainer.h"

#include "common/csv.h"
#include "common/env.h"
#include "common/gemm.h"
#include "common/jobs.h"
#include "common/train.h"

#include <inttypes.h>
#include <stdio.h>

enum { FP32_ADAM, BF16_ADAM, BF16_FP32_GRADS, LION, ADAM8, ADAM8_NO_MASTER, RECIPES };

static const char *const recipe_names[RECIPES] = {"fp32_adam", "bf16_adam", "bf16_fp32_grads",
                                                  "lion",      "adam8",     "adam8_no_master"};
static const struct recipe recipes[RECIPES] = {{4, 4, 0, 2, 0},     {2, 2, 4, 2, 0},
                                               {2, 4, 4, 2, 0},     {2, 2, 4, 1, 0},
                                               {2, 2, 4, 2, PIECE}, {2, 2, 0, 2, PIECE}};
static const char *const part_names[PARTS + 1] = {"weights",     "grads",   "master", "states",
                                                  "activations", "scratch", "total"};

static const struct model llama_3_70b = {.vocab = 128256,
                                         .hidden = 8192,
                                         .layers = 80,
                                         .heads = 64,
                                         .kv_heads = 8,
                                         .head_dim = 128,
                                         .ffn = 28672,
                                         .gated = true};

enum { BATCH = 256, CONTEXT = 6, DEVICES_MAX = 1024, SEQ = 4096 };
static const uint64_t PARAMS = 70000000000;

/** Bytes taken by each recipe's training, filled in by its process. */
struct measured {
    uint64_t parts[RECIPES][PARTS + 1];
};

static struct nn_shape shape_of(const struct train *t)
{
    return (struct nn_shape){
        .vocab = t->data.vocab, .context = CONTEXT, .embed = 12, .hidden = 200, .layers = 3};
}

/** Does the count agree with the C library's books? Allowed for are pages, malloc()'s own words and
 *  small blocks that it had kept from before: 2% and 64 KiB. */
static bool all_counted(const struct trainer *trainer, size_t before)
{
    size_t heap = memory_heap() - before, counted = trainer->count.live_all;
    if (memory_heap() == 0) /* no books */
        return true;
    return heap + 65536 >= counted && heap <= counted + counted / 50 + 65536;
}

/** Trains by one recipe and notes what it took. Runs in a process of its own. */
static bool train_recipe(size_t recipe, void *context)
{
    struct train *t = context;
    struct measured *measured = t->context;
    struct trainer trainer;
    uint8_t x[BATCH * CONTEXT], y[BATCH];
    size_t before = memory_heap();
    bool fine = trainer_new(&trainer, shape_of(t), BATCH, recipes[recipe], t->seed);
    if (!fine)
        fprintf(stderr, "%s: not enough memory; close other programs.\n", recipe_names[recipe]);
    for (uint64_t step = 0; fine && step < t->steps; step++) {
        train_batch(t, step, BATCH, CONTEXT, x, y);
        *train_row(t, recipe, step) = trainer_step(&trainer, x, y, t->lr, (int)step + 1);
        train_done(t, recipe, step);
    }
    for (int part = 0; part < PARTS; part++)
        measured->parts[recipe][part] = trainer.count.live[part];
    measured->parts[recipe][PARTS] = trainer.count.peak_all;
    if (fine && !all_counted(&trainer, before)) {
        fprintf(stderr, "%s: the heap grew by %zu bytes, but %zu were counted.\n",
                recipe_names[recipe], memory_heap() - before, trainer.count.live_all);
        fine = false;
    }
    trainer_free(&trainer);
    return fine;
}

/** What your functions say of the model that is trained here. */
static struct footprint prediction(const struct train *t, size_t recipe)
{
    return trainer_bytes(shape_of(t), BATCH, recipes[recipe]);
}

static struct activations activations_70b(uint64_t seq, enum recompute recompute, uint64_t element)
{
    return (struct activations){.seq = seq,
                                .batch = 1,
                                .hidden = llama_3_70b.hidden,
                                .heads = llama_3_70b.heads,
                                .layers = llama_3_70b.layers,
                                .element = element,
                                .tensor_parallel = 1,
                                .recompute = recompute};
}

/** Calls every function of the lab that the tables need, so that an open stub is reported once. */
static bool try_functions(size_t job, void *context)
{
    (void)job;
    const uint64_t one = 1;
    struct activations a = activations_70b(1, RECOMPUTE_NONE, 2);
    prediction(context, FP32_ADAM);
    training_bytes(&one, 1, recipes[FP32_ADAM]);
    state_bytes(1, recipes[FP32_ADAM]);
    zero_bytes(1, recipes[FP32_ADAM], 1, 1);
    activation_bytes(a);
    fits_on(1, recipes[FP32_ADAM], 1, 1, 0, bytes_from_gb(80));
    largest_micro_batch(0, bytes_from_gb(80), a);
    model_params(llama_3_70b);
    kv_cache_bytes(llama_3_70b, 1, 1, 2);
    gb_from_bytes(1);
    gib_from_bytes(1);
    return true;
}

static void csv_bytes(struct csv *csv, uint64_t bytes)
{
    if (bytes > INT64_MAX)
        csv_f64(csv, NAN); /* REFUSED is a gap in a curve */
    else
        csv_int(csv, (long long)bytes);
}

static bool write_measured(const struct train *t)
{
    const struct measured *measured = t->context;
    struct csv csv;
    csv_open_in(&csv, t->out, "measured.csv", "recipe,part,measured,predicted");
    printf("%-16s %16s %16s %9s %6s\n", "trained here", "measured bytes", "predicted", "off by",
           "loss");
    for (size_t r = 0; r < RECIPES; r++) {
        struct footprint f = prediction(t, r);
        const uint64_t predicted[] = {f.weights,     f.grads,   f.master, f.states,
                                      f.activations, f.scratch, f.total};
        for (int part = 0; part <= PARTS; part++) {
            csv_text(&csv, recipe_names[r]);
            csv_text(&csv, part_names[part]);
            csv_bytes(&csv, measured->parts[r][part]);
            csv_bytes(&csv, predicted[part]);
            csv_end_row(&csv);
        }
        double taken = (double)measured->parts[r][PARTS];
        double off = 100 * ((double)f.total / taken - 1);
        printf("%-16s %16" PRIu64 " %16" PRIu64 " %+8.2f%% %6.3f%s\n", recipe_names[r],
               measured->parts[r][PARTS], f.total, off,
               train_mean(t, r, 0, t->steps < 20 ? t->steps : 20),
               fabs(off) <= 1 ? "" : "   <- more than 1%");
    }
    return csv_finish(&csv);
}

static bool write_recipes(const struct train *t)
{
    struct csv csv;
    csv_open_in(&csv, t->out, "recipes.csv", "recipe,weights,grads,master,m,v,activations,total");
    printf("\n%-16s %12s %14s %12s\n", "70e9 parameters", "bytes each", "one device",
           "a device of");
    printf("%-16s %12s %14s %12s\n", "", "", "", "8 (ZeRO-3)");
    for (size_t r = 0; r < RECIPES; r++) {
        struct footprint f = training_bytes(&PARAMS, 1, recipes[r]);
        struct recipe one = recipes[r];
        one.states = 1;
        uint64_t m = state_bytes(PARAMS, one);
        uint64_t kept =
            activation_bytes(activations_70b(SEQ, RECOMPUTE_SELECTIVE, recipes[r].weight));
        csv_text(&csv, recipe_names[r]);
        const uint64_t row[] = {f.weights,    f.grads, f.master,      m,
                                f.states - m, kept,    f.total + kept};
        for (size_t i = 0; i < sizeof row / sizeof *row; i++)
            csv_bytes(&csv, row[i]);
        csv_end_row(&csv);
        printf("%-16s %12.5f %11.1f GB %9.1f GB\n", recipe_names[r],
               (double)f.total / (double)PARAMS, gb_from_bytes(f.total),
               gb_from_bytes(zero_bytes(PARAMS, recipes[r], 3, 8)));
    }
    return csv_finish(&csv);
}

static bool write_zero(const struct train *t)
{
    struct csv csv;
    csv_open_in(&csv, t->out, "zero.csv", "stage,devices,bytes");
    for (int stage = 0; stage <= 3; stage++) {
        for (uint64_t devices = 1; devices <= DEVICES_MAX; devices *= 2) {
            csv_int(&csv, stage);
            csv_int(&csv, (long long)devices);
            csv_bytes(&csv, zero_bytes(PARAMS, recipes[BF16_ADAM], stage, devices));
            csv_end_row(&csv);
        }
    }
    return csv_finish(&csv);
}

static bool write_activations(const struct train *t)
{
    struct csv csv;
    csv_open_in(&csv, t->out, "activations.csv",
                "seq,none,selective,full,none_t8,none_t8_sp,selective_t8_sp");
    for (uint64_t seq = 1024; seq <= 131072; seq *= 2) {
        struct activations none = activations_70b(seq, RECOMPUTE_NONE, 2), t8 = none;
        t8.tensor_parallel = 8;
        struct activations t8_sp = t8;
        t8_sp.sequence_parallel = true;
        struct activations selective_t8_sp = t8_sp;
        selective_t8_sp.recompute = RECOMPUTE_SELECTIVE;
        csv_int(&csv, (long long)seq);
        csv_bytes(&csv, activation_bytes(none));
        csv_bytes(&csv, activation_bytes(activations_70b(seq, RECOMPUTE_SELECTIVE, 2)));
        csv_bytes(&csv, activation_bytes(activations_70b(seq, RECOMPUTE_FULL, 2)));
        csv_bytes(&csv, activation_bytes(t8));
        csv_bytes(&csv, activation_bytes(t8_sp));
        csv_bytes(&csv, activation_bytes(selective_t8_sp));
        csv_end_row(&csv);
    }
    return csv_finish(&csv);
}

/** Answers to the questions that the lab is about. */
static void print_answers(void)
{
    uint64_t n = model_params(llama_3_70b), gb80 = bytes_from_gb(80);
    uint64_t cache = kv_cache_bytes(llama_3_70b, 8192, 1, 2);
    struct activations a = activations_70b(SEQ, RECOMPUTE_FULL, 2);
    printf("\nLlama-3-70B: %" PRIu64 " parameters; cache of 8192 tokens %.2f GB = %.2f GiB\n", n,
           gb_from_bytes(cache), gib_from_bytes(cache));
    for (int stage = 0; stage <= 3; stage++) {
        uint64_t devices = 1;
        while (devices <= DEVICES_MAX &&
               !fits_on(n, recipes[BF16_ADAM], stage, devices, activation_bytes(a), gb80))
            devices++;
        printf("ZeRO-%d, bf16_adam, full recompute, a sequence of %d tokens, 80 GB a device: ",
               stage, SEQ);
        if (devices > DEVICES_MAX) {
            printf("no number of devices up to %d\n", DEVICES_MAX);
            continue;
        }
        uint64_t taken = zero_bytes(n, recipes[BF16_ADAM], stage, 2 * devices);
        printf("from %" PRIu64 " devices; on %" PRIu64 ", up to %" PRIu64 " sequences\n", devices,
               2 * devices, largest_micro_batch(taken, gb80, a));
    }
}

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    struct measured *measured = jobs_memory(sizeof *measured);
    struct train t = {.recipes = recipe_names,
                      .count = RECIPES,
                      .columns = "loss",
                      .steps = 60,
                      .lr = 2e-3,
                      .context = measured};
    if (argc != 2 || !measured) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder; settings: STEPS, SEED, LR, DATA)\n");
        return 2;
    }
    uint64_t epoch = 0;
    if (!env_u64("EPOCH", 0, 1, &epoch) || !train_set_up(&t, argv[1]))
        return 2;
    if (epoch) {
        bool fine = epoch_run(&t, recipe_names + FP32_ADAM, recipes + FP32_ADAM);
        train_free(&t);
        return !fine;
    }
    int failure = train_try(&t, "lab07.c, called once with one parameter,", try_functions);
    if (!failure)
        failure = train_run(&t, train_recipe);
    if (!failure && !(train_write(&t, "loss.csv") && write_measured(&t) && write_recipes(&t) &&
                      write_zero(&t) && write_activations(&t)))
        failure = 1;
    if (!failure)
        print_answers();
    train_free(&t);
    return failure;
}
