/* The truth table is one; the pairwise sum has a stack of its own; the depth comes from logarithms;
 * graphs are read from their end. */
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

/* By operation, class of a and class of b, each as the number of its bit. */
static const uint16_t TABLE[OP_COUNT][7][7] = {
    {{1, 1, 1, 1, 1, 1, 1},
     {1, 2, 2, 2, 2, 2, 1},
     {1, 2, 6, 4, 4, 52, 64},
     {1, 2, 4, 8, 16, 32, 64},
     {1, 2, 4, 16, 16, 32, 64},
     {1, 2, 52, 32, 32, 96, 64},
     {1, 1, 64, 64, 64, 64, 64}},
    {{1, 1, 1, 1, 1, 1, 1},
     {1, 1, 2, 2, 2, 2, 2},
     {1, 64, 52, 4, 4, 6, 2},
     {1, 64, 32, 16, 8, 4, 2},
     {1, 64, 32, 16, 16, 4, 2},
     {1, 64, 96, 32, 32, 52, 2},
     {1, 64, 64, 64, 64, 64, 1}},
    {{1, 1, 1, 1, 1, 1, 1},
     {1, 64, 64, 1, 1, 2, 2},
     {1, 64, 112, 16, 8, 14, 2},
     {1, 1, 16, 16, 8, 8, 1},
     {1, 1, 8, 8, 16, 16, 1},
     {1, 2, 14, 8, 16, 112, 64},
     {1, 2, 2, 1, 1, 64, 64}},
    {{1, 1, 1, 1, 1, 1, 1},
     {1, 1, 64, 64, 2, 2, 1},
     {1, 16, 112, 64, 2, 14, 8},
     {1, 16, 16, 1, 1, 8, 8},
     {1, 8, 8, 1, 1, 16, 16},
     {1, 8, 14, 2, 64, 112, 16},
     {1, 1, 2, 2, 64, 64, 1}},
    {{1, 1, 1, 1, 1, 1, 1},
     {1, 1, 1, 1, 1, 1, 1},
     {1, 1, 1, 1, 1, 1, 1},
     {8, 8, 8, 8, 8, 8, 8},
     {16, 16, 16, 16, 16, 16, 16},
     {32, 32, 32, 32, 32, 32, 32},
     {64, 64, 64, 64, 64, 64, 64}},
    {{1, 1, 1, 1, 1, 1, 1},
     {1, 1, 1, 1, 1, 1, 1},
     {1, 1, 1, 1, 1, 1, 1},
     {2, 2, 2, 2, 2, 2, 2},
     {2, 2, 2, 2, 2, 2, 2},
     {52, 52, 52, 52, 52, 52, 52},
     {64, 64, 64, 64, 64, 64, 64}},
    {{1, 1, 1, 1, 1, 1, 1},
     {16, 16, 16, 16, 16, 16, 16},
     {48, 48, 48, 48, 48, 48, 48},
     {32, 32, 32, 32, 32, 32, 32},
     {32, 32, 32, 32, 32, 32, 32},
     {96, 96, 96, 96, 96, 96, 96},
     {64, 64, 64, 64, 64, 64, 64}},
    {{128, 128, 128, 128, 128, 128, 128},
     {128, 128, 256, 256, 256, 256, 256},
     {128, 128, 384, 256, 256, 256, 256},
     {128, 128, 128, 128, 128, 256, 256},
     {128, 128, 128, 128, 128, 256, 256},
     {128, 128, 128, 128, 128, 384, 256},
     {128, 128, 128, 128, 128, 128, 128}},
    {{128, 128, 128, 128, 128, 128, 128},
     {128, 256, 128, 128, 128, 128, 128},
     {128, 128, 384, 128, 128, 128, 128},
     {128, 128, 128, 256, 256, 128, 128},
     {128, 128, 128, 256, 256, 128, 128},
     {128, 128, 128, 128, 128, 384, 128},
     {128, 128, 128, 128, 128, 128, 256}},
    {{256, 256, 256, 256, 256, 256, 256},
     {256, 128, 256, 256, 256, 256, 256},
     {256, 256, 384, 256, 256, 256, 256},
     {256, 256, 256, 128, 128, 256, 256},
     {256, 256, 256, 128, 128, 256, 256},
     {256, 256, 256, 256, 256, 384, 256},
     {256, 256, 256, 256, 256, 256, 128}},
    {{1, 2, 4, 8, 16, 32, 64},
     {2, 2, 4, 8, 16, 32, 64},
     {4, 4, 4, 8, 16, 32, 64},
     {8, 8, 8, 8, 16, 32, 64},
     {16, 16, 16, 8, 16, 32, 64},
     {32, 32, 32, 32, 32, 32, 64},
     {64, 64, 64, 64, 64, 64, 64}},
    {{1, 2, 4, 8, 16, 32, 64},
     {1, 2, 4, 8, 16, 32, 64},
     {1, 4, 4, 8, 16, 32, 64},
     {1, 8, 8, 8, 16, 32, 64},
     {1, 16, 16, 8, 16, 32, 64},
     {1, 32, 32, 32, 32, 32, 64},
     {1, 64, 64, 64, 64, 64, 64}},
};

static unsigned place_of_bit(unsigned bit)
{
    unsigned place = 0;
    while (bit >>= 1)
        place++;
    return place;
}

unsigned outcomes(enum fp_op op, unsigned a, unsigned b)
{
    return TABLE[op][place_of_bit(a)][place_of_bit(b)];
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

/* An explicit stack of halves that wait for their sum. */
float sum_pairwise(struct tensor t)
{
    struct {
        size_t begin, end;
        float left;
        int stage;
    } stack[70];
    size_t depth = 0;
    float value = 0;
    if (t.n == 0)
        return 0;
    stack[depth].begin = 0, stack[depth].end = t.n, stack[depth++].stage = 0;
    while (depth > 0) {
        size_t top = depth - 1, begin = stack[top].begin, end = stack[top].end;
        size_t middle = begin + (end - begin) / 2;
        if (end - begin == 1) {
            value = tensor_value(t, begin);
            depth--;
        } else if (stack[top].stage == 2) {
            value = round_to(stack[top].left + value, t.dtype);
            depth--;
        } else {
            if (stack[top].stage == 1)
                stack[top].left = value;
            stack[depth].begin = stack[top].stage ? middle : begin;
            stack[depth].end = stack[top].stage++ ? end : middle;
            stack[depth++].stage = 0;
        }
    }
    return value;
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

/* By logarithms, then corrected by one step in either direction. */
size_t layers_until_overflow(float largest, float gain, enum dtype dtype)
{
    long double limit = dtype == DTYPE_FP16   ? 65520
                        : dtype == DTYPE_BF16 ? 0x1.ffp127L
                                              : 0x1.ffffffp127L;
    if (largest >= limit)
        return 0;
    if (!(gain > 1) || !(largest > 0))
        return NOT_FOUND;
    long double depth = ceill(logl(limit / largest) / logl(gain));
    size_t k = depth > 1 ? (size_t)depth : 1;
    while (k > 1 && largest * powl(gain, k - 1) >= limit)
        k--;
    while (largest * powl(gain, k) < limit)
        k++;
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

/* From the last op to the first. */
size_t first_bad_op(const struct op *ops, size_t n_ops, const struct tensor *tensors)
{
    size_t found = NOT_FOUND;
    for (size_t i = n_ops; i-- > 0;) {
        bool fault = first_nonfinite(tensors[ops[i].output]) != NOT_FOUND;
        for (size_t k = ops[i].n_inputs; fault && k-- > 0;)
            fault = first_nonfinite(tensors[ops[i].inputs[k]]) == NOT_FOUND;
        found = fault ? i : found;
    }
    return found;
}

size_t first_nan_op(const struct op *ops, size_t n_ops, const struct tensor *tensors)
{
    for (size_t i = 0; i < n_ops; i++)
        if (tensor_census(tensors[ops[i].output]).count[KIND_NAN] > 0)
            return i;
    return NOT_FOUND;
}
