/**
 * @file lab05.cu
 * @brief Lab 05, the kernels: one fused AdamW step, written four times.
 *
 * The contract is in lab05_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab05 && make grade
 */

// TODO(lab05.10, about 6 lines): both moments, the update, and the sum of master and update, in
// the order of operations that lab05_kernels.h gives. The bias corrections come ready in s.
__device__ float adamw_element(float &master, float &m, float &v, float g,
                               const struct adamw_step &s)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab05.10");
    // STUB: return 0;
    m = s.beta1 * m + (1 - s.beta1) * g;
    v = s.beta2 * v + (1 - s.beta2) * g * g;
    float decay = s.lr * s.weight_decay * master;
    float u = -s.lr * (m / s.correction1) / (sqrtf(v / s.correction2) + s.eps) - decay;
    master += u;
    return u;
    // END SOLUTION
}

// BEGIN SOLUTION
/** Element i in memory: loads, adamw_element(), stores. Returns the update. */
static __device__ float adamw_at(size_t i, float *master, __nv_bfloat16 *w, float *m, float *v,
                                 const __nv_bfloat16 *g, const struct adamw_step &s)
{
    float p = master[i], m_i = m[i], v_i = v[i];
    float u = adamw_element(p, m_i, v_i, __bfloat162float(g[i]), s);
    master[i] = p;
    m[i] = m_i;
    v[i] = v_i;
    w[i] = __float2bfloat16_rn(p);
    return u;
}

// END SOLUTION
// TODO(lab05.11, about 6 lines): which element is this thread's? Is there one? Load, 5.10, store,
// and add u * u to *sum.
__global__ void adamw_naive(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                            const __nv_bfloat16 *g, size_t n, struct adamw_step s)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab05.11");
    size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    float u = adamw_at(i, master, w, m, v, g, s);
    atomicAdd(sum, u * u);
    // END SOLUTION
}

// TODO(lab05.12, about 14 lines): each thread puts its u * u into shared memory (0 if it has no
// element: no thread may leave before the last barrier), then half of the threads add the other
// half's, then half of those, with a barrier after each step.
__global__ void adamw_shared(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                             const __nv_bfloat16 *g, size_t n, struct adamw_step s)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab05.12");
    extern __shared__ float partial[]; // one float a thread
    size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    float u = i < n ? adamw_at(i, master, w, m, v, g, s) : 0;
    partial[threadIdx.x] = u * u;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            partial[threadIdx.x] += partial[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0)
        atomicAdd(sum, partial[0]);
    // END SOLUTION
}

// BEGIN SOLUTION
/** The sum over the 32 lanes of a warp, in lane 0 alone; all must call. */
static __device__ float warp_sum(float x)
{
    for (int lanes = 16; lanes > 0; lanes /= 2)
        x += __shfl_down_sync(0xFFFFFFFF, x, lanes);
    return x;
}

/** Adds the sum over a block to *total; all threads of the block must call. */
static __device__ void add_block_sum(float x, float *total)
{
    __shared__ float of_warp[32]; // no block has more warps
    unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    x = warp_sum(x);
    if (lane == 0)
        of_warp[warp] = x;
    __syncthreads();
    if (warp > 0)
        return; // no barrier follows
    x = warp_sum(lane < blockDim.x / 32 ? of_warp[lane] : 0);
    if (lane == 0)
        atomicAdd(total, x);
}

// END SOLUTION
// TODO(lab05.13, about 20 lines): a loop over the thread's elements that keeps the sum of u * u in
// a register; then five shuffles, one float a warp in shared memory, a barrier, and the first warp
// adds those up.
__global__ void adamw_warp(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                           const __nv_bfloat16 *g, size_t n, struct adamw_step s)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab05.13");
    size_t threads = (size_t)gridDim.x * blockDim.x;
    float squares = 0;
    for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += threads) {
        float u = adamw_at(i, master, w, m, v, g, s);
        squares += u * u;
    }
    add_block_sum(squares, sum);
    // END SOLUTION
}

// BEGIN SOLUTION
/** Elements 4q to 4q + 3: five wide loads, four updates, four wide stores. Returns the sum of u^2.
 *  A BF16 code is the upper half of an FP32 code, so decoding is a shift. */
static __device__ float adamw_quad(size_t q, float4 *master, ushort4 *w, float4 *m, float4 *v,
                                   const ushort4 *g, const struct adamw_step &s)
{
    float4 p = master[q], m4 = m[q], v4 = v[q];
    ushort4 codes = g[q];
    float a = adamw_element(p.x, m4.x, v4.x, __uint_as_float((unsigned)codes.x << 16), s);
    float b = adamw_element(p.y, m4.y, v4.y, __uint_as_float((unsigned)codes.y << 16), s);
    float c = adamw_element(p.z, m4.z, v4.z, __uint_as_float((unsigned)codes.z << 16), s);
    float d = adamw_element(p.w, m4.w, v4.w, __uint_as_float((unsigned)codes.w << 16), s);
    master[q] = p;
    m[q] = m4;
    v[q] = v4;
    w[q] = make_ushort4(__bfloat16_as_ushort(__float2bfloat16_rn(p.x)),
                        __bfloat16_as_ushort(__float2bfloat16_rn(p.y)),
                        __bfloat16_as_ushort(__float2bfloat16_rn(p.z)),
                        __bfloat16_as_ushort(__float2bfloat16_rn(p.w)));
    return a * a + b * b + (c * c + d * d);
}

// END SOLUTION
// TODO(lab05.14, about 28 lines): as 5.13, over n / 4 groups of four: the arrays seen as float4 and
// ushort4. The first n % 4 threads of the grid then take one element each of the rest.
__global__ void adamw_vectorised(float *master, __nv_bfloat16 *w, float *m, float *v, float *sum,
                                 const __nv_bfloat16 *g, size_t n, struct adamw_step s)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab05.14");
    size_t threads = (size_t)gridDim.x * blockDim.x;
    size_t me = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    size_t quads = n / 4, rest = n % 4;
    float squares = 0;
    for (size_t q = me; q < quads; q += threads)
        squares += adamw_quad(q, (float4 *)master, (ushort4 *)w, (float4 *)m, (float4 *)v,
                              (const ushort4 *)g, s);
    if (me < rest) {
        float u = adamw_at(4 * quads + me, master, w, m, v, g, s);
        squares += u * u;
    }
    add_block_sum(squares, sum);
    // END SOLUTION
}
