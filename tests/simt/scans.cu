/**
 * @file scans.cu
 * @brief Sums of all elements up to each: in a warp, a block, and across blocks. Right kernels with
 *        their broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

enum { THREADS = 256 };

/** Hillis and Steele: each round adds the element `distance` before. Reads from one buffer, writes
 *  to the other; the twin has a single one. */
template <bool RIGHT> __global__ void scan_doubling(int *y, const int *x, unsigned n)
{
    __shared__ int buffer[2][THREADS];
    unsigned me = threadIdx.x, from = 0;
    buffer[0][me] = me < n ? x[me] : 0;
    __syncthreads();
    for (unsigned distance = 1; distance < blockDim.x; distance *= 2) {
        unsigned to = RIGHT ? 1 - from : from;
        int before = me >= distance ? buffer[from][me - distance] : 0; // told: scan_doubling
        buffer[to][me] = buffer[from][me] + before;
        from = to;
        __syncthreads();
    }
    if (me < n)
        y[me] = buffer[from][me];
}

/** Blelloch: sums up a tree and down again; exclusive. The twin goes down without a barrier. */
template <bool RIGHT> __global__ void scan_tree(int *y, const int *x, unsigned n)
{
    __shared__ int tree[THREADS];
    unsigned me = threadIdx.x;
    tree[me] = me < n ? x[me] : 0;
    for (unsigned step = 1; step < THREADS; step *= 2) {
        __syncthreads();
        if ((me + 1) % (2 * step) == 0)
            tree[me] += tree[me - step];
    }
    __syncthreads();
    if (me == THREADS - 1)
        tree[me] = 0;
    for (unsigned step = THREADS / 2; step > 0; step /= 2) {
        if (RIGHT)
            __syncthreads();
        if ((me + 1) % (2 * step) == 0) {
            int left = tree[me - step]; // told: scan_tree
            tree[me - step] = tree[me];
            tree[me] += left;
        }
    }
    __syncthreads();
    if (me < n)
        y[me] = tree[me];
}

/** The inclusive scan of a warp, by shuffles from below. */
static __device__ int warp_scan(int x)
{
    int lane = (int)threadIdx.x % WARP_LANES;
    for (int distance = 1; distance < WARP_LANES; distance *= 2) {
        int before = __shfl_up_sync(FULL, x, distance);
        if (lane >= distance)
            x += before;
    }
    return x;
}

/** Each warp by itself. In the twin only those lanes shuffle that need a value. */
template <bool RIGHT> __global__ void scan_warps(int *y, const int *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % WARP_LANES;
    int mine = i < n ? x[i] : 0;
    if (RIGHT)
        mine = warp_scan(mine);
    else
        for (unsigned distance = 1; distance < WARP_LANES; distance *= 2)
            if (lane >= distance)
                mine += __shfl_up_sync(FULL, mine, distance); // told: scan_warps
    if (i < n)
        y[i] = mine;
}

/** A block by warps: their scans, and to each the sums of the warps before. The twin does not wait
 *  for those. */
template <bool RIGHT> __global__ void scan_block(int *y, int *sums, const int *x, unsigned n)
{
    __shared__ int of_warp[THREADS / WARP_LANES];
    unsigned me = threadIdx.x, warp = me / WARP_LANES, lane = me % WARP_LANES;
    unsigned i = blockIdx.x * blockDim.x + me;
    int mine = warp_scan(i < n ? x[i] : 0);
    if (lane == WARP_LANES - 1)
        of_warp[warp] = mine;
    if (RIGHT)
        __syncthreads();
    for (unsigned w = 0; w < warp; w++)
        mine += of_warp[w]; // told: scan_block
    if (i < n)
        y[i] = mine;
    if (me == THREADS - 1)
        sums[blockIdx.x] = mine; // of the whole block
}

/** What the blocks before sum up to is added to each block's scan. The twin comes too early. */
template <bool RIGHT> __global__ void add_blocks_before(int *y, const int *sums, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    int before = 0;
    for (unsigned b = 0; b < blockIdx.x; b++)
        before += sums[b];
    y[i] += before; // told: scan_grid
}

/** Segments begin where a flag is set: a sum passes no flag. In the twin lane 0, which adds
 *  nothing, leaves at once; lane 1 asks for its value. */
template <bool RIGHT>
__global__ void scan_segments(int *y, const int *x, const unsigned char *begins, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    int lane = (int)(threadIdx.x % WARP_LANES);
    int mine = i < n ? x[i] : 0;
    bool closed = i >= n || begins[i] || lane == 0;
    if (!RIGHT && lane == 0)
        return;
    for (int distance = 1; distance < WARP_LANES; distance *= 2) {
        int before = __shfl_up_sync(FULL, mine, distance); // told: scan_segments
        bool closed_before = __shfl_up_sync(FULL, (int)closed, distance);
        if (lane >= distance && !closed) {
            mine += before;
            closed = closed_before;
        }
    }
    if (i < n)
        y[i] = mine;
}

// --- launches ---

/** The sums of x from each multiple of `part` on, inclusive. */
static std::vector<int> scan_of(const std::vector<int> &x, size_t part)
{
    std::vector<int> y(x.size());
    for (size_t i = 0; i < x.size(); i++)
        y[i] = x[i] + (i % part > 0 ? y[i - 1] : 0);
    return y;
}

template <bool RIGHT> static bool scan_doubling_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), y(n, 99);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(scan_doubling<RIGHT>, 1, THREADS, 0, d_y, d_x, n);
    dev.finish();
    return y == scan_of(x, n);
}

template <bool RIGHT> static bool scan_tree_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), y(n, 99);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(scan_tree<RIGHT>, 1, THREADS, 0, d_y, d_x, n);
    dev.finish();
    std::vector<int> want = scan_of(x, n);
    for (unsigned i = 0; i < n; i++)
        if (y[i] != want[i] - x[i])
            return false;
    return true;
}

template <bool RIGHT> static bool scan_warps_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), y(n, 99);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    const int *d_x = dev.in(x.data(), n, "x");
    LAUNCH(scan_warps<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    return y == scan_of(x, WARP_LANES);
}

/** Both launches of a scan across blocks, or only the second. */
template <bool BARRIER, bool ORDER> static bool scan_in_two_launches(unsigned n)
{
    unsigned blocks = blocks_for(n, THREADS);
    std::vector<int> x = numbers<int>(n), y(n, 99), sums(blocks, 99);
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y"), *d_sums = dev.out(sums.data(), blocks, "sums");
    const int *d_x = dev.in(x.data(), n, "x");
    if (ORDER)
        LAUNCH(scan_block<BARRIER>, blocks, THREADS, 0, d_y, d_sums, d_x, n);
    LAUNCH(add_blocks_before<ORDER>, blocks, THREADS, 0, d_y, d_sums, n);
    dev.finish();
    return y == scan_of(x, n);
}
template <bool RIGHT> static bool scan_block_passes(unsigned n)
{
    return scan_in_two_launches<RIGHT, true>(n);
}
template <bool RIGHT> static bool scan_grid_passes(unsigned n)
{
    return scan_in_two_launches<true, RIGHT>(n);
}

template <bool RIGHT> static bool scan_segments_passes(unsigned n)
{
    std::vector<int> x = numbers<int>(n), y(n, 99), want(n);
    std::vector<unsigned char> begins(n);
    for (unsigned i = 0; i < n; i++)
        begins[i] = x[i] > 5;
    device_arrays dev;
    int *d_y = dev.out(y.data(), n, "y");
    const int *d_x = dev.in(x.data(), n, "x");
    const unsigned char *d_begins = dev.in(begins.data(), n, "begins");
    LAUNCH(scan_segments<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, d_begins, n);
    dev.finish();
    for (unsigned i = 0; i < n; i++)
        want[i] = x[i] + (begins[i] || i % WARP_LANES == 0 ? 0 : want[i - 1]);
    return y == want;
}

// clang-format off
static const struct classic kernels[] = {
    CLASSIC(scan_doubling, ONE_BLOCK, 100, "block 0, thread 1", "a race", MEMORY),
    CLASSIC(scan_tree, ONE_BLOCK, 256, "block 0, thread 3", "a race", MEMORY),
    CLASSIC(scan_warps, ANY_SIZE, 100, "block 0, thread 1",
            "that lane has left the kernel", ALWAYS),
    {"scan_block", scan_block_passes<true>, ANY_SIZE, scan_block_passes<false>, 300,
     "scan_block<BARRIER>", "scan_block", "block 0, thread 32",
     "a race: it reads of_warp[0], which thread 31 wrote", MEMORY},
    {"scan_grid", scan_grid_passes<true>, ANY_SIZE, scan_grid_passes<false>, 100,
     "add_blocks_before<ORDER>", "scan_grid", "block 0, thread 0",
     "reads y[0], which nothing has written yet (it is an output)", MEMORY},
    CLASSIC(scan_segments, ANY_SIZE, 100, "block 0, thread 1",
            "that lane has left the kernel", ALWAYS),
};
// clang-format on
SUITE(scans, kernels);
