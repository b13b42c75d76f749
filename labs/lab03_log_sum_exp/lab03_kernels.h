/**
 * @file lab03_kernels.h
 * @brief Lab 03, the kernels: the softmax of every row of a matrix, written four times, in lab03.cu.
 *
 * x and p are rows x cols, row by row. All four kernels compute the same, exercise 3.4 on each row:
 *
 *      p_i = exp(x_i - m) / S,      m the row's largest element,  S = sum of exp(x_i - m)
 *
 * with the edge rows of lab03.h (all -inf, a +inf or a NaN: the whole row is NaN) and within the
 * bound of 3.4. They differ in how many threads share a row, where these threads meet, and how
 * often the row is read:
 *
 * | kernel              | a row belongs to | they meet in                     | reads of x        |
 * |---------------------|------------------|----------------------------------|-------------------|
 * | softmax_rows_naive  | one thread       | (nobody to meet)                 | 3 (m, S, p)       |
 * | softmax_rows_shared | a block          | shared memory, by a tree         | 3                 |
 * | softmax_rows_warp   | a warp           | registers, by shuffles           | 3                 |
 * | softmax_rows_online | a block          | registers, then 8 pairs          | 2, by 16 bytes    |
 *
 * Read as C by the tests, as C++ by the build for the CPU (common/simt) and as CUDA by nvcc.
 */
#ifndef LOWP_LAB03_KERNELS_H
#define LOWP_LAB03_KERNELS_H

#include <stddef.h>

#ifdef __cplusplus

/**
 * Exercise 3.11: one thread a row, three loops, as the C function has them.
 * Launched with ceil(rows / 256) blocks of 256 threads: the last block has threads left over.
 * @param[out] p rows x cols probabilities @param[in] x rows x cols logits, any floats
 * @param[in] rows number of rows, 1 or more @param[in] cols length of a row, 1 or more
 */
__global__ void softmax_rows_naive(float *p, const float *x, size_t rows, size_t cols);

/**
 * Exercise 3.12: block b has row b. Each thread takes every blockDim.x-th element; the maxima and
 * then the sums of the threads meet in a tree in shared memory.
 * Launched with `rows` blocks of 256 threads, and blockDim.x floats of dynamic shared memory.
 * Parameters as for softmax_rows_naive().
 */
__global__ void softmax_rows_shared(float *p, const float *x, size_t rows, size_t cols);

/**
 * Exercise 3.13: warp w of the grid has row w. Lane l takes the elements l, l + 32, ...; maxima and
 * sums meet by shuffles. No shared memory, no barrier.
 * Launched with ceil(rows / 8) blocks of 256 threads, 8 warps each: the last block may have whole
 * warps left over. Parameters as for softmax_rows_naive().
 */
__global__ void softmax_rows_warp(float *p, const float *x, size_t rows, size_t cols);

/**
 * Exercise 3.14: block b has row b, and reads it once for m and S together: each thread keeps a
 * state (m, d) as in 3.7, states meet as in 3.8, by shuffles in a warp and through shared memory
 * between warps. Reads and writes are float4 wherever an access of 16 bytes is allowed, at
 * addresses that are multiples of 16; up to three elements before the first such address and up to
 * three behind the last whole group are taken one by one.
 * Launched with `rows` blocks of 256 threads. p and x begin on 16 bytes; their rows begin where
 * they begin. Parameters otherwise as for softmax_rows_naive().
 * @see Milakov & Gimelshein 2018, arXiv 1805.02867, algorithm 3 and section 3.1
 */
__global__ void softmax_rows_online(float *p, const float *x, size_t rows, size_t cols);

extern "C" {
#endif

/**
 * Launches softmax_rows_naive() on device memory; does not wait for it. Nothing is launched for
 * rows = 0 or cols = 0.
 * @param[out] p rows x cols @param[in] x rows x cols
 * @param[in] rows number of rows @param[in] cols length of a row
 */
void launch_softmax_rows_naive(float *p, const float *x, size_t rows, size_t cols);
/** Launches softmax_rows_shared(); otherwise as launch_softmax_rows_naive(). */
void launch_softmax_rows_shared(float *p, const float *x, size_t rows, size_t cols);
/** Launches softmax_rows_warp(); otherwise as launch_softmax_rows_naive(). */
void launch_softmax_rows_warp(float *p, const float *x, size_t rows, size_t cols);
/** Launches softmax_rows_online(); otherwise as launch_softmax_rows_naive(). */
void launch_softmax_rows_online(float *p, const float *x, size_t rows, size_t cols);

/** launch_softmax_rows_naive() on host memory: copies in, launches, waits, copies back. */
void run_softmax_rows_naive(float *p, const float *x, size_t rows, size_t cols);
/** launch_softmax_rows_shared() on host memory. */
void run_softmax_rows_shared(float *p, const float *x, size_t rows, size_t cols);
/** launch_softmax_rows_warp() on host memory. */
void run_softmax_rows_warp(float *p, const float *x, size_t rows, size_t cols);
/** launch_softmax_rows_online() on host memory. */
void run_softmax_rows_online(float *p, const float *x, size_t rows, size_t cols);

#ifdef __cplusplus
}
#endif

#endif
