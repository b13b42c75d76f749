/**
 * @file tests_layer.h
 * @brief Tests of exercises 7.4 and 7.5: parameters of a layer. Biases are taken as differences, so that a
 *        mistake in a matrix costs the test of that matrix alone.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_LAYER_H
#define LOWP_GRADER_LAB07_TESTS_LAYER_H

#include "grader/lab07/draw.h"

// --- 7.4 and 7.5: a layer --------------------------------------------------------------------

enum { MODELS = 24 };

static uint64_t attention_of(struct model m)
{
    return oracle_fit(oracle_params(m).attention);
}
static uint64_t attention_all_heads(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.kv_heads = m.heads;
    return attention_of(m);
}
static uint64_t attention_square(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    return 2 * m.hidden * m.hidden + 2 * m.hidden * m.kv_heads * m.head_dim;
}
static uint64_t attention_no_output(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    return attention_of(m) - m.heads * m.head_dim * m.hidden;
}
static uint64_t attention_one_kv(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    return attention_of(m) - m.kv_heads * m.head_dim * m.hidden;
}
static uint64_t attention_32_bits(size_t i, const void *context)
{
    return in_32_bits(attention_of(((const struct model *)context)[i]));
}
static const struct rule ATTENTION_RULES[] = {
    {"K and V were given all the heads: they have kv_heads", attention_all_heads},
    {"heads * head_dim was taken to be hidden: a config may choose it freely", attention_square},
    {"the output matrix was forgotten", attention_no_output},
    {"K and V were counted as one matrix", attention_one_kv},
    {"the products were computed in 32 bits", attention_32_bits},
};

GRADED(attention_matrices, .points = 4,
       .idea = "Q and the output have all heads, K and V only kv_heads")
{
    struct model m[MODELS];
    struct counts c = {"attention_params", .input = input_model, .context = m,
                       WITH_RULES(ATTENTION_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        m[i] = i < 4 ? PUBLISHED[i].model : draw_model(i);
        if (i == 4) /* over 2^32 */
            m[i] = (struct model){.hidden = 65536, .heads = 512, .kv_heads = 64, .head_dim = 256};
        add_count(&c, attention_params(m[i]), attention_of(m[i]));
    }
    check_counts(&c);
}

static uint64_t ffn_of(struct model m)
{
    return oracle_fit(oracle_params(m).ffn);
}
static uint64_t ffn_without_gate(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.gated = false;
    return ffn_of(m);
}
static uint64_t ffn_always_gated(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.gated = true;
    return ffn_of(m);
}
static uint64_t ffn_four_h(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    return (m.gated ? 3 : 2) * m.hidden * 4 * m.hidden;
}
static uint64_t ffn_32_bits(size_t i, const void *context)
{
    return in_32_bits(ffn_of(((const struct model *)context)[i]));
}
static const struct rule FFN_RULES[] = {
    {"the gate was forgotten: a gated FFN has three matrices", ffn_without_gate},
    {"three matrices were counted without a gate, too", ffn_always_gated},
    {"4 hidden was taken for the FFN's width", ffn_four_h},
    {"the products were computed in 32 bits", ffn_32_bits},
};

GRADED(ffn_with_gate, .points = 3, .idea = "a gated FFN has three matrices, a plain one two")
{
    struct model m[MODELS];
    struct counts c = {"ffn_params", .input = input_model, .context = m, WITH_RULES(FFN_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        m[i] = draw_model(i);
        if (i < 2)
            m[i] = (struct model){.hidden = 65536, .ffn = 131072, .gated = i == 0};
        add_count(&c, ffn_params(m[i]), ffn_of(m[i]));
    }
    check_counts(&c);
}

/** Case i is of the attention where i is even, of the FFN where it is odd. */
static uint64_t biases_of(size_t i, struct model m)
{
    struct model plain = m;
    plain.qkv_bias = plain.dense_bias = false;
    return i % 2 ? ffn_of(m) - ffn_of(plain) : attention_of(m) - attention_of(plain);
}
static const char *input_bias(size_t i, const void *context)
{
    static char text[500];
    snprintf(text, sizeof text, "%s) with biases less without (%s",
             i % 2 ? "ffn_params" : "attention_params",
             show_model(((const struct model *)context)[i]));
    return text;
}
static uint64_t bias_none(size_t i, const void *context)
{
    (void)i, (void)context;
    return 0;
}
static uint64_t bias_of_inputs(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    if (i % 2)
        return m.dense_bias ? (m.gated ? 2 : 1) * m.hidden + m.ffn : 0;
    return (m.qkv_bias ? 3 * m.hidden : 0) + (m.dense_bias ? m.heads * m.head_dim : 0);
}
static uint64_t bias_no_gate(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.gated = false;
    return biases_of(i, m);
}
static uint64_t bias_all_heads(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.kv_heads = m.heads;
    return biases_of(i, m);
}
static uint64_t bias_all_or_none(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.qkv_bias = m.dense_bias = m.qkv_bias || m.dense_bias;
    return biases_of(i, m);
}
static uint64_t bias_square(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    uint64_t less = i % 2 || !m.qkv_bias ? 0 : m.heads * m.head_dim - m.hidden;
    return biases_of(i, m) - less;
}
static uint64_t bias_no_output(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    return biases_of(i, m) - (i % 2 || !m.dense_bias ? 0 : m.hidden);
}
static uint64_t bias_one_kv(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    return biases_of(i, m) - (i % 2 || !m.qkv_bias ? 0 : m.kv_heads * m.head_dim);
}
static uint64_t bias_always_gated(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.gated = true;
    return biases_of(i, m);
}
static uint64_t bias_four_h(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.ffn = 4 * m.hidden;
    return biases_of(i, m);
}
static uint64_t bias_qkv_only(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    m.dense_bias = false;
    return biases_of(i, m);
}
static const struct rule BIAS_RULES[] = {
    {"no biases were counted", bias_none},
    {"a bias was given a value for each input: it has one for each output", bias_of_inputs},
    {"the gate's bias was forgotten", bias_no_gate},
    {"a gate's bias was counted without a gate, too", bias_always_gated},
    {"the biases of the output and the FFN (dense_bias) were forgotten", bias_qkv_only},
    {"the output matrix was forgotten, and so was its bias", bias_no_output},
    {"K and V were counted as one matrix: each has its bias", bias_one_kv},
    {"heads * head_dim was taken to be hidden: Q has heads * head_dim outputs", bias_square},
    {"4 hidden was taken for the FFN's width", bias_four_h},
    {"the biases of K and V were given all the heads", bias_all_heads},
    {"qkv_bias and dense_bias were taken for one switch", bias_all_or_none},
};

GRADED(biases, .points = 3, .idea = "a bias has as many values as its matrix has outputs")
{
    struct model m[MODELS];
    struct counts c = {"difference", .input = input_bias, .context = m, WITH_RULES(BIAS_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        m[i] = draw_model(i / 2);
        struct model plain = m[i];
        m[i].qkv_bias = i / 4 % 3 != 1;
        m[i].dense_bias = i / 4 % 3 != 2;
        uint64_t got = i % 2 ? ffn_params(m[i]) - ffn_params(plain)
                             : attention_params(m[i]) - attention_params(plain);
        add_count(&c, got, biases_of(i, m[i]));
    }
    check_counts(&c);
}

#endif
