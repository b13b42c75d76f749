/**
 * @file ladder.h
 * @brief The part of lab 03's experiment about the kernels: the four softmaxes of rows on the same
 *        rows, their errors and their times on this CPU. A part of experiment.c.
 *
 * OUTDIR/kernels.csv, a row for each kernel of lab03.cu that is written:
 *   kernel, threads (that share a row), error (the largest |p - exact| / max exact of a row)
 * Times are printed only: files are the same in every run.
 */
#ifndef LOWP_LAB03_LADDER_H
#define LOWP_LAB03_LADDER_H

#include "common/csv.h"
#include "common/ladder.h"
#include "common/rng.h"
#include "lab03.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LADDER_ROWS = 64, LADDER_COLS = 4096, LADDER_RUNS = 7 };

const char *launch_take_failure(void); // common/simt/launch.h is for C++

/** The rows, and what a kernel made of them. */
struct ladder_rows {
    float x[LADDER_ROWS * LADDER_COLS], p[LADDER_ROWS * LADDER_COLS];
};

#define LADDER_VERSION(kernel)                                                                     \
    static void ladder_##kernel(void *rows)                                                        \
    {                                                                                              \
        struct ladder_rows *r = rows;                                                              \
        run_##kernel(r->p, r->x, LADDER_ROWS, LADDER_COLS);                                        \
    }
LADDER_VERSION(softmax_rows_naive)
LADDER_VERSION(softmax_rows_shared)
LADDER_VERSION(softmax_rows_warp)
LADDER_VERSION(softmax_rows_online)
#undef LADDER_VERSION

/** The largest error of a row, relative to its largest probability. */
static double ladder_row_error(const float *p, const float *x)
{
    long double sum = 0, worst = 0, m = -INFINITY;
    for (size_t i = 0; i < LADDER_COLS; i++)
        m = fmaxl(m, x[i]);
    for (size_t i = 0; i < LADDER_COLS; i++)
        sum += expl(x[i] - m);
    for (size_t i = 0; i < LADDER_COLS; i++)
        worst = fmaxl(worst, fabsl(p[i] - expl(x[i] - m) / sum) * sum); // the largest is 1 / sum
    return isfinite(p[0]) ? (double)worst : NAN;
}

/** Writes kernels.csv and prints the same. @return whether it could be written */
static bool ladder_compare(const char *folder, uint64_t seed)
{
    static const struct {
        struct ladder_version version;
        int threads;
    } versions[] = {{{"softmax_rows_naive", ladder_softmax_rows_naive}, 1},
                    {{"softmax_rows_shared", ladder_softmax_rows_shared}, 256},
                    {{"softmax_rows_warp", ladder_softmax_rows_warp}, 32},
                    {{"softmax_rows_online", ladder_softmax_rows_online}, 256}};
    static struct ladder_rows rows;
    struct csv csv;
    char path[1000];
    snprintf(path, sizeof path, "%s/kernels.csv", folder);
    csv_open(&csv, path, "kernel,threads,error");
    for (size_t i = 0; i < LADDER_ROWS * LADDER_COLS; i++)
        rows.x[i] = (float)(16 * (rng_f64(seed, 77, i) - 0.5));
    printf("the kernels on %d rows of %d, on the CPU:\n%-22s %8s %12s %16s\n", LADDER_ROWS,
           LADDER_COLS, "kernel", "threads", "error", "ns an element");
    for (size_t v = 0; v < sizeof versions / sizeof *versions; v++) {
        double seconds, error = 0;
        if (!ladder_run(&versions[v].version, &rows, LADDER_RUNS, launch_take_failure, &seconds))
            continue;
        for (size_t r = 0; r < LADDER_ROWS; r++)
            error =
                fmax(error, ladder_row_error(rows.p + r * LADDER_COLS, rows.x + r * LADDER_COLS));
        double ns = 1e9 * seconds / LADDER_ROWS / LADDER_COLS;
        csv_text(&csv, versions[v].version.name);
        csv_int(&csv, versions[v].threads);
        csv_f64(&csv, error);
        csv_end_row(&csv);
        printf("%-22s %8d %12.2g %16.1f\n", versions[v].version.name, versions[v].threads, error,
               ns);
    }
    bool fine = csv_close(&csv);
    if (!fine)
        fprintf(stderr, "%s\n", csv.error);
    return fine;
}

#endif
