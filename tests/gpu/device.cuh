/**
 * @file device.cuh
 * @brief The device that a program of `make gpu-check` runs on: fp8.cu, bench.cu, planted.cu.
 */
#ifndef LOWP_TESTS_GPU_DEVICE_CUH
#define LOWP_TESTS_GPU_DEVICE_CUH

#include "tests/gpu/check.cuh"

#include <ctime>
#include <string>

/** Exit status of a program that ran nothing, since there is no device that it could run on. */
enum { WITHOUT_DEVICE = 77 };

/** The device, and what every CSV row begins with. */
struct device {
    std::string name; /**< "NVIDIA H200" */
    std::string
        driver; /**< "CUDA 13.0; runtime 13.0": what the driver knows, what this is built with */
    std::string date;  /**< 2026-01-31, UTC */
    bool has_fp8;      /**< conversion instructions and tensor cores: since 8.9 */
    size_t free_bytes; /**< memory */
};

static inline std::string version(int v)
{
    return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10);
}

static inline std::string today()
{
    char text[16];
    time_t now = time(NULL);
    strftime(text, sizeof text, "%Y-%m-%d", gmtime(&now));
    return text;
}

/** Says why there is no device to run on, and ends the program with WITHOUT_DEVICE. */
[[noreturn]] static inline void without_device(const std::string &why)
{
    fprintf(stderr, "nothing was run: %s\n", why.c_str());
    exit(WITHOUT_DEVICE);
}

/** Opens device 0, or does not come back. @return what it is */
static inline device open_device()
{
    int count = 0, driver = 0, runtime = 0;
    cudaError_t error = cudaGetDeviceCount(&count);
    cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&runtime);
    if (driver == 0)
        without_device("there is no NVIDIA driver here");
    if (error == cudaErrorInsufficientDriver)
        without_device("the NVIDIA driver is too old: it supports CUDA " + version(driver) +
                       ", this was built with CUDA " + version(runtime) +
                       "; install a newer driver, or build with an older toolkit");
    if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0))
        without_device("the driver shows no GPU (CUDA_VISIBLE_DEVICES may hide it)");
    if (error != cudaSuccess)
        without_device(std::string("the driver does not start: ") + cudaGetErrorString(error));
    cudaDeviceProp p;
    CUDA_CHECK(cudaGetDeviceProperties(&p, 0));
    size_t free_bytes, all_bytes;
    CUDA_CHECK(cudaMemGetInfo(&free_bytes, &all_bytes));
    return {p.name, "CUDA " + version(driver) + "; runtime " + version(runtime), today(),
            p.major * 10 + p.minor >= 89, free_bytes};
}

#endif
