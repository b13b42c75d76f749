/**
 * @file oracle_optim.c
 * @brief Oracles of lab 05: gaps, lost updates, stochastic rounding, AdamW, four ways to store.
 */
#include "grader/oracles/oracle_optim.h"

#include "common/rng.h"

#include <math.h>
#include <mpfr.h>

// BF16 in numbers: 8 significant bits, the hidden one included; 2^-126 is the smallest normal.
enum { PRECISION = 8, MIN_EXPONENT = -126, MAX_EXPONENT = 127 };

/** Distance between neighbours in the binade of |x|: 2^(e-7), and 2^-133 for all subnormals. */
static double spacing(double x)
{
    int exponent = x == 0 ? MIN_EXPONENT : ilogb(x);
    if (exponent < MIN_EXPONENT)
        exponent = MIN_EXPONENT;
    return ldexp(1, exponent - (PRECISION - 1));
}

/** The code of a value that BF16 holds, or of an infinity. */
static uint16_t code_of(double x)
{
    uint16_t sign = signbit(x) ? 0x8000 : 0;
    double size = fabs(x);
    if (isinf(x))
        return sign | 0x7F80;
    if (size < ldexp(1, MIN_EXPONENT)) // the code of a subnormal counts units of 2^-133
        return sign | (uint16_t)(size / spacing(size));
    int exponent = ilogb(size);
    int significand = (int)(size / spacing(size)); // 128..255
    return sign | (uint16_t)((exponent + 127) * 128 + significand - 128);
}

double oracle_bf16_value(uint16_t code)
{
    int exponent = code / 128 % 256;
    int mantissa = code % 128;
    double size = exponent == 0 ? ldexp(mantissa, MIN_EXPONENT - (PRECISION - 1))
                                : ldexp(128 + mantissa, exponent - 127 - (PRECISION - 1));
    return code >= 0x8000 ? -size : size;
}

uint16_t oracle_bf16_sum(double a, double b)
{
    mpfr_exp_t emin = mpfr_get_emin(), emax = mpfr_get_emax();
    mpfr_t x, y, sum;
    mpfr_inits2(53, x, y, (mpfr_ptr)0);
    mpfr_init2(sum, PRECISION);
    mpfr_set_d(x, a, MPFR_RNDN);
    mpfr_set_d(y, b, MPFR_RNDN);
    int inexact = mpfr_add(sum, x, y, MPFR_RNDN);
    // MPFR's significands are in [1/2, 1), so its exponents are one above ours. check_range and
    // subnormalize take the ternary value of the sum, so this does not round a second time.
    mpfr_set_emin(MIN_EXPONENT - (PRECISION - 1) + 1);
    mpfr_set_emax(MAX_EXPONENT + 1);
    inexact = mpfr_check_range(sum, inexact, MPFR_RNDN);
    mpfr_subnormalize(sum, inexact, MPFR_RNDN);
    mpfr_set_emin(emin);
    mpfr_set_emax(emax);
    double rounded = mpfr_get_d(sum, MPFR_RNDN);
    mpfr_clears(x, y, sum, (mpfr_ptr)0);
    return code_of(rounded);
}

bool oracle_sum_is_clear(double a, double b)
{
    return oracle_bf16_sum(a, b) == oracle_bf16_sum((float)(a + b), 0);
}

double oracle_gap(uint16_t w, int direction)
{
    double value = oracle_bf16_value(w);
    bool toward_zero = value > 0 ? direction < 0 : direction > 0;
    double gap = spacing(value);
    bool power_of_two = value != 0 && fabs(value) == ldexp(1, ilogb(value));
    bool lower_binade_is_finer = fabs(value) > ldexp(1, MIN_EXPONENT);
    return value != 0 && toward_zero && power_of_two && lower_binade_is_finer ? gap / 2 : gap;
}

bool oracle_is_lost(uint16_t w, float u)
{
    double value = oracle_bf16_value(w);
    return oracle_bf16_value(oracle_bf16_sum(value, u)) == value;
}

uint16_t oracle_sr(float x, uint16_t r)
{
    double gap = spacing(x);
    double steps = floor(fabs((double)x) / gap); // the neighbour toward zero, in gaps
    double fraction = (fabs((double)x) / gap - steps) * 65536;
    if (fraction + r >= 65536)
        steps += 1;
    double size = steps * gap;
    if (size >= ldexp(1, MAX_EXPONENT + 1))
        size = INFINITY;
    return code_of(signbit(x) ? -size : size);
}

struct oracle_term oracle_adamw_m(double m, double g, struct adamw opt)
{
    double old = opt.beta1 * m, new = (1 - (double)opt.beta1) * g;
    return (struct oracle_term){old + new, fabs(old) + fabs(new)};
}

struct oracle_term oracle_adamw_v(double v, double g, struct adamw opt)
{
    double old = opt.beta2 * v, new = (1 - (double)opt.beta2) * g *g;
    return (struct oracle_term){old + new, fabs(old) + fabs(new)};
}

struct oracle_term oracle_adamw_u(double m, double v, double w, struct adamw opt, int t)
{
    double m_hat = m / (1 - pow(opt.beta1, t));
    double v_hat = v / (1 - pow(opt.beta2, t));
    double step = opt.lr * m_hat / (sqrt(v_hat) + opt.eps);
    double decay = (double)opt.lr * opt.weight_decay * w;
    return (struct oracle_term){-step - decay, fabs(step) + fabs(decay)};
}

/* One FP32 operation: double has more than twice FP32's digits and two more, so rounding its result
 * to FP32 gives what a single rounding of the exact result gives (Figueroa 1995). */
static float times(double a, double b)
{
    return (float)(a * b);
}

static float over(double a, double b)
{
    return (float)(a / b);
}

static float plus(double a, double b)
{
    return (float)(a + b);
}

struct oracle_fused oracle_adamw_fused(float master, float m, float v, float g, struct adamw opt,
                                       float correction1, float correction2)
{
    m = plus(times(opt.beta1, m), times(plus(1, -opt.beta1), g));
    v = plus(times(opt.beta2, v), times(times(plus(1, -opt.beta2), g), g));
    float root = sqrtf(over(v, correction2));
    float step = over(times(-opt.lr, over(m, correction1)), plus(root, opt.eps));
    float u = plus(step, -times(times(opt.lr, opt.weight_decay), master));
    return (struct oracle_fused){plus(master, u), m, v, u};
}

uint16_t oracle_apply_bf16(uint16_t w, float u)
{
    return oracle_bf16_sum((float)(oracle_bf16_value(w) + u), 0);
}

uint16_t oracle_apply_master(float *master, float u)
{
    *master = (float)((double)*master + u);
    return oracle_bf16_sum(*master, 0);
}

uint16_t oracle_apply_kahan(uint16_t w, uint16_t *c, float u)
{
    double old = oracle_bf16_value(w);
    double y = oracle_bf16_value(oracle_bf16_sum((float)(u + oracle_bf16_value(*c)), 0));
    uint16_t stored = oracle_bf16_sum(old, y);
    *c = oracle_bf16_sum(y, -(oracle_bf16_value(stored) - old));
    return stored;
}

bool oracle_kahan_is_clear(uint16_t w, uint16_t c, float u)
{
    double old = oracle_bf16_value(w);
    double compensation = oracle_bf16_value(c);
    double y = oracle_bf16_value(oracle_bf16_sum(u, compensation));
    double arrived = oracle_bf16_value(oracle_bf16_sum(old, y)) - old;
    return oracle_sum_is_clear(u, compensation) && (float)(old + y) == old + y &&
           (float)arrived == arrived && (float)(y - arrived) == y - arrived;
}

uint16_t oracle_apply_stochastic(uint16_t w, float u, uint64_t seed, uint64_t step, uint64_t index)
{
    uint16_t r = (uint16_t)(rng_u32(seed, step, index) % 65536);
    return oracle_sr((float)(oracle_bf16_value(w) + u), r);
}
