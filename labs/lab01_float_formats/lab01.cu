/**
 * @file lab01.cu
 * @brief Lab 01, the kernels: the cast of a whole array from FP32 to a narrow format.
 *
 * The contract is in lab01_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab01 && make grade
 */

// TODO(lab01.13, about 22 lines): sign and magnitude; NaN; round the magnitude as in 1.9; what is
// past the largest finite code overflows. Largest, overflow and NaN follow from the descriptor.
__device__ uint32_t code_from_f32(float x, struct fp_format f, bool saturate)
{
    todo_kernel("lab01.13");
    return 0xFFFFFFFF;
}

// TODO(lab01.14, about 4 lines): a loop over the thread's elements.
__global__ void cast_to_16(uint16_t *codes, const float *x, size_t n, struct fp_format f)
{
    todo_kernel("lab01.14");
}

// TODO(lab01.15, about 14 lines): the same loop over n / 4 groups, with x seen as float4 and codes
// as uint32_t. The first n % 4 threads of the grid then take one element each of the rest.
__global__ void cast_to_8(uint8_t *codes, const float *x, size_t n, struct fp_format f,
                          bool saturate)
{
    todo_kernel("lab01.15");
}
