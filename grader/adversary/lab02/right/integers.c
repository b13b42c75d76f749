/* Kinds, ranges and maxima by integers alone, without a branch where that is possible; the guard
 * writes its text char by char, with more words around it. */
#include "lab02.h"

#include "common/cast.h"
#include "common/formats.h"

#include <math.h>

// --------------------------------------------------------------------------------------------
// What a tensor holds
// --------------------------------------------------------------------------------------------

/** The mantissa bits of a format. */
static int mantissa_bits(enum dtype dtype)
{
    return dtype == DTYPE_FP16   ? FP16.man_bits
           : dtype == DTYPE_BF16 ? BF16.man_bits
                                 : FP32.man_bits;
}

/** The code of +infinity: exponent all ones, mantissa 0. */
static uint32_t infinity_code(enum dtype dtype)
{
    return dtype == DTYPE_FP16 ? 0x7C00 : dtype == DTYPE_BF16 ? 0x7F80 : 0x7F800000;
}

/** Exponent and mantissa of a code: its magnitude. */
static uint32_t magnitude_of(uint32_t bits, enum dtype dtype)
{
    return bits & (dtype == DTYPE_FP32 ? 0x7FFFFFFF : 0x7FFF);
}

enum kind kind_of(uint32_t bits, enum dtype dtype)
{
    unsigned man = (unsigned)mantissa_bits(dtype), width = dtype == DTYPE_FP32 ? 32 : 16;
    uint32_t ones = (1u << (width - 1 - man)) - 1;
    uint32_t exponent = bits >> man & ones, mantissa = bits & ((1u << man) - 1);
    unsigned inner = exponent != 0, outer = exponent == ones, rest = mantissa != 0;
    /* zero 0, subnormal 1, normal 2, infinity 3, NaN 4 */
    return (enum kind)(2 * inner + outer + rest * (outer | !inner));
}

/* Magnitudes as integers, which lie in the order of their values. */
struct census tensor_census(struct tensor t)
{
    struct census census = {{0}, 0, 0};
    uint32_t least = UINT32_MAX, most = 0;
    for (size_t i = t.n; i-- > 0;) {
        uint32_t bits = tensor_bits(t, i), magnitude = magnitude_of(bits, t.dtype);
        census.count[kind_of(bits, t.dtype)] += 1;
        bool number = magnitude != 0 && magnitude < infinity_code(t.dtype);
        least = number && magnitude < least ? magnitude : least;
        most = number && magnitude > most ? magnitude : most;
    }
    if (most == 0)
        return census;
    uint16_t short_codes[] = {(uint16_t)least, (uint16_t)most};
    float long_codes[] = {f32_from_bits(least), f32_from_bits(most)};
    struct tensor ends = {"ends", t.dtype, short_codes, 2};
    if (t.dtype == DTYPE_FP32)
        ends.data = long_codes;
    census.smallest = tensor_value(ends, 0);
    census.largest = tensor_value(ends, 1);
    return census;
}

size_t first_nonfinite(struct tensor t)
{
    for (size_t i = 0; i < t.n; i++)
        if (magnitude_of(tensor_bits(t, i), t.dtype) >= infinity_code(t.dtype))
            return i;
    return NOT_FOUND;
}

// --------------------------------------------------------------------------------------------
// The truth table
// --------------------------------------------------------------------------------------------

static const unsigned ZEROS = V_MINUS_ZERO | V_PLUS_ZERO;
static const unsigned INFS = V_MINUS_INF | V_PLUS_INF;
static const unsigned MINUS = V_MINUS_INF | V_NEGATIVE | V_MINUS_ZERO;

/** The set of the negatives: bits 1 to 6 mirrored. */
static unsigned negated(unsigned set)
{
    unsigned mirrored = set & V_NAN;
    for (int bit = 1; bit <= 6; bit++)
        mirrored |= (set >> bit & 1) << (7 - bit);
    return mirrored;
}

static unsigned sum_of(unsigned a, unsigned b)
{
    if ((a | b) & V_NAN)
        return V_NAN;
    if ((a | b) & INFS) // inf - inf has no answer; else the infinity wins
        return (a & INFS) && (b & INFS) && a != b ? V_NAN : (a | b) & INFS;
    if ((a & ZEROS) && (b & ZEROS)) // -0 only if both are
        return a == b ? a : V_PLUS_ZERO;
    if ((a | b) & ZEROS)
        return (a | b) & ~ZEROS;
    if (a == b) // x + y is not 0: subnormals see to that
        return a | (a == V_POSITIVE ? V_PLUS_INF : V_MINUS_INF);
    return V_NEGATIVE | V_PLUS_ZERO | V_POSITIVE; // 0 only for x - x, and then it is +0
}

/** A product, or with `invert` a quotient: signs multiply, and two kinds of clash give NaN. */
static unsigned product_of(unsigned a, unsigned b, bool invert)
{
    unsigned to_inf = invert ? ZEROS : INFS, to_zero = invert ? INFS : ZEROS;
    unsigned size = V_PLUS_ZERO | V_POSITIVE | V_PLUS_INF; // may underflow, may overflow
    if ((a | b) & V_NAN)
        return V_NAN;
    bool grows = (a & INFS) || (b & to_inf), shrinks = (a & ZEROS) || (b & to_zero);
    if (grows && shrinks) // 0 * inf, 0 / 0, inf / inf
        return V_NAN;
    if (grows)
        size = V_PLUS_INF;
    else if (shrinks)
        size = V_PLUS_ZERO;
    return !(a & MINUS) == !(b & MINUS) ? size : negated(size);
}

static unsigned function_of(enum fp_op op, unsigned a)
{
    if (a == V_NAN)
        return V_NAN;
    if (op == OP_EXP) {
        return a == V_MINUS_INF  ? V_PLUS_ZERO
               : a == V_NEGATIVE ? V_PLUS_ZERO | V_POSITIVE
               : a & ZEROS       ? V_POSITIVE
               : a == V_POSITIVE ? V_POSITIVE | V_PLUS_INF
                                 : V_PLUS_INF;
    }
    if (a & ZEROS)
        return op == OP_SQRT ? a : V_MINUS_INF; // sqrt(-0) is -0, log(-0) is -inf
    if (a & MINUS)
        return V_NAN;
    if (op == OP_LOG && a == V_POSITIVE)
        return V_NEGATIVE | V_PLUS_ZERO | V_POSITIVE;
    return a;
}

/** Place of a class on the number line; both zeros have the same one. */
static int place(unsigned a)
{
    return a == V_MINUS_INF ? -2 : a == V_NEGATIVE ? -1 : a & ZEROS ? 0 : a == V_POSITIVE ? 1 : 2;
}

static unsigned is_less(unsigned a, unsigned b)
{
    if ((a | b) & V_NAN)
        return V_FALSE;
    bool both = a == b && (a & (V_NEGATIVE | V_POSITIVE));
    return both ? V_FALSE | V_TRUE : place(a) < place(b) ? V_TRUE : V_FALSE;
}

static unsigned is_equal(unsigned a, unsigned b)
{
    if ((a | b) & V_NAN)
        return V_FALSE;
    bool both = a == b && (a & (V_NEGATIVE | V_POSITIVE));
    return both ? V_FALSE | V_TRUE : place(a) == place(b) ? V_TRUE : V_FALSE;
}

unsigned outcomes(enum fp_op op, unsigned a, unsigned b)
{
    switch (op) {
    case OP_ADD:
        return sum_of(a, b);
    case OP_SUB:
        return sum_of(a, negated(b));
    case OP_MUL:
        return product_of(a, b, false);
    case OP_DIV:
        return product_of(a, b, true);
    case OP_LESS:
        return is_less(a, b);
    case OP_EQUAL:
        return is_equal(a, b);
    case OP_NOT_EQUAL: { // the one comparison that is true for a NaN
        unsigned equal = is_equal(a, b);
        return (equal & V_TRUE ? V_FALSE : 0u) | (equal & V_FALSE ? V_TRUE : 0u);
    }
    case OP_FMAX:
        if ((a | b) & V_NAN)
            return a == V_NAN ? b : a;
        return place(a) > place(b) ? a : b;
    case OP_PICK: {
        unsigned greater = is_less(b, a);
        return (greater & V_TRUE ? a : 0u) | (greater & V_FALSE ? b : 0u);
    }
    default:
        return function_of(op, a);
    }
}

/* Floats as integers in the order of their values, -0 just below +0. */
static int32_t key_of(float x)
{
    uint32_t bits = bits_from_f32(x);
    return (int32_t)(bits >> 31 ? 0x7FFFFFFF - (bits & 0x7FFFFFFF) - 0x7FFFFFFF - 1 : bits);
}

static bool is_a_nan(float x)
{
    return (bits_from_f32(x) & 0x7FFFFFFF) > 0x7F800000;
}

float max_propagating(float a, float b)
{
    if (is_a_nan(b))
        return b;
    return is_a_nan(a) || key_of(a) > key_of(b) ? a : b;
}

float max_ignoring(float a, float b)
{
    if (is_a_nan(a))
        return b;
    return is_a_nan(b) || key_of(b) < key_of(a) ? a : b;
}

/* The largest of the magnitudes' bits: a NaN's are above those of infinity. */
float amax(struct tensor t)
{
    uint32_t most = 0;
    for (size_t i = 0; i < t.n; i++) {
        uint32_t magnitude = bits_from_f32(tensor_value(t, i)) & 0x7FFFFFFF;
        most = magnitude > most ? magnitude : most;
    }
    return f32_from_bits(most);
}

// --------------------------------------------------------------------------------------------
// Sums
// --------------------------------------------------------------------------------------------

float sum_running(struct tensor t)
{
    // FP32 has at least 2p + 2 significant bits for both formats' p (11 and 8), so rounding the
    // FP32 sum once more gives the correctly rounded sum (Figueroa 1995).
    float sum = 0;
    for (size_t i = 0; i < t.n; i++)
        sum = round_to(sum + tensor_value(t, i), t.dtype);
    return sum;
}

float sum_fp32(struct tensor t)
{
    float sum = 0;
    for (size_t i = 0; i < t.n; i++)
        sum += tensor_value(t, i);
    return sum;
}

static float pairwise(struct tensor t, size_t begin, size_t end)
{
    if (end - begin == 1)
        return tensor_value(t, begin);
    size_t middle = begin + (end - begin) / 2;
    return round_to(pairwise(t, begin, middle) + pairwise(t, middle, end), t.dtype);
}

float sum_pairwise(struct tensor t)
{
    return t.n == 0 ? 0 : pairwise(t, 0, t.n);
}

// --------------------------------------------------------------------------------------------
// Prediction
// --------------------------------------------------------------------------------------------

size_t adds_until_overflow(float x, enum dtype dtype)
{
    float sum = 0;
    for (size_t n = 1;; n++) {
        float next = round_to(sum + x, dtype);
        if (isinf(next))
            return n;
        if (next == sum) // and it will be so for ever
            return NOT_FOUND;
        sum = next;
    }
}

size_t layers_until_overflow(float largest, float gain, enum dtype dtype)
{
    // The largest value is (2 - 2^-p) 2^e; half a gap, 2^-(p+1) 2^e, above it rounding goes up.
    int max_exponent = dtype == DTYPE_FP16 ? 15 : 127;
    double limit = ldexp(2 - ldexp(1, -mantissa_bits(dtype) - 1), max_exponent);
    if ((double)largest >= limit)
        return 0;
    if (gain <= 1 || largest == 0)
        return NOT_FOUND;
    size_t k = 0;
    for (double size = (double)largest; size < limit; k++)
        size *= (double)gain;
    return k;
}

// --------------------------------------------------------------------------------------------
// Guards
// --------------------------------------------------------------------------------------------

/* Puts one char where there is room, and counts it in any case. */
static void put_char(char *text, size_t size, size_t *at, char c)
{
    if (*at + 1 < size)
        text[*at] = c;
    *at += 1;
}

static void put_text(char *text, size_t size, size_t *at, const char *more)
{
    while (*more)
        put_char(text, size, at, *more++);
}

static void put_number(char *text, size_t size, size_t *at, size_t x)
{
    if (x >= 10)
        put_number(text, size, at, x / 10);
    put_char(text, size, at, (char)('0' + x % 10));
}

bool guard_finite(const struct tensor *tensors, size_t count, struct finding *finding, char *text,
                  size_t size)
{
    size_t at = 0, element = NOT_FOUND, which = 0;
    for (; which < count; which++)
        if ((element = first_nonfinite(tensors[which])) != NOT_FOUND)
            break;
    if (element != NOT_FOUND) {
        finding->tensor = which;
        finding->element = element;
        finding->value = tensor_value(tensors[which], element);
        put_text(text, size, &at, "not finite: ");
        put_text(text, size, &at, tensors[which].name);
        put_char(text, size, &at, '[');
        put_number(text, size, &at, element);
        put_text(text, size, &at, "] = ");
        put_text(text, size, &at,
                 is_a_nan(finding->value)              ? "NaN"
                 : bits_from_f32(finding->value) >> 31 ? "-inf"
                                                       : "inf");
    }
    if (size > 0)
        text[at < size ? at : size - 1] = 0;
    return element == NOT_FOUND;
}

// --------------------------------------------------------------------------------------------
// Who did it?
// --------------------------------------------------------------------------------------------

size_t first_bad_op(const struct op *ops, size_t n_ops, const struct tensor *tensors)
{
    for (size_t i = 0; i < n_ops; i++) {
        if (first_nonfinite(tensors[ops[i].output]) == NOT_FOUND)
            continue;
        bool innocent = false;
        for (size_t k = 0; k < ops[i].n_inputs; k++)
            innocent = innocent || first_nonfinite(tensors[ops[i].inputs[k]]) != NOT_FOUND;
        if (!innocent)
            return i;
    }
    return NOT_FOUND;
}

size_t first_nan_op(const struct op *ops, size_t n_ops, const struct tensor *tensors)
{
    for (size_t i = 0; i < n_ops; i++)
        if (tensor_census(tensors[ops[i].output]).count[KIND_NAN] > 0)
            return i;
    return NOT_FOUND;
}
