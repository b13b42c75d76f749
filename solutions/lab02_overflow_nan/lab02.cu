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
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab02.15");
    __shared__ bool of_warp[8]; // of 256 threads
    size_t threads = (size_t)gridDim.x * blockDim.x;
    bool bad = false;
    for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += threads)
        bad |= !isfinite(x[i]);

    bool any = __any_sync(0xFFFFFFFF, bad); // the loop is over: all lanes are here again
    if (threadIdx.x % warpSize == 0)
        of_warp[threadIdx.x / warpSize] = any;
    __syncthreads();
    bool found = false;
    for (unsigned warp = 0; warp < blockDim.x / warpSize; warp++)
        found |= of_warp[warp];
    if (found && threadIdx.x == 0)
        atomicExch(found_inf, 1.0f);
    // END SOLUTION
}

// TODO(lab02.16, about 16 lines): step over the array 32 elements a warp at a time. A lane behind
// the end of the array has nothing bad to report, and votes all the same.
__global__ void count_nonfinite(struct nonfinite *counts, const float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab02.16");
    size_t threads = (size_t)gridDim.x * blockDim.x;
    unsigned lane = threadIdx.x % warpSize, infs = 0, nans = 0;
    size_t first = (size_t)blockIdx.x * blockDim.x + threadIdx.x - lane; // of this warp
    for (; first < n; first += threads) {
        float mine = first + lane < n ? x[first + lane] : 0;
        infs += __popc(__ballot_sync(0xFFFFFFFF, isinf(mine)));
        nans += __popc(__ballot_sync(0xFFFFFFFF, isnan(mine)));
    }
    if (lane == 0 && infs + nans > 0) {
        atomicAdd(&counts->infs, infs);
        atomicAdd(&counts->nans, nans);
    }
    // END SOLUTION
}
