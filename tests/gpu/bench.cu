/**
 * @file bench.cu
 * @brief Speed of the labs' kernels on a device: time, GB/s and the ratio to the device's own copy.
 *
 *      build/gpu/bench FOLDER >kernels.csv        built and called by `make gpu-check`
 *      BYTES=268435456 build/gpu/bench FOLDER     moves about so many bytes a launch (2^31)
 *
 * FOLDER holds labNN_gpu.so of the labs (build/gpu/solutions). Every kernel is first checked at the
 * shape that is timed, then the versions of a lab and two copies of as many bytes (cudaMemcpy and a
 * kernel with float4) take turns for 9 rounds, after one that does not count; the median counts. A
 * row (plots/data/README.md explains the columns):
 *
 *      device,driver,date,what,shape,type,count,median_ms,min_ms,max_ms,value,unit,flop_per_byte,
 *      bytes,of_memcpy,of_copy
 *
 * Exit: 0, 1 a wrong result or an error of CUDA, 2 wrong usage, 77 there is no device.
 */
#include "tests/gpu/bench.cuh"
#include "tests/gpu/device.cuh"

#include <algorithm>

namespace
{

constexpr int ROUNDS = 9, THREADS = 256, BLOCKS = 1 << 13;
constexpr size_t WANTED = (size_t)1 << 31, FEWEST = (size_t)256 << 20;

__global__ void fill_kernel(float *x, size_t n, uint32_t seed, float factor)
{
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n;
         i += (size_t)gridDim.x * blockDim.x)
        x[i] = sample(i, seed) * factor;
}

/** To BF16 by integers: nearest even; no NaN comes here. */
__global__ void fill_bf16_kernel(uint16_t *codes, size_t n, uint32_t seed, float factor)
{
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n;
         i += (size_t)gridDim.x * blockDim.x) {
        uint32_t bits = __float_as_uint(sample(i, seed) * factor);
        codes[i] = (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
}

/** The plainest kernel at the speed of memory: 16 bytes a thread and step. */
__global__ void copy_kernel(float4 *to, const float4 *from, size_t n)
{
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n;
         i += (size_t)gridDim.x * blockDim.x)
        to[i] = from[i];
}

/** The two copies, of half as many bytes as a group moves: they read and write each. */
std::vector<candidate> copies(pool &p, size_t bytes)
{
    size_t n = bytes / 2 / sizeof(float4);
    p.reset();
    float4 *to = p.take<float4>(n), *from = p.take<float4>(n);
    auto with_driver = [=] {
        CUDA_CHECK(cudaMemcpyAsync(to, from, n * sizeof *to, cudaMemcpyDeviceToDevice));
    };
    auto with_kernel = [=] { copy_kernel<<<BLOCKS, THREADS>>>(to, from, n); };
    auto check = [=](const std::function<void()> &copy) {
        fill((float *)from, 4 * n, 1, 1);
        CUDA_CHECK(cudaMemset(to, 0xFF, n * sizeof *to));
        copy();
        CUDA_CHECK(cudaGetLastError());
        return all_windows<float>("copy", (float *)to, 4 * n, 1024,
                                  [](size_t i, float x) { return x == sample(i, 1); });
    };
    return {{"copy", "cudaMemcpy", with_driver, [=] { return check(with_driver); }},
            {"copy", "float4 kernel", with_kernel, [=] { return check(with_kernel); }}};
}

double median(const std::vector<double> &ms)
{
    std::vector<double> sorted = ms;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
}

/** Two events, between which a launch is timed by the device's clock. */
struct stopwatch {
    cudaEvent_t start, stop;
    stopwatch()
    {
        CUDA_CHECK(cudaEventCreate(&start));
        CUDA_CHECK(cudaEventCreate(&stop));
    }
    ~stopwatch()
    {
        cudaEventDestroy(start);
        cudaEventDestroy(stop);
    }
    double time(const std::function<void()> &launch) const
    {
        float ms;
        CUDA_CHECK(cudaEventRecord(start));
        launch();
        CUDA_CHECK(cudaEventRecord(stop));
        CUDA_CHECK(cudaEventSynchronize(stop));
        CUDA_CHECK(cudaEventElapsedTime(&ms, start, stop));
        return (double)ms;
    }
};

void print_row(const device &gpu, const group &g, const candidate &c, double flops,
               double memcpy_ms, double copy_ms)
{
    double ms = median(c.ms);
    printf("%s,%s,%s,%s,%s,%s,%zu,%.6g,%.6g,%.6g,%.5g,GB/s,%.4g,%.0f,%.4f,%.4f\n", gpu.name.c_str(),
           gpu.driver.c_str(), gpu.date.c_str(), c.name.c_str(), g.shape.c_str(), c.type.c_str(),
           c.ms.size(), ms, *std::min_element(c.ms.begin(), c.ms.end()),
           *std::max_element(c.ms.begin(), c.ms.end()), g.bytes / ms * 1e-6, flops / g.bytes,
           g.bytes, memcpy_ms / ms, copy_ms / ms);
    fflush(stdout);
}

/** Checks, times and prints a group. @return whether all of it was right; what is not right is
 *  said, and not timed */
bool measure(const device &gpu, const stopwatch &watch, const library &lib, group &g,
             std::vector<candidate> &copy)
{
    bool fine = true;
    std::vector<candidate *> all;
    for (std::vector<candidate> *list : {&copy, &g.versions})
        for (candidate &c : *list) {
            bool right = c.is_right();
            lib.wait();
            c.ms.clear();
            if (right)
                all.push_back(&c);
            fine = fine && right;
        }
    for (int round = -1; round < ROUNDS; round++)
        for (candidate *c : all) {
            double ms = watch.time(c->launch);
            if (round >= 0)
                c->ms.push_back(ms);
        }
    lib.wait();
    if (copy[0].ms.empty() || copy[1].ms.empty())
        return false;
    for (candidate *c : all)
        print_row(gpu, g, *c, c->name == "copy" ? 0 : g.flops, median(copy[0].ms),
                  median(copy[1].ms));
    return fine;
}

/** How many bytes a launch should move: BYTES, or 2 GiB, or what free memory allows; 0: too little. */
size_t bytes_for(const device &gpu)
{
    const char *text = getenv("BYTES");
    size_t wanted = text ? strtoull(text, NULL, 0) : WANTED, least = text ? 1 : FEWEST;
    while (wanted > gpu.free_bytes / 3) // two pools, and what CUDA takes itself
        wanted /= 2;
    if (wanted >= least && wanted >= (1 << 20))
        return wanted;
    fprintf(stderr,
            "bench: %s: no free memory: %zu MiB, and %zu MiB are needed; nvidia-smi shows "
            "who has it\n",
            gpu.name.c_str(), gpu.free_bytes >> 20, 3 * FEWEST >> 20);
    return 0;
}

} // namespace

size_t elements_for(size_t bytes, size_t bytes_of_one)
{
    size_t n = 1;
    while (2 * n * bytes_of_one <= bytes)
        n *= 2;
    return n;
}

void fill(float *x, size_t n, uint32_t seed, float factor)
{
    fill_kernel<<<BLOCKS, THREADS>>>(x, n, seed, factor);
    CUDA_CHECK(cudaGetLastError());
}

void fill_bf16(uint16_t *codes, size_t n, uint32_t seed, float factor)
{
    fill_bf16_kernel<<<BLOCKS, THREADS>>>(codes, n, seed, factor);
    CUDA_CHECK(cudaGetLastError());
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bench FOLDER        (that has labNN_gpu.so)\n");
        return 2;
    }
    device gpu = open_device();
    size_t bytes = bytes_for(gpu);
    if (bytes == 0)
        return 1;
    pool arrays(bytes + (1 << 20)), for_copies(bytes + (1 << 20));
    stopwatch watch;
    const struct {
        const char *name;
        std::vector<group> (*groups)(const library &, pool &, size_t);
    } labs[] = {{"lab01", lab01_groups}, {"lab02", lab02_groups}, {"lab03", lab03_groups},
                {"lab04", lab04_groups}, {"lab05", lab05_groups}, {"lab06", lab06_groups}};
    printf("device,driver,date,what,shape,type,count,median_ms,min_ms,max_ms,value,unit,"
           "flop_per_byte,bytes,of_memcpy,of_copy\n");
    bool fine = true;
    for (const auto &lab : labs) {
        library lib(std::string(argv[1]) + "/" + lab.name + "_gpu.so");
        for (group &g : lab.groups(lib, arrays, bytes)) {
            std::vector<candidate> copy = copies(for_copies, (size_t)g.bytes);
            fine &= measure(gpu, watch, lib, g, copy);
        }
    }
    return fine ? 0 : 1;
}
