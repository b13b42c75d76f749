/* Bits and integers instead of library calls; loops run backwards; one assignment for all cases of an
 * update. */
#include "lab04.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// --------------------------------------------------------------------------------------------
// A scaler, and the two ends of a backward pass
// --------------------------------------------------------------------------------------------

enum scaler_status scaler_init(struct grad_scaler *s, const struct scaler_options *options)
{
    static const struct scaler_options defaults = {65536.0f, 2.0, 0.5, 2000, true};
    if (!options)
        options = &defaults;
    bool factors_fine = options->growth_factor > 1.0 && options->backoff_factor < 1.0;
    if (options->enabled && !factors_fine)
        return SCALER_BAD_FACTOR;
    *s = (struct grad_scaler){.loss_scale = options->init_scale,
                              .growth_factor = options->growth_factor,
                              .backoff_factor = options->backoff_factor,
                              .growth_interval = options->growth_interval,
                              .enabled = options->enabled};
    return SCALER_OK;
}

void scaler_scale(const struct grad_scaler *s, float *x, size_t n)
{
    if (!s->enabled)
        return;
    for (size_t i = 0; i < n; i++)
        x[i] *= s->loss_scale;
}

/* One division in FP32: double has more than 2 * 24 + 2 bits, so that rounding twice is harmless. */
float scaler_inverse(float loss_scale)
{
    return 1.0f / loss_scale;
}

// --------------------------------------------------------------------------------------------
// Check, unscale, step or skip
// --------------------------------------------------------------------------------------------

/* By bits, without a branch: an exponent of all ones carries into the sign's place. */
void check_and_unscale(const struct gradient *grads, size_t count, float *found_inf, float inv)
{
    uint32_t bad = 0;
    for (size_t t = count; t-- > 0;) {
        float *x = grads[t].data;
        for (size_t i = x ? grads[t].n : 0; i-- > 0;) {
            uint32_t bits;
            memcpy(&bits, &x[i], sizeof bits);
            bad |= (bits & 0x7FFFFFFF) + 0x00800000;
            x[i] *= inv;
        }
    }
    if (bad >> 31)
        *found_inf = 1;
}

enum scaler_status scaler_unscale(const struct grad_scaler *s, struct optimizer_state *o,
                                  const struct gradient *grads, size_t count)
{
    if (!s->enabled)
        return SCALER_OK;
    if (o->stage == OPTIMIZER_UNSCALED)
        return SCALER_UNSCALED_TWICE;
    if (o->stage == OPTIMIZER_STEPPED)
        return SCALER_UNSCALED_AFTER_STEP;
    bool any = false;
    for (size_t t = 0; t < count; t++) {
        if (grads[t].data && grads[t].dtype == GRADIENT_FP16)
            return SCALER_FP16_GRADIENTS;
        any = any || grads[t].data;
    }
    float found_inf = 0;
    check_and_unscale(grads, count, &found_inf, scaler_inverse(s->loss_scale));
    *o = (struct optimizer_state){OPTIMIZER_UNSCALED, any, found_inf};
    return SCALER_OK;
}

enum scaler_status scaler_step(const struct grad_scaler *s, struct optimizer_state *o,
                               const struct gradient *grads, size_t count, bool *run)
{
    *run = !s->enabled;
    if (!s->enabled)
        return SCALER_OK;
    if (o->stage == OPTIMIZER_STEPPED)
        return SCALER_STEPPED_TWICE;
    if (o->stage == OPTIMIZER_READY) {
        enum scaler_status status = scaler_unscale(s, o, grads, count);
        if (status != SCALER_OK)
            return status;
    }
    if (!o->checked)
        return SCALER_NO_INF_CHECKS;
    *run = o->found_inf == 0;
    o->stage = OPTIMIZER_STEPPED;
    return SCALER_OK;
}

// --------------------------------------------------------------------------------------------
// The next scale
// --------------------------------------------------------------------------------------------

enum scaler_status scaler_update(struct grad_scaler *s, struct optimizer_state *o, size_t count)
{
    unsigned checked = 0, bad = 0;
    for (size_t i = count; s->enabled && i-- > 0;) {
        checked |= o[i].checked;
        bad |= o[i].found_inf > 0;
    }
    if (!s->enabled || !checked)
        return s->enabled ? SCALER_NO_INF_CHECKS : SCALER_OK;
    int32_t tracker = bad ? 0 : s->growth_tracker + 1;
    unsigned grows = tracker == s->growth_interval;
    double factor = bad ? s->backoff_factor : grows ? s->growth_factor : 1;
    float next = (float)((double)s->loss_scale * factor);
    s->loss_scale = grows && isinf(next) ? s->loss_scale : next;
    s->growth_tracker = grows ? 0 : tracker;
    memset(o, 0, count * sizeof *o);
    return SCALER_OK;
}

void scaler_set_scale(struct grad_scaler *s, struct optimizer_state *o, size_t count,
                      float new_scale)
{
    if (!s->enabled)
        return;
    s->loss_scale = new_scale;
    for (size_t i = 0; i < count; i++)
        o[i] = (struct optimizer_state){0};
}

// --------------------------------------------------------------------------------------------
// Checkpoints, and a whole run
// --------------------------------------------------------------------------------------------

struct scaler_state scaler_save(const struct grad_scaler *s)
{
    if (!s->enabled)
        return (struct scaler_state){.empty = true};
    return (struct scaler_state){.loss_scale = s->loss_scale,
                                 .growth_factor = s->growth_factor,
                                 .backoff_factor = s->backoff_factor,
                                 .growth_interval = s->growth_interval,
                                 .growth_tracker = s->growth_tracker};
}

enum scaler_status scaler_load(struct grad_scaler *s, const struct scaler_state *state)
{
    if (!s->enabled)
        return SCALER_OK;
    if (state->empty)
        return SCALER_EMPTY_STATE;
    *s = (struct grad_scaler){.loss_scale = state->loss_scale,
                              .growth_factor = state->growth_factor,
                              .backoff_factor = state->backoff_factor,
                              .growth_interval = state->growth_interval,
                              .growth_tracker = state->growth_tracker,
                              .enabled = true};
    return SCALER_OK;
}

void scaler_replay(struct grad_scaler *s, const uint8_t *found_inf, float *scales, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        struct optimizer_state o = {OPTIMIZER_STEPPED, true, found_inf[i] ? 1.0f : 0.0f};
        scaler_update(s, &o, 1);
        scales[i] = s->loss_scale;
    }
}

// --------------------------------------------------------------------------------------------
// What a scale is good for, and where it ends
// --------------------------------------------------------------------------------------------

/* In integers: x S = m 2^e with m of 48 bits, at most 2^-25. */
double fp16_flushed_share(const float *x, size_t n, float loss_scale)
{
    size_t alive = 0, flushed = 0;
    int scale_exponent;
    int64_t scale = llabs((int64_t)(frexpf(loss_scale, &scale_exponent) * 0x1p24f));
    for (size_t i = 0; i < n; i++) {
        if (x[i] == 0)
            continue;
        alive++;
        if (!isfinite(x[i]))
            continue;
        int exponent;
        uint64_t m = (uint64_t)(llabs((int64_t)(frexpf(x[i], &exponent) * 0x1p24f)) * scale);
        int shift = -25 - (exponent + scale_exponent - 48); /* is m <= 2^shift? */
        flushed += m == 0 || (shift >= 0 && (shift > 48 || m <= (uint64_t)1 << shift));
    }
    return alive ? (double)flushed / (double)alive : 0;
}

/* By the classes of the inverse and of x. */
size_t scaler_blind_spots(const float *x, size_t n, float loss_scale)
{
    double inv = (double)scaler_inverse(loss_scale);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        double product = (double)x[i] * inv; /* exact, if both are finite */
        bool lost = isnan(product) || fabs(product) >= 0x1.ffffffp127;
        count += isfinite(x[i]) && lost;
    }
    return count;
}

int scaler_backoffs_left(const struct grad_scaler *s)
{
    int count = 0;
    for (float scale = s->loss_scale; isfinite(scaler_inverse(scale)); count++)
        scale = (float)(scale * s->backoff_factor);
    return count;
}
