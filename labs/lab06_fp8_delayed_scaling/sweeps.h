/**
 * @file sweeps.h
 * @brief Two measurements of lab 06's experiment that need no training. A part of experiment.c.
 *
 * OUTDIR/snr.csv: a tensor of 256 x 128 normal numbers (standard deviation 1), one of which is an
 * outlier. How far are the others from what their codes mean?
 *   recipe       how the tensor is scaled:
 *                  current        by its own amax, outlier included
 *                  delayed_step   by the amax of the step before, without outlier: it saturates
 *                  delayed_after  by the amax of a step with the outlier; the tensor has none now
 *                  block_1x128    each 128 elements by their own amax
 *                  block_128x128  each 128 x 128 elements by their own amax
 *                all in E4M3; and current_e5m2 as current, in E5M2
 *   outlier      its size
 *   snr_rest     signal to noise of all elements but the outlier, in dB
 *   snr_all      of all elements, in dB
 * OUTDIR/promotion.csv: 64 sums of k products of normal numbers in E4M3, by the model.
 *   k            length of the sums
 *   promoted     largest error of your fp8_block_gemm() over the largest sum
 *   unpromoted   the same for one fp8_tensor_core() over all k products
 *   positive_promoted, positive_unpromoted   the same for the magnitudes of those numbers
 */
#ifndef LOWP_LAB06_SWEEPS_H
#define LOWP_LAB06_SWEEPS_H

#include "lab06.h"

#include "common/csv.h"
#include "common/rng.h"
#include "common/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/** Quantizes a matrix in blocks of height 1 or 128, and back. @param[out] out what the codes mean
 *  @param[in] x rows x cols @param[in] rows @param[in] cols @param[in] height of a block
 *  @param[out] codes space for rows x cols @param[out] factors space for all of them */
static void sweep_blocks(float *out, const float *x, int rows, int cols, int height, uint8_t *codes,
                         float *factors)
{
    size_t n = (size_t)rows * (size_t)cols;
    size_t across = ((size_t)cols + FP8_BLOCK - 1) / FP8_BLOCK;
    (height == 1 ? fp8_quantize_rows : fp8_quantize_squares)(codes, factors, x, rows, cols);
    fp8_dequantize(out, codes, n, 1, FP8_E4M3);
    for (size_t r = 0; r < (size_t)rows; r++)
        for (size_t c = 0; c < (size_t)cols; c++)
            out[r * (size_t)cols + c] *= factors[r / (size_t)height * across + c / FP8_BLOCK];
}

/** A normal number: Box & Muller's. */
static double sweep_normal(uint64_t seed, uint64_t stream, uint64_t i)
{
    double radius = sqrt(-2 * log(1 - rng_f64(seed, stream, 2 * i)));
    return radius * cos(6.283185307179586 * rng_f64(seed, stream, 2 * i + 1));
}

enum { SNR_ROWS = 256, SNR_COLS = 128, SNR_N = SNR_ROWS * SNR_COLS, SNR_AT = 1000 };

/** Signal to noise in dB. @param[in] from first element @param[in] to one past the last
 *  @param[in] skip an element that does not count, or SIZE_MAX */
static double sweep_ratio(const float *x, const float *meant, size_t skip)
{
    double signal = 0, noise = 0;
    for (size_t i = 0; i < SNR_N; i++) {
        if (i == skip)
            continue;
        signal += (double)x[i] * (double)x[i];
        noise += ((double)meant[i] - (double)x[i]) * ((double)meant[i] - (double)x[i]);
    }
    return 10 * log10(signal / noise);
}

/** The tensor, and room for its codes. */
struct sweep_tensor {
    float x[SNR_N];          /**< the numbers */
    float meant[SNR_N];      /**< what their codes mean */
    float factors[SNR_ROWS]; /**< of the blocks */
    uint8_t codes[SNR_N];    /**< the codes */
    float ordinary;          /**< the element that the outlier stands in for */
};

static void sweep_one_scale(struct sweep_tensor *s, float amax, enum fp8_kind kind)
{
    float scale = fp8_current_scale(amax, kind);
    fp8_quantize(s->codes, s->x, SNR_N, scale, kind, true);
    fp8_dequantize(s->meant, s->codes, SNR_N, scale, kind);
}

enum { SNR_CURRENT, SNR_STEP, SNR_AFTER, SNR_ROWS_128, SNR_SQUARES, SNR_E5M2, SNR_RECIPES };

static void sweep_quantize(struct sweep_tensor *s, int recipe, float outlier)
{
    float amax;
    s->x[SNR_AT] = s->ordinary;
    amax = fp8_amax(s->x, SNR_N); /* of a step without the outlier */
    if (recipe != SNR_AFTER)
        s->x[SNR_AT] = outlier;
    switch (recipe) {
    case SNR_STEP:
        sweep_one_scale(s, amax, FP8_E4M3);
        break;
    case SNR_ROWS_128:
        sweep_blocks(s->meant, s->x, SNR_ROWS, SNR_COLS, 1, s->codes, s->factors);
        break;
    case SNR_SQUARES:
        sweep_blocks(s->meant, s->x, SNR_ROWS, SNR_COLS, FP8_BLOCK, s->codes, s->factors);
        break;
    default: /* the amax with the outlier, which delayed_after only remembers */
        sweep_one_scale(s, fmaxf(amax, outlier), recipe == SNR_E5M2 ? FP8_E5M2 : FP8_E4M3);
    }
}

/** Writes snr.csv. @param[in] t experiment @return false after a line on stderr */
static bool sweep_snr(const struct train *t)
{
    static const char *const names[SNR_RECIPES] = {"current",     "delayed_step",  "delayed_after",
                                                   "block_1x128", "block_128x128", "current_e5m2"};
    const uint64_t stream = UINT64_MAX - 1;
    struct csv csv;
    struct sweep_tensor *s = calloc(1, sizeof *s);
    if (!s) {
        fprintf(stderr, "snr.csv: not enough memory; close other programs.\n");
        return false;
    }
    for (uint64_t i = 0; i < SNR_N; i++)
        s->x[i] = (float)sweep_normal(t->seed, stream, i);
    s->ordinary = s->x[SNR_AT];
    csv_open_in(&csv, t->out, "snr.csv", "recipe,outlier,snr_rest,snr_all");
    for (int recipe = 0; recipe < SNR_RECIPES; recipe++) {
        for (int e = 4; e <= 44; e++) { /* half powers of two from 4 to 2^22 */
            float outlier = (float)exp2(e / 2.0);
            sweep_quantize(s, recipe, outlier);
            csv_text(&csv, names[recipe]);
            csv_f64(&csv, (double)outlier);
            csv_f64(&csv, sweep_ratio(s->x, s->meant, SNR_AT));
            csv_f64(&csv, sweep_ratio(s->x, s->meant, SIZE_MAX));
            csv_end_row(&csv);
        }
    }
    free(s);
    return csv_finish(&csv);
}

enum { PROMOTION_SIDE = 8, PROMOTION_K = 8192 };

/** The operands of the sums: codes of two matrices of 8 rows. */
struct sweep_sums {
    uint8_t a[PROMOTION_SIDE * PROMOTION_K]; /**< left operands, k codes a row */
    uint8_t b[PROMOTION_SIDE * PROMOTION_K]; /**< right operands */
};

/** Codes of normal numbers, or of their magnitudes; the largest is about 448. */
static void sweep_codes(struct sweep_sums *s, uint64_t seed, int k, bool positive)
{
    uint64_t n = (uint64_t)PROMOTION_SIDE * (uint64_t)k;
    for (uint64_t i = 0; i < n; i++) {
        float x = (float)(100 * sweep_normal(seed, UINT64_MAX - 2, i));
        float y = (float)(100 * sweep_normal(seed, UINT64_MAX - 3, i));
        s->a[i] = e4m3_from_f32_rne(positive ? fabsf(x) : x, true);
        s->b[i] = e4m3_from_f32_rne(positive ? fabsf(y) : y, true);
    }
}

/** The largest error over the largest sum, of fp8_block_gemm() and of the tensor core alone. */
static void sweep_errors(const struct sweep_sums *s, int k, double *promoted, double *unpromoted)
{
    float y[PROMOTION_SIDE * PROMOTION_SIDE], ones[PROMOTION_SIDE * PROMOTION_K / FP8_BLOCK];
    double largest = 0, error[2] = {0, 0};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        ones[i] = 1;
    fp8_block_gemm(y, s->a, ones, s->b, ones, PROMOTION_SIDE, PROMOTION_SIDE, k);
    for (int i = 0; i < PROMOTION_SIDE; i++) {
        for (int j = 0; j < PROMOTION_SIDE; j++) {
            const uint8_t *a = s->a + i * k, *b = s->b + j * k;
            double exact = 0;
            for (int l = 0; l < k; l++) /* whole multiples of 2^-18 below 2^31: exact */
                exact += (double)f32_from_e4m3(a[l]) * (double)f32_from_e4m3(b[l]);
            double core = fp8_tensor_core(0, a, b, k);
            largest = fmax(largest, fabs(exact));
            error[0] = fmax(error[0], fabs((double)y[i * PROMOTION_SIDE + j] - exact));
            error[1] = fmax(error[1], fabs(core - exact));
        }
    }
    *promoted = error[0] / largest;
    *unpromoted = error[1] / largest;
}

/** Writes promotion.csv. @param[in] t experiment @return false after a line on stderr */
static bool sweep_promotion(const struct train *t)
{
    struct csv csv;
    struct sweep_sums *s = malloc(sizeof *s);
    if (!s) {
        fprintf(stderr, "promotion.csv: not enough memory; close other programs.\n");
        return false;
    }
    csv_open_in(&csv, t->out, "promotion.csv",
                "k,promoted,unpromoted,positive_promoted,positive_unpromoted");
    for (int k = FP8_BLOCK; k <= PROMOTION_K; k *= 2) {
        double promoted, unpromoted;
        csv_int(&csv, k);
        for (int positive = 0; positive < 2; positive++) {
            sweep_codes(s, t->seed, k, positive);
            sweep_errors(s, k, &promoted, &unpromoted);
            csv_f64(&csv, promoted);
            csv_f64(&csv, unpromoted);
        }
        csv_end_row(&csv);
    }
    free(s);
    return csv_finish(&csv);
}

#endif
