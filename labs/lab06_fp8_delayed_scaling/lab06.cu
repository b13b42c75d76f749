/**
 * @file lab06.cu
 * @brief Lab 06, the kernels: amax and cast in one pass, written three times.
 *
 * The contract is in lab06_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab06 && make grade
 */

// TODO(lab06.17, about 6 lines): the cast of x[i] * scale, and an atomicMax on the bits of |x[i]|.
// The bits of a NaN would win: fmaxf() with 0 first drops it.
__global__ void quantize_naive(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                               __nv_fp8_interpretation_t kind)
{
    todo_kernel("lab06.17");
}

// TODO(lab06.18, about 14 lines): a loop over the thread's elements, which keeps the largest
// magnitude; then five shuffles, which every lane of the warp must reach; then one atomicMax.
__global__ void quantize_warp(uint8_t *codes, float *amax, const float *x, size_t n, float scale,
                              __nv_fp8_interpretation_t kind)
{
    todo_kernel("lab06.18");
}

// TODO(lab06.19, about 30 lines): as 6.18, over n / 8 groups of eight: x seen as float4, codes as
// uint2. The first n % 8 threads of the grid then take one element each of the rest.
__global__ void quantize_vectorised(uint8_t *codes, float *amax, const float *x, size_t n,
                                    float scale, __nv_fp8_interpretation_t kind)
{
    todo_kernel("lab06.19");
}
