/**
 * @file tests_block.h
 * @brief Graded tests of exercises 6.11 to 6.13: block scaling and its product.
 *
 * A part of test_lab06.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB06_TESTS_BLOCK_H
#define LOWP_GRADER_LAB06_TESTS_BLOCK_H

#include "grader/lab06/beliefs_block.h"
#include "grader/lab06/draw.h"

/* amax / 448 is one rounding, amax * (1 / 448) two: 2^-23 relative. */
static const double FACTOR_TOLERANCE = 0x1p-22;

static void check_factors(const struct blocked *b)
{
    int across = blocks_of(b->cols);
    for (int r = 0; r < blocks_down(b); r++) {
        for (int c = 0; c < across; c++) {
            float got = b->factors[r * across + c], want = factor_of(b, r, c);
            if (near(got, want, FACTOR_TOLERANCE * (double)want))
                continue;
            name_factor(b, r, c);
            fail("%s, %d x %d: the factor of block (%d, %d) is %.9g, expected %.9g", b->function,
                 b->rows, b->cols, r, c, (double)got, (double)want);
        }
    }
}

/** Checks the code of one element against the student's own factor. */
static void check_block_code(const struct blocked *b, int row, int col)
{
    int at = row * b->cols + col;
    float factor = b->factors[row / b->height * blocks_of(b->cols) + col / BLOCK];
    if (oracle_fp8_block_code(b->codes[at], b->x[at], factor))
        return;
    name_block_code(b->codes[at], b->x[at], factor);
    fail("%s, %d x %d: element (%d, %d) = %.9g with the factor %.9g became %s", b->function,
         b->rows, b->cols, row, col, (double)b->x[at], (double)factor,
         show_code(E4M3, b->codes[at]));
}

/** Calls the function and checks all factors, a thousand codes, and those at the edges. */
static void check_blocked(struct blocked b)
{
    size_t n = (size_t)b.rows * (size_t)b.cols;
    size_t factors = (size_t)blocks_of(b.cols) * (size_t)blocks_down(&b);
    uint8_t *codes = TAKE(uint8_t, n);
    float *out = TAKE(float, factors);
    const float *x = GIVE(b.x, n);
    (b.height == 1 ? fp8_quantize_rows : fp8_quantize_squares)(codes, out, x, b.rows, b.cols);
    b.codes = codes;
    b.factors = out;
    check_factors(&b);
    for (size_t i = 0; n && i < 1000; i++) {
        size_t at = n <= 1000 ? i % n : test_u64(i) % n;
        check_block_code(&b, (int)at / b.cols, (int)at % b.cols);
    }
    for (int row = 0; n && row < b.rows; row++)
        check_block_code(&b, row, b.cols - 1);
    for (int col = 0; n && col < b.cols; col++)
        check_block_code(&b, b.rows - 1, col);
    arena_reset();
}

/** Numbers whose size differs from block to block. */
static void draw_blocks(float *x, int rows, int cols, int height, uint64_t salt)
{
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c++) {
            uint64_t block = (uint64_t)(r / height) * 64 + (uint64_t)(c / BLOCK);
            double size = exp2(12 * test_f64(1000003 * (salt + 1) + block) - 6);
            x[r * cols + c] =
                (float)(size * (2 * test_f64((uint64_t)r * (uint64_t)cols + (uint64_t)c) - 1));
        }
    }
}

GRADED(rows_of_128, .points = 3,
       .idea = "each 128 elements of a row get their own factor amax / 448")
{
    enum { ROWS = 7, COLS = 3 * BLOCK };
    static float x[ROWS * COLS];
    draw_blocks(x, ROWS, COLS, 1, 0);
    check_blocked((struct blocked){"fp8_quantize_rows", 1, ROWS, COLS, x, NULL, NULL});
}

GRADED(squares_of_128x128, .points = 3,
       .idea = "each 128 x 128 elements of a matrix get their own factor amax / 448")
{
    enum { ROWS = 2 * BLOCK, COLS = 2 * BLOCK };
    static float x[ROWS * COLS];
    draw_blocks(x, ROWS, COLS, BLOCK, 0);
    check_blocked((struct blocked){"fp8_quantize_squares", BLOCK, ROWS, COLS, x, NULL, NULL});
}

GRADED(block_amax_is_clamped, .points = 2,
       .idea = "an amax below 1e-4 counts as 1e-4, so a block of zeros has a factor too")
{
    enum { ROWS = 4, COLS = BLOCK };
    const float sizes[ROWS] = {0, 5e-5f, 1e-30f, 2e-4f};
    float x[ROWS * COLS];
    for (int i = 0; i < ROWS * COLS; i++)
        x[i] = sizes[i / COLS] * (i % COLS == 5 ? 1 : (float)test_f64((uint64_t)i));
    check_blocked((struct blocked){"fp8_quantize_rows", 1, ROWS, COLS, x, NULL, NULL});
    for (int rows = 1; rows < ROWS; rows++) /* up to the row whose amax is not clamped */
        check_blocked((struct blocked){"fp8_quantize_squares", BLOCK, rows, COLS, x, NULL, NULL});
}

GRADED(block_edges, .points = 3,
       .idea = "blocks at the edges are cut off, never dropped and never read beyond")
{
    static const int shapes[][2] = {{2, 129},   {3, 1},     {2, 127}, {1, 300}, {129, 5},
                                    {130, 131}, {127, 130}, {0, 5},   {5, 0}};
    static float x[130 * 131];
    for (uint64_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        int rows = shapes[s][0], cols = shapes[s][1];
        draw_blocks(x, rows, cols, 1, s);
        check_blocked((struct blocked){"fp8_quantize_rows", 1, rows, cols, x, NULL, NULL});
        draw_blocks(x, rows, cols, BLOCK, s);
        check_blocked((struct blocked){"fp8_quantize_squares", BLOCK, rows, cols, x, NULL, NULL});
    }
}

// --------------------------------------------------------------------------------------------
// 6.13: the product
// --------------------------------------------------------------------------------------------

/** Positive codes from 1/2 to 448, so that nothing cancels and a wrong factor shows. */
static void draw_codes(uint8_t *codes, size_t n, uint64_t salt)
{
    for (uint64_t i = 0; i < n; i++)
        codes[i] = (uint8_t)(0x30 + test_u64(salt + i) % (0x7F - 0x30));
}

static void draw_factors(float *factors, size_t n, uint64_t salt)
{
    for (uint64_t i = 0; i < n; i++)
        factors[i] = (float)exp2(10 * test_f64(salt + i) - 5);
}

enum { MOST_FACTORS = 64 };

/** n factors in the arena, and a NaN behind them, which shows in y if it is read. */
static const float *give_factors(const float *factors, size_t n)
{
    float more[MOST_FACTORS + 1];
    memcpy(more, factors, n * sizeof *more);
    more[n] = NAN;
    return GIVE(more, n + 1);
}

static const float *call_block_gemm(struct block_product p)
{
    size_t deep = (size_t)blocks_of(p.k), m = (size_t)p.m, n = (size_t)p.n, k = (size_t)p.k;
    float *y = TAKE(float, m *n);
    fp8_block_gemm(y, GIVE(p.a, m * k), give_factors(p.a_factors, m * deep), GIVE(p.b, n * k),
                   give_factors(p.b_factors, (size_t)blocks_of(p.n) * deep), p.m, p.n, p.k);
    return y;
}

/** Fails where a product is not what the codes and their own factors make. */
static void check_block_gemm(struct block_product p)
{
    int deep = blocks_of(p.k);
    const float *y = call_block_gemm(p);
    for (int i = 0; i < p.m; i++) {
        /* some columns, and those at the edges */
        for (int j = 0; j < p.n; j += j < 126 ? 9 : 1) {
            double want = oracle_fp8_block_dot(p.a + i * p.k, p.a_factors + i * deep, p.b + j * p.k,
                                               p.b_factors + j / BLOCK * deep, p.k)
                              .value;
            if (near(y[i * p.n + j], want, TENSOR_CORE_TOLERANCE * want))
                continue;
            name_product(p, y, y[i * p.n + j], want);
            fail("fp8_block_gemm, %d x %d x %d: y[%d][%d] = %.9g, expected %.9g within %.2g%%", p.m,
                 p.n, p.k, i, j, (double)y[i * p.n + j], want, 100 * TENSOR_CORE_TOLERANCE);
        }
    }
    arena_reset();
}

GRADED(block_gemm_factors, .points = 3,
       .idea = "each block's partial sum is multiplied by its own two factors")
{
    enum { M = 3, N = 131, K = 300, DEEP = 3 };
    /* Sums whose last block is cut off, is full, and is one product: ceil(k / 128) all the same. */
    static const int lengths[] = {K, 2 * BLOCK, BLOCK + 1};
    static uint8_t a[M * K], b[N * K];
    static float a_factors[M * DEEP], b_factors[2 * DEEP];
    draw_codes(a, M * K, 0);
    draw_codes(b, N * K, 100000);
    draw_factors(a_factors, M * DEEP, 200000);
    draw_factors(b_factors, 2 * DEEP, 300000);
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
        check_block_gemm((struct block_product){M, N, lengths[l], a, b, a_factors, b_factors});
    memset(a, 0, sizeof a); /* leaves of y what a block's sum starts from */
    check_block_gemm((struct block_product){M, N, K, a, b, a_factors, b_factors});
    const float *y = call_block_gemm((struct block_product){2, 2, 0, a, b, a_factors, b_factors});
    for (int i = 0; i < 4; i++)
        if (y[i] != 0)
            fail("fp8_block_gemm with k = 0: y[%d] is %.9g, expected 0", i, (double)y[i]);
}

GRADED(block_gemm_promotes, .points = 4,
       .idea = "partial sums leave the tensor core every 128 products and are added up in FP32")
{
    enum { M = 2, N = 3, K = 4096, DEEP = K / BLOCK };
    static uint8_t a[M * K], b[N * K];
    float ones[M * DEEP];
    for (int i = 0; i < M * DEEP; i++)
        ones[i] = 1;
    draw_codes(a, M * K, 0);
    draw_codes(b, N * K, 100000);
    const float *y = call_block_gemm((struct block_product){M, N, K, a, b, ones, ones});
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < N; j++) {
            double exact = oracle_fp8_block_dot(a + i * K, ones, b + j * K, ones, K).value;
            double want = 0;
            for (int k = 0; k < K; k += BLOCK)
                want += (double)fp8_tensor_core(0, a + i * K + k, b + j * K + k, BLOCK);
            /* 32 FP32 additions of numbers of one sign: 32 * 2^-24. Exact partial sums pass too. */
            double got = y[i * N + j], tolerance = DEEP * 0x1p-23;
            if (near(got, want, tolerance * want) || near(got, exact, tolerance * exact))
                continue;
            float unpromoted = fp8_tensor_core(0, a + i * K, b + j * K, K);
            if (near(got, unpromoted, tolerance * (double)unpromoted))
                because(
                    "the sum was never promoted: it stayed in the tensor core's 14 bits for all "
                    "%d products",
                    K);
            fail("fp8_block_gemm, k = %d, all factors 1: y[%d][%d] = %.9g, expected %.9g (exact "
                 "sum: %.9g)",
                 K, i, j, got, want, exact);
        }
    }
}

#endif
