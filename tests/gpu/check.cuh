/**
 * @file check.cuh
 * @brief Errors of CUDA in the programs of `make gpu-check`: what, where, what to try; then the end.
 */
#ifndef LOWP_TESTS_GPU_CHECK_CUH
#define LOWP_TESTS_GPU_CHECK_CUH

#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>

/** What to try after an error of CUDA. */
static inline const char *hint(cudaError_t error)
{
    switch (error) {
    case cudaErrorMemoryAllocation:
        return "nvidia-smi shows who holds the device's memory; or set BYTES= to less";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
        return "the GPU needs compute capability 8.0 or later, and a driver for this nvcc's CUDA";
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
        return "compute-sanitizer finds the kernel and the line";
    default:
        return "does nvidia-smi show the device in good health?";
    }
}

static inline void check_cuda(cudaError_t error, const char *call, const char *file, int line)
{
    if (error == cudaSuccess)
        return;
    fprintf(stderr, "%s:%d: %s: %s; %s\n", file, line, call, cudaGetErrorString(error),
            hint(error));
    exit(1);
}

/** Ends the program if a call of CUDA failed. */
#define CUDA_CHECK(call) check_cuda((call), #call, __FILE__, __LINE__)

#endif
