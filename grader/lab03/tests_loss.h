/**
 * @file tests_loss.h
 * @brief Graded tests of exercise 3.10: cross-entropy and its gradient.
 *
 * A part of test_lab03.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB03_TESTS_LOSS_H
#define LOWP_GRADER_LAB03_TESTS_LOSS_H

#include "grader/lab03/beliefs_loss.h"
#include "grader/lab03/draw.h"

/** What a call answered. The gradients lie in the arena. */
struct answer {
    float loss;
    const float *grad;
};

static struct answer call_cross_entropy(const struct batch *b)
{
    size_t n = b->rows * b->cols;
    float *grad = TAKE(float, n);
    float loss =
        cross_entropy(grad, GIVE(b->logits, n), GIVE(b->target, b->rows), b->rows, b->cols);
    return (struct answer){loss, grad};
}

/** Counts the rows that count. */
static struct batch make_batch(const float *logits, const int *target, size_t rows, size_t cols)
{
    struct batch b = {logits, target, rows, cols, 0};
    for (size_t r = 0; r < rows; r++)
        b.counted += target[r] != IGNORE_INDEX;
    return b;
}

static void judge_loss(const struct batch *b, float got)
{
    double bound, want = oracle_cross_entropy(b->logits, b->target, b->rows, b->cols, &bound);
    double allowed = isnan(bound) ? 0 : bound; // where a NaN is wanted there is no bound
    static bool refuted[LOSS_BELIEF_COUNT];    // a rule that is wrong where the student is right
    bool is_right = right((double)got, want, bound);
    for (size_t k = LOSS_BELIEF_COUNT; k-- > 0;) {
        double wrong = LOSS_BELIEFS[k].answer(b, want);
        bool explains = matches((double)got, wrong, allowed);
        refuted[k] = refuted[k] || (is_right && !explains);
        if (!is_right && explains && !refuted[k] && !right(wrong, want, bound))
            because("%s", LOSS_BELIEFS[k].belief);
    }
    if (is_right)
        return;
    for (int digits = 5; digits <= 16; digits++) {
        double eps = pow(10, -digits);
        if (matches((double)got, loss_with_eps(b, eps), allowed) &&
            !right(loss_with_eps(b, eps), want, bound))
            because("an eps of %.0e was added to the probability: no loss gets above -log(eps) "
                    "then, and log(S) - (x[target] - m) needs none",
                    eps);
    }
    fail("cross_entropy of %zu rows of %zu (%g count), row 0: %s, target %d\n"
         "  returned %.9g, expected %.9g within %.2g",
         b->rows, b->cols, b->counted, show_row(b->logits, b->cols), b->target[0], (double)got,
         want, bound);
}

/** Names the first belief that gives all gradients of one row. */
static void name_gradient_belief(const struct batch *b, const float *grad, size_t row)
{
    const float *x = b->logits + row * b->cols;
    struct oracle_row r = oracle_row(x, NULL, b->cols);
    for (size_t k = GRADIENT_BELIEF_COUNT; k-- > 0;) {
        bool all = true, differs = false;
        for (size_t j = 0; j < b->cols; j++) {
            double hot = (int)j == b->target[row], p = oracle_softmax(&r, x[j]), bound;
            double want = oracle_gradient(&r, x[j], hot != 0, b->counted, &bound);
            double wrong = GRADIENT_BELIEFS[k].answer(b, p, hot);
            all = all && matches((double)grad[row * b->cols + j], wrong, bound);
            differs = differs || !right(wrong, want, bound);
        }
        if (all && differs)
            because("%s", GRADIENT_BELIEFS[k].belief);
    }
}

static void judge_gradient(const struct batch *b, const float *grad)
{
    for (size_t row = 0; row < b->rows; row++) {
        const float *x = b->logits + row * b->cols, *got = grad + row * b->cols;
        struct oracle_row r = oracle_row(x, NULL, b->cols);
        for (size_t j = 0; j < b->cols; j++) {
            double bound = 0, want = 0;
            if (b->target[row] != IGNORE_INDEX)
                want = oracle_gradient(&r, x[j], (int)j == b->target[row], b->counted, &bound);
            if (right((double)got[j], want, bound))
                continue;
            if (b->target[row] == IGNORE_INDEX)
                because("a row that is left out has gradient 0; write the zeros");
            else if (isnan(want))
                because("a NaN row got numbers for gradients: NaN is what shows the mistake "
                        "upstream");
            else
                name_gradient_belief(b, grad, row);
            fail("cross_entropy: row %zu of %zu (%g count): %s, target %d\n"
                 "  grad[%zu][%zu] is %.9g, expected %.9g within %.2g",
                 row, b->rows, b->counted, show_row(x, b->cols), b->target[row], row, j,
                 (double)got[j], want, bound);
        }
    }
}

/** Draws logits and targets. @return the batch; its arrays are overwritten by the next draw */
static struct batch draw_batch(size_t rows, size_t cols, double center, uint64_t which)
{
    static float logits[4096];
    static int target[256];
    draw_row(logits, rows * cols, center, 2, which);
    for (size_t r = 0; r < rows; r++)
        target[r] = (int)(test_u64(70000 + 1000 * which + r) % cols);
    return make_batch(logits, target, rows, cols);
}

/** A batch whose second row of three has no softmax: all of its elements are the same infinity, or
 *  all but the target's are NaN. */
static struct batch draw_bad_row(float special)
{
    struct batch b = draw_batch(3, 4, 0, 40);
    static float logits[3 * 4];
    memcpy(logits, b.logits, sizeof logits);
    for (size_t j = 0; j < 4; j++)
        if (isinf(special) || (int)j != b.target[1])
            logits[4 + j] = special;
    return make_batch(logits, b.target, 3, 4);
}

static const float SPECIALS[] = {NAN, INFINITY, -INFINITY};
enum { SPECIAL_COUNT = sizeof SPECIALS / sizeof *SPECIALS };

static const size_t SHAPES[][2] = {{1, 1}, {1, 5}, {2, 3}, {7, 10}, {64, 27}};
enum { SHAPE_COUNT = sizeof SHAPES / sizeof *SHAPES };

GRADED(loss_is_the_mean, .points = 3, .idea = "the mean over the rows of lse(row) - row[target]")
{
    for (size_t k = 0; k < SHAPE_COUNT; k++) {
        struct batch b = draw_batch(SHAPES[k][0], SHAPES[k][1], 3, k);
        judge_loss(&b, call_cross_entropy(&b).loss);
        arena_reset();
    }
    for (size_t k = 0; k < SPECIAL_COUNT; k++) {
        struct batch b = draw_bad_row(SPECIALS[k]);
        judge_loss(&b, call_cross_entropy(&b).loss);
        arena_reset();
    }
}

GRADED(gradient_per_row, .points = 4,
       .idea = "each row's gradient is (softmax - onehot) over the number of rows")
{
    for (size_t k = 0; k < SHAPE_COUNT; k++) {
        struct batch b = draw_batch(SHAPES[k][0], SHAPES[k][1], 3, k);
        judge_gradient(&b, call_cross_entropy(&b).grad);
        arena_reset();
    }
    for (size_t k = 0; k < SPECIAL_COUNT; k++) {
        struct batch b = draw_bad_row(SPECIALS[k]);
        judge_gradient(&b, call_cross_entropy(&b).grad);
        arena_reset();
    }
}

/** Judges a batch of a single row, of which sum and mean are the same: means are not the subject. */
static void judge_one_row(const float *x, int target, size_t cols)
{
    struct batch b = make_batch(x, &target, 1, cols);
    struct answer got = call_cross_entropy(&b);
    judge_loss(&b, got.loss);
    judge_gradient(&b, got.grad);
    arena_reset();
}

GRADED(loss_huge_logits, .points = 2,
       .idea = "log(S) - (x[target] - m): right at +-1e4, and for probabilities that underflow")
{
    const double centers[] = {1e4, -2e4};
    for (size_t k = 0; k < 6; k++) {
        struct batch b = draw_batch(1, 8, centers[k % 2], 20 + k);
        judge_one_row(b.logits, b.target[0], 8);
    }
    judge_one_row((const float[]){100, 50, 200}, 1, 3);
    judge_one_row((const float[]){-1000, 0, -2000}, 2, 3);
    judge_one_row((const float[]){-INFINITY, 2, 1}, 2, 3);
    judge_one_row((const float[]){INFINITY, 2, 1}, 2, 3);
}

GRADED(ignored_rows, .points = 3,
       .idea = "a row with IGNORE_INDEX has no loss, no gradient and no part in the mean")
{
    enum { ROWS = 9, COLS = 5 };
    int target[ROWS];
    struct batch b = draw_batch(ROWS, COLS, 0, 30);
    for (size_t r = 0; r < ROWS; r++)
        target[r] = r % 3 == 1 ? IGNORE_INDEX : b.target[r];
    b = make_batch(b.logits, target, ROWS, COLS);
    struct answer got = call_cross_entropy(&b);
    judge_loss(&b, got.loss);
    judge_gradient(&b, got.grad);

    for (size_t r = 0; r < ROWS; r++)
        target[r] = IGNORE_INDEX;
    b = make_batch(b.logits, target, ROWS, COLS);
    got = call_cross_entropy(&b);
    if (!isnan(got.loss))
        fail("cross_entropy with no row that counts returned %.9g; the mean of nothing, 0/0, is "
             "NaN",
             (double)got.loss);
    judge_gradient(&b, got.grad);
}

#endif
