/**
 * @file experiment.c
 * @brief Lab 01's experiment: what the formats look like, measured with *your* functions.
 *
 * Run from the project root as `experiment OUTDIR` (make run LAB=lab01). No value is typed in: all
 * of it comes out of your fp_decode, fp_encode, fp_limits, fp_next_up and fp_ulp_distance, so a
 * wrong function shows in the figures. Given to you: you need not change it.
 *
 * Settings, from the environment: STEPS (256, random numbers an eighth of a binade), SEED (1).
 *
 * OUTDIR/values.csv, a row for each positive finite code of the 8-bit formats:
 *   format     E4M3 or E5M2
 *   code       as a number
 *   value      what the code means
 *   subnormal  1 below the smallest normal number, else 0
 * OUTDIR/binades.csv, a row for each format and binade that it has values in:
 *   format     FP16, BF16, TF32, E4M3 or E5M2
 *   exponent   e of the binade [2^e, 2^(e+1))
 *   values     how many values of the format lie in it
 *   gap        from 2^e to the next value above
 * OUTDIR/errors.csv, a row for each eighth of a binade from 2^-30 to 2^20:
 *   x          its lower end
 *   then, for each of the five formats, the largest relative error |round(x) - x| / x of STEPS
 *   numbers x in it, rounded to nearest even; past the largest value it is the saturated result's
 * OUTDIR/lost.csv, a row for each format and size of gradient; it is also printed:
 *   format     as above
 *   sigma      the gradients are GRADIENTS normal random numbers, mean 0, standard deviation sigma
 *   zero       share of them that rounding turns into 0
 *   subnormal  share of them that lies below the smallest normal number, before rounding
 */
#include "lab01.h"

#include "common/csv.h"
#include "common/env.h"
#include "common/rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FORMATS = 5, LOWEST = -30, HIGHEST = 20, PER_BINADE = 8, GRADIENTS = 1 << 16 };

static const struct fp_format *const formats[FORMATS] = {&FP16, &BF16, &TF32, &E4M3, &E5M2};

static uint64_t nearest(double x, struct fp_format f)
{
    return fp_encode(x, f, FP_RNE, true, 0);
}

static void write_values(struct csv *csv)
{
    const struct fp_format eight_bits[] = {E4M3, E5M2};
    for (int i = 0; i < 2; i++) {
        struct fp_format f = eight_bits[i];
        for (uint64_t code = 1; code < 0x80; code++) {
            enum fp_class class = fp_classify(code, f);
            if (class != FP_CLASS_NORMAL && class != FP_CLASS_SUBNORMAL)
                continue;
            csv_text(csv, f.name);
            csv_int(csv, (long long)code);
            csv_f64(csv, fp_decode(code, f));
            csv_int(csv, class == FP_CLASS_SUBNORMAL);
            csv_end_row(csv);
        }
    }
}

/* How many values lie in [low, 2 low); the last binade may be cut short by the largest value. */
static int64_t values_in_binade(double low, struct fp_format f)
{
    double max = fp_limits(f).max;
    if (max < 2 * low)
        return fp_ulp_distance(nearest(low, f), nearest(max, f), f) + 1;
    return fp_ulp_distance(nearest(low, f), nearest(2 * low, f), f);
}

static void write_binades(struct csv *csv)
{
    for (int i = 0; i < FORMATS; i++) {
        struct fp_format f = *formats[i];
        struct fp_limits limits = fp_limits(f);
        for (int e = ilogb(limits.min_subnormal); e <= ilogb(limits.max); e++) {
            double low = ldexp(1, e);
            csv_text(csv, f.name);
            csv_int(csv, e);
            csv_int(csv, values_in_binade(low, f));
            csv_f64(csv, fp_decode(fp_next_up(nearest(low, f), f), f) - low);
            csv_end_row(csv);
        }
    }
}

/* The largest relative error of `samples` random numbers in [low, high). */
static double worst_error(double low, double high, struct fp_format f, uint64_t samples,
                          uint64_t seed, uint64_t stream)
{
    double worst = 0;
    for (uint64_t i = 0; i < samples; i++) {
        double x = low + (high - low) * rng_f64(seed, stream, i);
        double error = fabs(fp_decode(nearest(x, f), f) - x) / x;
        if (isnan(error))
            return error; // a hole in the figure
        if (error > worst)
            worst = error;
    }
    return worst;
}

static void write_errors(struct csv *csv, uint64_t samples, uint64_t seed)
{
    for (int step = 0; step < (HIGHEST - LOWEST) * PER_BINADE; step++) {
        double low = exp2(LOWEST + (double)step / PER_BINADE);
        double high = exp2(LOWEST + (double)(step + 1) / PER_BINADE);
        csv_f64(csv, low);
        for (int i = 0; i < FORMATS; i++)
            csv_f64(csv, worst_error(low, high, *formats[i], samples, seed, (uint64_t)step));
        csv_end_row(csv);
    }
}

/* The i-th of GRADIENTS standard normal numbers (Box and Muller's transformation). */
static double normal(uint64_t seed, uint64_t i)
{
    double radius = sqrt(-2 * log(1 - rng_f64(seed, 1000, i)));
    return radius * cos(2 * M_PI * rng_f64(seed, 1001, i));
}

static void write_lost(struct csv *csv, uint64_t seed)
{
    printf("Share of gradients ~ N(0, sigma) that a cast turns into 0:\n  sigma");
    for (int i = 0; i < FORMATS; i++)
        printf("%10s", formats[i]->name);
    printf("\n");
    for (int power = -2; power >= -8; power--) {
        double sigma = pow(10, power);
        printf("  %5.0e", sigma);
        for (int i = 0; i < FORMATS; i++) {
            struct fp_format f = *formats[i];
            double min_normal = fp_limits(f).min_normal;
            int zero = 0, subnormal = 0;
            for (uint64_t j = 0; j < GRADIENTS; j++) {
                double g = sigma * normal(seed, j);
                zero += fp_classify(nearest(g, f), f) == FP_CLASS_ZERO;
                subnormal += fabs(g) < min_normal;
            }
            csv_text(csv, f.name);
            csv_f64(csv, sigma);
            csv_f64(csv, (double)zero / GRADIENTS);
            csv_f64(csv, (double)subnormal / GRADIENTS);
            csv_end_row(csv);
            printf("%9.2f%%", 100.0 * zero / GRADIENTS);
        }
        printf("\n");
    }
}

/** Calls everything once, so that an open stub is found before a file is begun (see todo.h). */
static void try_functions(void)
{
    uint64_t one = nearest(1, E4M3);
    fp_classify(one, E4M3);
    fp_decode(fp_next_up(one, E4M3), E4M3);
    fp_limits(E4M3);
    fp_ulp_distance(one, one, E4M3);
}

int main(int argc, char **argv)
{
    uint64_t samples = 256, seed = 1;
    if (argc != 2 || strlen(argv[1]) > 900) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder; settings: STEPS, SEED)\n");
        return 2;
    }
    env_unused("DATA", "this experiment draws its numbers and reads no text");
    if (!env_u64("STEPS", 1, 1000000, &samples) || !env_u64("SEED", 0, UINT64_MAX, &seed))
        return 2;

    try_functions();
    struct csv csv;
    if (csv_open_in(&csv, argv[1], "values.csv", "format,code,value,subnormal"))
        write_values(&csv);
    bool fine = csv_finish(&csv);
    if (fine && csv_open_in(&csv, argv[1], "binades.csv", "format,exponent,values,gap"))
        write_binades(&csv);
    fine = fine && csv_finish(&csv);
    if (fine && csv_open_in(&csv, argv[1], "errors.csv", "x,FP16,BF16,TF32,E4M3,E5M2"))
        write_errors(&csv, samples, seed);
    fine = fine && csv_finish(&csv);
    if (fine && csv_open_in(&csv, argv[1], "lost.csv", "format,sigma,zero,subnormal"))
        write_lost(&csv, seed);
    fine = fine && csv_finish(&csv);
    return fine ? 0 : 1;
}
