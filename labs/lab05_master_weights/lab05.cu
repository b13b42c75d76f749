/**
 * @file lab05.cu
 * @brief Lab 05, the kernels: one fused AdamW step, written four times.
 *
 * The contract is in lab05_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab05 && make grade
 */

// TODO(lab05.10, about 6 lines): both moments, the update, and the sum of master and update, in
// the order of operations that lab05_kernels.h gives. The bias corrections come ready in s.
__device__ float adamw_element(float &master, float &m, float &v, float g,
                               const struct adamw_step &s)
{
    todo_kernel("lab05.10");
    return 0;
}

// TODO(lab05.11, about 6 lines): which element is this thread's? Is there one? Load, 5.10, store,
// and add u * u to *sum.
__global__ void adamw_naive(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                            const __nv_bfloat16 *g, size_t n, struct adamw_step s)
{
    todo_kernel("lab05.11");
}

// TODO(lab05.12, about 14 lines): each thread puts its u * u into shared memory (0 if it has no
// element: no thread may leave before the last barrier), then half of the threads add the other
// half's, then half of those, with a barrier after each step.
__global__ void adamw_shared(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                             const __nv_bfloat16 *g, size_t n, struct adamw_step s)
{
    todo_kernel("lab05.12");
}

// TODO(lab05.13, about 20 lines): a loop over the thread's elements that keeps the sum of u * u in
// a register; then five shuffles, one float a warp in shared memory, a barrier, and the first warp
// adds those up.
__global__ void adamw_warp(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                           const __nv_bfloat16 *g, size_t n, struct adamw_step s)
{
    todo_kernel("lab05.13");
}

// TODO(lab05.14, about 28 lines): as 5.13, over n / 4 groups of four: the arrays seen as float4 and
// ushort4. The first n % 4 threads of the grid then take one element each of the rest.
__global__ void adamw_vectorised(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                                 const __nv_bfloat16 *g, size_t n, struct adamw_step s)
{
    todo_kernel("lab05.14");
}
