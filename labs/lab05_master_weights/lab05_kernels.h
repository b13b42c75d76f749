/**
 * @file lab05_kernels.h
 * @brief Lab 05, the kernels: one fused AdamW step, written four times, in lab05.cu.
 *
 * The C functions of this lab pass over memory twice: adamw_update() writes u, apply_master() reads
 * it back. A fused kernel keeps u in a register. All four kernels do the same to element i, in FP32,
 * one rounding an operation, in this order:
 *
 *      m[i] = beta1 * m[i]  +  (1 - beta1) * g[i]
 *      v[i] = beta2 * v[i]  +  ((1 - beta2) * g[i]) * g[i]
 *      u    = (-lr * (m[i] / correction1)) / (sqrt(v[i] / correction2) + eps)
 *             -  (lr * weight_decay) * master[i]
 *      master[i] = master[i] + u,      w[i] = BF16(master[i])  to nearest even
 *
 * and add the squares of all u to *sum: its root is the norm of the update, the number to hold
 * against the norm of the weights. They differ in how the sum comes together, and in how wide the
 * accesses to memory are:
 *
 * | kernel             | one thread takes             | the sum                          |
 * |--------------------|------------------------------|----------------------------------|
 * | adamw_naive        | one element                  | an atomicAdd for each element    |
 * | adamw_shared       | one element                  | a tree in shared memory          |
 * | adamw_warp         | every so-many-th element     | shuffles in a warp               |
 * | adamw_vectorised   | four neighbours at a time    | the same                         |
 *
 * Read as C by the tests, as C++ by the build for the CPU (common/simt) and as CUDA by nvcc.
 */
#ifndef LOWP_LAB05_KERNELS_H
#define LOWP_LAB05_KERNELS_H

#include "lab05.h"

#ifdef __cplusplus
#ifdef __CUDACC__
#include <cuda_bf16.h>
#endif

/** What a kernel needs to know of a step: the settings, and what the host made of beta and t. */
struct adamw_step {
    float lr, beta1, beta2, eps, weight_decay; /**< as in struct adamw */
    float correction1;                         /**< 1 - beta1^t, taken in double, rounded once */
    float correction2;                         /**< 1 - beta2^t, likewise */
};

/**
 * Exercise 5.10: one element, in registers. The kernels below load, call this, and store.
 * @param[in,out] master weight @param[in,out] m first moment @param[in,out] v second moment
 * @param[in] g gradient @param[in] s the step @return the update u, in the order of operations above
 */
__device__ float adamw_element(float &master, float &m, float &v, float g,
                               const struct adamw_step &s);

/**
 * Exercise 5.11: one thread an element, and one atomicAdd an element.
 * Launched with ceil(n / 256) blocks of 256 threads: the last block has threads left over.
 * @param[in,out] master n FP32 weights @param[out] w n BF16 copies
 * @param[in,out] m n first moments @param[in,out] v n second moments
 * @param[in,out] sum one float: the sum of u^2 is added to it, in any order
 * @param[in] g n gradients @param[in] n number of elements, 1 or more @param[in] s the step
 *
 * Checked: all arrays bit by bit; *sum within (2n + 2) * 2^-24 of itself, which n squares and n sums
 * of positive numbers, each rounded once, keep in any order. The same holds for all four kernels.
 */
__global__ void adamw_naive(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                            const __nv_bfloat16 *g, size_t n, struct adamw_step s);

/**
 * Exercise 5.12: one thread an element; a block adds up in shared memory, and one thread of it does
 * one atomicAdd. Launched with ceil(n / 256) blocks of 256 threads and blockDim.x floats of dynamic
 * shared memory. Parameters as for adamw_naive(). Every thread must reach every barrier.
 */
__global__ void adamw_shared(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                             const __nv_bfloat16 *g, size_t n, struct adamw_step s);

/**
 * Exercise 5.13: any number of blocks of 256 threads: a thread takes element i = its number in the
 * grid, then i + the number of threads in the grid, and so on. The 32 threads of a warp add up with
 * shuffles, the warps of a block through static shared memory, for which a float a warp is enough,
 * and one thread of the block does one atomicAdd. Parameters as for adamw_naive().
 */
__global__ void adamw_warp(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                           const __nv_bfloat16 *g, size_t n, struct adamw_step s);

/**
 * Exercise 5.14: as adamw_warp(), but a thread takes four neighbours at a time: one float4 (16
 * bytes) of master, m and v, one ushort4 (8 bytes: four codes) of g and w. The n % 4 elements at
 * the end are taken one by one. Parameters as for adamw_naive(); all arrays begin on 16 bytes.
 */
__global__ void adamw_vectorised(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                                 const __nv_bfloat16 *g, size_t n, struct adamw_step s);

extern "C" {
#endif

/**
 * Launches adamw_naive() on device memory; does not wait for it. n = 0 launches nothing.
 * @param[in,out] master n FP32 weights @param[out] w n BF16 codes @param[in,out] m n first moments
 * @param[in,out] v n second moments @param[in,out] sum one float @param[in] g n BF16 codes
 * @param[in] n number of elements @param[in] opt settings @param[in] t step, from 1
 */
void launch_adamw_naive(float *master, uint16_t *w, float *m, float *v, float *sum,
                        const uint16_t *g, size_t n, struct adamw opt, int t);
/** Launches adamw_shared(); otherwise as launch_adamw_naive(). */
void launch_adamw_shared(float *master, uint16_t *w, float *m, float *v, float *sum,
                         const uint16_t *g, size_t n, struct adamw opt, int t);
/** Launches adamw_warp() with `blocks` blocks (0: as many as fill a device, or fewer if n is small);
 *  otherwise as launch_adamw_naive(). */
void launch_adamw_warp(float *master, uint16_t *w, float *m, float *v, float *sum,
                       const uint16_t *g, size_t n, struct adamw opt, int t, int blocks);
/** Launches adamw_vectorised(); otherwise as launch_adamw_warp(). */
void launch_adamw_vectorised(float *master, uint16_t *w, float *m, float *v, float *sum,
                             const uint16_t *g, size_t n, struct adamw opt, int t, int blocks);

/** launch_adamw_naive() on host memory: copies in, launches, waits, copies back. */
void run_adamw_naive(float *master, uint16_t *w, float *m, float *v, float *sum, const uint16_t *g,
                     size_t n, struct adamw opt, int t);
/** launch_adamw_shared() on host memory. */
void run_adamw_shared(float *master, uint16_t *w, float *m, float *v, float *sum, const uint16_t *g,
                      size_t n, struct adamw opt, int t);
/** launch_adamw_warp() on host memory. */
void run_adamw_warp(float *master, uint16_t *w, float *m, float *v, float *sum, const uint16_t *g,
                    size_t n, struct adamw opt, int t, int blocks);
/** launch_adamw_vectorised() on host memory. */
void run_adamw_vectorised(float *master, uint16_t *w, float *m, float *v, float *sum,
                          const uint16_t *g, size_t n, struct adamw opt, int t, int blocks);

#ifdef __cplusplus
}
#endif

#endif
