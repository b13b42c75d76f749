/**
 * @file cuda_runtime.h
 * @brief The few calls of CUDA's runtime that the benchmark's groups make, on the host's memory.
 *
 * gpu.mk compiles bench_labs.cu, bench_steps.cu and bench_host.cpp with this header in the place of
 * CUDA's, so that what the benchmark asks of a result is tested where there is no device.
 */
#ifndef LOWP_TESTS_GPU_HOST_CUDA_RUNTIME_H
#define LOWP_TESTS_GPU_HOST_CUDA_RUNTIME_H

#include <cstddef>
#include <cstdlib>
#include <cstring>

enum cudaError_t {
    cudaSuccess,
    cudaErrorMemoryAllocation,
    cudaErrorNoKernelImageForDevice,
    cudaErrorUnsupportedPtxVersion,
    cudaErrorIllegalAddress,
    cudaErrorMisalignedAddress,
    cudaErrorInsufficientDriver,
    cudaErrorNoDevice
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };

inline const char *cudaGetErrorString(cudaError_t error)
{
    return error == cudaSuccess ? "no error" : "no memory";
}

template <class T> cudaError_t cudaMalloc(T **p, size_t bytes)
{
    *p = (T *)aligned_alloc(256, (bytes + 255) / 256 * 256);
    return *p ? cudaSuccess : cudaErrorMemoryAllocation;
}

inline cudaError_t cudaFree(void *p)
{
    free(p);
    return cudaSuccess;
}

inline cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind)
{
    memcpy(to, from, bytes);
    return cudaSuccess;
}

inline cudaError_t cudaMemset(void *to, int byte, size_t bytes)
{
    memset(to, byte, bytes);
    return cudaSuccess;
}

inline cudaError_t cudaDeviceSynchronize()
{
    return cudaSuccess;
}

#endif
