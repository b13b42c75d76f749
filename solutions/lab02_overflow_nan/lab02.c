/**
 * @file lab02.c
 * @brief Lab 02, overflow, underflow and NaN: what tensors hold, what arithmetic makes of infinities
 *        and NaNs, sums in 16 bits, and who made the first bad value.
 *
 * The contract of every function is in lab02.h, the assignment in README.md beside it. You
 * edit this file and lab02.cu, the kernels. Build and grade: make lab02 && make grade
 */
#include "lab02.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/todo.h"

#include <math.h>
#include <stdio.h>

// --------------------------------------------------------------------------------------------
// What a tensor holds
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
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
// END SOLUTION

// TODO(lab02.1, about 8 lines): drop the sign; then compare what is left with the codes of the
// smallest normal number and of infinity.
enum kind kind_of(uint32_t bits, enum dtype dtype)
{
    // BEGIN SOLUTION
    // STUB: return (enum kind)todo_bits("lab02.1");
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
    // END SOLUTION
}

// TODO(lab02.2, about 12 lines): one loop. Which kinds take part in smallest, which in largest?
struct census tensor_census(struct tensor t)
{
    // BEGIN SOLUTION
    // STUB: struct census open = {.smallest = todo_f32("lab02.2")};
    // STUB: return open;
    struct census census = {0};
    for (size_t i = 0; i < t.n; i++) {
        enum kind kind = kind_of(tensor_bits(t, i), t.dtype);
        census.count[kind]++;
        if (kind != KIND_SUBNORMAL && kind != KIND_NORMAL)
            continue;
        float size = fabsf(tensor_value(t, i));
        census.smallest = census.smallest == 0 ? size : fminf(census.smallest, size);
        census.largest = fmaxf(census.largest, size);
    }
    return census;
    // END SOLUTION
}

// TODO(lab02.3, about 5 lines): infinities count, NaNs count.
size_t first_nonfinite(struct tensor t)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab02.3");
    for (size_t i = 0; i < t.n; i++)
        if (magnitude_of(tensor_bits(t, i), t.dtype) >= infinity_code(t.dtype))
            return i;
    return NOT_FOUND;
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// The truth table
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
static const unsigned ZEROS = V_MINUS_ZERO | V_PLUS_ZERO;
static const unsigned INFS = V_MINUS_INF | V_PLUS_INF;
static const unsigned MINUS = V_MINUS_INF | V_NEGATIVE | V_MINUS_ZERO;

/** The set of the negatives: -inf for +inf, negative for positive, and so on. */
static unsigned negated(unsigned set)
{
    unsigned mirrored = set & V_NAN;
    for (unsigned a = V_MINUS_INF, b = V_PLUS_INF; a <= V_PLUS_INF; a *= 2, b /= 2)
        mirrored |= set & a ? b : 0u;
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
// END SOLUTION

// TODO(lab02.4, about 60 lines): with helpers, one group of operations at a time; each has a test of
// its own. First what a NaN does, then the infinities, then the zeros, then finite numbers.
unsigned outcomes(enum fp_op op, unsigned a, unsigned b)
{
    // BEGIN SOLUTION
    // STUB: return (unsigned)todo_bits("lab02.4");
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
    case OP_PICK: {
        unsigned greater = is_less(b, a);
        return (greater & V_TRUE ? a : 0u) | (greater & V_FALSE ? b : 0u);
    }
    case OP_FMAX:
        if ((a | b) & V_NAN)
            return a == V_NAN ? b : a;
        return outcomes(OP_PICK, a, b);
    default:
        return function_of(op, a);
    }
    // END SOLUTION
}

// TODO(lab02.5, about 6 lines): which comparisons does a NaN survive? And +0 > -0 is false.
float max_propagating(float a, float b)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab02.5");
    if (isnan(a) || isnan(b))
        return NAN;
    if (a == b)
        return signbit(a) ? b : a;
    return a > b ? a : b;
    // END SOLUTION
}

// TODO(lab02.5, about 3 lines): a NaN counts as missing.
float max_ignoring(float a, float b)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab02.5");
    if (isnan(a))
        return b;
    return isnan(b) ? a : max_propagating(a, b);
    // END SOLUTION
}

// TODO(lab02.6, about 4 lines): which of the two maxima, and what does it start from?
float amax(struct tensor t)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab02.6");
    float largest = 0;
    for (size_t i = 0; i < t.n; i++)
        largest = max_propagating(largest, fabsf(tensor_value(t, i)));
    return largest;
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Sums
// --------------------------------------------------------------------------------------------

// TODO(lab02.7, about 4 lines): round_to() after every addition.
float sum_running(struct tensor t)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab02.7");
    // FP32 has at least 2p + 2 significant bits for both formats' p (11 and 8), so rounding the
    // FP32 sum once more gives the correctly rounded sum (Figueroa 1995).
    float sum = 0;
    for (size_t i = 0; i < t.n; i++)
        sum = round_to(sum + tensor_value(t, i), t.dtype);
    return sum;
    // END SOLUTION
}

// TODO(lab02.8, about 4 lines): the same loop, without the rounding.
float sum_fp32(struct tensor t)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab02.8");
    float sum = 0;
    for (size_t i = 0; i < t.n; i++)
        sum += tensor_value(t, i);
    return sum;
    // END SOLUTION
}

// BEGIN SOLUTION
static float pairwise(struct tensor t, size_t begin, size_t end)
{
    if (end - begin == 1)
        return tensor_value(t, begin);
    size_t middle = begin + (end - begin) / 2;
    return round_to(pairwise(t, begin, middle) + pairwise(t, middle, end), t.dtype);
}
// END SOLUTION

// TODO(lab02.9, about 8 lines): a helper that calls itself on both halves.
float sum_pairwise(struct tensor t)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab02.9");
    return t.n == 0 ? 0 : pairwise(t, 0, t.n);
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Prediction
// --------------------------------------------------------------------------------------------

// TODO(lab02.10, about 8 lines): add until the sum is infinite or does not change.
size_t adds_until_overflow(float x, enum dtype dtype)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab02.10");
    float sum = 0;
    for (size_t n = 1;; n++) {
        float next = round_to(sum + x, dtype);
        if (isinf(next))
            return n;
        if (next == sum) // and it will be so for ever
            return NOT_FOUND;
        sum = next;
    }
    // END SOLUTION
}

// TODO(lab02.11, about 10 lines): where does a format end, and when do the powers never get there?
size_t layers_until_overflow(float largest, float gain, enum dtype dtype)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab02.11");
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
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Guards
// --------------------------------------------------------------------------------------------

// TODO(lab02.12, about 16 lines): fill in `finding` and `text`; snprintf cuts and closes the text.
bool guard_finite(const struct tensor *tensors, size_t count, struct finding *finding, char *text,
                  size_t size)
{
    // BEGIN SOLUTION
    // STUB: return (bool)todo_bits("lab02.12");
    for (size_t i = 0; i < count; i++) {
        size_t element = first_nonfinite(tensors[i]);
        if (element == NOT_FOUND)
            continue;
        float value = tensor_value(tensors[i], element);
        *finding = (struct finding){.tensor = i, .element = element, .value = value};
        snprintf(text, size, "%s[%zu] = %s", tensors[i].name, element,
                 isnan(value)     ? "nan"
                 : signbit(value) ? "-inf"
                                  : "inf");
        return false;
    }
    if (size > 0)
        text[0] = '\0';
    return true;
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Who did it?
// --------------------------------------------------------------------------------------------

// TODO(lab02.13, about 12 lines): for each op: is the output bad, and was every input good?
size_t first_bad_op(const struct op *ops, size_t n_ops, const struct tensor *tensors)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab02.13");
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
    // END SOLUTION
}

// TODO(lab02.14, about 5 lines): only NaNs, only outputs.
size_t first_nan_op(const struct op *ops, size_t n_ops, const struct tensor *tensors)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab02.14");
    for (size_t i = 0; i < n_ops; i++)
        if (tensor_census(tensors[ops[i].output]).count[KIND_NAN] > 0)
            return i;
    return NOT_FOUND;
    // END SOLUTION
}
