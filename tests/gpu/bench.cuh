/**
 * @file bench.cuh
 * @brief What bench.cu measures: kernels in groups, and the memory, inputs and checks they share.
 */
#ifndef LOWP_TESTS_GPU_BENCH_CUH
#define LOWP_TESTS_GPU_BENCH_CUH

#include "tests/gpu/check.cuh"

#include "common/formats.h"
extern "C" { // functions of C; the labs' headers include this too, but later
#include "common/cast.h"
}

#include <dlfcn.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/** One kernel at one shape. */
struct candidate {
    std::string name;               /**< "softmax_rows_warp", "copy" */
    std::string type;               /**< of the elements: "FP32 to E4M3" */
    std::function<void()> launch;   /**< once, on arrays that are there */
    std::function<bool()> is_right; /**< fills the arrays, launches, and looks at the result */
    std::vector<double> ms = {};    /**< one a round */
};

/** Versions that do the same work, which take turns with the device's copy of as many bytes. */
struct group {
    std::string shape; /**< "268435456" elements, "65536x4096" */
    double bytes;      /**< read and written by one launch, at the least */
    double flops;      /**< operations of one launch, as plots/data/README.md counts */
    std::vector<candidate> versions; /**< the ladder */
};

/** A piece of device memory that is handed out again and again: one group at a time uses it. */
class pool
{
  public:
    explicit pool(size_t bytes) : size(bytes)
    {
        CUDA_CHECK(cudaMalloc(&base, bytes));
    }
    ~pool()
    {
        cudaFree(base);
    }
    pool(const pool &) = delete;
    pool &operator=(const pool &) = delete;

    /** All is free again. */
    void reset()
    {
        used = 0;
    }
    /** n elements on 256 bytes, as from cudaMalloc. */
    template <class T> T *take(size_t n)
    {
        size_t at = (used + 255) / 256 * 256;
        used = at + n * sizeof(T);
        if (used > size) {
            fprintf(stderr, "bench: a group needs more than %zu bytes: an error in bench.cu\n",
                    size);
            exit(1);
        }
        return (T *)(base + at);
    }

  private:
    char *base = nullptr;
    size_t size, used = 0;
};

/** A lab's library, build/solutions/labNN_gpu.so: its launch_*() work on the device's memory. */
class library
{
  public:
    explicit library(const std::string &path) : handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL))
    {
        if (!handle) {
            fprintf(stderr, "bench: %s\n", dlerror());
            exit(1);
        }
        take_failure = find<const char *()>("launch_take_failure");
    }
    /** A function of it. The labs' headers say its type: find<decltype(launch_X)>("launch_X"). */
    template <class F> F *find(const char *name) const
    {
        void *symbol = dlsym(handle, name);
        if (!symbol) {
            fprintf(stderr, "bench: %s\n", dlerror());
            exit(1);
        }
        return (F *)symbol;
    }
    /** Waits for the launches so far, and ends the program if one of them failed. */
    void wait() const
    {
        CUDA_CHECK(cudaDeviceSynchronize());
        if (const char *why = take_failure()) {
            fprintf(stderr, "bench: %s\n", why);
            exit(1);
        }
    }

  private:
    void *handle;
    const char *(*take_failure)();
};

/** launch_X of a library, as the lab's header declares it. */
#define LAUNCHER(lib, name) (lib).find<decltype(name)>(#name)

/** Element i of every input: from -4 to 4, at most 16 significant bits, the same on both sides. */
__host__ __device__ inline float sample(uint64_t i, uint32_t seed)
{
    uint32_t h = (uint32_t)i * 2654435761u ^ (uint32_t)(i >> 32) ^ seed * 0x9E3779B9u;
    h = (h ^ h >> 16) * 0x85EBCA6Bu;
    h = (h ^ h >> 13) * 0xC2B2AE35u;
    return (float)((int)(h >> 16) - 32768) * 0x1p-13f;
}

/** The largest power of two elements of so many bytes that do not pass `bytes`. */
size_t elements_for(size_t bytes, size_t bytes_of_one);
/** x[i] = sample(i, seed) * factor, on the device. */
void fill(float *x, size_t n, uint32_t seed, float factor);
/** The BF16 codes of the same, rounded to nearest even. */
void fill_bf16(uint16_t *codes, size_t n, uint32_t seed, float factor);
/** A value from the device's memory. */
template <class T> T fetch(const T *d_x)
{
    T x;
    CUDA_CHECK(cudaMemcpy(&x, d_x, sizeof x, cudaMemcpyDeviceToHost));
    return x;
}
/** A value to the device's memory. */
template <class T> void put(T *d_x, T x)
{
    CUDA_CHECK(cudaMemcpy(d_x, &x, sizeof x, cudaMemcpyHostToDevice));
}
/** Fetches windows of `width` elements, all over the array and at both ends. @return whether
 *  is_right(i, x) for each element, or prints the first that is not */
template <class T>
bool all_windows(const char *name, const T *d_x, size_t n, size_t width,
                 const std::function<bool(size_t i, T x)> &is_right)
{
    const size_t windows = 64;
    std::vector<T> x(width);
    for (size_t w = 0; w < windows; w++) {
        size_t start = (n - width) / (windows - 1) * w / width * width;
        start = w == windows - 1 ? n - width : start;
        CUDA_CHECK(cudaMemcpy(x.data(), d_x + start, width * sizeof(T), cudaMemcpyDeviceToHost));
        for (size_t i = 0; i < width; i++)
            if (!is_right(start + i, x[i])) {
                fprintf(stderr, "%s: wrong at element %zu of %zu: %.9g\n", name, start + i, n,
                        (double)x[i]);
                return false;
            }
    }
    return true;
}

// --- the labs' groups (bench_labs.cu, bench_steps.cu); each calls p.reset() and takes its arrays ---
// solutions: the folder of the labs' libraries. bytes: what a launch should about move.

std::vector<group> lab01_groups(const library &lib, pool &p, size_t bytes);
std::vector<group> lab02_groups(const library &lib, pool &p, size_t bytes);
std::vector<group> lab03_groups(const library &lib, pool &p, size_t bytes);
std::vector<group> lab04_groups(const library &lib, pool &p, size_t bytes);
std::vector<group> lab05_groups(const library &lib, pool &p, size_t bytes);
std::vector<group> lab06_groups(const library &lib, pool &p, size_t bytes);

#endif
