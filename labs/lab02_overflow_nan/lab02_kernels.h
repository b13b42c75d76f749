/**
 * @file lab02_kernels.h
 * @brief Lab 02, the kernels: is anything in an array not finite, and how much of it, in lab02.cu.
 *
 * Both kernels answer by votes. A warp's 32 threads ("lanes") hold one value each;
 * __ballot_sync(mask, bad) gives all of them one word, with bit l set if lane l said yes:
 *
 *      lane      31                          5  4  3  2  1  0
 *      x          2  1  0  4 ...             7 NaN 1 -1 inf 3
 *      ballot     0  0  0  0 ...             0  1  0  0  1  0      any: not 0.   how many: __popc
 *
 * Read as C by the tests, as C++ by the build for the CPU (common/simt) and as CUDA by nvcc.
 */
#ifndef LOWP_LAB02_KERNELS_H
#define LOWP_LAB02_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/** How many numbers are not finite. */
struct nonfinite {
    uint32_t infs; /**< infinities of either sign */
    uint32_t nans; /**< NaNs of either sign */
};

#ifdef __cplusplus

/**
 * Exercise 2.15: *found_inf becomes 1.0f if x holds an infinity or NaN, and is left alone if not.
 *
 * Any number of blocks of 256 threads: a thread takes element i = its number in the grid, then
 * i + the number of threads in the grid, and so on. A warp votes once, after its loop; of each block
 * at most one thread writes *found_inf, and only if there is something to report. Blocks may write
 * at the same time, so it is written with an atomic operation.
 * @param[in,out] found_inf one float; never cleared @param[in] x n elements
 * @param[in] n number of elements, 1 or more, not always a multiple of anything
 */
__global__ void found_inf_vote(float *found_inf, const float *x, size_t n);

/**
 * Exercise 2.16: counts infinities and NaNs; both are added to what *counts holds.
 *
 * Launched like 2.15. Warps count by ballot and __popc, 32 elements at a time, one lane of a warp
 * keeps the sums, and it does at most one atomicAdd for each of the two counts, after its loop. All
 * lanes of a warp have to vote each time, so they leave the loop together.
 * @param[in,out] counts one struct @param[in] x n elements @param[in] n number of elements, 1 or more
 */
__global__ void count_nonfinite(struct nonfinite *counts, const float *x, size_t n);

extern "C" {
#endif

/**
 * Launches found_inf_vote() on device memory; does not wait for it. n = 0 launches nothing.
 * @param[in,out] found_inf one float @param[in] x n elements @param[in] n number of elements
 * @param[in] blocks of the grid; 0: as many as fill a device, or fewer if n is small
 */
void launch_found_inf_vote(float *found_inf, const float *x, size_t n, int blocks);
/** Launches count_nonfinite(). @param[in,out] counts one struct; otherwise as
 *  launch_found_inf_vote() @param[in] x n elements @param[in] n number @param[in] blocks likewise */
void launch_count_nonfinite(struct nonfinite *counts, const float *x, size_t n, int blocks);

/** launch_found_inf_vote() on host memory: copies in, launches, waits, copies back. */
void run_found_inf_vote(float *found_inf, const float *x, size_t n, int blocks);
/** launch_count_nonfinite() on host memory. */
void run_count_nonfinite(struct nonfinite *counts, const float *x, size_t n, int blocks);

#ifdef __cplusplus
}
#endif

#endif
