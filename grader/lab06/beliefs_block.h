/**
 * @file beliefs_block.h
 * @brief Wrong rules of lab 06 about block scaling: the factors, what is made of them, and
 *        how a product takes them.
 *
 * Each says what a student who believes it would answer; see beliefs_quantize.h. Included by
 * test_lab06.c alone.
 */
#ifndef LOWP_GRADER_LAB06_BELIEFS_BLOCK_H
#define LOWP_GRADER_LAB06_BELIEFS_BLOCK_H

#include "grader/lab06/beliefs_quantize.h"
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

/** The number of rows of blocks. */
static int blocks_down(const struct blocked *b)
{
    return (b->rows + b->height - 1) / b->height;
}

/** The largest of `of(x)` over height x 128 elements from block (r, c)'s first on. */
static double largest_of(const struct blocked *b, int r, int c, int height, double (*of)(double))
{
    double largest = 0;
    for (int row = r * b->height; row < smaller(b->rows, r * b->height + height); row++)
        for (int col = c * BLOCK; col < smaller(b->cols, (c + 1) * BLOCK); col++)
            largest = fmax(largest, of((double)b->x[row * b->cols + col]));
    return largest;
}

static double itself(double x)
{
    return x;
}

/** A wrong rule for the factor of block (r, c). */
struct factor_belief {
    const char *belief;
    double (*factor)(const struct blocked *b, int r, int c);
};

static double factor_inverse(const struct blocked *b, int r, int c)
{
    return 1 / (double)factor_of(b, r, c);
}

static double factor_amax(const struct blocked *b, int r, int c)
{
    return 448 * (double)factor_of(b, r, c);
}

static double factor_57344(const struct blocked *b, int r, int c)
{
    return factor_amax(b, r, c) / 57344;
}

static double factor_240(const struct blocked *b, int r, int c)
{
    return factor_amax(b, r, c) / 240;
}

static double factor_signed(const struct blocked *b, int r, int c)
{
    return fmax(largest_of(b, r, c, b->height, itself), 1e-4) / 448;
}

static double factor_unclamped(const struct blocked *b, int r, int c)
{
    return largest_of(b, r, c, b->height, fabs) / 448;
}

/** The factor of the 128 x 128 elements that row r is among: for blocks of one row. */
static double factor_of_square(const struct blocked *b, int r, int c)
{
    if (b->height != 1)
        return -1;
    return fmax(largest_of(b, r / BLOCK * BLOCK, c, BLOCK, fabs), 1e-4) / 448;
}

static double factor_of_all(const struct blocked *b, int r, int c)
{
    (void)r, (void)c;
    return oracle_fp8_amax(b->x, (size_t)b->rows * (size_t)b->cols) / 448;
}

static double factor_of_first_row(const struct blocked *b, int r, int c)
{
    return fmax(largest_of(b, r, c, 1, fabs), 1e-4) / 448;
}

static double factor_power_of_two(const struct blocked *b, int r, int c)
{
    int exponent;
    double half = frexp((double)factor_of(b, r, c), &exponent);
    return ldexp(1, half == 0.5 ? exponent - 1 : exponent);
}

// In order: of rules that explain all factors, the first is named.
static const struct factor_belief FACTOR_BELIEFS[] = {
    {"this is 448 / amax: a block's factor is amax / 448, what values are multiplied by",
     factor_inverse},
    {"this is the amax: divide it by 448", factor_amax},
    {"57344 was used: block scaling stores E4M3 in all tensors", factor_57344},
    {"240 was used for E4M3, which reaches 448: its last binade holds numbers", factor_240},
    {"the sign was not dropped: the largest *magnitude* counts", factor_signed},
    {"the amax was not clamped: below 1e-4 it counts as 1e-4", factor_unclamped},
    {"the rows of a 128 x 128 block share this factor: here each row has its own",
     factor_of_square},
    {"this is the factor of the whole tensor: each block has its own", factor_of_all},
    {"only the first row of the block was looked at", factor_of_first_row},
    {"the factor was rounded up to a power of two, as in the MX formats: here it is any FP32 "
     "number",
     factor_power_of_two},
};

/** Are these all factors that the student made? */
static bool explains_factors(const struct blocked *b, const struct factor_belief *belief)
{
    int across = blocks_of(b->cols);
    for (int i = 0; i < across * blocks_down(b); i++) {
        double wrong = belief->factor(b, i / across, i % across);
        if (!near(b->factors[i], wrong, wrong * 0x1p-22))
            return false;
    }
    return true;
}

/** The likely reason for a wrong factor of block (r, c). */
static void name_factor(const struct blocked *b, int r, int c)
{
    int across = blocks_of(b->cols);
    float got = b->factors[r * across + c];
    for (int i = 0; i < across * blocks_down(b) && i < 64; i++) {
        double other = factor_of(b, i / across, i % across);
        if (i != r * across + c && near(got, other, other * 0x1p-22))
            because("this is the factor of block (%d, %d): a row of blocks has ceil(cols / 128) of "
                    "them",
                    i / across, i % across);
    }
    if (isnan(got))
        because("this block was left out: at the edges blocks are cut off, but they are there");
    for (size_t k = sizeof FACTOR_BELIEFS / sizeof *FACTOR_BELIEFS; k-- > 0;)
        if (explains_factors(b, &FACTOR_BELIEFS[k]))
            because("%s", FACTOR_BELIEFS[k].belief);
}

/** The likely reason for a wrong code of x, given the student's own factor. */
static void name_block_code(uint8_t code, float x, float factor)
{
    if (code == oracle_fp8_code(x, factor, FP8_E4M3, true))
        because("x was multiplied by the factor: it is divided by it");
    else if (code == oracle_fp8_code(x, 1 / factor, FP8_E5M2, true))
        because("the code is E5M2's: block scaling stores E4M3 in all tensors");
    else if (code == truncated_code(x / factor, FP8_E4M3, true))
        because("the quotient was truncated, not rounded to the nearest code");
    else if (code == 0xFF)
        because("this element was left out");
}

/* --- 6.13: the product --- */

/** A product of block-scaled codes. */
struct block_product {
    int m, n, k;
    const uint8_t *a, *b;
    const float *a_factors, *b_factors;
};

/* The tensor core's model drops less than a unit of 2^-13 of the largest term from each of 33
 * terms, and once more from their sum: 34 * 2^-13 for each of the 4 turns in a block. */
static const double TENSOR_CORE_TOLERANCE = 4 * 34 * 0x1p-13;

/** Which factors a wrong product takes, in place of A's and B's. */
struct factor_use {
    const char *belief;
    enum factor_choice { OWN, ONES, INVERSE, FIRST_ALONG_K, FIRST_ROWS } a, b;
    bool whole_blocks; /**< the last block, if it is short, is left out */
};

static const struct factor_use FACTOR_USES[] = {
    {"the factors were left out", ONES, ONES, false},
    {"B's factors were left out", OWN, ONES, false},
    {"A's factors were left out", ONES, OWN, false},
    {"values were divided by the factors: these are inverse scales, so they multiply", INVERSE,
     INVERSE, false},
    {"the factors of the first block along k were used for all of them", FIRST_ALONG_K,
     FIRST_ALONG_K, false},
    {"the factors of A's first block along k were used for all of them", FIRST_ALONG_K, OWN, false},
    {"the factors of B's first block along k were used for all of them", OWN, FIRST_ALONG_K, false},
    {"the factors of B's first 128 rows were used for all rows", OWN, FIRST_ROWS, false},
    {"the last block, shorter than 128, was left out", OWN, OWN, true},
};

enum { MOST_DEEP = 8 };

/** The factors of row `row` of blocks that a choice takes. */
static void choose_factors(float *chosen, const float *factors, int row, int deep,
                           enum factor_choice choice)
{
    const float *own = factors + (choice == FIRST_ROWS ? 0 : row) * deep;
    for (int d = 0; d < deep; d++)
        chosen[d] = choice == ONES            ? 1
                    : choice == INVERSE       ? 1 / own[d]
                    : choice == FIRST_ALONG_K ? own[0]
                                              : own[d];
}

/** y[i][j] by such a product. */
static double product_by(struct block_product p, int i, int j, const struct factor_use *use)
{
    float fa[MOST_DEEP], fb[MOST_DEEP];
    choose_factors(fa, p.a_factors, i, blocks_of(p.k), use->a);
    choose_factors(fb, p.b_factors, j / BLOCK, blocks_of(p.k), use->b);
    int k = use->whole_blocks ? p.k / BLOCK * BLOCK : p.k;
    return oracle_fp8_block_dot(p.a + i * p.k, fa, p.b + j * p.k, fb, k).value;
}

/** Names the wrong use of factors that explains y, wherever one looks. */
static void name_factors(struct block_product p, const float *y)
{
    const int columns[] = {0, p.n / 2, p.n - 1};
    for (size_t w = sizeof FACTOR_USES / sizeof *FACTOR_USES; w-- > 0;) {
        bool all = true;
        for (int at = 0; at < 3 * p.m; at++) {
            int i = at / 3, j = columns[at % 3];
            double value = product_by(p, i, j, &FACTOR_USES[w]);
            all = all && near(y[i * p.n + j], value, TENSOR_CORE_TOLERANCE * value);
        }
        if (all)
            because("%s", FACTOR_USES[w].belief);
    }
}

/** The likely reason for `got` in y. */
static void name_product(struct block_product p, const float *y, float got, double want)
{
    if (bits_from_f32(got) == 0xFFFFFFFF)
        because("this element of y was left out");
    else if (isnan(got))
        because("a factor behind the last one was read: a row has ceil(k / 128) of them");
    else if (want == 0)
        because("all products are 0: the tensor core starts from 0 in each block");
    name_factors(p, y);
}

#endif
