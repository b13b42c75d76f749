/**
 * @file oracle_fp.c
 * @brief Lab 01's oracles. See oracle_fp.h; checked by tests/test_oracle_fp.c.
 */
#include "grader/oracles/oracle_fp.h"

#include <math.h>
#include <mpfr.h>

/* 2^n for 0 <= n < 64. */
static uint64_t power(int n)
{
    return (uint64_t)1 << n;
}

uint64_t oracle_sign(struct fp_format f)
{
    return power(f.exp_bits + f.man_bits);
}

uint64_t oracle_max_code(struct fp_format f)
{
    uint64_t numbers = f.specials == FP_IEEE ? (power(f.exp_bits) - 1) * power(f.man_bits)
                                             : power(f.exp_bits) * power(f.man_bits) - 1;
    return numbers - 1; // the first is zero
}

/* Magnitude of infinity, or 0 where the format has none. */
static uint64_t infinity_code(struct fp_format f)
{
    return f.specials == FP_IEEE ? oracle_max_code(f) + 1 : 0;
}

bool oracle_is_nan(uint64_t bits, struct fp_format f)
{
    uint64_t magnitude = bits % oracle_sign(f);
    return magnitude > oracle_max_code(f) && magnitude != infinity_code(f);
}

/* Exponent of the smallest positive value: the smallest normal is 2^(2 - 2^(exp_bits-1)), and the
 * 2^man_bits gaps below it are all alike. */
static long quantum_exponent(struct fp_format f)
{
    return 2 - (long)power(f.exp_bits - 1) - f.man_bits;
}

double oracle_value(uint64_t bits, struct fp_format f, bool as_if_finite)
{
    uint64_t magnitude = bits % oracle_sign(f);
    double sign = bits / oracle_sign(f) ? -1.0 : 1.0;
    if (!as_if_finite && magnitude > oracle_max_code(f))
        return sign * (magnitude == infinity_code(f) ? INFINITY : NAN);

    /* 2^man_bits codes a binade; the gap is the quantum in the first two and then doubles. */
    uint64_t binade = magnitude / power(f.man_bits);
    uint64_t quanta = magnitude % power(f.man_bits) + (binade ? power(f.man_bits) : 0);
    MPFR_DECL_INIT(value, 64); // on the stack
    mpfr_set_ui_2exp(value, quanta, quantum_exponent(f) + (binade ? (long)binade - 1 : 0),
                     MPFR_RNDN);
    return sign * mpfr_get_d(value, MPFR_RNDN); // exact: no format exceeds binary64
}

/* Place of a code on the number line; zero is 0. */
static int64_t place(uint64_t bits, struct fp_format f)
{
    int64_t magnitude = (int64_t)(bits % oracle_sign(f));
    return bits / oracle_sign(f) ? -magnitude : magnitude;
}

uint64_t oracle_next_up(uint64_t bits, struct fp_format f)
{
    int64_t end = (int64_t)(infinity_code(f) ? infinity_code(f) : oracle_max_code(f));
    int64_t here = place(bits, f);
    if (oracle_is_nan(bits, f) || here == end)
        return bits;
    if (here == -1)
        return oracle_sign(f); // -0
    return here + 1 > 0 ? (uint64_t)(here + 1) : oracle_sign(f) + (uint64_t) - (here + 1);
}

uint64_t oracle_next_down(uint64_t bits, struct fp_format f)
{
    int64_t end = (int64_t)(infinity_code(f) ? infinity_code(f) : oracle_max_code(f));
    int64_t here = place(bits, f);
    if (oracle_is_nan(bits, f) || here == -end)
        return bits;
    return here - 1 >= 0 ? (uint64_t)(here - 1) : oracle_sign(f) + (uint64_t) - (here - 1);
}

int64_t oracle_distance(uint64_t a, uint64_t b, struct fp_format f)
{
    return place(b, f) - place(a, f);
}

/* |x| in the precision of f with its subnormals, by MPFR's own recipe for emulating a format
 * (GNU MPFR manual, mpfr_subnormalize): round with the exponent range set, then let
 * mpfr_subnormalize round again, which heeds the ternary value, so rounding happens once. */
static void round_magnitude(mpfr_t result, double x, struct fp_format f, mpfr_rnd_t direction)
{
    mpfr_exp_t whole_range = mpfr_get_emin();
    mpfr_set_emin(quantum_exponent(f) + 1); // MPFR's significands are in [1/2, 1)
    int ternary = mpfr_set_d(result, fabs(x), direction);
    mpfr_subnormalize(result, ternary, direction);
    mpfr_set_emin(whole_range);
}

/* The rule of FP_SR: away from zero exactly when random < t * 2^32, t = (|x| - down)/(up - down).
 * Rounds `down` in place; the products are exact in 128 bits. */
static void round_stochastically(mpfr_t down, double x, struct fp_format f, uint32_t random)
{
    mpfr_t up, drawn, part;
    mpfr_inits2(128, drawn, part, (mpfr_ptr)0);
    mpfr_init2(up, mpfr_get_prec(down));
    round_magnitude(up, x, f, MPFR_RNDU);

    mpfr_sub(drawn, up, down, MPFR_RNDN);
    mpfr_mul_ui(drawn, drawn, random, MPFR_RNDN);
    mpfr_set_d(part, fabs(x), MPFR_RNDN);
    mpfr_sub(part, part, down, MPFR_RNDN);
    mpfr_mul_2ui(part, part, 32, MPFR_RNDN);
    if (mpfr_less_p(drawn, part))
        mpfr_set(down, up, MPFR_RNDN);
    mpfr_clears(up, drawn, part, (mpfr_ptr)0);
}

/* The code of a rounded magnitude, past the largest too: gaps below it, counted binade by binade. */
static uint64_t code_of(mpfr_t value, struct fp_format f)
{
    if (mpfr_zero_p(value))
        return 0;
    long binade = mpfr_get_exp(value) - (quantum_exponent(f) + f.man_bits); // 1: smallest normals
    long quantum = quantum_exponent(f) + (binade > 1 ? binade - 1 : 0);
    mpfr_div_2si(value, value, quantum, MPFR_RNDN);
    uint64_t count = mpfr_get_ui(value, MPFR_RNDN);
    return binade > 1 ? (uint64_t)(binade - 1) * power(f.man_bits) + count : count;
}

uint64_t oracle_encode(double x, struct fp_format f, enum fp_round mode, bool saturate,
                       uint32_t random)
{
    uint64_t sign = signbit(x) ? oracle_sign(f) : 0;
    uint64_t nan = oracle_sign(f) - 1; // all ones is a NaN in both kinds of format
    uint64_t overflow = saturate ? oracle_max_code(f) : infinity_code(f) ? infinity_code(f) : nan;
    if (isnan(x))
        return sign | nan;
    if (isinf(x))
        return sign | overflow;

    mpfr_t rounded;
    mpfr_init2(rounded, f.man_bits + 1);
    round_magnitude(rounded, x, f, mode == FP_RNE ? MPFR_RNDN : MPFR_RNDD);
    if (mode == FP_SR)
        round_stochastically(rounded, x, f, random);
    uint64_t magnitude = code_of(rounded, f);
    mpfr_clear(rounded);
    if (magnitude > oracle_max_code(f))
        magnitude = mode == FP_RTZ ? oracle_max_code(f) : overflow;
    return sign | magnitude;
}

struct oracle_between oracle_between(uint64_t k, struct fp_format f, bool fp32_inputs)
{
    double low = oracle_value(k, f, true);
    double middle = low + (oracle_value(k + 1, f, true) - low) / 2; // exact: one bit more than f
    double below = nextafter(middle, 0);
    double above = nextafter(middle, INFINITY);
    if (fp32_inputs) {
        below = nextafterf((float)middle, 0);
        above = nextafterf((float)middle, INFINITY);
    }
    return (struct oracle_between){
        .x = {low, below, middle, above},
        .want = {k, k, k + k % 2, k + 1},
    };
}
