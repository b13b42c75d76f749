/* Trees in shared memory instead of votes; blocks of any power of two; a block takes neighbouring
   elements, from the end of the array to its beginning. */

/** Adds up a number of each thread; thread 0 gets the sum of the block. */
static __device__ unsigned sum_of_block(unsigned *parts, unsigned mine)
{
    parts[threadIdx.x] = mine;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            parts[threadIdx.x] += parts[threadIdx.x + half];
        __syncthreads();
    }
    unsigned sum = parts[0];
    __syncthreads(); // nobody writes the next numbers before all have read
    return sum;
}

__global__ void found_inf_vote(float *found_inf, const float *x, size_t n)
{
    __shared__ unsigned parts[1024];
    unsigned bad = 0;
    size_t per_block = (n + gridDim.x - 1) / gridDim.x, begin = blockIdx.x * per_block;
    size_t end = begin + per_block < n ? begin + per_block : n;
    for (size_t i = begin + threadIdx.x; i < end; i += blockDim.x)
        bad |= x[n - 1 - i] - x[n - 1 - i] != 0; // inf - inf and NaN - NaN are NaN
    if (sum_of_block(parts, bad) > 0 && threadIdx.x == 0)
        atomicExch(found_inf, 1.0f);
}

__global__ void count_nonfinite(struct nonfinite *counts, const float *x, size_t n)
{
    __shared__ unsigned parts[1024];
    unsigned infs = 0, nans = 0;
    size_t per_block = (n + gridDim.x - 1) / gridDim.x, begin = blockIdx.x * per_block;
    size_t end = begin + per_block < n ? begin + per_block : n;
    for (size_t i = begin + threadIdx.x; i < end; i += blockDim.x) {
        unsigned magnitude = __float_as_uint(x[n - 1 - i]) & 0x7FFFFFFF;
        infs += magnitude == 0x7F800000;
        nans += magnitude > 0x7F800000;
    }
    infs = sum_of_block(parts, infs);
    nans = sum_of_block(parts, nans);
    if (threadIdx.x == 0) {
        atomicAdd(&counts->infs, infs);
        atomicAdd(&counts->nans, nans);
    }
}
