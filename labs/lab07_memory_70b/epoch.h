/**
 * @file epoch.h
 * @brief One epoch in FP32 and in BF16, side by side: time, peak memory, accuracy. Given; a part of
 *        experiment.c, which runs it in the place of everything else with EPOCH=1.
 *
 * An epoch visits every pair of context and next character once. Position i of its order is
 * i * stride modulo n, where the stride has no common divisor with n and is close to n times the
 * golden ratio, so that each batch is spread over the whole text. The last tenth of that order is
 * held out: no step sees it, and at the end the model guesses it.
 *
 * OUTDIR/epoch.csv, a row for each recipe (the time is printed and not kept: it differs every time):
 *   recipe, steps, bytes (the most that was taken), loss (mean of the last 50 steps, in nats),
 *   right (share of the held-out characters that are the model's first guess)
 */
#ifndef LOWP_LAB07_EPOCH_H
#define LOWP_LAB07_EPOCH_H

#include "trainer.h"

#include "common/train.h"

#include <stdio.h>
#include <time.h>

enum { EPOCH_BATCH = 1024, EPOCH_CONTEXT = 6 };

/** The order of an epoch, and how far it is trained on. */
struct epoch {
    const struct data *data; /**< the text */
    size_t stride;           /**< from one position to the next */
    size_t steps;            /**< whole batches of the first nine tenths */
    size_t held_out;         /**< whole batches of the rest */
};

static size_t common_divisor(size_t a, size_t b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

static struct epoch epoch_of(const struct data *data)
{
    struct epoch e = {.data = data, .stride = (size_t)(0.6180339887 * (double)data->n) + 1};
    while (common_divisor(data->n, e.stride) != 1)
        e.stride++;
    e.held_out = data->n / 10 / EPOCH_BATCH;
    e.steps = data->n / EPOCH_BATCH - e.held_out;
    return e;
}

/** Batch number k of the order. */
static void epoch_batch(const struct epoch *e, size_t k, uint8_t *x, uint8_t *y)
{
    for (size_t i = 0; i < EPOCH_BATCH; i++) {
        size_t position = (k * EPOCH_BATCH + i) * e->stride % e->data->n;
        y[i] = data_pair(e->data, position, EPOCH_CONTEXT, x + i * EPOCH_CONTEXT);
    }
}

/** What one recipe makes of it. */
struct epoch_result {
    double seconds; /**< of the steps alone */
    size_t bytes;   /**< at the peak */
    double loss;    /**< mean of the last steps */
    double right;   /**< share of what was held out */
};

static double now_in_seconds(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/** @return false without memory */
static bool epoch_train(const struct train *t, const struct epoch *e, struct recipe recipe,
                        struct epoch_result *r)
{
    struct nn_shape shape = {
        .vocab = t->data.vocab, .context = EPOCH_CONTEXT, .embed = 12, .hidden = 64, .layers = 2};
    uint8_t x[EPOCH_BATCH * EPOCH_CONTEXT], y[EPOCH_BATCH];
    struct trainer trainer;
    bool fine = trainer_new(&trainer, shape, EPOCH_BATCH, recipe, t->seed);
    size_t last = e->steps < TRAIN_LAST_STEPS ? e->steps : TRAIN_LAST_STEPS, right = 0;
    double begin = now_in_seconds();
    for (size_t step = 0; fine && step < e->steps; step++) {
        epoch_batch(e, step, x, y);
        double loss = trainer_step(&trainer, x, y, t->lr, (int)step + 1);
        r->loss += step + last < e->steps ? 0 : loss / (double)last;
    }
    r->seconds = now_in_seconds() - begin;
    r->bytes = trainer.count.peak_all;
    for (size_t k = 0; fine && k < e->held_out; k++) {
        epoch_batch(e, e->steps + k, x, y);
        right += (size_t)trainer_right(&trainer, x, y);
    }
    r->right = (double)right / (double)(e->held_out * EPOCH_BATCH);
    trainer_free(&trainer);
    return fine;
}

/** Trains by both recipes, one after the other so that the times compare, and writes epoch.csv.
 *  @return false after a line on stderr */
static bool epoch_run(const struct train *t, const char *const names[2], const struct recipe of[2])
{
    struct epoch e = epoch_of(&t->data);
    struct csv csv;
    if (e.held_out == 0) {
        fprintf(stderr, "the text is too short for an epoch: it needs %d characters.\n",
                10 * EPOCH_BATCH);
        return false;
    }
    csv_open_in(&csv, t->out, "epoch.csv", "recipe,steps,bytes,loss,right");
    printf("one epoch: %zu steps of %d characters; %zu characters are held out\n", e.steps,
           EPOCH_BATCH, e.held_out * EPOCH_BATCH);
    printf("%-10s %8s %12s %28s %14s\n", "recipe", "seconds", "peak bytes",
           "loss (mean of last steps)", "guessed right");
    for (int i = 0; i < 2; i++) {
        struct epoch_result r = {0};
        if (!epoch_train(t, &e, of[i], &r)) {
            fprintf(stderr, "%s: not enough memory; close other programs.\n", names[i]);
            csv_discard(&csv);
            return false;
        }
        printf("%-10s %8.1f %12zu %28.4f %13.1f%%\n", names[i], r.seconds, r.bytes, r.loss,
               100 * r.right);
        csv_text(&csv, names[i]);
        csv_int(&csv, (long long)e.steps);
        csv_int(&csv, (long long)r.bytes);
        csv_f64(&csv, r.loss);
        csv_f64(&csv, r.right);
        csv_end_row(&csv);
    }
    return csv_finish(&csv);
}

#endif
