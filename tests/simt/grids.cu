/**
 * @file grids.cu
 * @brief Grids: three dimensions, loops over a grid, blocks that take work in turn, steps from one
 *        array to the other; and launches that a device refuses. See kernels.h.
 */
#include "tests/simt/kernels.h"

enum { THREADS = 128, MOST_SHARED = 227 << 10 };

/** Each thread writes its own number: x fastest. The twin leaves out the bound in z. */
template <bool RIGHT> __global__ void number_3d(unsigned *y, dim3 shape)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned j = blockIdx.y * blockDim.y + threadIdx.y;
    unsigned k = blockIdx.z * blockDim.z + threadIdx.z;
    if (i >= shape.x || j >= shape.y || (RIGHT && k >= shape.z))
        return;
    unsigned number = (k * shape.y + j) * shape.x + i;
    y[number] = number; // told: number_3d
}

/** y += a x by any grid. The twin goes on for one element. */
template <bool RIGHT> __global__ void saxpy(float *y, const float *x, float a, unsigned n)
{
    unsigned threads = gridDim.x * blockDim.x, end = RIGHT ? n : n + 1;
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < end; i += threads) {
        float v = a * x[i]; // told: saxpy
        y[i] += v;
    }
}

/** Blocks take tiles of the array in turn, however many blocks there are. In the twin other threads
 *  read which tile before thread 0 has it. */
template <bool RIGHT>
__global__ void square_by_tickets(int *y, const int *x, unsigned *tickets, unsigned n)
{
    __shared__ unsigned tile;
    for (;;) {
        if (threadIdx.x == 0)
            tile = atomicAdd(tickets, 1u);
        if (RIGHT)
            __syncthreads();
        unsigned first = tile * blockDim.x; // told: square_by_tickets
        if (first >= n)
            return;
        unsigned i = first + threadIdx.x;
        if (i < n)
            y[i] = x[i] * x[i];
        __syncthreads(); // all have read the ticket
    }
}

/** A step of smoothing, from one array to the other. The twin's launch gives the same one twice. */
template <bool RIGHT> __global__ void smooth(float *y, const float *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    float left = i > 0 ? x[i - 1] : 0; // told: smooth
    float right = i + 1 < n ? x[i + 1] : 0;
    y[i] = (left + right) / 2;
}

/** The largest float by compare and swap, which works for any operation. The twin looks, and then
 *  writes: others come between. */
template <bool RIGHT> __global__ void max_by_swap(float *largest, const float *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    if (!RIGHT) {
        if (x[i] > *largest) // told: max_by_swap
            *largest = x[i];
        return;
    }
    unsigned *bits = (unsigned *)largest, old = atomicAdd(bits, 0u), seen;
    do {
        seen = old;
        if (x[i] <= __uint_as_float(seen))
            return;
        old = atomicCAS(bits, seen, __float_as_uint(x[i]));
    } while (old != seen);
}

/** A sum under a lock, which every thread takes for itself. The twin has no lock. */
template <bool RIGHT>
__global__ void sum_by_lock(int *sum, unsigned *lock, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    bool done = i >= n;
    while (!done) {
        if (RIGHT && atomicCAS(lock, 0u, 1u) != 0)
            continue;
        __threadfence();
        *sum = *sum + x[i]; // told: sum_by_lock
        __threadfence();
        if (RIGHT)
            atomicExch(lock, 0u);
        done = true;
    }
}

/** Every kind of atomic on a counter of its own. The twin reads one of them as if it stood
 *  still. */
template <bool RIGHT> __global__ void all_atomics(unsigned *y, const unsigned *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    unsigned v = x[i];
    atomicAdd(&y[0], v);
    atomicSub(&y[1], v);
    atomicMin(&y[2], v);
    atomicMax(&y[3], v); // told: all_atomics
    atomicAnd(&y[4], ~(1u << v % 32));
    atomicOr(&y[5], 1u << v % 32);
    atomicXor(&y[6], v);
    atomicInc(&y[7], 4); // 0 1 2 3 4 0 ...
    atomicDec(&y[8], 4); // 0 4 3 2 1 0 ...
    if (!RIGHT && y[3] > v)
        atomicMax(&y[3], y[0]);
}

/** Each block writes to its own part. In the twin, the last thread of a block writes where the next
 *  block does. */
template <bool RIGHT> __global__ void fill_by_blocks(int *y, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (!RIGHT && threadIdx.x == blockDim.x - 1)
        i++;
    if (i < n)
        y[i] = (int)blockIdx.x + 1; // told: fill_by_blocks
}

/** Is any positive? Many threads may write the one answer: it is the same. In the twin each
 *  writes its own. */
template <bool RIGHT> __global__ void any_positive(int *found, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n && x[i] > 0)
        *found = RIGHT ? 1 : (int)i + 1; // told: any_positive
}

/** All that a block can have: 227 KiB. The twin asks for four bytes more. */
template <bool RIGHT> __global__ void use_all_shared(int *y, unsigned n)
{
    extern __shared__ int whole[];
    for (unsigned i = threadIdx.x; i < n; i += blockDim.x)
        whole[i] = (int)i;
    __syncthreads();
    if (threadIdx.x == 0)
        *y = whole[n - 1];
}

// --- launches ---

template <bool RIGHT> static bool number_3d_passes(unsigned n)
{
    dim3 shape(n % 40 + 3, n % 7 + 1, n % 5 + 1), block(8, 4, 4);
    unsigned size = shape.x * shape.y * shape.z;
    std::vector<unsigned> y(size, 99);
    dim3 grid(blocks_for(shape.x, 8), blocks_for(shape.y, 4), blocks_for(shape.z, 4));
    device_arrays dev;
    unsigned *d_y = dev.out(y.data(), size, "y");
    LAUNCH(number_3d<RIGHT>, grid, block, 0, d_y, shape);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < size; i++)
        same = same && y[i] == i;
    return same;
}

template <bool RIGHT> static bool saxpy_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n), y = numbers<float>(n, 1), want = y;
    device_arrays dev;
    float *d_y = dev.inout(y.data(), n, "y");
    const float *d_x = dev.in(x.data(), n, "x");
    LAUNCH(saxpy<RIGHT>, 2, THREADS, 0, d_y, d_x, 3, n);
    dev.finish();
    for (unsigned i = 0; i < n; i++)
        want[i] += 3 * x[i];
    return y == want;
}

template <bool RIGHT> static bool square_by_tickets_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), y(n, 99), want(n);
    unsigned tickets = 0;
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    const int *d_x = dev.in(x.data(), n, "x");
    unsigned *d_tickets = dev.inout(&tickets, 1, "tickets");
    LAUNCH(square_by_tickets<RIGHT>, 3, THREADS, 0, d_y, d_x, d_tickets, n);
    dev.finish();
    for (unsigned i = 0; i < n; i++)
        want[i] = x[i] * x[i];
    return y == want;
}

template <bool RIGHT> static bool smooth_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n), y(n, 0), want = x;
    device_arrays dev;
    float *d_x = dev.inout(x.data(), n, "x"), *d_y = dev.inout(y.data(), n, "y");
    for (int step = 0; step < 4; step += 2) {
        LAUNCH(smooth<RIGHT>, blocks_for(n, THREADS), THREADS, 0, RIGHT ? d_y : d_x, d_x, n);
        LAUNCH(smooth<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_x, d_y, n);
    }
    dev.finish();
    for (int step = 0; step < 4; step++) {
        std::vector<float> before = want;
        for (unsigned i = 0; i < n; i++)
            want[i] = ((i > 0 ? before[i - 1] : 0) + (i + 1 < n ? before[i + 1] : 0)) / 2;
    }
    return x == want;
}

template <bool RIGHT> static bool max_by_swap_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n);
    float largest = -100, want = -100;
    device_arrays dev;
    float *d_largest = dev.inout(&largest, 1, "largest");
    const float *d_x = dev.in(x.data(), n, "x");
    LAUNCH(max_by_swap<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_largest, d_x, n);
    dev.finish();
    for (float v : x)
        want = fmaxf(want, v);
    return largest == want;
}

template <bool RIGHT> static bool sum_by_lock_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n);
    int sum = 0, want = 0;
    unsigned lock = 0;
    device_arrays dev;
    int *d_sum = dev.inout(&sum, 1, "sum");
    unsigned *d_lock = dev.inout(&lock, 1, "lock");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(sum_by_lock<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_sum, d_lock, d_x, n);
    dev.finish();
    for (int v : x)
        want += v;
    return sum == want;
}

template <bool RIGHT> static bool all_atomics_passes(unsigned n)
{
    std::vector<unsigned> x = numbers<unsigned>(n), y(9, 0);
    y[2] = y[4] = 0xFFFFFFFF;
    std::vector<unsigned> want = y;
    device_arrays dev;
    unsigned *d_y = dev.inout(y.data(), 9, "y");
    const unsigned *d_x = dev.in(x.data(), n, "x");
    LAUNCH(all_atomics<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    for (unsigned v : x) {
        want[0] += v;
        want[1] -= v;
        want[2] = v < want[2] ? v : want[2];
        want[3] = v > want[3] ? v : want[3];
        want[4] &= ~(1u << v % 32);
        want[5] |= 1u << v % 32;
        want[6] ^= v;
        want[7] = (want[7] + 1) % 5;
        want[8] = (want[8] + 4) % 5;
    }
    return y == want;
}

template <bool RIGHT> static bool fill_by_blocks_passes(unsigned n)
{
    std::vector<int> y(n, 99);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    LAUNCH(fill_by_blocks<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++)
        same = same && y[i] == (int)(i / THREADS) + 1;
    return same;
}

template <bool RIGHT> static bool any_positive_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n);
    int found = 0, want = 0;
    device_arrays dev;
    int *d_found = dev.inout(&found, 1, "found");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(any_positive<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_found, d_x, n);
    dev.finish();
    for (int v : x)
        want |= v > 0;
    return found == want;
}

template <bool RIGHT> static bool use_all_shared_passes(unsigned n)
{
    int y = -1;
    unsigned bytes = MOST_SHARED + (RIGHT ? 0 : 4);
    device_arrays dev;
    int *d_y = dev.out(&y, 1, "y");
    LAUNCH(use_all_shared<RIGHT>, 1, n, bytes, d_y, bytes / 4); // told: use_all_shared
    dev.finish();
    return y == (int)(bytes / 4) - 1;
}

/** Launches that a device refuses, of a kernel that is right. */
static bool launch_shape(dim3 grid, dim3 block)
{
    unsigned y = 0;
    device_arrays dev;
    unsigned *d_y = dev.out(&y, 1, "y");
    LAUNCH(number_3d<true>, grid, block, 0, d_y, dim3(1)); // told: refused
    dev.finish();
    return y == 0;
}
static bool no_block(unsigned n)
{
    return launch_shape(dim3(n - n), dim3(32));
}
static bool no_thread(unsigned n)
{
    return launch_shape(dim3(1), dim3(n, 0));
}
static bool grid_too_high(unsigned n)
{
    return launch_shape(dim3(1, 65535 + n), dim3(1));
}
static bool block_too_deep(unsigned n)
{
    return launch_shape(dim3(1), dim3(1, 1, 64 + n));
}
static bool block_too_large(unsigned n)
{
    return launch_shape(dim3(1), dim3(32, 32, 1 + n));
}
/** A row about such a launch. */
// clang-format off
#define REFUSED(name, words)                                                                       \
    {#name, NULL, NULL, name, 1, "number_3d<true>", "refused", NULL, words, ALWAYS}
// clang-format on

// clang-format off
static const struct classic kernels[] = {
    CLASSIC(number_3d, ANY_SIZE, 257, "block (0,0,0), thread (0,0,3)",
            "y[360], but y has 360 elements", MEMORY),
    CLASSIC(saxpy, ANY_SIZE, 1000, "block 1, thread 104",
            "reads x[1000], but x has 1000 elements", MEMORY),
    CLASSIC(square_by_tickets, ANY_SIZE, 1000, "block 0, thread 1",
            "a race: it reads tile", MEMORY),
    CLASSIC(smooth, ANY_SIZE, 1000, "block 0, thread 1",
            "a race: it reads x[0], which thread 0 wrote", MEMORY),
    CLASSIC(max_by_swap, ANY_SIZE, 1000, "block 0, thread 1",
            "a race: it reads largest[0], which thread 0 wrote", MEMORY),
    CLASSIC(fill_by_blocks, ANY_SIZE, 1000, "block 1, thread 0",
            "a race: it writes y[128], which block 0, thread 127 wrote", MEMORY),
    CLASSIC(any_positive, ANY_SIZE, 1000, "block 0, thread 1",
            "a race: it writes found[0], which thread 0 wrote", MEMORY),
    CLASSIC(sum_by_lock, ANY_SIZE, 1000, "block 0, thread 1",
            "a race: it reads sum[0], which thread 0 wrote", MEMORY),
    CLASSIC(all_atomics, ANY_SIZE, 1000, "block 0, thread 1",
            "a race: it updates y[3], which thread 0 read", MEMORY),
    CLASSIC(use_all_shared, POWERS, 256, NULL,
            "232452 bytes of dynamic shared memory, a device's limit is 232448 "
            "(cudaErrorInvalidValue)", ALWAYS),
    REFUSED(no_block, "the grid (0,1,1) has no block (cudaErrorInvalidConfiguration)"),
    REFUSED(no_thread, "the block (1,0,1) has no thread (cudaErrorInvalidConfiguration)"),
    REFUSED(grid_too_high, "the grid is (1,65536,1), a device's limit (2147483647,65535,65535)"),
    REFUSED(block_too_deep, "the block is (1,1,65), a device's limit (1024,1024,64)"),
    REFUSED(block_too_large, "the block has 2048 threads, a device's limit is 1024"),
};
// clang-format on
SUITE(grids, kernels);
