/**
 * @file tests_params.h
 * @brief Tests of exercises 7.1 to 7.6: checked arithmetic, units, parameters of a config.
 *
 * The tests of a part take differences where they can (with a bias minus without), so that a
 * mistake in one part costs the test of that part. A part of test_lab07.c, included once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_PARAMS_H
#define LOWP_GRADER_LAB07_TESTS_PARAMS_H

#include "grader/lab07/draw.h"

#include <float.h>
#include <math.h>

// --- 7.1 and 7.2: arithmetic -----------------------------------------------------------------

struct pair {
    uint64_t a, b;
};

/** First the edges, then drawn pairs, half of whose sums and products overflow. */
static size_t draw_pairs(struct pair *p)
{
    static const struct pair edges[] = {
        {2, 3},
        {0, 7},
        {REFUSED - 1, 0},
        {REFUSED - 1, 1},
        {(uint64_t)1 << 63, (uint64_t)1 << 63},
        {(uint64_t)1 << 32, (uint64_t)1 << 32},
        {(uint64_t)1 << 32, (uint64_t)1 << 31},
        {3, REFUSED / 3},
        {REFUSED, 0},
        {0, REFUSED},
        {REFUSED, 1},
        {1, REFUSED},
        {70553706496, 16},
    };
    size_t n = sizeof edges / sizeof *edges;
    memcpy(p, edges, sizeof edges);
    for (uint64_t i = 0; i < 32; i++, n++) {
        p[n].a = test_u64(3 * i) >> (i % 2 ? 32 + i : i % 5);
        p[n].b = test_u64(3 * i + 1) >> (i % 2 ? i / 2 : i % 3);
        if (i % 4 == 1) /* a product that just fits: bits of both sum to 64 */
            p[n].b = test_u64(3 * i + 1) >> (32 - i > 1 ? 32 - i : 1);
    }
    return n;
}

static const char *input_pair(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    static char text[100];
    snprintf(text, sizeof text, "%s, %s", show_count(p->a), show_count(p->b));
    return text;
}

static bool refused_pair(const struct pair *p)
{
    return p->a == REFUSED || p->b == REFUSED;
}

static uint64_t sum_wraps(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) ? REFUSED : p->a + p->b;
}
static uint64_t sum_not_sticky(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) ? p->a + p->b : oracle_fit((oracle_wide)p->a + p->b);
}
static const struct rule SUM_RULES[] = {
    {"the sum wrapped around at 2^64: find out before you add", sum_wraps},
    {"REFUSED was added like a number: it is sticky", sum_not_sticky},
};

static uint64_t product_wraps(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) ? REFUSED : p->a * p->b;
}
static uint64_t product_in_32_bits(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) ? REFUSED : in_32_bits(p->a * p->b);
}
static uint64_t product_zero_wins(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    if (p->a == 0 || p->b == 0)
        return 0;
    return refused_pair(p) ? REFUSED : oracle_fit((oracle_wide)p->a * p->b);
}
static uint64_t product_signed(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    oracle_wide x = (oracle_wide)p->a * p->b;
    return refused_pair(p) || x > INT64_MAX ? REFUSED : (uint64_t)x;
}
static const struct rule PRODUCT_RULES[] = {
    {"the product wrapped around at 2^64: find out before you multiply", product_wraps},
    {"the product was computed in 32 bits", product_in_32_bits},
    {"0 times REFUSED was taken for 0: what is computed from REFUSED is REFUSED",
     product_zero_wins},
    {"products from 2^63 on were refused: an unsigned 64-bit number holds them", product_signed},
};

GRADED(checked_arithmetic, .points = 4,
       .idea = "sums and products that do not fit are refused, and REFUSED is sticky")
{
    struct pair pairs[MOST_CASES];
    size_t n = draw_pairs(pairs);
    struct counts sums = {"checked_add", .input = input_pair, .context = pairs,
                          WITH_RULES(SUM_RULES)};
    struct counts products = {"checked_mul", .input = input_pair, .context = pairs,
                              WITH_RULES(PRODUCT_RULES)};
    for (size_t i = 0; i < n; i++) {
        uint64_t a = pairs[i].a, b = pairs[i].b;
        bool refused = refused_pair(&pairs[i]);
        add_count(&sums, checked_add(a, b), refused ? REFUSED : oracle_fit((oracle_wide)a + b));
        add_count(&products, checked_mul(a, b), refused ? REFUSED : oracle_fit((oracle_wide)a * b));
    }
    check_counts(&sums);
    check_counts(&products);
}

static uint64_t quotient_floor(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) || p->b == 0 ? REFUSED : p->a / p->b;
}
static uint64_t quotient_plus_one(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) || p->b == 0 ? REFUSED : p->a / p->b + 1;
}
static uint64_t quotient_wraps(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) || p->b == 0 ? REFUSED : (p->a + p->b - 1) / p->b;
}
static uint64_t quotient_of_doubles(size_t i, const void *context)
{
    const struct pair *p = (const struct pair *)context + i;
    return refused_pair(p) || p->b == 0 ? REFUSED : (uint64_t)ceil((double)p->a / (double)p->b);
}
static const struct rule QUOTIENT_RULES[] = {
    {"rounded down: then a few elements belong to no shard", quotient_floor},
    {"1 was added also where nothing is left over", quotient_plus_one},
    {"a + b - 1 wrapped around at 2^64 before the division", quotient_wraps},
    {"divided in double, which holds 53 bits", quotient_of_doubles},
};

GRADED(shards_round_up, .points = 4,
       .idea = "the largest of b shards has ceil(a / b) elements, up to 64 bits")
{
    struct pair p[MOST_CASES] = {{10, 3},
                                 {9, 3},
                                 {0, 5},
                                 {1, 1024},
                                 {70553706496, 1000},
                                 {REFUSED - 1, 1},
                                 {REFUSED - 1, 4},
                                 {REFUSED - 1, REFUSED - 1},
                                 {((uint64_t)1 << 53) + 1, 1},
                                 {5, 0},
                                 {REFUSED, 3},
                                 {3, REFUSED}};
    size_t n = 12;
    for (uint64_t i = 0; i < 24; i++, n++) {
        p[n].b = draw_between(2 * i, 2, 1 << (i / 2 + 2));
        p[n].a = i % 3 ? test_u64(2 * i + 1) >> (2 + i) : p[n].b * (test_u64(2 * i + 1) >> 40);
    }
    struct counts c = {"ceil_div", .input = input_pair, .context = p, WITH_RULES(QUOTIENT_RULES)};
    for (size_t i = 0; i < n; i++)
        add_count(&c, ceil_div(p[i].a, p[i].b),
                  refused_pair(&p[i]) || p[i].b == 0 ? REFUSED : oracle_ceil(p[i].a, p[i].b));
    check_counts(&c);
}

// --- 7.3: units ------------------------------------------------------------------------------

static const char *input_amount(size_t i, const void *context)
{
    return show_count(((const uint64_t *)context)[i]);
}

static uint64_t scaled(uint64_t x, uint64_t unit)
{
    return x == REFUSED ? REFUSED : oracle_fit((oracle_wide)x * unit);
}
static uint64_t in_gb(size_t i, const void *context)
{
    return scaled(((const uint64_t *)context)[i], 1000000000);
}
static uint64_t in_gib(size_t i, const void *context)
{
    return scaled(((const uint64_t *)context)[i], 1 << 30);
}
static uint64_t gb_wrapped(size_t i, const void *context)
{
    return ((const uint64_t *)context)[i] * 1000000000;
}
static uint64_t gib_wrapped(size_t i, const void *context)
{
    return ((const uint64_t *)context)[i] << 30;
}
static uint64_t gb_in_32_bits(size_t i, const void *context)
{
    return in_32_bits(gb_wrapped(i, context));
}
static const struct rule GB_RULES[] = {
    {"a GiB (2^30 bytes) was taken for a GB (1e9 bytes)", in_gib},
    {"the product wrapped around instead of being refused", gb_wrapped},
    {"the product was computed in 32 bits", gb_in_32_bits},
};
static const struct rule GIB_RULES[] = {
    {"a GB (1e9 bytes) was taken for a GiB (2^30 bytes)", in_gb},
    {"the product wrapped around instead of being refused", gib_wrapped},
};

/** bytes / unit within 4 roundings: as a quotient, or times the reciprocal. */
static void check_unit(const char *function, uint64_t bytes, double got, double unit, double other)
{
    double want = (double)bytes / unit;
    if (fabs(got - want) <= 4 * DBL_EPSILON * want)
        return;
    if (fabs(got - (double)bytes / other) <= 4 * DBL_EPSILON * want)
        because("GB are 1e9 bytes and GiB 2^30: one was taken for the other");
    else if (got == floor(want))
        because("the fraction was cut off: divide in double");
    fail("%s(%s) returned %s, expected %s", function, show_count(bytes), show_f64(got),
         show_f64(want));
}

GRADED(gb_is_not_gib, .points = 4, .idea = "80 GB are 80e9 bytes, 80 GiB are 7.4% more")
{
    uint64_t amounts[16] = {80, 1, 1120, 3, REFUSED, (uint64_t)1 << 40, 17179869184, 18446744073};
    for (uint64_t i = 8; i < 16; i++)
        amounts[i] = draw_between(i, 5, 1000000);
    struct counts gb = {"bytes_from_gb", .input = input_amount, .context = amounts,
                        WITH_RULES(GB_RULES)};
    struct counts gib = {"bytes_from_gib", .input = input_amount, .context = amounts,
                         WITH_RULES(GIB_RULES)};
    for (size_t i = 0; i < 16; i++) {
        add_count(&gb, bytes_from_gb(amounts[i]), in_gb(i, amounts));
        add_count(&gib, bytes_from_gib(amounts[i]), in_gib(i, amounts));
    }
    check_counts(&gb);
    check_counts(&gib);
    for (uint64_t i = 0; i < 8; i++) {
        uint64_t bytes = i == 0 ? 80000000000 : test_u64(100 + i) >> (10 + 2 * i);
        check_unit("gb_from_bytes", bytes, gb_from_bytes(bytes), 1e9, 0x1p30);
        check_unit("gib_from_bytes", bytes, gib_from_bytes(bytes), 0x1p30, 1e9);
    }
}

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
static const struct rule BIAS_RULES[] = {
    {"no biases were counted", bias_none},
    {"a bias was given a value for each input: it has one for each output", bias_of_inputs},
    {"the gate's bias was forgotten", bias_no_gate},
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
static const struct rule TIED_RULES[] = {
    {"the embedding was counted once, though the output matrix is one of its own (untied)",
     words_once},
    {"the embedding was counted twice, though the output matrix is the same array (tied)",
     words_twice},
    {"tied and untied were swapped: tied is one array", words_swapped},
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
static const struct rule NORM_RULES[] = {
    {"the norms were forgotten", norms_forgotten},
    {"the norm after the last layer was forgotten", norms_without_last},
    {"one norm a layer was counted: there is one before attention and one before the FFN",
     norms_one_a_layer},
    {"LayerNorm's shift was forgotten: it has a scale and a shift", norms_without_shift},
    {"learned positions were forgotten", positions_forgotten},
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
static const struct rule PUBLISHED_RULES[] = {
    {"K and V were given all the heads: they have kv_heads", all_heads},
    {"the width of a head was taken to be hidden / heads: Gemma says otherwise", all_head_dims},
    {"the gate was forgotten", all_ungated},
    {"the output matrix was left out where it is not tied", all_tied},
    {"the embedding was counted twice where it is tied", all_untied},
    {"the biases were forgotten", all_unbiased},
    {"the norms were forgotten", all_without_norms},
    {"the sum was kept in 32 bits", all_in_32_bits},
};

GRADED(published_models, .points = 4,
       .idea = "Llama-3-70B has 70,553,706,496 parameters, and six more models theirs")
{
    struct counts c = {"model_params", .input = input_published, WITH_RULES(PUBLISHED_RULES)};
    for (size_t i = 0; i < PUBLISHED_MODELS; i++)
        add_count(&c, model_params(PUBLISHED[i].model), PUBLISHED[i].params);
    check_counts(&c);
}

#endif
