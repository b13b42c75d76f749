/**
 * @file lab04.h
 * @brief Lab 04, GradScaler: the contract of the functions in lab04.c.
 *
 * FP16 turns small gradients into 0. So the loss is multiplied by a *scale* S before the backward
 * pass, and the gradients, which come out S times as large, are divided by it before the optimizer
 * sees them. Dynamic loss scaling looks for the largest S that does not overflow:
 *
 *      loss --scaler_scale--> S loss --backward in FP16--> S g --scaler_step--> g, or skip
 *                ^                                               |
 *                +---------- S --scaler_update-- found_inf ------+
 *
 * The rules are those of PyTorch's torch.amp.GradScaler, to the letter and to the bit
 * (torch/amp/grad_scaler.py; aten/src/ATen/native/cuda/AmpKernels.cu and, with the same rules,
 * native/cpu/AmpGradScalerKernels.cpp). All state is in structs that the caller owns.
 *
 * Glossary: S is loss_scale, an FP32 number; "clean" is a step without infinities and NaNs. The
 * scaler's factors are doubles, as Python's numbers are: S * factor is computed in double and
 * rounded once, to FP32.
 */
#ifndef LOWP_LAB04_H
#define LOWP_LAB04_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What became of a call. After anything but SCALER_OK all state is as it was before the call. */
enum scaler_status {
    SCALER_OK,                  /**< done */
    SCALER_BAD_FACTOR,          /**< growth_factor must be above 1, backoff_factor below 1 */
    SCALER_UNSCALED_TWICE,      /**< unscaled already since the last update */
    SCALER_UNSCALED_AFTER_STEP, /**< stepped already since the last update: too late to unscale */
    SCALER_STEPPED_TWICE,       /**< stepped already since the last update */
    SCALER_FP16_GRADIENTS,      /**< FP16 gradients cannot be unscaled: they must be FP32 by now */
    SCALER_NO_INF_CHECKS,       /**< no gradient was checked, so there is nothing to go by */
    SCALER_EMPTY_STATE          /**< nothing to load: saved by a disabled scaler */
};

/** Settings of a new scaler. */
struct scaler_options {
    float init_scale;        /**< S at the start */
    double growth_factor;    /**< S is multiplied by this after growth_interval clean steps */
    double backoff_factor;   /**< S is multiplied by this after a step with an infinity or NaN */
    int32_t growth_interval; /**< clean steps in a row until S grows, 1 or more */
    bool enabled;            /**< false: scaling and all checks are off, and steps always run */
};

/** The scaler. */
struct grad_scaler {
    float loss_scale;        /**< S */
    double growth_factor;    /**< as in the options */
    double backoff_factor;   /**< as in the options */
    int32_t growth_interval; /**< as in the options */
    int32_t growth_tracker;  /**< clean steps in a row since the last growth or backoff */
    bool enabled;            /**< as in the options */
};

/** Where an optimizer is between two updates: READY -> UNSCALED -> STEPPED. */
enum optimizer_stage { OPTIMIZER_READY, OPTIMIZER_UNSCALED, OPTIMIZER_STEPPED };

/** What the scaler keeps of an optimizer until the next update. All zero is a fresh one. */
struct optimizer_state {
    enum optimizer_stage stage; /**< see above */
    bool checked;               /**< a gradient was checked since the last update */
    float found_inf;            /**< 1 if a checked gradient held an infinity or NaN, else 0 */
};

/** What the elements of a gradient are. */
enum gradient_dtype { GRADIENT_FP32, GRADIENT_FP16 };

/** The gradient of one parameter tensor. */
struct gradient {
    void *data;                /**< n elements, or NULL: the parameter has no gradient */
    size_t n;                  /**< number of elements; 0 is a gradient too, an empty one */
    enum gradient_dtype dtype; /**< FP32: float. FP16: uint16_t codes */
};

/** What is saved of a scaler. */
struct scaler_state {
    bool empty;              /**< saved by a disabled scaler: the rest means nothing */
    float loss_scale;        /**< S */
    double growth_factor;    /**< as in the options */
    double backoff_factor;   /**< as in the options */
    int32_t growth_interval; /**< as in the options */
    int32_t growth_tracker;  /**< as in the scaler */
};

/**
 * Exercise 4.1: a new scaler.
 * @param[out] s overwritten; its tracker starts at 0
 * @param[in] options settings, or NULL for PyTorch's defaults: S = 2^16, factors 2 and 0.5,
 *            interval 2000, enabled
 * @return SCALER_OK, or SCALER_BAD_FACTOR unless growth_factor > 1 and backoff_factor < 1; a
 *         disabled scaler does not look at them
 */
enum scaler_status scaler_init(struct grad_scaler *s, const struct scaler_options *options);

/**
 * Exercise 4.2: scale a loss, or the gradient that starts the backward pass.
 * @param[in] s scaler @param[in,out] x n values, each multiplied by S in FP32; left alone if the
 *            scaler is disabled @param[in] n number of values
 */
void scaler_scale(const struct grad_scaler *s, float *x, size_t n);

/**
 * Exercise 4.3: the factor that undoes a scale: 1/S, divided in double and rounded to FP32.
 * @param[in] loss_scale S, any float
 * @return (float)(1.0 / (double)S): an infinity for |S| <= 2^-128, 0 included
 */
float scaler_inverse(float loss_scale);

/**
 * Exercise 4.4: check and unscale several gradients in one go, as the kernel
 * _amp_foreach_non_finite_check_and_unscale_ does. Each element x is tested *first*, then replaced
 * by x * inv in FP32 (also when it is not finite; at inv == 1 PyTorch skips the multiply, which only
 * the bits of a NaN can tell: they are free here).
 * @param[in] grads `count` gradients, all FP32 or without data; those without data are skipped
 * @param[in] count number of gradients
 * @param[in,out] found_inf set to 1 if an element was not finite before the multiply; else left as
 *                it is, so that one flag can serve several calls
 * @param[in] inv what to multiply by
 */
void check_and_unscale(const struct gradient *grads, size_t count, float *found_inf, float inv);

/**
 * Exercise 4.5: unscale an optimizer's gradients, between backward and step, to clip them, say.
 * READY only; afterwards the stage is UNSCALED, found_inf says what the check found, and checked
 * whether at least one gradient had data (n = 0 counts).
 * @param[in] s scaler @param[in,out] o the optimizer's state
 * @param[in] grads `count` gradients @param[in] count number of gradients
 * @return SCALER_OK, at once and without any effect if the scaler is disabled;
 *         SCALER_UNSCALED_TWICE or SCALER_UNSCALED_AFTER_STEP by the stage;
 *         SCALER_FP16_GRADIENTS if any gradient with data is FP16: then no gradient is touched
 */
enum scaler_status scaler_unscale(const struct grad_scaler *s, struct optimizer_state *o,
                                  const struct gradient *grads, size_t count);

/**
 * Exercise 4.6: may the optimizer step? Unscales first if that was not done yet.
 * @param[in] s scaler
 * @param[in,out] o the optimizer's state: STEPPED after SCALER_OK, whether it runs or not
 * @param[in] grads `count` gradients @param[in] count number of gradients
 * @param[out] run true: call the optimizer. False: skip it, as a gradient was not finite; or there
 *             was an error
 * @return SCALER_OK, and *run always true if the scaler is disabled (o is left alone);
 *         SCALER_STEPPED_TWICE; SCALER_FP16_GRADIENTS; SCALER_NO_INF_CHECKS if no gradient was
 *         checked: here alone something stays behind, the stage UNSCALED
 */
enum scaler_status scaler_step(const struct grad_scaler *s, struct optimizer_state *o,
                               const struct gradient *grads, size_t count, bool *run);

/**
 * Exercise 4.7: the new scale, at the end of an iteration, from what all optimizers found.
 *      any found_inf      S = (float)(S * backoff_factor), tracker = 0. There is no lower limit
 *      clean              tracker + 1; when that is growth_interval, S = (float)(S * growth_factor)
 *                         unless that is not finite, and tracker = 0 either way
 * All optimizers are READY afterwards, unchecked, with found_inf = 0.
 * @param[in,out] s scaler @param[in,out] o `count` optimizers that share it
 * @param[in] count number of optimizers
 * @return SCALER_OK, at once and without any effect if the scaler is disabled;
 *         SCALER_NO_INF_CHECKS if none of the optimizers was checked
 */
enum scaler_status scaler_update(struct grad_scaler *s, struct optimizer_state *o, size_t count);

/**
 * Exercise 4.8: a scale of your own, PyTorch's update(new_scale): the optimizers are READY
 * afterwards as in 4.7, checked or not, and the tracker keeps its count.
 * @param[in,out] s scaler @param[in,out] o `count` optimizers @param[in] count number of optimizers
 * @param[in] new_scale S from now on; not checked. No effect at all if the scaler is disabled
 */
void scaler_set_scale(struct grad_scaler *s, struct optimizer_state *o, size_t count,
                      float new_scale);

/**
 * Exercise 4.9: what a checkpoint keeps of a scaler.
 * @param[in] s scaler @return its state; with `empty` set if the scaler is disabled
 */
struct scaler_state scaler_save(const struct grad_scaler *s);

/**
 * Exercise 4.10: go on from a saved state. `enabled` stays as it is.
 * @param[in,out] s scaler @param[in] state from scaler_save()
 * @return SCALER_OK, at once and without any effect if the scaler is disabled; SCALER_EMPTY_STATE
 */
enum scaler_status scaler_load(struct grad_scaler *s, const struct scaler_state *state);

/**
 * Exercise 4.11: what the scale does in a run of one optimizer.
 * @param[in,out] s scaler: at the start and, afterwards, at the end of the run
 * @param[in] found_inf what each step finds: 1 or 0
 * @param[out] scales S after the update of each step @param[in] steps number of steps
 */
void scaler_replay(struct grad_scaler *s, const uint8_t *found_inf, float *scales, size_t steps);

/**
 * Exercise 4.12: which share of gradients does FP16 turn into 0, at a scale?
 * A value x != 0 is *flushed* if the exact product |x * S| is at most 2^-25: half of FP16's smallest
 * number, and the tie goes to the even code, 0. (The product may round in FP32, or overflow.)
 * @param[in] x n values @param[in] n number of values @param[in] loss_scale S, finite
 * @return flushed values / values that are not 0 (infinities and NaNs are such); 0 if there are none
 */
double fp16_flushed_share(const float *x, size_t n, float loss_scale);

/**
 * Exercise 4.13: the blind spot. How many of these gradients are finite, so that the check passes
 * them, and become an infinity or NaN by the multiply with scaler_inverse(loss_scale)?
 * @param[in] x n scaled gradients @param[in] n number of them @param[in] loss_scale S
 * @return that number
 * @see PyTorch issue 99640
 */
size_t scaler_blind_spots(const float *x, size_t n, float loss_scale);

/**
 * Exercise 4.14: the guard. How many backoffs in a row until scaler_inverse(S) is infinite, so that
 * the scaler is blind? 0 if it is so already. A training loop can warn when little is left.
 * @param[in] s scaler, not changed; loss_scale positive and finite, backoff_factor 0.01 .. 0.99
 * @return that number
 */
int scaler_backoffs_left(const struct grad_scaler *s);

#include "lab04_kernels.h"

#endif
