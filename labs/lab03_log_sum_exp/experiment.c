/**
 * @file experiment.c
 * @brief Lab 03's experiment: what softmax, LSE and loss lose as the logits grow.
 *
 * Run from the project root as `experiment OUTDIR` (make run LAB=lab03). It calls *your* functions
 * from lab03.c, and your kernels from lab03.cu, on random rows and compares with the same quantities
 * in long double, computed here (64-bit significands: their error is far below FP32's). Given to
 * you: you need not change it.
 *
 * Settings, from the environment: STEPS (2000, rows for each size), SEED (1).
 *
 * OUTDIR/errors.csv, a row for each form and size of logits:
 *   form       softmax_naive, softmax, softmax_division_free, softmax_online (lse_online and
 *              softmax_piece), lse_naive, lse, loss_of_softmax (-log of your softmax at the
 *              target) or cross_entropy
 *   size       standard deviation of the CLASSES logits of a row, which have mean 0
 *   worst      largest error of the STEPS rows: of a softmax max |p - exact| / max exact, of lse
 *              |error| / |lse|, of a loss |error| / max(1, loss); nan if a row came out NaN or
 *              infinite
 *   median     the middle one, counting such a row as the worst; nan if it is one
 *   dead       share of rows that came out NaN or infinite, 0..1
 * OUTDIR/summary.csv, a row for each form:
 *   form, last_size (the largest up to which no row was dead; nan: none), last_worst (its `worst`),
 *   died (1 if it died anywhere)
 * OUTDIR/bounds.csv, a row for each of BOUND_ROWS rows of ten logits. They are drawn like the ones
 * that Blanchard, Higham & Higham (2021) took from a trained digit classifier: the winner 8.75 +-
 * 2.50, the nine others -1.08 +- 3.56 (mean and standard deviation of data_presoftmax.mat in the
 * repository higham/logsumexp-softmax-tests), rounded to FP16 as there.
 *   row        from 1
 *   then, for lse_naive, lse, softmax_naive, softmax and softmax_division_free, two columns:
 *   its error  of your function in units of u = 2^-24: relative, of a softmax in the maximum norm
 *   its bound  the leading term of the paper's bound for this row, in the same units
 * OUTDIR/kernels.csv: the kernels by the length of the rows; see ladder.h.
 */
#include "lab03.h"

#include "ladder.h"

#include "common/cast.h"
#include "common/csv.h"
#include "common/env.h"
#include "common/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form {
    SOFTMAX_NAIVE,
    SOFTMAX_SHIFTED,
    SOFTMAX_DIVISION_FREE,
    SOFTMAX_ONLINE,
    LSE_NAIVE,
    LSE_SHIFTED,
    LOSS_OF_SOFTMAX,
    CROSS_ENTROPY,
    FORMS
};

static const char *const form_names[FORMS] = {
    "softmax_naive", "softmax", "softmax_division_free", "softmax_online",
    "lse_naive",     "lse",     "loss_of_softmax",       "cross_entropy"};

/* Sizes are 2^(LOWEST/2) to 2^(HIGHEST/2), half a power of two apart. */
enum { CLASSES = 64, LOWEST = -8, HIGHEST = 24, MAX_STEPS = 100000 };
enum { BOUND_ROWS = 2500, DIGITS = 10 };

static const char BOUND_COLUMNS[] =
    "row,lse_naive,lse_naive_bound,lse,lse_bound,softmax_naive,softmax_naive_bound,softmax,"
    "softmax_bound,softmax_division_free,softmax_division_free_bound";

/** A row in long double. */
struct exact {
    long double p[CLASSES];
    long double top; /* the largest p */
    long double lse;
};

static struct exact exact_row(const float *x, size_t n)
{
    struct exact e = {.top = 0};
    long double m = x[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        m = fmaxl(m, x[i]);
    for (size_t i = 0; i < n; i++)
        sum += e.p[i] = expl(x[i] - m);
    for (size_t i = 0; i < n; i++)
        e.top = fmaxl(e.top, e.p[i] /= sum);
    e.lse = m + logl(sum);
    return e;
}

/** NaN for whatever is not a number to go on with. */
static double or_dead(long double error)
{
    return isfinite(error) ? (double)error : NAN;
}

static double softmax_error(const float *p, const struct exact *e, size_t n)
{
    long double worst = 0;
    for (size_t i = 0; i < n; i++) {
        long double error = fabsl(p[i] - e->p[i]);
        if (!isfinite(error))
            return NAN;
        worst = fmaxl(worst, error);
    }
    return or_dead(worst / e->top);
}

static double lse_error(float got, const struct exact *e)
{
    return or_dead(fabsl(got - e->lse) / fabsl(e->lse));
}

static double loss_error(float got, long double want)
{
    return or_dead(fabsl(got - want) / fmaxl(1, want));
}

/** Hands a row to every form. */
static void row_errors(const float *x, int target, double error[FORMS])
{
    struct exact e = exact_row(x, CLASSES);
    float p[CLASSES], grad[CLASSES];
    softmax_naive(p, x, CLASSES);
    error[SOFTMAX_NAIVE] = softmax_error(p, &e, CLASSES);
    softmax_division_free(p, x, CLASSES);
    error[SOFTMAX_DIVISION_FREE] = softmax_error(p, &e, CLASSES);
    softmax_piece(p, x, CLASSES, lse_online((struct lse_state){-INFINITY, 0}, x, CLASSES));
    error[SOFTMAX_ONLINE] = softmax_error(p, &e, CLASSES);
    softmax(p, x, CLASSES);
    error[SOFTMAX_SHIFTED] = softmax_error(p, &e, CLASSES);
    error[LSE_NAIVE] = lse_error(lse_naive(x, CLASSES), &e);
    error[LSE_SHIFTED] = lse_error(lse(x, CLASSES), &e);
    long double loss = e.lse - x[target];
    error[LOSS_OF_SOFTMAX] = loss_error(-logf(p[target]), loss);
    error[CROSS_ENTROPY] = loss_error(cross_entropy(grad, x, &target, 1, CLASSES), loss);
}

/** A standard normal number (Box and Muller's transformation). */
static double normal(uint64_t seed, uint64_t stream, uint64_t i)
{
    double radius = sqrt(-2 * log(1 - rng_f64(seed, stream, 2 * i)));
    return radius * cos(2 * M_PI * rng_f64(seed, stream, 2 * i + 1));
}

/** Numbers in order, dead rows (NaN) last. */
static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

/** What errors.csv says of one form at one size. */
struct point {
    double worst, median, dead;
};

static struct point summarise(double *errors, size_t n)
{
    qsort(errors, n, sizeof *errors, by_size);
    size_t dead = 0;
    for (size_t i = 0; i < n; i++)
        dead += isnan(errors[i]);
    return (struct point){errors[n - 1], errors[n / 2], (double)dead / (double)n};
}

enum { SIZES = HIGHEST - LOWEST + 1 };

/** All forms at all sizes. `errors` holds FORMS x steps numbers. */
static void sweep(struct point points[FORMS][SIZES], double *errors, uint64_t steps, uint64_t seed)
{
    for (int k = 0; k < SIZES; k++) {
        double size = exp2((LOWEST + k) / 2.0);
        for (uint64_t row = 0; row < steps; row++) {
            float x[CLASSES];
            double error[FORMS];
            for (uint64_t i = 0; i < CLASSES; i++) /* the same rows at every size, scaled */
                x[i] = (float)(size * normal(seed, row, i));
            row_errors(x, (int)(rng_u32(seed, row, 2 * CLASSES) % CLASSES), error);
            for (int f = 0; f < FORMS; f++)
                errors[(uint64_t)f * steps + row] = error[f];
        }
        for (int f = 0; f < FORMS; f++)
            points[f][k] = summarise(errors + (uint64_t)f * steps, steps);
    }
}

static void write_errors(struct csv *csv, struct point points[FORMS][SIZES])
{
    for (int f = 0; f < FORMS; f++) {
        for (int k = 0; k < SIZES; k++) {
            csv_text(csv, form_names[f]);
            csv_f64(csv, exp2((LOWEST + k) / 2.0));
            csv_f64(csv, points[f][k].worst);
            csv_f64(csv, points[f][k].median);
            csv_f64(csv, points[f][k].dead);
            csv_end_row(csv);
        }
    }
}

static void write_summary(struct csv *csv, struct point points[FORMS][SIZES])
{
    printf("%-22s %18s %14s %16s\n", "form", "worst, logits ~1", "~4096", "alive up to");
    for (int f = 0; f < FORMS; f++) {
        int alive = 0;
        while (alive < SIZES && points[f][alive].dead == 0)
            alive++;
        double last = alive ? exp2((LOWEST + alive - 1) / 2.0) : NAN;
        csv_text(csv, form_names[f]);
        csv_f64(csv, last);
        csv_f64(csv, alive ? points[f][alive - 1].worst : NAN);
        csv_int(csv, alive < SIZES);
        csv_end_row(csv);
        printf("%-22s %18.2g %14.2g %16.3g\n", form_names[f], points[f][-LOWEST].worst,
               points[f][SIZES - 1].worst, last);
    }
}

/** Draws ten logits like those of a trained digit classifier; see the head of this file. */
static void draw_digits(float *x, uint64_t seed, uint64_t row)
{
    uint64_t stream = 1000000 + row, winner = rng_u32(seed, stream, 1000) % DIGITS;
    for (uint64_t i = 0; i < DIGITS; i++) {
        double logit = i == winner ? 8.75 + 2.50 * normal(seed, stream, i)
                                   : -1.08 + 3.56 * normal(seed, stream, i);
        x[i] = f32_from_f16(f16_from_f32_rne((float)logit));
    }
}

/** Does the plain sum of exponentials, every step rounded to FP16, overflow? */
static bool dies_in_f16(const float *x)
{
    float sum = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        float e = f32_from_f16(f16_from_f32_rne(expf(x[i])));
        sum = f32_from_f16(f16_from_f32_rne(sum + e));
    }
    return isinf(sum);
}

static void write_bound(struct csv *csv, double error, double bound)
{
    csv_f64(csv, error / 0x1p-24);
    csv_f64(csv, bound);
}

/** One row of the paper's experiment: the leading terms of its theorems 3.2, 3.3 and 4.2 to 4.4, as
 *  chop_test_softmax.m there writes them. @return is the division-free softmax less accurate? */
static bool write_bounds_of(struct csv *csv, const float *x)
{
    const double n = DIGITS;
    struct exact e = exact_row(x, DIGITS);
    double l = (double)e.lse, low = (double)x[0], high = low, far = 0;
    for (int i = 0; i < DIGITS; i++) {
        low = fmin(low, (double)x[i]);
        high = fmax(high, (double)x[i]);
        far = fmax(far, fabs((double)x[i] - l));
    }
    float p[DIGITS];
    write_bound(csv, lse_error(lse_naive(x, DIGITS), &e), 1 + (n + 1) / fabs(l));
    write_bound(csv, lse_error(lse(x, DIGITS), &e), fabs(l + n - low) / fabs(l));
    softmax_naive(p, x, DIGITS);
    write_bound(csv, softmax_error(p, &e, DIGITS), n + 3);
    softmax(p, x, DIGITS);
    double shifted = softmax_error(p, &e, DIGITS);
    write_bound(csv, shifted, n + 2 + 2 * (high - low));
    softmax_division_free(p, x, DIGITS);
    double division_free = softmax_error(p, &e, DIGITS);
    write_bound(csv, division_free, 1 + far + fabs(l + n - low));
    return division_free > shifted;
}

static void write_bounds(struct csv *csv, uint64_t seed)
{
    int dead = 0, worse = 0;
    for (uint64_t row = 0; row < BOUND_ROWS; row++) {
        float x[DIGITS];
        draw_digits(x, seed, row);
        dead += dies_in_f16(x);
        csv_int(csv, (long long)row + 1);
        worse += write_bounds_of(csv, x);
        csv_end_row(csv);
    }
    printf("%d rows of ten logits like a digit classifier's:\n"
           "  the plain sum in FP16 overflows on %d\n"
           "  in FP32 the division-free softmax is less accurate than the shifted one on %d\n",
           BOUND_ROWS, dead, worse);
}

/** Calls everything once, so that an open stub is found before a file is begun (see todo.h). */
static void try_functions(void)
{
    float x[CLASSES] = {0};
    double error[FORMS];
    row_errors(x, 0, error);
    struct lse_state s = lse_online((struct lse_state){-INFINITY, 0}, x, 1);
    lse_merge(s, s);
}

int main(int argc, char **argv)
{
    static struct point points[FORMS][SIZES];
    uint64_t steps = 2000, seed = 1;
    if (argc != 2 || strlen(argv[1]) > 900) {
        fprintf(stderr, "usage: experiment OUTDIR (a folder; settings: STEPS, SEED)\n");
        return 2;
    }
    env_unused("DATA", "this experiment draws its numbers and reads no text");
    if (!env_u64("STEPS", 1, MAX_STEPS, &steps) || !env_u64("SEED", 0, UINT64_MAX, &seed) ||
        !csv_can_write(argv[1], "errors.csv"))
        return 2;
    try_functions();
    double *errors = calloc(FORMS * steps, sizeof *errors);
    if (!errors) {
        fprintf(stderr, "not enough memory for %llu rows; try fewer.\n", (unsigned long long)steps);
        return 2;
    }
    sweep(points, errors, steps, seed);
    free(errors);

    struct csv csv;
    if (csv_open_in(&csv, argv[1], "errors.csv", "form,size,worst,median,dead"))
        write_errors(&csv, points);
    bool fine = csv_finish(&csv);
    if (fine && csv_open_in(&csv, argv[1], "summary.csv", "form,last_size,last_worst,died"))
        write_summary(&csv, points);
    fine = fine && csv_finish(&csv);
    if (fine && csv_open_in(&csv, argv[1], "bounds.csv", BOUND_COLUMNS))
        write_bounds(&csv, seed);
    fine = fine && csv_finish(&csv);
    if (fine && csv_open_in(&csv, argv[1], "kernels.csv", "version,cols,worst"))
        write_ladder(&csv, seed, normal);
    fine = fine && csv_finish(&csv);
    return fine ? 0 : 1;
}
