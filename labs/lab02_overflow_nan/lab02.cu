/**
 * @file lab02.cu
 * @brief Lab 02, the kernels: is anything in an array not finite, and how much of it?
 *
 * The contract is in lab02_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab02 && make grade
 */

// TODO(lab02.15, about 14 lines): a loop over the thread's elements that remembers one bit; a vote
// of the warp; one bit a warp in shared memory; a barrier; one thread that looks at them.
__global__ void found_inf_vote(float *found_inf, const float *x, size_t n)
{
    todo_kernel("lab02.15");
}

// TODO(lab02.16, about 16 lines): step over the array 32 elements a warp at a time. A lane behind
// the end of the array has nothing bad to report, and votes all the same.
__global__ void count_nonfinite(struct nonfinite *counts, const float *x, size_t n)
{
    todo_kernel("lab02.16");
}
