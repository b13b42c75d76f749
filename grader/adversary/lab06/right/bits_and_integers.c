/*
 * Bits: the amax is the largest of the bits without sign that is no NaN's, halves and doubles are
 * made in the exponent, and the codes are rounded with integers. Sums in long double.
 */
#include "lab06.h"

#include "common/cast.h"
#include "common/todo.h"

#include <float.h>
#include <math.h>
#include <string.h>

float fp8_max(enum fp8_kind kind)
{
    return kind == FP8_E5M2 ? 57344.0f : 448.0f;
}

static float value_times(uint8_t code, enum fp8_kind kind, float scale_inv)
{
    return (kind == FP8_E5M2 ? f32_from_e5m2(code) : f32_from_e4m3(code)) * scale_inv;
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The code of x: 24 bits of significand, of which those below the code's last are rounded off. */
static uint8_t encode(float x, enum fp8_kind kind, bool saturate)
{
    int man = kind == FP8_E4M3 ? 3 : 2, bias = kind == FP8_E4M3 ? 7 : 15;
    uint32_t bits = bits_of(x), m = bits & 0x7FFFFFFF, sign = bits >> 24 & 0x80;
    uint32_t top = kind == FP8_E4M3 ? 0x7E : 0x7B;
    if (m > 0x7F800000)
        return (uint8_t)(sign | 0x7F);
    int exponent = (int)(m >> 23) - 127 + bias;
    uint64_t significand = (m & 0x7FFFFF) | (m >> 23 ? 0x800000 : 0);
    int drop = 23 - man + (exponent < 1 ? 1 - exponent : 0);
    drop = drop < 60 ? drop : 60;
    uint64_t half = 1ULL << (drop - 1), rest = significand & ((1ULL << drop) - 1);
    uint64_t kept = significand >> drop;
    kept += rest > half || (rest == half && kept % 2);
    uint64_t code = exponent < 1 ? kept : ((uint64_t)(exponent - 1) << man) + kept;
    if (code > top)
        code = saturate ? top : top + 1;
    return (uint8_t)(sign | code);
}

void fp8_quantize(uint8_t *codes, const float *x, size_t n, float scale, enum fp8_kind kind,
                  bool saturate)
{
    for (size_t i = 0; i < n; i++)
        codes[i] = encode(x[i] * scale, kind, saturate);
}

void fp8_dequantize(float *x, const uint8_t *codes, size_t n, float scale, enum fp8_kind kind)
{
    float scale_inv = 1 / scale;
    for (size_t i = 0; i < n; i++)
        x[i] = value_times(codes[i], kind, scale_inv);
}

float fp8_amax(const float *x, size_t n)
{
    uint32_t most = 0;
    float amax;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = bits_of(x[i]) & 0x7FFFFFFF;
        if (bits <= 0x7F800000 && bits > most)
            most = bits;
    }
    memcpy(&amax, &most, sizeof amax);
    return amax;
}

void fp8_roll(float *history, size_t length)
{
    float ended = history[0];
    memmove(history, history + 1, (length - 1) * sizeof *history);
    history[length - 1] = ended;
    history[0] = 0;
}

float fp8_history_amax(const float *history, size_t length, enum fp8_algorithm algorithm)
{
    if (algorithm == FP8_MOST_RECENT)
        return *history;
    return fmaxf(fp8_amax(history, 1), fp8_amax(history + 1, length - 1));
}

/* The largest value over the amax; `unknown` where that says nothing. */
static float scale_or(float amax, float unknown, float largest)
{
    float scale = largest / amax;
    if (isnan(scale) || scale == 0 || amax == 0)
        return unknown;
    return isinf(scale) ? FLT_MAX : scale;
}

float fp8_delayed_scale(float amax, float old_scale, enum fp8_kind kind, int margin)
{
    uint32_t bits = bits_of(fp8_max(kind)) - ((uint32_t)margin << 23);
    float largest;
    memcpy(&largest, &bits, sizeof largest);
    return scale_or(amax, old_scale, largest);
}

void fp8_delayed_update(struct fp8_meta *meta, enum fp8_kind kind, struct fp8_recipe recipe)
{
    float amax = fp8_history_amax(meta->amax_history, meta->length, recipe.algorithm);
    fp8_roll(meta->amax_history, meta->length);
    meta->scale = fp8_delayed_scale(amax, meta->scale, kind, recipe.margin);
}

void fp8_quantize_delayed(uint8_t *codes, const float *x, size_t n, struct fp8_meta *meta,
                          enum fp8_kind kind)
{
    float amax = fp8_amax(x, n);
    if (amax > meta->amax_history[0])
        meta->amax_history[0] = amax;
    fp8_quantize(codes, x, n, meta->scale, kind, true);
}

float fp8_current_scale(float amax, enum fp8_kind kind)
{
    return scale_or(amax, 1, fp8_max(kind));
}

/* Blocks of height x 128, by columns of blocks. */
static void quantize_blocks(uint8_t *codes, float *factors, const float *x, int rows, int cols,
                            int height)
{
    int across = cols / FP8_BLOCK + (cols % FP8_BLOCK > 0);
    for (int left = 0; left < cols; left += FP8_BLOCK) {
        int width = cols - left < FP8_BLOCK ? cols - left : FP8_BLOCK;
        for (int top = 0; top < rows; top += height) {
            float amax = FP8_BLOCK_AMAX_MIN;
            for (int r = top; r < rows && r < top + height; r++)
                amax = fmaxf(amax, fp8_amax(x + r * cols + left, (size_t)width));
            float factor = amax / 448, inverse = 1 / factor;
            factors[top / height * across + left / FP8_BLOCK] = factor;
            for (int r = top; r < rows && r < top + height; r++)
                fp8_quantize(codes + r * cols + left, x + r * cols + left, (size_t)width, inverse,
                             FP8_E4M3, true);
        }
    }
}

void fp8_quantize_rows(uint8_t *codes, float *factors, const float *x, int rows, int cols)
{
    quantize_blocks(codes, factors, x, rows, cols, 1);
}

void fp8_quantize_squares(uint8_t *codes, float *factors, const float *x, int rows, int cols)
{
    quantize_blocks(codes, factors, x, rows, cols, FP8_BLOCK);
}

void fp8_block_gemm(float *y, const uint8_t *a, const float *a_factors, const uint8_t *b,
                    const float *b_factors, int m, int n, int k)
{
    int deep = (k + FP8_BLOCK - 1) / FP8_BLOCK;
    memset(y, 0, (size_t)m * (size_t)n * sizeof *y);
    for (int d = 0; d < deep; d++) {
        int from = d * FP8_BLOCK, count = k - from < FP8_BLOCK ? k - from : FP8_BLOCK;
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++) {
                float factor = a_factors[i * deep + d] * b_factors[j / FP8_BLOCK * deep + d];
                y[i * n + j] +=
                    factor * fp8_tensor_core(0, a + i * k + from, b + j * k + from, count);
            }
    }
}

void fp8_linear_forward(struct fp8_linear *l, float *y, const float *x, const float *w)
{
    size_t rows = (size_t)l->rows, in = (size_t)l->in, out = (size_t)l->out;
    float x_inv = 1 / l->x.scale, w_inv = 1 / l->w.scale;
    fp8_quantize_delayed(l->w_codes, w, in * out, &l->w, FP8_E4M3);
    fp8_quantize_delayed(l->x_codes, x, rows * in, &l->x, FP8_E4M3);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < out; c++) {
            long double sum = 0;
            for (size_t k = 0; k < in; k++)
                sum += (long double)f32_from_e4m3(l->x_codes[r * in + k]) *
                       f32_from_e4m3(l->w_codes[k * out + c]);
            y[r * out + c] = (float)(sum * x_inv * w_inv);
        }
}

void fp8_linear_backward(struct fp8_linear *l, float *dx, float *dw, const float *dy)
{
    size_t rows = (size_t)l->rows, in = (size_t)l->in, out = (size_t)l->out;
    float x_inv = 1 / l->x.scale, w_inv = 1 / l->w.scale, dy_inv = 1 / l->dy.scale;
    fp8_quantize_delayed(l->dy_codes, dy, rows * out, &l->dy, FP8_E5M2);
    memset(dx, 0, rows * in * sizeof *dx);
    memset(dw, 0, in * out * sizeof *dw);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < out; c++) {
            float g = value_times(l->dy_codes[r * out + c], FP8_E5M2, dy_inv);
            for (size_t k = 0; k < in; k++) {
                dx[r * in + k] += g * value_times(l->w_codes[k * out + c], FP8_E4M3, w_inv);
                dw[k * out + c] += g * value_times(l->x_codes[r * in + k], FP8_E4M3, x_inv);
            }
        }
}

void fp8_linear_update(struct fp8_linear *layer, struct fp8_recipe recipe)
{
    struct fp8_meta *metas[] = {&layer->x, &layer->w, &layer->dy};
    for (int t = 0; t < 3; t++)
        fp8_delayed_update(metas[t], t == 2 ? FP8_E5M2 : FP8_E4M3, recipe);
}
