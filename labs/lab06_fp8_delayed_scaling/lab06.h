/**
 * @file lab06.h
 * @brief Lab 06, FP8 with delayed scaling: the contract of the functions in lab06.c.
 *
 * FP8 reaches from 2^-9 to 448 (E4M3) or from 2^-16 to 57344 (E5M2), far less than the tensors of a
 * training step do. So every tensor travels with an FP32 scale: what is stored is the code of
 * x * scale, and what is meant is the value of the code over the scale.
 *
 *      x (FP32) --* scale--> x * scale --cast--> code (1 byte) --value--> --/ scale--> about x
 *
 * The lab is about where the scale comes from: from the steps before (delayed scaling), from the
 * tensor itself (current scaling), or from each block of it (block scaling).
 *
 * The casts are common/cast.h's, which you wrote in lab 01. Matrices are row-major. Scales and
 * amaxes are FP32, and where a formula is given its operations are FP32 operations.
 */
#ifndef LOWP_LAB06_H
#define LOWP_LAB06_H

#include "common/cast.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The two FP8 formats. */
enum fp8_kind {
    FP8_E4M3, /**< 1 + 4 + 3 bits: more precision; weights and activations */
    FP8_E5M2  /**< 1 + 5 + 2 bits: more range; gradients in the HYBRID recipe */
};

/** Which of the recorded amaxes decides the next scale. */
enum fp8_algorithm {
    FP8_MAX,        /**< the largest of the whole history */
    FP8_MOST_RECENT /**< the one of the step that just ended */
};

/** The side length of a block of weights and the length of a block of activations. */
enum { FP8_BLOCK = 128 };

/** The smallest amax that a block's scale factor is made of. */
#define FP8_BLOCK_AMAX_MIN 1e-4f

/** What delayed scaling keeps of one tensor. The caller owns the array. */
struct fp8_meta {
    float scale; /**< for this step, made of the steps before; 1 at the start */
    float
        *amax_history; /**< `length` amaxes, 0 at the start. Slot 0 is the running one: this step's
                              so far. Slot length - 1 is the step before, slot 1 the oldest */
    size_t length;     /**< 1 or more */
};

/** How delayed scaling makes a scale. */
struct fp8_recipe {
    enum fp8_algorithm algorithm; /**< see there */
    int margin;                   /**< powers of two of head room above the amax; 0 is usual */
};

// --- quantize, dequantize ---------------------------------------------------------------------

/** Exercise 6.1: the largest finite value of a format. @param[in] kind E4M3 or E5M2
 *  @return 448 or 57344 */
float fp8_max(enum fp8_kind kind);

/**
 * Exercise 6.2: codes[i] = the code of x[i] * scale; one FP32 product, then one cast.
 * @param[out] codes n codes
 * @param[in] x n values, NaN and infinities included
 * @param[in] n number of elements, 0 included
 * @param[in] scale finite, above 0
 * @param[in] kind of the codes
 * @param[in] saturate clamp what is too large (infinities too) to the largest value; else it
 *            becomes NaN (E4M3) or infinity (E5M2): see the case table of common/cast.h
 */
void fp8_quantize(uint8_t *codes, const float *x, size_t n, float scale, enum fp8_kind kind,
                  bool saturate);

/**
 * Exercise 6.3: x[i] = the value of codes[i] over the scale. Dividing and multiplying by 1/scale in
 * FP32 are both fine: frameworks keep 1/scale (`scale_inv`) beside the codes.
 * @param[out] x n values @param[in] codes n codes @param[in] n number of elements
 * @param[in] scale that the codes were made with @param[in] kind of the codes
 */
void fp8_dequantize(float *x, const uint8_t *codes, size_t n, float scale, enum fp8_kind kind);

// --- delayed scaling --------------------------------------------------------------------------

/**
 * Exercise 6.4: the largest magnitude. A NaN does not count (as with fmaxf(), which is what
 * Transformer Engine's kernels fold with); an infinity does.
 * @param[in] x n values, before any scaling @param[in] n number of elements
 * @return the amax; 0 if n is 0 or all are NaN
 * @see TransformerEngine, transformer_engine/common/util/vectorized_pointwise.h: unary_kernel
 */
float fp8_amax(const float *x, size_t n);

/**
 * Exercise 6.5: end a step in the history: new[i] = old[i + 1], new[length - 1] = old[0], and then
 * new[0] = 0, the empty running slot.
 * @param[in,out] history the amaxes @param[in] length 1 or more
 */
void fp8_roll(float *history, size_t length);

/**
 * Exercise 6.6: the amax that decides the next scale, from the history *before* the roll.
 * FP8_MAX: the largest of all `length` entries, the running one and the oldest (which the roll is
 * about to drop) included; a NaN does not count. FP8_MOST_RECENT: the running one, as it is.
 * @param[in] history the amaxes @param[in] length 1 or more @param[in] algorithm which
 * @return that amax
 */
float fp8_history_amax(const float *history, size_t length, enum fp8_algorithm algorithm);

/**
 * Exercise 6.7: the next scale: (largest value * 2^-margin) / amax.
 *
 * | amax                               | next scale                                  |
 * |------------------------------------|---------------------------------------------|
 * | 0, infinity or NaN                 | the old one                                 |
 * | so small that the quotient is inf  | the largest finite FP32 value, FLT_MAX      |
 * | otherwise                          | the quotient                                |
 *
 * @param[in] amax 0 or above, or NaN @param[in] old_scale the scale until now
 * @param[in] kind of the tensor @param[in] margin -8 to 8 @return the next scale
 * @see TransformerEngine, transformer_engine/common/recipe/delayed_scaling.cu
 */
float fp8_delayed_scale(float amax, float old_scale, enum fp8_kind kind, int margin);

/**
 * Exercise 6.8: the end of a step, for one tensor: the next scale from 6.6 and 6.7, then the roll.
 * @param[in,out] meta scale and history @param[in] kind of the tensor @param[in] recipe how
 */
void fp8_delayed_update(struct fp8_meta *meta, enum fp8_kind kind, struct fp8_recipe recipe);

/**
 * Exercise 6.9: quantize within a step: with the scale that is there, saturating; and record the
 * amax of x (not of x * scale) in the running slot, which keeps the largest of the step's calls.
 * The scale stays as it is until fp8_delayed_update().
 * @param[out] codes n codes @param[in] x n values @param[in] n number of elements
 * @param[in,out] meta of this tensor @param[in] kind of the codes
 */
void fp8_quantize_delayed(uint8_t *codes, const float *x, size_t n, struct fp8_meta *meta,
                          enum fp8_kind kind);

// --- current and block scaling ----------------------------------------------------------------

/**
 * Exercise 6.10: the scale made of the tensor itself: largest value / amax; 1 if amax is 0,
 * infinite or NaN; FLT_MAX if the quotient is infinite.
 * @param[in] amax of the tensor that will be quantized @param[in] kind of the codes
 * @return the scale
 * @see TransformerEngine, transformer_engine/common/recipe/recipe_common.cuh
 */
float fp8_current_scale(float amax, enum fp8_kind kind);

/**
 * Exercise 6.11: blocks of one row and 128 columns, E4M3. For each block
 *      factor = max(amax, 1e-4) / 448          code = E4M3 of x / factor, saturating
 * A factor is what a value is *multiplied* by: the inverse of a scale. The last block of a row is
 * short if cols is no multiple of 128. x * (1 / factor) in FP32 is fine as well.
 * @param[out] codes rows x cols @param[out] factors rows x ceil(cols / 128)
 * @param[in] x rows x cols, finite @param[in] rows 0 or more @param[in] cols 0 or more
 * @see DeepGEMM, deep_gemm/utils/math.py: per_token_cast_to_fp8
 */
void fp8_quantize_rows(uint8_t *codes, float *factors, const float *x, int rows, int cols);

/**
 * Exercise 6.12: blocks of 128 rows and 128 columns, E4M3, otherwise as 6.11. Blocks at the lower
 * and right edge are cut off by the matrix.
 * @param[out] codes rows x cols @param[out] factors ceil(rows / 128) x ceil(cols / 128)
 * @param[in] x rows x cols, finite @param[in] rows 0 or more @param[in] cols 0 or more
 * @see DeepGEMM, deep_gemm/utils/math.py: per_block_cast_to_fp8
 */
void fp8_quantize_squares(uint8_t *codes, float *factors, const float *x, int rows, int cols);

/**
 * Given: a model of an H800 tensor core on E4M3 codes. It adds `count` products to `sum`, 32 at a
 * time: the sum and the 32 products are shifted to the largest exponent among them, bits below the
 * 14th are dropped, and what is left is added up.
 * @param[in] sum what to start from @param[in] a count codes @param[in] b count codes
 * @param[in] count 0 or more @return the sum, 14 significant bits of it
 * @see DeepSeek-V3 (arXiv 2412.19437), sections 3.3.2 and 3.5.2
 */
static inline float fp8_tensor_core(float sum, const uint8_t *a, const uint8_t *b, int count)
{
    enum { TOGETHER = 32, BITS = 14 };
    for (int from = 0; from < count; from += TOGETHER) {
        float terms[TOGETHER + 1] = {sum}, largest = fabsf(sum);
        for (int i = 0; i < TOGETHER && from + i < count; i++) {
            terms[i + 1] = f32_from_e4m3(a[from + i]) * f32_from_e4m3(b[from + i]); /* exact */
            largest = fmaxf(largest, fabsf(terms[i + 1]));
        }
        int exponent;
        frexpf(largest, &exponent); /* largest is below 2^exponent */
        double unit = ldexp(1.0, exponent - BITS), units = 0;
        for (int i = 0; i <= TOGETHER; i++)
            units += trunc(terms[i] / unit); /* whole numbers below 2^20: exact */
        /* The sum may need a few bits more; they go the same way. */
        double total = units * unit;
        frexp(total, &exponent);
        unit = ldexp(1.0, exponent - BITS);
        sum = (float)(trunc(total / unit) * unit);
    }
    return sum;
}

/**
 * Exercise 6.13: y = A B^T from block-scaled codes, promoting every 128 products to FP32:
 *
 *      y[i][j] = sum over blocks b of  tensor_core(0, block b of row i of A, of row j of B)
 *                                      * a_factors[i][b] * b_factors[j / 128][b]
 *
 * with the tensor core started from 0 in each block, and the outer sum in FP32 (or better).
 * @param[out] y m x n
 * @param[in] a m x k codes @param[in] a_factors m x ceil(k / 128), from fp8_quantize_rows()
 * @param[in] b n x k codes @param[in] b_factors ceil(n / 128) x ceil(k / 128), from
 *            fp8_quantize_squares()
 * @param[in] m rows of y @param[in] n columns of y @param[in] k length of a sum, 0 included
 * @see DeepSeek-V3, figure 7b
 */
void fp8_block_gemm(float *y, const uint8_t *a, const float *a_factors, const uint8_t *b,
                    const float *b_factors, int m, int n, int k);

// --- a linear layer ---------------------------------------------------------------------------

/**
 * A linear layer in the HYBRID recipe: y (rows, out) = x (rows, in) w (in, out), E4M3 forward and
 * E5M2 for the gradient that comes back. All arrays are the caller's.
 */
struct fp8_linear {
    int rows;           /**< of x and y: the batch */
    int in;             /**< columns of x, rows of w */
    int out;            /**< columns of w and y */
    struct fp8_meta x;  /**< of the input */
    struct fp8_meta w;  /**< of the weights */
    struct fp8_meta dy; /**< of the output's gradient */
    uint8_t *x_codes;   /**< rows x in: written forward, read backward */
    uint8_t *w_codes;   /**< in x out: written forward, read backward */
    uint8_t *dy_codes;  /**< rows x out: written backward */
};

/**
 * Exercise 6.14: y = x w, of operands quantized by fp8_quantize_delayed() and meant by their codes
 * over their scales. Products are added up in FP32 or double.
 * @param[in,out] layer codes are written, amaxes recorded; scales stay
 * @param[out] y rows x out @param[in] x rows x in @param[in] w in x out
 */
void fp8_linear_forward(struct fp8_linear *layer, float *y, const float *x, const float *w);

/**
 * Exercise 6.15: dx = dy w^T and dw = x^T dy, with dy quantized to E5M2 by fp8_quantize_delayed(),
 * and the *codes* of x and w that the last forward pass left in the layer.
 * @param[in,out] layer codes of dy are written, its amax recorded; scales stay
 * @param[out] dx rows x in @param[out] dw in x out @param[in] dy rows x out
 */
void fp8_linear_backward(struct fp8_linear *layer, float *dx, float *dw, const float *dy);

/**
 * Exercise 6.16: the end of a step: fp8_delayed_update() of the three tensors, each in its format.
 * @param[in,out] layer scales and histories @param[in] recipe how
 */
void fp8_linear_update(struct fp8_linear *layer, struct fp8_recipe recipe);

#include "lab06_kernels.h"

#endif
