/**
 * @file oracle_scaler.h
 * @brief What lab 04's functions should answer, written from PyTorch's rules and from nothing else.
 *
 * No line is shared with solutions/. tests/test_lab04_facts.c holds it against golden traces that
 * PyTorch's GradScaler made (grader/lab04/golden).
 *
 * Used by grader/lab04/test_lab04.c.
 */
#ifndef LOWP_GRADER_ORACLE_SCALER_H
#define LOWP_GRADER_ORACLE_SCALER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The numbers that steer a scale. */
struct oracle_rule {
    double growth;    /**< factor after `interval` clean steps */
    double backoff;   /**< factor after a bad step */
    int32_t interval; /**< clean steps until growth */
};

/** The part of a scaler that changes. */
struct oracle_scale {
    float scale;     /**< S */
    int32_t tracker; /**< clean steps since the last change */
};

/** Exercise 4.7, one update. @param[in] now before it @param[in] rule factors and interval
 *  @param[in] found did any optimizer find an infinity or NaN? @return after it */
struct oracle_scale oracle_update(struct oracle_scale now, const struct oracle_rule *rule,
                                  bool found);

/** Exercise 4.3, correctly rounded by MPFR. @param[in] scale any float @return 1/scale in FP32 */
float oracle_inverse(float scale);

/** Exercise 4.4, one element. @param[in] x scaled gradient @param[in] inv factor
 *  @return x * inv in FP32 */
float oracle_unscaled(float x, float inv);

/** Is a float neither an infinity nor a NaN? By its bits. @param[in] x any float @return that */
bool oracle_is_finite(float x);

/** Exercise 4.12, one value. @param[in] x any float @param[in] scale finite
 *  @return is x not 0, and x * scale 0 in FP16? */
bool oracle_is_flushed(float x, float scale);

/** Exercise 4.14. @param[in] scale positive and finite @param[in] backoff factor
 *  @return backoffs until 1/scale is infinite in FP32 */
int oracle_backoffs_left(float scale, double backoff);

#endif
