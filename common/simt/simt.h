/**
 * @file simt.h
 * @brief CUDA C for g++: what a kernel may use, so that a .cu file runs on any CPU.
 *
 * The build includes it before each .cu file that g++ compiles (kernels.mk); nvcc never sees it. A
 * block's threads are fibers that take turns (block.cpp): a thread runs until it waits for others, at
 * a barrier or in a warp's function, or ends. Meanings and conditions are those of the CUDA C++
 * Programming Guide, chapter "C++ Language Extensions"; what it calls undefined is an error here,
 * with the block, the thread and the line.
 */
#ifndef LOWP_SIMT_H
#define LOWP_SIMT_H

#include <assert.h>
#include <cstddef>
// libstdc++ declares C++17's special functions (std::beta and its like) in <math.h>. No device has
// them, and they take half as long to read as all the rest.
#undef _GLIBCXX_USE_STD_SPEC_FUNCS
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <type_traits>

#include "common/simt/types.h"

#define __global__
#define __device__
#define __host__
/* "used": not known to be constant, or the compiler would not announce its reads. */
#define __constant__ __attribute__((used))
#define __grid_constant__
#define __launch_bounds__(...)
#define __align__(n)    __attribute__((aligned(n)))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__    __attribute__((noinline))
/* A block runs on one thread of the machine, so what that thread has for itself is the block's. In a
 * function, thread_local means static too. */
#define __shared__      thread_local

/** Where the running thread is in its grid. Constant as long as a kernel runs. */
struct simt_indices {
    uint3 thread;    /**< threadIdx */
    uint3 block;     /**< blockIdx */
    uint3 block_dim; /**< blockDim */
    uint3 grid_dim;  /**< gridDim */
};
#ifdef SIMT_RUNTIME
extern __thread struct simt_indices simt_now;
#else
/** Of the running thread. */
extern const __thread struct simt_indices simt_now;
#endif
#define threadIdx (simt_now.thread)    /**< the thread in its block */
#define blockIdx  (simt_now.block)     /**< the block in the grid */
#define blockDim  (simt_now.block_dim) /**< threads of a block */
#define gridDim   (simt_now.grid_dim)  /**< blocks of the grid */
/** Threads that run in step. */
static constexpr int warpSize = 32;

/** The caller's place, as default arguments. */
#define SIMT_HERE const char *file = __builtin_FILE(), int line = __builtin_LINE()

/** The kinds of barriers of a block. */
enum simt_barrier { SIMT_SYNC, SIMT_COUNT, SIMT_AND, SIMT_OR };

extern "C" {
/** Behind the barriers of a block. @param[in] kind which @param[in] predicate of this thread
 *  @param[in] file,line of the call @return the result for all threads */
int simt_barrier(enum simt_barrier kind, int predicate, const char *file, int line);
/** Behind the memory fences. */
void simt_fence();
/** Behind __trap(). @param[in] file,line of the call */
[[noreturn]] void simt_trap(const char *file, int line);
/** Behind a kernel's printf(). @param[in] format,... as in C @return characters printed */
int simt_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Called by a stub: the exercise is not written yet. @param[in] id such as "lab05.11" */
void todo_kernel(const char *id);
}

/** Waits for all threads of the block; what they wrote before can be read after. All of them must
 *  come here: not one that has left the kernel, nor one that waits at another barrier. */
static inline void __syncthreads(SIMT_HERE)
{
    simt_barrier(SIMT_SYNC, 0, file, line);
}
/** A barrier. @return of how many threads the predicate is not 0 */
static inline int __syncthreads_count(int predicate, SIMT_HERE)
{
    return simt_barrier(SIMT_COUNT, predicate, file, line);
}
/** A barrier. @return whether the predicate is not 0 for all threads */
static inline int __syncthreads_and(int predicate, SIMT_HERE)
{
    return simt_barrier(SIMT_AND, predicate, file, line);
}
/** A barrier. @return whether the predicate is not 0 for any thread */
static inline int __syncthreads_or(int predicate, SIMT_HERE)
{
    return simt_barrier(SIMT_OR, predicate, file, line);
}
/** What this thread wrote before is seen by others before what it writes after; waits for nobody. */
static inline void __threadfence()
{
    simt_fence();
}
/** As __threadfence(). */
static inline void __threadfence_block()
{
    simt_fence();
}
/** As __threadfence(). */
static inline void __threadfence_system()
{
    simt_fence();
}
/** Ends the kernel with an error. */
static inline void __trap(SIMT_HERE)
{
    simt_trap(file, line);
}

/* Loads and stores that say how they use the caches: here loads and stores. */
#define SIMT_LOAD(name)                                                                            \
    template <class T> static inline T name(const T *p)                                            \
    {                                                                                              \
        return *p;                                                                                 \
    }
#define SIMT_STORE(name)                                                                           \
    template <class T> static inline void name(T *p, std::common_type_t<T> value)                  \
    {                                                                                              \
        *p = value;                                                                                \
    }
SIMT_LOAD(__ldg) /* the read-only one */
SIMT_LOAD(__ldca)
SIMT_LOAD(__ldcg)
SIMT_LOAD(__ldcs)
SIMT_LOAD(__ldlu)
SIMT_LOAD(__ldcv)
SIMT_STORE(__stwb)
SIMT_STORE(__stcg)
SIMT_STORE(__stcs)
SIMT_STORE(__stwt)
#undef SIMT_LOAD
#undef SIMT_STORE

#include "common/simt/atomic.h"
#include "common/simt/warp.h"

#define printf simt_printf /**< one function, which the compiler does not turn into others */
#if defined SIMT_CHECKED && !defined SIMT_RUNTIME
#include "common/simt/checked_copies.h"
#endif

#endif
