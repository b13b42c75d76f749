/**
 * @file lab06.cu
 * @brief Lab 06, the kernels: amax and cast in one pass, written three times.
 *
 * The contract is in lab06_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab06 && make grade
 */

// BEGIN SOLUTION
/** Raises *amax to at_least, which is 0 or above and no NaN: then the bits are in the same order. */
static __device__ void raise_amax(float *amax, float at_least)
{
    atomicMax((unsigned *)amax, __float_as_uint(at_least));
}

/** The code of x * scale. */
static __device__ uint8_t quantize_one(float x, float scale, __nv_fp8_interpretation_t kind)
{
    return (uint8_t)__nv_cvt_float_to_fp8(x * scale, __NV_SATFINITE, kind);
}

// END SOLUTION
// TODO(lab06.17, about 6 lines): the cast of x[i] * scale, and an atomicMax on the bits of |x[i]|.
// The bits of a NaN would win: fmaxf() with 0 first drops it.
__global__ void quantize_naive(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                               __nv_fp8_interpretation_t kind)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab06.17");
    size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    float x_i = x[i];
    codes[i] = quantize_one(x_i, scale, kind);
    raise_amax(amax, fmaxf(0, fabsf(x_i)));
    // END SOLUTION
}

// BEGIN SOLUTION
/** Raises *amax to the largest that a lane of the warp has; all lanes must call. Each shuffle brings
 *  lane 0 the largest of twice as many lanes. */
static __device__ void raise_by_warp(float *amax, float largest)
{
    for (int lanes = 16; lanes > 0; lanes /= 2)
        largest = fmaxf(largest, __shfl_down_sync(0xFFFFFFFF, largest, lanes));
    if (threadIdx.x % 32 == 0)
        raise_amax(amax, largest);
}

// END SOLUTION
// TODO(lab06.18, about 14 lines): a loop over the thread's elements, which keeps the largest
// magnitude; then five shuffles, which every lane of the warp must reach; then one atomicMax.
__global__ void quantize_warp(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                              __nv_fp8_interpretation_t kind)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab06.18");
    size_t threads = (size_t)gridDim.x * blockDim.x;
    float largest = 0;
    for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += threads) {
        float x_i = x[i];
        codes[i] = quantize_one(x_i, scale, kind);
        largest = fmaxf(largest, fabsf(x_i));
    }
    raise_by_warp(amax, largest);
    // END SOLUTION
}

// BEGIN SOLUTION
/** The codes of four values, the first in the lowest byte. */
static __device__ unsigned quantize_four(float4 x, float scale, __nv_fp8_interpretation_t kind)
{
    float2 low = make_float2(x.x * scale, x.y * scale),
           high = make_float2(x.z * scale, x.w * scale);
    return (unsigned)__nv_cvt_float2_to_fp8x2(low, __NV_SATFINITE, kind) |
           (unsigned)__nv_cvt_float2_to_fp8x2(high, __NV_SATFINITE, kind) << 16;
}

/** The largest magnitude of four values and `so_far`. */
static __device__ float larger_of(float so_far, float4 x)
{
    return fmaxf(fmaxf(fmaxf(so_far, fabsf(x.x)), fmaxf(fabsf(x.y), fabsf(x.z))), fabsf(x.w));
}

// END SOLUTION
// TODO(lab06.19, about 30 lines): as 6.18, over n / 8 groups of eight: x seen as float4, codes as
// uint2. The first n % 8 threads of the grid then take one element each of the rest.
__global__ void quantize_vectorised(uint8_t *codes, float *amax, const float *x, size_t n,
                                    float scale, __nv_fp8_interpretation_t kind)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab06.19");
    const float4 *x4 = (const float4 *)x;
    uint2 *codes8 = (uint2 *)codes;
    size_t threads = (size_t)gridDim.x * blockDim.x;
    size_t me = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    size_t groups = n / 8, rest = n % 8;
    float largest = 0;
    for (size_t i = me; i < groups; i += threads) {
        float4 a = x4[2 * i], b = x4[2 * i + 1];
        codes8[i] = make_uint2(quantize_four(a, scale, kind), quantize_four(b, scale, kind));
        largest = larger_of(larger_of(largest, a), b);
    }
    if (me < rest) {
        float x_i = x[8 * groups + me];
        codes[8 * groups + me] = quantize_one(x_i, scale, kind);
        largest = fmaxf(largest, fabsf(x_i));
    }
    raise_by_warp(amax, largest);
    // END SOLUTION
}
