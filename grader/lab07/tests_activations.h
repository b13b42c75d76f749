/**
 * @file tests_activations.h
 * @brief Tests of exercise 7.10: activations under recompute, tensor and sequence parallelism.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_ACTIVATIONS_H
#define LOWP_GRADER_LAB07_TESTS_ACTIVATIONS_H

#include "grader/lab07/draw.h"

// --- 7.10: activations -----------------------------------------------------------------------

static const char *input_activations(size_t i, const void *context)
{
    static const char *const modes[] = {"no recompute", "selective recompute", "full recompute"};
    struct activations a = ((const struct activations *)context)[i];
    static char text[400];
    snprintf(text, sizeof text,
             "s %" PRIu64 ", b %" PRIu64 ", h %" PRIu64 ", a %" PRIu64 ", L %" PRIu64 ", e %" PRIu64
             ", t %" PRIu64 "%s, %s",
             a.seq, a.batch, a.hidden, a.heads, a.layers, a.element, a.tensor_parallel,
             a.sequence_parallel ? " with sequence parallel" : "", modes[a.recompute]);
    return text;
}

/** s, h and a are multiples of t, e is 2 or 4. */
static struct activations draw_activations(uint64_t i, uint64_t t, enum recompute recompute)
{
    uint64_t heads = t * draw_between(8 * i, 1, 16);
    return (struct activations){.seq = 64 * draw_between(8 * i + 1, 2, 128),
                                .batch = draw_between(8 * i + 2, 1, 16),
                                .hidden = heads * 16 * draw_between(8 * i + 3, 2, 16),
                                .heads = heads,
                                .layers = draw_between(8 * i + 4, 2, 96),
                                .element = i % 3 == 2 ? 4 : 2,
                                .tensor_parallel = t,
                                .recompute = recompute};
}

static uint64_t sbh(struct activations a)
{
    return a.seq * a.batch * a.hidden;
}
static uint64_t assb(struct activations a)
{
    return a.heads * a.seq * a.seq * a.batch;
}
static uint64_t activations_right(size_t i, const void *context)
{
    return oracle_layer_activations(((const struct activations *)context)[i]);
}
static uint64_t activations_no_scores(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return (16 * a.element + 2) * sbh(a);
}
static uint64_t activations_h_for_a(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    a.heads = a.hidden;
    return oracle_layer_activations(a);
}
static uint64_t activations_s_once(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return activations_no_scores(i, context) + (2 * a.element + 1) * assb(a) / a.seq;
}
static uint64_t activations_wide_masks(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    uint64_t times = a.element / 2;
    a.element = 2;
    return times * oracle_layer_activations(a);
}
static uint64_t activations_wide_scores_mask(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return activations_right(i, context) + (a.element - 1) * assb(a);
}
static uint64_t activations_one_score_tensor(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return activations_right(i, context) - a.element * assb(a);
}
static uint64_t activations_16_bit(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    a.element = 2;
    return oracle_layer_activations(a);
}
static uint64_t activations_no_masks(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return 16 * a.element * sbh(a) + 2 * a.element * assb(a);
}
static uint64_t activations_32_bits(size_t i, const void *context)
{
    return in_32_bits(activations_right(i, context));
}
static uint64_t activations_kv_cache(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    uint64_t cache = 2 * a.element * sbh(a) / (a.sequence_parallel ? a.tensor_parallel : 1);
    return activations_right(i, context) + (a.recompute == RECOMPUTE_FULL ? 0 : cache);
}
static uint64_t activations_byte_more(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return activations_right(i, context) + (a.recompute != RECOMPUTE_FULL);
}
static const char KEPT_AS_CACHE[] =
    "keys and values were counted once more, as a cache: training has none";
static const char BYTE_MORE[] = "1 was added to a quotient that is exact";
static const struct rule LAYER_RULES[] = {
    {"the scores' part, 5as/h, was forgotten", activations_no_scores},
    {"h was used for a in the scores' part: a is the number of heads", activations_h_for_a},
    {"the scores were counted with s once: each head has s x s of them", activations_s_once},
    {"the masks were made as wide as the activations: a mask has a byte an element",
     activations_wide_masks},
    {"the scores' mask was made as wide as the scores: a mask has a byte an element",
     activations_wide_scores_mask},
    {"the scores were counted once: they are kept before the softmax and after it",
     activations_one_score_tensor},
    {"e = 2 was taken for granted", activations_16_bit},
    {"the dropout masks were forgotten", activations_no_masks},
    {"the products were computed in 32 bits", activations_32_bits},
    {KEPT_AS_CACHE, activations_kv_cache},
    {BYTE_MORE, activations_byte_more},
};

GRADED(activations_of_a_layer, .points = 4,
       .idea = "sbh (34 + 5as/h) bytes a layer in 16 bits; masks stay bytes in FP32")
{
    struct activations a[MODELS];
    struct counts c = {"layer_activation_bytes", .input = input_activations, .context = a,
                       WITH_RULES(LAYER_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        a[i] = draw_activations(i, 1, RECOMPUTE_NONE);
        if (i == 0) /* Llama-3-70B's sizes at its full sequence */
            a[i] = (struct activations){8192, 1, 8192, 64, 80, 2, 1, false, RECOMPUTE_NONE};
        add_count(&c, layer_activation_bytes(a[i]), activations_right(i, a));
        uint64_t all = activation_bytes(a[i]);
        if (all != a[i].layers * c.got[i]) {
            if (all == c.got[i])
                because("one layer was returned for all of them");
            fail("activation_bytes(%s)\n  got      %s\n  expected %s, the number of layers times "
                 "layer_activation_bytes",
                 input_activations(i, a), show_count(all), show_count(a[i].layers * c.got[i]));
        }
    }
    check_counts(&c);
}

static uint64_t recompute_ignored(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    a.recompute = RECOMPUTE_NONE;
    return oracle_layer_activations(a);
}
static uint64_t recompute_full_is_selective(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    a.recompute = RECOMPUTE_SELECTIVE;
    return oracle_layer_activations(a);
}
static uint64_t recompute_full_is_nothing(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return a.recompute == RECOMPUTE_FULL ? 0 : activations_right(i, context);
}
static uint64_t recompute_keeps_mask(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return activations_right(i, context) + (a.recompute == RECOMPUTE_SELECTIVE ? assb(a) : 0);
}
static uint64_t recompute_no_masks(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    return a.recompute == RECOMPUTE_FULL ? activations_right(i, context) : 16 * a.element * sbh(a);
}
static const struct rule RECOMPUTE_RULES[] = {
    {"recompute was ignored", recompute_ignored},
    {"full recompute was treated like selective: it keeps only the layer's input",
     recompute_full_is_selective},
    {"full recompute was said to keep nothing: it starts again from the layer's input",
     recompute_full_is_nothing},
    {"selective recompute kept the scores' mask: the scores' whole part is computed again",
     recompute_keeps_mask},
    {"the dropout masks were forgotten", recompute_no_masks},
    {"the products were computed in 32 bits", activations_32_bits},
    {KEPT_AS_CACHE, activations_kv_cache},
    {BYTE_MORE, activations_byte_more},
    {"e = 2 was taken for granted", activations_16_bit},
    {"the masks were made as wide as the activations: a mask has a byte an element",
     activations_wide_masks},
};

GRADED(recompute_modes, .points = 4,
       .idea = "selective recompute drops the scores, full keeps the layer's input alone")
{
    struct activations a[2 * MODELS];
    struct counts c = {"layer_activation_bytes", .input = input_activations, .context = a,
                       WITH_RULES(RECOMPUTE_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        a[i] = draw_activations(i, 1, i % 2 ? RECOMPUTE_FULL : RECOMPUTE_SELECTIVE);
        if (i == 0) /* more bytes than 32 bits count */
            a[i] = (struct activations){8192, 16, 8192, 64, 80, 2, 1, false, RECOMPUTE_SELECTIVE};
        add_count(&c, layer_activation_bytes(a[i]), activations_right(i, a));
    }
    check_counts(&c);
}

/** Bytes with the given parts divided by t: scores, the 12 tensors, the other 4, the masks. A case
 *  without recompute is of the scores alone: kept less selective. */
static uint64_t divided(struct activations a, bool scores, bool inner, bool outer, bool masks)
{
    uint64_t t = a.tensor_parallel;
    if (a.recompute == RECOMPUTE_FULL)
        return a.element * sbh(a) / (outer && masks ? t : 1);
    if (a.recompute == RECOMPUTE_NONE)
        return (2 * a.element + 1) * assb(a) / (scores ? t : 1);
    return 12 * a.element * sbh(a) / (inner ? t : 1) + 4 * a.element * sbh(a) / (outer ? t : 1) +
           2 * sbh(a) / (masks ? t : 1);
}
static uint64_t parallel_all(size_t i, const void *context)
{
    return divided(((const struct activations *)context)[i], true, true, true, true);
}
static uint64_t parallel_none(size_t i, const void *context)
{
    return divided(((const struct activations *)context)[i], false, false, false, false);
}
static uint64_t parallel_scores(size_t i, const void *context)
{
    return divided(((const struct activations *)context)[i], true, false, false, false);
}
static uint64_t parallel_not_scores(size_t i, const void *context)
{
    return divided(((const struct activations *)context)[i], false, true, false, false);
}
static uint64_t parallel_without_sequence(size_t i, const void *context)
{
    return divided(((const struct activations *)context)[i], true, true, false, false);
}
static uint64_t parallel_whole_masks(size_t i, const void *context)
{
    return divided(((const struct activations *)context)[i], true, true, true, false);
}
static uint64_t parallel_cut_masks(size_t i, const void *context)
{
    return divided(((const struct activations *)context)[i], true, true, false, true);
}
/** A case without recompute is the difference of two answers, each of which is cut. */
static uint64_t parallel_32_bits(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    uint64_t kept = in_32_bits(oracle_layer_activations(a));
    if (a.recompute != RECOMPUTE_NONE)
        return kept;
    a.recompute = RECOMPUTE_SELECTIVE;
    return kept - in_32_bits(oracle_layer_activations(a));
}
static uint64_t parallel_keeps_mask(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    uint64_t mask = assb(a) / a.tensor_parallel;
    return a.recompute == RECOMPUTE_SELECTIVE ? activations_right(i, context) + mask
           : a.recompute == RECOMPUTE_NONE    ? divided(a, true, true, true, true) - mask
                                              : activations_right(i, context);
}
static uint64_t parallel_no_masks(size_t i, const void *context)
{
    struct activations a = ((const struct activations *)context)[i];
    uint64_t masks = 2 * sbh(a) / (a.sequence_parallel ? a.tensor_parallel : 1);
    return activations_right(i, context) - (a.recompute == RECOMPUTE_FULL ? 0 : masks);
}
/* What is wrong with the parts that are divided, and not with the division. */
#define RULES_OF_PARTS                                                                             \
    {"recompute was ignored", recompute_ignored},                                                  \
        {"full recompute was treated like selective: it keeps only the layer's input",             \
         recompute_full_is_selective},                                                             \
        {"full recompute was said to keep nothing: it starts again from the layer's input",        \
         recompute_full_is_nothing},                                                               \
        {"e = 2 was taken for granted", activations_16_bit},                                       \
        {"the dropout masks were forgotten", parallel_no_masks},                                   \
        {"the products were computed in 32 bits", parallel_32_bits},                               \
        {"selective recompute kept the scores' mask: the scores' whole part is computed again",    \
         parallel_keeps_mask},                                                                     \
        {KEPT_AS_CACHE, activations_kv_cache}, {BYTE_MORE, activations_byte_more},                 \
    {                                                                                              \
        "the masks were made as wide as the activations: a mask has a byte an element",            \
            activations_wide_masks                                                                 \
    }
static const struct rule TENSOR_RULES[] = {
    {"tensor parallelism divided everything: without sequence parallelism the inputs of norms, "
     "attention and FFN and the masks stay whole",
     parallel_all},
    {"nothing was divided by t", parallel_none},
    {"only the scores were divided by t", parallel_scores},
    {"the scores were not divided by t: each device has its own heads", parallel_not_scores},
    {"all 16 tensors were divided by t: without sequence parallelism 4 of them stay whole",
     parallel_whole_masks},
    {"the masks of sbh bytes were not kept whole", parallel_cut_masks},
    RULES_OF_PARTS,
};
static const struct rule SEQUENCE_RULES[] = {
    {"sequence parallelism was ignored: it divides what tensor parallelism leaves whole",
     parallel_without_sequence},
    {"full recompute's input was divided by t: the contract keeps it whole", parallel_all},
    {"the masks were not divided: they are cut along the sequence too", parallel_whole_masks},
    {"nothing was divided by t", parallel_none},
    RULES_OF_PARTS,
};

/** What the student's function gives the scores. */
static uint64_t scores_of(struct activations a)
{
    uint64_t kept = layer_activation_bytes(a);
    a.recompute = RECOMPUTE_SELECTIVE;
    return kept - layer_activation_bytes(a);
}

/** The scores on one of t devices, from what the student gives them on a single one: how large they
 *  are is another test's question. Less than nothing is no size: then it is the right one. */
static uint64_t wanted_scores(struct activations a)
{
    uint64_t t = a.tensor_parallel;
    a.tensor_parallel = 1;
    a.sequence_parallel = false;
    uint64_t alone = scores_of(a);
    return (alone <= INT64_MAX ? alone : (2 * a.element + 1) * assb(a)) / t;
}

static void check_parallel(bool sequence, const struct rule *rules, size_t rules_count)
{
    struct activations a[MODELS];
    struct counts c = {"layer_activation_bytes", .input = input_activations, .context = a,
                       .rules = rules, .rules_count = rules_count};
    for (size_t i = 0; i < MODELS; i++) {
        a[i] = draw_activations(i, (uint64_t)2 << i % 3, (enum recompute)(i % 4 % 3));
        a[i].sequence_parallel = sequence;
        if (a[i].recompute != RECOMPUTE_NONE) {
            add_count(&c, layer_activation_bytes(a[i]), activations_right(i, a));
            continue;
        }
        add_count(&c, scores_of(a[i]), wanted_scores(a[i]));
    }
    check_counts(&c);
}

static void check_refuses(struct activations a, const char *why)
{
    uint64_t got = layer_activation_bytes(a);
    if (got != REFUSED)
        fail("layer_activation_bytes(%s)\n  got      %s\n  expected REFUSED: %s",
             input_activations(0, &a), show_count(got), why);
}

GRADED(tensor_sequence_parallel, .points = 6,
       .idea = "tensor parallelism leaves a part whole; sequence parallelism divides that too")
{
    check_parallel(false, TENSOR_RULES, sizeof TENSOR_RULES / sizeof *TENSOR_RULES);
    struct activations a = {1024, 1, 4098, 32, 4, 2, 3, false, RECOMPUTE_NONE};
    check_refuses(a, "3 devices cannot share 32 heads");
    a.heads = 33, a.hidden = 4096;
    check_refuses(a, "3 devices cannot share a hidden size of 4096");
    a.tensor_parallel = 0;
    check_refuses(a, "0 devices");
    a = (struct activations){1023, 1, 4096, 32, 4, 2, 2, false, RECOMPUTE_NONE};
    if (layer_activation_bytes(a) == REFUSED)
        fail("layer_activation_bytes(%s) returned REFUSED: without sequence parallelism nobody "
             "shares the sequence",
             input_activations(0, &a));
    award(0.5); /* half of the idea is there */
    check_parallel(true, SEQUENCE_RULES, sizeof SEQUENCE_RULES / sizeof *SEQUENCE_RULES);
    a = (struct activations){1023, 1, 4096, 32, 4, 2, 2, true, RECOMPUTE_NONE};
    check_refuses(a, "2 devices cannot share a sequence of 1023");
}

#endif
