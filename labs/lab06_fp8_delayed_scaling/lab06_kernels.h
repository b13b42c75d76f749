/**
 * @file lab06_kernels.h
 * @brief Lab 06, the kernels: amax and cast in one pass, written three times, in lab06.cu.
 *
 * Exercise 6.9 passes over a tensor twice: fp8_amax() reads it, fp8_quantize() reads it again.
 * Delayed scaling exists because a kernel can do both at once: the scale comes from the steps
 * before, so the amax of this step is needed by nobody before the kernel ends. For each element
 *
 *      codes[i] = FP8(x[i] * scale), saturating: __nv_cvt_float_to_fp8(..., __NV_SATFINITE, ...)
 *      *amax    = the largest of *amax and all |x[i]|, before the scaling
 *
 * | x                       | code                                | counts for amax              |
 * |-------------------------|-------------------------------------|------------------------------|
 * | x * scale within range  | to nearest, ties to even            | yes                          |
 * | beyond, infinities too  | the largest value, with x's sign    | yes; an infinity too         |
 * | NaN                     | a NaN                               | no (fmaxf's rule)            |
 *
 * | kernel               | one thread takes           | the amax                            |
 * |----------------------|----------------------------|-------------------------------------|
 * | quantize_naive       | one element                | an atomicMax for each element       |
 * | quantize_warp        | every so-many-th element   | shuffles, one atomicMax a warp      |
 * | quantize_vectorised  | eight neighbours at a time | the same                            |
 *
 * There is no atomicMax for floats. But the bits of floats from 0 up, read as integers, are in the
 * order of the floats (lab 01), so an atomicMax on the bits will do.
 *
 * Read as C by the tests, as C++ by the build for the CPU (common/simt) and as CUDA by nvcc.
 */
#ifndef LOWP_LAB06_KERNELS_H
#define LOWP_LAB06_KERNELS_H

#include "lab06.h"

#ifdef __cplusplus
#ifdef __CUDACC__
#include <cuda_fp8.h>
#endif

/**
 * Exercise 6.17: one thread an element. Launched with ceil(n / 256) blocks of 256 threads: the last
 * block has threads left over.
 * @param[out] codes n codes
 * @param[in,out] amax one float, 0 or above: what the step's calls have found so far; raised if
 *                this one finds more
 * @param[in] x n values @param[in] n number of elements, 1 or more
 * @param[in] scale finite, above 0 @param[in] kind __NV_E4M3 or __NV_E5M2
 *
 * Checked exactly, codes and amax (any NaN code for a NaN). The same holds for all three kernels.
 */
__global__ void quantize_naive(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                               __nv_fp8_interpretation_t kind);

/**
 * Exercise 6.18: any number of blocks of 256 threads: a thread takes element i = its number in the
 * grid, then i + the number of threads in the grid, and so on, and keeps the largest magnitude in a
 * register. The lanes of a warp compare with shuffles, and lane 0 does one atomicMax.
 * Parameters as for quantize_naive().
 */
__global__ void quantize_warp(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                              __nv_fp8_interpretation_t kind);

/**
 * Exercise 6.19: as quantize_warp(), but a thread takes eight neighbours at a time: two float4 (16
 * bytes each) of x and one uint2 (8 codes) of codes, the first code in the lowest byte of x. The
 * n % 8 elements at the end are taken one by one. Parameters as for quantize_naive(); both arrays
 * begin on 16 bytes.
 */
__global__ void quantize_vectorised(uint8_t *codes, float *amax, const float *x, size_t n,
                                    float scale, __nv_fp8_interpretation_t kind);

extern "C" {
#endif

/**
 * Launches quantize_naive() on device memory; does not wait for it. n = 0 launches nothing.
 * @param[out] codes n codes @param[in,out] amax one float @param[in] x n values
 * @param[in] n number of elements @param[in] scale finite, above 0 @param[in] kind of the codes
 */
void launch_quantize_naive(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                           enum fp8_kind kind);
/** Launches quantize_warp() with `blocks` blocks (0: as many as fill a device, or fewer if n is
 *  small); otherwise as launch_quantize_naive(). */
void launch_quantize_warp(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                          enum fp8_kind kind, int blocks);
/** Launches quantize_vectorised(); otherwise as launch_quantize_warp(). */
void launch_quantize_vectorised(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                                enum fp8_kind kind, int blocks);

/** launch_quantize_naive() on host memory: copies in, launches, waits, copies back. */
void run_quantize_naive(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                        enum fp8_kind kind);
/** launch_quantize_warp() on host memory. */
void run_quantize_warp(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                       enum fp8_kind kind, int blocks);
/** launch_quantize_vectorised() on host memory. */
void run_quantize_vectorised(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                             enum fp8_kind kind, int blocks);

#ifdef __cplusplus
}
#endif

#endif
