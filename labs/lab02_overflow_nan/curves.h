/**
 * @file curves.h
 * @brief What comes out of lab 02's experiment: its rows, and the CSV files that they are written to.
 *
 * A part of experiment.c, which includes it once, fills in the rows, and explains the files' columns.
 * The running sums are computed here, as they are written. Given to you: you need not change it.
 */
#ifndef LOWP_LAB02_CURVES_H
#define LOWP_LAB02_CURVES_H

#include "lab02.h"
#include "network.h"

#include "common/csv.h"
#include "common/data.h"

#include <stdint.h>
#include <stdio.h>

/** What is compared; experiment.c says how they differ. */
enum recipe { RECIPE_FP16, RECIPE_BF16, RECIPE_SCALED, RECIPES };
static const char *const recipe_names[RECIPES] = {"fp16", "bf16", "fp16_scaled"};

/** One row of activations.csv, without recipe, step and layer. */
struct layer_row {
    double min_abs;    /**< of the finite values that are not 0 */
    double median_abs; /**< likewise */
    double max_abs;    /**< amax() of all */
    double zero;       /**< share that is 0 */
    double subnormal;  /**< share that is subnormal */
    double inf;        /**< share that is infinite */
    double nan;        /**< share that is NaN */
};

/** One row of steps.csv, with the layers' rows. */
struct step_row {
    double loss;                         /**< in nats */
    double max_abs;                      /**< largest finite activation */
    double gain;                         /**< of max |h|, a layer */
    double depth;                        /**< layers_until_overflow() */
    struct layer_row layers[LAYERS + 1]; /**< of h0 to h24 */
};

/** One row of breaks.csv. */
struct break_row {
    uint64_t step;   /**< from 1; 0: it did not break */
    int layer;       /**< of the first bad op */
    char op[24];     /**< its name */
    size_t element;  /**< the first bad one in its output */
    double value;    /**< what is there */
    double max_abs;  /**< largest finite value in its output */
    char nan_op[24]; /**< the op that made the first NaN */
    char text[80];   /**< what guard_finite() says */
};

/** The experiment: settings, the text, and what the recipes' processes fill in, in memory that they share. */
struct experiment {
    uint64_t steps;           /**< at most */
    uint64_t seed;            /**< of weights and batches */
    double lr;                /**< learning rate */
    struct data data;         /**< the text */
    struct step_row *rows;    /**< RECIPES x steps */
    struct break_row *breaks; /**< of each recipe */
    uint64_t *steps_done;     /**< of each recipe */
};

static bool write_activations(const struct experiment *e, const char *folder)
{
    struct csv csv;
    csv_open_in(&csv, folder, "activations.csv",
                "recipe,step,layer,min_abs,median_abs,max_abs,zero,subnormal,inf,nan");
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        for (uint64_t step = 0; step < e->steps_done[recipe]; step++) {
            for (int i = 0; i <= LAYERS; i++) {
                const struct layer_row *row = &e->rows[recipe * e->steps + step].layers[i];
                csv_text(&csv, recipe_names[recipe]);
                csv_int(&csv, (long long)step + 1);
                csv_int(&csv, i);
                const double fields[] = {row->min_abs,   row->median_abs, row->max_abs, row->zero,
                                         row->subnormal, row->inf,        row->nan};
                for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
                    csv_f64(&csv, fields[k]);
                csv_end_row(&csv);
            }
        }
    }
    return csv_finish(&csv);
}

static bool write_steps(const struct experiment *e, const char *folder)
{
    struct csv csv;
    csv_open_in(&csv, folder, "steps.csv", "recipe,step,loss,max_abs,gain,depth");
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        for (uint64_t step = 0; step < e->steps_done[recipe]; step++) {
            const struct step_row *row = &e->rows[recipe * e->steps + step];
            csv_text(&csv, recipe_names[recipe]);
            csv_int(&csv, (long long)step + 1);
            csv_f64(&csv, row->loss);
            csv_f64(&csv, row->max_abs);
            csv_f64(&csv, row->gain);
            csv_f64(&csv, row->depth);
            csv_end_row(&csv);
        }
    }
    return csv_finish(&csv);
}

static bool write_breaks(const struct experiment *e, const char *folder)
{
    struct csv csv;
    csv_open_in(&csv, folder, "breaks.csv", "recipe,step,layer,op,element,value,max_abs,nan_op");
    for (size_t recipe = 0; recipe < RECIPES; recipe++) {
        const struct break_row *row = &e->breaks[recipe];
        uint64_t last = e->steps_done[recipe];
        const struct step_row *end = &e->rows[recipe * e->steps + last - 1];
        if (row->step == 0) {
            printf("%-12s all %llu steps; loss %.3f, largest activation %.4g\n",
                   recipe_names[recipe], (unsigned long long)last, end->loss, end->max_abs);
            continue;
        }
        printf("%-12s broke in step %llu: %s (after finite values up to %.5g);\n"
               "%-12s the first NaN of that step is the work of %s\n",
               recipe_names[recipe], (unsigned long long)row->step, row->text, row->max_abs, "",
               row->nan_op);
        csv_text(&csv, recipe_names[recipe]);
        csv_int(&csv, (long long)row->step);
        csv_int(&csv, row->layer);
        csv_text(&csv, row->op);
        csv_int(&csv, (long long)row->element);
        csv_f64(&csv, row->value);
        csv_f64(&csv, row->max_abs);
        csv_text(&csv, row->nan_op);
        csv_end_row(&csv);
    }
    return csv_finish(&csv);
}

enum { SUM_TERMS = 4000, SUM_POINTS = 200 };

/** The rows of one addend: its first n codes, for growing n. */
static void write_sum(struct csv *csv, double addend, size_t terms)
{
    static uint16_t f16[SUM_TERMS], bf16[SUM_TERMS];
    static float f32[SUM_TERMS];
    for (size_t i = 0; i < terms; i++) {
        f32[i] = (float)addend;
        f16[i] = f16_from_f32_rne(f32[i]);
        bf16[i] = bf16_from_f32_rne(f32[i]);
    }
    for (size_t n = terms / SUM_POINTS; n <= terms; n += terms / SUM_POINTS) {
        struct tensor in_f16 = {"fp16", DTYPE_FP16, f16, n},
                      in_bf16 = {"bf16", DTYPE_BF16, bf16, n},
                      in_f32 = {"fp32", DTYPE_FP32, f32, n};
        csv_f64(csv, addend);
        csv_int(csv, (long long)n);
        csv_f64(csv, addend * (double)n);
        csv_f64(csv, (double)sum_running(in_f16));
        csv_f64(csv, (double)sum_running(in_bf16));
        csv_f64(csv, (double)sum_running(in_f32));
        csv_f64(csv, (double)sum_pairwise(in_f16));
        csv_f64(csv, (double)sum_pairwise(in_bf16));
        csv_f64(csv, (double)sum_fp32(in_f16));
        csv_end_row(csv);
    }
}

static bool write_sums(const char *folder)
{
    struct csv csv;
    csv_open_in(&csv, folder, "sums.csv",
                "addend,n,exact,fp16,bf16,fp32,fp16_pairwise,bf16_pairwise,fp16_into_fp32");
    write_sum(&csv, 1e-7, 1000);
    write_sum(&csv, 17, SUM_TERMS);
    return csv_finish(&csv);
}

#endif
