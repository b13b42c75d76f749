/**
 * @file launch_cpu.h
 * @brief Launches on a CPU. Included by launch.h, which says how to use it.
 *
 * Host memory is the device's memory: device_arrays only tells the checked build (check.cpp) where
 * each array ends, and what a kernel may do with it.
 */
#ifndef LOWP_SIMT_LAUNCH_CPU_H
#define LOWP_SIMT_LAUNCH_CPU_H

#include <tuple>

#include "common/simt/types.h"

extern "C" {
#ifdef SIMT_CHECKED
/** Tells of an array. @param[in] use 0 in, 1 out, 2 both @param[in] element bytes of an element */
void simt_array(const void *p, size_t bytes, size_t element, const char *name, int use);
/** How many arrays are known. */
size_t simt_arrays(void);
/** Forgets all arrays but the first `count`. */
void simt_forget_arrays(size_t count);
#else
static inline void simt_array(const void *, size_t, size_t, const char *, int)
{
}
static inline size_t simt_arrays(void)
{
    return 0;
}
static inline void simt_forget_arrays(size_t)
{
}
#endif
/** Runs a grid; call(arguments) runs the kernel for one thread. */
void simt_run(const char *kernel, dim3 grid, dim3 block, size_t smem, void (*call)(void *),
              void *arguments, size_t arguments_size, const char *file, int line);
}

/** The arrays of a launch. See launch.h. */
class device_arrays
{
  public:
    device_arrays() = default;
    device_arrays(const device_arrays &) = delete;
    device_arrays &operator=(const device_arrays &) = delete;
    ~device_arrays()
    {
        simt_forget_arrays(before);
    }

    /** An array that kernels only read. @param[in] host,n its elements @param[in] name for messages
     *  @return the array, for kernels */
    template <class T> const T *in(const T *host, size_t n, const char *name)
    {
        simt_array(host, n * sizeof(T), sizeof(T), name, 0);
        return host;
    }
    /** An array that kernels write before they read it. */
    template <class T> T *out(T *host, size_t n, const char *name)
    {
        simt_array(host, n * sizeof(T), sizeof(T), name, 1);
        return host;
    }
    /** An array that has a meaning before, and after. */
    template <class T> T *inout(T *host, size_t n, const char *name)
    {
        simt_array(host, n * sizeof(T), sizeof(T), name, 2);
        return host;
    }
    /** Waits for the kernels: they have ended already. */
    void finish()
    {
    }

  private:
    size_t before = simt_arrays();
};

/** A kernel with its arguments, converted to its parameters' types once. */
template <class... P> struct simt_call {
    void (*kernel)(P...);       /**< the kernel */
    std::tuple<P...> arguments; /**< its arguments */
    /** Runs the kernel for the running thread. @param[in] self a simt_call */
    static void run(void *self)
    {
        simt_call *c = (simt_call *)self;
        std::apply(c->kernel, c->arguments);
    }
};

template <class... P, class... A>
static inline void simt_launch_kernel(const char *name, dim3 grid, dim3 block, size_t smem,
                                      const char *file, int line, void (*kernel)(P...),
                                      A &&...arguments)
{
    simt_call<P...> call = {kernel, std::tuple<P...>(arguments...)};
    simt_run(name, grid, block, smem, simt_call<P...>::run, &call, sizeof call, file, line);
}

/** Launches a kernel: its name, grid, block, bytes of dynamic shared memory, arguments. */
#define LAUNCH(kernel, grid, block, smem, ...)                                                     \
    simt_launch_kernel(#kernel, grid, block, smem, __FILE__, __LINE__, kernel, __VA_ARGS__)

#endif
