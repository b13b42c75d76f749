/**
 * @file gemm.h
 * @brief Matrix products, row-major, one interface for whatever library and device computes them.
 *
 * Two halves. gemm_f32() is the plain FP32 product on the CPU. struct gemm multiplies in the formats
 * that tensor cores take, on a GPU (cublasLt) or on the CPU (operands rounded, then gemm_f32()):
 *
 *      struct gemm *gemm = gemm_open(GEMM_AUTO, stderr);
 *      struct gemm_product p = {.m = m, .n = n, .k = k, .c = c, .ldc = n,
 *                               .a = {.x = a, .ld = k, .type = GEMM_BF16},
 *                               .b = {.x = b, .ld = n, .type = GEMM_BF16}};
 *      if (!gemm_multiply(gemm, &p)) ...
 *      gemm_close(gemm);
 *
 * Who calls it: nn.c and the experiments of labs 02 and 04 to 06, tests/bench_gemm.c, and
 * tests/test_common_gemm*.c (`make test TEST=gemm`).
 *
 * On the CPU it is OpenBLAS through CBLAS, always on one thread: how a sum over k is split decides
 * its rounding, so a result must not depend on how many cores a machine has. Work is spread over
 * runs and recipes (processes) instead. The kernel decides it too, and OpenBLAS picks one by the CPU:
 * gemm_use_common_kernel() makes that the same choice on all of today's x86-64 machines.
 */
#ifndef LOWP_COMMON_GEMM_H
#define LOWP_COMMON_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Whether an operand is used as it is stored or transposed. */
enum gemm_op { GEMM_N, GEMM_T };

/**
 * C = alpha * op(A) * op(B) + beta * C, with op(A) of m x k, op(B) of k x n and C of m x n.
 *
 * The leading dimension of a matrix is the distance in elements from a stored row to the next; it
 * is at least the length of a stored row: lda >= k (GEMM_N) or m (GEMM_T), ldb >= n or k,
 * ldc >= n, and at least 1.
 * @param[in] op_a GEMM_N: A is stored m x k; GEMM_T: it is stored k x m
 * @param[in] op_b GEMM_N: B is stored k x n; GEMM_T: it is stored n x k
 * @param[in] m rows of C @param[in] n columns of C @param[in] k length of each sum; all >= 0
 * @param[in] alpha factor
 * @param[in] a A @param[in] lda leading dimension of A
 * @param[in] b B @param[in] ldb leading dimension of B
 * @param[in] beta factor; with 0, C is overwritten unread, so it may hold NaN
 * @param[in,out] c C, not overlapping A or B @param[in] ldc leading dimension of C
 * Error bound: |C - exact| <= (k + 2) * 2^-24 * (|alpha| |op(A)| |op(B)| + |beta C|), element by
 * element, to first order, in the absence of overflow and underflow, in any order of summation.
 * Sets the process's OpenBLAS to one thread if it is not.
 */
void gemm_f32(enum gemm_op op_a, enum gemm_op op_b, int m, int n, int k, float alpha,
              const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);

/**
 * Settles on OpenBLAS's "Haswell" kernels on every x86-64 CPU that has AVX2 and FMA, unless the user
 * set OPENBLAS_CORETYPE. To be called first in main(): OpenBLAS reads that variable when it is
 * loaded, before main(), so the program is started once more with the variable set. Without it,
 * machines differ in the last bits, and a CPU newer than the OpenBLAS gets its oldest, slowest kernels
 * (0.3.21 takes "Prescott" on a virtual Sapphire Rapids: half the speed).
 * @param[in] argv main()'s, handed to the second start
 * Does nothing where it cannot help, and returns at once in the second start.
 */
void gemm_use_common_kernel(char **argv);

// --- products in the formats of tensor cores ----------------------------------------------------

/** The format of an operand inside the product, and of the result. */
enum gemm_type {
    GEMM_FP32, /**< operand and result */
    GEMM_TF32, /**< operand only: FP32's range, 10 bits of mantissa */
    GEMM_BF16, /**< operand and result */
    GEMM_FP16, /**< operand and result */
    GEMM_E4M3, /**< operand only, with a scale */
    GEMM_E5M2, /**< operand only, with a scale; at most one of the two */
    GEMM_TYPES /**< how many there are */
};

/** @param[in] type one of them @return "FP32", "TF32", "BF16", "FP16", "E4M3" or "E5M2" */
const char *gemm_type_name(enum gemm_type type);

/**
 * One factor. It comes as FP32, and the product rounds it, to nearest even:
 *
 *      FP32: not at all     TF32, BF16, FP16: op(x)     E4M3, E5M2: round(x * scale) / scale
 *
 * FP8 saturates (an infinity too becomes the largest value, `__NV_SATFINITE`) and keeps NaN; the
 * others overflow to infinity. Values that have the format already pass unchanged, so a caller may
 * round them in its own way before.
 */
struct gemm_operand {
    const float *x;      /**< the matrix as stored, row-major */
    int ld;              /**< distance of stored rows in elements; as in gemm_f32() */
    enum gemm_op op;     /**< used as stored or transposed */
    enum gemm_type type; /**< the format it is rounded to */
    float scale;         /**< FP8 only: finite, above 0; 0 stands for 1 */
    bool is_rounded;     /**< x was rounded so before; the CPU then uses it as it is */
};

/**
 * C = op(A) * op(B) + beta * C, with op(A) of m x k, op(B) of k x n and C of m x n. Both operands
 * have one type, or both are FP8 and not both E5M2. Products are summed in FP32, then the sum is
 * rounded once to the type of the result.
 *
 * Error of an element before that last rounding, for rounded operands a and b, in the absence of
 * overflow and underflow:
 *
 *      |error| <= (k + 6) * gemm_unit() * (sum of |a b| + |beta C|)
 */
struct gemm_product {
    int m;                 /**< rows of C, 0 or more */
    int n;                 /**< columns of C, 0 or more */
    int k;                 /**< length of each sum, 0 or more */
    struct gemm_operand a; /**< left */
    struct gemm_operand b; /**< right */
    float beta;            /**< with 0, C is overwritten unread, so it may hold NaN */
    void *c;            /**< result: float, or uint16_t with BF16 or FP16 codes; not an operand */
    int ldc;            /**< distance of the rows of C in elements, at least n and 1 */
    enum gemm_type out; /**< GEMM_FP32, GEMM_BF16 or GEMM_FP16 */
    float *amax;        /**< if not NULL: the largest magnitude in C as it is stored; a NaN does
                                not count, an infinity does; 0 if C is empty or all NaN */
    bool fast;          /**< FP8 on a device: sums are not promoted to FP32 on the way */
};

/** Where to compute: the setting GPU=auto, 0 or 1. */
enum gemm_where {
    GEMM_AUTO,  /**< on a device if there is one that works */
    GEMM_CPU,   /**< on the CPU; never looks for a device */
    GEMM_DEVICE /**< on a device; without one it says why, and computes on the CPU */
};

/** Reads the setting GPU from the environment; unset or empty is auto. @param[out] where it says
 *  @return true, or false after one line on stderr: what was given and what is allowed */
bool gemm_setting(enum gemm_where *where);

/** Whoever computes: a device with its memory, or the CPU. For one thread. A process that has opened
 *  a device must not fork() and use it in the child: CUDA does not survive that. */
struct gemm;

/**
 * Opens a device or the CPU. The device part is a library of its own, build/libgemm_cuda.so, which
 * is loaded here and needs a driver as new as its CUDA.
 * @param[in] where to compute
 * @param[in] messages gets one line when a device was asked for and there is none, or when there is
 *            one that cannot be used (driver too old, no free memory, no FP8); NULL: silent
 * @return never a dead end: the CPU where no device works; NULL only without memory
 */
struct gemm *gemm_open(enum gemm_where where, FILE *messages);

/** Releases it, and what it took on the device. @param[in] gemm from gemm_open(), or NULL */
void gemm_close(struct gemm *gemm);

/** @param[in] gemm open @return "NVIDIA H200", say, or "CPU (OpenBLAS Haswell)" */
const char *gemm_device(const struct gemm *gemm);

/** @param[in] gemm open @return versions, for a table: "CUDA 13.0, cublasLt 13.1" or "OpenBLAS" */
const char *gemm_driver(const struct gemm *gemm);

/** @param[in] gemm open @return whether a device computes (FP32 to FP16; FP8 if it can) */
bool gemm_on_device(const struct gemm *gemm);

/** @param[in] gemm open @return why the CPU computes where a device could have; "" if none was
 *  looked for, or nothing failed */
const char *gemm_why_not(const struct gemm *gemm);

/** FP32 sums with every addition rounded to nearest: OpenBLAS, and cublasLt in FP32. */
#define GEMM_UNIT_FP32   0x1p-24
/** FP32 sums on tensor cores. An instruction shifts its w products and the sum so far to the
 *  largest exponent among them and drops what is below FP32's last place: w + 1 terms lose under
 *  2^-23 of the largest each, and (w + 1) / w is at most 2 (measured by Fasi, Higham, Mikaitis &
 *  Pranesh 2021, "Numerical behavior of NVIDIA tensor cores"). */
#define GEMM_UNIT_TENSOR 0x1p-22
/** FP8 on Hopper's tensor cores, by the same count with 14 significant bits in place of FP32's 24
 *  (DeepSeek-V3, arXiv 2412.19437, section 3.5.2). cublasLt promotes the sums to FP32 on the way
 *  unless `fast` is set, but does not say how often, so this is the bound for both. */
#define GEMM_UNIT_FP8    0x1p-12

/** The unit of the error bound. @param[in] gemm who computes @param[in] type of the operands
 *  @return one of the three above; GEMM_UNIT_FP32 for all types on the CPU */
double gemm_unit(const struct gemm *gemm, enum gemm_type type);

/**
 * Computes a product. Should the device fail, it says so once on stderr and the CPU takes over, for
 * this product and all later ones.
 * @param[in,out] gemm open @param[in] p what to compute
 * @return true; false without memory, after a line on stderr, and C is not computed
 */
bool gemm_multiply(struct gemm *gemm, const struct gemm_product *p);

/**
 * The same in three steps, for timing without the copies: gemm_load() rounds the operands and C's
 * old values into memory of the device, gemm_time() multiplies there, gemm_store() brings back C
 * and amax. One product is loaded at a time; its arrays must stay until gemm_store().
 * @param[in,out] gemm open @param[in] p what to compute @return as gemm_multiply()
 */
bool gemm_load(struct gemm *gemm, const struct gemm_product *p);

/** Multiplies the loaded product. @param[in,out] gemm loaded @param[in] times how often, one after
 *  the other; beta C is added each time @param[out] ms milliseconds a product, by the device's own
 *  clock, or NULL @return as gemm_multiply(); false also if the device failed (C is lost) */
bool gemm_time(struct gemm *gemm, int times, double *ms);

/** Brings back C and amax. @param[in,out] gemm multiplied @return as gemm_time() */
bool gemm_store(struct gemm *gemm);

#ifdef __cplusplus
}
#endif

#endif
