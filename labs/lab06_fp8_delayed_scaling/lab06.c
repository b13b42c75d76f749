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

// TODO(lab06.1, about 1 line): the value of the largest finite code.
float fp8_max(enum fp8_kind kind)
{
    return todo_f32("lab06.1");
}

// TODO(lab06.2, about 3 lines): scale, then cast. cast.h has a cast for each format.
void fp8_quantize(uint8_t *codes, const float *x, size_t n, float scale, enum fp8_kind kind,
                  bool saturate)
{
    todo("lab06.2");
}

// TODO(lab06.3, about 3 lines): the value of the code, with the scale taken out again.
void fp8_dequantize(float *x, const uint8_t *codes, size_t n, float scale, enum fp8_kind kind)
{
    todo("lab06.3");
}

// --------------------------------------------------------------------------------------------
// Delayed scaling
// --------------------------------------------------------------------------------------------

// TODO(lab06.4, about 4 lines): fold with fmaxf() and fabsf(); what does fmaxf() do with a NaN?
float fp8_amax(const float *x, size_t n)
{
    return todo_f32("lab06.4");
}

// TODO(lab06.5, about 5 lines): all one slot down, the running amax to the end, 0 in its place.
void fp8_roll(float *history, size_t length)
{
    todo("lab06.5");
}

// TODO(lab06.6, about 4 lines): all entries, or the running one. The history has not rolled yet.
float fp8_history_amax(const float *history, size_t length, enum fp8_algorithm algorithm)
{
    return todo_f32("lab06.6");
}

// TODO(lab06.7, about 5 lines): the case table in lab06.h, from top to bottom.
float fp8_delayed_scale(float amax, float old_scale, enum fp8_kind kind, int margin)
{
    return todo_f32("lab06.7");
}

// TODO(lab06.8, about 3 lines): amax, scale, roll; in which order?
void fp8_delayed_update(struct fp8_meta *meta, enum fp8_kind kind, struct fp8_recipe recipe)
{
    todo("lab06.8");
}

// TODO(lab06.9, about 2 lines): quantize with the scale that is there; keep the larger amax.
void fp8_quantize_delayed(uint8_t *codes, const float *x, size_t n, struct fp8_meta *meta,
                          enum fp8_kind kind)
{
    todo("lab06.9");
}

// --------------------------------------------------------------------------------------------
// Current and block scaling
// --------------------------------------------------------------------------------------------

// TODO(lab06.10, about 1 line): like 6.7 with nothing to keep: what is the old scale here?
float fp8_current_scale(float amax, enum fp8_kind kind)
{
    return todo_f32("lab06.10");
}

// TODO(lab06.11, about 12 lines): one factor for each 128 elements of a row, fewer at its end.
void fp8_quantize_rows(uint8_t *codes, float *factors, const float *x, int rows, int cols)
{
    todo("lab06.11");
}

// TODO(lab06.12, about 15 lines): one factor for each 128 x 128 elements, fewer at the edges.
void fp8_quantize_squares(uint8_t *codes, float *factors, const float *x, int rows, int cols)
{
    todo("lab06.12");
}

// TODO(lab06.13, about 10 lines): the tensor core for 128 products, then FP32: scale and add.
void fp8_block_gemm(float *y, const uint8_t *a, const float *a_factors, const uint8_t *b,
                    const float *b_factors, int m, int n, int k)
{
    todo("lab06.13");
}

// --------------------------------------------------------------------------------------------
// A linear layer
// --------------------------------------------------------------------------------------------

// TODO(lab06.14, about 10 lines): quantize both operands, multiply what their codes mean.
void fp8_linear_forward(struct fp8_linear *layer, float *y, const float *x, const float *w)
{
    todo("lab06.14");
}

// TODO(lab06.15, about 14 lines): quantize dy to E5M2; two products with the layer's codes.
void fp8_linear_backward(struct fp8_linear *layer, float *dx, float *dw, const float *dy)
{
    todo("lab06.15");
}

// TODO(lab06.16, about 3 lines): three tensors, two formats.
void fp8_linear_update(struct fp8_linear *layer, struct fp8_recipe recipe)
{
    todo("lab06.16");
}
