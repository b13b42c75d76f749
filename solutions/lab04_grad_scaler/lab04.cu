/**
 * @file lab04.cu
 * @brief Lab 04, the kernels: check and unscale many tensors with one launch.
 *
 * The contract is in lab04_kernels.h, which the build includes for you; the launches are in
 * launch.cu. The same file runs on any CPU and, through nvcc, on a device.
 * Build and grade: make lab04 && make grade
 */

// TODO(lab04.15, about 8 lines): which chunk is this block's? Its threads step over it together.
// Test each element first, raise the flag with atomicExch(), then multiply, unless inv is 1.
__global__ void unscale_chunks(const struct chunk *chunks, float *found_inf, float inv)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab04.15");
    struct chunk c = chunks[blockIdx.x];
    for (size_t i = threadIdx.x; i < c.n; i += blockDim.x) {
        float x = c.data[i];
        if (!isfinite(x))
            atomicExch(found_inf, 1.0f);
        if (inv != 1)
            c.data[i] = x * inv;
    }
    // END SOLUTION
}

// BEGIN SOLUTION
/** Unscales *x. Returns whether it was an infinity or NaN before. */
static __device__ bool unscale_one(float *x, float inv)
{
    float before = *x;
    if (inv != 1)
        *x = before * inv;
    return !isfinite(before);
}

/** Unscales four elements with one load and one store, as unscale_one(). */
static __device__ bool unscale_four(float4 *x, float inv)
{
    float4 before = *x;
    if (inv != 1)
        *x = make_float4(before.x * inv, before.y * inv, before.z * inv, before.w * inv);
    return !isfinite(before.x) || !isfinite(before.y) || !isfinite(before.z) || !isfinite(before.w);
}

// END SOLUTION
// TODO(lab04.16, about 28 lines): a head of up to three elements, up to the first address that is a
// multiple of 16; groups of four; a tail of up to three. Each thread notes what it found in a
// register, and the block votes once.
__global__ void unscale_vectorised(const struct chunk *chunks, float *found_inf, float inv)
{
    // BEGIN SOLUTION
    // STUB: todo_kernel("lab04.16");
    struct chunk c = chunks[blockIdx.x];
    size_t head = (4 - (size_t)c.data / sizeof(float) % 4) % 4;
    if (head > c.n)
        head = c.n;
    size_t quads = (c.n - head) / 4, tail = head + 4 * quads;
    float4 *aligned = (float4 *)(c.data + head);
    bool found = threadIdx.x < head && unscale_one(&c.data[threadIdx.x], inv);
    for (size_t q = threadIdx.x; q < quads; q += blockDim.x)
        found |= unscale_four(&aligned[q], inv);
    if (tail + threadIdx.x < c.n)
        found |= unscale_one(&c.data[tail + threadIdx.x], inv);
    if (__syncthreads_or(found) && threadIdx.x == 0)
        atomicExch(found_inf, 1.0f);
    // END SOLUTION
}
