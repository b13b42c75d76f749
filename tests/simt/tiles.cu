/**
 * @file tiles.cu
 * @brief Matrices and neighbourhoods through tiles in shared memory: transposes, products,
 *        stencils. Right kernels with their broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

enum { TILE = 32, ROWS = 8, SIDE = 16, THREADS = 128, RADIUS = 3 };

/** y = x transposed, an element a thread. The twin forgets that the last blocks reach over the
 *  end. */
template <bool RIGHT>
__global__ void transpose_naive(float *y, const float *x, unsigned rows, unsigned cols)
{
    unsigned col = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned row = blockIdx.y * blockDim.y + threadIdx.y;
    if (RIGHT && (row >= rows || col >= cols))
        return;
    y[(size_t)col * rows + row] = x[(size_t)row * cols + col]; // told: transpose_naive
}

/** A tile is read row by row and written row by row: both coalesced. A column of padding keeps its
 *  columns out of one bank. The twin writes before all is read. */
template <bool RIGHT>
__global__ void transpose_tiled(float *y, const float *x, unsigned rows, unsigned cols)
{
    __shared__ float tile[TILE][TILE + 1];
    unsigned left = blockIdx.x * TILE, top = blockIdx.y * TILE;
    for (unsigned k = threadIdx.y; k < TILE; k += ROWS)
        if (top + k < rows && left + threadIdx.x < cols)
            tile[k][threadIdx.x] = x[(size_t)(top + k) * cols + left + threadIdx.x];
    if (RIGHT)
        __syncthreads();
    for (unsigned k = threadIdx.y; k < TILE; k += ROWS)
        if (left + k < cols && top + threadIdx.x < rows) {
            float v = tile[threadIdx.x][k]; // told: transpose_tiled
            y[(size_t)(left + k) * rows + top + threadIdx.x] = v;
        }
}

/** c = a b for n x n matrices, a thread an element. The twin scales its input on the way. */
template <bool RIGHT>
__global__ void matmul_naive(float *c, const float *a, const float *b, unsigned n)
{
    unsigned col = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned row = blockIdx.y * blockDim.y + threadIdx.y;
    if (row >= n || col >= n)
        return;
    float sum = 0;
    for (unsigned k = 0; k < n; k++)
        sum += a[row * n + k] * b[k * n + col];
    if (!RIGHT)
        ((float *)a)[row * n + col] = 0; // told: matmul_naive
    c[row * n + col] = sum;
}

/** c = a b by tiles. The twin loads the next tiles while others still read these. */
template <bool RIGHT>
__global__ void matmul_tiled(float *c, const float *a, const float *b, unsigned n)
{
    __shared__ float of_a[SIDE][SIDE], of_b[SIDE][SIDE];
    unsigned x = threadIdx.x, y = threadIdx.y;
    unsigned col = blockIdx.x * SIDE + x, row = blockIdx.y * SIDE + y;
    float sum = 0;
    for (unsigned first = 0; first < n; first += SIDE) {
        of_a[y][x] = row < n && first + x < n ? a[row * n + first + x] : 0;
        of_b[y][x] = first + y < n && col < n ? b[(first + y) * n + col] : 0;
        __syncthreads();
        for (unsigned k = 0; k < SIDE; k++)
            sum += of_a[y][k] * of_b[k][x]; // told: matmul_tiled
        if (RIGHT)
            __syncthreads();
    }
    if (row < n && col < n)
        c[row * n + col] = sum;
}

static __constant__ float BINOMIAL[2 * RADIUS + 1] = {1, 6, 15, 20, 15, 6, 1};

/** A weighted sum of 7 neighbours, zeros beyond the ends; a tile with a rim. The twin's tile has no
 *  room for the right rim. */
template <bool RIGHT> __global__ void stencil_line(float *y, const float *x, unsigned n)
{
    __shared__ float tile[THREADS + (RIGHT ? 2 : 1) * RADIUS];
    unsigned me = threadIdx.x, first = blockIdx.x * blockDim.x;
    for (unsigned k = me; k < THREADS + 2 * RADIUS; k += blockDim.x) {
        bool inside = first + k >= RADIUS && first + k - RADIUS < n;
        tile[k] = inside ? x[first + k - RADIUS] : 0; // told: stencil_line
    }
    __syncthreads();
    float sum = 0;
    for (unsigned k = 0; k <= 2 * RADIUS; k++)
        sum += BINOMIAL[k] * tile[me + k];
    if (first + me < n)
        y[first + me] = sum;
}

/** The sum of a point and its four neighbours in a plane. The twin reads one row too far down. */
template <bool RIGHT>
__global__ void stencil_plane(float *y, const float *x, unsigned rows, unsigned cols)
{
    unsigned col = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned row = blockIdx.y * blockDim.y + threadIdx.y;
    if (row >= rows || col >= cols)
        return;
    size_t i = (size_t)row * cols + col;
    float sum = x[i];
    sum += col > 0 ? x[i - 1] : 0;
    sum += col + 1 < cols ? x[i + 1] : 0;
    sum += row > 0 ? x[i - cols] : 0;
    if (row + 1 < rows || !RIGHT)
        sum += x[i + cols]; // told: stencil_plane
    y[i] = sum;
}

// --- launches ---

/** NAME_passes for a transpose of an n x (n + 7) matrix. */
#define TRANSPOSE_PASSES(name, block)                                                              \
    template <bool RIGHT> static bool name##_passes(unsigned n)                                    \
    {                                                                                              \
        unsigned rows = n, cols = n + 7;                                                           \
        std::vector<float> x = numbers<float>(rows * cols), y(rows * cols, NAN);                   \
        device_arrays dev;                                                                         \
        float *d_y = dev.out(y.data(), rows * cols, "y");                                          \
        const float *d_x = dev.in(x.data(), rows * cols, "x");                                     \
        LAUNCH(name<RIGHT>, dim3(blocks_for(cols, TILE), blocks_for(rows, TILE)), block, 0, d_y,   \
               d_x, rows, cols);                                                                   \
        dev.finish();                                                                              \
        bool same = true;                                                                          \
        for (unsigned i = 0; i < rows * cols; i++)                                                 \
            same = same && y[i % cols * rows + i / cols] == x[i];                                  \
        return same;                                                                               \
    }
TRANSPOSE_PASSES(transpose_naive, dim3(TILE, TILE))
TRANSPOSE_PASSES(transpose_tiled, dim3(TILE, ROWS))

/** NAME_passes for a product of n x n matrices. */
#define MATMUL_PASSES(name)                                                                        \
    template <bool RIGHT> static bool name##_passes(unsigned n)                                    \
    {                                                                                              \
        std::vector<float> a = numbers<float>(n * n), b = numbers<float>(n * n, 1), c(n * n, NAN); \
        device_arrays dev;                                                                         \
        float *d_c = dev.out(c.data(), n * n, "c");                                                \
        const float *d_a = dev.in(a.data(), n * n, "a"), *d_b = dev.in(b.data(), n * n, "b");      \
        unsigned blocks = blocks_for(n, SIDE);                                                     \
        LAUNCH(name<RIGHT>, dim3(blocks, blocks), dim3(SIDE, SIDE), 0, d_c, d_a, d_b, n);          \
        dev.finish();                                                                              \
        return c == product_of(a, b, n);                                                           \
    }
static std::vector<float> product_of(const std::vector<float> &a, const std::vector<float> &b,
                                     unsigned n)
{
    std::vector<float> c(n * n, 0);
    for (unsigned row = 0; row < n; row++)
        for (unsigned k = 0; k < n; k++)
            for (unsigned col = 0; col < n; col++)
                c[row * n + col] += a[row * n + k] * b[k * n + col];
    return c;
}
MATMUL_PASSES(matmul_naive)
MATMUL_PASSES(matmul_tiled)

template <bool RIGHT> static bool stencil_line_passes(unsigned n)
{
    static const float weights[] = {1, 6, 15, 20, 15, 6, 1};
    std::vector<float> x = numbers<float>(n), y(n, NAN), want(n, 0);
    device_arrays dev;
    float *d_y = dev.out(y.data(), n, "y");
    const float *d_x = dev.in(x.data(), n, "x");
    LAUNCH(stencil_line<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k <= 2 * RADIUS; k++)
            if (i + k >= RADIUS && i + k - RADIUS < n)
                want[i] += weights[k] * x[i + k - RADIUS];
    return y == want;
}

template <bool RIGHT> static bool stencil_plane_passes(unsigned n)
{
    unsigned rows = n, cols = n + 7;
    std::vector<float> x = numbers<float>(rows * cols), y(rows * cols, NAN);
    device_arrays dev;
    float *d_y = dev.out(y.data(), rows * cols, "y");
    const float *d_x = dev.in(x.data(), rows * cols, "x");
    LAUNCH(stencil_plane<RIGHT>, dim3(blocks_for(cols, TILE), blocks_for(rows, ROWS)),
           dim3(TILE, ROWS), 0, d_y, d_x, rows, cols);
    dev.finish();
    for (unsigned i = 0; i < rows * cols; i++) {
        unsigned row = i / cols, col = i % cols;
        float want = x[i] + (col > 0 ? x[i - 1] : 0) + (col + 1 < cols ? x[i + 1] : 0) +
                     (row > 0 ? x[i - cols] : 0) + (row + 1 < rows ? x[i + cols] : 0);
        if (y[i] != want)
            return false;
    }
    return true;
}

// clang-format off
static const struct classic kernels[] = {
    CLASSIC(transpose_naive, SQUARES, 33, "block (1,0,0), thread (8,0,0)",
            "y has 1320 elements", MEMORY),
    CLASSIC(transpose_tiled, SQUARES, 65, "block (0,0,0), thread (0,0,0)",
            "reads tile[8], which nothing has written in this block yet", MEMORY),
    CLASSIC(matmul_naive, SQUARES, 33, "block (0,0,0), thread (0,0,0)",
            "writes a[0], but a is an input", MEMORY),
    CLASSIC(matmul_tiled, SQUARES, 33, "block (0,0,0), thread (1,0,0)",
            "a race: it reads of_a[0], which thread (0,0,0) wrote", MEMORY),
    CLASSIC(stencil_line, ANY_SIZE, 300, "block 0, thread 3",
            "writes tile[131], but tile has 131 elements", MEMORY),
    CLASSIC(stencil_plane, SQUARES, 5, "block 0, thread (0,4,0)",
            "reads x[60], but x has 60 elements", MEMORY),
};
// clang-format on
SUITE(tiles, kernels);
