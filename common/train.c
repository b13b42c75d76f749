/**
 * @file train.c
 * @brief Recipes side by side and their table of steps. See train.h.
 */
#include "common/train.h"

#include "common/env.h"
#include "common/jobs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_STEPS = 100000 };

static size_t count_columns(const char *columns)
{
    size_t n = 1;
    for (; *columns; columns++)
        n += *columns == ',';
    return n;
}

/* Looks for a device in a process of its own, once for all recipes: they are forked from this one,
 * and CUDA does not survive that. What there is to say about it is said here, and only once. */
static bool look_for_device(size_t job, void *context)
{
    (void)job;
    struct train *t = context;
    struct gemm *gemm = gemm_open(t->where, stderr);
    t->devices[0][0] = gemm && gemm_on_device(gemm);
    gemm_close(gemm);
    return true;
}

static const char *looking(size_t job)
{
    (void)job;
    return "the search for a GPU (GPU=0 goes without)";
}

static bool set_up_device(struct train *t)
{
    t->devices = jobs_memory(t->count * sizeof *t->devices);
    if (!t->devices)
        fprintf(stderr, "not enough memory; close other programs.\n");
    if (!t->devices || !gemm_setting(&t->where))
        return false;
    const struct jobs job = {.count = 1, .name = looking, .run = look_for_device, .context = t};
    if (t->where != GEMM_CPU && (jobs_run(&job) != 0 || !t->devices[0][0]))
        t->where = GEMM_CPU;
    return true;
}

bool train_set_up(struct train *t, const char *out)
{
    t->out = out;
    t->width = count_columns(t->columns);
    t->seed = t->seed ? t->seed : 1;
    if (!env_u64("STEPS", 1, MAX_STEPS, &t->steps) || !env_u64("SEED", 0, UINT64_MAX, &t->seed) ||
        !env_f64("LR", 1e-9, 1, &t->lr) || !set_up_device(t))
        return false;
    if (!data_load_default(&t->data)) {
        fprintf(stderr, "%s\n", t->data.error);
        return false;
    }
    if (t->data.truncated)
        fprintf(stderr, "Only the first %zu MiB of the text are used.\n", DATA_BYTES_MAX >> 20);
    t->values = jobs_memory(t->count * t->steps * t->width * sizeof *t->values);
    t->done = jobs_memory(t->count * sizeof *t->done);
    if (!t->values || !t->done) {
        fprintf(stderr, "not enough memory for %llu steps; try fewer.\n",
                (unsigned long long)t->steps);
        return false;
    }
    return csv_can_write(t->out, "loss.csv");
}

double *train_row(const struct train *t, size_t recipe, uint64_t step)
{
    return t->values + (recipe * t->steps + step) * t->width;
}

void train_done(struct train *t, size_t recipe, uint64_t step)
{
    t->done[recipe] = step + 1;
}

void train_batch(const struct train *t, uint64_t step, int batch, int context, uint8_t *x,
                 uint8_t *y)
{
    data_batch(&t->data, t->seed, step, batch, context, x, y);
}

static const struct train *running; /* jobs hand their names no context */
static const char *tried;

static const char *recipe_name(size_t recipe)
{
    return running->recipes[recipe];
}

static const char *tried_name(size_t job)
{
    (void)job;
    return tried;
}

/* One short line, whatever the width of a terminal; what is said later begins where it does. */
static void show_progress(const void *context)
{
    const struct train *t = context;
    double done = 0;
    for (size_t r = 0; r < t->count; r++)
        done += (double)t->done[r] / (double)t->steps;
    fprintf(stderr, "training %zu recipes, %3.0f%%\r", t->count, 100 * done / (double)t->count);
}

int train_run(struct train *t, bool (*recipe)(size_t number, void *train))
{
    struct jobs jobs = {.count = t->count, .name = recipe_name, .run = recipe, .context = t};
    bool terminal = isatty(STDERR_FILENO);
    if (terminal)
        jobs.progress = show_progress;
    running = t;
    int failure = jobs_run(&jobs);
    if (terminal && !failure)
        fputc('\n', stderr);
    return failure;
}

int train_try(struct train *t, const char *what, bool (*once)(size_t number, void *train))
{
    struct jobs job = {.count = 1, .name = tried_name, .run = once, .context = t};
    tried = what;
    return jobs_run(&job);
}

struct gemm *train_gemm(struct train *t)
{
    struct gemm *gemm = gemm_open(t->where, NULL);
    if (!gemm)
        fprintf(stderr, "no memory for matrix products; close other programs.\n");
    else if (t->where != GEMM_CPU && !gemm_on_device(gemm)) /* it was there a moment ago */
        fprintf(stderr, "A recipe's products are computed on the CPU: %s.\n", gemm_why_not(gemm));
    return gemm;
}

void train_gemm_close(struct train *t, size_t recipe, struct gemm *gemm)
{
    if (gemm)
        snprintf(t->devices[recipe], sizeof *t->devices, "%s", gemm_device(gemm));
    gemm_close(gemm);
}

void train_print_device(const struct train *t)
{
    bool same = true;
    for (size_t r = 1; r < t->count; r++)
        same = same && strcmp(t->devices[r], t->devices[0]) == 0;
    printf("Matrix products by %s", t->devices[0]);
    for (size_t r = 1; !same && r < t->count; r++) /* a device that failed on the way */
        printf("%s %s (%s)", r == 1 ? " (the first);" : ",", t->devices[r], t->recipes[r]);
    printf(".\n");
}

double train_mean(const struct train *t, size_t recipe, size_t column, uint64_t last)
{
    last = last < t->steps ? last : t->steps;
    double mean = 0;
    for (uint64_t step = t->steps - last; step < t->steps; step++)
        mean += train_row(t, recipe, step)[column] / (double)last;
    return mean;
}

bool train_write(const struct train *t, const char *name)
{
    struct csv csv;
    char columns[512];
    snprintf(columns, sizeof columns, "recipe,step,%s", t->columns);
    csv_open_in(&csv, t->out, name, columns);
    for (size_t recipe = 0; recipe < t->count; recipe++) {
        for (uint64_t step = 0; step < t->steps; step++) {
            csv_text(&csv, t->recipes[recipe]);
            csv_int(&csv, (long long)step + 1);
            for (size_t i = 0; i < t->width; i++)
                csv_f64(&csv, train_row(t, recipe, step)[i]);
            csv_end_row(&csv);
        }
    }
    return csv_finish(&csv);
}

void train_free(struct train *t)
{
    data_free(&t->data);
}
