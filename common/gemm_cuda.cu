/**
 * @file gemm_cuda.cu
 * @brief Products on an NVIDIA GPU by cublasLt: the device part of gemm.h.
 *
 * Becomes build/libgemm_cuda.so, which gemm_open.c loads; nothing else links with CUDA. One stream,
 * one workspace, buffers that grow and are kept; close() frees all of it.
 *
 * **Layout.** cublasLt counts in columns, the workbook in rows. A row-major matrix of r x c is, byte
 * by byte, a column-major one of c x r: its transpose. So C = A B is asked for as C^T = B^T A^T.
 * FP8 adds a demand of the tensor cores: both operands must lie with the sum's index k running
 * along memory. All types are packed that way here, so there is one layout:
 *
 *      packed A   m rows of k    column-major view k x m, not transposed    right operand
 *      packed B   n rows of k    column-major view k x n, transposed        left operand
 *      C          m rows of n    column-major view n x m                    ("TN" in BLAS's terms)
 *
 * pack() rounds, scales, transposes where needed, and pads m, n and k with zeros to multiples of 16
 * (FP8 wants 16-byte multiples everywhere; the others are faster for it). Zeros add nothing.
 *
 * FP8 needs compute capability 8.9. Its scales go to cublasLt as 1 / scale, in device memory.
 * Sums are FP32 in all types; split sums are added in FP32 too (never in the type of the result).
 */
#include "common/gemm_backend.h"
#include "common/gemm_cuda.cuh"

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <cstdlib>

namespace
{

constexpr size_t WORKSPACE = size_t{32} << 20; /* what cuBLAS's manual names for Hopper */
constexpr int PAD = 16;

/** Device memory that grows. */
struct memory {
    void *bytes;
    size_t size;
};

struct device {
    cudaStream_t stream;
    cublasLtHandle_t handle;
    cudaEvent_t start, stop;
    memory workspace, staging, a, b, c, scalars; /* scalars: 1 / scale of a and b, amax bits */
    gemm_product p;
    int m, n, k; /* padded */
    cublasLtMatmulDesc_t operation;
    cublasLtMatrixLayout_t layout_a, layout_b, layout_c;
    cublasLtMatmulAlgo_t algorithm;
};

device *of(gemm_backend *backend)
{
    return static_cast<device *>(backend->state);
}

// --- what the types are to cublasLt -------------------------------------------------------------

cudaDataType_t cuda_type(gemm_type type)
{
    switch (type) {
    case GEMM_BF16:
        return CUDA_R_16BF;
    case GEMM_FP16:
        return CUDA_R_16F;
    case GEMM_E4M3:
        return CUDA_R_8F_E4M3;
    case GEMM_E5M2:
        return CUDA_R_8F_E5M2;
    default:
        return CUDA_R_32F; /* TF32 too: rounded floats */
    }
}

size_t bytes_of(gemm_type type)
{
    return gemm_is_fp8(type) ? 1 : type == GEMM_BF16 || type == GEMM_FP16 ? 2 : 4;
}

// --- load ---------------------------------------------------------------------------------------

bool grow(gemm_backend *backend, memory *m, size_t bytes)
{
    if (bytes <= m->size)
        return true;
    TRY(cudaStreamSynchronize(of(backend)->stream)); /* the old bytes may still be read */
    TRY(cudaFree(m->bytes));
    *m = {nullptr, 0};
    TRY(cudaMalloc(&m->bytes, bytes));
    m->size = bytes;
    return true;
}

template <class T>
void launch_pack(device *d, const memory &to, int rows_out, const gemm_operand &x, int rows,
                 int cols, size_t down, size_t right)
{
    size_t n = (size_t)rows_out * (size_t)d->k;
    pack<<<blocks(n), THREADS, 0, d->stream>>>(
        static_cast<T *>(to.bytes), (size_t)rows_out, (size_t)d->k,
        static_cast<const float *>(d->staging.bytes), (size_t)rows, (size_t)cols, down, right,
        gemm_scale(&x));
}

/** Packs an operand. @param[in] x it, used as rows x k if `along` is how k lies within its rows */
bool bring(gemm_backend *backend, memory *to, const gemm_operand &x, int rows, int rows_out,
           bool k_in_rows)
{
    device *d = of(backend);
    size_t stored_rows = (size_t)(k_in_rows ? rows : d->p.k);
    size_t width = (size_t)(k_in_rows ? d->p.k : rows);
    if (!grow(backend, &d->staging, stored_rows * width * sizeof(float) + 1) ||
        !grow(backend, to, (size_t)rows_out * (size_t)d->k * bytes_of(x.type)))
        return false;
    if (stored_rows * width > 0)
        TRY(cudaMemcpy2DAsync(d->staging.bytes, width * sizeof(float), x.x,
                              (size_t)x.ld * sizeof(float), width * sizeof(float), stored_rows,
                              cudaMemcpyHostToDevice, d->stream));
    size_t down = k_in_rows ? width : 1, right = k_in_rows ? 1 : width;
    switch (x.type) {
    case GEMM_TF32:
        launch_pack<tf32>(d, *to, rows_out, x, rows, d->p.k, down, right);
        break;
    case GEMM_BF16:
        launch_pack<__nv_bfloat16>(d, *to, rows_out, x, rows, d->p.k, down, right);
        break;
    case GEMM_FP16:
        launch_pack<__half>(d, *to, rows_out, x, rows, d->p.k, down, right);
        break;
    case GEMM_E4M3:
        launch_pack<__nv_fp8_e4m3>(d, *to, rows_out, x, rows, d->p.k, down, right);
        break;
    case GEMM_E5M2:
        launch_pack<__nv_fp8_e5m2>(d, *to, rows_out, x, rows, d->p.k, down, right);
        break;
    default:
        launch_pack<float>(d, *to, rows_out, x, rows, d->p.k, down, right);
    }
    TRY(cudaGetLastError());
    return true;
}

/** C on the device, with its old values if they count. Its padding is set to 0. */
bool bring_c(gemm_backend *backend)
{
    device *d = of(backend);
    const gemm_product &p = d->p;
    size_t element = gemm_out_bytes(p.out), all = (size_t)d->m * (size_t)d->n * element;
    if (!grow(backend, &d->c, all))
        return false;
    TRY(cudaMemsetAsync(d->c.bytes, 0, all, d->stream));
    if (p.beta != 0)
        TRY(cudaMemcpy2DAsync(d->c.bytes, (size_t)d->n * element, p.c, (size_t)p.ldc * element,
                              (size_t)p.n * element, (size_t)p.m, cudaMemcpyHostToDevice,
                              d->stream));
    return true;
}

void drop_operation(device *d)
{
    if (d->operation)
        cublasLtMatmulDescDestroy(d->operation);
    for (cublasLtMatrixLayout_t *layout : {&d->layout_a, &d->layout_b, &d->layout_c}) {
        if (*layout)
            cublasLtMatrixLayoutDestroy(*layout);
        *layout = nullptr;
    }
    d->operation = nullptr;
}

template <class T>
cublasStatus_t set(cublasLtMatmulDesc_t operation, cublasLtMatmulDescAttributes_t what,
                   const T &value)
{
    return cublasLtMatmulDescSetAttribute(operation, what, &value, sizeof value);
}

/** The operation and its three matrices, as the head of this file explains. */
bool describe(gemm_backend *backend)
{
    device *d = of(backend);
    gemm_type type = d->p.a.type;
    cublasComputeType_t compute =
        type == GEMM_TF32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
    uint64_t m = (uint64_t)d->m, n = (uint64_t)d->n, k = (uint64_t)d->k;
    drop_operation(d);
    TRY(cublasLtMatmulDescCreate(&d->operation, compute, CUDA_R_32F));
    TRY(set(d->operation, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T));
    TRY(set(d->operation, CUBLASLT_MATMUL_DESC_TRANSB, CUBLAS_OP_N));
    if (gemm_is_fp8(type)) {
        float inverse[] = {1 / gemm_scale(&d->p.a), 1 / gemm_scale(&d->p.b)};
        float *scalars = static_cast<float *>(d->scalars.bytes);
        TRY(cudaMemcpyAsync(scalars, inverse, sizeof inverse, cudaMemcpyHostToDevice, d->stream));
        TRY(set(d->operation, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, scalars + 1));
        TRY(set(d->operation, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, scalars));
        TRY(set(d->operation, CUBLASLT_MATMUL_DESC_FAST_ACCUM, (int8_t)d->p.fast));
    }
    TRY(cublasLtMatrixLayoutCreate(&d->layout_b, cuda_type(d->p.b.type), k, n, (int64_t)k));
    TRY(cublasLtMatrixLayoutCreate(&d->layout_a, cuda_type(type), k, m, (int64_t)k));
    TRY(cublasLtMatrixLayoutCreate(&d->layout_c, cuda_type(d->p.out), n, m, (int64_t)n));
    return true;
}

/** The algorithm that cublasLt thinks is the fastest, among those that sum in FP32. */
bool choose(gemm_backend *backend)
{
    device *d = of(backend);
    cublasLtMatmulPreference_t preference;
    cublasLtMatmulHeuristicResult_t result;
    uint32_t sums = CUBLASLT_REDUCTION_SCHEME_NONE | CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
    int found = 0;
    TRY(cublasLtMatmulPreferenceCreate(&preference));
    cublasStatus_t status = cublasLtMatmulPreferenceSetAttribute(
        preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &WORKSPACE, sizeof WORKSPACE);
    if (fine(status))
        status = cublasLtMatmulPreferenceSetAttribute(
            preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &sums, sizeof sums);
    if (fine(status))
        status = cublasLtMatmulAlgoGetHeuristic(d->handle, d->operation, d->layout_b, d->layout_a,
                                                d->layout_c, d->layout_c, preference, 1, &result,
                                                &found);
    cublasLtMatmulPreferenceDestroy(preference);
    if (fine(status) && found == 0)
        status = CUBLAS_STATUS_NOT_SUPPORTED;
    TRY(status);
    d->algorithm = result.algo;
    return true;
}

int padded(int n)
{
    return n == 0 ? PAD : (n + PAD - 1) / PAD * PAD;
}

bool load(gemm_backend *backend, const gemm_product *p)
{
    device *d = of(backend);
    d->p = *p;
    d->m = padded(p->m);
    d->n = padded(p->n);
    d->k = padded(p->k);
    return bring(backend, &d->a, p->a, p->m, d->m, p->a.op == GEMM_N) &&
           bring(backend, &d->b, p->b, p->n, d->n, p->b.op == GEMM_T) && bring_c(backend) &&
           describe(backend) && choose(backend);
}

// --- run, store ---------------------------------------------------------------------------------

bool run(gemm_backend *backend, int times, double *ms)
{
    device *d = of(backend);
    const float alpha = 1;
    TRY(cudaEventRecord(d->start, d->stream));
    for (int i = 0; i < times; i++)
        TRY(cublasLtMatmul(d->handle, d->operation, &alpha, d->b.bytes, d->layout_b, d->a.bytes,
                           d->layout_a, &d->p.beta, d->c.bytes, d->layout_c, d->c.bytes,
                           d->layout_c, &d->algorithm, d->workspace.bytes, WORKSPACE, d->stream));
    TRY(cudaEventRecord(d->stop, d->stream));
    if (ms) {
        float all;
        TRY(cudaEventSynchronize(d->stop));
        TRY(cudaEventElapsedTime(&all, d->start, d->stop));
        *ms = (double)all / times;
    }
    return true;
}

template <class T> void launch_amax(device *d, unsigned *bits)
{
    size_t n = (size_t)d->m * (size_t)d->n;
    find_amax<<<blocks(n), THREADS, 0, d->stream>>>(bits, static_cast<const T *>(d->c.bytes), n);
}

bool store(gemm_backend *backend)
{
    device *d = of(backend);
    const gemm_product &p = d->p;
    size_t element = gemm_out_bytes(p.out);
    if (p.amax) {
        unsigned *bits = static_cast<unsigned *>(d->scalars.bytes) + 2;
        TRY(cudaMemsetAsync(bits, 0, sizeof *bits, d->stream));
        if (p.out == GEMM_FP32)
            launch_amax<float>(d, bits);
        else if (p.out == GEMM_BF16)
            launch_amax<__nv_bfloat16>(d, bits);
        else
            launch_amax<__half>(d, bits);
        TRY(cudaGetLastError());
        TRY(cudaMemcpyAsync(p.amax, bits, sizeof *bits, cudaMemcpyDeviceToHost, d->stream));
    }
    TRY(cudaStreamSynchronize(d->stream)); /* an error must show before C is touched */
    if (p.m > 0 && p.n > 0)
        TRY(cudaMemcpy2D(p.c, (size_t)p.ldc * element, d->c.bytes, (size_t)d->n * element,
                         (size_t)p.n * element, (size_t)p.m, cudaMemcpyDeviceToHost));
    return true;
}

// --- open, close --------------------------------------------------------------------------------

void close(gemm_backend *backend)
{
    device *d = of(backend);
    drop_operation(d);
    for (memory *m : {&d->workspace, &d->staging, &d->a, &d->b, &d->c, &d->scalars})
        cudaFree(m->bytes);
    if (d->handle)
        cublasLtDestroy(d->handle);
    if (d->start)
        cudaEventDestroy(d->start);
    if (d->stop)
        cudaEventDestroy(d->stop);
    if (d->stream)
        cudaStreamDestroy(d->stream);
    free(d);
    backend->state = nullptr;
}

bool take(gemm_backend *backend)
{
    device *d = of(backend);
    TRY(cudaStreamCreate(&d->stream));
    TRY(cudaEventCreate(&d->start));
    TRY(cudaEventCreate(&d->stop));
    TRY(cublasLtCreate(&d->handle));
    return grow(backend, &d->workspace, WORKSPACE) && grow(backend, &d->scalars, 3 * sizeof(float));
}

/** Name and versions. */
bool introduce(gemm_backend *backend)
{
    cudaDeviceProp properties;
    int driver;
    TRY(cudaGetDeviceProperties(&properties, 0));
    TRY(cudaDriverGetVersion(&driver));
    snprintf(backend->device, sizeof backend->device, "%.80s", properties.name);
    snprintf(backend->driver, sizeof backend->driver, "CUDA %d.%d; cublasLt %zu", driver / 1000,
             driver % 1000 / 10, cublasLtGetVersion());
    backend->fp8 = properties.major * 10 + properties.minor >= 89;
    return true;
}

/** Is there a device, and a driver for this runtime? */
gemm_found look(gemm_backend *backend)
{
    int count = 0, driver = 0;
    cudaError_t error = cudaGetDeviceCount(&count);
    if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0)) {
        snprintf(backend->error, sizeof backend->error,
                 "there is an NVIDIA driver but no GPU that it shows (nvidia-smi lists them; "
                 "CUDA_VISIBLE_DEVICES may hide them)");
        return GEMM_NOTHING;
    }
    if (error == cudaErrorInsufficientDriver) {
        cudaDriverGetVersion(&driver);
        snprintf(
            backend->error, sizeof backend->error,
            "the NVIDIA driver is for CUDA %d.%d and build/libgemm_cuda.so was built with CUDA "
            "%d.%d; update the driver, or build with an older toolkit",
            driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
        return GEMM_UNUSABLE;
    }
    return check(backend, error, "cudaGetDeviceCount", __LINE__) ? GEMM_FOUND : GEMM_UNUSABLE;
}

} // namespace

extern "C" __attribute__((visibility("default"))) gemm_found gemm_cuda_open(gemm_backend *b)
{
    *b = gemm_backend{};
    gemm_found found = look(b);
    if (found != GEMM_FOUND)
        return found;
    b->load = load;
    b->run = run;
    b->store = store;
    b->close = close;
    b->state = calloc(1, sizeof(device));
    if (!b->state)
        return GEMM_UNUSABLE;
    b->is_device = introduce(b) && take(b);
    if (!b->is_device)
        close(b);
    return b->is_device ? GEMM_FOUND : GEMM_UNUSABLE;
}
