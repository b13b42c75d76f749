/* Vector intrinsics where elements are looked at, and sums in double where the contract leaves the
 * accumulator free. */
#include "lab02.h"

#include "common/cast.h"
#include "common/formats.h"

#include <immintrin.h>
#include <math.h>
#include <stdio.h>

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
    uint32_t magnitude = magnitude_of(bits, dtype);
    uint32_t smallest_normal = (uint32_t)1 << mantissa_bits(dtype);
    uint32_t infinity = infinity_code(dtype);
    if (magnitude == 0)
        return KIND_ZERO;
    if (magnitude < smallest_normal)
        return KIND_SUBNORMAL;
    if (magnitude < infinity)
        return KIND_NORMAL;
    return magnitude == infinity ? KIND_INF : KIND_NAN;
}

struct census tensor_census(struct tensor t)
{
    struct census census = {0};
    for (size_t i = 0; i < t.n; i++) {
        enum kind kind = kind_of(tensor_bits(t, i), t.dtype);
        census.count[kind]++;
        if (kind != KIND_SUBNORMAL && kind != KIND_NORMAL)
            continue;
        float size = fabsf(tensor_value(t, i));
        if (census.smallest == 0 || size < census.smallest)
            census.smallest = size;
        if (size > census.largest)
            census.largest = size;
    }
    return census;
}

/* Four elements at a time: x - x is 0 if x is finite, and else a NaN, which is not equal to itself. */
size_t first_nonfinite(struct tensor t)
{
    size_t i = 0;
    for (; i + 4 <= t.n; i += 4) {
        __m128 x = _mm_setr_ps(tensor_value(t, i), tensor_value(t, i + 1), tensor_value(t, i + 2),
                               tensor_value(t, i + 3));
        __m128 zero = _mm_sub_ps(x, x);
        int bad = _mm_movemask_ps(_mm_cmpunord_ps(zero, zero));
        if (bad)
            return i + (size_t)__builtin_ctz((unsigned)bad);
    }
    for (; i < t.n; i++)
        if (!(fabsf(tensor_value(t, i)) <= 3.4028235e38f))
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

/* maxps gives its second operand for a NaN and for zeros; + makes +0 of -0 + +0, and a NaN of one. */
float max_propagating(float a, float b)
{
    __m128 x = _mm_set_ss(a), y = _mm_set_ss(b);
    float max = _mm_cvtss_f32(_mm_max_ss(x, y)), sum = _mm_cvtss_f32(_mm_add_ss(x, y));
    return isnan(a) || isnan(b) || (a == 0 && b == 0) ? sum : max;
}

float max_ignoring(float a, float b)
{
    if (isnan(a))
        return b;
    return isnan(b) ? a : max_propagating(a, b);
}

/* AVX has max of eight; the NaNs are looked for apart. */
__attribute__((target("avx"))) float amax(struct tensor t)
{
    __m256 most = _mm256_setzero_ps(), nans = _mm256_setzero_ps();
    float eight[8], largest = 0;
    for (size_t i = 0; i < t.n; i += 8) {
        for (size_t k = 0; k < 8; k++)
            eight[k] = i + k < t.n ? fabsf(tensor_value(t, i + k)) : 0;
        __m256 x = _mm256_loadu_ps(eight);
        most = _mm256_max_ps(x, most);
        nans = _mm256_or_ps(nans, _mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    }
    if (_mm256_movemask_ps(nans))
        return (float)NAN;
    _mm256_storeu_ps(eight, most);
    for (size_t k = 0; k < 8; k++)
        largest = eight[k] > largest ? eight[k] : largest;
    return largest;
}

// --------------------------------------------------------------------------------------------
// Sums
// --------------------------------------------------------------------------------------------

/* FP16 by the processor's own conversion. */
__attribute__((target("f16c"))) float sum_running(struct tensor t)
{
    double sum = 0;
    for (size_t i = 0; i < t.n; i++) {
        float exact =
            (float)(sum + (double)tensor_value(t, i)); /* 53 bits are enough for any two */
        sum = t.dtype == DTYPE_FP16 ? (double)_cvtsh_ss(_cvtss_sh(exact, _MM_FROUND_TO_NEAREST_INT))
                                    : (double)round_to(exact, t.dtype);
    }
    return (float)sum;
}

/* Four accumulators, added up at the end. */
float sum_fp32(struct tensor t)
{
    double sums[4] = {0, 0, 0, 0};
    for (size_t i = 0; i < t.n; i++)
        sums[i % 4] += (double)tensor_value(t, i);
    return (float)((sums[0] + sums[2]) + (sums[1] + sums[3]));
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
    double sum = 0, before = -1;
    size_t n = 0;
    for (; !isinf(sum) && sum != before; n++) {
        before = sum;
        sum = (double)round_to((float)(sum + (double)x), dtype);
    }
    return isinf(sum) ? n : NOT_FOUND;
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

bool guard_finite(const struct tensor *tensors, size_t count, struct finding *finding, char *text,
                  size_t size)
{
    for (size_t i = 0; i < count; i++) {
        size_t element = first_nonfinite(tensors[i]);
        if (element == NOT_FOUND)
            continue;
        float value = tensor_value(tensors[i], element);
        *finding = (struct finding){.tensor = i, .element = element, .value = value};
        snprintf(text, size, "%s[%zu] = %s", tensors[i].name, element,
                 isnan(value) ? "nan"
                 : value > 0  ? "inf"
                              : "-inf");
        return false;
    }
    if (size > 0)
        text[0] = '\0';
    return true;
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
