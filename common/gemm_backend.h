/**
 * @file gemm_backend.h
 * @brief What a device must do to compute products for gemm.h. Internal to common/gemm_*.
 *
 * gemm_open.c calls it; gemm_cpu.c is one of the two, gemm_cuda.cu (build/libgemm_cuda.so) the
 * other. Errors are text in `error`: what, where, and what to try.
 */
#ifndef LOWP_COMMON_GEMM_BACKEND_H
#define LOWP_COMMON_GEMM_BACKEND_H

#include "common/gemm.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GEMM_TEXT = 320 /**< bytes of a message */ };

/** A device that is open. The functions return false with `error` set; after that only close(). */
struct gemm_backend {
    void *state;           /**< the backend's own */
    char device[128];      /**< its name */
    char driver[64];       /**< versions */
    bool is_device;        /**< not the CPU */
    bool fp8;              /**< can multiply E4M3 and E5M2 */
    char error[GEMM_TEXT]; /**< why the last call failed */
    /** Brings rounded operands, and C if beta is not 0, to the device. */
    bool (*load)(struct gemm_backend *b, const struct gemm_product *p);
    /** Multiplies `times` times. ms: milliseconds a product, or NULL. */
    bool (*run)(struct gemm_backend *b, int times, double *ms);
    /** Brings back C and amax. */
    bool (*store)(struct gemm_backend *b);
    /** Releases everything. */
    void (*close)(struct gemm_backend *b);
};

/** What looking for a device found. */
enum gemm_found {
    GEMM_FOUND,    /**< it is open */
    GEMM_NOTHING,  /**< there is none; `error` says how it was looked for */
    GEMM_UNUSABLE, /**< there is one that cannot be used; `error` says why */
};

/** Opens the CPU, which is always there. @param[out] b overwritten @return GEMM_FOUND, or
 *  GEMM_UNUSABLE without memory */
enum gemm_found gemm_cpu_open(struct gemm_backend *b);

/** Opens the first GPU; the one function that build/libgemm_cuda.so exports. @param[out] b
 *  overwritten @return what was found */
enum gemm_found gemm_cuda_open(struct gemm_backend *b);

/** Its type, for dlsym(). @param[out] b overwritten @return what was found */
typedef enum gemm_found gemm_cuda_open_fn(struct gemm_backend *b);

/** Rows of an operand as it is stored. @param[in] op how it is used @param[in] rows of op(X)
 *  @param[in] cols of op(X) @return rows or cols */
static inline int gemm_stored_rows(enum gemm_op op, int rows, int cols)
{
    return op == GEMM_N ? rows : cols;
}

/** Bytes of an element of C. @param[in] type of the result @return 4 or 2 */
static inline size_t gemm_out_bytes(enum gemm_type type)
{
    return type == GEMM_FP32 ? 4 : 2;
}

/** @param[in] type of an operand @return whether it is E4M3 or E5M2 */
static inline bool gemm_is_fp8(enum gemm_type type)
{
    return type == GEMM_E4M3 || type == GEMM_E5M2;
}

/** @param[in] x an operand @return its scale; 1 where none is given or its type takes none */
static inline float gemm_scale(const struct gemm_operand *x)
{
    return gemm_is_fp8(x->type) && x->scale != 0 ? x->scale : 1;
}

#ifdef __cplusplus
}
#endif

#endif
