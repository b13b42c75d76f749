/**
 * @file gemm_cuda.cuh
 * @brief The kernels and the error checks of gemm_cuda.cu: round and pack an operand, find an amax.
 */
#ifndef LOWP_COMMON_GEMM_CUDA_CUH
#define LOWP_COMMON_GEMM_CUDA_CUH

#include "common/gemm_backend.h"

#include <cublasLt.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>
#include <cuda_runtime.h>

namespace
{

// --- errors: what, where, what to try -----------------------------------------------------------

const char *hint(cudaError_t error)
{
    switch (error) {
    case cudaErrorMemoryAllocation:
        return "nvidia-smi shows who holds the memory; end that, take a smaller shape, or set "
               "GPU=0";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
        return "build/libgemm_cuda.so is not for this GPU; rebuild it here, or set GPU=0";
    default:
        return "GPU=0 computes on the CPU";
    }
}

const char *hint(cublasStatus_t status)
{
    switch (status) {
    case CUBLAS_STATUS_NOT_SUPPORTED:
        return "this GPU and this cublasLt have no such product; set GPU=0";
    case CUBLAS_STATUS_ALLOC_FAILED:
        return hint(cudaErrorMemoryAllocation);
    default:
        return "GPU=0 computes on the CPU";
    }
}

const char *text(cudaError_t error)
{
    return cudaGetErrorString(error);
}

const char *text(cublasStatus_t status)
{
    return cublasLtGetStatusString(status);
}

bool fine(cudaError_t error)
{
    return error == cudaSuccess;
}

bool fine(cublasStatus_t status)
{
    return status == CUBLAS_STATUS_SUCCESS;
}

/** Sets the message if a call failed. @return whether it went well */
template <class Status> bool check(gemm_backend *backend, Status status, const char *call, int line)
{
    if (!fine(status))
        snprintf(backend->error, sizeof backend->error, "%.80s (common/gemm_cuda.cu:%d): %s; %s",
                 call, line, text(status), hint(status));
    return fine(status);
}

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if (!check(backend, (call), #call, __LINE__))                                              \
            return false;                                                                          \
    } while (0)

// --- round and pack -----------------------------------------------------------------------------

constexpr int THREADS = 256;

/** Each conversion rounds to nearest even; the last argument only chooses among them. */
__device__ float convert(float x, float, float *)
{
    return x;
}

/** A TF32 number as cublasLt takes it: a float whose low 13 bits are 0. */
struct tf32 {
    float value;
};

__device__ tf32 convert(float x, float, tf32 *)
{
    unsigned bits = __float_as_uint(x);
    if ((bits & 0x7FFFFFFFu) <= 0x7F800000u) /* a NaN must not carry into infinity or the sign */
        bits = (bits + 0xFFFu + (bits >> 13 & 1)) & ~0x1FFFu;
    return {__uint_as_float(bits)};
}

__device__ __nv_bfloat16 convert(float x, float, __nv_bfloat16 *)
{
    return __float2bfloat16_rn(x);
}

__device__ __half convert(float x, float, __half *)
{
    return __float2half_rn(x);
}

/** FP8 from a float: the constructor saturates (`__NV_SATFINITE`), infinities too. */
__device__ __nv_fp8_e4m3 convert(float x, float scale, __nv_fp8_e4m3 *)
{
    return __nv_fp8_e4m3(x * scale);
}

__device__ __nv_fp8_e5m2 convert(float x, float scale, __nv_fp8_e5m2 *)
{
    return __nv_fp8_e5m2(x * scale);
}

/** out (rows_out, cols_out) = x (rows, cols), rounded and padded with zeros; x lies with `down`
 *  elements from row to row and `right` from column to column, which may be a transpose. */
template <class T>
__global__ void pack(T *out, size_t rows_out, size_t cols_out, const float *x, size_t rows,
                     size_t cols, size_t down, size_t right, float scale)
{
    size_t stride = (size_t)gridDim.x * blockDim.x;
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < rows_out * cols_out;
         i += stride) {
        size_t r = i / cols_out, c = i % cols_out;
        float value = r < rows && c < cols ? x[r * down + c * right] : 0;
        out[i] = convert(value, scale, static_cast<T *>(nullptr));
    }
}

__device__ float as_float(float x)
{
    return x;
}

__device__ float as_float(__nv_bfloat16 x)
{
    return __bfloat162float(x);
}

__device__ float as_float(__half x)
{
    return __half2float(x);
}

/** The largest magnitude of n numbers that are not NaN, as bits: those of floats >= 0 are in the
 *  order of their values, so an integer maximum does. The padding of C is 0 or NaN. */
template <class T> __global__ void find_amax(unsigned *amax_bits, const T *x, size_t n)
{
    unsigned largest = 0;
    size_t stride = (size_t)gridDim.x * blockDim.x;
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n; i += stride) {
        unsigned bits = __float_as_uint(as_float(x[i])) & 0x7FFFFFFFu;
        if (bits <= 0x7F800000u && bits > largest)
            largest = bits;
    }
    largest = __reduce_max_sync(~0u, largest);
    if (threadIdx.x % 32 == 0)
        atomicMax(amax_bits, largest);
}

unsigned blocks(size_t n)
{
    size_t wanted = (n + THREADS - 1) / THREADS;
    return (unsigned)(wanted < 1 ? 1 : wanted > 65536 ? 65536 : wanted);
}

} // namespace

#endif
