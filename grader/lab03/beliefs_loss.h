/**
 * @file beliefs_loss.h
 * @brief Wrong rules of lab 03 about the cross-entropy of a batch and its gradient.
 *
 * As beliefs_rows.h, for a batch. Included by test_lab03.c alone.
 */
#ifndef LOWP_GRADER_LAB03_BELIEFS_LOSS_H
#define LOWP_GRADER_LAB03_BELIEFS_LOSS_H

#include "grader/lab03/beliefs_rows.h"

/** A batch, and how many of its rows count. */
struct batch {
    const float *logits;
    const int *target;
    size_t rows, cols;
    double counted;
};

// --- 3.10: the loss --------------------------------------------------------------------------

/** A wrong rule for the loss, given the right one. */
struct loss_belief {
    const char *belief;
    double (*answer)(const struct batch *b, double right);
};

static double loss_summed(const struct batch *b, double right)
{
    return right * b->counted;
}

static double loss_over_all_rows(const struct batch *b, double right)
{
    return right * b->counted / (double)b->rows;
}

static double loss_over_elements(const struct batch *b, double right)
{
    return right / (double)b->cols;
}

static double loss_negated(const struct batch *b, double right)
{
    (void)b;
    return -right;
}

static double loss_in_bits(const struct batch *b, double right)
{
    (void)b;
    return right / log(2);
}

/** The mean over the counted rows of what `of_row` says. */
static double mean_of_rows(const struct batch *b, double (*of_row)(const float *x, int t, size_t n))
{
    double sum = 0;
    for (size_t r = 0; r < b->rows; r++)
        if (b->target[r] != IGNORE_INDEX)
            sum += of_row(b->logits + r * b->cols, b->target[r], b->cols);
    return sum / b->counted;
}

static double row_without_max(const float *x, int t, size_t n)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    return r.log_sum - (double)x[t];
}

static double row_log_of_p(const float *x, int t, size_t n)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    return -(double)logf((float)oracle_softmax(&r, x[t]));
}

static double row_rounded_lse(const float *x, int t, size_t n)
{
    return (double)(believed_lse(x, n) - x[t]);
}

static double row_naive(const float *x, int t, size_t n)
{
    float l;
    lse_unshifted(&l, x, n);
    return (double)(l - x[t]);
}

static double loss_without_max(const struct batch *b, double right)
{
    (void)right;
    return mean_of_rows(b, row_without_max);
}

static double loss_log_of_p(const struct batch *b, double right)
{
    (void)right;
    return mean_of_rows(b, row_log_of_p);
}

static double loss_rounded_lse(const struct batch *b, double right)
{
    (void)right;
    return mean_of_rows(b, row_rounded_lse);
}

static double loss_naive(const struct batch *b, double right)
{
    (void)right;
    return mean_of_rows(b, row_naive);
}

static double row_max_from_zero(const float *x, int t, size_t n)
{
    float m = believed_max(x, n, 0);
    return (double)(logf(believed_sum(x, 0, n, m, 0)) - (x[t] - m));
}

static double loss_max_from_zero(const struct batch *b, double right)
{
    (void)right;
    return mean_of_rows(b, row_max_from_zero);
}

/** The loss of a row; of one without a softmax 0. */
static double row_nan_as_zero(const float *x, int t, size_t n)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    double loss = -oracle_log_softmax(&r, x[t]);
    return isnan(loss) ? 0 : loss;
}

static double loss_nan_as_zero(const struct batch *b, double right)
{
    (void)right;
    return mean_of_rows(b, row_nan_as_zero);
}

static double loss_without_nan_rows(const struct batch *b, double right)
{
    (void)right;
    double healthy = 0;
    for (size_t row = 0; row < b->rows; row++) {
        struct oracle_row r = oracle_row(b->logits + row * b->cols, NULL, b->cols);
        healthy += b->target[row] != IGNORE_INDEX && !r.poisoned && r.m != (double)-INFINITY;
    }
    return mean_of_rows(b, row_nan_as_zero) * b->counted / healthy;
}

static double loss_padding_is_class_0(const struct batch *b, double right)
{
    (void)right;
    double sum = 0;
    for (size_t row = 0; row < b->rows; row++) {
        const float *x = b->logits + row * b->cols;
        sum += row_nan_as_zero(x, b->target[row] == IGNORE_INDEX ? 0 : b->target[row], b->cols);
    }
    return sum / (double)b->rows;
}

/** The mean of -log(p + eps). */
static double loss_with_eps(const struct batch *b, double eps)
{
    double sum = 0;
    for (size_t row = 0; row < b->rows; row++) {
        const float *x = b->logits + row * b->cols;
        struct oracle_row r = oracle_row(x, NULL, b->cols);
        if (b->target[row] != IGNORE_INDEX)
            sum -= log(oracle_softmax(&r, x[b->target[row]]) + eps);
    }
    return sum / b->counted;
}

static const struct loss_belief LOSS_BELIEFS[] = {
    {"the losses were summed, not averaged", loss_summed},
    {"the mean was taken over all rows, those left out included", loss_over_all_rows},
    {"the mean was taken over the elements; a row is one example", loss_over_elements},
    {"the sign is wrong: the loss is lse - x[target]", loss_negated},
    {"the loss is in bits; take the natural logarithm", loss_in_bits},
    {"the maximum was not added back: log(S) - (x[target] - m)", loss_without_max},
    {"this is -log(softmax): where the probability underflows it is infinite", loss_log_of_p},
    {"lse was rounded before x[target] was subtracted: use log(S) - (x[target] - m)",
     loss_rounded_lse},
    {"the maximum was not subtracted", loss_naive},
    {"the search for the maximum starts at 0: a row far below 0 has the sum 0, and log(0) = -inf",
     loss_max_from_zero},
    {"a NaN row was left out of the mean: its loss is NaN, and so is the mean", loss_nan_as_zero},
    {"a NaN row was left out of the mean: its loss is NaN, and so is the mean",
     loss_without_nan_rows},
    {"rows with IGNORE_INDEX were counted as rows of class 0", loss_padding_is_class_0},
};
enum { LOSS_BELIEF_COUNT = sizeof LOSS_BELIEFS / sizeof *LOSS_BELIEFS };

// --- 3.10: the gradient ----------------------------------------------------------------------

/** A wrong rule for one gradient: p its probability, `hot` 1 at the target. */
struct gradient_belief {
    const char *belief;
    double (*answer)(const struct batch *b, double p, double hot);
};

static double gradient_without_onehot(const struct batch *b, double p, double hot)
{
    (void)hot;
    return p / b->counted;
}

static double gradient_of_sum(const struct batch *b, double p, double hot)
{
    (void)b;
    return p - hot;
}

static double gradient_of_mean_of_means(const struct batch *b, double p, double hot)
{
    return (p - hot) / b->counted / b->counted;
}

static double gradient_softmax(const struct batch *b, double p, double hot)
{
    (void)b, (void)hot;
    return p;
}

static double gradient_negated(const struct batch *b, double p, double hot)
{
    return (hot - p) / b->counted;
}

static double gradient_over_all_rows(const struct batch *b, double p, double hot)
{
    return (p - hot) / (double)b->rows;
}

static double gradient_over_elements(const struct batch *b, double p, double hot)
{
    return (p - hot) / b->counted / (double)b->cols;
}

static double gradient_onehot_unscaled(const struct batch *b, double p, double hot)
{
    return p / b->counted - hot;
}

static const struct gradient_belief GRADIENT_BELIEFS[] = {
    {"the onehot is missing: subtract 1 at the target", gradient_without_onehot},
    {"1/rows is missing: the loss is a mean, and so is its gradient", gradient_of_sum},
    {"it was divided by the rows twice", gradient_of_mean_of_means},
    {"this is the softmax: the onehot and 1/rows are missing", gradient_softmax},
    {"the sign is wrong: softmax minus onehot", gradient_negated},
    {"the rows left out were counted", gradient_over_all_rows},
    {"it was divided by the number of elements; the loss is a mean over rows",
     gradient_over_elements},
    {"the onehot was subtracted after the division by the rows", gradient_onehot_unscaled},
};
enum { GRADIENT_BELIEF_COUNT = sizeof GRADIENT_BELIEFS / sizeof *GRADIENT_BELIEFS };

#endif
