/* The stages are a table; a replay knows the rule by itself; limits are compared as numbers. */
#include "lab04.h"

#include <math.h>

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

float scaler_inverse(float loss_scale)
{
    return (float)(1.0 / (double)loss_scale);
}

// --------------------------------------------------------------------------------------------
// Check, unscale, step or skip
// --------------------------------------------------------------------------------------------

void check_and_unscale(const struct gradient *grads, size_t count, float *found_inf, float inv)
{
    for (size_t t = 0; t < count; t++) {
        float *x = grads[t].data;
        for (size_t i = 0; x && i < grads[t].n; i++) {
            if (!isfinite(x[i]))
                *found_inf = 1.0f;
            x[i] = inv == 1.0f ? x[i] : x[i] * inv;
        }
    }
}

/* What unscaling answers in each stage, and what stepping does. */
static const enum scaler_status UNSCALE_IN[] = {SCALER_OK, SCALER_UNSCALED_TWICE,
                                                SCALER_UNSCALED_AFTER_STEP};
static const enum scaler_status STEP_IN[] = {SCALER_OK, SCALER_OK, SCALER_STEPPED_TWICE};

/* How many gradients are there? -1 if one of them is FP16. */
static int gradients_there(const struct gradient *grads, size_t count)
{
    int there = 0;
    for (size_t t = count; t-- > 0;) {
        if (!grads[t].data)
            continue;
        if (grads[t].dtype != GRADIENT_FP32)
            return -1;
        there++;
    }
    return there;
}

enum scaler_status scaler_unscale(const struct grad_scaler *s, struct optimizer_state *o,
                                  const struct gradient *grads, size_t count)
{
    if (!s->enabled)
        return SCALER_OK;
    enum scaler_status status = UNSCALE_IN[o->stage];
    int there = gradients_there(grads, count);
    if (status != SCALER_OK || there < 0)
        return status != SCALER_OK ? status : SCALER_FP16_GRADIENTS;
    o->found_inf = 0;
    check_and_unscale(grads, count, &o->found_inf, scaler_inverse(s->loss_scale));
    o->checked = there > 0;
    o->stage = OPTIMIZER_UNSCALED;
    return SCALER_OK;
}

enum scaler_status scaler_step(const struct grad_scaler *s, struct optimizer_state *o,
                               const struct gradient *grads, size_t count, bool *run)
{
    enum scaler_status status = SCALER_OK;
    *run = true;
    if (!s->enabled)
        return status;
    status = STEP_IN[o->stage];
    if (status == SCALER_OK && o->stage == OPTIMIZER_READY)
        status = scaler_unscale(s, o, grads, count);
    if (status == SCALER_OK && !o->checked)
        status = SCALER_NO_INF_CHECKS;
    *run = status == SCALER_OK && !(o->found_inf > 0);
    if (status == SCALER_OK)
        o->stage = OPTIMIZER_STEPPED;
    return status;
}

// --------------------------------------------------------------------------------------------
// The next scale
// --------------------------------------------------------------------------------------------

enum scaler_status scaler_update(struct grad_scaler *s, struct optimizer_state *o, size_t count)
{
    if (!s->enabled)
        return SCALER_OK;
    bool any = false;
    float found_inf = 0;
    for (size_t i = 0; i < count; i++) {
        any = any || o[i].checked;
        found_inf += o[i].found_inf;
    }
    if (!any)
        return SCALER_NO_INF_CHECKS;
    if (found_inf != 0) {
        s->loss_scale = (float)(s->loss_scale * s->backoff_factor);
        s->growth_tracker = 0;
    } else if (++s->growth_tracker == s->growth_interval) {
        float grown = (float)(s->loss_scale * s->growth_factor);
        if (isfinite(grown))
            s->loss_scale = grown;
        s->growth_tracker = 0; // also when growth was refused: the count starts anew
    }
    for (size_t i = 0; i < count; i++)
        o[i] = (struct optimizer_state){0};
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

/* The rule once more, without an optimizer. */
void scaler_replay(struct grad_scaler *s, const uint8_t *found_inf, float *scales, size_t steps)
{
    for (size_t i = 0; i < steps; scales[i++] = s->loss_scale) {
        s->growth_tracker = found_inf[i] ? 0 : s->growth_tracker + 1;
        if (found_inf[i])
            s->loss_scale = (float)((double)s->loss_scale * s->backoff_factor);
        if (s->growth_tracker < s->growth_interval)
            continue;
        double grown = (double)s->loss_scale * s->growth_factor;
        if (grown < 0x1.ffffffp127) /* what rounds to a finite number */
            s->loss_scale = (float)grown;
        s->growth_tracker = 0;
    }
}

// --------------------------------------------------------------------------------------------
// What a scale is good for, and where it ends
// --------------------------------------------------------------------------------------------

double fp16_flushed_share(const float *x, size_t n, float loss_scale)
{
    size_t alive = 0, flushed = 0;
    for (size_t i = 0; i < n; i++) {
        // Two 24-bit significands: their product is exact in double's 53 bits.
        double product = (double)x[i] * (double)loss_scale;
        alive += x[i] != 0;
        flushed += x[i] != 0 && fabs(product) <= 0x1p-25;
    }
    return alive ? (double)flushed / (double)alive : 0.0;
}

size_t scaler_blind_spots(const float *x, size_t n, float loss_scale)
{
    float inv = scaler_inverse(loss_scale);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += isfinite(x[i]) && !isfinite(x[i] * inv);
    return count;
}

/* The inverse is infinite from 2^-128 down. */
int scaler_backoffs_left(const struct grad_scaler *s)
{
    struct grad_scaler copy = *s;
    int count = 0;
    while (copy.loss_scale > 0x1p-128f) {
        copy.loss_scale = (float)((double)copy.loss_scale * copy.backoff_factor);
        count++;
    }
    return count;
}
