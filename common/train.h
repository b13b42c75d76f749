/**
 * @file train.h
 * @brief What the training experiments share: settings, recipes side by side, a table of steps.
 *
 * An experiment compares recipes: the same model, data and seed, one thing different. Each recipe
 * runs in a process of its own (jobs.h) and fills one row of numbers a step, in shared memory; at
 * the end the rows are written as one CSV, `recipe,step,...`, the same bytes on every run.
 *
 *      static const char *const names[] = {"fp32", "bf16"};
 *      struct train t = {.recipes = names, .count = 2, .columns = "loss,grad_norm", .steps = 600};
 *      if (!train_set_up(&t, argv[1]))
 *          return 2;
 *      int failure = train_run(&t, one_recipe);            bool one_recipe(size_t, void *train)
 *      if (!failure && !train_write(&t, "loss.csv"))
 *          failure = 1;
 *
 * Settings come from the environment: STEPS, SEED, LR, DATA (a text file) and GPU (who computes the
 * matrix products, see gemm.h).
 */
#ifndef LOWP_COMMON_TRAIN_H
#define LOWP_COMMON_TRAIN_H

#include "common/csv.h"
#include "common/data.h"
#include "common/nn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The steps of which a summary takes the mean, at the end of a run. */
enum { TRAIN_LAST_STEPS = 50 };

/** An experiment: what is compared, with which settings, and the numbers of every step. */
struct train {
    const char *const *recipes; /**< their names; set by the experiment */
    size_t count;               /**< number of recipes; set by the experiment */
    const char *columns;        /**< names of a row's numbers, with commas; set by the experiment */
    uint64_t steps;             /**< default, set by the experiment; STEPS overrides */
    uint64_t seed;              /**< default (0 means 1), set by the experiment; SEED overrides */
    double lr;                  /**< default, set by the experiment; LR overrides */
    struct data data;           /**< the text */
    const char *out;            /**< the folder of the CSV files */
    size_t width;               /**< numbers in a row */
    double *values;             /**< count x steps x width, shared by the recipes' processes */
    uint64_t *done;             /**< steps done, for each recipe */
    enum gemm_where where;      /**< who computes the products, once it is known what there is */
    char (*devices)[128];       /**< who computed those of each recipe, shared */
    void *context;              /**< the experiment's own */
};

/**
 * Reads settings and text, takes the memory, and finds out whether the folder can be written to.
 * @param[in,out] t names, columns and defaults are set by the caller; the rest is filled in
 * @param[in] out folder of the CSV files, must exist
 * @return true, or false after one line on stderr: exit with 2
 */
bool train_set_up(struct train *t, const char *out);

/** The row of a step. @param[in] t experiment @param[in] recipe its number @param[in] step from 0
 *  @return `width` numbers, in the order of the columns */
double *train_row(const struct train *t, size_t recipe, uint64_t step);

/** Says that a step's row is filled, for the progress display. @param[in,out] t experiment
 *  @param[in] recipe its number @param[in] step from 0 */
void train_done(struct train *t, size_t recipe, uint64_t step);

/** A batch for a step. @param[in] t experiment @param[in] step from 0 @param[in] batch B
 *  @param[in] context T @param[out] x B x T symbols @param[out] y B targets */
void train_batch(const struct train *t, uint64_t step, int batch, int context, uint8_t *x,
                 uint8_t *y);

/**
 * Trains by all recipes, as many at a time as there are processors, with progress on a terminal.
 * @param[in] t experiment
 * @param[in] recipe trains by one recipe in a process of its own; its context is the struct train.
 *            False: it failed and has said why
 * @return 0, or the status to exit with; the reason is on stderr
 */
int train_run(struct train *t, bool (*recipe)(size_t number, void *train));

/**
 * Runs a function once in a process of its own before the training, so that an open stub is
 * reported once and not by every recipe.
 * @param[in] t experiment @param[in] what for a message: "lab05.c, called once with one weight,"
 * @param[in] once calls every student function that the recipes need
 * @return as train_run()
 */
int train_try(struct train *t, const char *what, bool (*once)(size_t number, void *train));

/** Whoever computes a recipe's products, opened in its own process (CUDA does not survive a fork).
 *  @param[in,out] t experiment @return as gemm_open(); without memory NULL, after a line on stderr */
struct gemm *train_gemm(struct train *t);

/** Notes who computed a recipe's products in the end, and closes it. @param[in,out] t experiment
 *  @param[in] recipe its number @param[in] gemm from train_gemm() */
void train_gemm_close(struct train *t, size_t recipe, struct gemm *gemm);

/** Prints who computed the products, as one line of the summary. @param[in] t experiment */
void train_print_device(const struct train *t);

/** Mean of a column over the last steps of a run. @param[in] t experiment @param[in] recipe number
 *  @param[in] column number @param[in] last how many steps, TRAIN_LAST_STEPS or t->steps for all
 *  @return the mean */
double train_mean(const struct train *t, size_t recipe, size_t column, uint64_t last);

/** Writes `recipe,step,COLUMNS`, a row for each recipe and step (steps count from 1 there).
 *  @param[in] t experiment @param[in] name of the file @return false after a line on stderr */
bool train_write(const struct train *t, const char *name);

/** Releases the text. @param[in,out] t experiment */
void train_free(struct train *t);

#endif
