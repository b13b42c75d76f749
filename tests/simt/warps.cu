/**
 * @file warps.cu
 * @brief What lanes of a warp do for each other: votes, shuffles, compaction, exchange through
 *        shared memory. Right kernels with their broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

#include <algorithm>
#include <limits.h>

enum { THREADS = 128 };

/** Keeps what is positive, in any order of warps: a ballot, one atomic a warp, its result for all
 *  lanes. In the twin the lane that has the result leaves before it is asked. */
template <bool RIGHT>
__global__ void compact_ballot(int *kept, unsigned *count, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % WARP_LANES;
    int mine = i < n ? x[i] : 0;
    unsigned keepers = __ballot_sync(FULL, mine > 0), base = 0;
    if (lane == 0)
        base = atomicAdd(count, (unsigned)__popc(keepers));
    if (!RIGHT && mine <= 0)
        return;
    base = __shfl_sync(FULL, base, 0); // told: compact_ballot
    if (mine > 0)
        kept[base + __popc(keepers & ((1u << lane) - 1))] = mine;
}

/** One lane loads for all. The twin's mask does not name all that call. */
template <bool RIGHT> __global__ void broadcast(int *y, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % WARP_LANES;
    int loaded = lane == 0 && i < n ? x[i / WARP_LANES] : 0;
    loaded = __shfl_sync(RIGHT ? FULL : 0x7FFFFFFF, loaded, 0); // told: broadcast
    if (i < n)
        y[i] = loaded;
}

/** Sums of groups of eight lanes, in all of them. In the twin a group has twelve. */
template <bool RIGHT> __global__ void butterfly_groups(int *y, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    int sum = i < n ? x[i] : 0;
    for (int lanes = 4; lanes > 0; lanes /= 2)
        sum += __shfl_xor_sync(FULL, sum, lanes, RIGHT ? 8 : 12); // told: butterfly_groups
    if (i < n)
        y[i] = sum;
}

/** The lanes of a warp in reverse order. In the twin only the lower half calls. */
template <bool RIGHT> __global__ void reverse_lanes(int *y, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    int lane = (int)(threadIdx.x % WARP_LANES), mine = i < n ? x[i] : 0;
    if (RIGHT || lane < WARP_LANES / 2)
        mine = __shfl_sync(FULL, mine, WARP_LANES - 1 - lane); // told: reverse_lanes
    __syncthreads();
    if (i < n)
        y[i] = mine;
}

/** How many lanes have this lane's value, by one ballot a bit. The twin's mask is one lane
 *  short. */
template <bool RIGHT> __global__ void match_by_ballots(unsigned *y, const unsigned *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned mine = i < n ? x[i] % 8 : 8, same = FULL;
    for (unsigned bit = 0; bit < 4; bit++) {
        bool set = mine >> bit & 1;
        unsigned others = __ballot_sync(RIGHT ? FULL : FULL << 1, set); // told: match_by_ballots
        same &= set ? others : ~others;
    }
    if (i < n)
        y[i] = (unsigned)__popc(same);
}

/** What a warp's numbers come to, in five ways. The twin's mask is one lane
 *  short. */
template <bool RIGHT> __global__ void reductions(int *y, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    int mine = i < n ? x[i] : 0;
    int sum = __reduce_add_sync(RIGHT ? FULL : FULL << 1, mine); // told: reductions
    int least = __reduce_min_sync(FULL, mine), most = __reduce_max_sync(FULL, mine);
    unsigned bits = (unsigned)mine, largest = __reduce_max_sync(FULL, bits);
    unsigned words = __reduce_and_sync(FULL, bits) + 3 * __reduce_or_sync(FULL, bits) +
                     5 * __reduce_xor_sync(FULL, bits);
    if (i < n)
        y[i] = (int)((unsigned)sum + 7u * (unsigned)least + 11u * (unsigned)most + 13u * largest +
                     words);
}

/** Neighbours swap through shared memory, which one warp shares: __syncwarp() is barrier enough.
 *  The twin has none. */
template <bool RIGHT> __global__ void swap_neighbours(int *y, const int *x, unsigned n)
{
    __shared__ int slot[THREADS];
    unsigned me = threadIdx.x, i = blockIdx.x * blockDim.x + me;
    slot[me] = i < n ? x[i] : 0;
    if (RIGHT)
        __syncwarp();
    int mine = slot[me ^ 1]; // told: swap_neighbours
    if (i < n)
        y[i] = mine;
}

/** 1 where all of a warp are positive, -1 where none is, else 0. In the twin lanes without an
 *  element have gone to a barrier, where the others wait in vain. */
template <bool RIGHT> __global__ void warp_verdict(int *y, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    int verdict = 0;
    if (RIGHT || i < n) {
        bool positive = i >= n || x[i] > -7;
        bool all = __all_sync(FULL, positive); // told: warp_verdict
        bool any = __any_sync(FULL, i < n && positive);
        verdict = all ? 1 : any ? 0 : -1;
    }
    __syncthreads();
    if (i < n)
        y[i] = verdict;
}

/** One atomic for all lanes that happen to be here: a leader adds for them, and they take
 *  numbers in turn. The twin asks the first lane that is not here. */
template <bool RIGHT>
__global__ void take_numbers(unsigned *numbers_taken, unsigned *next, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % WARP_LANES;
    if (i >= n || x[i] <= 0)
        return;
    unsigned here = __activemask(), base = 0;
    unsigned leader = (unsigned)__ffs((int)here) - 1;
    if (lane == leader)
        base = atomicAdd(next, (unsigned)__popc(here));
    unsigned from = RIGHT ? leader : (unsigned)__ffs((int)~here) - 1;
    base = __shfl_sync(here, base, (int)from); // told: take_numbers
    numbers_taken[i] = base + (unsigned)__popc(here & ((1u << lane) - 1));
}

/** The halves of a warp go different ways, each with a mask of its own; each turns its values round
 *  through shared memory. The twin's masks are the wrong way round. */
template <bool RIGHT> __global__ void halves_apart(int *y, const int *x, unsigned n)
{
    __shared__ int slot[THREADS];
    unsigned me = threadIdx.x, lane = me % WARP_LANES, first = me - me % 16;
    unsigned i = blockIdx.x * blockDim.x + me;
    slot[me] = i < n ? x[i] : 0;
    int mine;
    if ((lane < 16) == RIGHT) {
        __syncwarp(0x0000FFFF);
        mine = slot[first + 15 - me % 16];
    } else {
        __syncwarp(0xFFFF0000); // told: halves_apart
        mine = slot[first + (me + 1) % 16];
    }
    if (i < n)
        y[i] = mine;
}

/** Only positive lanes add up, in a branch: a ballot before it says who they are. The twin's branch
 *  waits for all lanes. */
template <bool RIGHT> __global__ void sum_in_branch(int *y, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    int mine = i < n ? x[i] : 0, sum = 0;
    unsigned positive = __ballot_sync(FULL, mine > 0);
    unsigned mask = RIGHT ? positive : FULL;
    if (mine > 0)
        for (unsigned left = positive; left; left &= left - 1)
            sum += __shfl_sync(mask, mine, __ffs((int)left) - 1); // told: sum_in_branch
    __syncthreads();
    if (i < n)
        y[i] = sum;
}

/** Lanes without an element leave; a warp's function does not wait for who has left. The twin asks
 *  one of them. */
template <bool RIGHT> __global__ void sum_of_those_left(int *y, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    int sum = 0, lanes = (int)(n - (i - i % WARP_LANES));
    if (lanes > WARP_LANES || !RIGHT)
        lanes = WARP_LANES;
    for (int lane = 0; lane < lanes; lane++)
        sum += __shfl_sync(FULL, x[i], lane); // told: sum_of_those_left
    __syncwarp();
    y[i] = sum;
}

// --- launches ---

template <bool RIGHT> static bool compact_ballot_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), kept(n, 0), want;
    unsigned count = 0;
    device_arrays dev;
    int *d_kept = dev.out(kept.data(), n, "kept");
    unsigned *d_count = dev.inout(&count, 1, "count");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(compact_ballot<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_kept, d_count, d_x, n);
    dev.finish();
    for (int v : x)
        if (v > 0)
            want.push_back(v);
    if (count != want.size())
        return false;
    kept.resize(count);
    std::sort(kept.begin(), kept.end());
    std::sort(want.begin(), want.end());
    return kept == want;
}

template <bool RIGHT> static bool broadcast_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(blocks_for(n, WARP_LANES)), y(n, 99);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    const int *d_x = dev.in(x.data(), x.size(), "x");
    LAUNCH(broadcast<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++)
        same = same && y[i] == x[i / WARP_LANES];
    return same;
}

/** The sum of x[i] over the lanes [low, low + width) of i's group of `width`. */
static int group_sum(const std::vector<int> &x, unsigned i, unsigned width)
{
    int sum = 0;
    for (unsigned k = i / width * width; k < i / width * width + width && k < x.size(); k++)
        sum += x[k];
    return sum;
}

/** NAME_passes for a kernel (y, x, n), with what y[i] should be. */
#define MAP_PASSES(name, T, want)                                                                  \
    template <bool RIGHT> static bool name##_passes(unsigned n)                                    \
    {                                                                                              \
        std::vector<T> x = numbers<T>(n), y(n, 99);                                                \
        device_arrays dev;                                                                         \
        T *d_y = dev.out(y.data(), n, "y");                                                        \
        const T *d_x = dev.in(x.data(), n, "x");                                                   \
        LAUNCH(name<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, n);                      \
        dev.finish();                                                                              \
        bool same = true;                                                                          \
        for (unsigned i = 0; i < n; i++)                                                           \
            same = same && y[i] == (want);                                                         \
        return same;                                                                               \
    }
/** Element k, or 0 behind the end. */
static int at(const std::vector<int> &x, unsigned k)
{
    return k < x.size() ? x[k] : 0;
}
static unsigned equal_in_warp(const std::vector<unsigned> &x, unsigned i)
{
    unsigned count = 0;
    for (unsigned k = i / 32 * 32; k < i / 32 * 32 + 32 && k < x.size(); k++)
        count += x[k] % 8 == x[i] % 8;
    return count;
}
static int reduced_warp(const std::vector<int> &x, unsigned i)
{
    unsigned sum = 0, largest = 0, both = ~0u, any = 0, odd = 0;
    int least = INT_MAX, most = INT_MIN;
    for (unsigned k = i / 32 * 32; k < i / 32 * 32 + 32; k++) {
        unsigned bits = (unsigned)at(x, k);
        sum += bits;
        largest = std::max(largest, bits);
        both &= bits;
        any |= bits;
        odd ^= bits;
        least = std::min(least, at(x, k));
        most = std::max(most, at(x, k));
    }
    return (int)(sum + 7u * (unsigned)least + 11u * (unsigned)most + 13u * largest + both +
                 3 * any + 5 * odd);
}
static int verdict_of_warp(const std::vector<int> &x, unsigned i)
{
    bool all = true, any = false;
    for (unsigned k = i / 32 * 32; k < i / 32 * 32 + 32 && k < x.size(); k++) {
        all = all && x[k] > -7;
        any = any || x[k] > -7;
    }
    return all ? 1 : any ? 0 : -1;
}
MAP_PASSES(butterfly_groups, int, group_sum(x, i, 8))
MAP_PASSES(reverse_lanes, int, at(x, i / 32 * 32 + 31 - i % 32))
MAP_PASSES(match_by_ballots, unsigned, equal_in_warp(x, i))
MAP_PASSES(reductions, int, reduced_warp(x, i))
MAP_PASSES(swap_neighbours, int, at(x, i ^ 1))
MAP_PASSES(warp_verdict, int, verdict_of_warp(x, i))

template <bool RIGHT> static bool take_numbers_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n);
    std::vector<unsigned> taken(n, 0), seen;
    unsigned next = 0;
    device_arrays dev;
    unsigned *d_taken = dev.out(taken.data(), n, "taken"), *d_next = dev.inout(&next, 1, "next");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(take_numbers<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_taken, d_next, d_x, n);
    dev.finish();
    for (unsigned i = 0; i < n; i++)
        if (x[i] > 0)
            seen.push_back(taken[i]);
    std::sort(seen.begin(), seen.end()); // each number once, from 0 on
    bool once = next == seen.size();
    for (unsigned i = 0; i < seen.size(); i++)
        once = once && seen[i] == i;
    return once;
}

static int half_of_warp(const std::vector<int> &x, unsigned i)
{
    unsigned first = i / 16 * 16, place = i % 16;
    return at(x, first + (i % 32 < 16 ? 15 - place : (place + 1) % 16));
}
static int positive_sum(const std::vector<int> &x, unsigned i)
{
    int sum = 0;
    for (unsigned k = i / 32 * 32; k < i / 32 * 32 + 32; k++)
        sum += x[i] > 0 && at(x, k) > 0 ? at(x, k) : 0;
    return sum;
}
MAP_PASSES(halves_apart, int, half_of_warp(x, i))
MAP_PASSES(sum_in_branch, int, positive_sum(x, i))
MAP_PASSES(sum_of_those_left, int, group_sum(x, i, 32))

// clang-format off
static const struct classic kernels[] = {
    CLASSIC(compact_ballot, ANY_SIZE, 100, "block 0, thread 36",
            "that lane has left the kernel", ALWAYS),
    CLASSIC(broadcast, ANY_SIZE, 100, "block 0, thread 31",
            "lane 31 calls __shfl_sync(), but the mask 0x7FFFFFFF does not name it", ALWAYS),
    CLASSIC(butterfly_groups, ANY_SIZE, 100, "block 0, thread 0", "width 12", ALWAYS),
    CLASSIC(reverse_lanes, ANY_SIZE, 100, "block 0, thread 0",
            "waits for lane 16 of its warp for ever", ALWAYS),
    CLASSIC(match_by_ballots, ANY_SIZE, 100, "block 0, thread 0",
            "lane 0 calls __ballot_sync(), but the mask 0xFFFFFFFE does not name it", ALWAYS),
    CLASSIC(reductions, ANY_SIZE, 100, "block 0, thread 0",
            "lane 0 calls __reduce_add_sync(), but the mask 0xFFFFFFFE does not name it", ALWAYS),
    CLASSIC(swap_neighbours, ANY_SIZE, 100, "block 0, thread 0",
            "reads slot[1], which nothing has written", MEMORY),
    CLASSIC(warp_verdict, ANY_SIZE, 100, "block 0, thread 96",
            "waits for lane 4 of its warp for ever: that lane waits at __syncthreads()", ALWAYS),
    CLASSIC(take_numbers, ANY_SIZE, 100, "block 0, thread 0",
            "that lane has left the kernel", ALWAYS),
    CLASSIC(halves_apart, ANY_SIZE, 100, "block 0, thread 0",
            "lane 0 calls __syncwarp(), but the mask 0xFFFF0000 does not name it", ALWAYS),
    CLASSIC(sum_in_branch, ANY_SIZE, 100, "block 0, thread 0",
            "waits for lane 7 of its warp for ever: that lane waits at __syncthreads()", ALWAYS),
    CLASSIC(sum_of_those_left, ANY_SIZE, 100, "block 0, thread 96",
            "reads from lane 4, but that lane", ALWAYS),
};
// clang-format on
SUITE(warps, kernels);
