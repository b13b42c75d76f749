/**
 * @file lab03.cu
 * @brief Lab 03, the kernels: the softmax of every row of a matrix, written four times.
 *
 * The contract is in lab03_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab03 && make grade
 */

// TODO(lab03.11, about 12 lines): which row is this thread's? Is there one? Then the largest
// element, the sum of the exponentials, the quotients: three loops over the row.
__global__ void softmax_rows_naive(float *p, const float *x, size_t rows, size_t cols)
{
    todo_kernel("lab03.11");
}

// TODO(lab03.12, about 28 lines): each thread makes a maximum of its own elements and puts it into
// shared memory; half of the threads take the other half's, then half of those, with a barrier
// after each step. Everybody reads the result, and a barrier later the same place serves the sums.
__global__ void softmax_rows_shared(float *p, const float *x, size_t rows, size_t cols)
{
    todo_kernel("lab03.12");
}

// TODO(lab03.13, about 24 lines): as 3.12, with a warp in the place of the block: five shuffles for
// the maximum and five for the sum, in which all 32 lanes take part, those without elements too.
__global__ void softmax_rows_warp(float *p, const float *x, size_t rows, size_t cols)
{
    todo_kernel("lab03.13");
}

// TODO(lab03.14, about 60 lines): small functions help. A state (m, d) a thread; one pass
// over the row, by float4 between a head and a tail; the states of a warp by shuffles, those of the
// warps through shared memory; then the quotients, by float4 again.
__global__ void softmax_rows_online(float *p, const float *x, size_t rows, size_t cols)
{
    todo_kernel("lab03.14");
}
