/**
 * @file gemm.c
 * @brief gemm_f32() over OpenBLAS's CBLAS. See gemm.h.
 */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "common/gemm.h"

#include <assert.h>
#include <cblas.h>
#include <stdlib.h>
#include <unistd.h>

/* The netlib reference has the same header name, but neither threads nor these two functions. */
#ifdef OPENBLAS_CONST
static void one_thread(void)
{
    /* Asked each time: a child of fork() starts with the library's own default again. */
    if (openblas_get_num_threads() != 1)
        openblas_set_num_threads(1);
}
#else
static void one_thread(void)
{
}
#endif

static CBLAS_TRANSPOSE blas_op(enum gemm_op op)
{
    return op == GEMM_T ? CblasTrans : CblasNoTrans;
}

void gemm_f32(enum gemm_op op_a, enum gemm_op op_b, int m, int n, int k, float alpha,
              const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    assert(m >= 0 && n >= 0 && k >= 0);
    assert(lda >= (op_a == GEMM_N ? k : m) && lda >= 1);
    assert(ldb >= (op_b == GEMM_N ? n : k) && ldb >= 1);
    assert(ldc >= n && ldc >= 1);
    one_thread();
    cblas_sgemm(CblasRowMajor, blas_op(op_a), blas_op(op_b), m, n, k, alpha, a, lda, b, ldb, beta,
                c, ldc);
}

void gemm_use_common_kernel(char **argv)
{
#ifdef __x86_64__
    if (getenv("OPENBLAS_CORETYPE") || !__builtin_cpu_supports("avx2") ||
        !__builtin_cpu_supports("fma"))
        return;
    /* Nothing has been printed or opened yet, so nothing is lost by starting again; and should the
     * start fail, the program goes on with the kernel it has. */
    if (setenv("OPENBLAS_CORETYPE", "Haswell", 1) == 0)
        execv("/proc/self/exe", argv);
#else
    (void)argv;
#endif
}
