/**
 * @file tests_block.h
 * @brief Graded tests of exercises 6.11 to 6.13: block scaling and its product.
 *
 * A part of test_lab06.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB06_TESTS_BLOCK_H
#define LOWP_GRADER_LAB06_TESTS_BLOCK_H

#include "grader/lab06/draw.h"

enum { BLOCK = 128 };

static int blocks_of(int n)
{
    return (n + BLOCK - 1) / BLOCK;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/** A matrix in blocks of height x 128, as fp8_quantize_rows() and _squares() see it. */
struct blocked {
    const char *function;
    int height; /**< 1 or 128 */
    int rows, cols;
    const float *x;
    const uint8_t *codes; /**< the student's */
    const float *factors; /**< the student's */
};

/** The right factor of block (r, c). */
static float factor_of(const struct blocked *b, int r, int c)
{
    int row = r * b->height, col = c * BLOCK;
    return oracle_fp8_factor(b->x, b->cols, row, col, smaller(b->height, b->rows - row),
                             smaller(BLOCK, b->cols - col));
}

/** The amax of block (r, c), not clamped. */
static double block_amax(const struct blocked *b, int r, int c)
{
    double amax = 0;
    for (int row = r * b->height; row < smaller(b->rows, (r + 1) * b->height); row++)
        for (int col = c * BLOCK; col < smaller(b->cols, (c + 1) * BLOCK); col++)
            amax = fmax(amax, fabs((double)b->x[row * b->cols + col]));
    return amax;
}

/** The likely reason for a wrong factor of block (r, c). */
static void name_factor(const struct blocked *b, int r, int c, float got)
{
    double want = factor_of(b, r, c), slack = want * 0x1p-22;
    int across = blocks_of(b->cols), down = (b->rows + b->height - 1) / b->height;
    double whole = oracle_fp8_amax(b->x, (size_t)b->rows * (size_t)b->cols) / 448;
    if (near(got, 1 / want, 0x1p-22 / want))
        because(
            "this is 448 / amax: a block's factor is amax / 448, what values are multiplied by");
    else if (near(got, want * 448, slack * 448))
        because("this is the amax: divide it by 448");
    else if (near(got, want * 448 / 57344, slack))
        because("57344 was used: block scaling stores E4M3 in all tensors");
    else if (near(got, whole, whole * 0x1p-22))
        because("this is the factor of the whole tensor: each block has its own");
    else if (near(got, block_amax(b, r, c) / 448, slack))
        because("the amax was not clamped: below 1e-4 it counts as 1e-4");
    else if (isnan(got))
        because("this block was left out: at the edges blocks are cut off, but they are there");
    else if (b->height == BLOCK && b->cols > BLOCK && b->rows > 1 &&
             near(got,
                  oracle_fp8_factor(b->x, b->cols, r * BLOCK, c * BLOCK, 1,
                                    smaller(BLOCK, b->cols - c * BLOCK)),
                  slack))
        because("only the first row of the block was looked at");
    for (int i = 0; i < across * down && i < 64; i++)
        if (i != r * across + c && near(got, factor_of(b, i / across, i % across), slack))
            because("this is the factor of block (%d, %d): a row of blocks has ceil(cols / 128) of "
                    "them",
                    i / across, i % across);
}

/* amax / 448 is one rounding, amax * (1 / 448) two: 2^-23 relative. */
static const double FACTOR_TOLERANCE = 0x1p-22;

static void check_factors(const struct blocked *b)
{
    int across = blocks_of(b->cols), down = (b->rows + b->height - 1) / b->height;
    for (int r = 0; r < down; r++) {
        for (int c = 0; c < across; c++) {
            float got = b->factors[r * across + c], want = factor_of(b, r, c);
            if (near(got, want, FACTOR_TOLERANCE * (double)want))
                continue;
            name_factor(b, r, c, got);
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
    if (b->codes[at] == oracle_fp8_code(b->x[at], factor, FP8_E4M3, true))
        because("x was multiplied by the factor: it is divided by it");
    else if (b->codes[at] == oracle_fp8_code(b->x[at], 1 / factor, FP8_E5M2, true))
        because("the code is E5M2's: block scaling stores E4M3 in all tensors");
    else if (b->codes[at] == 0xFF)
        because("this element was left out");
    fail("%s, %d x %d: element (%d, %d) = %.9g with the factor %.9g became %s", b->function,
         b->rows, b->cols, row, col, (double)b->x[at], (double)factor,
         show_code(E4M3, b->codes[at]));
}

/** Calls the function and checks all factors, a thousand codes, and those at the edges. */
static void check_blocked(struct blocked b)
{
    size_t n = (size_t)b.rows * (size_t)b.cols;
    size_t factors = (size_t)blocks_of(b.cols) * (size_t)((b.rows + b.height - 1) / b.height);
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
    static const int shapes[][2] = {{3, 1},     {2, 127},   {2, 129}, {1, 300}, {129, 5},
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

/** A product of block-scaled codes. */
struct block_product {
    int m, n, k;
    const uint8_t *a, *b;
    const float *a_factors, *b_factors;
};

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

static const float *call_block_gemm(struct block_product p)
{
    size_t deep = (size_t)blocks_of(p.k), m = (size_t)p.m, n = (size_t)p.n, k = (size_t)p.k;
    float *y = TAKE(float, m *n);
    fp8_block_gemm(y, GIVE(p.a, m * k), GIVE(p.a_factors, m * deep), GIVE(p.b, n * k),
                   GIVE(p.b_factors, (size_t)blocks_of(p.n) * deep), p.m, p.n, p.k);
    return y;
}

/* The tensor core's model drops less than a unit of 2^-13 of the largest term from each of 33
 * terms, and once more from their sum: 34 * 2^-13 for each of the 4 turns in a block. */
static const double TENSOR_CORE_TOLERANCE = 4 * 34 * 0x1p-13;

/** Names the wrong use of factors that explains y[i][j]. */
static void name_factors(struct block_product p, int i, int j, double got)
{
    int deep = blocks_of(p.k);
    const uint8_t *a = p.a + i * p.k, *b = p.b + j * p.k;
    const float *fa = p.a_factors + i * deep, *fb = p.b_factors + j / BLOCK * deep;
    float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1}, inverse[2][8], first[2][8];
    for (int d = 0; d < deep; d++) {
        inverse[0][d] = 1 / fa[d];
        inverse[1][d] = 1 / fb[d];
        first[0][d] = fa[0];
        first[1][d] = fb[0];
    }
    const struct {
        const char *belief;
        const float *fa, *fb;
    } wrong[] = {
        {"the factors were left out", ones, ones},
        {"B's factors were left out", fa, ones},
        {"A's factors were left out", ones, fb},
        {"values were divided by the factors: these are inverse scales, so they multiply",
         inverse[0], inverse[1]},
        {"the factors of the first block along k were used for all of them", first[0], first[1]},
        {"the factors of A's first block along k were used for all of them", first[0], fb},
        {"the factors of B's first block along k were used for all of them", fa, first[1]},
        {"the factors of B's first 128 rows were used for all rows", fa, p.b_factors},
    };
    for (size_t w = sizeof wrong / sizeof *wrong; w-- > 0;) {
        double value = oracle_fp8_block_dot(a, wrong[w].fa, b, wrong[w].fb, p.k).value;
        if (near(got, value, TENSOR_CORE_TOLERANCE * value))
            because("%s", wrong[w].belief);
    }
    int whole = p.k / BLOCK * BLOCK;
    double ragged = oracle_fp8_block_dot(a, fa, b, fb, whole).value;
    if (near(got, ragged, TENSOR_CORE_TOLERANCE * ragged))
        because("the last block, shorter than 128, was left out");
}

GRADED(block_gemm_factors, .points = 3,
       .idea = "each block's partial sum is multiplied by its own two factors")
{
    enum { M = 3, N = 131, K = 300, DEEP = 3 };
    static uint8_t a[M * K], b[N * K];
    static float a_factors[M * DEEP], b_factors[2 * DEEP];
    draw_codes(a, M * K, 0);
    draw_codes(b, N * K, 100000);
    draw_factors(a_factors, M * DEEP, 200000);
    draw_factors(b_factors, 2 * DEEP, 300000);
    struct block_product p = {M, N, K, a, b, a_factors, b_factors};
    const float *y = call_block_gemm(p);
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < N; j += j < 126 ? 9 : 1) { /* some columns, and those at the edges */
            double want = oracle_fp8_block_dot(a + i * K, a_factors + i * DEEP, b + j * K,
                                               b_factors + j / BLOCK * DEEP, K)
                              .value;
            if (near(y[i * N + j], want, TENSOR_CORE_TOLERANCE * want))
                continue;
            name_factors(p, i, j, y[i * N + j]);
            fail("fp8_block_gemm, %d x %d x %d: y[%d][%d] = %.9g, expected %.9g within %.2g%%", M,
                 N, K, i, j, (double)y[i * N + j], want, 100 * TENSOR_CORE_TOLERANCE);
        }
    }
    arena_reset();
    p = (struct block_product){2, 2, 0, a, b, a_factors, b_factors};
    y = call_block_gemm(p);
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
