/**
 * @file sorts.cu
 * @brief Sorting networks in a block and across blocks, and sorting by rank. Right kernels with
 *        their broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

#include <algorithm>

enum { MOST = 1024, THREADS = 256 };

/** Puts a pair into order. */
static __device__ void order(int *a, int *b, bool up)
{
    if ((*a > *b) == up) {
        int other = *a;
        *a = *b;
        *b = other;
    }
}

/** Batcher's bitonic network for one block, n a power of two, a thread an element. The twin has no
 *  barrier between its steps. */
template <bool RIGHT> __global__ void bitonic_block(int *x, unsigned n)
{
    __shared__ int keys[MOST];
    unsigned me = threadIdx.x;
    keys[me] = x[me];
    __syncthreads();
    for (unsigned size = 2; size <= n; size *= 2)
        for (unsigned distance = size / 2; distance > 0; distance /= 2) {
            unsigned partner = me ^ distance;
            int mine = keys[me], other = keys[partner]; // told: bitonic_block
            if (RIGHT)
                __syncthreads();
            bool keep_smaller = (partner > me) == ((me & size) == 0);
            keys[me] = keep_smaller ? min(mine, other) : max(mine, other);
            if (RIGHT)
                __syncthreads();
        }
    x[me] = keys[me];
}

/** One step of the network for any power of two: a launch is the barrier of all blocks. The twin
 *  asks for a block of 2048 threads. */
template <bool RIGHT> __global__ void bitonic_step(int *x, unsigned size, unsigned distance)
{
    unsigned me = blockIdx.x * blockDim.x + threadIdx.x, partner = me ^ distance;
    if (partner > me)
        order(&x[me], &x[partner], (me & size) == 0);
}

/** Neighbours in turns, even pairs and odd pairs. In the twin both kinds wait at barriers of
 *  their own. */
template <bool RIGHT> __global__ void odd_even_block(int *x, unsigned n)
{
    __shared__ int keys[MOST];
    unsigned me = threadIdx.x;
    if (me < n)
        keys[me] = x[me];
    __syncthreads();
    for (unsigned step = 0; step < n; step++) {
        if (me % 2 == step % 2 && me + 1 < n)
            order(&keys[me], &keys[me + 1], true);
        if (RIGHT || me % 2 == 0)
            __syncthreads(); // told: odd_even_block
        else
            __syncthreads();
    }
    if (me < n)
        x[me] = keys[me];
}

/** An element's place is the number of those before it: all are looked at through a tile. The
 *  twin's tile is larger than static shared memory may be. */
template <bool RIGHT> __global__ void rank_sort(int *y, const int *x, unsigned n)
{
    __shared__ int tile[RIGHT ? THREADS : 13 << 10];
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, rank = 0;
    int mine = i < n ? x[i] : 0;
    for (unsigned first = 0; first < n; first += THREADS) {
        if (first + threadIdx.x < n)
            tile[threadIdx.x] = x[first + threadIdx.x]; // told: rank_sort
        __syncthreads();
        for (unsigned k = 0; k < THREADS && first + k < n; k++)
            rank += tile[k] < mine || (tile[k] == mine && first + k < i);
        __syncthreads();
    }
    if (i < n)
        y[rank] = mine;
}

/** A stable split by the lowest bit, in one block: zeros first. Ballots and a barrier that
 *  counts give the places. The twin leaves its warp's count behind the barrier. */
template <bool RIGHT> __global__ void split_by_bit(unsigned *y, const unsigned *x, unsigned n)
{
    __shared__ unsigned of_warp[THREADS / WARP_LANES];
    unsigned me = threadIdx.x, lane = me % WARP_LANES, warp = me / WARP_LANES, all = 0;
    unsigned mine = me < n ? x[me] : 0;
    bool zero = me < n && mine % 2 == 0;
    unsigned zeros = __ballot_sync(FULL, zero);
    if (!RIGHT)
        all = (unsigned)__syncthreads_count(zero);
    if (lane == 0)
        of_warp[warp] = (unsigned)__popc(zeros);
    if (RIGHT)
        all = (unsigned)__syncthreads_count(zero);
    unsigned before = (unsigned)__popc(zeros & ((1u << lane) - 1));
    for (unsigned w = 0; w < warp; w++)
        before += of_warp[w]; // told: split_by_bit
    if (me < n)
        y[zero ? before : all + me - before] = mine;
}

/** Each thread sorts eight elements in an array of its own. The twin forgets the last thread's
 *  share. */
template <bool RIGHT> __global__ void sort_eights(int *x, unsigned n)
{
    const unsigned EACH = 8;
    int mine[EACH];
    unsigned first = (blockIdx.x * blockDim.x + threadIdx.x) * EACH;
    if (first >= n)
        return;
    unsigned count = RIGHT && n - first < EACH ? n - first : EACH;
    for (unsigned i = 0; i < count; i++) {
        int v = x[first + i]; // told: sort_eights
        unsigned k = i;
        for (; k > 0 && mine[k - 1] > v; k--)
            mine[k] = mine[k - 1];
        mine[k] = v;
    }
    for (unsigned i = 0; i < count; i++)
        x[first + i] = mine[i];
}

// --- launches ---

static std::vector<int> sorted(std::vector<int> x)
{
    std::sort(x.begin(), x.end());
    return x;
}

template <bool RIGHT> static bool bitonic_block_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), want = sorted(x);
    device_arrays dev;
    int *d_x = dev.inout(x.data(), n, "x");
    LAUNCH(bitonic_block<RIGHT>, 1, n, 0, d_x, n);
    dev.finish();
    return x == want;
}

template <bool RIGHT> static bool bitonic_step_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), want = sorted(x);
    device_arrays dev;
    int *d_x = dev.inout(x.data(), n, "x");
    unsigned block = !RIGHT ? 2048 : n < 64 ? n : 64;
    for (unsigned size = 2; size <= n; size *= 2)
        for (unsigned gap = size / 2; gap > 0; gap /= 2)
            LAUNCH(bitonic_step<RIGHT>, n / block, block, 0, d_x, size, gap); // told: bitonic_step
    dev.finish();
    return x == want;
}

template <bool RIGHT> static bool odd_even_block_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), want = sorted(x);
    device_arrays dev;
    int *d_x = dev.inout(x.data(), n, "x");
    LAUNCH(odd_even_block<RIGHT>, 1, n, 0, d_x, n);
    dev.finish();
    return x == want;
}

template <bool RIGHT> static bool rank_sort_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), y(n, 99);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(rank_sort<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    return y == sorted(x);
}

template <bool RIGHT> static bool split_by_bit_passes(unsigned n)
{
    std::vector<unsigned> x = numbers<unsigned>(n), y(n, 99), want;
    device_arrays dev;
    unsigned *d_y = dev.out(y.data(), n, "y");
    const unsigned *d_x = dev.in(x.data(), n, "x");
    LAUNCH(split_by_bit<RIGHT>, 1, THREADS, 0, d_y, d_x, n);
    dev.finish();
    for (unsigned bit = 0; bit < 2; bit++)
        for (unsigned v : x)
            if (v % 2 == bit)
                want.push_back(v);
    return y == want;
}

template <bool RIGHT> static bool sort_eights_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), want = x;
    device_arrays dev;
    int *d_x = dev.inout(x.data(), n, "x");
    LAUNCH(sort_eights<RIGHT>, blocks_for(n, 8 * THREADS), THREADS, 0, d_x, n);
    dev.finish();
    for (unsigned first = 0; first < n; first += 8)
        std::sort(want.begin() + first, first + 8 < n ? want.begin() + first + 8 : want.end());
    return x == want;
}

// clang-format off
static const struct classic kernels[] = {
    CLASSIC(bitonic_block, POWERS, 64, "block 0, thread 1", "a race", MEMORY),
    CLASSIC(bitonic_step, POWERS, 4096, NULL,
            "the block is (2048,1,1), a device's limit (1024,1024,64) "
            "(cudaErrorInvalidConfiguration)", ALWAYS),
    CLASSIC(odd_even_block, ONE_BLOCK, 100, "block 0, thread 0",
            "but thread 1 waits at another barrier", ALWAYS),
#ifndef __CUDACC__ // nvcc refuses this twin
    CLASSIC(rank_sort, ANY_SIZE, 300, "block 0, thread 0",
            "53248 bytes of __shared__ variables, but a block has 49152", MEMORY),
#endif
    CLASSIC(split_by_bit, ONE_BLOCK, 100, "block 0, thread 32",
            "a race: it reads of_warp[0], which thread 0 wrote", MEMORY),
    CLASSIC(sort_eights, ANY_SIZE, 100, "block 0, thread 12",
            "reads x[100], but x has 100 elements", MEMORY),
};
// clang-format on
SUITE(sorts, kernels);
