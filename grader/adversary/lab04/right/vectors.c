/* Vector intrinsics for whatever goes over arrays, and the conversion to FP16 by the processor. */
#include "lab04.h"

#include <immintrin.h>
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

__attribute__((target("avx"))) void scaler_scale(const struct grad_scaler *s, float *x, size_t n)
{
    size_t i = 0;
    if (!s->enabled)
        return;
    for (__m256 scale = _mm256_set1_ps(s->loss_scale); i + 8 <= n; i += 8)
        _mm256_storeu_ps(x + i, _mm256_mul_ps(_mm256_loadu_ps(x + i), scale));
    for (; i < n; i++)
        x[i] = x[i] * s->loss_scale;
}

float scaler_inverse(float loss_scale)
{
    return (float)(1.0 / (double)loss_scale);
}

// --------------------------------------------------------------------------------------------
// Check, unscale, step or skip
// --------------------------------------------------------------------------------------------

/* Eight at a time: x - x is NaN unless x is finite. */
static __attribute__((target("avx2"))) bool unscale_array(float *x, size_t n, float inv)
{
    __m256 factor = _mm256_set1_ps(inv), bad = _mm256_setzero_ps();
    bool found = false;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 v = _mm256_loadu_ps(x + i), zero = _mm256_sub_ps(v, v);
        bad = _mm256_or_ps(bad, _mm256_cmp_ps(zero, zero, _CMP_UNORD_Q));
        _mm256_storeu_ps(x + i, _mm256_mul_ps(v, factor));
    }
    for (; i < n; i++) {
        found |= !(fabsf(x[i]) <= 0x1.fffffep127f);
        x[i] *= inv;
    }
    return found || _mm256_movemask_ps(bad);
}

void check_and_unscale(const struct gradient *grads, size_t count, float *found_inf, float inv)
{
    for (size_t t = 0; t < count; t++)
        if (grads[t].data && unscale_array(grads[t].data, grads[t].n, inv))
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

/* The processor's own conversion to FP16; the double product is first rounded to odd, to FP32, so
 * that no second rounding can make a tie. */
__attribute__((target("f16c"))) double fp16_flushed_share(const float *x, size_t n,
                                                          float loss_scale)
{
    double alive = 0, flushed = 0;
    for (size_t i = 0; i < n; i++) {
        double exact = (double)x[i] * (double)loss_scale;
        float product = (float)exact;
        if (isfinite(exact) && isfinite(product) && (double)product != exact) {
            if (fabs((double)product) > fabs(exact))
                product = nextafterf(product, 0);
            product = nextafterf(product, exact > 0 ? INFINITY : -INFINITY);
        }
        if (x[i] != 0) {
            alive += 1;
            flushed += (_cvtss_sh(product, _MM_FROUND_TO_NEAREST_INT) & 0x7FFF) == 0;
        }
    }
    return alive > 0 ? flushed / alive : 0;
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
