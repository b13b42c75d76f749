/**
 * @file lab01.c
 * @brief Lab 01, float bit layouts: every function of lab01.h. You edit this file and
 * lab01.cu, the kernels.
 *
 * Build it with `make lab01`, grade it with `make grade`, see the figures with
 * `make plot LAB=lab01`. The assignment is README.md in this folder.
 */
#include "lab01.h"

#include "common/todo.h"

#include <math.h>

/* ---- Part A: any format, from its descriptor -------------------------------------------------
 *
 *        1          exp_bits                  man_bits
 *      +---+----------------------+-------------------------------+
 *      | s |   biased exponent    |           mantissa            |     a code, right-aligned
 *      +---+----------------------+-------------------------------+
 *
 *      exponent   mantissa     FP_IEEE                      FP_NAN_ONLY
 *      0          0            signed zero                  signed zero
 *      0          m > 0        m * 2^(1 - bias - man_bits)  the same
 *      e          m            (2^man_bits + m) * 2^(e - bias - man_bits), in both
 *      all ones   0            infinity                     a normal number
 *      all ones   0 < m        NaN                          a normal number, but NaN for all ones
 */

// BEGIN SOLUTION
/* The masks that the functions below share; each is derived from the descriptor. */

static uint64_t ones(int count)
{
    return ((uint64_t)1 << count) - 1;
}

static uint64_t sign_mask(struct fp_format f)
{
    return (uint64_t)1 << (f.exp_bits + f.man_bits);
}

static uint64_t magnitude_mask(struct fp_format f)
{
    return sign_mask(f) - 1;
}

/* Code of the largest finite value: the code just below infinity, or just below the only NaN. */
static uint64_t max_code(struct fp_format f)
{
    uint64_t infinity = ones(f.exp_bits) << f.man_bits;
    return f.specials == FP_IEEE ? infinity - 1 : magnitude_mask(f) - 1;
}

/* All ones: a NaN in every format, and in some the only one. */
static uint64_t nan_code(struct fp_format f)
{
    return magnitude_mask(f);
}

/* Codes are sign and magnitude. As a signed integer they stand in the order of their values. */
static int64_t place_of(uint64_t bits, struct fp_format f)
{
    int64_t magnitude = (int64_t)(bits & magnitude_mask(f));
    return bits & sign_mask(f) ? -magnitude : magnitude;
}
// END SOLUTION

int fp_bias(struct fp_format f)
{
    // TODO(lab01.1, about 1 line): the number that is subtracted from the stored exponent.
    // BEGIN SOLUTION
    // STUB: return (int)todo_bits("lab01.1");
    return (1 << (f.exp_bits - 1)) - 1;
    // END SOLUTION
}

struct fp_fields fp_split(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.2, about 5 lines): shift and mask the three fields. They may be 52 bits wide.
    // BEGIN SOLUTION
    // STUB: uint64_t poison = todo_bits("lab01.2");
    // STUB: return (struct fp_fields){(uint32_t)poison, (uint32_t)poison, poison};
    return (struct fp_fields){
        .sign = (uint32_t)(bits >> (f.exp_bits + f.man_bits) & 1),
        .exponent = (uint32_t)(bits >> f.man_bits & ones(f.exp_bits)),
        .mantissa = bits & ones(f.man_bits),
    };
    // END SOLUTION
}

enum fp_class fp_classify(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.3, about 9 lines): follow the table at the top of the file.
    // BEGIN SOLUTION
    // STUB: return (enum fp_class)todo_bits("lab01.3");
    uint64_t magnitude = bits & magnitude_mask(f);
    if (magnitude == 0)
        return FP_CLASS_ZERO;
    if (magnitude <= ones(f.man_bits)) // the exponent field is 0
        return FP_CLASS_SUBNORMAL;
    if (magnitude <= max_code(f))
        return FP_CLASS_NORMAL;
    // Above the largest finite code: infinity comes first, where there is one, then the NaNs.
    if (f.specials == FP_IEEE && magnitude == max_code(f) + 1)
        return FP_CLASS_INF;
    return FP_CLASS_NAN;
    // END SOLUTION
}

double fp_decode(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.4, about 15 lines): the value of a code. ldexp(m, e) is m * 2^e, exact here.
    // BEGIN SOLUTION
    // STUB: return todo_f64("lab01.4");
    struct fp_fields field = fp_split(bits, f);
    double magnitude = 0;
    switch (fp_classify(bits, f)) {
    case FP_CLASS_ZERO:
        break;
    case FP_CLASS_SUBNORMAL: // no hidden bit, and the exponent of the smallest normal number
        magnitude = ldexp((double)field.mantissa, 1 - fp_bias(f) - f.man_bits);
        break;
    case FP_CLASS_NORMAL: // the hidden bit stands just above the mantissa
        magnitude = ldexp((double)(field.mantissa + ((uint64_t)1 << f.man_bits)),
                          (int)field.exponent - fp_bias(f) - f.man_bits);
        break;
    case FP_CLASS_INF:
        magnitude = INFINITY;
        break;
    case FP_CLASS_NAN:
        magnitude = NAN;
        break;
    }
    return field.sign ? -magnitude : magnitude;
    // END SOLUTION
}

struct fp_limits fp_limits(struct fp_format f)
{
    // TODO(lab01.5, about 6 lines): which codes are these? Then decode them. Type in no value.
    // BEGIN SOLUTION
    // STUB: double poison = todo_f64("lab01.5");
    // STUB: return (struct fp_limits){poison, poison, poison, poison};
    return (struct fp_limits){
        .max = fp_decode(max_code(f), f),
        .min_normal = fp_decode((uint64_t)1 << f.man_bits, f),
        .min_subnormal = fp_decode(1, f),
        .eps = ldexp(1, -f.man_bits), // one step of the mantissa at exponent 0
    };
    // END SOLUTION
}

uint64_t fp_next_up(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.6, about 10 lines): codes are sign and magnitude: which way is up below zero?
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab01.6");
    uint64_t magnitude = bits & magnitude_mask(f);
    uint64_t top = f.specials == FP_IEEE ? max_code(f) + 1 : max_code(f);
    if (magnitude > top) // NaN
        return bits;
    if (magnitude == 0) // either zero
        return 1;
    if (bits & sign_mask(f)) // negative: up is toward zero
        return bits - 1;
    return bits == top ? bits : bits + 1;
    // END SOLUTION
}

uint64_t fp_next_down(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.6, about 1 line): use fp_next_up() and the symmetry of the codes.
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab01.6");
    return fp_next_up(bits ^ sign_mask(f), f) ^ sign_mask(f);
    // END SOLUTION
}

int64_t fp_ulp_distance(uint64_t a, uint64_t b, struct fp_format f)
{
    // TODO(lab01.7, about 4 lines): give every code its place on the number line, and subtract.
    // BEGIN SOLUTION
    // STUB: return (int64_t)todo_bits("lab01.7");
    return place_of(b, f) - place_of(a, f);
    // END SOLUTION
}

// BEGIN SOLUTION
/* Does |x| = (lower + rest) quanta round up to lower + 1? All arguments are exact. */
static bool rounds_up(double lower, double rest, enum fp_round mode, uint32_t random)
{
    switch (mode) {
    case FP_RNE:
        return rest > 0.5 || (rest == 0.5 && fmod(lower, 2) == 1);
    case FP_SR:
        return random < ldexp(rest, 32);
    case FP_RTZ:
        break;
    }
    return false;
}

/* What becomes of a magnitude that is too large for the format, an infinite x included. */
static uint64_t overflow_code(struct fp_format f, bool saturate)
{
    if (saturate)
        return max_code(f);
    return max_code(f) + 1; // infinity, or the only NaN: either follows the largest
}
// END SOLUTION

uint64_t fp_encode(double x, struct fp_format f, enum fp_round mode, bool saturate, uint32_t random)
{
    // TODO(lab01.8, about 25 lines): 1. set NaN and infinity aside. 2. Find the exponent of
    // |x|, not below the smallest normal's. 3. The gap between codes there is one quantum: count
    // the whole quanta in |x| and the rest, both exact. 4. Round the count. 5. Turn exponent and
    // count into a code; a carry into the next binade must come out right. 6. Look for overflow.
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab01.8");
    uint64_t sign = signbit(x) ? sign_mask(f) : 0;
    // 1. The values that have no exponent.
    if (isnan(x))
        return sign | nan_code(f);
    if (isinf(x))
        return sign | overflow_code(f, saturate);

    // 2. Below the smallest normal the exponent stops falling: those are the subnormals, and 0, whose
    // ilogb is less than any exponent.
    int min_exponent = 1 - fp_bias(f);
    int exponent = ilogb(x) > min_exponent ? ilogb(x) : min_exponent;

    // 3. |x| in quanta. Scaling by a power of two is exact, and so are floor and the difference.
    double quanta = ldexp(fabs(x), f.man_bits - exponent);
    double lower = floor(quanta);
    double rest = quanta - lower;

    // 4. The only rounding.
    uint64_t count = (uint64_t)lower + rounds_up(lower, rest, mode, random);

    // 5. A normal count has the hidden bit, 2^man_bits, set: adding it to the exponent field makes
    // the field one larger, which is why exponent - min_exponent starts at 0 and not at 1. A carry
    // to 2^(man_bits + 1) raises the field by one more, just as it should.
    uint64_t magnitude = ((uint64_t)(exponent - min_exponent) << f.man_bits) + count;

    // 6. Past the largest finite code.
    if (magnitude > max_code(f))
        magnitude = mode == FP_RTZ ? max_code(f) : overflow_code(f, saturate);
    return sign | magnitude;
    // END SOLUTION
}

/* ---- Part B: one format at a time, with integer operations -----------------------------------
 *
 *      FP32   s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm    bias 127
 *      FP16   s eeeee    mmmmmmmmmm                 bias 15
 *      BF16   s eeeeeeee mmmmmmm                    bias 127
 *      E4M3   s eeee     mmm                        bias 7
 *      E5M2   s eeeee    mm                         bias 15
 */

// BEGIN SOLUTION
enum {
    F32_MAN_BITS = 23,
    F32_BIAS = 127,
    F32_INF = 0x7F800000, /* magnitudes above it are NaNs */
    F32_MAGNITUDE = 0x7FFFFFFF
};

/* Drops the low `shift` bits of n, 1 <= shift <= 31, to nearest, ties to even. Just under half is
 * added, and the last kept bit on top: a tie then carries exactly if that bit is odd. */
static inline uint32_t shift_rne(uint32_t n, int shift)
{
    uint32_t below_half = ((uint32_t)1 << (shift - 1)) - 1;
    uint32_t odd = n >> shift & 1;
    return (n + below_half + odd) >> shift;
}

/* Rounds a finite FP32 magnitude to a code with man_bits and bias, as if exponents had no upper
 * limit: the caller compares with its largest code. With constants the compiler inlines it to a
 * handful of instructions.
 *
 *      stored exponent - 127 + bias     what is shifted
 *      1 or more: normal                exponent and mantissa as one number, so a carry is right
 *      0 or less: subnormal             1.mantissa, one place further for each binade below
 */
static inline uint32_t magnitude_from_f32_rne(uint32_t magnitude, int man_bits, int bias)
{
    int exponent = (int)(magnitude >> F32_MAN_BITS) - F32_BIAS + bias;
    int shift = F32_MAN_BITS - man_bits;
    if (exponent >= 1)
        return shift_rne(magnitude - ((uint32_t)(F32_BIAS - bias) << F32_MAN_BITS), shift);

    // The 24 bits are less than half of what 25 places drop, so 25 gives 0, and so would any more.
    // FP32's own subnormals end here too; the hidden bit they do not have makes no difference.
    shift += 1 - exponent;
    uint32_t hidden = (uint32_t)1 << F32_MAN_BITS;
    return shift_rne((magnitude & (hidden - 1)) | hidden, shift < 25 ? shift : 25);
}

/* The FP32 value of a finite code with man_bits and bias, exact. */
static inline float f32_from_fields(uint32_t sign, uint32_t magnitude, int man_bits, int bias)
{
    uint32_t bits;
    if (magnitude >> man_bits == 0) { // zero or subnormal: a count of quanta, normal in FP32
        float quantum = f32_from_bits((uint32_t)(F32_BIAS + 1 - bias - man_bits) << F32_MAN_BITS);
        bits = bits_from_f32((float)magnitude * quantum);
    } else { // widen the mantissa with zeros, exchange the bias
        bits = (magnitude << (F32_MAN_BITS - man_bits)) +
               ((uint32_t)(F32_BIAS - bias) << F32_MAN_BITS);
    }
    return f32_from_bits(sign << 31 | bits);
}
// END SOLUTION

uint16_t f16_from_f32_rne(float x)
{
    // TODO(lab01.9, about 12 lines): NaN; too large; normal; subnormal. One rounding step.
    // BEGIN SOLUTION
    // STUB: return (uint16_t)todo_bits("lab01.9");
    uint32_t sign = bits_from_f32(x) >> 16 & 0x8000;
    uint32_t magnitude = bits_from_f32(x) & F32_MAGNITUDE;
    if (magnitude > F32_INF)
        return (uint16_t)(sign | 0x7FFF);
    uint32_t code = magnitude_from_f32_rne(magnitude, 10, 15);
    return (uint16_t)(sign | (code > 0x7C00 ? 0x7C00 : code));
    // END SOLUTION
}

float f32_from_f16(uint16_t bits)
{
    // TODO(lab01.9, about 8 lines): exact, so nothing rounds. Infinity and NaN; normal; subnormal.
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab01.9");
    uint32_t sign = bits >> 15;
    uint32_t magnitude = bits & 0x7FFF;
    if (magnitude >= 0x7C00) // infinity, or a NaN with its payload
        return f32_from_bits(sign << 31 | F32_INF | magnitude << 13);
    return f32_from_fields(sign, magnitude, 10, 15);
    // END SOLUTION
}

uint16_t bf16_from_f32_rne(float x)
{
    // TODO(lab01.10, about 5 lines): the top 16 bits, rounded. Which NaNs would not survive that?
    // BEGIN SOLUTION
    // STUB: return (uint16_t)todo_bits("lab01.10");
    uint32_t sign = bits_from_f32(x) >> 16 & 0x8000;
    uint32_t magnitude = bits_from_f32(x) & F32_MAGNITUDE;
    // A NaN whose payload is all in the low half would become infinity, and 0x7FFFFFFF would carry
    // into the sign. Setting the quiet bit, and not rounding, keeps every one a NaN.
    if (magnitude > F32_INF)
        return (uint16_t)(sign | magnitude >> 16 | 0x0040);
    // Subnormals need no case: the exponent fields are the same. Overflow carries to infinity.
    return (uint16_t)(sign | shift_rne(magnitude, 16));
    // END SOLUTION
}

float f32_from_bf16(uint16_t bits)
{
    // TODO(lab01.10, about 1 line): BF16 is the top half of FP32.
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab01.10");
    return f32_from_bits((uint32_t)bits << 16);
    // END SOLUTION
}

uint8_t e4m3_from_f32_rne(float x, bool saturate)
{
    // TODO(lab01.11, about 10 lines): as FP16, but there is no infinity, and 0x7F is the only NaN.
    // BEGIN SOLUTION
    // STUB: return (uint8_t)todo_bits("lab01.11");
    uint32_t sign = bits_from_f32(x) >> 24 & 0x80;
    uint32_t magnitude = bits_from_f32(x) & F32_MAGNITUDE;
    if (magnitude > F32_INF)
        return (uint8_t)(sign | 0x7F);
    uint32_t code = magnitude_from_f32_rne(magnitude, 3, 7);
    if (code > 0x7E) // above 464: 464 itself is a tie, and goes to the even 0x7E
        code = saturate ? 0x7E : 0x7F;
    return (uint8_t)(sign | code);
    // END SOLUTION
}

float f32_from_e4m3(uint8_t bits)
{
    // TODO(lab01.11, about 8 lines): one NaN a sign; the other codes of the top exponent are normal.
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab01.11");
    uint32_t sign = bits >> 7;
    uint32_t magnitude = bits & 0x7F;
    if (magnitude == 0x7F)
        return NAN; // which one, and its sign, are free
    return f32_from_fields(sign, magnitude, 3, 7);
    // END SOLUTION
}

uint8_t e5m2_from_f32_rne(float x, bool saturate)
{
    // TODO(lab01.12, about 10 lines): as FP16 with 2 mantissa bits, and with `saturate`.
    // BEGIN SOLUTION
    // STUB: return (uint8_t)todo_bits("lab01.12");
    uint32_t sign = bits_from_f32(x) >> 24 & 0x80;
    uint32_t magnitude = bits_from_f32(x) & F32_MAGNITUDE;
    if (magnitude > F32_INF)
        return (uint8_t)(sign | 0x7F);
    uint32_t code = magnitude_from_f32_rne(magnitude, 2, 15);
    if (code > 0x7B)
        code = saturate ? 0x7B : 0x7C;
    return (uint8_t)(sign | code);
    // END SOLUTION
}

float f32_from_e5m2(uint8_t bits)
{
    // TODO(lab01.12, about 1 line): E5M2 is the top half of FP16.
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab01.12");
    return f32_from_f16((uint16_t)(bits << 8));
    // END SOLUTION
}
