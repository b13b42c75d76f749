/**
 * @file lab04.c
 * @brief Lab 04, GradScaler: dynamic loss scaling with PyTorch's rules.
 *
 * The contract of every function is in lab04.h, the assignment in README.md beside it. You
 * edit this file and lab04.cu, the kernels. Build and grade: make lab04 && make grade
 */
#include "lab04.h"

#include "common/todo.h"

#include <math.h>

// --------------------------------------------------------------------------------------------
// A scaler, and the two ends of a backward pass
// --------------------------------------------------------------------------------------------

// TODO(lab04.1, about 8 lines): defaults for NULL; refuse bad factors; fill the struct.
enum scaler_status scaler_init(struct grad_scaler *s, const struct scaler_options *options)
{
    // BEGIN SOLUTION
    // STUB: return (enum scaler_status)todo_bits("lab04.1");
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
    // END SOLUTION
}

// TODO(lab04.2, about 3 lines): multiply, unless the scaler is disabled.
void scaler_scale(const struct grad_scaler *s, float *x, size_t n)
{
    // BEGIN SOLUTION
    // STUB: todo("lab04.2");
    if (!s->enabled)
        return;
    for (size_t i = 0; i < n; i++)
        x[i] *= s->loss_scale;
    // END SOLUTION
}

// TODO(lab04.3, about 1 line): the reciprocal, by way of double.
float scaler_inverse(float loss_scale)
{
    // BEGIN SOLUTION
    // STUB: return todo_f32("lab04.3");
    return (float)(1.0 / (double)loss_scale);
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Check, unscale, step or skip
// --------------------------------------------------------------------------------------------

// TODO(lab04.4, about 9 lines): over all elements of all gradients: test first, then multiply.
void check_and_unscale(const struct gradient *grads, size_t count, float *found_inf, float inv)
{
    // BEGIN SOLUTION
    // STUB: todo("lab04.4");
    for (size_t t = 0; t < count; t++) {
        float *x = grads[t].data;
        for (size_t i = 0; x && i < grads[t].n; i++) {
            if (!isfinite(x[i]))
                *found_inf = 1.0f;
            x[i] *= inv;
        }
    }
    // END SOLUTION
}

// TODO(lab04.5, about 15 lines): disabled? the wrong stage? FP16 anywhere? Then check and unscale.
enum scaler_status scaler_unscale(const struct grad_scaler *s, struct optimizer_state *o,
                                  const struct gradient *grads, size_t count)
{
    // BEGIN SOLUTION
    // STUB: return (enum scaler_status)todo_bits("lab04.5");
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
    // END SOLUTION
}

// TODO(lab04.6, about 14 lines): unscale if READY, refuse what is out of order, decide.
enum scaler_status scaler_step(const struct grad_scaler *s, struct optimizer_state *o,
                               const struct gradient *grads, size_t count, bool *run)
{
    // BEGIN SOLUTION
    // STUB: return (enum scaler_status)todo_bits("lab04.6");
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
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// The next scale
// --------------------------------------------------------------------------------------------

// TODO(lab04.7, about 20 lines): add up what the optimizers found; back off, or count and grow;
// make the optimizers READY.
enum scaler_status scaler_update(struct grad_scaler *s, struct optimizer_state *o, size_t count)
{
    // BEGIN SOLUTION
    // STUB: return (enum scaler_status)todo_bits("lab04.7");
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
    if (found_inf > 0) {
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
    // END SOLUTION
}

// TODO(lab04.8, about 5 lines): set the scale, keep the tracker, make the optimizers READY.
void scaler_set_scale(struct grad_scaler *s, struct optimizer_state *o, size_t count,
                      float new_scale)
{
    // BEGIN SOLUTION
    // STUB: todo("lab04.8");
    if (!s->enabled)
        return;
    s->loss_scale = new_scale;
    for (size_t i = 0; i < count; i++)
        o[i] = (struct optimizer_state){0};
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Checkpoints, and a whole run
// --------------------------------------------------------------------------------------------

// TODO(lab04.9, about 6 lines): copy five fields, or say that there is nothing to save.
struct scaler_state scaler_save(const struct grad_scaler *s)
{
    // BEGIN SOLUTION
    // STUB: todo("lab04.9");
    // STUB: return (struct scaler_state){.loss_scale = NAN, .growth_tracker = -1};
    if (!s->enabled)
        return (struct scaler_state){.empty = true};
    return (struct scaler_state){.loss_scale = s->loss_scale,
                                 .growth_factor = s->growth_factor,
                                 .backoff_factor = s->backoff_factor,
                                 .growth_interval = s->growth_interval,
                                 .growth_tracker = s->growth_tracker};
    // END SOLUTION
}

// TODO(lab04.10, about 9 lines): the other way; an empty state is an error, unless the scaler is
// disabled.
enum scaler_status scaler_load(struct grad_scaler *s, const struct scaler_state *state)
{
    // BEGIN SOLUTION
    // STUB: return (enum scaler_status)todo_bits("lab04.10");
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
    // END SOLUTION
}

// TODO(lab04.11, about 5 lines): for each step an optimizer that was checked, then your 4.7.
void scaler_replay(struct grad_scaler *s, const uint8_t *found_inf, float *scales, size_t steps)
{
    // BEGIN SOLUTION
    // STUB: todo("lab04.11");
    for (size_t i = 0; i < steps; i++) {
        struct optimizer_state o = {OPTIMIZER_STEPPED, true, found_inf[i]};
        scaler_update(s, &o, 1);
        scales[i] = s->loss_scale;
    }
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// What a scale is good for, and where it ends
// --------------------------------------------------------------------------------------------

// TODO(lab04.12, about 8 lines): count what is not 0 and what would be; mind the exact product.
double fp16_flushed_share(const float *x, size_t n, float loss_scale)
{
    // BEGIN SOLUTION
    // STUB: return todo_f64("lab04.12");
    size_t alive = 0, flushed = 0;
    for (size_t i = 0; i < n; i++) {
        // Two 24-bit significands: their product is exact in double's 53 bits.
        double product = (double)x[i] * (double)loss_scale;
        alive += x[i] != 0;
        flushed += x[i] != 0 && fabs(product) <= 0x1p-25;
    }
    return alive ? (double)flushed / (double)alive : 0.0;
    // END SOLUTION
}

// TODO(lab04.13, about 5 lines): finite before, and not after.
size_t scaler_blind_spots(const float *x, size_t n, float loss_scale)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab04.13");
    float inv = scaler_inverse(loss_scale);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += isfinite(x[i]) && !isfinite(x[i] * inv);
    return count;
    // END SOLUTION
}

// TODO(lab04.14, about 5 lines): back off a copy of S until its inverse is infinite.
int scaler_backoffs_left(const struct grad_scaler *s)
{
    // BEGIN SOLUTION
    // STUB: return (int)todo_bits("lab04.14");
    int count = 0;
    for (float scale = s->loss_scale; isfinite(scaler_inverse(scale)); count++)
        scale = (float)(scale * s->backoff_factor);
    return count;
    // END SOLUTION
}
