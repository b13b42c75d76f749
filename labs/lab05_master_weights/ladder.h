/**
 * @file ladder.h
 * @brief The part of lab 05's experiment about the kernels: the same fused step by all four, whether
 *        their arrays are equal to the bit, and their times on this CPU. A part of experiment.c.
 *
 * OUTDIR/kernels.csv, a row for each kernel of lab05.cu that is written:
 *   kernel, equal (1: its arrays are those of the first that ran, bit by bit), sum (of u^2)
 * Times are printed only: files are the same in every run.
 */
#ifndef LOWP_LAB05_LADDER_H
#define LOWP_LAB05_LADDER_H

#include "common/cast.h"
#include "common/csv.h"
#include "common/ladder.h"
#include "common/rng.h"
#include "lab05.h"

#include <stdio.h>
#include <string.h>

enum { LADDER_N = 1 << 16, LADDER_RUNS = 7 };

const char *launch_take_failure(void); // common/simt/launch.h is for C++

/** What a step changes, and what it reads. */
struct ladder_arrays {
    float master[LADDER_N], m[LADDER_N], v[LADDER_N];
    uint16_t w[LADDER_N];
};
struct ladder_step {
    struct ladder_arrays arrays;
    uint16_t g[LADDER_N];
    float sum;
    struct adamw opt;
};

#define LADDER_VERSION(kernel, ...)                                                                \
    static void ladder_##kernel(void *step)                                                        \
    {                                                                                              \
        struct ladder_step *s = step;                                                              \
        struct ladder_arrays *a = &s->arrays;                                                      \
        s->sum = 0;                                                                                \
        run_##kernel(a->master, a->w, a->m, a->v, &s->sum, s->g, LADDER_N, s->opt,                 \
                     3 __VA_OPT__(, ) __VA_ARGS__);                                                \
    }
LADDER_VERSION(adamw_naive)
LADDER_VERSION(adamw_shared)
LADDER_VERSION(adamw_warp, 0)
LADDER_VERSION(adamw_vectorised, 0)
#undef LADDER_VERSION

/** Weights, moments and gradients of a step early in a training. */
static void ladder_draw(struct ladder_step *s, uint64_t seed)
{
    for (size_t i = 0; i < LADDER_N; i++) {
        s->arrays.master[i] = (float)(rng_f64(seed, 78, 3 * i) - 0.5);
        s->arrays.m[i] = (float)(0.1 * (rng_f64(seed, 78, 3 * i + 1) - 0.5));
        s->arrays.v[i] = (float)(0.01 * rng_f64(seed, 78, 3 * i + 2) + 0.001);
        s->arrays.w[i] = bf16_from_f32_rne(s->arrays.master[i]);
        s->g[i] = bf16_from_f32_rne(s->arrays.m[i]);
    }
}

/** Writes kernels.csv and prints the same. @return whether it could be written */
static bool ladder_compare(const char *folder, uint64_t seed, struct adamw opt)
{
    static const struct ladder_version versions[] = {
        {"adamw_naive", ladder_adamw_naive},
        {"adamw_shared", ladder_adamw_shared},
        {"adamw_warp", ladder_adamw_warp},
        {"adamw_vectorised", ladder_adamw_vectorised},
    };
    static struct ladder_step step;
    static struct ladder_arrays start, first;
    bool any = false;
    struct csv csv;
    csv_open_in(&csv, folder, "kernels.csv", "kernel,equal,sum");
    ladder_draw(&step, seed);
    step.opt = opt;
    start = step.arrays;
    printf("the kernels, one step of %d weights on the CPU:\n%-22s %14s %16s\n", LADDER_N, "kernel",
           "sum of u^2", "ns an element");
    for (size_t k = 0; k < sizeof versions / sizeof *versions; k++) {
        double seconds;
        step.arrays = start;
        if (!ladder_run(&versions[k], &step, 1, launch_take_failure, NULL))
            continue;
        if (!any)
            first = step.arrays;
        any = true;
        bool equal = memcmp(&first, &step.arrays, sizeof first) == 0;
        float sum = step.sum;
        if (!ladder_run(&versions[k], &step, LADDER_RUNS, launch_take_failure, &seconds))
            continue;
        csv_text(&csv, versions[k].name);
        csv_int(&csv, equal);
        csv_f64(&csv, (double)sum);
        csv_end_row(&csv);
        printf("%-22s %14.8g %16.1f%s\n", versions[k].name, (double)sum, 1e9 * seconds / LADDER_N,
               equal ? "" : "   other weights than the first kernel's");
    }
    return csv_finish(&csv);
}

#endif
