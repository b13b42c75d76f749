/* Nothing is rounded: the code below |x| is found by bisection over the values of the codes, and the
 * distance to it decides. Fields by shifts to the left; eps as a difference of values. */
#include "lab01.h"

#include <math.h>

static uint64_t sign_of(struct fp_format f)
{
    return (uint64_t)1 << (f.exp_bits + f.man_bits);
}

static uint64_t largest(struct fp_format f)
{
    return f.specials == FP_NAN_ONLY ? sign_of(f) - 2
                                     : sign_of(f) - ((uint64_t)1 << f.man_bits) - 1;
}

/* The value of a magnitude; those past the largest as if they were numbers. */
static double value_at(uint64_t magnitude, struct fp_format f)
{
    uint64_t binade = magnitude >> f.man_bits, hidden = (uint64_t)1 << f.man_bits;
    uint64_t significand = binade ? magnitude % hidden + hidden : magnitude;
    return ldexp((double)significand, (int)(binade ? binade : 1) - fp_bias(f) - f.man_bits);
}

int fp_bias(struct fp_format f)
{
    int bias = 0;
    for (int bit = 0; bit < f.exp_bits - 1; bit++)
        bias += 1 << bit;
    return bias;
}

struct fp_fields fp_split(uint64_t bits, struct fp_format f)
{
    int above_exponent = 64 - 1 - f.exp_bits - f.man_bits;
    return (struct fp_fields){
        .sign = (uint32_t)(bits << above_exponent >> 63),
        .exponent = (uint32_t)(bits << above_exponent << 1 >> (64 - f.exp_bits)),
        .mantissa = bits << (64 - f.man_bits) >> (64 - f.man_bits),
    };
}

enum fp_class fp_classify(uint64_t bits, struct fp_format f)
{
    uint64_t magnitude = bits % sign_of(f), min_normal = (uint64_t)1 << f.man_bits;
    if (magnitude > largest(f))
        return f.specials == FP_IEEE && magnitude % min_normal == 0 ? FP_CLASS_INF : FP_CLASS_NAN;
    return magnitude >= min_normal ? FP_CLASS_NORMAL
           : magnitude > 0         ? FP_CLASS_SUBNORMAL
                                   : FP_CLASS_ZERO;
}

double fp_decode(uint64_t bits, struct fp_format f)
{
    uint64_t magnitude = bits % sign_of(f);
    double value = magnitude <= largest(f) ? value_at(magnitude, f) : NAN;
    if (fp_classify(bits, f) == FP_CLASS_INF)
        value = INFINITY;
    return copysign(value, bits & sign_of(f) ? -1.0 : 1.0);
}

struct fp_limits fp_limits(struct fp_format f)
{
    uint64_t one = (uint64_t)fp_bias(f) << f.man_bits;
    return (struct fp_limits){value_at(largest(f), f), value_at((uint64_t)1 << f.man_bits, f),
                              value_at(1, f), value_at(one + 1, f) - 1};
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

/* The largest finite magnitude that is not above a, by bisection: values go up with the codes. */
static uint64_t code_below(double a, struct fp_format f)
{
    uint64_t low = 0, high = largest(f) + 1;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (value_at(middle, f) <= a)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static uint64_t searched(double x, struct fp_format f, enum fp_round mode, bool saturate,
                         uint32_t random)
{
    uint64_t sign = signbit(x) ? sign_of(f) : 0, top = largest(f);
    uint64_t overflow = saturate ? top : top + 1; // infinity, or the only NaN
    if (isnan(x))
        return sign_of(f) - 1;
    if (isinf(x))
        return sign | overflow;
    double a = fabs(x);
    uint64_t code = code_below(a, f);
    double below = value_at(code, f);
    if (a == below)
        return sign | code;
    double gap = value_at(code + 1, f) - below, part = (a - below) / gap;
    if (part >= 1) // only past the largest: not even the next code's value would reach it
        return sign | (mode == FP_RTZ ? top : overflow);
    bool up = mode == FP_RNE ? part > 0.5 || (part == 0.5 && code % 2)
                             : mode == FP_SR && random < part * 4294967296.0;
    code += up;
    return sign | (code > top ? overflow : code);
}

uint64_t fp_encode(double x, struct fp_format f, enum fp_round mode, bool saturate, uint32_t random)
{
    return searched(x, f, mode, saturate, random);
}

uint16_t f16_from_f32_rne(float x)
{
    return (uint16_t)searched(x, FP16, FP_RNE, false, 0);
}

uint16_t bf16_from_f32_rne(float x)
{
    return (uint16_t)searched(x, BF16, FP_RNE, false, 0);
}

uint8_t e4m3_from_f32_rne(float x, bool saturate)
{
    return (uint8_t)searched(x, E4M3, FP_RNE, saturate, 0);
}

uint8_t e5m2_from_f32_rne(float x, bool saturate)
{
    return (uint8_t)searched(x, E5M2, FP_RNE, saturate, 0);
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
