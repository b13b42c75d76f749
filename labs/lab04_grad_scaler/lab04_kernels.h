/**
 * @file lab04_kernels.h
 * @brief Lab 04, the kernels: check and unscale many tensors with one launch, in lab04.cu.
 *
 * A model has hundreds of gradients, from a bias of 16 elements to an embedding of millions. One
 * launch a tensor would cost more than the work on most of them. So the host cuts all tensors into
 * *chunks* of a fixed size (the last of each is short) and launches one block a chunk, as PyTorch's
 * multi_tensor_apply does for _amp_foreach_non_finite_check_and_unscale_
 * (aten/src/ATen/native/cuda/MultiTensorApply.cuh and AmpKernels.cu):
 *
 *      tensor 0  |---chunk---|---chunk---|-|        tensor 1  |--|        tensor 2  |---chunk---|
 *                   block 0     block 1   2                    3                       4
 *
 * What a block does to each element x of its chunk is exercise 4.4 again:
 *
 * | x             | *found_inf      | x becomes                                              |
 * |---------------|-----------------|--------------------------------------------------------|
 * | finite        | as it was       | x * inv in FP32, even if that is not finite            |
 * | +-inf or NaN  | 1.0f            | x * inv in FP32                                        |
 *
 * and if inv is 1, nothing is multiplied: every x keeps its bits, a NaN's payload included.
 *
 * Read as C by the tests, as C++ by the build for the CPU (common/simt) and as CUDA by nvcc.
 */
#ifndef LOWP_LAB04_KERNELS_H
#define LOWP_LAB04_KERNELS_H

#include "lab04.h"

/** A piece of a gradient: what one block works on. */
struct chunk {
    float *data; /**< first element; begins on 4 bytes, as every float, and not always on 16 */
    size_t n;    /**< number of elements, 1 or more */
};

#ifdef __cplusplus

/**
 * Exercise 4.15: block b unscales chunks[b], 256 threads over all its elements.
 * @param[in] chunks one for each block of the grid
 * @param[in,out] found_inf one float, set to 1 as in the table; never cleared. Many threads may want
 *                to set it at once, so write it with an atomic operation
 * @param[in] inv what to multiply by
 */
__global__ void unscale_chunks(const struct chunk *chunks, float *found_inf, float inv);

/**
 * Exercise 4.16: the same, with four elements an access (float4) wherever an access of 16 bytes is
 * allowed: at addresses that are multiples of 16. The elements of a chunk before the first such
 * address and after the last whole group are taken one by one. The block votes, with
 * __syncthreads_or(), and at most one thread of it touches found_inf.
 * Parameters as for unscale_chunks().
 */
__global__ void unscale_vectorised(const struct chunk *chunks, float *found_inf, float inv);

extern "C" {
#endif

/**
 * Launches unscale_chunks() on device memory; does not wait for it. 0 chunks launch nothing.
 * @param[in] chunks on the device, one a block @param[in] count number of chunks
 * @param[in,out] found_inf one float @param[in] inv what to multiply by
 */
void launch_unscale_chunks(const struct chunk *chunks, size_t count, float *found_inf, float inv);
/** Launches unscale_vectorised(); otherwise as launch_unscale_chunks(). */
void launch_unscale_vectorised(const struct chunk *chunks, size_t count, float *found_inf,
                               float inv);

/**
 * Unscales tensors on the host's memory with unscale_chunks(): cuts them up, copies in, launches,
 * waits, copies back. They lie one behind the other: tensor k is grads[offsets[k]] up to, and
 * without, grads[offsets[k + 1]].
 * @param[in,out] grads offsets[tensors] elements
 * @param[in] offsets tensors + 1 numbers that do not fall; a tensor may be empty
 * @param[in] tensors number of tensors @param[in] chunk elements of a chunk, 1 or more
 * @param[in,out] found_inf one float @param[in] inv what to multiply by
 */
void run_unscale_chunks(float *grads, const size_t *offsets, size_t tensors, size_t chunk,
                        float *found_inf, float inv);
/** run_unscale_chunks() with unscale_vectorised(). */
void run_unscale_vectorised(float *grads, const size_t *offsets, size_t tensors, size_t chunk,
                            float *found_inf, float inv);

#ifdef __cplusplus
}
#endif

#endif
