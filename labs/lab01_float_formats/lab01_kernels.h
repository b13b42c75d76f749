/**
 * @file lab01_kernels.h
 * @brief Lab 01, the kernels: the cast of a whole array from FP32 to a narrow format, in lab01.cu.
 *
 * The rounding is that of common/cast.h, to the bit (its case table holds here too), written once
 * for all four formats: the descriptor says what differs. A device has instructions for some of
 * these casts; the integers here run anywhere, and show what those instructions do.
 *
 * Read as C by the tests, as C++ by the build for the CPU (common/simt) and as CUDA by nvcc.
 */
#ifndef LOWP_LAB01_KERNELS_H
#define LOWP_LAB01_KERNELS_H

#include "common/formats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus

/**
 * Exercise 1.13: FP32 to a narrow format, to nearest even, with integer operations.
 * @param[in] x any float
 * @param[in] f FP16, BF16, E4M3 or E5M2: at most 8 exponent and 10 mantissa bits
 * @param[in] saturate clamp what rounds past the largest finite value (and infinities) to it
 * @return the code, right-aligned; for NaN any NaN code of the format
 */
__device__ uint32_t code_from_f32(float x, struct fp_format f, bool saturate);

/**
 * Exercise 1.14: one code of 16 bits for each element; overflow gives infinity.
 * Any number of blocks of 256 threads: a thread takes element i = its number in the grid, then
 * i + the number of threads in the grid, and so on.
 * @param[out] codes n codes @param[in] x n elements @param[in] n number of elements, 1 or more
 * @param[in] f FP16 or BF16
 */
__global__ void cast_to_16(uint16_t *codes, const float *x, size_t n, struct fp_format f);

/**
 * Exercise 1.15: one code of 8 bits for each element, four neighbours at a time: one float4 is read
 * (16 bytes), one uint32_t of four codes written, the first in its lowest byte. The n % 4 elements
 * at the end are taken one by one. Launched like 1.14.
 * @param[out] codes n codes, beginning on 4 bytes @param[in] x n elements, beginning on 16 bytes
 * @param[in] n number of elements, 1 or more @param[in] f E4M3 or E5M2
 * @param[in] saturate as in 1.13
 */
__global__ void cast_to_8(uint8_t *codes, const float *x, size_t n, struct fp_format f,
                          bool saturate);

extern "C" {
#endif

/**
 * Launches cast_to_16() on device memory; does not wait for it. n = 0 launches nothing.
 * @param[out] codes n codes @param[in] x n elements @param[in] n number of elements
 * @param[in] f FP16 or BF16
 * @param[in] blocks of the grid; 0: as many as fill a device, or fewer if n is small
 */
void launch_cast_to_16(uint16_t *codes, const float *x, size_t n, struct fp_format f, int blocks);
/**
 * Launches cast_to_8(); otherwise as launch_cast_to_16().
 * @param[out] codes n codes @param[in] x n elements @param[in] n number of elements
 * @param[in] f E4M3 or E5M2 @param[in] saturate as in 1.13 @param[in] blocks of the grid, or 0
 */
void launch_cast_to_8(uint8_t *codes, const float *x, size_t n, struct fp_format f, bool saturate,
                      int blocks);

/** launch_cast_to_16() on host memory: copies in, launches, waits, copies back. */
void run_cast_to_16(uint16_t *codes, const float *x, size_t n, struct fp_format f, int blocks);
/** launch_cast_to_8() on host memory. */
void run_cast_to_8(uint8_t *codes, const float *x, size_t n, struct fp_format f, bool saturate,
                   int blocks);

#ifdef __cplusplus
}
#endif

#endif
