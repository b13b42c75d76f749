/**
 * @file ladder.h
 * @brief The kernels of lab 03's experiment: four ways of sharing a row, beside the loop in C. A part
 *        of experiment.c.
 *
 * OUTDIR/kernels.csv, a row for each version and length of the rows:
 *   version    softmax (3.4, row by row), softmax_rows_naive, _shared, _warp or _online (3.11 to 3.14)
 *   cols       length of a row, a power of two
 *   worst      largest error of LADDER_ROWS rows of logits of size 1: max |p - exact| / max exact;
 *              nan if a row came out NaN or infinite, or the kernel did not run
 *
 * All versions get the same rows. What a version takes an element is printed, and not written: the
 * file is the same on every run. A kernel that is not written yet, or fails, costs its rows only.
 */
#ifndef LOWP_LAB03_LADDER_H
#define LOWP_LAB03_LADDER_H

#include "lab03.h"

#include "common/csv.h"
#include "common/ladder.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { LADDER_ROWS = 8, SHORTEST = 4, LONGEST = 16, LENGTHS = LONGEST - SHORTEST + 1 };
enum { TIMED_ROWS = 64, TIMED_COLS = 4096, TIMED_RUNS = 7 };
enum { LADDER_SIZE = LADDER_ROWS << LONGEST }; /* elements; the timed matrix is smaller */

/** common/simt/launch.h, in C. @return what went wrong with a launch, or NULL */
const char *launch_take_failure(void);

/** A matrix, and what a version made of its rows. */
struct ladder_rows {
    const float *x;
    float *p;
    size_t rows, cols;
};

/** Exercise 3.4 for all rows. */
static void ladder_in_c(void *context)
{
    const struct ladder_rows *a = context;
    for (size_t r = 0; r < a->rows; r++)
        softmax(a->p + r * a->cols, a->x + r * a->cols, a->cols);
}

#define LADDER_VERSION(kernel)                                                                     \
    static void ladder_##kernel(void *context)                                                     \
    {                                                                                              \
        const struct ladder_rows *a = context;                                                     \
        run_##kernel(a->p, a->x, a->rows, a->cols);                                                \
    }
LADDER_VERSION(softmax_rows_naive)
LADDER_VERSION(softmax_rows_shared)
LADDER_VERSION(softmax_rows_warp)
LADDER_VERSION(softmax_rows_online)
#undef LADDER_VERSION

static const struct ladder_version ladder[] = {{"softmax", ladder_in_c},
                                               {"softmax_rows_naive", ladder_softmax_rows_naive},
                                               {"softmax_rows_shared", ladder_softmax_rows_shared},
                                               {"softmax_rows_warp", ladder_softmax_rows_warp},
                                               {"softmax_rows_online", ladder_softmax_rows_online}};
enum { LADDER = sizeof ladder / sizeof *ladder };

/** The error of one row, as errors.csv has it. @return NaN where p is no number */
static double ladder_error(const float *p, const float *x, size_t n)
{
    long double m = -INFINITY, sum = 0, worst = 0;
    for (size_t i = 0; i < n; i++)
        m = fmaxl(m, x[i]);
    for (size_t i = 0; i < n; i++)
        sum += expl(x[i] - m);
    for (size_t i = 0; i < n; i++) {
        long double error = fabsl(p[i] * sum - expl(x[i] - m)); /* the largest p is 1 / sum */
        if (!isfinite(error))
            return NAN;
        worst = fmaxl(worst, error);
    }
    return (double)worst;
}

/** The worst error at each length; NaN where the version does not run. */
static void ladder_errors(double worst[LENGTHS], const struct ladder_version *version, float *p,
                          const float *x)
{
    for (int k = 0; k < LENGTHS; k++)
        worst[k] = NAN;
    for (int k = 0; k < LENGTHS; k++) {
        size_t cols = (size_t)1 << (SHORTEST + k);
        struct ladder_rows rows = {x, p, LADDER_ROWS, cols};
        if (!ladder_run(version, &rows, 1, launch_take_failure, NULL))
            return;
        worst[k] = 0;
        for (size_t r = 0; r < LADDER_ROWS; r++) {
            double error = ladder_error(p + r * cols, x + r * cols, cols);
            worst[k] = isnan(error) || isnan(worst[k]) ? NAN : fmax(worst[k], error);
        }
    }
}

/** Runs the ladder on rows in x, with space for as much in p. */
static void ladder_climb(struct csv *csv, float *p, const float *x)
{
    printf("%-22s %18s %14s %16s\n", "rows, on the CPU", "worst, of 16", "of 65536",
           "ns an element");
    for (int v = 0; v < LADDER; v++) {
        double worst[LENGTHS], seconds;
        ladder_errors(worst, &ladder[v], p, x);
        for (int k = 0; k < LENGTHS; k++) {
            csv_text(csv, ladder[v].name);
            csv_int(csv, 1LL << (SHORTEST + k));
            csv_f64(csv, worst[k]);
            csv_end_row(csv);
        }
        struct ladder_rows timed = {x, p, TIMED_ROWS, TIMED_COLS};
        if (!isnan(worst[0]) &&
            ladder_run(&ladder[v], &timed, TIMED_RUNS, launch_take_failure, &seconds))
            printf("%-22s %18.2g %14.2g %16.1f\n", ladder[v].name, worst[0], worst[LENGTHS - 1],
                   1e9 * seconds / ((double)TIMED_ROWS * TIMED_COLS));
    }
}

/** Draws the rows and writes kernels.csv. `normal` draws a standard normal number. */
static void write_ladder(struct csv *csv, uint64_t seed,
                         double normal(uint64_t seed, uint64_t stream, uint64_t i))
{
    enum { STREAM = 2000000 };
    float *x = calloc(LADDER_SIZE, sizeof *x), *p = calloc(LADDER_SIZE, sizeof *p);
    if (x && p) {
        for (uint64_t i = 0; i < LADDER_SIZE; i++)
            x[i] = (float)normal(seed, STREAM, i);
        ladder_climb(csv, p, x);
    } else {
        fprintf(stderr, "not enough memory for the kernels' rows: kernels.csv is empty.\n");
    }
    free(x);
    free(p);
}

#endif
