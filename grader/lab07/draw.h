/**
 * @file draw.h
 * @brief The inputs of lab 07's tests: published models, drawn models, recipes; and their text.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_DRAW_H
#define LOWP_GRADER_LAB07_DRAW_H

#include "grader/lab07/compare.h"

/** A model whose number of parameters its makers publish. */
struct published {
    const char *name;
    uint64_t params;
    struct model model;
};

// The values of each model's config.json, and the number of parameters of its released weights.
static const struct published PUBLISHED[] = {
    {"Llama-3-70B", 70553706496, {128256, 8192, 80, 64, 8, 128, 28672, .gated = true}},
    {"Llama-3-8B", 8030261248, {128256, 4096, 32, 32, 8, 128, 14336, .gated = true}},
    {"Llama-2-7B", 6738415616, {32000, 4096, 32, 32, 32, 128, 11008, .gated = true}},
    {"Mistral-7B", 7241732096, {32000, 4096, 32, 32, 8, 128, 14336, .gated = true}},
    {"Gemma-7B", 8537680896, {256000, 3072, 28, 16, 16, 256, 24576, .gated = true, .tied = true}},
    {"Qwen2-7B",
     7615616512,
     {152064, 3584, 28, 28, 4, 128, 18944, .gated = true, .qkv_bias = true}},
    {"GPT-2",
     124439808,
     {50257, 768, 12, 12, 12, 64, 3072, 1024, LAYER_NORM, .tied = true, .qkv_bias = true,
      .dense_bias = true}},
};
enum { PUBLISHED_MODELS = sizeof PUBLISHED / sizeof *PUBLISHED };

/** A plain model, no biases: heads * head_dim is not hidden, kv_heads is less than heads. */
static struct model draw_model(uint64_t i)
{
    uint64_t kv = draw_between(16 * i, 1, 8), head_dim = 16 * draw_between(16 * i + 1, 2, 16);
    struct model m = {.vocab = draw_between(16 * i + 2, 1000, 200000),
                      .hidden = 64 * draw_between(16 * i + 3, 4, 160),
                      .layers = draw_between(16 * i + 4, 2, 96),
                      .heads = kv * draw_between(16 * i + 5, 2, 9),
                      .kv_heads = kv,
                      .head_dim = head_dim,
                      .ffn = 16 * draw_between(16 * i + 6, 40, 2000),
                      .gated = i % 2};
    if (m.heads * m.head_dim == m.hidden)
        m.hidden += 64;
    return m;
}

static const char *show_model(struct model m)
{
    static char text[400];
    snprintf(text, sizeof text,
             "vocab %" PRIu64 ", hidden %" PRIu64 ", layers %" PRIu64 ", heads %" PRIu64
             " (kv %" PRIu64 ", dim %" PRIu64 "), ffn %" PRIu64 ", positions %" PRIu64 "%s%s%s%s%s",
             m.vocab, m.hidden, m.layers, m.heads, m.kv_heads, m.head_dim, m.ffn, m.positions,
             m.norm == LAYER_NORM ? ", LayerNorm" : "", m.gated ? ", gated" : "",
             m.tied ? ", tied" : "", m.qkv_bias ? ", qkv_bias" : "",
             m.dense_bias ? ", dense_bias" : "");
    return text;
}

static const char *input_model(size_t i, const void *context)
{
    return show_model(((const struct model *)context)[i]);
}

static const struct recipe FP32_ADAM = {4, 4, 0, 2, 0};
static const struct recipe BF16_ADAM = {2, 2, 4, 2, 0};
static const struct recipe BF16_FP32_GRADS = {2, 4, 4, 2, 0};
static const struct recipe ADAM8 = {2, 2, 4, 2, 256};
static const struct recipe ADAM8_NO_MASTER = {2, 2, 0, 2, 256};
static const struct recipe LION = {2, 2, 4, 1, 0};

static const char *show_recipe(struct recipe r)
{
    static char texts[4][160];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    snprintf(text, sizeof texts[0],
             "weight %" PRIu64 ", grad %" PRIu64 ", master %" PRIu64 ", states %" PRIu64
             ", block %" PRIu64,
             r.weight, r.grad, r.master, r.states, r.block);
    return text;
}

#endif
