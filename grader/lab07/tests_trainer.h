/**
 * @file tests_trainer.h
 * @brief Tests of exercise 7.14, the workbook's own trainer, and of overflow in every function.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_TRAINER_H
#define LOWP_GRADER_LAB07_TESTS_TRAINER_H

#include "grader/lab07/tests_recipe.h"

// --- 7.14: the real trainer ------------------------------------------------------------------

struct trainer_case {
    uint64_t batch;
    struct recipe r;
    struct nn_shape shape;
    int part;
};

static const char *input_trainer(size_t i, const void *context)
{
    const struct trainer_case *t = (const struct trainer_case *)context + i;
    static char text[400];
    snprintf(text, sizeof text, "V %d, T %d, E %d, H %d, L %d; B %" PRIu64 "; {%s}; its part %s",
             t->shape.vocab, t->shape.context, t->shape.embed, t->shape.hidden, t->shape.layers,
             t->batch, show_recipe(t->r), PART_NAMES[t->part]);
    return text;
}
static uint64_t trainer_part(struct trainer_case t)
{
    return part_of(oracle_trainer(t.shape, t.batch, t.r), t.part);
}
static uint64_t trainer_no_scratch(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    struct footprint f = oracle_trainer(t.shape, t.batch, t.r);
    f.total -= f.scratch;
    f.scratch = 0;
    return part_of(f, t.part);
}
static uint64_t trainer_one_buffer(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    uint64_t first = (uint64_t)t.shape.context * (uint64_t)t.shape.embed;
    uint64_t h = (uint64_t)t.shape.hidden, widest = first > h ? first : h;
    return trainer_part(t) - (t.part == ACTIVATIONS || t.part == TOTAL ? 4 * t.batch * widest : 0);
}
static uint64_t trainer_16_bit(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    struct footprint f = oracle_trainer(t.shape, t.batch, t.r);
    uint64_t less = t.r.weight == 2 ? f.activations / 2 : 0;
    f.activations -= less;
    f.total -= less;
    return part_of(f, t.part);
}
static uint64_t trainer_one_tensor(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    struct footprint f = oracle_trainer(t.shape, t.batch, t.r);
    uint64_t flat = oracle_states(f.weights / t.r.weight, t.r);
    f.total += flat - f.states;
    f.states = flat;
    return part_of(f, t.part);
}
/** The right footprint, but with `states` of its states, and so many parameters less (or more). */
static uint64_t trainer_with(struct trainer_case t, uint64_t states, uint64_t less)
{
    struct footprint f = oracle_trainer(t.shape, t.batch, t.r);
    f.weights -= less * t.r.weight;
    f.grads -= less * t.r.grad;
    f.master -= less * t.r.master;
    f.states = states;
    f.scratch -= less * 4 * ((t.r.weight == 2) + (t.r.grad == 2));
    f.total = f.weights + f.grads + f.master + f.states + f.activations + f.scratch;
    return part_of(f, t.part);
}
static uint64_t trainer_no_biases(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    uint64_t tensors[ORACLE_TENSORS], biases = 0, states = 0;
    size_t count = oracle_tensors(t.shape, tensors);
    for (size_t k = 0; k < count; k++) {
        if (k > 0 && k % 2 == 0)
            biases += tensors[k];
        else
            states += oracle_states(tensors[k], t.r);
    }
    return trainer_with(t, states, biases);
}
static uint64_t trainer_first_like_others(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    uint64_t first = (uint64_t)t.shape.context * (uint64_t)t.shape.embed;
    uint64_t h = (uint64_t)t.shape.hidden, states = oracle_trainer(t.shape, t.batch, t.r).states;
    states += oracle_states(h * h, t.r) - oracle_states(first * h, t.r);
    return trainer_with(t, states, first * h - h * h);
}
static uint64_t trainer_with_bias_in_matrix(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    uint64_t tensors[ORACLE_TENSORS], states = 0;
    size_t count = oracle_tensors(t.shape, tensors);
    for (size_t k = 0; k < count; k += k == 0 ? 1 : 2)
        states += oracle_states(tensors[k] + (k == 0 ? 0 : tensors[k + 1]), t.r);
    return trainer_with(t, states, 0);
}
/* In the total, one of these is off by as much as in its own part. */
static uint64_t trainer_plus(struct trainer_case t, uint64_t activations, uint64_t scratch)
{
    struct footprint f = oracle_trainer(t.shape, t.batch, t.r);
    f.activations += activations;
    f.scratch += scratch;
    f.total += activations + scratch;
    return part_of(f, t.part);
}
static uint64_t trainer_wide_buffers(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    uint64_t first = (uint64_t)t.shape.context * (uint64_t)t.shape.embed;
    uint64_t h = (uint64_t)t.shape.hidden, v = (uint64_t)t.shape.vocab;
    uint64_t widest = first > h ? first : h;
    return trainer_plus(t, v > widest ? 4 * t.batch * 2 * (v - widest) : 0, 0);
}
static uint64_t trainer_narrow_weights(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    struct footprint f = oracle_trainer(t.shape, t.batch, t.r);
    return trainer_plus(t, 0, t.r.weight == 2 ? 0 - f.weights : 0);
}
static uint64_t trainer_no_master_in_total(size_t i, const void *context)
{
    struct trainer_case t = ((const struct trainer_case *)context)[i];
    struct footprint f = oracle_trainer(t.shape, t.batch, t.r);
    f.total -= f.master;
    return part_of(f, t.part);
}
static const struct rule TRAINER_RULES[] = {
    {"the FP32 working copies (scratch) were forgotten", trainer_no_scratch},
    {"one buffer for gradients of activations was counted: there are two", trainer_one_buffer},
    {"activations were counted in 16 bits: this trainer keeps them in FP32", trainer_16_bit},
    {"the model was taken for one tensor: biases and the embedding are small ones",
     trainer_one_tensor},
    {"a matrix and its bias were taken for one tensor: each has its own states",
     trainer_with_bias_in_matrix},
    {"the biases were forgotten: each dense layer has one", trainer_no_biases},
    {"the first hidden layer was given H inputs: it has T E", trainer_first_like_others},
    {"the master is missing from the total", trainer_no_master_in_total},
    {"the buffers were made as wide as the logits: they hold gradients of what lies below them",
     trainer_wide_buffers},
    {"the working copy of the weights was counted in 16 bits: it is FP32", trainer_narrow_weights},
};

/** What the student should answer: for the parts of training_bytes() what is right, or what the
 *  student's own says of the right tensors (it has its own tests); for the total the sum. */
static struct footprint wanted_of_trainer(const struct trainer_case *t, struct footprint got)
{
    uint64_t tensors[ORACLE_TENSORS];
    size_t count = oracle_tensors(t->shape, tensors);
    struct footprint right = oracle_trainer(t->shape, t->batch, t->r);
    struct footprint want = training_bytes(GIVE(tensors, count), count, t->r);
    want.weights = got.weights == right.weights ? right.weights : want.weights;
    want.grads = got.grads == right.grads ? right.grads : want.grads;
    want.master = got.master == right.master ? right.master : want.master;
    want.states = got.states == right.states ? right.states : want.states;
    want.activations = right.activations;
    want.scratch = right.scratch;
    want.total = got.weights + got.grads + got.master + got.states + got.activations + got.scratch;
    arena_reset();
    return want;
}

GRADED(trainer_is_predicted, .points = 3,
       .idea = "every part of what the workbook's own trainer allocates")
{
    static const struct recipe recipes[] = {
        {4, 4, 0, 2, 0}, {2, 2, 4, 2, 0}, {2, 4, 4, 2, 0}, {2, 2, 4, 2, 256}, {2, 2, 4, 1, 0}};
    struct trainer_case cases[MOST_CASES];
    struct counts c = {"trainer_bytes", .input = input_trainer, .context = cases,
                       WITH_RULES(TRAINER_RULES)};
    for (uint64_t i = 0; i < 15; i++) {
        struct nn_shape shape = {.vocab = (int)draw_between(8 * i, 20, 256),
                                 .context = (int)draw_between(8 * i + 1, 2, 12),
                                 .embed = (int)draw_between(8 * i + 2, 4, 24),
                                 .hidden = (int)draw_between(8 * i + 3, 40, 300),
                                 .layers = (int)draw_between(8 * i + 4, 1, 5)};
        if (i == 0) // the logits are the widest
            shape = (struct nn_shape){
                .vocab = 256, .context = 3, .embed = 8, .hidden = 40, .layers = 2};
        struct trainer_case t = {draw_between(8 * i + 5, 1, 4096), recipes[i % 5], shape, 0};
        struct footprint got = trainer_bytes(t.shape, t.batch, t.r);
        struct footprint want = wanted_of_trainer(&t, got);
        for (t.part = 0; t.part < PARTS; t.part++) {
            cases[c.n] = t;
            add_count(&c, part_of(got, t.part), part_of(want, t.part));
        }
    }
    check_counts(&c);
}

// --- all of them: overflow -------------------------------------------------------------------

GRADED(overflow_is_refused, .points = 3,
       .idea = "what does not fit in 64 bits is refused, by every function")
{
    const uint64_t big = (uint64_t)1 << 40;
    struct model small = PUBLISHED[0].model, huge = small;
    huge.hidden = huge.ffn = huge.head_dim = big;
    struct activations a = {8192, 1, 8192, 64, 80, 2, 1, false, RECOMPUTE_NONE}, long_a = a;
    long_a.seq = long_a.hidden = big;
    uint64_t n = 70553706496, too_many = (uint64_t)1 << 61;
    const struct {
        const char *call;
        uint64_t fits, refused;
    } calls[] = {
        {"attention_params", attention_params(small), attention_params(huge)},
        {"ffn_params", ffn_params(small), ffn_params(huge)},
        {"model_params", model_params(small), model_params(huge)},
        {"state_bytes", state_bytes(n, BF16_ADAM), state_bytes(too_many, BF16_ADAM)},
        {"training_bytes(...).total", training_bytes(GIVE(&n, 1), 1, BF16_ADAM).total,
         training_bytes(GIVE(&too_many, 1), 1, BF16_ADAM).total},
        {"zero_bytes", zero_bytes(n, BF16_ADAM, 0, 1), zero_bytes(too_many, BF16_ADAM, 0, 1)},
        {"layer_activation_bytes", layer_activation_bytes(a), layer_activation_bytes(long_a)},
        {"activation_bytes", activation_bytes(a), activation_bytes(long_a)},
        {"kv_cache_bytes", kv_cache_bytes(small, 8192, 1, 2), kv_cache_bytes(small, big, big, 2)},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (calls[i].fits == REFUSED)
            fail("%s refused Llama-3-70B's size, which fits in 64 bits", calls[i].call);
        if (calls[i].refused != REFUSED) {
            bool cut = calls[i].refused == (uint32_t)REFUSED;
            because(cut ? "REFUSED was cut to 32 bits: every sum and product is a uint64_t"
                        : "a product or a sum wrapped around at 2^64: build everything from "
                          "checked_mul and checked_add");
            fail("%s of a size beyond 64 bits returned %s, expected REFUSED", calls[i].call,
                 show_count(calls[i].refused));
        }
    }
}

#endif
