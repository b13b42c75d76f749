/**
 * @file bench_softmax.c
 * @brief How fast common/simt runs lab 03's kernels on the CPU, beside the same loops in C: the time
 *        of a 1024 x 4096 softmax with blocks of 256 threads, as the median of 7 runs in turn.
 *        Run by `make bench`; SIMT_THREADS=n takes n cores.
 */
#include "labs/lab03_log_sum_exp/lab03_kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 1024, COLS = 4096, RUNS = 7 };

typedef void softmax(float *p, const float *x, size_t rows, size_t cols);

/** The naive kernel's three loops, without a kernel. */
static void in_c(float *p, const float *x, size_t rows, size_t cols)
{
    for (size_t r = 0; r < rows; r++, p += cols, x += cols) {
        float m = -INFINITY, sum = 0;
        for (size_t i = 0; i < cols; i++)
            m = fmaxf(m, x[i]);
        for (size_t i = 0; i < cols; i++)
            sum += expf(x[i] - m);
        for (size_t i = 0; i < cols; i++)
            p[i] = expf(x[i] - m) / sum;
    }
}

static double seconds_of(softmax *run, float *p, const float *x)
{
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    run(p, x, ROWS, COLS);
    clock_gettime(CLOCK_MONOTONIC, &b);
    return (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    static const struct {
        const char *name;
        softmax *run;
    } versions[] = {{"the same loops in C", in_c},
                    {"softmax_rows_naive", launch_softmax_rows_naive},
                    {"softmax_rows_shared", launch_softmax_rows_shared},
                    {"softmax_rows_warp", launch_softmax_rows_warp},
                    {"softmax_rows_online", launch_softmax_rows_online}};
    enum { VERSIONS = sizeof versions / sizeof *versions };
    double seconds[VERSIONS][RUNS];
    static float x[ROWS * COLS], p[ROWS * COLS];
    for (size_t i = 0; i < (size_t)ROWS * COLS; i++)
        x[i] = (float)(i * 2654435761u % 1000) / 100;
    for (int run = 0; run < RUNS; run++)
        for (int v = 0; v < VERSIONS; v++)
            seconds[v][run] = seconds_of(versions[v].run, p, x);
    for (int v = 0; v < VERSIONS; v++) {
        qsort(seconds[v], RUNS, sizeof(double), ascending);
        printf("%s 1024 x 4096 (median of %d),%.0f\n", versions[v].name, RUNS,
               1000 * seconds[v][RUNS / 2]);
    }
    return 0;
}
