/* Integers only, nearly without branches, in the general half: stochastic rounding compares 128-bit products.
 * The fast casts let an FPU addition round subnormals. */
#include "lab01.h"

#include <math.h>

static inline uint64_t mask(int bits)
{
    return ((uint64_t)1 << bits) - 1;
}

static inline uint64_t top_of(struct fp_format f)
{
    return mask(f.exp_bits + f.man_bits) - (f.specials == FP_IEEE ? mask(f.man_bits) + 1 : 1);
}

int fp_bias(struct fp_format f)
{
    return (int)mask(f.exp_bits - 1);
}

struct fp_fields fp_split(uint64_t bits, struct fp_format f)
{
    struct fp_fields p;
    p.mantissa = bits & mask(f.man_bits);
    bits >>= f.man_bits;
    p.exponent = (uint32_t)(bits & mask(f.exp_bits));
    p.sign = (uint32_t)(bits >> f.exp_bits) & 1;
    return p;
}

/* The classes in the order of the magnitudes: count the borders that lie below. */
enum fp_class fp_classify(uint64_t bits, struct fp_format f)
{
    uint64_t m = bits & mask(f.exp_bits + f.man_bits);
    bool past = m > top_of(f), infinity = past && f.specials == FP_IEEE && m == top_of(f) + 1;
    int class = (m > 0) + (m > mask(f.man_bits)) + 2 * past - infinity;
    return (enum fp_class) class;
}

/* Puts the double together bit by bit. */
double fp_decode(uint64_t bits, struct fp_format f)
{
    struct fp_fields p = fp_split(bits, f);
    uint64_t sign = (uint64_t)p.sign << 63, m = p.mantissa;
    switch (fp_classify(bits, f)) {
    case FP_CLASS_ZERO:
        return f64_from_bits(sign);
    case FP_CLASS_INF:
        return f64_from_bits(sign | (uint64_t)0x7FF << 52);
    case FP_CLASS_NAN:
        return f64_from_bits(sign | (uint64_t)0xFFF << 51);
    default:
        break;
    }
    int exponent = (int)p.exponent - fp_bias(f) + 1023;
    if (p.exponent == 0) { // shift until the leading bit is a hidden one
        exponent += 1;
        if (exponent <= 1) // FP64's own subnormals
            return f64_from_bits(sign | m);
        for (; m >> f.man_bits == 0; m <<= 1)
            exponent--;
    }
    m &= mask(f.man_bits);
    return f64_from_bits(sign | (uint64_t)exponent << 52 | m << (52 - f.man_bits));
}

struct fp_limits fp_limits(struct fp_format f)
{
    int bias = fp_bias(f), low = 1 - bias - f.man_bits + 1023;
    return (struct fp_limits){
        .max = fp_decode(top_of(f), f),
        .min_normal = f64_from_bits((uint64_t)(1024 - bias) << 52),
        .min_subnormal = f64_from_bits(low > 0 ? (uint64_t)low << 52 : (uint64_t)1 << (51 + low)),
        .eps = f64_from_bits((uint64_t)(1023 - f.man_bits) << 52),
    };
}

/* Away from zero or toward it is one more or one less; a step across zero is a case of its own. */
static uint64_t step(uint64_t bits, struct fp_format f, uint64_t toward)
{
    uint64_t sign = mask(f.exp_bits + f.man_bits) + 1, m = bits & (sign - 1);
    uint64_t end = top_of(f) + (f.specials == FP_IEEE);
    if (m > end)
        return bits;
    if (m == 0)
        return toward | 1;
    if ((bits & sign) != toward)
        return bits - 1;
    return bits + (m < end);
}

uint64_t fp_next_up(uint64_t bits, struct fp_format f)
{
    return step(bits, f, 0);
}

uint64_t fp_next_down(uint64_t bits, struct fp_format f)
{
    return step(bits, f, mask(f.exp_bits + f.man_bits) + 1);
}

int64_t fp_ulp_distance(uint64_t a, uint64_t b, struct fp_format f)
{
    uint64_t sign = mask(f.exp_bits + f.man_bits) + 1, x = a & (sign - 1), y = b & (sign - 1);
    uint64_t up = b & sign ? 0 - y : y, down = a & sign ? 0 - x : x; // modulo 2^64
    return (int64_t)(up - down);
}

/* dropped / 2^shift > random / 2^32, as a product of integers. */
static bool sr_up(uint64_t dropped, int shift, uint32_t random)
{
    __extension__ typedef unsigned __int128 wide;
    if (shift > 90) // dropped has 53 bits, so the fraction is less than 2^-37
        return dropped > 0 && random == 0;
    return (wide)random << shift < (wide)dropped << 32;
}

uint64_t fp_encode(double x, struct fp_format f, enum fp_round mode, bool saturate, uint32_t random)
{
    uint64_t bits = bits_from_f64(x), sign = bits >> 63 << (f.exp_bits + f.man_bits);
    uint64_t m = bits & mask(52), overflow = top_of(f) + !saturate;
    int e = (int)(bits >> 52 & 0x7FF), lowest = 1 - fp_bias(f);
    if (e == 0x7FF)
        return sign | (m ? mask(f.exp_bits + f.man_bits) : overflow);
    m |= (uint64_t)(e > 0) << 52; // |x| = m * 2^(e - 1075), e at least 1
    e += e == 0;
    int binade = e - 1023 > lowest ? e - 1023 : lowest;
    int shift = binade - f.man_bits - (e - 1075);
    uint64_t kept = shift < 64 ? m >> shift : 0, dropped = shift < 64 ? m & mask(shift) : m;
    uint64_t half = shift > 0 && shift < 64 ? (uint64_t)1 << (shift - 1) : UINT64_MAX;
    bool up = (mode == FP_RNE && (dropped > half || (dropped == half && kept & 1))) ||
              (mode == FP_SR && sr_up(dropped, shift, random));
    uint64_t code = ((uint64_t)(binade - lowest) << f.man_bits) + kept + up;
    return sign | (code <= top_of(f) ? code : mode == FP_RTZ ? top_of(f) : overflow);
}

/* Normal results: add half less one and the last kept bit. Subnormal results: adding a number whose
 * last bit is the smallest subnormal lets the FPU round, to nearest even as ever. */
static uint32_t narrowed(uint32_t m, int man_bits, int bias)
{
    int drop = 23 - man_bits;
    uint32_t magic = (uint32_t)(127 - bias + drop + 1) << 23;
    if (m >> 23 < (uint32_t)(128 - bias))
        return bits_from_f32(f32_from_bits(m) + f32_from_bits(magic)) - magic;
    m -= (uint32_t)(127 - bias) << 23;
    return (m + ((uint32_t)1 << (drop - 1)) - 1 + (m >> drop & 1)) >> drop;
}

static uint32_t with_end(uint32_t code, uint32_t m, uint32_t largest, uint32_t past, uint32_t nan)
{
    return m > 0x7F800000 ? nan : code > largest ? past : code;
}

uint16_t f16_from_f32_rne(float x)
{
    uint32_t bits = bits_from_f32(x), m = bits & 0x7FFFFFFF;
    return (uint16_t)(bits >> 31 << 15 | with_end(narrowed(m, 10, 15), m, 0x7BFF, 0x7C00, 0x7FFF));
}

uint16_t bf16_from_f32_rne(float x)
{
    uint32_t bits = bits_from_f32(x);
    uint32_t nan = 0u - ((bits & 0x7FFFFFFF) > 0x7F800000); // all ones for a NaN
    uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    return (uint16_t)((rounded & ~nan) | (0x7FC0 & nan));
}

uint8_t e4m3_from_f32_rne(float x, bool saturate)
{
    uint32_t bits = bits_from_f32(x), m = bits & 0x7FFFFFFF;
    return (uint8_t)(bits >> 31 << 7 | with_end(narrowed(m, 3, 7), m, 0x7E, 0x7F - saturate, 0x7F));
}

uint8_t e5m2_from_f32_rne(float x, bool saturate)
{
    uint32_t bits = bits_from_f32(x), m = bits & 0x7FFFFFFF;
    return (uint8_t)(bits >> 31 << 7 |
                     with_end(narrowed(m, 2, 15), m, 0x7B, 0x7C - saturate, 0x7E));
}

/* The bits as those of a float are the value times a power of two, subnormals included. */
float f32_from_f16(uint16_t bits)
{
    float x = f32_from_bits((bits & 0x7FFFu) << 13) * 0x1p112f;
    uint32_t m = bits_from_f32(x) | ((bits & 0x7C00) == 0x7C00 ? 0x7F800000 : 0);
    return f32_from_bits((uint32_t)(bits >> 15) << 31 | m);
}

float f32_from_bf16(uint16_t bits)
{
    return f32_from_bits(bits * 65536u);
}

float f32_from_e4m3(uint8_t bits)
{
    float x = (bits & 0x7F) == 0x7F ? NAN : f32_from_bits((bits & 0x7Fu) << 20) * 0x1p120f;
    return bits >> 7 ? -x : x;
}

float f32_from_e5m2(uint8_t bits)
{
    return f32_from_f16((uint16_t)(bits * 256u));
}
