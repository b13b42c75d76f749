/**
 * @file lab04.cu
 * @brief Lab 04, the kernels: check and unscale many tensors with one launch.
 *
 * The contract is in lab04_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab04 && make grade
 */

// TODO(lab04.15, about 8 lines): which chunk is this block's? Its threads step over it together.
// Test each element first, raise the flag with atomicExch(), then multiply, unless inv is 1.
__global__ void unscale_chunks(const struct chunk *chunks, float *found_inf, float inv)
{
    todo_kernel("lab04.15");
}

// TODO(lab04.16, about 28 lines): a head of up to three elements, up to the first address that is a
// multiple of 16; groups of four; a tail of up to three. Each thread notes what it found in a
// register, and the block votes once.
__global__ void unscale_vectorised(const struct chunk *chunks, float *found_inf, float inv)
{
    todo_kernel("lab04.16");
}
