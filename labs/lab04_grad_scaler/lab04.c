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
    return (enum scaler_status)todo_bits("lab04.1");
}

// TODO(lab04.2, about 3 lines): multiply, unless the scaler is disabled.
void scaler_scale(const struct grad_scaler *s, float *x, size_t n)
{
    todo("lab04.2");
}

// TODO(lab04.3, about 1 line): the reciprocal, by way of double.
float scaler_inverse(float loss_scale)
{
    return todo_f32("lab04.3");
}

// --------------------------------------------------------------------------------------------
// Check, unscale, step or skip
// --------------------------------------------------------------------------------------------

// TODO(lab04.4, about 9 lines): over all elements of all gradients: test first, then multiply.
void check_and_unscale(const struct gradient *grads, size_t count, float *found_inf, float inv)
{
    todo("lab04.4");
}

// TODO(lab04.5, about 15 lines): disabled? the wrong stage? FP16 anywhere? Then check and unscale.
enum scaler_status scaler_unscale(const struct grad_scaler *s, struct optimizer_state *o,
                                  const struct gradient *grads, size_t count)
{
    return (enum scaler_status)todo_bits("lab04.5");
}

// TODO(lab04.6, about 14 lines): unscale if READY, refuse what is out of order, decide.
enum scaler_status scaler_step(const struct grad_scaler *s, struct optimizer_state *o,
                               const struct gradient *grads, size_t count, bool *run)
{
    return (enum scaler_status)todo_bits("lab04.6");
}

// --------------------------------------------------------------------------------------------
// The next scale
// --------------------------------------------------------------------------------------------

// TODO(lab04.7, about 20 lines): add up what the optimizers found; back off, or count and grow;
// make the optimizers READY.
enum scaler_status scaler_update(struct grad_scaler *s, struct optimizer_state *o, size_t count)
{
    return (enum scaler_status)todo_bits("lab04.7");
}

// TODO(lab04.8, about 5 lines): set the scale, keep the tracker, make the optimizers READY.
void scaler_set_scale(struct grad_scaler *s, struct optimizer_state *o, size_t count,
                      float new_scale)
{
    todo("lab04.8");
}

// --------------------------------------------------------------------------------------------
// Checkpoints, and a whole run
// --------------------------------------------------------------------------------------------

// TODO(lab04.9, about 6 lines): copy five fields, or say that there is nothing to save.
struct scaler_state scaler_save(const struct grad_scaler *s)
{
    todo("lab04.9");
    return (struct scaler_state){.loss_scale = NAN, .growth_tracker = -1};
}

// TODO(lab04.10, about 9 lines): the other way; an empty state is an error, unless the scaler is
// disabled.
enum scaler_status scaler_load(struct grad_scaler *s, const struct scaler_state *state)
{
    return (enum scaler_status)todo_bits("lab04.10");
}

// TODO(lab04.11, about 5 lines): for each step an optimizer that was checked, then your 4.7.
void scaler_replay(struct grad_scaler *s, const uint8_t *found_inf, float *scales, size_t steps)
{
    todo("lab04.11");
}

// --------------------------------------------------------------------------------------------
// What a scale is good for, and where it ends
// --------------------------------------------------------------------------------------------

// TODO(lab04.12, about 8 lines): count what is not 0 and what would be; mind the exact product.
double fp16_flushed_share(const float *x, size_t n, float loss_scale)
{
    return todo_f64("lab04.12");
}

// TODO(lab04.13, about 5 lines): finite before, and not after.
size_t scaler_blind_spots(const float *x, size_t n, float loss_scale)
{
    return todo_bits("lab04.13");
}

// TODO(lab04.14, about 5 lines): back off a copy of S until its inverse is infinite.
int scaler_backoffs_left(const struct grad_scaler *s)
{
    return (int)todo_bits("lab04.14");
}
