/**
 * @file test_common_gemm.c
 * @brief common/gemm against a naive product in double, within the bound that gemm.h states.
 */
#include "common/gemm.h"
#include "common/rng.h"

#include <cblas.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/** One product: shapes, operands, and rows longer than they need be. */
struct product {
    enum gemm_op op_a, op_b;
    int m, n, k, pad;
    float alpha, beta;
};

static int rows(enum gemm_op op, int if_n, int if_t)
{
    return op == GEMM_N ? if_n : if_t;
}

static float *random_matrix(int count, uint64_t seed)
{
    float *x = malloc((size_t)(count + 1) * sizeof *x);
    for (int i = 0; i < count; i++)
        x[i] = (float)(2 * rng_f64(seed, 7, (uint64_t)i) - 1);
    return x;
}

static double element(const float *x, int ld, enum gemm_op op, int i, int j)
{
    return op == GEMM_N ? x[i * ld + j] : x[j * ld + i];
}

/* The error of each element is at most (k + 2) * 2^-24 * (|alpha| |A| |B| + |beta C|), to first
 * order (gemm.h): one rounding a product and addition, one for alpha, one for beta. The factor 2
 * is more than the terms of second order need while k * 2^-24 is small. */
static void check(struct product p)
{
    int lda = rows(p.op_a, p.k, p.m) + p.pad, ldb = rows(p.op_b, p.n, p.k) + p.pad;
    int ldc = p.n + p.pad;
    float *a = random_matrix(rows(p.op_a, p.m, p.k) * lda, 1);
    float *b = random_matrix(rows(p.op_b, p.k, p.n) * ldb, 2);
    float *c = random_matrix(p.m * ldc, 3), *old = random_matrix(p.m * ldc, 3);
    gemm_f32(p.op_a, p.op_b, p.m, p.n, p.k, p.alpha, a, lda, b, ldb, p.beta, c, ldc);
    for (int i = 0; i < p.m; i++) {
        for (int j = 0; j < p.n; j++) {
            double exact = (double)p.beta * old[i * ldc + j], size = fabs(exact);
            for (int l = 0; l < p.k; l++) {
                double term =
                    p.alpha * element(a, lda, p.op_a, i, l) * element(b, ldb, p.op_b, l, j);
                exact += term;
                size += fabs(term);
            }
            double bound = 2 * (p.k + 2) * 0x1p-24 * size;
            cr_assert(fabs(c[i * ldc + j] - exact) <= bound,
                      "%dx%dx%d ops %d%d: C[%d][%d] = %g, exact %g, bound %g", p.m, p.n, p.k,
                      p.op_a, p.op_b, i, j, c[i * ldc + j], exact, bound);
        }
        for (int j = p.n; j < ldc; j++)
            cr_assert_eq(c[i * ldc + j], old[i * ldc + j], "wrote past the end of row %d", i);
    }
    free(a);
    free(b);
    free(c);
    free(old);
}

Test(gemm, every_transpose_and_odd_sizes)
{
    const int sizes[][3] = {{1, 1, 1}, {1, 7, 3},    {5, 1, 9},
                            {3, 4, 1}, {17, 33, 65}, {64, 27, 100}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int ops = 0; ops < 4; ops++)
            for (int pad = 0; pad <= 3; pad += 3)
                check((struct product){.op_a = ops & 1 ? GEMM_T : GEMM_N,
                                       .op_b = ops & 2 ? GEMM_T : GEMM_N,
                                       .m = sizes[s][0],
                                       .n = sizes[s][1],
                                       .k = sizes[s][2],
                                       .pad = pad,
                                       .alpha = 0.75f,
                                       .beta = ops == 0 ? 0.0f : -1.5f});
}

Test(gemm, no_terms_leave_beta_times_c)
{
    check((struct product){.m = 3, .n = 5, .k = 0, .pad = 1, .alpha = 1, .beta = 0.5f});
}

Test(gemm, beta_zero_does_not_read_c)
{
    float a[] = {2}, b[] = {3}, c[] = {NAN};
    gemm_f32(GEMM_N, GEMM_N, 1, 1, 1, 1, a, 1, b, 1, 0, c, 1);
    cr_assert_eq(c[0], 6.0f);
}

Test(gemm, nan_is_not_lost)
{
    float a[] = {NAN, 1}, b[] = {0, 1}, c[] = {0};
    gemm_f32(GEMM_N, GEMM_N, 1, 1, 2, 1, a, 2, b, 1, 0, c, 1);
    cr_assert(isnan(c[0]));
}

Test(gemm, same_bits_whatever_the_number_of_threads)
{
    enum { M = 64, N = 64, K = 4096 };
    float *a = random_matrix(M * K, 1), *b = random_matrix(K * N, 2);
    float *first = random_matrix(M * N, 3), *second = random_matrix(M * N, 3);
    gemm_f32(GEMM_T, GEMM_N, M, N, K, 1, a, M, b, N, 0, first, N);
    openblas_set_num_threads(4); /* as a machine with four cores would start */
    gemm_f32(GEMM_T, GEMM_N, M, N, K, 1, a, M, b, N, 0, second, N);
    cr_assert_eq(openblas_get_num_threads(), 1);
    cr_assert_eq(memcmp(first, second, M * N * sizeof *first), 0);
    free(a);
    free(b);
    free(first);
    free(second);
}
