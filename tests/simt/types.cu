/**
 * @file types.cu
 * @brief Wide and narrow types in kernels: float4, uchar4, double, half2, BF16, FP8. Right kernels
 *        with their broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>
#endif

extern "C" {
#include "common/cast.h"
}

enum { THREADS = 64 };

/** A copy, 16 bytes at a time, and the rest. The twin begins where no float4 may. */
template <bool RIGHT> __global__ void copy_float4(float *y, const float *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, first = RIGHT ? 0 : 1;
    if (4 * i + 4 + first <= n) {
        float4 four = *(const float4 *)(x + 4 * i + first); // told: copy_float4
        *(float4 *)(y + 4 * i + first) = four;
    }
    if (i < n % 4)
        y[n / 4 * 4 + i] = x[n / 4 * 4 + i];
}

/** Grey from red, green, blue: four bytes a load. The twin takes the number of bytes for the number
 *  of pixels. */
template <bool RIGHT> __global__ void grey(unsigned char *y, const uchar4 *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= (RIGHT ? n : 4 * n))
        return;
    uchar4 pixel = x[i]; // told: grey
    y[i] = (unsigned char)((77 * pixel.x + 150 * pixel.y + 29 * pixel.z) >> 8);
}

/** y = a x + y for pairs of FP16. The twin reads a sum before anybody has written one. */
template <bool RIGHT>
__global__ void axpy_half2(__half2 *y, const __half2 *x, __half2 a, unsigned pairs)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < pairs)
        y[i] = __hfma2(a, x[i], y[i]); // told: axpy_half2
}

/** BF16 in and out, FP32 between. The twin writes with a stride of four bytes. */
template <bool RIGHT>
__global__ void scale_bf16(__nv_bfloat16 *y, const __nv_bfloat16 *x, float scale, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    __nv_bfloat16 scaled = __float2bfloat16_rn(scale * __bfloat162float(x[i]));
    y[RIGHT ? i : 2 * i] = scaled; // told: scale_bf16
}

/** Two codes of E4M3 a store. The twin lets two threads write a byte. */
template <bool RIGHT>
__global__ void encode_e4m3(__nv_fp8_storage_t *y, const float2 *x, unsigned pairs)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= pairs)
        return;
    __nv_fp8x2_storage_t two = __nv_cvt_float2_to_fp8x2(x[i], __NV_SATFINITE, __NV_E4M3);
    y[2 * i] = (__nv_fp8_storage_t)two; // told: encode_e4m3
    y[2 * i + (RIGHT ? 1 : 2)] = (__nv_fp8_storage_t)(two >> 8);
}

/** A sum in FP64 by shuffles of 8 bytes. The twin's warps share one place without a word. */
template <bool RIGHT> __global__ void sum_double(double *sum, const float *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    double mine = i < n ? (double)x[i] : 0;
    for (int lanes = WARP_LANES / 2; lanes > 0; lanes /= 2)
        mine += __shfl_down_sync(FULL, mine, lanes);
    if (threadIdx.x % WARP_LANES > 0)
        return;
    if (RIGHT)
        atomicAdd(sum, mine);
    else
        *sum = *sum + mine; // told: sum_double
}

/** A thread for each half of a pair: both write into one float2. In the twin both write its x. */
template <bool RIGHT> __global__ void rotate_pairs(float2 *y, const float2 *x, unsigned pairs)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i / 2 >= pairs)
        return;
    float2 pair = x[i / 2];
    if (i % 2 == 0)
        y[i / 2].x = -pair.y;
    else if (RIGHT)
        y[i / 2].y = pair.x;
    else
        y[i / 2].x = pair.x; // told: rotate_pairs
}

/** Where is the smallest? Dynamic shared memory holds two arrays of different types. In the twin
 *  the second one begins in the middle of the first. */
template <bool RIGHT> __global__ void argmin_carved(unsigned *place, const double *x, unsigned n)
{
    extern __shared__ double values[];
    unsigned *places = (unsigned *)(values + (RIGHT ? THREADS : THREADS / 2)), me = threadIdx.x;
    places[me] = me;
    values[me] = me < n ? x[me] : INFINITY; // told: argmin_carved
    for (unsigned i = me + THREADS; i < n; i += THREADS)
        if (x[i] < values[me]) {
            values[me] = x[i];
            places[me] = i;
        }
    __syncthreads();
    for (unsigned half = THREADS / 2; half > 0; half /= 2) {
        unsigned other = me + half;
        if (me < half && (values[other] < values[me] ||
                          (values[other] == values[me] && places[other] < places[me]))) {
            values[me] = values[other];
            places[me] = places[other];
        }
        __syncthreads();
    }
    if (me == 0)
        *place = places[0];
}

/** A particle in a box: its fields are the work of three threads. */
struct particle {
    float at, speed;
    int bounces;
};

/** One thread moves, one brakes, one counts. In the twin one moves before all have looked. */
template <bool RIGHT> __global__ void move_particles(struct particle *p, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    struct particle *mine = &p[i / 3 < n ? i / 3 : n - 1];
    float at = mine->at; // told: move_particles
    float speed = mine->speed;
    if (RIGHT)
        __syncthreads(); // all have read
    if (i / 3 >= n)
        return;
    if (i % 3 == 0)
        mine->at = at + speed;
    else if (i % 3 == 1)
        mine->speed = speed / 2;
    else
        mine->bounces += at + speed > 8;
}

/** Counters in each of the narrow types that atomics know. The twin looks, and then writes. */
template <bool RIGHT>
__global__ void count_narrow(__half *h, __half2 *h2, __nv_bfloat16 *b, __nv_bfloat162 *b2)
{
    atomicAdd(h2, __floats2half2_rn(1.0f, 2.0f));
    atomicAdd(b, __float2bfloat16(1.0f));
    atomicAdd(b2, __floats2bfloat162_rn(1.0f, 0.5f));
    if (RIGHT)
        atomicAdd(h, __float2half(1.0f));
    else
        *h = __hadd(*h, __float2half(1.0f)); // told: count_narrow
}

/** Four floats at a time. The twin reads four where the array has two more. */
template <bool RIGHT> __global__ void double_fours(float *y, const float *x, unsigned n)
{
    unsigned i = 4 * (blockIdx.x * blockDim.x + threadIdx.x);
    if (i + (RIGHT ? 4 : 1) <= n) {
        float4 v = *(const float4 *)&x[i]; // told: double_fours
        *(float4 *)&y[i] = make_float4(2 * v.x, 2 * v.y, 2 * v.z, 2 * v.w);
    } else {
        for (; i < n; i++)
            y[i] = 2 * x[i];
    }
}

// --- launches ---

template <bool RIGHT> static bool copy_float4_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n), y(n, NAN);
    device_arrays dev;
    float *d_y = dev.out(y.data(), n, "y");
    const float *d_x = dev.in(x.data(), n, "x");
    LAUNCH(copy_float4<RIGHT>, blocks_for(n / 4 + 4, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    return y == x;
}

template <bool RIGHT> static bool grey_passes(unsigned n)
{
    std::vector<uchar4> x(n);
    std::vector<unsigned char> y(n, 99), want(n);
    for (unsigned i = 0; i < n; i++) {
        x[i] = make_uchar4((unsigned char)i, (unsigned char)(3 * i), (unsigned char)(7 * i), 255);
        want[i] = (unsigned char)((77 * x[i].x + 150 * x[i].y + 29 * x[i].z) >> 8);
    }
    device_arrays dev;
    unsigned char *d_y = dev.out(y.data(), n, "y");
    const uchar4 *d_x = dev.in(x.data(), n, "x");
    LAUNCH(grey<RIGHT>, blocks_for(4 * n, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    return y == want;
}

template <bool RIGHT> static bool axpy_half2_passes(unsigned n)
{
    std::vector<int> whole = numbers<int>(2 * n);
    std::vector<__half2> x(n), y(n);
    for (unsigned i = 0; i < n; i++) {
        x[i] = __floats2half2_rn((float)whole[2 * i], (float)whole[2 * i + 1]);
        y[i] = __floats2half2_rn(1, 2);
    }
    device_arrays dev;
    __half2 *d_y = RIGHT ? dev.inout(y.data(), n, "y") : dev.out(y.data(), n, "y");
    const __half2 *d_x = dev.in(x.data(), n, "x");
    LAUNCH(axpy_half2<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, __float2half2_rn(3), n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++)
        same = same && __low2float(y[i]) == (float)(3 * whole[2 * i] + 1) &&
               __high2float(y[i]) == (float)(3 * whole[2 * i + 1] + 2);
    return same;
}

template <bool RIGHT> static bool scale_bf16_passes(unsigned n)
{
    std::vector<__nv_bfloat16> x(n), y(n, __float2bfloat16_rn(99));
    for (unsigned i = 0; i < n; i++)
        x[i] = __float2bfloat16_rn(ldexpf((float)(i % 251), (int)(i % 60) - 30));
    device_arrays dev;
    __nv_bfloat16 *d_y = dev.out(y.data(), n, "y");
    const __nv_bfloat16 *d_x = dev.in(x.data(), n, "x");
    LAUNCH(scale_bf16<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, 0.3f, n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++) {
        uint16_t got = __bfloat16_as_ushort(y[i]);
        same = same && got == bf16_from_f32_rne(0.3f * __bfloat162float(x[i]));
    }
    return same;
}

template <bool RIGHT> static bool encode_e4m3_passes(unsigned n)
{
    std::vector<float2> x(n);
    std::vector<__nv_fp8_storage_t> y(2 * n, 99);
    for (unsigned i = 0; i < n; i++)
        x[i] = make_float2(ldexpf(1 + (float)i / 4099, (int)(i % 24) - 12), -(float)i / 7);
    device_arrays dev;
    __nv_fp8_storage_t *d_y = dev.out(y.data(), 2 * n, "y");
    const float2 *d_x = dev.in(x.data(), n, "x");
    LAUNCH(encode_e4m3<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++)
        same = same && y[2 * i] == e4m3_from_f32_rne(x[i].x, true) &&
               y[2 * i + 1] == e4m3_from_f32_rne(x[i].y, true);
    return same;
}

template <bool RIGHT> static bool sum_double_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n);
    double sum = 0, want = 0;
    device_arrays dev;
    double *d_sum = dev.inout(&sum, 1, "sum");
    const float *d_x = dev.in(x.data(), n, "x");
    LAUNCH(sum_double<RIGHT>, blocks_for(n, THREADS), THREADS, 0, d_sum, d_x, n);
    dev.finish();
    for (float v : x)
        want += (double)v;
    return sum == want;
}

template <bool RIGHT> static bool rotate_pairs_passes(unsigned n)
{
    std::vector<float> whole = numbers<float>(2 * n);
    std::vector<float2> x(n), y(n, make_float2(NAN, NAN));
    for (unsigned i = 0; i < n; i++)
        x[i] = make_float2(whole[2 * i], whole[2 * i + 1] + 0.5f);
    device_arrays dev;
    float2 *d_y = dev.out(y.data(), n, "y");
    const float2 *d_x = dev.in(x.data(), n, "x");
    LAUNCH(rotate_pairs<RIGHT>, blocks_for(2 * n, THREADS), THREADS, 0, d_y, d_x, n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++)
        same = same && y[i].x == -x[i].y && y[i].y == x[i].x;
    return same;
}

template <bool RIGHT> static bool argmin_carved_passes(unsigned n)
{
    std::vector<double> x = numbers<double>(n);
    unsigned place = 99, want = 0;
    device_arrays dev;
    unsigned *d_place = dev.out(&place, 1, "place");
    const double *d_x = dev.in(x.data(), n, "x");
    LAUNCH(argmin_carved<RIGHT>, 1, THREADS, THREADS * 12, d_place, d_x, n);
    dev.finish();
    for (unsigned i = 1; i < n; i++)
        want = x[i] < x[want] ? i : want;
    return place == want;
}

template <bool RIGHT> static bool move_particles_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(2 * n);
    std::vector<struct particle> p(n);
    for (unsigned i = 0; i < n; i++)
        p[i] = {x[2 * i], x[2 * i + 1], (int)i};
    device_arrays dev;
    struct particle *d_p = dev.inout(p.data(), n, "p");
    LAUNCH(move_particles<RIGHT>, blocks_for(n, 21), 63, 0, d_p, n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++) {
        float at = x[2 * i], speed = x[2 * i + 1];
        same = same && p[i].at == at + speed && p[i].speed == speed / 2 &&
               p[i].bounces == (int)i + (at + speed > 8);
    }
    return same;
}

template <bool RIGHT> static bool count_narrow_passes(unsigned n)
{
    __half h = __float2half(0.0f);
    __half2 h2 = __floats2half2_rn(0.0f, 0.0f);
    __nv_bfloat16 b = __float2bfloat16(0.0f);
    __nv_bfloat162 b2 = __floats2bfloat162_rn(0.0f, 0.0f);
    device_arrays dev;
    __half *d_h = dev.inout(&h, 1, "h");
    __half2 *d_h2 = dev.inout(&h2, 1, "h2");
    __nv_bfloat16 *d_b = dev.inout(&b, 1, "b");
    LAUNCH(count_narrow<RIGHT>, 1, n, 0, d_h, d_h2, d_b, dev.inout(&b2, 1, "b2"));
    dev.finish();
    float count = (float)n;
    return __half2float(h) == count && __low2float(h2) == count && __high2float(h2) == 2 * count &&
           __bfloat162float(b) == count && __low2float(b2) == count &&
           __high2float(b2) == count / 2;
}

template <bool RIGHT> static bool double_fours_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n), y(n);
    device_arrays dev;
    float *d_y = dev.out(y.data(), n, "y");
    LAUNCH(double_fours<RIGHT>, blocks_for(n, 4 * 32), 32, 0, d_y, dev.in(x.data(), n, "x"), n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++)
        same = same && y[i] == 2 * x[i];
    return same;
}

// clang-format off
static const struct classic kernels[] = {
    CLASSIC(copy_float4, ANY_SIZE, 100, "block 0, thread 0",
            "is no multiple of 16 (cudaErrorMisalignedAddress)", MEMORY),
    CLASSIC(grey, ANY_SIZE, 100, "block 1, thread 36",
            "reads x[100], but x has 100 elements", MEMORY),
    CLASSIC(axpy_half2, ANY_SIZE, 100, "block 0, thread 0",
            "reads y[0], which nothing has written yet (it is an output)", MEMORY),
    CLASSIC(scale_bf16, ANY_SIZE, 100, "block 0, thread 50",
            "writes y[100], but y has 100 elements", MEMORY),
    CLASSIC(encode_e4m3, ANY_SIZE, 100, "block 0, thread 1",
            "a race: it writes y[2], which thread 0 wrote", MEMORY),
    CLASSIC(sum_double, ANY_SIZE, 100, "block 0, thread 32",
            "a race: it reads sum[0], which thread 0 wrote", MEMORY),
    CLASSIC(rotate_pairs, ANY_SIZE, 100, "block 0, thread 1",
            "a race: it writes y[0], which thread 0 wrote", MEMORY),
    CLASSIC(argmin_carved, ANY_SIZE, 100, "block 0, thread 32",
            "a race: it writes dynamic shared memory[32], which thread 0 wrote", MEMORY),
    CLASSIC(move_particles, ANY_SIZE, 100, "block 0, thread 1",
            "a race: it reads p[0], which thread 0 wrote", MEMORY),
    CLASSIC(count_narrow, ONE_BLOCK, 100, "block 0, thread 1",
            "a race: it reads h[0], which thread 0 wrote", MEMORY),
    CLASSIC(double_fours, ANY_SIZE, 102, "block 0, thread 25",
            "reads 16 bytes from x[100] on, but x ends 8 bytes from there", MEMORY),
};
// clang-format on
SUITE(types, kernels);
