/**
 * @file cast.c
 * @brief The workbook's own casts. See cast.h for the contract and its case table.
 *
 * Written to be a second opinion on lab 01, so the rounding is not done on bits: it is done by
 * *addition*. A double C = 1.5 * 2^52 * q has exactly q for its last place, so |x| + C is |x|
 * rounded to a multiple of q, to nearest, ties to even, by the adder itself (and since 1.5 * 2^52
 * is even, the parity that decides a tie is that of |x| / q):
 *
 *      |x|          1.1010011 1101...
 *      C       1.1000...000000000|          last place of a double = q = gap of the target format
 *      sum     1.1000...11010100|           the rest is rounded away, once, from the exact |x|
 *
 * The number of gaps in the rounded value is then how far the sum lies above C, counted in last
 * places. It needs the default rounding mode (FE_TONEAREST); nothing in the workbook changes it.
 * A float is at most 2^128 and at least 2^-149, so no double here overflows or is subnormal.
 */
#include "common/cast.h"

#include "common/formats.h"

#include <math.h>

/** A power of two. @param[in] e from -1022 to 1023 @return 2^e */
static inline double pow2(int e)
{
    return f64_from_bits((uint64_t)(e + 1023) << 52);
}

/**
 * |x| to nearest even, with every exponent taken for a finite binade: where a format keeps infinity
 * or NaN, codes past its largest value come back. Those, a NaN and the sign are left to the caller.
 * The widths are arguments, not an fp_format, so that they fold into constants where the function
 * is inlined; tests/test_common_cast.c holds them against the table of formats.c.
 */
static inline uint32_t magnitude_rne(float x, int exp_bits, int man_bits)
{
    const int bias = (1 << (exp_bits - 1)) - 1;
    const double min_normal = pow2(1 - bias);
    const double top = pow2((1 << exp_bits) - bias); /* past the last binade */
    double a = fabs((double)x);
    a = a < top ? a : top; /* also infinity and NaN */
    /* The lower end of the binade decides the gap; below the normal numbers it stays the same. */
    double low = f64_from_bits(bits_from_f64(a) & 0xFFF0000000000000u);
    low = low < min_normal ? min_normal : low;
    double c = low * (1.5 * pow2(52 - man_bits));
    uint64_t gaps = bits_from_f64(a + c) - bits_from_f64(c);
    uint64_t binade = (bits_from_f64(low) - bits_from_f64(min_normal)) >> 52;
    /* The hidden bit is one of the gaps: it carries into the exponent field by itself. */
    return (uint32_t)((binade << man_bits) + gaps);
}

/** Value of a finite code without its sign, exact. */
static inline float magnitude_value(uint32_t code, int exp_bits, int man_bits)
{
    const int bias = (1 << (exp_bits - 1)) - 1;
    uint32_t exponent = code >> man_bits;
    uint32_t significand = code & ((1u << man_bits) - 1);
    if (exponent > 0)
        significand += 1u << man_bits; /* the hidden bit */
    else
        exponent = 1; /* subnormals lie in the gap of the first binade */
    return (float)((double)significand * pow2((int)exponent - bias - man_bits));
}

/** Cast to an IEEE-like format: all-ones exponent means infinity or NaN. */
static inline uint32_t ieee_from_f32(float x, int exp_bits, int man_bits, bool saturate)
{
    const uint32_t inf = ((1u << exp_bits) - 1) << man_bits;
    const uint32_t quiet_nan = inf | 1u << (man_bits - 1);
    uint32_t code = magnitude_rne(x, exp_bits, man_bits);
    code = code < inf ? code : saturate ? inf - 1 : inf;
    code = isnan(x) ? quiet_nan : code;
    return code | (bits_from_f32(x) >> 31) << (exp_bits + man_bits);
}

/** Value of a code of an IEEE-like format. */
static inline float f32_from_ieee(uint32_t bits, int exp_bits, int man_bits)
{
    const uint32_t sign = 1u << (exp_bits + man_bits);
    const uint32_t inf = ((1u << exp_bits) - 1) << man_bits;
    uint32_t code = bits & (sign - 1);
    float value = code > inf    ? NAN
                  : code == inf ? INFINITY
                                : magnitude_value(code, exp_bits, man_bits);
    return bits & sign ? -value : value;
}

uint16_t f16_from_f32_rne(float x)
{
    return (uint16_t)ieee_from_f32(x, 5, 10, false);
}

float f32_from_f16(uint16_t bits)
{
    return f32_from_ieee(bits, 5, 10);
}

uint16_t bf16_from_f32_rne(float x)
{
    return (uint16_t)ieee_from_f32(x, 8, 7, false);
}

float f32_from_bf16(uint16_t bits)
{
    return f32_from_bits((uint32_t)bits << 16); /* BF16 is the top half of FP32 */
}

uint8_t e5m2_from_f32_rne(float x, bool saturate)
{
    return (uint8_t)ieee_from_f32(x, 5, 2, saturate);
}

float f32_from_e5m2(uint8_t bits)
{
    return f32_from_ieee(bits, 5, 2);
}

uint8_t e4m3_from_f32_rne(float x, bool saturate)
{
    const uint32_t nan = 0x7F; /* the all-ones exponent holds numbers too, up to 448 = 0x7E */
    uint32_t code = magnitude_rne(x, 4, 3);
    code = code < nan ? code : saturate ? nan - 1 : nan;
    code = isnan(x) ? nan : code;
    return (uint8_t)(code | (bits_from_f32(x) >> 31) << 7);
}

float f32_from_e4m3(uint8_t bits)
{
    uint32_t code = bits & 0x7F;
    float value = code == 0x7F ? NAN : magnitude_value(code, 4, 3);
    return bits & 0x80 ? -value : value;
}
