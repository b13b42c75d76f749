/**
 * @file experiment.c
 * @brief Lab 99's experiment: how often 1 can be halved. Run from the project root as `experiment OUTDIR`.
 *
 * OUTDIR/halves.csv, a row for each step: step (from 1), value (what is left of 1)
 */
#include "lab99.h"

#include "common/csv.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct csv csv;
    char path[1024];
    if (argc != 2) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder)\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/halves.csv", argv[1]);
    csv_open(&csv, path, "step,value");
    float x = 1;
    for (int step = 1; x > 0 && step < 200; step++) {
        x = halve(x);
        csv_int(&csv, step);
        csv_f64(&csv, x);
        csv_end_row(&csv);
    }
    if (csv_close(&csv))
        return 0;
    fprintf(stderr, "%s\n", csv.error);
    return 1;
}
