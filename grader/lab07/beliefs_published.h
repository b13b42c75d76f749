/**
 * @file beliefs_published.h
 * @brief Wrong rules about a whole model, evaluated on the published ones: what each belief makes of
 *        their numbers of parameters.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_BELIEFS_PUBLISHED_H
#define LOWP_GRADER_LAB07_BELIEFS_PUBLISHED_H

#include "grader/lab07/draw.h"

static const char *input_published(size_t i, const void *context)
{
    static char text[500];
    (void)context;
    snprintf(text, sizeof text, "%s: %s", PUBLISHED[i].name, show_model(PUBLISHED[i].model));
    return text;
}
static uint64_t all_of(struct model m)
{
    return oracle_fit(oracle_params(m).all);
}
static uint64_t all_heads(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.kv_heads = m.heads;
    return all_of(m);
}
static uint64_t all_head_dims(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.head_dim = m.hidden / m.heads;
    return all_of(m);
}
static uint64_t all_ungated(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.gated = false;
    return all_of(m);
}
static uint64_t all_tied(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.tied = true;
    return all_of(m);
}
static uint64_t all_untied(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.tied = false;
    return all_of(m);
}
static uint64_t all_unbiased(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.qkv_bias = m.dense_bias = false;
    return all_of(m);
}
static uint64_t all_without_norms(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    return all_of(m) - (2 * m.layers + 1) * (m.norm == LAYER_NORM ? 2 : 1) * m.hidden;
}
static uint64_t all_in_32_bits(size_t i, const void *context)
{
    (void)context;
    return in_32_bits(PUBLISHED[i].params);
}
/** The published number less what a belief leaves out (or plus what it adds, as a negative). */
static uint64_t all_less(size_t i, int64_t a_layer, int64_t once)
{
    const struct model *m = &PUBLISHED[i].model;
    return PUBLISHED[i].params - (uint64_t)((int64_t)m->layers * a_layer + once);
}
static int64_t norm_of(const struct model *m)
{
    return (int64_t)(m->norm == LAYER_NORM ? 2 * m->hidden : m->hidden);
}
static uint64_t all_square(size_t i, const void *context)
{
    const struct model *m = &PUBLISHED[i].model;
    int64_t less = (int64_t)(m->heads * m->head_dim) - (int64_t)m->hidden;
    (void)context;
    return all_less(i, less * (2 * (int64_t)m->hidden + m->qkv_bias), 0);
}
static uint64_t all_no_output(size_t i, const void *context)
{
    const struct model *m = &PUBLISHED[i].model;
    uint64_t width = m->heads * m->head_dim + m->dense_bias;
    (void)context;
    return all_less(i, (int64_t)(width * m->hidden), 0);
}
static uint64_t all_one_kv(size_t i, const void *context)
{
    const struct model *m = &PUBLISHED[i].model;
    (void)context;
    return all_less(i, (int64_t)(m->kv_heads * m->head_dim * (m->hidden + m->qkv_bias)), 0);
}
static uint64_t all_gated(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.gated = true;
    return all_of(m);
}
static uint64_t all_four_h(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.ffn = 4 * m.hidden;
    return all_of(m);
}
static uint64_t all_qkv_biases(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.dense_bias = false;
    return all_of(m);
}
static uint64_t all_biases_of_inputs(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    uint64_t unbiased = all_unbiased(i, context);
    uint64_t qkv = m.qkv_bias ? 3 * m.hidden : 0;
    uint64_t dense = m.heads * m.head_dim + (m.gated ? 2 : 1) * m.hidden + m.ffn;
    return unbiased + m.layers * (qkv + (m.dense_bias ? dense : 0));
}
static uint64_t all_without_last_norm(size_t i, const void *context)
{
    (void)context;
    return all_less(i, 0, norm_of(&PUBLISHED[i].model));
}
static uint64_t all_one_norm_a_layer(size_t i, const void *context)
{
    (void)context;
    return all_less(i, norm_of(&PUBLISHED[i].model), 0);
}
static uint64_t all_without_shift(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.norm = RMS_NORM;
    return all_of(m);
}
static uint64_t all_without_positions(size_t i, const void *context)
{
    struct model m = PUBLISHED[i].model;
    (void)context;
    m.positions = 0;
    return all_of(m);
}
/* The vocabulary rounded up: 64 or 128 rows at a time, which is the same for GPT-2. */
static uint64_t all_padded(size_t i, const void *context)
{
    (void)context;
    struct model m = PUBLISHED[i].model;
    m.vocab = (m.vocab + 127) / 128 * 128;
    return all_of(m);
}
static const struct rule PUBLISHED_RULES[] = {
    {"K and V were given all the heads: they have kv_heads", all_heads},
    {"the width of a head was taken to be hidden / heads: Gemma says otherwise", all_head_dims},
    {"heads * head_dim was taken to be hidden: Gemma says otherwise", all_square},
    {"the output matrix of attention was forgotten", all_no_output},
    {"K and V were counted as one matrix", all_one_kv},
    {"the gate was forgotten", all_ungated},
    {"three matrices were counted without a gate, too: GPT-2 has none", all_gated},
    {"4 hidden was taken for the FFN's width", all_four_h},
    {"the output matrix was left out where it is not tied", all_tied},
    {"the embedding was counted twice where it is tied", all_untied},
    {"the vocabulary was padded to a multiple of 128: a config says how many rows there are",
     all_padded},
    {"the biases were forgotten", all_unbiased},
    {"a bias was given a value for each input", all_biases_of_inputs},
    {"the biases of the output and the FFN (dense_bias) were forgotten", all_qkv_biases},
    {"the norms were forgotten", all_without_norms},
    {"the norm after the last layer was forgotten", all_without_last_norm},
    {"one norm a layer was counted: there are two", all_one_norm_a_layer},
    {"LayerNorm's shift was forgotten", all_without_shift},
    {"learned positions were forgotten: GPT-2 has them", all_without_positions},
    {"the sum was kept in 32 bits", all_in_32_bits},
};

#endif
