/**
 * @file gemm.h
 * @brief Matrix product in FP32, row-major, one interface for whatever library computes it.
 *
 * On the CPU it is OpenBLAS through CBLAS, always on one thread: how a sum over k is split decides
 * its rounding, so a result must not depend on how many cores a machine has. Work is spread over
 * runs and recipes (processes) instead. The kernel decides it too, and OpenBLAS picks one by the CPU:
 * gemm_use_common_kernel() makes that the same choice on all of today's x86-64 machines.
 */
#ifndef LOWP_COMMON_GEMM_H
#define LOWP_COMMON_GEMM_H

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

#endif
