/**
 * @file oracle_nonfinite.c
 * @brief Oracles of lab 02: kinds, the truth table by doing it, sums, predictions.
 */
#include "grader/oracles/oracle_nonfinite.h"

#include "grader/oracles/oracle_fp.h"

#include <math.h>
#include <mpfr.h>

struct fp_format oracle_format(enum dtype dtype)
{
    return dtype == DTYPE_FP32 ? FP32 : dtype == DTYPE_FP16 ? FP16 : BF16;
}

/** The code of element i, read byte by byte (all CUDA hosts are little endian). */
static uint64_t code_at(struct tensor t, size_t i)
{
    size_t size = t.dtype == DTYPE_FP32 ? 4 : 2;
    uint64_t bits = 0;
    memcpy(&bits, (const char *)t.data + i * size, size);
    return bits;
}

double oracle_element(struct tensor t, size_t i)
{
    return oracle_value(code_at(t, i), oracle_format(t.dtype), false);
}

enum kind oracle_kind(uint32_t bits, enum dtype dtype)
{
    struct fp_format f = oracle_format(dtype);
    double x = oracle_value(bits, f, false);
    if (isnan(x) || isinf(x))
        return isnan(x) ? KIND_NAN : KIND_INF;
    double min_normal = oracle_value((uint64_t)1 << f.man_bits, f, false);
    return x == 0 ? KIND_ZERO : fabs(x) < min_normal ? KIND_SUBNORMAL : KIND_NORMAL;
}

double oracle_rounded(double x, enum dtype dtype)
{
    struct fp_format f = oracle_format(dtype);
    return oracle_value(oracle_encode(x, f, FP_RNE, false, 0), f, false);
}

unsigned oracle_class(float x)
{
    if (isnan(x))
        return V_NAN;
    if (isinf(x))
        return x > 0 ? V_PLUS_INF : V_MINUS_INF;
    if (x == 0)
        return signbit(x) ? V_MINUS_ZERO : V_PLUS_ZERO;
    return x > 0 ? V_POSITIVE : V_NEGATIVE;
}

unsigned oracle_result(enum fp_op op, float a, float b)
{
    switch (op) {
    case OP_ADD:
        return oracle_class(a + b);
    case OP_SUB:
        return oracle_class(a - b);
    case OP_MUL:
        return oracle_class(a * b);
    case OP_DIV:
        return oracle_class(a / b);
    case OP_SQRT:
        return oracle_class(sqrtf(a));
    case OP_LOG:
        return oracle_class(logf(a));
    case OP_EXP:
        return oracle_class(expf(a));
    case OP_LESS:
        return a < b ? V_TRUE : V_FALSE;
    case OP_EQUAL:
        return a == b ? V_TRUE : V_FALSE;
    case OP_NOT_EQUAL:
        return a != b ? V_TRUE : V_FALSE;
    case OP_FMAX:
        return oracle_class(fmaxf(a, b));
    case OP_PICK:
        return oracle_class(a > b ? a : b);
    default:
        return 0;
    }
}

/* The corners of the positive numbers: both ends of the subnormals and of the normals, 1 and its
 * neighbours, and places where exp and log change their minds. */
static const float corners[] = {0x1p-149f,
                                0x1p-148f,
                                0x1.8p-140f,
                                0x1.fffffcp-127f,
                                0x1p-126f,
                                0x1.8p-126f,
                                0x1p-100f,
                                0x1p-75f,
                                0x1p-25f,
                                1e-7f,
                                0.1f,
                                0x1.fffffep-1f,
                                1.0f,
                                0x1.000002p+0f,
                                1.5f,
                                2.0f,
                                3.0f,
                                88.0f,
                                89.0f,
                                104.0f,
                                200.0f,
                                0x1p64f,
                                0x1p100f,
                                0x1p127f,
                                0x1.fffffep126f,
                                0x1.fffffep127f};
enum { CORNERS = sizeof corners / sizeof *corners };

/** Number i of a class; the classes of one number repeat it. */
static float member(unsigned class, size_t i)
{
    switch (class) {
    case V_NAN:
        return NAN;
    case V_MINUS_INF:
        return -INFINITY;
    case V_NEGATIVE:
        return -corners[i];
    case V_MINUS_ZERO:
        return -0.0f;
    case V_PLUS_ZERO:
        return 0.0f;
    case V_POSITIVE:
        return corners[i];
    default:
        return INFINITY;
    }
}

unsigned oracle_outcomes(enum fp_op op, unsigned a, unsigned b)
{
    unsigned set = 0;
    for (size_t i = 0; i < CORNERS; i++)
        for (size_t j = 0; j < CORNERS; j++)
            set |= oracle_result(op, member(a, i), member(b, j));
    return set;
}

double oracle_sum_running(struct tensor t)
{
    double sum = 0;
    for (size_t i = 0; i < t.n; i++) // exact in double, or rounded innocuously: 53 >= 2 * 24 + 2
        sum = oracle_rounded(sum + oracle_element(t, i), t.dtype);
    return sum;
}

double oracle_sum(struct tensor t, double *scale)
{
    double sum = 0;
    *scale = 0;
    for (size_t i = 0; i < t.n; i++) {
        sum += oracle_element(t, i);
        *scale += fabs(oracle_element(t, i));
    }
    return sum;
}

double oracle_sum_pairwise(struct tensor t)
{
    size_t size = t.dtype == DTYPE_FP32 ? 4 : 2;
    if (t.n == 0)
        return 0;
    if (t.n == 1)
        return oracle_element(t, 0);
    struct tensor low = t, high = t;
    low.n = t.n / 2;
    high.n = t.n - low.n;
    high.data = (const char *)t.data + low.n * size;
    return oracle_rounded(oracle_sum_pairwise(low) + oracle_sum_pairwise(high), t.dtype);
}

size_t oracle_adds(double x, enum dtype dtype)
{
    double sum = 0, next;
    for (size_t n = 1; (next = oracle_rounded(sum + x, dtype)) != sum; n++) {
        if (isinf(next))
            return n;
        sum = next;
    }
    return NOT_FOUND;
}

size_t oracle_layers(double largest, double gain, enum dtype dtype)
{
    mpfr_t size;
    mpfr_init2(size, 200);
    mpfr_set_d(size, largest, MPFR_RNDN);
    size_t k = 0;
    // No depth is tried beyond 100,000: a gain that needs more is as good as 1 for the tests.
    while (k <= 100000 && isfinite(oracle_rounded(mpfr_get_d(size, MPFR_RNDN), dtype))) {
        if (gain <= 1 || largest == 0)
            k = 100000;
        mpfr_mul_d(size, size, gain, MPFR_RNDN);
        k++;
    }
    mpfr_clear(size);
    return k > 100000 ? NOT_FOUND : k;
}

bool oracle_is_bad(struct tensor t, bool nan_only)
{
    for (size_t i = 0; i < t.n; i++) {
        double x = oracle_element(t, i);
        if (isnan(x) || (isinf(x) && !nan_only))
            return true;
    }
    return false;
}
