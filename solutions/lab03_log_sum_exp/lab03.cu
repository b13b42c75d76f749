/**
 * @file lab03.cu
 * @brief Lab 03, the kernels: the softmax of every row of a matrix, written four times.
 *
 * The contract is in lab03_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab03 && make grade
 */

// TODO(lab03.11, about 12 lines): which row is this thread's? Is there one? Then the largest
// element, the sum of the exponentials, the quotients: three loops over the row.
__global__ void softmax_rows_naive(float *p, const float *x, size_t rows, size_t cols)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab03.11");
    size_t row = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= rows)
        return;
    p += row * cols;
    x += row * cols;
    float m = -INFINITY, sum = 0;
    for (size_t i = 0; i < cols; i++)
        m = fmaxf(m, x[i]); // passes a NaN over; the exponential below does not
    for (size_t i = 0; i < cols; i++)
        sum += expf(x[i] - m);
    for (size_t i = 0; i < cols; i++)
        p[i] = expf(x[i] - m) / sum;
    // END SOLUTION
}

// TODO(lab03.12, about 28 lines): each thread makes a maximum of its own elements and puts it into
// shared memory; half of the threads take the other half's, then half of those, with a barrier
// after each step. Everybody reads the result, and a barrier later the same place serves the sums.
__global__ void softmax_rows_shared(float *p, const float *x, size_t rows, size_t cols)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab03.12");
    extern __shared__ float part[]; // one float a thread
    unsigned me = threadIdx.x;
    p += blockIdx.x * cols;
    x += blockIdx.x * cols;

    part[me] = -INFINITY; // of threads without an element, too
    for (size_t i = me; i < cols; i += blockDim.x)
        part[me] = fmaxf(part[me], x[i]);
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (me < half)
            part[me] = fmaxf(part[me], part[me + half]);
        __syncthreads();
    }
    float m = part[0];
    __syncthreads(); // all have read m before part[0] changes

    part[me] = 0;
    for (size_t i = me; i < cols; i += blockDim.x)
        part[me] += expf(x[i] - m);
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (me < half)
            part[me] += part[me + half];
        __syncthreads();
    }
    for (size_t i = me; i < cols; i += blockDim.x)
        p[i] = expf(x[i] - m) / part[0];
    // END SOLUTION
}

// BEGIN SOLUTION
/** The largest over the 32 lanes of a warp, in every lane; all must call. */
static __device__ float warp_max(float x)
{
    for (int lanes = warpSize / 2; lanes > 0; lanes /= 2)
        x = fmaxf(x, __shfl_xor_sync(0xFFFFFFFF, x, lanes));
    return x;
}

/** The sum over the 32 lanes of a warp, in every lane; all must call. */
static __device__ float warp_sum(float x)
{
    for (int lanes = warpSize / 2; lanes > 0; lanes /= 2)
        x += __shfl_xor_sync(0xFFFFFFFF, x, lanes);
    return x;
}

// END SOLUTION
// TODO(lab03.13, about 24 lines): as 3.12, with a warp in the place of the block: five shuffles for
// the maximum and five for the sum, in which all 32 lanes take part, those without elements too.
__global__ void softmax_rows_warp(float *p, const float *x, size_t rows, size_t cols)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab03.13");
    size_t row = ((size_t)blockIdx.x * blockDim.x + threadIdx.x) / warpSize;
    unsigned lane = threadIdx.x % warpSize;
    if (row >= rows)
        return; // a whole warp at a time: no shuffle waits for a lane of it
    p += row * cols;
    x += row * cols;
    float m = -INFINITY, sum = 0;
    for (size_t i = lane; i < cols; i += warpSize)
        m = fmaxf(m, x[i]);
    m = warp_max(m);
    for (size_t i = lane; i < cols; i += warpSize)
        sum += expf(x[i] - m);
    sum = warp_sum(sum);
    for (size_t i = lane; i < cols; i += warpSize)
        p[i] = expf(x[i] - m) / sum;
    // END SOLUTION
}

// BEGIN SOLUTION
/** What is known of a part of a row: its largest element, and the sum of exp(x - m). */
struct state {
    float m, d;
};

/** The state of no element. */
static __device__ struct state nothing()
{
    return {-INFINITY, 0};
}

/** exp(x - m), where an element -inf adds nothing even if m is -inf, too. */
static __device__ float term(float x, float m)
{
    return x == -INFINITY ? 0 : expf(x - m);
}

/** The state with d brought to a maximum m that is not below its own. */
static __device__ float rescaled(struct state s, float m)
{
    return s.m == m ? s.d : s.d * expf(s.m - m); // -inf - -inf never happens
}

/** One more element. */
static __device__ struct state with_one(struct state s, float x)
{
    float m = fmaxf(s.m, x);
    return {m, rescaled(s, m) + term(x, m)};
}

/** Four more elements at the price of one correction. */
static __device__ struct state with_four(struct state s, float4 x)
{
    float m = fmaxf(s.m, fmaxf(fmaxf(x.x, x.y), fmaxf(x.z, x.w)));
    float sum = (term(x.x, m) + term(x.y, m)) + (term(x.z, m) + term(x.w, m));
    return {m, rescaled(s, m) + sum};
}

/** The state of all lanes of a warp, in every lane; all must call. */
static __device__ struct state warp_merge(struct state s)
{
    for (int lanes = warpSize / 2; lanes > 0; lanes /= 2) {
        struct state other = {__shfl_xor_sync(0xFFFFFFFF, s.m, lanes),
                              __shfl_xor_sync(0xFFFFFFFF, s.d, lanes)};
        float m = fmaxf(s.m, other.m);
        s = {m, rescaled(s, m) + rescaled(other, m)};
    }
    return s;
}

/** The state of all threads of a block, in every thread; all must call, once. */
static __device__ struct state block_merge(struct state s)
{
    __shared__ struct state of_warp[8]; // a block has 256 threads
    unsigned lane = threadIdx.x % warpSize;
    s = warp_merge(s);
    if (lane == 0)
        of_warp[threadIdx.x / warpSize] = s;
    __syncthreads();
    s = lane < 8 ? of_warp[lane] : nothing();
    return warp_merge(s);
}

/** A row in three parts: [0, head) one by one, `quads` groups of four, [tail, cols) one by one. */
struct parts {
    size_t head, quads, tail;
};

/** The parts of a row that begins at x, so that the groups begin on 16 bytes. */
static __device__ struct parts parts_of(const float *x, size_t cols)
{
    size_t head = (4 - (size_t)x / sizeof(float) % 4) % 4;
    head = head < cols ? head : cols;
    size_t quads = (cols - head) / 4;
    return {head, quads, head + 4 * quads};
}

// END SOLUTION
// TODO(lab03.14, about 60 lines): small functions help. A state (m, d) a thread; one pass
// over the row, by float4 between a head and a tail; the states of a warp by shuffles, those of the
// warps through shared memory; then the quotients, by float4 again.
__global__ void softmax_rows_online(float *p, const float *x, size_t rows, size_t cols)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab03.14");
    unsigned me = threadIdx.x;
    p += blockIdx.x * cols;
    x += blockIdx.x * cols;
    struct parts row = parts_of(x, cols);
    const float4 *x4 = (const float4 *)(x + row.head);
    float4 *p4 = (float4 *)(p + row.head);

    struct state s = nothing();
    if (me < row.head)
        s = with_one(s, x[me]);
    for (size_t q = me; q < row.quads; q += blockDim.x)
        s = with_four(s, x4[q]);
    if (row.tail + me < cols)
        s = with_one(s, x[row.tail + me]);
    s = block_merge(s);

    if (me < row.head)
        p[me] = expf(x[me] - s.m) / s.d;
    for (size_t q = me; q < row.quads; q += blockDim.x) {
        float4 v = x4[q];
        p4[q] = make_float4(expf(v.x - s.m) / s.d, expf(v.y - s.m) / s.d, expf(v.z - s.m) / s.d,
                            expf(v.w - s.m) / s.d);
    }
    if (row.tail + me < cols)
        p[row.tail + me] = expf(x[row.tail + me] - s.m) / s.d;
    // END SOLUTION
}
