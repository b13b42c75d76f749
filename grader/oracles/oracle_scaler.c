/**
 * @file oracle_scaler.c
 * @brief Oracles of lab 04: the scale's next value, inverse, unscaling, flushing.
 */
#include "grader/oracles/oracle_scaler.h"

#include "common/formats.h"

#include <math.h>
#include <mpfr.h>

struct oracle_scale oracle_update(struct oracle_scale now, const struct oracle_rule *rule,
                                  bool found)
{
    double factor = found ? rule->backoff : rule->growth;
    float moved = (float)((double)now.scale * factor);
    bool due = now.tracker + 1 == rule->interval;
    if (found)
        return (struct oracle_scale){moved, 0};
    if (!due)
        return (struct oracle_scale){now.scale, now.tracker + 1};
    return (struct oracle_scale){oracle_is_finite(moved) ? moved : now.scale, 0};
}

float oracle_inverse(float scale)
{
    mpfr_exp_t emin = mpfr_get_emin(), emax = mpfr_get_emax();
    mpfr_t x, y;
    mpfr_init2(x, 24);
    mpfr_init2(y, 24);
    mpfr_set_flt(x, scale, MPFR_RNDN);
    // FP32's range in MPFR's convention of significands in [1/2, 1).
    mpfr_set_emin(-148);
    mpfr_set_emax(128);
    int inexact = mpfr_ui_div(y, 1, x, MPFR_RNDN);
    mpfr_subnormalize(y, inexact, MPFR_RNDN);
    mpfr_set_emin(emin);
    mpfr_set_emax(emax);
    float inverse = mpfr_get_flt(y, MPFR_RNDN);
    mpfr_clear(x);
    mpfr_clear(y);
    return inverse;
}

float oracle_unscaled(float x, float inv)
{
    return (float)((double)x * (double)inv); // 48 bits: exact in double, so rounded once
}

bool oracle_is_finite(float x)
{
    return (bits_from_f32(x) >> 23 & 0xFF) != 0xFF;
}

bool oracle_is_flushed(float x, float scale)
{
    int e, f;
    double product = frexp((double)x, &e) * frexp((double)scale, &f); // 0, or in [1/4, 1): exact
    if (!oracle_is_finite(x) || x == 0)
        return false;
    return product == 0 || fabs(ldexp(product, e + f)) <= ldexp(1, -25);
}

int oracle_backoffs_left(float scale, double backoff)
{
    // 1/S is infinite in FP32 from 2^128 - 2^103 on: between 2^-128 and the float above it.
    int count = 0;
    while (scale > 0x1p-128f) {
        scale = (float)((double)scale * backoff);
        count++;
    }
    return count;
}
