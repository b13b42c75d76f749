/**
 * @file formats.h
 * @brief The floating-point formats of the workbook: one descriptor each, and nothing else.
 *
 * Everything that differs between the formats is in the table in formats.c. Biases, masks and
 * limits are *derived* from it (lab 01 is about how), so no number is written twice.
 *
 *      FP32   s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm     1 + 8 + 23      E4M3   s eeee mmm    1 + 4 + 3
 *      TF32   s eeeeeeee mmmmmmmmmm                  1 + 8 + 10      E5M2   s eeeee mm    1 + 5 + 2
 *      BF16   s eeeeeeee mmmmmmm                     1 + 8 + 7
 *      FP16   s eeeee mmmmmmmmmm                     1 + 5 + 10
 *
 * Used by every lab, by the grader and by the experiments.
 */
#ifndef LOWP_COMMON_FORMATS_H
#define LOWP_COMMON_FORMATS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** What the all-ones exponent means. */
enum fp_specials {
    FP_IEEE,    /**< mantissa 0: infinity; any other mantissa: NaN (IEEE 754-2019, 3.4) */
    FP_NAN_ONLY /**< no infinity; only the all-ones mantissa is NaN, the rest are normal numbers
                     (OCP 8-bit Floating Point Specification 1.0: E4M3) */
};

/** A binary floating-point format with one sign bit. Passed by value. */
struct fp_format {
    char name[8];              /**< "BF16", for messages */
    uint8_t exp_bits;          /**< width of the biased exponent field, 2..11 */
    uint8_t man_bits;          /**< width of the mantissa field without the hidden bit, 1..52 */
    enum fp_specials specials; /**< what the all-ones exponent means */
};

extern const struct fp_format FP64; /**< IEEE 754 binary64 */
extern const struct fp_format FP32; /**< IEEE 754 binary32 */
extern const struct fp_format TF32; /**< FP32's range with FP16's precision; a code is its 19 bits,
                                         which hardware keeps in the top of a 32-bit word */
extern const struct fp_format FP16; /**< IEEE 754 binary16 */
extern const struct fp_format BF16; /**< the top half of FP32 */
extern const struct fp_format E4M3; /**< OCP FP8 E4M3 ("fn": finite, one NaN a sign) */
extern const struct fp_format E5M2; /**< OCP FP8 E5M2 (IEEE-like) */

/** All of the above, widest first. */
extern const struct fp_format *const FP_FORMATS[];
extern const size_t FP_FORMATS_COUNT; /**< number of entries of FP_FORMATS */

/** How a value between two codes is rounded. */
enum fp_round {
    FP_RNE, /**< to the nearest code, a tie to the even one (IEEE 754-2019, 4.3.1) */
    FP_RTZ, /**< toward zero: the bits that do not fit are dropped */
    FP_SR   /**< stochastic: away from zero with probability equal to the dropped fraction */
};

/** The bits of a float. @param[in] x any value, NaN included @return its IEEE 754 code */
static inline uint32_t bits_from_f32(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/** The float with these bits. @param[in] bits any code @return the value, NaN payload kept */
static inline float f32_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/** The bits of a double. @param[in] x any value, NaN included @return its IEEE 754 code */
static inline uint64_t bits_from_f64(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/** The double with these bits. @param[in] bits any code @return the value, NaN payload kept */
static inline double f64_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#endif
