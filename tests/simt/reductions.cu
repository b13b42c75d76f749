/**
 * @file reductions.cu
 * @brief Sums, maxima and counts of an array, from one atomic an element to the last block that
 *        adds up what the others left. Right kernels with their broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

enum { THREADS = 256 };

/** One atomic an element. The twin adds without it. */
template <bool RIGHT> __global__ void sum_atomic(float *sum, const float *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    if (RIGHT)
        atomicAdd(sum, x[i]);
    else
        *sum += x[i]; // told: sum_atomic
}

/** A tree in shared memory. The twin has no barrier between its levels. */
template <bool RIGHT> __global__ void sum_tree(float *sum, const float *x, unsigned n)
{
    __shared__ float part[THREADS];
    unsigned me = threadIdx.x, i = blockIdx.x * blockDim.x + me;
    part[me] = i < n ? x[i] : 0;
    __syncthreads();
    for (unsigned half = THREADS / 2; half > 0; half /= 2) {
        if (me < half)
            part[me] += part[me + half]; // told: sum_tree
        if (RIGHT)
            __syncthreads();
    }
    if (me == 0)
        atomicAdd(sum, part[0]);
}

/** Many elements a thread, dynamic shared memory. The twin's launch gives too little of it. */
template <bool RIGHT> __global__ void sum_strided(float *sum, const float *x, unsigned n)
{
    extern __shared__ float room[];
    unsigned me = threadIdx.x, threads = gridDim.x * blockDim.x;
    float mine = 0;
    for (unsigned i = blockIdx.x * blockDim.x + me; i < n; i += threads)
        mine += x[i];
    room[me] = mine; // told: sum_strided
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (me < half)
            room[me] += room[me + half];
        __syncthreads();
    }
    if (me == 0)
        atomicAdd(sum, room[0]);
}

/** The last levels belong to one warp, which needs no barrier of the block, but its own. The twin
 *  trusts that lanes move together. */
template <bool RIGHT> __global__ void sum_last_warp(float *sum, const float *x, unsigned n)
{
    __shared__ float part[2 * WARP_LANES];
    unsigned me = threadIdx.x, i = blockIdx.x * blockDim.x + me;
    part[me] = i < n ? x[i] : 0;
    __syncthreads();
    if (me >= WARP_LANES)
        return;
    for (unsigned lanes = WARP_LANES; lanes > 0; lanes /= 2) {
        float other = part[me + lanes];
        if (RIGHT)
            __syncwarp();
        part[me] += other; // told: sum_last_warp
        if (RIGHT)
            __syncwarp();
    }
    if (me == 0)
        atomicAdd(sum, part[0]);
}

/** The sum over a warp, in lane 0. */
static __device__ float warp_sum(float x)
{
    for (int lanes = WARP_LANES / 2; lanes > 0; lanes /= 2)
        x += __shfl_down_sync(FULL, x, lanes);
    return x;
}

/** Shuffles, then one float a warp. The twin reads those before they are there. */
template <bool RIGHT> __global__ void sum_shuffle(float *sum, const float *x, unsigned n)
{
    __shared__ float of_warp[WARP_LANES];
    unsigned lane = threadIdx.x % WARP_LANES, warp = threadIdx.x / WARP_LANES;
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    float mine = warp_sum(i < n ? x[i] : 0);
    if (lane == 0)
        of_warp[warp] = mine;
    if (RIGHT)
        __syncthreads();
    if (warp > 0)
        return;
    float all = 0;
    if (lane < blockDim.x / WARP_LANES)
        all = of_warp[lane]; // told: sum_shuffle
    all = warp_sum(all);
    if (lane == 0)
        atomicAdd(sum, all);
}

/** As sum_shuffle, without atomics: the block that comes last adds what the others left. The twin
 *  does not make sure that its own part is seen before its ticket. */
template <bool RIGHT>
__global__ void sum_last_block(float *sum, float *parts, unsigned *tickets, const float *x,
                               unsigned n)
{
    __shared__ float room[THREADS];
    __shared__ bool last;
    unsigned me = threadIdx.x, i = blockIdx.x * blockDim.x + me;
    room[me] = i < n ? x[i] : 0;
    __syncthreads();
    if (me == 0) {
        float part = 0;
        for (unsigned k = 0; k < THREADS; k++)
            part += room[k];
        parts[blockIdx.x] = part;
        if (RIGHT)
            __threadfence();
        last = atomicAdd(tickets, 1u) == gridDim.x - 1;
    }
    __syncthreads();
    if (!last || me > 0)
        return;
    float all = 0;
    for (unsigned k = 0; k < gridDim.x; k++)
        all += parts[k]; // told: sum_last_block
    *sum = all;
}

/** The largest of signed numbers. The twin's mask names half of the warp. */
template <bool RIGHT> __global__ void max_shuffle(int *largest, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, mask = RIGHT ? FULL : 0x0000FFFF;
    int mine = i < n ? x[i] : INT32_MIN;
    for (int lanes = WARP_LANES / 2; lanes > 0; lanes /= 2)
        mine = max(mine, __shfl_xor_sync(mask, mine, lanes)); // told: max_shuffle
    if (threadIdx.x % WARP_LANES == 0)
        atomicMax(largest, mine);
}

/** Where is the first largest? Value and place in one word. In the twin, threads without an element
 *  leave before the barrier. */
template <bool RIGHT>
__global__ void argmax(unsigned long long *best, const unsigned *x, unsigned n)
{
    __shared__ unsigned long long found[THREADS];
    unsigned me = threadIdx.x, i = blockIdx.x * blockDim.x + me;
    if (!RIGHT && i >= n)
        return;
    found[me] = i < n ? (unsigned long long)x[i] << 32 | (0xFFFFFFFF - i) : 0;
    __syncthreads(); // told: argmax
    for (unsigned half = THREADS / 2; half > 0; half /= 2) {
        if (me < half)
            found[me] = max(found[me], found[me + half]);
        __syncthreads();
    }
    if (me == 0)
        atomicMax(best, found[0]);
}

/** The product of two vectors, four elements at a time. The twin reads one group too many. */
template <bool RIGHT>
__global__ void dot_float4(float *dot, const float *x, const float *y, unsigned n)
{
    const float4 *x4 = (const float4 *)x, *y4 = (const float4 *)y;
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, groups = n / 4 + (RIGHT ? 0 : 1);
    float mine = 0;
    if (i < groups) {
        float4 a = x4[i]; // told: dot_float4
        float4 b = y4[i];
        mine = a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
    }
    if (i < n % 4)
        mine += x[n / 4 * 4 + i] * y[n / 4 * 4 + i];
    mine = warp_sum(mine);
    if (threadIdx.x % WARP_LANES == 0)
        atomicAdd(dot, mine);
}

/** How many are positive: a barrier that counts. In the twin there are two of them. */
template <bool RIGHT> __global__ void count_positive(int *count, const float *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    bool positive = i < n && x[i] > 0;
    int of_block;
    if (RIGHT)
        of_block = __syncthreads_count(positive);
    else if (positive)
        of_block = __syncthreads_count(1); // told: count_positive
    else
        of_block = __syncthreads_count(0);
    if (threadIdx.x == 0)
        atomicAdd(count, of_block);
}

// --- launches ---

static float sum_of(const std::vector<float> &x)
{
    float sum = 0;
    for (float v : x)
        sum += v;
    return sum;
}

/** NAME_passes for a kernel (sum, x, n) with that launch. */
#define SUM_PASSES(name, grid, block, smem)                                                        \
    template <bool RIGHT> static bool name##_passes(unsigned n)                                    \
    {                                                                                              \
        std::vector<float> x = numbers<float>(n);                                                  \
        float sum = 0;                                                                             \
        device_arrays dev;                                                                         \
        float *d_sum = dev.inout(&sum, 1, "sum");                                                  \
        const float *d_x = dev.in(x.data(), n, "x");                                               \
        LAUNCH(name<RIGHT>, grid, block, smem, d_sum, d_x, n);                                     \
        dev.finish();                                                                              \
        return sum == sum_of(x);                                                                   \
    }
SUM_PASSES(sum_atomic, blocks_for(n, THREADS), THREADS, 0)
SUM_PASSES(sum_tree, blocks_for(n, THREADS), THREADS, 0)
SUM_PASSES(sum_strided, 3, THREADS, (THREADS - (RIGHT ? 0 : 1)) * sizeof(float))
SUM_PASSES(sum_last_warp, blocks_for(n, 64), 64, 0)
SUM_PASSES(sum_shuffle, blocks_for(n, THREADS), THREADS, 0)

template <bool RIGHT> static bool sum_last_block_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n), parts(blocks_for(n, THREADS), NAN);
    float sum = NAN;
    unsigned tickets = 0;
    device_arrays dev;
    float *d_sum = dev.out(&sum, 1, "sum"), *d_parts = dev.out(parts.data(), parts.size(), "parts");
    unsigned *d_tickets = dev.inout(&tickets, 1, "tickets");
    const float *d_x = dev.in(x.data(), n, "x");
    LAUNCH(sum_last_block<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_sum, d_parts, d_tickets,
           d_x, n);
    dev.finish();
    return sum == sum_of(x);
}

template <bool RIGHT> static bool max_shuffle_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n);
    int largest = INT32_MIN, want = INT32_MIN;
    device_arrays dev;
    int *d_largest = dev.inout(&largest, 1, "largest");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(max_shuffle<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_largest, d_x, n);
    dev.finish();
    for (int v : x)
        want = v > want ? v : want;
    return largest == want;
}

template <bool RIGHT> static bool argmax_passes(unsigned n)
{
    std::vector<unsigned> x = numbers<unsigned>(n);
    unsigned long long best = 0;
    device_arrays dev;
    unsigned long long *d_best = dev.inout(&best, 1, "best");
    const unsigned *d_x = dev.in(x.data(), n, "x");
    LAUNCH(argmax<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_best, d_x, n);
    dev.finish();
    unsigned want = 0;
    for (unsigned i = 1; i < n; i++)
        want = x[i] > x[want] ? i : want;
    return 0xFFFFFFFF - (unsigned)best == want;
}

template <bool RIGHT> static bool dot_float4_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n), y = numbers<float>(n, 1);
    float dot = 0, want = 0;
    device_arrays dev;
    float *d_dot = dev.inout(&dot, 1, "dot");
    const float *d_x = dev.in(x.data(), n, "x"), *d_y = dev.in(y.data(), n, "y");
    LAUNCH(dot_float4<RIGHT>, blocks_for(n / 4 + 4, THREADS), THREADS, 0, d_dot, d_x, d_y, n);
    dev.finish();
    for (unsigned i = 0; i < n; i++)
        want += x[i] * y[i];
    return dot == want;
}

template <bool RIGHT> static bool count_positive_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n);
    int count = 0, want = 0;
    device_arrays dev;
    int *d_count = dev.inout(&count, 1, "count");
    const float *d_x = dev.in(x.data(), n, "x");
    LAUNCH(count_positive<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_count, d_x, n);
    dev.finish();
    for (float v : x)
        want += v > 0;
    return count == want;
}

// clang-format off
static const struct classic kernels[] = {
    CLASSIC(sum_atomic, ANY_SIZE, 300, "block 0, thread 1",
            "a race: it reads sum[0], which thread 0", MEMORY),
    CLASSIC(sum_tree, ANY_SIZE, 300, "block 0, thread 1",
            "a race: it writes part[1], which thread 0 read", MEMORY),
    CLASSIC(sum_strided, ANY_SIZE, 300, "block 0, thread 255",
            "writes dynamic shared memory[255], but the launch gives 1020 bytes", MEMORY),
    CLASSIC(sum_last_warp, ANY_SIZE, 300, "block 0, thread 1",
            "__syncwarp() or __syncthreads() is missing", MEMORY),
    CLASSIC(sum_shuffle, ANY_SIZE, 300, "block 0, thread 1",
            "reads of_warp[1], which nothing has written in this block", MEMORY),
    CLASSIC(sum_last_block, ANY_SIZE, 300, "block 1, thread 0",
            "a race: it reads parts[0], which block 0, thread 0 wrote", MEMORY),
    CLASSIC(max_shuffle, ANY_SIZE, 300, "block 0, thread 0", "does not name", ALWAYS),
    CLASSIC(argmax, ANY_SIZE, 300, "block 1, thread 0",
            "but thread 44 has left the kernel", ALWAYS),
    CLASSIC(dot_float4, ANY_SIZE, 8, "block 0, thread 2",
            "reads x[8], but x has 8 elements", MEMORY),
    CLASSIC(count_positive, ANY_SIZE, 300, "block 0, thread 0",
            "another barrier, __syncthreads_count()", ALWAYS),
};
// clang-format on
SUITE(reductions, kernels);
