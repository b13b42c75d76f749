/**
 * @file tests_model.h
 * @brief Tests of exercise 7.6: parameters of a model. Its parts are taken as differences where that is
 *        possible, so that a mistake in one costs the test of that part.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_MODEL_H
#define LOWP_GRADER_LAB07_TESTS_MODEL_H

#include "grader/lab07/beliefs_published.h"
#include "grader/lab07/draw.h"

// --- 7.6: the whole model --------------------------------------------------------------------

enum { MORE_WORDS = 1000 };

static const char *input_vocab(size_t i, const void *context)
{
    static char text[500];
    snprintf(text, sizeof text, "%d more words) less model_params(%s", MORE_WORDS,
             show_model(((const struct model *)context)[i]));
    return text;
}
static uint64_t words_counted(struct model m, uint64_t times)
{
    return times * MORE_WORDS * m.hidden;
}
static uint64_t words_once(size_t i, const void *context)
{
    return words_counted(((const struct model *)context)[i], 1);
}
static uint64_t words_twice(size_t i, const void *context)
{
    return words_counted(((const struct model *)context)[i], 2);
}
static uint64_t words_swapped(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i];
    return words_counted(m, m.tied ? 2 : 1);
}
/** More rows of an embedding whose rows are rounded up to a multiple of `unit`. */
static uint64_t words_padded(struct model m, uint64_t unit)
{
    uint64_t rows = (m.vocab + MORE_WORDS + unit - 1) / unit - (m.vocab + unit - 1) / unit;
    return rows * unit * m.hidden * (m.tied ? 1 : 2);
}
static uint64_t words_padded_to_64(size_t i, const void *context)
{
    return words_padded(((const struct model *)context)[i], 64);
}
static uint64_t words_padded_to_128(size_t i, const void *context)
{
    return words_padded(((const struct model *)context)[i], 128);
}
static const struct rule TIED_RULES[] = {
    {"the embedding was counted once, though the output matrix is one of its own (untied)",
     words_once},
    {"the embedding was counted twice, though the output matrix is the same array (tied)",
     words_twice},
    {"tied and untied were swapped: tied is one array", words_swapped},
    {"the vocabulary was padded to a multiple of 64: a config says how many rows there are",
     words_padded_to_64},
    {"the vocabulary was padded to a multiple of 128: a config says how many rows there are",
     words_padded_to_128},
};

GRADED(embedding_tied_or_not, .points = 4,
       .idea = "embedding and output matrix are two arrays, or one if tied")
{
    struct model m[MODELS];
    struct counts c = {"model_params", .input = input_vocab, .context = m, WITH_RULES(TIED_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        m[i] = draw_model(i);
        m[i].tied = i % 2;
        struct model more = m[i];
        more.vocab += MORE_WORDS;
        add_count(&c, model_params(more) - model_params(m[i]),
                  words_counted(m[i], m[i].tied ? 1 : 2));
    }
    check_counts(&c);
}

/** Two cases a model: norms, then positions. */
static const char *input_norms(size_t i, const void *context)
{
    static char text[600];
    snprintf(text, sizeof text, "%s; %s", show_model(((const struct model *)context)[i / 2]),
             i % 2 ? "with learned positions less without"
                   : "no vocabulary, no positions; less all attention_params and ffn_params");
    return text;
}
static uint64_t norms(const void *context, size_t i, uint64_t a_layer, uint64_t at_end, bool shift)
{
    struct model m = ((const struct model *)context)[i / 2];
    if (i % 2)
        return m.positions * m.hidden;
    return (a_layer * m.layers + at_end) * (shift && m.norm == LAYER_NORM ? 2 : 1) * m.hidden;
}
static uint64_t norms_right(size_t i, const void *context)
{
    return norms(context, i, 2, 1, true);
}
static uint64_t norms_forgotten(size_t i, const void *context)
{
    return norms(context, i, 0, 0, true);
}
static uint64_t norms_without_last(size_t i, const void *context)
{
    return norms(context, i, 2, 0, true);
}
static uint64_t norms_one_a_layer(size_t i, const void *context)
{
    return norms(context, i, 1, 1, true);
}
static uint64_t norms_without_shift(size_t i, const void *context)
{
    return norms(context, i, 2, 1, false);
}
static uint64_t positions_forgotten(size_t i, const void *context)
{
    return i % 2 ? 0 : norms_right(i, context);
}
static uint64_t norms_in_32_bits(size_t i, const void *context)
{
    struct model m = ((const struct model *)context)[i / 2];
    uint64_t layers = m.layers * (oracle_params(m).attention + oracle_params(m).ffn);
    uint64_t bare = norms(context, i - i % 2, 2, 1, true) + layers;
    if (i % 2)
        return in_32_bits(bare + m.positions * m.hidden) - in_32_bits(bare);
    return in_32_bits(bare) - layers;
}
static const struct rule NORM_RULES[] = {
    {"the norms were forgotten", norms_forgotten},
    {"the norm after the last layer was forgotten", norms_without_last},
    {"one norm a layer was counted: there is one before attention and one before the FFN",
     norms_one_a_layer},
    {"LayerNorm's shift was forgotten: it has a scale and a shift", norms_without_shift},
    {"learned positions were forgotten", positions_forgotten},
    {"the sum was kept in 32 bits", norms_in_32_bits},
};

GRADED(norms_and_positions, .points = 4,
       .idea = "two norms a layer and one at the end; learned positions are an embedding too")
{
    struct model m[MODELS];
    struct counts c = {"model_params", .input = input_norms, .context = m, WITH_RULES(NORM_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        m[i] = draw_model(i);
        m[i].vocab = 0;
        m[i].tied = true;
        m[i].norm = i / 2 % 2 ? LAYER_NORM : RMS_NORM;
        uint64_t bare = model_params(m[i]);
        uint64_t layers = m[i].layers * (attention_params(m[i]) + ffn_params(m[i]));
        m[i].positions = draw_between(2000 + i, 100, 5000);
        add_count(&c, bare - layers, norms_right(2 * i, m));
        add_count(&c, model_params(m[i]) - bare, norms_right(2 * i + 1, m));
    }
    check_counts(&c);
}

GRADED(published_models, .points = 4,
       .idea = "Llama-3-70B has 70,553,706,496 parameters, and six more models theirs")
{
    struct counts c = {"model_params", .input = input_published, WITH_RULES(PUBLISHED_RULES)};
    for (size_t i = 0; i < PUBLISHED_MODELS; i++)
        add_count(&c, model_params(PUBLISHED[i].model), PUBLISHED[i].params);
    check_counts(&c);
}

#endif
