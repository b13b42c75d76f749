/**
 * @file trainer.h
 * @brief The trainer whose bytes lab 07 predicts: a character model under a recipe, all of its
 *        memory counted. Given; a part of experiment.c.
 *
 * Every array has the width that the recipe says: BF16 weights and gradients are 16-bit codes, the
 * master and FP32 states are floats, 8-bit states are a byte an element and a float a block. The
 * optimizer works through a tensor in pieces of one block on the stack: unpack, update, pack.
 *
 * The 8-bit code is logarithmic, an eighth of a binade a step: +-2^((q - 127) / 8) of the block's
 * largest magnitude for m (signed, 7 bits), 2^((q - 255) / 8) for v (8 bits), 0 for q = 0. A v above
 * 0 never becomes 0, as the update divides by its root. (bitsandbytes has another table, of the
 * same size.)
 */
#ifndef LOWP_LAB07_TRAINER_H
#define LOWP_LAB07_TRAINER_H

#include "lab07.h"

#include "common/cast.h"
#include "common/memory.h"
#include "common/round.h"

#include <math.h>
#include <string.h>

/** What the trainer takes memory for, in the order of struct footprint. */
enum { WEIGHTS, GRADS, MASTER, STATES, ACTIVATIONS, SCRATCH, PARTS };

/** Limits of the fixed arrays here. */
enum { MOST_LAYERS = 8, MOST_TENSORS = 2 * MOST_LAYERS + 3, PIECE = 256 };

/** One optimizer state of one tensor: floats, or bytes with an absmax a block. */
struct state {
    float *values;  /**< FP32 states; NULL where they have 8 bits */
    uint8_t *codes; /**< 8-bit states */
    float *absmax;  /**< of each of their blocks */
};

/** A model in training. */
struct trainer {
    struct nn_shape shape;                /**< of the model */
    struct recipe recipe;                 /**< how it is stored */
    struct memory_count count;            /**< of everything below */
    size_t tensors[MOST_TENSORS];         /**< elements of each */
    size_t tensors_count;                 /**< number of tensors */
    size_t n;                             /**< elements of all */
    float *weights;                       /**< where they have 4 bytes */
    uint16_t *weight_codes;               /**< instead, where they have 2 */
    float *grads;                         /**< where they have 4 bytes */
    uint16_t *grad_codes;                 /**< instead, where they have 2 */
    float *master;                        /**< or NULL */
    float *weights_fp32;                  /**< scratch: what forward and backward read */
    float *grads_fp32;                    /**< scratch: what backward writes */
    struct state states[2][MOST_TENSORS]; /**< m and v of each tensor */
    struct nn_work *work;                 /**< activations and their gradients */
};

static void trainer_list_tensors(struct trainer *t)
{
    struct nn_shape s = t->shape;
    size_t in = (size_t)s.context * (size_t)s.embed;
    t->tensors[t->tensors_count++] = (size_t)s.vocab * (size_t)s.embed;
    for (int layer = 0; layer <= s.layers; layer++) {
        size_t out = (size_t)(layer == s.layers ? s.vocab : s.hidden);
        t->tensors[t->tensors_count++] = in * out;
        t->tensors[t->tensors_count++] = out;
        in = out;
    }
    t->n = nn_params(s);
}

/** Memory for one state of a tensor of n elements. @return whether there was enough */
static bool state_new(struct state *s, struct memory_count *count, size_t n, size_t block)
{
    if (block == 0 || n < MIN_8BIT_ELEMENTS) {
        s->values = memory_take(count, STATES, n, sizeof *s->values);
        return s->values != NULL;
    }
    s->codes = memory_take(count, STATES, n, sizeof *s->codes);
    s->absmax = memory_take(count, STATES, (n + block - 1) / block, sizeof *s->absmax);
    return s->codes && s->absmax;
}

static void trainer_free(struct trainer *t)
{
    void *blocks[] = {t->weights, t->weight_codes, t->grads,     t->grad_codes,
                      t->master,  t->weights_fp32, t->grads_fp32};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        memory_release(&t->count, blocks[i]);
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < MOST_TENSORS; i++) {
            memory_release(&t->count, t->states[k][i].values);
            memory_release(&t->count, t->states[k][i].codes);
            memory_release(&t->count, t->states[k][i].absmax);
        }
    }
    nn_work_free(t->work);
}

/** Takes all memory. @return whether there was enough; trainer_free() in both cases */
static bool trainer_take(struct trainer *t, int batch)
{
    struct memory_count *c = &t->count;
    bool fine = true;
    if (t->recipe.weight == 2) {
        t->weight_codes = memory_take(c, WEIGHTS, t->n, sizeof *t->weight_codes);
        t->weights_fp32 = memory_take(c, SCRATCH, t->n, sizeof *t->weights_fp32);
        fine &= t->weight_codes && t->weights_fp32;
    } else {
        t->weights = memory_take(c, WEIGHTS, t->n, sizeof *t->weights);
        fine &= t->weights != NULL;
    }
    if (t->recipe.grad == 2) {
        t->grad_codes = memory_take(c, GRADS, t->n, sizeof *t->grad_codes);
        t->grads_fp32 = memory_take(c, SCRATCH, t->n, sizeof *t->grads_fp32);
        fine &= t->grad_codes && t->grads_fp32;
    } else {
        t->grads = memory_take(c, GRADS, t->n, sizeof *t->grads);
        fine &= t->grads != NULL;
    }
    if (t->recipe.master) {
        t->master = memory_take(c, MASTER, t->n, sizeof *t->master);
        fine &= t->master != NULL;
    }
    for (uint64_t k = 0; k < t->recipe.states; k++)
        for (size_t i = 0; i < t->tensors_count; i++)
            fine &= state_new(&t->states[k][i], c, t->tensors[i], t->recipe.block);
    t->work = nn_work_new(t->shape, batch);
    if (t->work)
        memory_note(c, ACTIVATIONS, nn_work_bytes(t->work));
    return fine && t->work;
}

/** A trainer at its first step. @return false without memory; trainer_free() in both cases */
static bool trainer_new(struct trainer *t, struct nn_shape shape, int batch, struct recipe recipe,
                        uint64_t seed)
{
    *t = (struct trainer){.shape = shape, .recipe = recipe};
    trainer_list_tensors(t);
    if (!trainer_take(t, batch))
        return false;
    float *first = recipe.weight == 2 ? t->weights_fp32 : t->weights;
    nn_init(shape, first, seed);
    for (size_t i = 0; i < t->n; i++) {
        if (recipe.master)
            t->master[i] = first[i];
        if (recipe.weight == 2)
            t->weight_codes[i] = bf16_from_f32_rne(first[i]);
    }
    return true;
}

static float decode_8bit(uint8_t code, bool is_signed)
{
    int q = is_signed ? code & 127 : code;
    float size = q == 0 ? 0 : exp2f((float)(q - (is_signed ? 127 : 255)) / 8);
    return is_signed && code > 127 ? -size : size;
}

static uint8_t encode_8bit(float x, bool is_signed)
{
    int top = is_signed ? 127 : 255;
    if (x == 0)
        return 0;
    int q = top + (int)lrintf(8 * log2f(fabsf(x)));
    if (q < 1)
        q = is_signed ? 0 : 1;
    return (uint8_t)(is_signed && x < 0 ? q + 128 : q);
}

/** Elements from..from+n of a state, as floats. */
static void unpack(const struct state *s, size_t from, size_t n, bool is_signed, float *out)
{
    if (s->values) {
        memcpy(out, s->values + from, n * sizeof *out);
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = decode_8bit(s->codes[from + i], is_signed) * s->absmax[from / PIECE];
}

static void pack(struct state *s, size_t from, size_t n, bool is_signed, const float *in)
{
    if (s->values) {
        memcpy(s->values + from, in, n * sizeof *in);
        return;
    }
    float largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmaxf(largest, fabsf(in[i]));
    s->absmax[from / PIECE] = largest;
    for (size_t i = 0; i < n; i++)
        s->codes[from + i] = largest > 0 ? encode_8bit(in[i] / largest, is_signed) : 0;
}

/** Adds u to weight i, by the recipe. */
static void store(struct trainer *t, size_t i, float u)
{
    if (t->recipe.master) {
        t->master[i] += u;
        t->weight_codes[i] = bf16_from_f32_rne(t->master[i]);
    } else if (t->recipe.weight == 2) {
        t->weight_codes[i] = bf16_from_f32_rne(f32_from_bf16(t->weight_codes[i]) + u);
    } else {
        t->weights[i] += u;
    }
}

/** Adam (two states) or Lion (one) on one piece of a tensor that starts at element `at` of the
 *  model. Lion is given a tenth of Adam's rate: all its steps have full size. */
static void update_piece(struct trainer *t, size_t tensor, size_t from, size_t n, size_t at,
                         double lr, int step)
{
    float m[PIECE], v[PIECE];
    bool adam = t->recipe.states == 2;
    double c1 = 1 - pow(0.9, step), c2 = 1 - pow(0.999, step);
    unpack(&t->states[0][tensor], from, n, true, m);
    if (adam)
        unpack(&t->states[1][tensor], from, n, false, v);
    for (size_t i = 0; i < n; i++) {
        float g = t->recipe.grad == 2 ? f32_from_bf16(t->grad_codes[at + i]) : t->grads[at + i];
        if (adam) {
            m[i] = 0.9f * m[i] + 0.1f * g;
            v[i] = 0.999f * v[i] + 0.001f * g * g;
            store(t, at + i, (float)(-lr * m[i] / c1 / (sqrt(v[i] / c2) + 1e-8)));
        } else {
            float c = 0.9f * m[i] + 0.1f * g;
            store(t, at + i, (float)(-0.1 * lr * ((c > 0) - (c < 0))));
            m[i] = 0.99f * m[i] + 0.01f * g;
        }
    }
    pack(&t->states[0][tensor], from, n, true, m);
    if (adam)
        pack(&t->states[1][tensor], from, n, false, v);
}

/** The weights as forward and backward read them: unpacked, if they are stored in 16 bits. */
static const float *readable_weights(struct trainer *t)
{
    if (t->recipe.weight != 2)
        return t->weights;
    for (size_t i = 0; i < t->n; i++)
        t->weights_fp32[i] = f32_from_bf16(t->weight_codes[i]);
    return t->weights_fp32;
}

static struct nn_hooks hooks_of(const struct trainer *t)
{
    return (struct nn_hooks){.forward = t->recipe.weight == 2 ? round_bf16 : NULL,
                             .backward = t->recipe.grad == 2 ? round_bf16 : NULL};
}

/** One step on a batch; `step` counts from 1. @return the batch's mean loss before it */
static double trainer_step(struct trainer *t, const uint8_t *x, const uint8_t *y, double lr,
                           int step)
{
    bool grads_16 = t->recipe.grad == 2;
    double loss = nn_loss(t->work, readable_weights(t), x, y, hooks_of(t),
                          grads_16 ? t->grads_fp32 : t->grads);
    for (size_t i = 0; grads_16 && i < t->n; i++)
        t->grad_codes[i] = bf16_from_f32_rne(t->grads_fp32[i]);
    size_t at = 0;
    for (size_t tensor = 0; tensor < t->tensors_count; tensor++) {
        for (size_t from = 0; from < t->tensors[tensor]; from += PIECE) {
            size_t left = t->tensors[tensor] - from, n = left < PIECE ? left : PIECE;
            update_piece(t, tensor, from, n, at + from, lr, step);
        }
        at += t->tensors[tensor];
    }
    return loss;
}

/** How many targets of a batch the model guesses right. */
static int trainer_right(struct trainer *t, const uint8_t *x, const uint8_t *y)
{
    return nn_right(t->work, readable_weights(t), x, y, hooks_of(t));
}

#endif
