/**
 * @file lab06.c
 * @brief Lab 06, FP8 with delayed scaling: eight bits, and the scale that makes them enough.
 *
 * The contract of every function is in lab06.h, the assignment in README.md beside it. You
 * edit this file and lab06.cu, the kernels. Build and grade: make lab06 && make grade
 */
#include "lab06.h"

#include "common/cast.h"
#include "common/todo.h"

#include <float.h>
#include <math.h>

// --------------------------------------------------------------------------------------------
// Quantize, dequantize
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
/** The code of a value. */
static uint8_t encode(float x, enum fp8_kind kind, bool saturate)
{
    return kind == FP8_E4M3 ? e4m3_from_f32_rne(x, saturate) : e5m2_from_f32_rne(x, saturate);
}

/** The value of a code. */
static float decode(uint8_t code, enum fp8_kind kind)
{
    return kind == FP8_E4M3 ? f32_from_e4m3(code) : f32_from_e5m2(code);
}

// END SOLUTION
// TODO(lab06.1, about 1 line): the value of the largest finite code.
float fp8_max(enum fp8_kind kind)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab06.1");
    return decode(kind == FP8_E4M3 ? 0x7E : 0x7B, kind);
    // END SOLUTION
}

// TODO(lab06.2, about 3 lines): scale, then cast. cast.h has a cast for each format.
void fp8_quantize(uint8_t *codes, const float *x, size_t n, float scale, enum fp8_kind kind,
                  bool saturate)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.2");
    for (size_t i = 0; i < n; i++)
        codes[i] = encode(x[i] * scale, kind, saturate);
    // END SOLUTION
}

// TODO(lab06.3, about 3 lines): the value of the code, with the scale taken out again.
void fp8_dequantize(float *x, const uint8_t *codes, size_t n, float scale, enum fp8_kind kind)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.3");
    for (size_t i = 0; i < n; i++)
        x[i] = decode(codes[i], kind) / scale;
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Delayed scaling
// --------------------------------------------------------------------------------------------

// TODO(lab06.4, about 4 lines): fold with fmaxf() and fabsf(); what does fmaxf() do with a NaN?
float fp8_amax(const float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab06.4");
    float amax = 0;
    for (size_t i = 0; i < n; i++)
        amax = fmaxf(amax, fabsf(x[i])); // of a number and a NaN, fmaxf gives the number
    return amax;
    // END SOLUTION
}

// TODO(lab06.5, about 5 lines): all one slot down, the running amax to the end, 0 in its place.
void fp8_roll(float *history, size_t length)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.5");
    for (size_t i = 1; i < length; i++)
        history[i] = i + 1 < length ? history[i + 1] : history[0];
    history[0] = 0; // last: until here it is the running amax
    // END SOLUTION
}

// TODO(lab06.6, about 4 lines): all entries, or the running one. The history has not rolled yet.
float fp8_history_amax(const float *history, size_t length, enum fp8_algorithm algorithm)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab06.6");
    return algorithm == FP8_MAX ? fp8_amax(history, length) : history[0];
    // END SOLUTION
}

// TODO(lab06.7, about 5 lines): the case table in lab06.h, from top to bottom.
float fp8_delayed_scale(float amax, float old_scale, enum fp8_kind kind, int margin)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab06.7");
    if (!(amax > 0) || isinf(amax)) // a NaN is not above 0 either
        return old_scale;
    float scale = ldexpf(fp8_max(kind), -margin) / amax;
    return isinf(scale) ? FLT_MAX : scale;
    // END SOLUTION
}

// TODO(lab06.8, about 3 lines): amax, scale, roll; in which order?
void fp8_delayed_update(struct fp8_meta *meta, enum fp8_kind kind, struct fp8_recipe recipe)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.8");
    float amax = fp8_history_amax(meta->amax_history, meta->length, recipe.algorithm);
    meta->scale = fp8_delayed_scale(amax, meta->scale, kind, recipe.margin);
    fp8_roll(meta->amax_history, meta->length);
    // END SOLUTION
}

// TODO(lab06.9, about 2 lines): quantize with the scale that is there; keep the larger amax.
void fp8_quantize_delayed(uint8_t *codes, const float *x, size_t n, struct fp8_meta *meta,
                          enum fp8_kind kind)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.9");
    fp8_quantize(codes, x, n, meta->scale, kind, true);
    meta->amax_history[0] = fmaxf(meta->amax_history[0], fp8_amax(x, n));
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Current and block scaling
// --------------------------------------------------------------------------------------------

// TODO(lab06.10, about 1 line): like 6.7 with nothing to keep: what is the old scale here?
float fp8_current_scale(float amax, enum fp8_kind kind)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab06.10");
    return fp8_delayed_scale(amax, 1.0f, kind, 0);
    // END SOLUTION
}

// BEGIN SOLUTION
/** How many blocks cover n elements. */
static int blocks(int n)
{
    return (n + FP8_BLOCK - 1) / FP8_BLOCK;
}

static int at_most(int n, int limit)
{
    return n < limit ? n : limit;
}

/** Quantizes one block of height x width elements in rows of `cols`. Returns its factor. */
static float quantize_block(uint8_t *codes, const float *x, int height, int width, size_t cols)
{
    float amax = FP8_BLOCK_AMAX_MIN;
    for (int r = 0; r < height; r++)
        amax = fmaxf(amax, fp8_amax(x + (size_t)r * cols, (size_t)width));
    float factor = amax / fp8_max(FP8_E4M3);
    for (int r = 0; r < height; r++)
        for (int c = 0; c < width; c++) {
            size_t i = (size_t)r * cols + (size_t)c;
            codes[i] = e4m3_from_f32_rne(x[i] / factor, true);
        }
    return factor;
}

/** Quantizes a matrix in blocks of at most height x 128 elements. */
static void quantize_blocks(uint8_t *codes, float *factors, const float *x, int rows, int cols,
                            int height)
{
    for (int r = 0; r < rows; r += height) {
        for (int c = 0; c < cols; c += FP8_BLOCK) {
            size_t first = (size_t)r * (size_t)cols + (size_t)c;
            *factors++ = quantize_block(codes + first, x + first, at_most(rows - r, height),
                                        at_most(cols - c, FP8_BLOCK), (size_t)cols);
        }
    }
}

// END SOLUTION
// TODO(lab06.11, about 12 lines): one factor for each 128 elements of a row, fewer at its end.
void fp8_quantize_rows(uint8_t *codes, float *factors, const float *x, int rows, int cols)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.11");
    quantize_blocks(codes, factors, x, rows, cols, 1);
    // END SOLUTION
}

// TODO(lab06.12, about 15 lines): one factor for each 128 x 128 elements, fewer at the edges.
void fp8_quantize_squares(uint8_t *codes, float *factors, const float *x, int rows, int cols)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.12");
    quantize_blocks(codes, factors, x, rows, cols, FP8_BLOCK);
    // END SOLUTION
}

// TODO(lab06.13, about 10 lines): the tensor core for 128 products, then FP32: scale and add.
void fp8_block_gemm(float *y, const uint8_t *a, const float *a_factors, const uint8_t *b,
                    const float *b_factors, int m, int n, int k)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.13");
    size_t depth = (size_t)blocks(k);
    for (size_t i = 0; i < (size_t)m; i++) {
        for (size_t j = 0; j < (size_t)n; j++) {
            const uint8_t *row_a = a + i * (size_t)k, *row_b = b + j * (size_t)k;
            float sum = 0;
            for (size_t block = 0; block < depth; block++) {
                int from = (int)block * FP8_BLOCK;
                float partial =
                    fp8_tensor_core(0, row_a + from, row_b + from, at_most(k - from, FP8_BLOCK));
                sum += partial * a_factors[i * depth + block] *
                       b_factors[j / FP8_BLOCK * depth + block];
            }
            y[i * (size_t)n + j] = sum;
        }
    }
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// A linear layer
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
/** A matrix of codes as a product reads it: element (r, c) lies at r * down + c * right. */
struct operand {
    const uint8_t *codes;
    size_t down, right;
    float scale;
    enum fp8_kind kind;
};

/** out (rows, cols) = a (rows, inner) b (inner, cols). */
static void multiply(float *out, struct operand a, struct operand b, int rows, int inner, int cols)
{
    double unscale = 1 / ((double)a.scale * (double)b.scale);
    for (size_t r = 0; r < (size_t)rows; r++) {
        for (size_t c = 0; c < (size_t)cols; c++) {
            double sum = 0;
            for (size_t k = 0; k < (size_t)inner; k++)
                sum += (double)decode(a.codes[r * a.down + k * a.right], a.kind) *
                       (double)decode(b.codes[k * b.down + c * b.right], b.kind);
            out[r * (size_t)cols + c] = (float)(sum * unscale);
        }
    }
}

// END SOLUTION
// TODO(lab06.14, about 10 lines): quantize both operands, multiply what their codes mean.
void fp8_linear_forward(struct fp8_linear *layer, float *y, const float *x, const float *w)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.14");
    size_t rows = (size_t)layer->rows, in = (size_t)layer->in, out = (size_t)layer->out;
    fp8_quantize_delayed(layer->x_codes, x, rows * in, &layer->x, FP8_E4M3);
    fp8_quantize_delayed(layer->w_codes, w, in * out, &layer->w, FP8_E4M3);
    struct operand left = {layer->x_codes, in, 1, layer->x.scale, FP8_E4M3};
    struct operand right = {layer->w_codes, out, 1, layer->w.scale, FP8_E4M3};
    multiply(y, left, right, layer->rows, layer->in, layer->out);
    // END SOLUTION
}

// TODO(lab06.15, about 14 lines): quantize dy to E5M2; two products with the layer's codes.
void fp8_linear_backward(struct fp8_linear *layer, float *dx, float *dw, const float *dy)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.15");
    size_t rows = (size_t)layer->rows, in = (size_t)layer->in, out = (size_t)layer->out;
    fp8_quantize_delayed(layer->dy_codes, dy, rows * out, &layer->dy, FP8_E5M2);
    struct operand gradient = {layer->dy_codes, out, 1, layer->dy.scale, FP8_E5M2};
    struct operand w_transposed = {layer->w_codes, 1, out, layer->w.scale, FP8_E4M3};
    struct operand x_transposed = {layer->x_codes, 1, in, layer->x.scale, FP8_E4M3};
    multiply(dx, gradient, w_transposed, layer->rows, layer->out, layer->in);
    multiply(dw, x_transposed, gradient, layer->in, layer->rows, layer->out);
    // END SOLUTION
}

// TODO(lab06.16, about 3 lines): three tensors, two formats.
void fp8_linear_update(struct fp8_linear *layer, struct fp8_recipe recipe)
{
    // BEGIN SOLUTION
    // STUB: todo("lab06.16");
    fp8_delayed_update(&layer->x, FP8_E4M3, recipe);
    fp8_delayed_update(&layer->w, FP8_E4M3, recipe);
    fp8_delayed_update(&layer->dy, FP8_E5M2, recipe);
    // END SOLUTION
}
