/*
 * Casts by table: a code is looked up among the sorted values of its format, and each value is read
 * from its bits by ldexp. Products in double, loops backwards.
 */
#include "lab06.h"

#include "common/todo.h"

#include <float.h>
#include <math.h>

/* The value of a code without its sign, 0..126 in E4M3, 0..124 in E5M2 (124 is infinity). */
static double magnitude(int code, enum fp8_kind kind)
{
    int bits = kind == FP8_E4M3 ? 3 : 2, bias = kind == FP8_E4M3 ? 7 : 15;
    int exponent = code >> bits, mantissa = code & ((1 << bits) - 1);
    if (kind == FP8_E5M2 && code == 0x7C)
        return INFINITY;
    if (exponent == 0)
        return ldexp(mantissa, 1 - bias - bits);
    return ldexp(mantissa + (1 << bits), exponent - bias - bits);
}

static double value(uint8_t code, enum fp8_kind kind)
{
    int plain = code & 0x7F, last = kind == FP8_E4M3 ? 0x7E : 0x7C;
    double m = plain > last ? NAN : magnitude(plain, kind);
    return code & 0x80 ? -m : m;
}

static uint8_t encode(float x, enum fp8_kind kind, bool saturate)
{
    uint8_t sign = signbit(x) ? 0x80 : 0;
    int top = kind == FP8_E4M3 ? 0x7E : 0x7B, code = 0;
    double m = fabs((double)x);
    if (isnan(x))
        return sign | 0x7F;
    while (code < top && magnitude(code + 1, kind) <= m)
        code++;
    double below = magnitude(code, kind), step = code < top ? magnitude(code + 1, kind) - below
                                                            : ldexp(1, kind == FP8_E4M3 ? 5 : 13);
    if (m - below > step / 2 || (m - below == step / 2 && code % 2 == 1))
        code++;
    return sign | (uint8_t)(code > top ? (saturate ? top : top + 1) : code);
}

float fp8_max(enum fp8_kind kind)
{
    return (float)magnitude(kind == FP8_E4M3 ? 0x7E : 0x7B, kind);
}

void fp8_quantize(uint8_t *codes, const float *x, size_t n, float scale, enum fp8_kind kind,
                  bool saturate)
{
    while (n-- > 0)
        codes[n] = encode(x[n] * scale, kind, saturate);
}

void fp8_dequantize(float *x, const uint8_t *codes, size_t n, float scale, enum fp8_kind kind)
{
    float table[256];
    for (int code = 0; code < 256; code++)
        table[code] = (float)(value((uint8_t)code, kind) / (double)scale);
    while (n-- > 0)
        x[n] = table[codes[n]];
}

float fp8_amax(const float *x, size_t n)
{
    float amax = 0;
    while (n-- > 0)
        if (fabsf(x[n]) > amax) /* never with a NaN */
            amax = fabsf(x[n]);
    return amax;
}

void fp8_roll(float *history, size_t length)
{
    float carried = history[0];
    for (size_t i = length; i-- > 0;) {
        float old = history[i];
        history[i] = carried;
        carried = old;
    }
    history[0] = 0;
}

float fp8_history_amax(const float *history, size_t length, enum fp8_algorithm algorithm)
{
    float amax = history[0];
    for (size_t i = length; algorithm == FP8_MAX && i-- > 0;)
        amax = fmaxf(history[i], amax);
    return algorithm == FP8_MAX && isnan(amax) ? 0 : amax;
}

float fp8_delayed_scale(float amax, float old_scale, enum fp8_kind kind, int margin)
{
    if (amax == 0 || !isfinite(amax))
        return old_scale;
    return fminf((float)((double)fp8_max(kind) * exp2(-margin)) / amax, FLT_MAX);
}

void fp8_delayed_update(struct fp8_meta *meta, enum fp8_kind kind, struct fp8_recipe recipe)
{
    float *history = meta->amax_history;
    meta->scale = fp8_delayed_scale(fp8_history_amax(history, meta->length, recipe.algorithm),
                                    meta->scale, kind, recipe.margin);
    fp8_roll(history, meta->length);
}

void fp8_quantize_delayed(uint8_t *codes, const float *x, size_t n, struct fp8_meta *meta,
                          enum fp8_kind kind)
{
    for (size_t i = n; i-- > 0;) {
        meta->amax_history[0] = fmaxf(fabsf(x[i]), meta->amax_history[0]);
        codes[i] = encode(x[i] * meta->scale, kind, true);
    }
}

float fp8_current_scale(float amax, enum fp8_kind kind)
{
    if (!isnormal(amax) && !(amax > 0 && amax < 1))
        return 1;
    float scale = fp8_max(kind) / amax;
    return scale > FLT_MAX ? FLT_MAX : scale;
}

/* Blocks of height x 128. */
static void quantize_blocks(uint8_t *codes, float *factors, const float *x, int rows, int cols,
                            int height)
{
    int across = (cols + 127) / 128, down = (rows + height - 1) / height;
    for (int b = 0; b < across * down; b++)
        factors[b] = FP8_BLOCK_AMAX_MIN;
    for (int i = rows * cols; i-- > 0;) {
        float *amax = &factors[i / cols / height * across + i % cols / 128];
        *amax = fmaxf(*amax, fabsf(x[i]));
    }
    for (int b = 0; b < across * down; b++)
        factors[b] /= 448;
    for (int i = rows * cols; i-- > 0;)
        codes[i] =
            encode(x[i] / factors[i / cols / height * across + i % cols / 128], FP8_E4M3, true);
}

void fp8_quantize_rows(uint8_t *codes, float *factors, const float *x, int rows, int cols)
{
    quantize_blocks(codes, factors, x, rows, cols, 1);
}

void fp8_quantize_squares(uint8_t *codes, float *factors, const float *x, int rows, int cols)
{
    quantize_blocks(codes, factors, x, rows, cols, 128);
}

void fp8_block_gemm(float *y, const uint8_t *a, const float *a_factors, const uint8_t *b,
                    const float *b_factors, int m, int n, int k)
{
    int deep = (k + 127) / 128;
    for (int at = m * n; at-- > 0;) {
        int i = at / n, j = at % n;
        double sum = 0;
        for (int d = deep; d-- > 0;) {
            int from = 128 * d, count = k - from < 128 ? k - from : 128;
            sum += (double)fp8_tensor_core(0, a + i * k + from, b + j * k + from, count) *
                   (double)a_factors[i * deep + d] * (double)b_factors[j / 128 * deep + d];
        }
        y[at] = (float)sum;
    }
}

void fp8_linear_forward(struct fp8_linear *l, float *y, const float *x, const float *w)
{
    fp8_quantize_delayed(l->x_codes, x, (size_t)(l->rows * l->in), &l->x, FP8_E4M3);
    fp8_quantize_delayed(l->w_codes, w, (size_t)(l->in * l->out), &l->w, FP8_E4M3);
    for (int at = l->rows * l->out; at-- > 0;) {
        double sum = 0;
        for (int k = l->in; k-- > 0;)
            sum += value(l->x_codes[at / l->out * l->in + k], FP8_E4M3) *
                   value(l->w_codes[k * l->out + at % l->out], FP8_E4M3);
        y[at] = (float)(sum / (double)l->x.scale / (double)l->w.scale);
    }
}

void fp8_linear_backward(struct fp8_linear *l, float *dx, float *dw, const float *dy)
{
    fp8_quantize_delayed(l->dy_codes, dy, (size_t)(l->rows * l->out), &l->dy, FP8_E5M2);
    for (int at = l->rows * l->in; at-- > 0;) {
        double sum = 0;
        for (int k = l->out; k-- > 0;)
            sum += value(l->dy_codes[at / l->in * l->out + k], FP8_E5M2) *
                   value(l->w_codes[at % l->in * l->out + k], FP8_E4M3);
        dx[at] = (float)(sum / (double)l->dy.scale / (double)l->w.scale);
    }
    for (int at = l->in * l->out; at-- > 0;) {
        double sum = 0;
        for (int k = l->rows; k-- > 0;)
            sum += value(l->x_codes[k * l->in + at / l->out], FP8_E4M3) *
                   value(l->dy_codes[k * l->out + at % l->out], FP8_E5M2);
        dw[at] = (float)(sum / (double)l->x.scale / (double)l->dy.scale);
    }
}

void fp8_linear_update(struct fp8_linear *layer, struct fp8_recipe recipe)
{
    fp8_delayed_update(&layer->dy, FP8_E5M2, recipe);
    fp8_delayed_update(&layer->w, FP8_E4M3, recipe);
    fp8_delayed_update(&layer->x, FP8_E4M3, recipe);
}
