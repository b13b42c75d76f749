/**
 * @file round.c
 * @brief Rounding in place, by integers on the bits and in blocks that vectorise. See round.h.
 */
#include "common/round.h"

#include "common/formats.h"

#include <stdbool.h>

enum { BLOCK = 16 }; /* a fixed count is what gcc -O2 turns into vector instructions */

/* Cuts off the low `drop` bits to nearest even: what is cut carries into the bits that stay when it
 * is over a half, or a half and the last of them is odd. */
static inline uint32_t cut(uint32_t bits, int drop)
{
    uint32_t below_half = ((uint32_t)1 << (drop - 1)) - 1;
    return (bits + below_half + (bits >> drop & 1)) & ~(((uint32_t)1 << drop) - 1);
}

static inline uint32_t bf16_bits(uint32_t bits)
{
    bool is_nan = (bits & 0x7FFFFFFF) > 0x7F800000;
    return is_nan ? bits | 0x00400000 : cut(bits, 16); /* a NaN must not carry into infinity */
}

/*      |x|                     result
 *      below 2^-14             the nearest multiple of 2^-24, FP16's subnormal gap: adding and
 *                              subtracting 0.75 leaves no finer bit in an FP32 sum
 *      up to 65520             the top 10 mantissa bits, rounded
 *      from 65520, infinity    infinity
 *      NaN                     NaN */
static inline uint32_t fp16_bits(uint32_t bits)
{
    uint32_t sign = bits & 0x80000000, magnitude = bits & 0x7FFFFFFF;
    float small = f32_from_bits(magnitude < 0x38800000 ? magnitude : 0) + 0.75f;
    uint32_t subnormal = bits_from_f32(small - 0.75f);
    uint32_t normal = cut(magnitude, 13);
    uint32_t result = magnitude < 0x38800000 ? subnormal : normal;
    result = magnitude >= 0x477FF000 ? 0x7F800000 : result; /* 65520 */
    result = magnitude > 0x7F800000 ? magnitude | 0x00400000 : result;
    return sign | result;
}

static inline uint32_t tf32_bits(uint32_t bits)
{
    bool is_nan = (bits & 0x7FFFFFFF) > 0x7F800000;
    return is_nan ? bits | 0x00400000 : cut(bits, 13);
}

/*      |x|                     result, for E4M3 (E5M2)
 *      below 2^-6 (2^-14)      the nearest multiple of the subnormal gap 2^-9 (2^-16), by adding and
 *                              subtracting a number whose last place that is
 *      more, infinity          the top 3 (2) mantissa bits, rounded, and at most 448 (57344)
 *      NaN                     NaN */
static inline uint32_t fp8_bits(uint32_t bits, uint32_t min_normal, float magic, int drop,
                                uint32_t max)
{
    uint32_t sign = bits & 0x80000000, magnitude = bits & 0x7FFFFFFF;
    float small = f32_from_bits(magnitude < min_normal ? magnitude : 0) + magic;
    uint32_t subnormal = bits_from_f32(small - magic);
    uint32_t normal = cut(magnitude, drop);
    normal = normal > max ? max : normal;
    uint32_t result = magnitude < min_normal ? subnormal : normal;
    result = magnitude > 0x7F800000 ? magnitude | 0x00400000 : result;
    return sign | result;
}

static inline uint32_t e4m3_bits(uint32_t bits)
{
    return fp8_bits(bits, 0x3C800000, 0x1.8p14f, 20, 0x43E00000);
}

static inline uint32_t e5m2_bits(uint32_t bits)
{
    return fp8_bits(bits, 0x38800000, 0x1.8p7f, 21, 0x47600000);
}

/* Rounds all bits by one of the rules above; inlined, so that each rule gets a loop of its own. */
static inline void in_blocks(float *x, size_t n, uint32_t (*rule)(uint32_t))
{
    uint32_t bits[BLOCK];
    size_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK) {
        memcpy(bits, x + i, sizeof bits);
        for (int k = 0; k < BLOCK; k++)
            bits[k] = rule(bits[k]);
        memcpy(x + i, bits, sizeof bits);
    }
    for (; i < n; i++)
        x[i] = f32_from_bits(rule(bits_from_f32(x[i])));
}

void round_bf16(float *x, size_t n, void *unused)
{
    (void)unused;
    in_blocks(x, n, bf16_bits);
}

void round_fp16(float *x, size_t n, void *unused)
{
    (void)unused;
    in_blocks(x, n, fp16_bits);
}

void round_tf32(float *x, size_t n, void *unused)
{
    (void)unused;
    in_blocks(x, n, tf32_bits);
}

void round_e4m3(float *x, size_t n, void *unused)
{
    (void)unused;
    in_blocks(x, n, e4m3_bits);
}

void round_e5m2(float *x, size_t n, void *unused)
{
    (void)unused;
    in_blocks(x, n, e5m2_bits);
}
