/* From the end of a chunk to its beginning; groups of four where the address allows it, found by
   asking each address; a flag in shared memory; blocks of any size. */

static __device__ bool is_bad(float x)
{
    return (__float_as_uint(x) & 0x7FFFFFFF) >= 0x7F800000;
}

__global__ void unscale_chunks(const struct chunk *chunks, float *found_inf, float inv)
{
    float *data = chunks[blockIdx.x].data;
    for (size_t left = chunks[blockIdx.x].n; left > threadIdx.x;) {
        size_t i = left - 1 - threadIdx.x;
        float x = data[i];
        if (inv != 1)
            data[i] = x * inv;
        if (is_bad(x))
            atomicExch(found_inf, 1.0f);
        if (left <= blockDim.x)
            break;
        left -= blockDim.x;
    }
}

__global__ void unscale_vectorised(const struct chunk *chunks, float *found_inf, float inv)
{
    __shared__ int found;
    struct chunk c = chunks[blockIdx.x];
    if (threadIdx.x == 0)
        found = 0;
    __syncthreads();
    // Thread t takes the elements of groups t, t + blockDim.x, ... of 16 bytes, counted from the
    // first address at or below the chunk's that is a multiple of 16.
    size_t before = (size_t)c.data % 16 / sizeof(float);
    for (size_t g = threadIdx.x; 4 * g < c.n + before; g += blockDim.x) {
        if (4 * g >= before && 4 * g - before + 4 <= c.n) {
            float4 *at = (float4 *)(c.data + (4 * g - before)), x = *at;
            if (inv != 1)
                *at = make_float4(x.x * inv, x.y * inv, x.z * inv, x.w * inv);
            if (is_bad(x.x) | is_bad(x.y) | is_bad(x.z) | is_bad(x.w))
                atomicOr(&found, 1);
            continue;
        }
        for (size_t k = 4 * g; k < 4 * g + 4; k++) {
            if (k < before || k - before >= c.n)
                continue;
            float x = c.data[k - before];
            if (inv != 1)
                c.data[k - before] = x * inv;
            if (is_bad(x))
                atomicOr(&found, 1);
        }
    }
    __syncthreads();
    if (threadIdx.x == 0 && found)
        atomicExch(found_inf, 1.0f);
}
