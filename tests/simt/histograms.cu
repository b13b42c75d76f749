/**
 * @file histograms.cu
 * @brief How often does each value occur? Counters in global memory, in shared memory, a set a
 *        warp, and one addition for all lanes that agree. Right kernels and broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

enum { THREADS = 256, BINS = 64 };

/** One atomic an element. The twin counts without it. */
template <bool RIGHT>
__global__ void histogram_global(unsigned *counts, const unsigned char *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    if (RIGHT)
        atomicAdd(&counts[x[i]], 1u);
    else
        counts[x[i]]++; // told: histogram_global
}

/** Each block counts for itself first. The twin does not begin with zeros. */
template <bool RIGHT>
__global__ void histogram_shared(unsigned *counts, const unsigned char *x, unsigned n)
{
    __shared__ unsigned mine[BINS];
    unsigned me = threadIdx.x, threads = gridDim.x * blockDim.x;
    if (RIGHT && me < BINS)
        mine[me] = 0;
    __syncthreads();
    for (unsigned i = blockIdx.x * blockDim.x + me; i < n; i += threads)
        atomicAdd(&mine[x[i]], 1u); // told: histogram_shared
    __syncthreads();
    if (me < BINS && mine[me] > 0)
        atomicAdd(&counts[me], mine[me]);
}

/** Each warp counts for itself, so fewer threads meet at a counter. The twin's launch has shared
 *  memory for one warp too few. */
template <bool RIGHT>
__global__ void histogram_warps(unsigned *counts, const unsigned char *x, unsigned n)
{
    extern __shared__ unsigned sets[]; // BINS counters a warp
    unsigned me = threadIdx.x, warps = blockDim.x / WARP_LANES;
    unsigned *mine = sets + me / WARP_LANES * BINS;
    for (unsigned bin = me % WARP_LANES; bin < BINS; bin += WARP_LANES)
        mine[bin] = 0; // told: histogram_warps
    __syncwarp();
    unsigned i = blockIdx.x * blockDim.x + me;
    if (i < n)
        atomicAdd(&mine[x[i]], 1u);
    __syncthreads();
    for (unsigned bin = me; bin < BINS; bin += blockDim.x) {
        unsigned sum = 0;
        for (unsigned w = 0; w < warps; w++)
            sum += sets[w * BINS + bin];
        if (sum > 0)
            atomicAdd(&counts[bin], sum);
    }
}

/** Lanes with the same value send one of them. The twin takes values as they come, and one of them
 *  has no counter. */
template <bool RIGHT>
__global__ void histogram_match(unsigned *counts, const unsigned char *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % WARP_LANES;
    int bin = -1;
    if (i < n)
        bin = x[i] + (RIGHT ? 0 : (int)i);
    unsigned same = __match_any_sync(FULL, bin);
    if (bin >= 0 && lane == (unsigned)__ffs((int)same) - 1)
        atomicAdd(&counts[bin], (unsigned)__popc(same)); // told: histogram_match
}

// --- launches ---

/** NAME_passes for a kernel with that launch. */
#define HISTOGRAM_PASSES(name, grid, smem)                                                         \
    template <bool RIGHT> static bool name##_passes(unsigned n)                                    \
    {                                                                                              \
        std::vector<unsigned char> x(n);                                                           \
        std::vector<unsigned> counts(BINS, 0), want(BINS, 0);                                      \
        for (unsigned i = 0; i < n; i++)                                                           \
            want[x[i] = (unsigned char)((i + 1) * 2654435761u >> 20) % BINS]++;                    \
        device_arrays dev;                                                                         \
        unsigned *d_counts = dev.inout(counts.data(), BINS, "counts");                             \
        const unsigned char *d_x = dev.in(x.data(), n, "x");                                       \
        LAUNCH(name<RIGHT>, grid, THREADS, smem, d_counts, d_x, n);                                \
        dev.finish();                                                                              \
        return counts == want;                                                                     \
    }
HISTOGRAM_PASSES(histogram_global, blocks_for(n, THREADS), 0)
HISTOGRAM_PASSES(histogram_shared, 3, 0)
HISTOGRAM_PASSES(histogram_warps, blocks_for(n, THREADS),
                 (THREADS / WARP_LANES - (RIGHT ? 0 : 1)) * BINS * sizeof(unsigned))
HISTOGRAM_PASSES(histogram_match, blocks_for(n, THREADS), 0)

// clang-format off
static const struct classic kernels[] = {
    CLASSIC(histogram_global, ANY_SIZE, 1000, "block 0, thread 10",
            "a race: it reads counts[6], which thread 1 wrote", MEMORY),
    CLASSIC(histogram_shared, ANY_SIZE, 1000, "block 0, thread 0",
            "which nothing has written in this block yet", MEMORY),
    CLASSIC(histogram_warps, ANY_SIZE, 1000, "block 0, thread 224",
            "writes dynamic shared memory[448], but the launch gives 1792 bytes", MEMORY),
    CLASSIC(histogram_match, ANY_SIZE, 1000, "block 0, thread 8",
            "updates counts[71], but counts has 64 elements", MEMORY),
};
// clang-format on
SUITE(histograms, kernels);
