/* Products in double or wider, rounded once; the check is a pass of its own. */
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
    double factor = s->enabled ? (double)s->loss_scale : 1;
    while (n-- > 0)
        x[n] = (float)(factor * (double)x[n]);
}

float scaler_inverse(float loss_scale)
{
    return (float)(1.0L / (long double)loss_scale);
}

// --------------------------------------------------------------------------------------------
// Check, unscale, step or skip
// --------------------------------------------------------------------------------------------

/* All at first, then the multiplication: two passes, in double. */
void check_and_unscale(const struct gradient *grads, size_t count, float *found_inf, float inv)
{
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; grads[t].data && i < grads[t].n; i++) {
            int class = fpclassify(((const float *)grads[t].data)[i]);
            if (class == FP_NAN || class == FP_INFINITE)
                *found_inf = 1;
        }
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; grads[t].data && i < grads[t].n; i++) {
            float *x = (float *)grads[t].data + i;
            *x = (float)((double)*x * (double)inv); /* exact in double, rounded once */
        }
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

/* Those that survive and those that are 0, the rest is flushed. */
double fp16_flushed_share(const float *x, size_t n, float loss_scale)
{
    double zeros = 0, survive = 0;
    for (size_t i = 0; i < n; i++) {
        long double product = fabsl((long double)x[i] * loss_scale);
        if (x[i] == 0)
            zeros++;
        else if (!(product <= 0x1p-25L))
            survive++;
    }
    double whole = (double)n - zeros;
    return whole > 0 ? 1 - survive / whole : 0;
}

size_t scaler_blind_spots(const float *x, size_t n, float loss_scale)
{
    float inv = scaler_inverse(loss_scale);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += isfinite(x[i]) && !isfinite(x[i] * inv);
    return count;
}

int scaler_backoffs_left(const struct grad_scaler *s)
{
    int count = 0;
    for (float scale = s->loss_scale; isfinite(scaler_inverse(scale)); count++)
        scale = (float)(scale * s->backoff_factor);
    return count;
}
