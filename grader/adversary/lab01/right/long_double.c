/* Long double arithmetic throughout, with frexpl, nearbyintl and ldexpl; landmarks by formula; neighbours
 * on a line of whole numbers; the fast casts are the general one. */
#include "lab01.h"

#include <math.h>

static uint64_t all_ones(int n)
{
    return UINT64_MAX >> (64 - n);
}

int fp_bias(struct fp_format f)
{
    return (int)ldexpl(1, f.exp_bits - 1) - 1;
}

struct fp_fields fp_split(uint64_t bits, struct fp_format f)
{
    uint64_t unit = (uint64_t)1 << f.man_bits, codes = (uint64_t)1 << f.exp_bits;
    return (struct fp_fields){(uint32_t)(bits / unit / codes), (uint32_t)(bits / unit % codes),
                              bits % unit};
}

enum fp_class fp_classify(uint64_t bits, struct fp_format f)
{
    struct fp_fields p = fp_split(bits, f);
    if (p.exponent == 0)
        return p.mantissa == 0 ? FP_CLASS_ZERO : FP_CLASS_SUBNORMAL;
    if (p.exponent < all_ones(f.exp_bits))
        return FP_CLASS_NORMAL;
    if (f.specials == FP_NAN_ONLY)
        return p.mantissa == all_ones(f.man_bits) ? FP_CLASS_NAN : FP_CLASS_NORMAL;
    return p.mantissa == 0 ? FP_CLASS_INF : FP_CLASS_NAN;
}

double fp_decode(uint64_t bits, struct fp_format f)
{
    struct fp_fields p = fp_split(bits, f);
    enum fp_class class = fp_classify(bits, f);
    long double sign = p.sign ? -1 : 1, m = (long double)p.mantissa;
    if (class == FP_CLASS_NAN)
        return NAN;
    if (class == FP_CLASS_INF)
        return (double)(sign * INFINITY);
    long double hidden = p.exponent > 0 ? ldexpl(1, f.man_bits) : 0;
    int exponent = p.exponent > 0 ? (int)p.exponent : 1;
    return (double)(sign * ldexpl(hidden + m, exponent - fp_bias(f) - f.man_bits));
}

/* By formula, no code decoded: with an infinity the top exponent is 2^bias, else one more, less the
 * NaN's mantissa. */
struct fp_limits fp_limits(struct fp_format f)
{
    int bias = fp_bias(f);
    long double eps = ldexpl(1, -f.man_bits);
    bool ieee = f.specials == FP_IEEE;
    return (struct fp_limits){(double)ldexpl(ieee ? 2 - eps : 2 - 2 * eps, ieee ? bias : bias + 1),
                              (double)ldexpl(1, 1 - bias), (double)ldexpl(1, 1 - bias - f.man_bits),
                              (double)eps};
}

/* A line of whole numbers: ..., -2 the smallest negative number, -1 minus zero, 0 zero, 1, ... */
static int64_t on_line(uint64_t bits, struct fp_format f)
{
    uint64_t sign = (uint64_t)1 << (f.exp_bits + f.man_bits);
    return bits < sign ? (int64_t)bits : -1 - (int64_t)(bits - sign);
}

static uint64_t from_line(int64_t place, struct fp_format f)
{
    uint64_t sign = (uint64_t)1 << (f.exp_bits + f.man_bits);
    return place >= 0 ? (uint64_t)place : sign + (uint64_t)(-1 - place);
}

uint64_t fp_next_up(uint64_t bits, struct fp_format f)
{
    int64_t place = on_line(bits, f);
    if (fp_classify(bits, f) == FP_CLASS_NAN)
        return bits;
    uint64_t next = from_line(place == -1 ? 1 : place + 1, f);
    bool past = fp_classify(next, f) == FP_CLASS_NAN;
    return past ? bits : next;
}

uint64_t fp_next_down(uint64_t bits, struct fp_format f)
{
    int64_t place = on_line(bits, f);
    if (fp_classify(bits, f) == FP_CLASS_NAN)
        return bits;
    uint64_t next = from_line(place == 0 ? -2 : place - 1, f);
    bool past = fp_classify(next, f) == FP_CLASS_NAN;
    return past ? bits : next;
}

int64_t fp_ulp_distance(uint64_t a, uint64_t b, struct fp_format f)
{
    int64_t x = on_line(a, f), y = on_line(b, f);
    return (y + (y < 0)) - (x + (x < 0));
}

/* The code of a value that the format has. */
static uint64_t code_of(long double value, struct fp_format f)
{
    int exponent;
    if (value < ldexpl(1, 1 - fp_bias(f)))
        return (uint64_t)ldexpl(value, fp_bias(f) - 1 + f.man_bits);
    long double m = 2 * frexpl(value, &exponent) - 1; // value = (1 + m) * 2^(exponent - 1)
    return ((uint64_t)(exponent - 1 + fp_bias(f)) << f.man_bits) + (uint64_t)ldexpl(m, f.man_bits);
}

static uint64_t rounded(long double x, struct fp_format f, enum fp_round mode, bool saturate,
                        uint32_t random)
{
    uint64_t sign = signbit(x) ? (uint64_t)1 << (f.exp_bits + f.man_bits) : 0;
    uint64_t nan = all_ones(f.exp_bits + f.man_bits), infinity = all_ones(f.exp_bits) << f.man_bits;
    uint64_t past = f.specials == FP_IEEE ? infinity : nan;
    if (isnan(x))
        return sign | nan;
    if (isinf(x))
        return sign | (past - saturate);
    int exponent, lowest = 2 - fp_bias(f); // frexp's exponents are one more
    long double magnitude = fabsl(x);
    frexpl(magnitude, &exponent);
    int quantum = (exponent > lowest ? exponent : lowest) - 1 - f.man_bits;
    long double count = ldexpl(magnitude, -quantum), below = floorl(count);
    if (mode == FP_RNE)
        count = nearbyintl(count);
    else
        count = below + (mode == FP_SR && random < ldexpl(count - below, 32));
    long double value = ldexpl(count, quantum);
    if (value > (long double)fp_limits(f).max)
        return sign | (past - (saturate || mode == FP_RTZ));
    return sign | code_of(value, f);
}

uint64_t fp_encode(double x, struct fp_format f, enum fp_round mode, bool saturate, uint32_t random)
{
    return rounded(x, f, mode, saturate, random);
}

uint16_t f16_from_f32_rne(float x)
{
    return (uint16_t)rounded(x, FP16, FP_RNE, false, 0);
}

uint16_t bf16_from_f32_rne(float x)
{
    return (uint16_t)rounded(x, BF16, FP_RNE, false, 0);
}

uint8_t e4m3_from_f32_rne(float x, bool saturate)
{
    return (uint8_t)rounded(x, E4M3, FP_RNE, saturate, 0);
}

uint8_t e5m2_from_f32_rne(float x, bool saturate)
{
    return (uint8_t)rounded(x, E5M2, FP_RNE, saturate, 0);
}

float f32_from_f16(uint16_t bits)
{
    return (float)fp_decode(bits, FP16);
}

float f32_from_bf16(uint16_t bits)
{
    return (float)fp_decode(bits, BF16);
}

float f32_from_e4m3(uint8_t bits)
{
    return (float)fp_decode(bits, E4M3);
}

float f32_from_e5m2(uint8_t bits)
{
    return (float)fp_decode(bits, E5M2);
}
