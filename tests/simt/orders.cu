/**
 * @file orders.cu
 * @brief Who has to wait for whom: halves of a word, counters, and what one thread publishes or looks
 *        at for many. Right kernels and broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

enum { THREADS = 128, WARPS = THREADS / WARP_LANES };

/** Two numbers that share four bytes. */
struct halves {
    short low, high;
};

/** A thread writes one half of a word after the other, and its neighbour reads the first. The twin
 *  does not wait for it. */
template <bool RIGHT> __global__ void pass_halves(int *y, struct halves *room, const int *x)
{
    unsigned me = threadIdx.x, before = (me + blockDim.x - 1) % blockDim.x;
    room[me].low = (short)x[me];
    room[me].high = (short)-x[me];
    if (RIGHT)
        __syncthreads();
    y[me] = room[before].low; // told: pass_halves
}

/** A thread reads one half of a word after the other; then its neighbour writes the first. The twin
 *  does not wait for it. */
template <bool RIGHT> __global__ void turn_halves(int *y, struct halves *x)
{
    unsigned me = threadIdx.x, before = (me + blockDim.x - 1) % blockDim.x;
    int low = x[me].low, high = x[me].high;
    y[me] = low - high;
    if (RIGHT)
        __syncthreads();
    x[before].low = (short)me; // told: turn_halves
}

/** A counter of the block begins with 0. In the twin only the first warp waits for that. */
template <bool RIGHT> __global__ void count_in_block(int *y, const int *x)
{
    __shared__ int count;
    if (threadIdx.x == 0)
        count = 0;
    if (RIGHT)
        __syncthreads();
    else
        __syncwarp();
    if (x[threadIdx.x] > 0)
        atomicAdd(&count, 1); // told: count_in_block
    __syncthreads();
    y[threadIdx.x] = count;
}

/** Every thread counts, the last warp reads. In the twin it waits for its own lanes only. */
template <bool RIGHT> __global__ void count_for_last_warp(int *y, const int *x)
{
    __shared__ int count;
    if (threadIdx.x == 0)
        count = 0;
    __syncthreads();
    if (x[threadIdx.x] > 0)
        atomicAdd(&count, 1);
    if (RIGHT)
        __syncthreads();
    else
        __syncwarp();
    int all = 0;
    if (threadIdx.x / WARP_LANES == WARPS - 1)
        all = count; // told: count_for_last_warp
    y[threadIdx.x] = all;
}

/** Every thread leaves a part, thread 0 says that all of them are there, and the threads of the last
 *  block add them up. The twin's thread 0 does not wait for the others' parts. */
template <bool RIGHT>
__global__ void sum_columns(int *y, int *parts, unsigned *tickets, const int *x)
{
    __shared__ bool last;
    unsigned me = threadIdx.x;
    parts[blockIdx.x * blockDim.x + me] = x[blockIdx.x * blockDim.x + me];
    if (RIGHT)
        __syncthreads();
    if (me == 0) {
        __threadfence();
        last = atomicAdd(tickets, 1u) == gridDim.x - 1;
    }
    __syncthreads();
    if (!last)
        return;
    int sum = 0;
    for (unsigned b = 0; b < gridDim.x; b++)
        sum += parts[b * blockDim.x + me]; // told: sum_columns
    y[me] = sum;
    if (me == 0)
        *tickets = 0; // for the next launch
}

/** The same by warps: lane 0 publishes for its warp, and looks for its warp. The twin's lane 0 does
 *  not wait for its warp. */
template <bool RIGHT>
__global__ void sum_by_warps(int *y, int *parts, unsigned *tickets, const int *x)
{
    unsigned lane = threadIdx.x % WARP_LANES, warps = gridDim.x * blockDim.x / WARP_LANES,
             ticket = 0;
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    parts[i] = x[i];
    if (RIGHT)
        __syncwarp();
    if (lane == 0) {
        __threadfence();
        ticket = atomicAdd(tickets, 1u);
        __threadfence();
    }
    ticket = __shfl_sync(FULL, ticket, 0);
    __syncwarp();
    if (ticket != warps - 1)
        return;
    int sum = 0;
    for (unsigned w = 0; w < warps; w++)
        sum += parts[w * WARP_LANES + lane]; // told: sum_by_warps
    y[lane] = sum;
}

/** The same by lanes that each publish for themselves before they meet. The twin's lanes do not. */
template <bool RIGHT>
__global__ void sum_by_lanes(int *y, int *parts, unsigned *tickets, const int *x)
{
    unsigned lane = threadIdx.x % WARP_LANES, warps = gridDim.x * blockDim.x / WARP_LANES,
             ticket = 0;
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    parts[i] = x[i];
    if (RIGHT)
        __threadfence();
    __syncwarp();
    if (lane == 0)
        ticket = atomicAdd(tickets, 1u);
    ticket = __shfl_sync(FULL, ticket, 0);
    __syncwarp();
    if (ticket != warps - 1)
        return;
    int sum = 0;
    for (unsigned w = 0; w < warps; w++)
        sum += parts[w * WARP_LANES + lane]; // told: sum_by_lanes
    y[lane] = sum;
}

/** Every warp counts, and then one lane of the last one is all that goes on. The twin's lane takes
 *  its ticket before its part is seen. */
template <bool RIGHT>
__global__ void sum_by_one(int *y, int *parts, unsigned *tickets, const int *x)
{
    bool leader = threadIdx.x % WARP_LANES == 0;
    if (leader)
        atomicAdd(&tickets[1], 1u);
    if (!leader || threadIdx.x / WARP_LANES < WARPS - 1)
        return;
    parts[blockIdx.x] = x[blockIdx.x];
    if (RIGHT)
        __threadfence();
    if (atomicAdd(&tickets[0], 1u) < gridDim.x - 1)
        return;
    __threadfence();
    int sum = 0;
    for (unsigned b = 0; b < gridDim.x; b++)
        sum += parts[b]; // told: sum_by_one
    *y = sum;
}

/** A warp writes, and the next one reads when a flag is up; one lane each raises it and looks. The
 *  twin's flag is up before all lanes have written. */
template <bool RIGHT> __global__ void hand_over(int *y, const int *x)
{
    __shared__ int room[WARP_LANES], flag;
    unsigned lane = threadIdx.x % WARP_LANES;
    if (threadIdx.x == 0)
        flag = 0;
    __syncthreads();
    if (threadIdx.x < WARP_LANES) {
        room[lane] = x[lane];
        if (RIGHT)
            __syncwarp();
        if (lane == 0) {
            __threadfence_block();
            atomicExch(&flag, 1);
        }
        return;
    }
    if (lane == 0)
        while (atomicAdd(&flag, 0) == 0)
            ;
    __threadfence_block();
    __syncwarp();
    y[lane] = room[lane]; // told: hand_over
}

/** A sum in double as devices without such an atomic do it: look, add, compare and swap. The twin
 *  puts its sum there without comparing. */
template <bool RIGHT> __global__ void add_by_swap(double *sum, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    unsigned long long *bits = (unsigned long long *)sum;
    unsigned long long old = *bits, seen; // told: add_by_swap
    do {
        seen = old;
        double more = __longlong_as_double((long long)seen) + x[i];
        unsigned long long want = (unsigned long long)__double_as_longlong(more);
        old = RIGHT ? atomicCAS(bits, seen, want) : atomicExch(bits, want);
    } while (old != seen);
}

// --- launches ---

/** Is y[i] == want(i) for all i? */
template <class F> static bool all_are(const std::vector<int> &y, F want)
{
    bool same = true;
    for (size_t i = 0; i < y.size(); i++)
        same = same && y[i] == want(i);
    return same;
}

template <bool RIGHT> static bool pass_halves_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), y(n);
    std::vector<struct halves> room(n);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    struct halves *d_room = dev.inout(room.data(), n, "room");
    LAUNCH(pass_halves<RIGHT>, 1, n, 0, d_y, d_room, dev.in(x.data(), n, "x"));
    dev.finish();
    return all_are(y, [&](size_t i) { return x[(i + n - 1) % n]; });
}

template <bool RIGHT> static bool turn_halves_passes(unsigned n)
{
    std::vector<int> y(n);
    std::vector<struct halves> x(n);
    for (unsigned i = 0; i < n; i++)
        x[i] = {(short)(3 * i), (short)i};
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    LAUNCH(turn_halves<RIGHT>, 1, n, 0, d_y, dev.inout(x.data(), n, "x"));
    dev.finish();
    return all_are(y, [](size_t i) { return 2 * (int)i; }) && x[0].low == (short)(1 % n);
}

static int positive(const std::vector<int> &x)
{
    int count = 0;
    for (int v : x)
        count += v > 0;
    return count;
}

template <bool RIGHT> static bool count_in_block_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), y(n);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    LAUNCH(count_in_block<RIGHT>, 1, n, 0, d_y, dev.in(x.data(), n, "x"));
    dev.finish();
    return all_are(y, [&](size_t) { return positive(x); });
}

template <bool RIGHT> static bool count_for_last_warp_passes(unsigned salt)
{
    std::vector<int> x = numbers<int>(THREADS, salt), y(THREADS);
    device_arrays dev;
    int *d_y = dev.out(y.data(), THREADS, "y");
    LAUNCH(count_for_last_warp<RIGHT>, 1, THREADS, 0, d_y, dev.in(x.data(), THREADS, "x"));
    dev.finish();
    return all_are(y, [&](size_t i) { return i / WARP_LANES == WARPS - 1 ? positive(x) : 0; });
}

/** NAME_passes for a kernel (y, parts, tickets, x) with n blocks, whose y[i] is the sum of
 *  every x[first + i], x[first + i + step], ... */
#define LAST_PASSES(name, sums, step, count)                                                       \
    template <bool RIGHT> static bool name##_passes(unsigned n)                                    \
    {                                                                                              \
        std::vector<int> x = numbers<int>((size_t)n * THREADS), y(sums), parts(x.size());          \
        std::vector<unsigned> tickets(2, 0);                                                       \
        device_arrays dev;                                                                         \
        int *d_y = dev.out(y.data(), y.size(), "y");                                               \
        int *d_parts = dev.out(parts.data(), parts.size(), "parts");                               \
        unsigned *d_tickets = dev.inout(tickets.data(), 2, "tickets");                             \
        const int *d_x = dev.in(x.data(), x.size(), "x");                                          \
        LAUNCH(name<RIGHT>, n, THREADS, 0, d_y, d_parts, d_tickets, d_x);                          \
        dev.finish();                                                                              \
        return all_are(y, [&](size_t i) {                                                          \
            int sum = 0;                                                                           \
            for (size_t k = 0; k < (count); k++)                                                   \
                sum += x[i + k * (step)];                                                          \
            return sum;                                                                            \
        });                                                                                        \
    }
LAST_PASSES(sum_columns, THREADS, THREADS, n)
LAST_PASSES(sum_by_warps, WARP_LANES, WARP_LANES, n *WARPS)
LAST_PASSES(sum_by_lanes, WARP_LANES, WARP_LANES, n *WARPS)
LAST_PASSES(sum_by_one, 1, 1, n)

template <bool RIGHT> static bool add_by_swap_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n);
    double sum = 0, want = 0;
    device_arrays dev;
    double *d_sum = dev.inout(&sum, 1, "sum");
    LAUNCH(add_by_swap<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_sum, dev.in(x.data(), n, "x"),
           n);
    dev.finish();
    for (int v : x)
        want += v;
    return sum == want;
}

template <bool RIGHT> static bool hand_over_passes(unsigned salt)
{
    std::vector<int> x = numbers<int>(WARP_LANES, salt), y(WARP_LANES);
    device_arrays dev;
    int *d_y = dev.out(y.data(), WARP_LANES, "y");
    LAUNCH(hand_over<RIGHT>, 1, 2 * WARP_LANES, 0, d_y, dev.in(x.data(), WARP_LANES, "x"));
    dev.finish();
    return y == x;
}

// clang-format off
static const unsigned FEW[] = {1, 2, 5, 9, 0};
static const struct classic kernels[] = {
    CLASSIC(pass_halves, ONE_BLOCK, 100, "block 0, thread 1",
            "a race: it reads room[0], which thread 0 wrote", MEMORY),
    CLASSIC(turn_halves, ONE_BLOCK, 100, "block 0, thread 1",
            "a race: it writes x[0], which thread 0 read", MEMORY),
    CLASSIC(count_in_block, ONE_BLOCK, 100, "block 0, thread 36",
            "a race: it updates count[0], which thread 0 wrote", MEMORY),
    CLASSIC(count_for_last_warp, FEW, 1, "block 0, thread 96",
            "a race: it reads count[0], which thread", MEMORY),
    CLASSIC(sum_columns, FEW, 5, "block 4, thread 1",
            "a race: it reads parts[1], which block 0, thread 1 wrote", MEMORY),
    CLASSIC(sum_by_warps, FEW, 5, "block 4, thread 97",
            "a race: it reads parts[1], which block 0, thread 1 wrote", MEMORY),
    CLASSIC(sum_by_lanes, FEW, 5, "block 4, thread 96",
            "a race: it reads parts[0], which block 0, thread 0 wrote", MEMORY),
    CLASSIC(sum_by_one, FEW, 5, "block 4, thread 96",
            "a race: it reads parts[0], which block 0, thread 96 wrote", MEMORY),
    CLASSIC(add_by_swap, ANY_SIZE, 100, "block 0, thread 1",
            "a race: it reads sum[0], which thread 0 updated", MEMORY),
    CLASSIC(hand_over, FEW, 1, "block 0, thread 33",
            "a race: it reads room[1], which thread 1 wrote", MEMORY),
};
// clang-format on
SUITE(orders, kernels);
