/**
 * @file tests_linear.h
 * @brief Graded tests of exercises 6.14 to 6.16: a linear layer in the HYBRID recipe.
 *
 * A part of test_lab06.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB06_TESTS_LINEAR_H
#define LOWP_GRADER_LAB06_TESTS_LINEAR_H

#include "grader/lab06/golden.h"

#include "grader/lab06/beliefs_update.h"
#include "grader/lab06/draw.h"

enum { LINEAR_ROWS = 6, LINEAR_IN = 11, LINEAR_OUT = 4, LINEAR_LENGTH = 3 };

/** The three tensors of a layer and which of its metas is theirs. */
enum { LINEAR_X, LINEAR_W, LINEAR_DY, LINEAR_TENSORS };
static const char *const TENSOR_NAMES[] = {"x", "w", "dy"};
static const enum fp8_kind TENSOR_KINDS[] = {FP8_E4M3, FP8_E4M3, FP8_E5M2};

/** A layer in the arena, and the tensors of one step. */
struct linear {
    struct fp8_linear *layer;
    float *history[LINEAR_TENSORS];
    uint8_t *codes[LINEAR_TENSORS];
    float x[LINEAR_ROWS * LINEAR_IN], w[LINEAR_IN * LINEAR_OUT], dy[LINEAR_ROWS * LINEAR_OUT];
    float scale[LINEAR_TENSORS]; /* what the layer's scales were set to */
};

static struct fp8_meta *meta_of(const struct linear *l, int tensor)
{
    struct fp8_meta *metas[] = {&l->layer->x, &l->layer->w, &l->layer->dy};
    return metas[tensor];
}

static const float *tensor_of(const struct linear *l, int tensor, size_t *n)
{
    const float *tensors[] = {l->x, l->w, l->dy};
    const size_t sizes[] = {LINEAR_ROWS * LINEAR_IN, LINEAR_IN * LINEAR_OUT,
                            LINEAR_ROWS * LINEAR_OUT};
    *n = sizes[tensor];
    return tensors[tensor];
}

/** Draws tensors of three different sizes, all times 2^shift. */
static void draw_tensors(struct linear *l, uint64_t salt, int shift)
{
    for (uint64_t i = 0; i < LINEAR_ROWS * LINEAR_IN; i++)
        l->x[i] = draw_number(1000 * salt + i, shift - 4, shift + 3);
    for (uint64_t i = 0; i < LINEAR_IN * LINEAR_OUT; i++)
        l->w[i] = draw_number(1000 * salt + 300 + i, shift - 8, shift - 2);
    for (uint64_t i = 0; i < LINEAR_ROWS * LINEAR_OUT; i++)
        l->dy[i] = draw_number(1000 * salt + 600 + i, shift - 24, shift - 17);
}

/** Where the histories begin: with entries below all amaxes that come, and no two alike, so that it
 *  shows which of them a wrong rule took. */
static const float LINEAR_HISTORY[LINEAR_LENGTH] = {0, 0x1p-40f, 0x1p-41f};

/** Builds a layer with these scales in the arena, and codes that a forward pass would leave. */
static void make_linear(struct linear *l, const float *scale)
{
    const size_t sizes[] = {LINEAR_ROWS * LINEAR_IN, LINEAR_IN * LINEAR_OUT,
                            LINEAR_ROWS * LINEAR_OUT};
    uint8_t codes[LINEAR_ROWS * LINEAR_IN];
    float history[LINEAR_LENGTH];
    memcpy(history, LINEAR_HISTORY, sizeof history);
    memcpy(l->scale, scale, sizeof l->scale);
    for (int t = 0; t < LINEAR_TENSORS; t++) {
        size_t n;
        const float *x = tensor_of(l, t, &n);
        for (size_t i = 0; i < n; i++)
            codes[i] = t == LINEAR_DY ? 0xFF : oracle_fp8_code(x[i], scale[t], FP8_E4M3, true);
        l->history[t] = INOUT(history, LINEAR_LENGTH);
        l->codes[t] = INOUT(codes, sizes[t]);
    }
    struct fp8_linear layer = {
        .rows = LINEAR_ROWS,
        .in = LINEAR_IN,
        .out = LINEAR_OUT,
        .x = {scale[LINEAR_X], l->history[LINEAR_X], LINEAR_LENGTH},
        .w = {scale[LINEAR_W], l->history[LINEAR_W], LINEAR_LENGTH},
        .dy = {scale[LINEAR_DY], l->history[LINEAR_DY], LINEAR_LENGTH},
        .x_codes = l->codes[LINEAR_X],
        .w_codes = l->codes[LINEAR_W],
        .dy_codes = l->codes[LINEAR_DY],
    };
    l->layer = INOUT(&layer, 1);
}

// --- what the products should be, and what they are believed to be ---

/** How the operands of a product are quantized. */
struct belief_of_product {
    const char *belief;
    bool exact;                      /**< not at all */
    bool current;                    /**< with a scale made of the tensor itself */
    bool multiply;                   /**< meant by the code times the scale */
    bool unscaled;                   /**< the scales are not taken out */
    bool divided;                    /**< the codes are those of x / scale */
    bool truncated;                  /**< the codes are cut off, not rounded */
    enum fp8_kind forward, backward; /**< formats of x and w, of dy */
};

static const struct belief_of_product RIGHT = {.forward = FP8_E4M3, .backward = FP8_E5M2};

static const struct belief_of_product PRODUCT_BELIEFS[] = {
    {"the operands were not quantized: the product is to see what their codes mean", .exact = true},
    {"the scale was made and used in the same step (current scaling)", .current = true,
     .forward = FP8_E4M3, .backward = FP8_E5M2},
    {"the scales were multiplied in once more instead of being taken out", .multiply = true,
     .forward = FP8_E4M3, .backward = FP8_E5M2},
    {"the scales were not taken out of the result", .unscaled = true, .forward = FP8_E4M3,
     .backward = FP8_E5M2},
    {"E5M2 was used forward: HYBRID stores x and w in E4M3", .forward = FP8_E5M2,
     .backward = FP8_E5M2},
    {"E4M3 was used for the gradient: HYBRID stores dy in E5M2", .forward = FP8_E4M3,
     .backward = FP8_E4M3},
    {"an operand was divided by the scale: a quantizer multiplies, the dequantizer divides",
     .divided = true, .forward = FP8_E4M3, .backward = FP8_E5M2},
    {"the operands were truncated, not rounded to the nearest code", .truncated = true,
     .forward = FP8_E4M3, .backward = FP8_E5M2},
};

/** The products of a layer. */
enum { PRODUCT_Y, PRODUCT_DX, PRODUCT_DW };
static const char *const PRODUCT_NAMES[] = {"y", "dx", "dw"};

/** What element i of a tensor means to a product. The codes of x and w come from the test where the
 *  product is a backward one: beliefs about making codes are then about dy alone. */
static double meant(const struct linear *l, int product, int tensor, size_t i,
                    const struct belief_of_product *b)
{
    size_t n;
    const float *x = tensor_of(l, tensor, &n);
    bool made = product == PRODUCT_Y || tensor == LINEAR_DY;
    if (b->exact)
        return x[i];
    enum fp8_kind kind = tensor == LINEAR_DY ? b->backward : b->forward;
    float scale = l->scale[tensor];
    if (b->current && made)
        scale = oracle_fp8_scale(oracle_fp8_amax(x, n), 1, kind, 0);
    float scaled = b->divided && made ? x[i] / scale : x[i] * scale;
    uint8_t code = b->truncated && made ? truncated_code(scaled, kind, true)
                                        : oracle_fp8_code(scaled, 1, kind, true);
    double value = oracle_fp8_value(code, kind);
    return b->unscaled ? value : b->multiply ? value * (double)scale : value / (double)scale;
}

/** Rows, columns and length of the sums of a product. */
static void shape_of_product(int product, size_t *rows, size_t *cols, size_t *inner)
{
    const size_t shapes[][3] = {{LINEAR_ROWS, LINEAR_OUT, LINEAR_IN},
                                {LINEAR_ROWS, LINEAR_IN, LINEAR_OUT},
                                {LINEAR_IN, LINEAR_OUT, LINEAR_ROWS}};
    *rows = shapes[product][0];
    *cols = shapes[product][1];
    *inner = shapes[product][2];
}

/** Element (r, c) of a product, and the sum of its terms' magnitudes. */
static struct oracle_sum product_of(const struct linear *l, int product, size_t r, size_t c,
                                    const struct belief_of_product *b)
{
    struct oracle_sum sum = {0, 0};
    size_t rows, cols, inner;
    shape_of_product(product, &rows, &cols, &inner);
    for (size_t k = 0; k < inner; k++) {
        double left, right;
        if (product == PRODUCT_Y) {
            left = meant(l, product, LINEAR_X, r * LINEAR_IN + k, b);
            right = meant(l, product, LINEAR_W, k * LINEAR_OUT + c, b);
        } else if (product == PRODUCT_DX) {
            left = meant(l, product, LINEAR_DY, r * LINEAR_OUT + k, b);
            right = meant(l, product, LINEAR_W, c * LINEAR_OUT + k, b);
        } else {
            left = meant(l, product, LINEAR_X, k * LINEAR_IN + r, b);
            right = meant(l, product, LINEAR_DY, k * LINEAR_OUT + c, b);
        }
        sum.value += left * right;
        sum.scale += fabs(left * right);
    }
    return sum;
}

/* At most 11 products and sums in FP32, of operands that carry two roundings each (1/scale and the
 * product with it), and two more where the scales are taken out at the end: under 32 roundings of
 * 2^-24, of the terms' magnitudes. */
static const double PRODUCT_TOLERANCE = 32 * 0x1p-24;

/** Does every element of `got` follow from this belief? */
static bool follows(const struct linear *l, int product, const float *got,
                    const struct belief_of_product *b)
{
    size_t rows, cols, inner;
    shape_of_product(product, &rows, &cols, &inner);
    for (size_t i = 0; i < rows * cols; i++) {
        struct oracle_sum want = product_of(l, product, i / cols, i % cols, b);
        if (!near(got[i], want.value, PRODUCT_TOLERANCE * want.scale))
            return false;
    }
    return true;
}

static void check_product(const struct linear *l, const char *function, int product,
                          const float *got)
{
    size_t rows, cols, inner;
    shape_of_product(product, &rows, &cols, &inner);
    for (size_t i = 0; i < rows * cols; i++) {
        struct oracle_sum want = product_of(l, product, i / cols, i % cols, &RIGHT);
        if (near(got[i], want.value, PRODUCT_TOLERANCE * want.scale))
            continue;
        for (size_t b = sizeof PRODUCT_BELIEFS / sizeof *PRODUCT_BELIEFS; b-- > 0;)
            if (follows(l, product, got, &PRODUCT_BELIEFS[b]))
                because("%s", PRODUCT_BELIEFS[b].belief);
        if (near(got[i] * (float)inner, want.value, 2 * PRODUCT_TOLERANCE * want.scale))
            because("the sum was divided by its %zu terms: a product of matrices is no mean",
                    inner);
        fail("%s: %s[%zu][%zu] = %.9g, expected %.9g", function, PRODUCT_NAMES[product], i / cols,
             i % cols, (double)got[i], want.value);
    }
}

static const float LINEAR_SCALES[][LINEAR_TENSORS] = {{40, 1500, 3e8f}, {3, 70, 0x1p26f}};

GRADED(linear_forward, .points = 4,
       .idea = "y = x w of operands rounded to E4M3 with the scales that are there")
{
    for (uint64_t s = 0; s < 2; s++) {
        static struct linear l;
        draw_tensors(&l, s, 0);
        make_linear(&l, LINEAR_SCALES[s]);
        memset(l.codes[LINEAR_X], 0xFF, LINEAR_ROWS * LINEAR_IN);
        memset(l.codes[LINEAR_W], 0xFF, LINEAR_IN * LINEAR_OUT);
        float *y = TAKE(float, LINEAR_ROWS *LINEAR_OUT);
        fp8_linear_forward(l.layer, y, GIVE(l.x, LINEAR_ROWS * LINEAR_IN),
                           GIVE(l.w, LINEAR_IN * LINEAR_OUT));
        check_product(&l, "fp8_linear_forward", PRODUCT_Y, y);
        arena_reset();
    }
}

GRADED(linear_backward, .points = 4,
       .idea = "dx = dy w^T and dw = x^T dy, with dy in E5M2 and the codes of the forward pass")
{
    for (uint64_t s = 0; s < 2; s++) {
        static struct linear l;
        draw_tensors(&l, s, 0);
        make_linear(&l, LINEAR_SCALES[s]);
        float *dx = TAKE(float, LINEAR_ROWS *LINEAR_IN), *dw = TAKE(float, LINEAR_IN *LINEAR_OUT);
        fp8_linear_backward(l.layer, dx, dw, GIVE(l.dy, LINEAR_ROWS * LINEAR_OUT));
        check_product(&l, "fp8_linear_backward", PRODUCT_DX, dx);
        check_product(&l, "fp8_linear_backward", PRODUCT_DW, dw);
        arena_reset();
    }
}

// --- the state over several steps ---

/** The likely reason for a wrong running slot of tensor t within a step. */
static void name_slot_0(const struct linear *l, int t, float scale)
{
    size_t n;
    const float *x = tensor_of(l, t, &n);
    float got = l->history[t][0];
    if (got == 0)
        because("the amax of %s was not recorded", TENSOR_NAMES[t]);
    else if (same(got, oracle_fp8_amax(x, n) * scale))
        because("this is the amax of the scaled tensor: the amax is of %s itself", TENSOR_NAMES[t]);
    else if (same(got, amax_minus_infinity_lost(&(struct tensor){x, n})))
        because("the sign was not dropped: the largest *magnitude* counts");
}

/** Fails if a scale or a history is not what it should be at this point of the step. Behind the
 *  update `before` says what that had to go by; it is NULL within the step. */
static void check_state(const struct linear *l, const char *when, uint64_t step,
                        const struct fp8_meta *want, const struct update_case *before)
{
    for (int t = 0; t < LINEAR_TENSORS; t++) {
        float scale = meta_of(l, t)->scale;
        if (scale != want[t].scale) {
            if (before)
                name_update(scale, &before[t]);
            else
                because("the scale changed within the step: it is made at the end of a step, for "
                        "the next one");
            fail("after %s of step %d the scale of %s is %.9g, expected %.9g", when, (int)step + 1,
                 TENSOR_NAMES[t], (double)scale, (double)want[t].scale);
        }
        for (size_t i = 0; i < LINEAR_LENGTH; i++) {
            if (l->history[t][i] == want[t].amax_history[i])
                continue;
            if (before)
                name_roll(l->history[t], before[t].before.amax_history, LINEAR_LENGTH);
            else if (i == 0)
                name_slot_0(l, t, scale);
            fail("after %s of step %d slot %zu of %s's history is %.9g, expected %.9g", when,
                 (int)step + 1, i, TENSOR_NAMES[t], (double)l->history[t][i],
                 (double)want[t].amax_history[i]);
        }
    }
}

/** One step of the layer, with the state checked after each of its three parts. */
static void step_linear(struct linear *l, uint64_t step, struct fp8_meta *want,
                        struct fp8_recipe recipe)
{
    float *y = TAKE(float, LINEAR_ROWS *LINEAR_OUT);
    float *dx = TAKE(float, LINEAR_ROWS *LINEAR_IN), *dw = TAKE(float, LINEAR_IN *LINEAR_OUT);
    fp8_linear_forward(l->layer, y, GIVE(l->x, LINEAR_ROWS * LINEAR_IN),
                       GIVE(l->w, LINEAR_IN * LINEAR_OUT));
    for (int t = 0; t < LINEAR_TENSORS; t++) {
        size_t n;
        const float *x = tensor_of(l, t, &n);
        if (t == LINEAR_DY) {
            check_state(l, "the forward pass", step, want, NULL);
            fp8_linear_backward(l->layer, dx, dw, GIVE(l->dy, LINEAR_ROWS * LINEAR_OUT));
        }
        want[t].amax_history[0] = oracle_fp8_amax(x, n);
    }
    check_state(l, "the backward pass", step, want, NULL);
    fp8_linear_update(l->layer, recipe);
    struct update_case before[LINEAR_TENSORS];
    float histories[LINEAR_TENSORS][LINEAR_LENGTH];
    for (int t = 0; t < LINEAR_TENSORS; t++) {
        memcpy(histories[t], want[t].amax_history, sizeof histories[t]);
        before[t] = (struct update_case){
            {want[t].scale, histories[t], LINEAR_LENGTH}, TENSOR_KINDS[t], recipe};
        oracle_fp8_update(&want[t], TENSOR_KINDS[t], recipe);
    }
    check_state(l, "the update", step, want, before);
}

GRADED(linear_state_over_steps, .points = 4,
       .idea = "amaxes are recorded in the passes; scales change at the end, each for its format")
{
    enum { STEPS = 5 };
    const struct fp8_recipe recipes[] = {{FP8_MAX, 0}, {FP8_MOST_RECENT, 1}};
    for (size_t r = 0; r < 2; r++) {
        static struct linear l;
        float histories[LINEAR_TENSORS][LINEAR_LENGTH];
        const float ones[LINEAR_TENSORS] = {1, 1, 1};
        struct fp8_meta want[LINEAR_TENSORS];
        for (int t = 0; t < LINEAR_TENSORS; t++) {
            memcpy(histories[t], LINEAR_HISTORY, sizeof LINEAR_HISTORY);
            want[t] = (struct fp8_meta){1, histories[t], LINEAR_LENGTH};
        }
        draw_tensors(&l, 50 * r, 0);
        make_linear(&l, ones);
        for (uint64_t step = 0; step < STEPS; step++) {
            // Under max the tensors grow: how an older entry counts is history_max_covers_all's
            // subject. Under most_recent they shrink, so that max would be something else.
            draw_tensors(&l, 50 * r + 7 * step, (r ? -3 : 3) * (int)step);
            step_linear(&l, step, want, recipes[r]);
        }
        arena_reset();
    }
}

#endif
