/**
 * @file launch_cuda.h
 * @brief Launches on a device, by the CUDA runtime. Included by launch.h, which says how to use it.
 *
 * Plain cudaMalloc() and the default stream: one after the other, so that an error is found where it
 * was made. Errors are checked after each launch and at finish(). A device that a kernel has broken
 * (an illegal address, say) is reset, and the next launch begins anew.
 */
#ifndef LOWP_SIMT_LAUNCH_CUDA_H
#define LOWP_SIMT_LAUNCH_CUDA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>
#include <cuda_runtime.h>

/** What launches have come to: the first failure, until somebody takes it. */
struct launch_outcome {
    bool failed;
    char text[1000], taken[1000];
    void (*handler)(const char *text);
};
inline struct launch_outcome launch_outcome_now; // one for all files of a library

/** What to do about an error; "" where the error's own text says it. */
inline const char *launch_hint(cudaError_t error)
{
    switch (error) {
    case cudaErrorInvalidConfiguration:
        return " More threads or shared memory than a block may have, or an empty grid.";
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorMisalignedAddress:
        return " GPU=0 runs the same kernel on the CPU, where each access is checked and named.";
    case cudaErrorMemoryAllocation:
        return " No free memory on the device: end what else runs there, or use GPU=0.";
    case cudaErrorInsufficientDriver:
        return " The driver is older than the CUDA toolkit: update it, or use GPU=0.";
    case cudaErrorNoKernelImageForDevice:
        return " The device is older than compute capability 8.0: use GPU=0.";
    default:
        return "";
    }
}

/** Keeps a failure, if it is the first. @return whether the call was in order */
inline bool launch_checked(cudaError_t error, const char *what, const char *file, int line)
{
    struct launch_outcome *o = &launch_outcome_now;
    if (error == cudaSuccess)
        return true;
    cudaGetLastError(); // the next call begins without this error
    if (o->failed)
        return false;
    o->failed = true;
    snprintf(o->text, sizeof o->text, "%s:%d: %s: %s (%s).%s", file, line, what,
             cudaGetErrorString(error), cudaGetErrorName(error), launch_hint(error));
    if (o->handler)
        o->handler(o->text);
    return false;
}
#define LAUNCH_CHECK(call, what) launch_checked(call, what, __FILE__, __LINE__)

extern "C" {
__attribute__((weak)) const char *launch_take_failure(void)
{
    struct launch_outcome *o = &launch_outcome_now;
    if (!o->failed)
        return NULL;
    memcpy(o->taken, o->text, sizeof o->taken);
    o->failed = false;
    return o->taken;
}
__attribute__((weak)) void launch_set_handler(void (*handler)(const char *text))
{
    launch_outcome_now.handler = handler;
}
__attribute__((weak)) void launch_exit(const char *text)
{
    fprintf(stderr, "%s\n", text);
    exit(2);
}
__attribute__((weak)) const char *launch_device(void)
{
    static struct cudaDeviceProp device;
    if (device.name[0] == '\0' && cudaGetDeviceProperties(&device, 0) != cudaSuccess)
        return "no device";
    return device.name;
}
}

/** An exercise is open: on a device a stub does nothing, and its outputs stay as they are. */
static __device__ inline void todo_kernel(const char *id)
{
    (void)id;
}

/** The arrays of a launch, on the device. See launch.h. */
class device_arrays
{
  public:
    device_arrays() = default;
    device_arrays(const device_arrays &) = delete;
    device_arrays &operator=(const device_arrays &) = delete;
    ~device_arrays()
    {
        while (copies) {
            struct copy *c = copies;
            copies = c->next;
            cudaFree(c->device);
            free(c);
        }
        if (broken)
            cudaDeviceReset();
    }

    /** An array that kernels only read. @param[in] host n elements @param[in] name for messages */
    template <class T> const T *in(const T *host, size_t n, const char *name)
    {
        return (const T *)add((void *)host, n * sizeof(T), name, false);
    }
    /** An array that kernels write; what they leave out stays as it is in `host`. */
    template <class T> T *out(T *host, size_t n, const char *name)
    {
        return (T *)add((void *)host, n * sizeof(T), name, true);
    }
    /** An array that has a meaning before, and after. */
    template <class T> T *inout(T *host, size_t n, const char *name)
    {
        return (T *)add((void *)host, n * sizeof(T), name, true);
    }

    /** Waits for the kernels, and copies outputs back. */
    void finish()
    {
        bool failed = launch_outcome_now.failed;
        cudaError_t error = cudaDeviceSynchronize(); // after a failed launch, too: is all broken?
        broken = error != cudaSuccess;
        if (!LAUNCH_CHECK(error, "a kernel failed") || failed)
            return;
        for (struct copy *c = copies; c; c = c->next)
            if (c->back)
                LAUNCH_CHECK(cudaMemcpy(c->host, c->device, c->bytes, cudaMemcpyDeviceToHost),
                             c->name);
    }

  private:
    struct copy {
        struct copy *next;
        void *host, *device;
        size_t bytes;
        const char *name;
        bool back;
    } *copies = NULL;
    bool broken = false;

    void *add(void *host, size_t bytes, const char *name, bool back)
    {
        if (launch_outcome_now.failed)
            return NULL;
        struct copy *c = (struct copy *)calloc(1, sizeof *c);
        if (!c) {
            LAUNCH_CHECK(cudaErrorMemoryAllocation, name);
            return NULL;
        }
        *c = {copies, host, NULL, bytes, name, back};
        copies = c;
        // An array without elements still has an address.
        if (LAUNCH_CHECK(cudaMalloc(&c->device, bytes > 0 ? bytes : 1), name) && bytes > 0)
            LAUNCH_CHECK(cudaMemcpy(c->device, host, bytes, cudaMemcpyHostToDevice), name);
        return c->device;
    }
};

/** Asks for more than 48 KiB of dynamic shared memory, where a launch needs it. */
template <class Kernel>
static inline bool launch_ready(Kernel *kernel, size_t smem, const char *name)
{
    if (launch_outcome_now.failed)
        return false;
    return smem <= 48 << 10 ||
           LAUNCH_CHECK(cudaFuncSetAttribute((const void *)kernel,
                                             cudaFuncAttributeMaxDynamicSharedMemorySize,
                                             (int)smem),
                        name);
}

/** Launches a kernel: its name, grid, block, bytes of dynamic shared memory, arguments. */
#define LAUNCH(kernel, grid, block, smem, ...)                                                     \
    do {                                                                                           \
        if (launch_ready(kernel, smem, #kernel)) {                                                 \
            kernel<<<grid, block, smem>>>(__VA_ARGS__);                                            \
            LAUNCH_CHECK(cudaGetLastError(), #kernel " was not launched");                         \
        }                                                                                          \
    } while (0)

#endif
