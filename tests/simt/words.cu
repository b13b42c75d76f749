/**
 * @file words.cu
 * @brief CUDA's words that no classic kernel needs: all indices, votes of a block, cached loads and
 *        stores, qualifiers, printf(). Right kernels and broken twins; see kernels.h.
 */
#include "tests/simt/kernels.h"

/** Where a thread is, from every index there is. In the twin two blocks take themselves for one. */
template <bool RIGHT> __global__ void indices(unsigned *who)
{
    unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + (RIGHT ? gridDim.y : 1) * blockIdx.z);
    unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    unsigned threads = blockDim.x * blockDim.y * blockDim.z;
    who[block * threads + thread] = // told: indices
        1000000 * blockIdx.z + 100000 * blockIdx.y + 10000 * blockIdx.x + 1000 * threadIdx.z +
        100 * threadIdx.y + threadIdx.x + (gridDim.z == 2 && warpSize == WARP_LANES ? 0 : 1);
}

/** Is every number of a block positive, is any? In the twin half of the threads ask the other
 *  question first. */
template <bool RIGHT> __global__ void questions(int *answers, const int *x)
{
    int mine = x[blockIdx.x * blockDim.x + threadIdx.x];
    bool all, any;
    if (RIGHT || threadIdx.x % 2 == 0) {
        all = __syncthreads_and(mine > 0); // told: questions
        any = __syncthreads_or(mine > 0);
    } else {
        any = __syncthreads_or(mine > 0);
        all = __syncthreads_and(mine > 0);
    }
    if (threadIdx.x == 0)
        answers[blockIdx.x] = 2 * all + any;
}

/** A copy that keeps out of the caches. The twin reads an element too far; the message has to name
 *  this line, and not the function that reads. */
template <bool RIGHT>
__global__ void __launch_bounds__(64)
    copy_around_caches(float *__restrict__ y, const float *__restrict__ x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    float value =
        i % 2 == 0 ? __ldcs(&x[i]) : __ldg(&x[RIGHT ? i : i + 1]); // told: copy_around_caches
    __stcs(&y[i], value);
}

/** A copy by each of the loads and stores that say how they use the caches. The twin writes an
 *  element too far. */
template <bool RIGHT> __global__ void copy_each_way(float *y, const float *x, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    float *to = &y[RIGHT ? i : i + 1], value = 0;
    switch (i % 6) {
    case 0:
        value = __ldg(&x[i]);
        break;
    case 1:
        value = __ldca(&x[i]);
        break;
    case 2:
        value = __ldcg(&x[i]);
        break;
    case 3:
        value = __ldcs(&x[i]);
        break;
    case 4:
        value = __ldlu(&x[i]);
        break;
    default:
        value = __ldcv(&x[i]);
    }
    switch (i % 4) {
    case 0:
        __stwb(to, value);
        break;
    case 1:
        __stcg(to, value);
        break;
    case 2:
        __stcs(to, (double)value);
        break;
    default:
        __stwt(to, value); // told: copy_each_way
    }
}

/** A value of its own for each thread. */
static __device__ __forceinline__ int twice(int x)
{
    return 2 * x;
}
/** Writes it, if floats have the bits that they should have; not inlined. */
static __device__ __noinline__ void set_twice(int *y, int x)
{
    const int one = __float_as_int(1.0f), sign = __float_as_int(-0.0f);
    const bool same = one == 0x3F800000 && sign == INT32_MIN && __int_as_float(one) == 1.0f;
    *y = same ? twice(x) : -1; // told: set_by_call
}
/** A function that is not inlined writes. The twin calls it for an element that is not there. */
template <bool RIGHT> __global__ void set_by_call(int *y, unsigned n)
{
    unsigned i = threadIdx.x;
    if (i < n)
        set_twice(&y[RIGHT ? i : i + 1], (int)i);
}

static __device__ unsigned served;
static __device__ const unsigned TENS[3] = {1, 10, 100};
/** Variables of the device: a counter, and constants. The twin counts without an atomic. */
template <bool RIGHT> __global__ void serve(unsigned *y)
{
    if (threadIdx.x == 0)
        served = 0;
    __syncthreads();
    if (RIGHT)
        atomicAdd(&served, TENS[threadIdx.x % 3]);
    else
        served += TENS[threadIdx.x % 3]; // told: serve
    __syncthreads();
    y[threadIdx.x] = served;
}

/** Says something, once. In the twin one thread ends the kernel. */
template <bool RIGHT> __global__ void says(unsigned *done)
{
    if (RIGHT)
        *done = (unsigned)printf("%s", "");
    else if (threadIdx.x == 3)
        __trap(); // told: says
}

// --- launches ---

template <bool RIGHT> static bool indices_passes(unsigned n)
{
    const dim3 grid(3, 2, 2), block(4, n, 3);
    std::vector<unsigned> who(12 * 12 * n);
    device_arrays dev;
    LAUNCH(indices<RIGHT>, grid, block, 0, dev.out(who.data(), who.size(), "who"));
    dev.finish();
    for (unsigned i = 0; i < who.size(); i++) {
        unsigned t = i % (12 * n), b = i / (12 * n);
        if (who[i] != 1000000 * (b / 6) + 100000 * (b / 3 % 2) + 10000 * (b % 3) +
                          1000 * (t / (4 * n)) + 100 * (t / 4 % n) + t % 4)
            return false;
    }
    return true;
}

template <bool RIGHT> static bool questions_passes(unsigned n)
{
    std::vector<int> x(3 * n, 1), answers(3);
    for (unsigned i = 0; i < n; i++)
        x[n + i] = i == n / 2 && n > 1 ? 1 : 0, x[2 * n + i] = -1;
    device_arrays dev;
    int *d_answers = dev.out(answers.data(), 3, "answers");
    LAUNCH(questions<RIGHT>, 3, n, 0, d_answers, dev.in(x.data(), x.size(), "x"));
    dev.finish();
    return answers[0] == 3 && answers[1] == (n > 1) && answers[2] == 0;
}

template <bool RIGHT> static bool copy_around_caches_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n), y(n);
    device_arrays dev;
    float *d_y = dev.out(y.data(), n, "y");
    LAUNCH(copy_around_caches<RIGHT>, blocks_for(n, 64), 64, 0, d_y, dev.in(x.data(), n, "x"), n);
    dev.finish();
    return y == x;
}

template <bool RIGHT> static bool copy_each_way_passes(unsigned n)
{
    std::vector<float> x = numbers<float>(n), y(n);
    device_arrays dev;
    float *d_y = dev.out(y.data(), n, "y");
    LAUNCH(copy_each_way<RIGHT>, blocks_for(n, 64), 64, 0, d_y, dev.in(x.data(), n, "x"), n);
    dev.finish();
    return y == x;
}

template <bool RIGHT> static bool set_by_call_passes(unsigned n)
{
    std::vector<int> y(n);
    device_arrays dev;
    LAUNCH(set_by_call<RIGHT>, 1, 256, 0, dev.out(y.data(), n, "y"), n);
    dev.finish();
    bool same = true;
    for (unsigned i = 0; i < n; i++)
        same = same && y[i] == 2 * (int)i;
    return same;
}

template <bool RIGHT> static bool serve_passes(unsigned n)
{
    std::vector<unsigned> y(n);
    device_arrays dev;
    LAUNCH(serve<RIGHT>, 1, n, 0, dev.out(y.data(), n, "y"));
    dev.finish();
    unsigned want = 111 * (n / 3) + (n % 3 > 0 ? 1 : 0) + (n % 3 > 1 ? 10 : 0);
    for (unsigned v : y)
        if (v != want)
            return false;
    return true;
}

template <bool RIGHT> static bool says_passes(unsigned n)
{
    unsigned done = 1;
    device_arrays dev;
    LAUNCH(says<RIGHT>, 1, n, 0, dev.out(&done, 1, "done"));
    dev.finish();
    return done == 0;
}

// clang-format off
static const unsigned FEW[] = {1, 2, 5, 0};
static const struct classic kernels[] = {
    CLASSIC(indices, FEW, 2, "block (0,0,1), thread (0,0,0)", "a race: it writes who[72], which block (0,1,0), thread (0,0,0) wrote", MEMORY),
    CLASSIC(questions, ONE_BLOCK, 64, "block 0, thread 0", "waits at __syncthreads_and(), but thread 1 waits at another barrier", ALWAYS),
    CLASSIC(copy_around_caches, ANY_SIZE, 64, "block 0, thread 63", "reads x[64], but x has 64 elements", MEMORY),
    CLASSIC(copy_each_way, ANY_SIZE, 64, "block 0, thread 63", "writes y[64], but y has 64 elements", MEMORY),
    CLASSIC(set_by_call, ONE_BLOCK, 100, "block 0, thread 99", "writes y[100], but y has 100 elements", MEMORY),
    CLASSIC(serve, ONE_BLOCK, 100, "block 0, thread 1", "a race: it reads served[0], which thread 0 wrote", MEMORY),
    CLASSIC(says, ONE_BLOCK, 32, "block 0, thread 3", "__trap()", ALWAYS),
};
// clang-format on
SUITE(words, kernels);
