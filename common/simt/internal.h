/**
 * @file internal.h
 * @brief What the parts of common/simt know of each other; kernels and launches see simt.h and
 *        launch.h only.
 *
 *   launch.h -> runtime.cpp   a launch: limits, the order of blocks, threads of the machine, failures
 *               block.cpp     a block: its threads as fibers, barriers
 *               warp.cpp      a warp: shuffles, votes, __syncwarp()
 *               atomic.cpp    atomics
 *   in libsimt_checked.a also
 *               tsan.cpp      every access of a kernel comes in here, announced by the compiler
 *               check.cpp     is it inside an array, allowed, initialised?
 *               race.cpp      does it race with an earlier one?
 *               order.cpp     is anything between the two that puts them in order?
 */
#ifndef LOWP_SIMT_INTERNAL_H
#define LOWP_SIMT_INTERNAL_H

#define SIMT_RUNTIME
#include "common/simt/launch.h"
#include "common/simt/simt.h"

#include <boost/context/detail/fcontext.hpp>
#undef printf

#ifdef SIMT_CHECKED
static constexpr bool CHECKED = true;
#else
static constexpr bool CHECKED = false;
#endif

enum { WARP = 32, MAX_THREADS = 1024, MAX_WARPS = MAX_THREADS / WARP };
/** Shared memory of a block, in bytes: without asking, and at most (compute capability 9.0; CUDA C++
 *  Programming Guide, table "Technical Specifications per Compute Capability"). */
enum { SHARED_STATIC = 48 << 10, SHARED_MOST = 227 << 10 };

/** A stack of its own on which a kernel's thread runs. */
struct simt_fiber {
    boost::context::detail::fcontext_t context; /**< NULL: not begun */
    char *low, *high;                           /**< its stack */
};

/** One CUDA thread of the running block, and what it waits for. */
struct simt_thread {
    uint3 index;
    unsigned linear; /**< its number in the block: x fastest */
    struct simt_fiber *fiber;
    int function;   /**< simt_warp_function or simt_barrier, where it waits */
    unsigned mask;  /**< of a warp's function */
    unsigned lane;  /**< of a shuffle: where from */
    int width;      /**< of a shuffle */
    uint64_t value; /**< brought; then got */
    const char *file;
    int line;
};

/** The lanes of a warp, as bits. Every lane that exists is in just one of the last four. */
struct simt_lanes {
    unsigned exist, fresh, yielded;
    unsigned ready, at_barrier, in_function, exited;
};

/** A launch. */
struct simt_launch {
    const char *kernel, *file;
    int line;
    dim3 grid, block;
    size_t smem;          /**< dynamic shared memory, in bytes */
    void (*call)(void *); /**< runs the kernel for the thread in simt_now */
    void *arguments;      /**< of call */
    size_t arguments_size;
    uint64_t blocks, step,
        start; /**< block number k of those to run is (k * step + start) % blocks */
    unsigned lane_order, warp_order;
};

/** One thread of the machine, and the block that it runs. */
struct simt_runner {
    const struct simt_launch *launch;
    struct simt_thread threads[MAX_THREADS];
    struct simt_lanes warps[MAX_WARPS];
    unsigned n_threads, n_warps;
    struct simt_thread *running; /**< NULL outside kernels */
    unsigned turn;               /**< of the lanes, in the warp of `running` */
    unsigned spins; /**< how often `running` may have looked whether something changed */
    const struct simt_thread *at_barrier; /**< the first that came to a barrier; NULL: none has */
    bool two_barriers;                    /**< another came to another one */
    unsigned votes;                       /**< of those there: predicates that are not 0 */
    int barrier_result;
    bool failed; /**< the launch has ended; no fiber will run on */
    boost::context::detail::fcontext_t scheduler;
    struct simt_fiber fibers[MAX_THREADS], *idle[MAX_THREADS];
    unsigned n_fibers, n_idle;
};
extern __thread struct simt_runner *simt_here; /**< NULL on threads that never ran a block */

// runtime.cpp
/** Ends the launch with a message about a thread; the first message is kept.
 *  @param[in,out] r its runner @param[in] t the thread
 *  @param[in] place "file:line", or a token <library+0xoffset> @param[in] message what is wrong */
void simt_record(struct simt_runner *r, const struct simt_thread *t, const char *place,
                 const char *message);
/** Ends the launch with a message exactly as it is. */
void simt_record_text(const char *text);
/** Ends the launch without a message: an exercise is open. @param[in] id of the exercise */
void simt_record_todo(const char *id);
/** "3", or "(3,1,0)" where there is more than one dimension. */
struct simt_name {
    char text[48];
};
struct simt_name simt_name(uint3 index, dim3 shape);

// block.cpp
/** Runs one block. @param[in,out] r its launch is set @param[in] index blockIdx
 *  @return whether it came to its end */
bool simt_run_block(struct simt_runner *r, uint3 index);
/** Gives back what this thread of the machine needed for its blocks. */
void simt_free_fibers();
/** As simt_record() for the running thread, and never returns to it. @param[in] pc of the access */
[[noreturn]] void simt_fail(const void *pc, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** Leaves the running thread, whose launch has been ended. */
[[noreturn]] void simt_abandon();
/** Called where a thread may be waiting in a loop: from time to time the others get a turn. */
void simt_spin();
/** The place of an instruction, as a token that tools translate. */
struct simt_name simt_place(const void *pc);
/** "file:line". */
struct simt_site {
    char text[300];
};
struct simt_site simt_site(const struct simt_thread *t);

// warp.cpp
/** Carries out functions of a warp that all their lanes have reached.
 *  @return whether lanes can run on */
bool simt_complete_warp(struct simt_runner *r, unsigned warp);
/** The lanes that a function waits for, itself included. */
unsigned simt_group(const struct simt_lanes *w, const struct simt_thread *t);
/** The function's name, as in a program. */
const char *simt_function_name(int function);

/** A variable of the kernels' file, as tools/bind_shared.sh lists them. */
struct simt_variable {
    const char *name;
    void *low;    /**< of a __shared__ one: in the calling thread of the machine */
    size_t bytes; /**< 0: dynamic shared memory, as many as the launch says */
};
extern "C" {
/** The __shared__ variables of the kernels' file; it may be missing.
 *  @param[out] list up to `capacity` of them @return how many there are */
size_t simt_shared_variables(struct simt_variable *list, size_t capacity) __attribute__((weak));
/** The same of all other variables: __device__, __constant__ and const ones. */
size_t simt_device_variables(struct simt_variable *list, size_t capacity) __attribute__((weak));
}

// check.cpp, race.cpp, order.cpp: only in the checked build
/** What a kernel may do with an array. */
enum check_use { CHECK_IN, CHECK_OUT, CHECK_INOUT };
void check_launch(const struct simt_launch *launch);
void check_launch_end();
void check_block(uint64_t number);
void check_barrier();
void check_syncwarp(unsigned warp, unsigned lanes);
void check_fence();
/** The thread has left its fiber: at a barrier, or at its end. */
void check_leave(const struct simt_thread *t);
/** What an atomic does with the old value: nothing, use it, or compare it first. */
enum check_old { CHECK_OLD_UNUSED, CHECK_OLD_USED, CHECK_OLD_COMPARED };
/** @param[in] p,bytes where @param[in] old what for @param[in] pc of the caller */
void check_atomic(const void *p, size_t bytes, enum check_old old, const void *pc);

#endif
