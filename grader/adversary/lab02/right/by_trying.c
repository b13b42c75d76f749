/* Operations are done on numbers of each class and the results collected; kinds by fpclassify();
 * the first bad element by going backwards. */
#include "lab02.h"

#include "common/cast.h"
#include "common/formats.h"

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

enum kind kind_of(uint32_t bits, enum dtype dtype)
{
    float x = dtype == DTYPE_FP32   ? f32_from_bits(bits)
              : dtype == DTYPE_FP16 ? f32_from_f16((uint16_t)bits)
                                    : f32_from_bf16((uint16_t)bits);
    switch (fpclassify(x)) {
    case FP_NAN:
        return KIND_NAN;
    case FP_INFINITE:
        return KIND_INF;
    case FP_ZERO:
        return KIND_ZERO;
    case FP_SUBNORMAL: /* of BF16 and FP32 */
        return KIND_SUBNORMAL;
    default: /* FP16's subnormals are normal numbers in FP32 */
        return dtype == DTYPE_FP16 && fabsf(x) < 0x1p-14f ? KIND_SUBNORMAL : KIND_NORMAL;
    }
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

size_t first_nonfinite(struct tensor t)
{
    size_t found = NOT_FOUND;
    for (size_t i = t.n; i-- > 0;)
        if (!isfinite(tensor_value(t, i)))
            found = i;
    return found;
}

// --------------------------------------------------------------------------------------------
// The truth table
// --------------------------------------------------------------------------------------------

/* Numbers of a class, from the smallest to the largest, with neighbours and inverses of each other. */
static size_t numbers_of(unsigned set, float x[64])
{
    size_t n = 0;
    if (set == V_POSITIVE || set == V_NEGATIVE) {
        for (int e = -149; e <= 127; e += 12)
            x[n++] = ldexpf(1, e);
        x[n++] = 1;
        x[n++] = nextafterf(1, 2);
        x[n++] = 3.4028235e38f;
        for (size_t i = 0; set == V_NEGATIVE && i < n; i++)
            x[i] = -x[i];
        return n;
    }
    x[0] = set == V_NAN          ? NAN
           : set == V_MINUS_INF  ? -INFINITY
           : set == V_MINUS_ZERO ? -0.0f
           : set == V_PLUS_ZERO  ? 0.0f
                                 : INFINITY;
    return 1;
}

static unsigned class_of(float x)
{
    if (isnan(x))
        return V_NAN;
    if (x == 0)
        return signbit(x) ? V_MINUS_ZERO : V_PLUS_ZERO;
    if (isinf(x))
        return x < 0 ? V_MINUS_INF : V_PLUS_INF;
    return x < 0 ? V_NEGATIVE : V_POSITIVE;
}

static unsigned result(enum fp_op op, float a, float b)
{
    switch (op) {
    case OP_ADD:
        return class_of(a + b);
    case OP_SUB:
        return class_of(a - b);
    case OP_MUL:
        return class_of(a * b);
    case OP_DIV:
        return class_of(a / b);
    case OP_SQRT:
        return class_of(sqrtf(a));
    case OP_LOG:
        return class_of(logf(a));
    case OP_EXP:
        return class_of(expf(a));
    case OP_LESS:
        return a < b ? V_TRUE : V_FALSE;
    case OP_EQUAL:
        return a == b ? V_TRUE : V_FALSE;
    case OP_NOT_EQUAL:
        return a != b ? V_TRUE : V_FALSE;
    case OP_FMAX:
        return class_of(fmaxf(a, b));
    default:
        return class_of(a > b ? a : b);
    }
}

unsigned outcomes(enum fp_op op, unsigned a, unsigned b)
{
    float xs[64], ys[64];
    size_t n = numbers_of(a, xs), m = numbers_of(b, ys);
    unsigned set = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            set |= result(op, xs[i], ys[k]);
    return set;
}

float max_propagating(float a, float b)
{
    if (isnan(a) || isnan(b))
        return NAN;
    if (a == b)
        return signbit(a) ? b : a;
    return a > b ? a : b;
}

float max_ignoring(float a, float b)
{
    if (isnan(a))
        return b;
    return isnan(b) ? a : max_propagating(a, b);
}

float amax(struct tensor t)
{
    float largest = 0;
    for (size_t i = 0; i < t.n; i++)
        largest = max_propagating(largest, fabsf(tensor_value(t, i)));
    return largest;
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
