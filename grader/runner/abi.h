/**
 * @file abi.h
 * @brief One line a function makes both ends of a call: the X-macro machinery behind labNN.def.
 *
 * grader/labNN/labNN.def lists the lab's functions:
 *
 *      FN(double, bf16_gap, (uint16_t, w), (int, direction))
 *      PROC(sgd_update, (float *, u), (const float *, g), (size_t, n), (float, lr))
 *      MAP(uint16_t, f16_from_f32_rne, (float, x))
 *
 * proxies.h includes it to define, in the test process, functions of the same names and types that
 * send the call to the worker. thunks.c includes it to build the table through which the worker
 * calls the student's functions. Both are checked against labNN.h by the compiler.
 *
 * MAP is FN plus a form that sends the function over an array in one call:
 *      void f16_from_f32_rne_map(uint16_t *out, const float *x, size_t count);
 * Only the first parameter varies; further ones are passed on to every element:
 *      void fp_encode_map(uint64_t *out, const double *x, size_t count, struct fp_format f, ...);
 */
#ifndef LOWP_GRADER_ABI_H
#define LOWP_GRADER_ABI_H

#include <stddef.h>
#include <stdint.h>

/** Where the arena is mapped, in both processes, so that a pointer means the same in both. */
#define ARENA_BASE       0x200000000000u
/** How large it is; only pages that are touched cost memory. */
#define ARENA_BYTES      ((size_t)64 << 20)
/** The first bytes of the arena carry a call's arguments and result. */
#define ARENA_ARGS_BYTES 4096

/** Descriptors that the worker inherits. */
enum { WORKER_SOCKET = 3, WORKER_ARENA = 4 };

/** What `worker --probe` exits with where the kernel has no Landlock; 0 where it has. */
enum { PROBE_WITHOUT_LANDLOCK = 10 };

/** Test process to worker: call function `index` with the arguments at the start of the arena. */
struct request {
    uint32_t sequence; /**< echoed in the reply */
    uint32_t index;    /**< into the thunk table */
    uint64_t used;     /**< bytes of the arena in use; the worker may not touch the rest */
};

/** What the worker says of a call that came back. */
enum reply_status {
    REPLY_READY,    /**< once, after the student's library is loaded */
    REPLY_RETURNED, /**< in good order */
    REPLY_TODO,     /**< returned, but through an open stub */
    REPLY_MISSING,  /**< the library does not define the function */
    REPLY_BROKEN,   /**< the library cannot be loaded */
    REPLY_FAULT,    /**< a signal arrived (`number`), at `address` if it is a memory fault */
    REPLY_KERNEL    /**< returned, but a kernel's launch failed: `text` says how */
};

/** Worker to test process. */
struct reply {
    uint32_t sequence; /**< of the request it answers; 0 for REPLY_READY */
    uint32_t status;   /**< enum reply_status */
    uint32_t number;   /**< REPLY_FAULT: the signal */
    uint64_t address;  /**< REPLY_FAULT: what was touched */
    char text[1000];   /**< stub id, why the library cannot be loaded, how a kernel failed */
};

/** One function as the worker sees it. */
struct thunk {
    const char *name;         /**< the function's name */
    void (*call)(void *args); /**< unpacks the record, calls, packs the result */
    void (*target)(void);     /**< the student's function, or what `missing` says */
};

/** What a lab's shared library exports, under the name lowp_thunks. */
struct thunk_table {
    const struct thunk *thunks;     /**< in the order of labNN.def */
    size_t count;                   /**< number of thunks */
    void (*missing)(void);          /**< the target where the student's file lacks the function */
    const char *(*take_todo)(void); /**< id of the stub hit since the last call of this, or NULL */
    /** What went wrong in a kernel since the last call of this, or NULL; NULL itself in a lab that
     *  has no kernels (common/simt/launch.h). */
    const char *(*take_failure)(void);
    /** In the handler of a fault at this address: why, if common/simt knows; NULL: no kernels. */
    const char *(*explain_fault)(const void *address);
};

/* --- Preprocessor plumbing. A parameter is a (type, name) pair. --- */
#define LP_TYPE(pair)       LP_TYPE_ pair
#define LP_TYPE_(t, n)      t
#define LP_PARAM(pair)      LP_PARAM_ pair
#define LP_PARAM_(t, n)     t n
#define LP_FIELD(pair)      LP_FIELD_ pair
#define LP_FIELD_(t, n)     t n;
#define LP_TYPE_NAME(pair)  LP_TYPE_NAME_ pair
#define LP_TYPE_NAME_(t, n) #t
#define LP_NAME(pair)       LP_NAME_ pair
#define LP_NAME_(t, n)      #n
#define LP_INIT(pair)       LP_INIT_ pair
#define LP_INIT_(t, n)      .n = n
#define LP_FROM_ARGS(pair)  LP_FROM_ARGS_ pair
#define LP_FROM_ARGS_(t, n) args->n

#define LP_COUNT(...)                                                                              \
    LP_COUNT_(__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define LP_COUNT_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, count, ...) count
#define LP_CAT(a, b)                                                          LP_CAT_(a, b)
#define LP_CAT_(a, b)                                                         a##b

/* LP_EACH(m, pairs...): m(p1) m(p2) ...   LP_LIST: the same with commas between. */
#define LP_EACH(m, ...)       LP_CAT(LP_EACH_, LP_COUNT(__VA_ARGS__))(m, __VA_ARGS__)
#define LP_EACH_1(m, p)       m(p)
#define LP_EACH_2(m, p, ...)  m(p) LP_EACH_1(m, __VA_ARGS__)
#define LP_EACH_3(m, p, ...)  m(p) LP_EACH_2(m, __VA_ARGS__)
#define LP_EACH_4(m, p, ...)  m(p) LP_EACH_3(m, __VA_ARGS__)
#define LP_EACH_5(m, p, ...)  m(p) LP_EACH_4(m, __VA_ARGS__)
#define LP_EACH_6(m, p, ...)  m(p) LP_EACH_5(m, __VA_ARGS__)
#define LP_EACH_7(m, p, ...)  m(p) LP_EACH_6(m, __VA_ARGS__)
#define LP_EACH_8(m, p, ...)  m(p) LP_EACH_7(m, __VA_ARGS__)
#define LP_EACH_9(m, p, ...)  m(p) LP_EACH_8(m, __VA_ARGS__)
#define LP_EACH_10(m, p, ...) m(p) LP_EACH_9(m, __VA_ARGS__)
#define LP_EACH_11(m, p, ...) m(p) LP_EACH_10(m, __VA_ARGS__)
#define LP_EACH_12(m, p, ...) m(p) LP_EACH_11(m, __VA_ARGS__)
#define LP_EACH_13(m, p, ...) m(p) LP_EACH_12(m, __VA_ARGS__)
#define LP_EACH_14(m, p, ...) m(p) LP_EACH_13(m, __VA_ARGS__)
#define LP_EACH_15(m, p, ...) m(p) LP_EACH_14(m, __VA_ARGS__)
#define LP_EACH_16(m, p, ...) m(p) LP_EACH_15(m, __VA_ARGS__)

#define LP_LIST(m, ...)       LP_CAT(LP_LIST_, LP_COUNT(__VA_ARGS__))(m, __VA_ARGS__)
#define LP_LIST_1(m, p)       m(p)
#define LP_LIST_2(m, p, ...)  m(p), LP_LIST_1(m, __VA_ARGS__)
#define LP_LIST_3(m, p, ...)  m(p), LP_LIST_2(m, __VA_ARGS__)
#define LP_LIST_4(m, p, ...)  m(p), LP_LIST_3(m, __VA_ARGS__)
#define LP_LIST_5(m, p, ...)  m(p), LP_LIST_4(m, __VA_ARGS__)
#define LP_LIST_6(m, p, ...)  m(p), LP_LIST_5(m, __VA_ARGS__)
#define LP_LIST_7(m, p, ...)  m(p), LP_LIST_6(m, __VA_ARGS__)
#define LP_LIST_8(m, p, ...)  m(p), LP_LIST_7(m, __VA_ARGS__)
#define LP_LIST_9(m, p, ...)  m(p), LP_LIST_8(m, __VA_ARGS__)
#define LP_LIST_10(m, p, ...) m(p), LP_LIST_9(m, __VA_ARGS__)
#define LP_LIST_11(m, p, ...) m(p), LP_LIST_10(m, __VA_ARGS__)
#define LP_LIST_12(m, p, ...) m(p), LP_LIST_11(m, __VA_ARGS__)
#define LP_LIST_13(m, p, ...) m(p), LP_LIST_12(m, __VA_ARGS__)
#define LP_LIST_14(m, p, ...) m(p), LP_LIST_13(m, __VA_ARGS__)
#define LP_LIST_15(m, p, ...) m(p), LP_LIST_14(m, __VA_ARGS__)
#define LP_LIST_16(m, p, ...) m(p), LP_LIST_15(m, __VA_ARGS__)

/* Of a MAP: the varying first parameter, and those after it (fields; a list after a comma). */
#define LP_FIRST_TYPE(first, ...)      LP_TYPE(first)
#define LP_REST_FIELDS(first, ...)     __VA_OPT__(LP_EACH(LP_FIELD, __VA_ARGS__))
#define LP_FIRST_TYPE_NAME(first, ...) LP_TYPE_NAME(first)
#define LP_FIRST_NAME(first, ...)      LP_NAME(first)
#define LP_REST_EACH(m, first, ...)    __VA_OPT__(LP_EACH(m, __VA_ARGS__))
#define LP_REST_LIST(m, first, ...)    __VA_OPT__(, LP_LIST(m, __VA_ARGS__))

/* The record that carries one call through the arena. A MAP's begins with the element on its turn: when
 * the call does not come back, arena_element() looks there. */
#define LP_FN_ARGS(ret, name, ...)                                                                 \
    struct name##_args {                                                                           \
        LP_EACH(LP_FIELD, __VA_ARGS__) ret result;                                                 \
    }
#define LP_PROC_ARGS(name, ...)                                                                    \
    struct name##_args {                                                                           \
        LP_EACH(LP_FIELD, __VA_ARGS__)                                                             \
    }
#define LP_MAP_ARGS(ret, name, ...)                                                                \
    struct name##_map_args {                                                                       \
        size_t map_at;                                                                             \
        ret *map_out;                                                                              \
        const LP_FIRST_TYPE(__VA_ARGS__) * map_in;                                                 \
        size_t map_count;                                                                          \
        LP_REST_FIELDS(__VA_ARGS__)                                                                \
    }

#endif
