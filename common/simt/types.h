/**
 * @file types.h
 * @brief The types and functions of CUDA that need no device, for kernels compiled by g++:
 *        dim3 and the vectors (vectors.h), arithmetic (math.h), FP16, BF16 and FP8 (lowp.h).
 *        simt.h includes it, before it defines `__global__`, `threadIdx` and their like.
 *
 * SIMT_OWN_TYPES says whose types:
 *   1 (the default)  the small equivalents in this folder. Every machine then compiles the same
 *                    source to the same results, and refuses the same files: a kernel that is
 *                    graded where no CUDA is installed meets what it met at its author's.
 *   0                those of CUDA's own headers, which must be on the include path, for functions
 *                    that are not here. Without those headers the equivalents take their place.
 * tests/check_simt_types.sh shows that both give the same layouts and the same results.
 */
#ifndef LOWP_SIMT_TYPES_H
#define LOWP_SIMT_TYPES_H

#ifndef SIMT_OWN_TYPES
#define SIMT_OWN_TYPES 1 /**< whose types: see above */
#endif
#if !SIMT_OWN_TYPES && !__has_include(<cuda_fp8.h>)
#undef SIMT_OWN_TYPES
#define SIMT_OWN_TYPES 1
#endif

#if SIMT_OWN_TYPES
#include "common/simt/vectors.h"

#include "common/simt/lowp.h"
#include "common/simt/lowp_functions.h"
#else
#include <vector_functions.h>
#include <vector_types.h>

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>
/* CUDA's headers define these away for a compiler that is not nvcc; simt.h gives them a meaning. */
#undef __align__
#undef __constant__
#undef __device__
#undef __forceinline__
#undef __global__
#undef __grid_constant__
#undef __host__
#undef __launch_bounds__
#undef __managed__
#undef __noinline__
#undef __shared__
#endif
#include "common/simt/math.h"

#endif
