/**
 * @file tests_fit.h
 * @brief Tests of exercises 7.10 to 7.14: activations, KV cache, what fits, the real trainer.
 *
 * A part of test_lab07.c, included once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_FIT_H
#define LOWP_GRADER_LAB07_TESTS_FIT_H

#include "grader/lab07/draw.h"
#include "grader/lab07/tests_bytes.h"

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
    return a.element / 2 * (34 * sbh(a) + 5 * assb(a));
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
static const struct rule LAYER_RULES[] = {
    {"the scores' part, 5as/h, was forgotten", activations_no_scores},
    {"h was used for a in the scores' part: a is the number of heads", activations_h_for_a},
    {"the scores were counted with s once: each head has s x s of them", activations_s_once},
    {"the masks were made as wide as the activations: a mask has a byte an element",
     activations_wide_masks},
    {"e = 2 was taken for granted", activations_16_bit},
    {"the dropout masks were forgotten", activations_no_masks},
    {"the products were computed in 32 bits", activations_32_bits},
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
static const struct rule RECOMPUTE_RULES[] = {
    {"recompute was ignored", recompute_ignored},
    {"full recompute was treated like selective: it keeps only the layer's input",
     recompute_full_is_selective},
    {"full recompute was said to keep nothing: it starts again from the layer's input",
     recompute_full_is_nothing},
    {"selective recompute kept the scores' mask: the scores' whole part is computed again",
     recompute_keeps_mask},
    {"e = 2 was taken for granted", activations_16_bit},
};

GRADED(recompute_modes, .points = 4,
       .idea = "selective recompute drops the scores, full keeps the layer's input alone")
{
    struct activations a[2 * MODELS];
    struct counts c = {"layer_activation_bytes", .input = input_activations, .context = a,
                       WITH_RULES(RECOMPUTE_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        a[i] = draw_activations(i, 1, i % 2 ? RECOMPUTE_FULL : RECOMPUTE_SELECTIVE);
        add_count(&c, layer_activation_bytes(a[i]), activations_right(i, a));
    }
    check_counts(&c);
}

/** Bytes with the given parts divided by t: scores, the 12 tensors, the other 4, the masks. */
static uint64_t divided(struct activations a, bool scores, bool inner, bool outer, bool masks)
{
    uint64_t t = a.tensor_parallel;
    if (a.recompute == RECOMPUTE_FULL)
        return a.element * sbh(a) / (outer && masks ? t : 1);
    uint64_t of_scores = a.recompute == RECOMPUTE_NONE ? (2 * a.element + 1) * assb(a) : 0;
    return of_scores / (scores ? t : 1) + 12 * a.element * sbh(a) / (inner ? t : 1) +
           4 * a.element * sbh(a) / (outer ? t : 1) + 2 * sbh(a) / (masks ? t : 1);
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
static const struct rule TENSOR_RULES[] = {
    {"tensor parallelism divided everything: without sequence parallelism the inputs of norms, "
     "attention and FFN and the masks stay whole",
     parallel_all},
    {"nothing was divided by t", parallel_none},
    {"only the scores were divided by t", parallel_scores},
    {"the scores were not divided by t: each device has its own heads", parallel_not_scores},
    {"the masks of sbh bytes were not kept whole", parallel_whole_masks},
};
static const struct rule SEQUENCE_RULES[] = {
    {"sequence parallelism was ignored: it divides what tensor parallelism leaves whole",
     parallel_without_sequence},
    {"full recompute's input was divided by t: the contract keeps it whole", parallel_all},
    {"the masks were not divided: they are cut along the sequence too", parallel_whole_masks},
    {"nothing was divided by t", parallel_none},
};

static void check_parallel(bool sequence, const struct rule *rules, size_t rules_count)
{
    struct activations a[MODELS];
    struct counts c = {"layer_activation_bytes", .input = input_activations, .context = a,
                       .rules = rules, .rules_count = rules_count};
    for (size_t i = 0; i < MODELS; i++) {
        a[i] = draw_activations(i, (uint64_t)2 << i % 3, (enum recompute)(i % 4 % 3));
        a[i].sequence_parallel = sequence;
        add_count(&c, layer_activation_bytes(a[i]), activations_right(i, a));
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
    struct activations a = {1024, 1, 4096, 32, 4, 2, 3, false, RECOMPUTE_NONE};
    check_refuses(a, "3 devices cannot share 32 heads");
    a.tensor_parallel = 0;
    check_refuses(a, "0 devices");
    award(0.5); /* half of the idea is there */
    check_parallel(true, SEQUENCE_RULES, sizeof SEQUENCE_RULES / sizeof *SEQUENCE_RULES);
    a = (struct activations){1023, 1, 4096, 32, 4, 2, 2, true, RECOMPUTE_NONE};
    check_refuses(a, "2 devices cannot share a sequence of 1023");
}

// --- 7.11: the KV cache ----------------------------------------------------------------------

struct kv_case {
    struct model m;
    uint64_t tokens, sequences, element;
};

static const char *input_kv(size_t i, const void *context)
{
    const struct kv_case *k = (const struct kv_case *)context + i;
    static char text[600];
    snprintf(text, sizeof text, "%s; %" PRIu64 " tokens, %" PRIu64 " sequences, %" PRIu64 " bytes",
             show_model(k->m), k->tokens, k->sequences, k->element);
    return text;
}
static uint64_t kv_of(struct kv_case k)
{
    return oracle_kv(k.m, k.tokens, k.sequences, k.element);
}
static uint64_t kv_all_heads(size_t i, const void *context)
{
    struct kv_case k = ((const struct kv_case *)context)[i];
    k.m.kv_heads = k.m.heads;
    return kv_of(k);
}
static uint64_t kv_hidden(size_t i, const void *context)
{
    struct kv_case k = ((const struct kv_case *)context)[i];
    k.m.kv_heads = 1;
    k.m.head_dim = k.m.hidden;
    return kv_of(k);
}
static uint64_t kv_one(size_t i, const void *context)
{
    return kv_of(((const struct kv_case *)context)[i]) / 2;
}
static uint64_t kv_one_layer(size_t i, const void *context)
{
    struct kv_case k = ((const struct kv_case *)context)[i];
    k.m.layers = 1;
    return kv_of(k);
}
static uint64_t kv_one_sequence(size_t i, const void *context)
{
    struct kv_case k = ((const struct kv_case *)context)[i];
    k.sequences = 1;
    return kv_of(k);
}
static uint64_t kv_16_bit(size_t i, const void *context)
{
    struct kv_case k = ((const struct kv_case *)context)[i];
    k.element = 2;
    return kv_of(k);
}
static uint64_t kv_32_bits(size_t i, const void *context)
{
    return in_32_bits(kv_of(((const struct kv_case *)context)[i]));
}
static const struct rule KV_RULES[] = {
    {"all the heads were counted: K and V have kv_heads", kv_all_heads},
    {"a token was given `hidden` values: it has kv_heads * head_dim", kv_hidden},
    {"K or V was forgotten: both are kept", kv_one},
    {"one layer was counted", kv_one_layer},
    {"one sequence was counted", kv_one_sequence},
    {"two bytes an element were taken for granted", kv_16_bit},
    {"the products were computed in 32 bits", kv_32_bits},
};

GRADED(kv_cache, .points = 4, .idea = "K and V of kv_heads, in every layer, for every token")
{
    struct kv_case k[MODELS];
    struct counts c = {"kv_cache_bytes", .input = input_kv, .context = k, WITH_RULES(KV_RULES)};
    for (size_t i = 0; i < MODELS; i++) {
        k[i] = (struct kv_case){draw_model(i), draw_between(1000 + i, 2, 131072),
                                draw_between(2000 + i, 2, 64), (uint64_t)1 << i % 3};
        if (i == 0)
            k[i] = (struct kv_case){PUBLISHED[0].model, 8192, 1, 2};
        add_count(&c, kv_cache_bytes(k[i].m, k[i].tokens, k[i].sequences, k[i].element),
                  kv_of(k[i]));
    }
    check_counts(&c);
}

// --- 7.12 and 7.13: does it fit? -------------------------------------------------------------

struct fit_case {
    struct zero_case z;
    uint64_t activations, device;
};

static const char *input_fit(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    static char text[500];
    snprintf(text, sizeof text, "%s; activations %s, device %s: needed %s", input_zero(0, &f->z),
             show_count(f->activations), show_count(f->device),
             show_count(oracle_fit((oracle_wide)zero_right(0, &f->z) + f->activations)));
    return text;
}
static uint64_t fit_right(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    oracle_wide needed = (oracle_wide)zero_right(0, &f->z) + f->activations;
    return needed < REFUSED && needed <= f->device;
}
static uint64_t fit_without_activations(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    return zero_right(0, &f->z) <= f->device;
}
static uint64_t fit_strictly(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    return zero_right(0, &f->z) + f->activations < f->device;
}
static uint64_t fit_wrapped(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    return zero_right(0, &f->z) + f->activations <= f->device;
}
static uint64_t fit_in_all(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    oracle_wide needed = (oracle_wide)zero_right(0, &f->z) + f->activations;
    return needed <= (oracle_wide)f->device * f->z.devices;
}
static const struct rule FIT_RULES[] = {
    {"the activations were forgotten", fit_without_activations},
    {"what fills a device to the last byte fits: no more than, not less than", fit_strictly},
    {"the sum wrapped around: what is REFUSED fits nowhere", fit_wrapped},
    {"the memory of all devices was counted together: each must hold its own share", fit_in_all},
};

GRADED(fits_on_devices, .points = 3,
       .idea = "shards and activations together are no more than one device has")
{
    struct fit_case f[MOST_CASES];
    struct counts c = {"fits_on", .input = input_fit, .context = f, WITH_RULES(FIT_RULES)};
    for (size_t i = 0; i < 36; i++) {
        struct zero_case z = {draw_between(3 * i, 1000000, 80000000000),
                              draw_between(3 * i + 1, 2, 512), i % 2 ? BF16_ADAM : LION,
                              (int)(i % 4)};
        uint64_t activations = draw_between(3 * i + 2, 1000, 40000000000);
        uint64_t needed = zero_right(0, &z) + activations;
        const uint64_t devices[] = {needed,      needed - 1, needed + 1,
                                    80000000000, needed / 2, 2 * needed};
        f[i] = (struct fit_case){z, activations, devices[i % 6]};
        if (i == 34) /* 70e9 parameters by ZeRO-2: 2 bytes each on every device, however many */
            f[i] = (struct fit_case){{70000000000, 1024, BF16_ADAM, 2}, 0, 80000000000};
        if (i == 35)
            f[i].activations = REFUSED - 5;
        z = f[i].z;
        add_count(&c, fits_on(z.n, z.r, z.stage, z.devices, f[i].activations, f[i].device),
                  fit_right(i, f));
    }
    check_counts(&c);
}

struct batch_case {
    uint64_t taken, device;
    struct activations a;
};

static const char *input_batch(size_t i, const void *context)
{
    const struct batch_case *b = (const struct batch_case *)context + i;
    static char text[500];
    snprintf(text, sizeof text, "%s taken of %s, %s", show_count(b->taken), show_count(b->device),
             input_activations(0, &b->a));
    return text;
}
static uint64_t one_sequence(const struct batch_case *b)
{
    struct activations a = b->a;
    a.batch = 1;
    return a.layers * oracle_layer_activations(a);
}
static uint64_t batch_right(size_t i, const void *context)
{
    const struct batch_case *b = (const struct batch_case *)context + i;
    return b->taken > b->device ? 0 : (b->device - b->taken) / one_sequence(b);
}
static uint64_t batch_wraps(size_t i, const void *context)
{
    const struct batch_case *b = (const struct batch_case *)context + i;
    return (b->device - b->taken) / one_sequence(b);
}
static uint64_t batch_rounded_up(size_t i, const void *context)
{
    const struct batch_case *b = (const struct batch_case *)context + i;
    return b->taken > b->device ? 0 : oracle_ceil(b->device - b->taken, one_sequence(b));
}
static uint64_t batch_of_device(size_t i, const void *context)
{
    const struct batch_case *b = (const struct batch_case *)context + i;
    return b->device / one_sequence(b);
}
static uint64_t batch_read(size_t i, const void *context)
{
    const struct batch_case *b = (const struct batch_case *)context + i;
    uint64_t one = b->a.layers * oracle_layer_activations(b->a);
    return b->taken > b->device || !one ? 0 : (b->device - b->taken) / one;
}
static uint64_t batch_one_layer(size_t i, const void *context)
{
    const struct batch_case *b = (const struct batch_case *)context + i;
    return b->taken > b->device ? 0 : (b->device - b->taken) / (one_sequence(b) / b->a.layers);
}
static const struct rule BATCH_RULES[] = {
    {"device - static wrapped around where the static bytes alone are too many", batch_wraps},
    {"the quotient was rounded up: a part of a sequence does not fit", batch_rounded_up},
    {"the static bytes were not taken off", batch_of_device},
    {"the activations' own batch was multiplied in: it is what is asked for", batch_read},
    {"the activations of one layer were used", batch_one_layer},
};

GRADED(largest_batch, .points = 4,
       .idea = "what is free, over what one sequence keeps; 0 when nothing is free")
{
    struct batch_case b[MOST_CASES];
    struct counts c = {"largest_micro_batch", .input = input_batch, .context = b,
                       WITH_RULES(BATCH_RULES)};
    for (size_t i = 0; i < 32; i++) {
        b[i].a = draw_activations(i, 1, (enum recompute)(i % 3));
        b[i].a.batch = 3;
        b[i].taken = draw_between(500 + i, 1000000, 60000000000);
        uint64_t one = one_sequence(&b[i]), times = draw_between(600 + i, 1, 40);
        b[i].device = b[i].taken + one * times + (i % 4 == 0 ? 0 : one / 3);
        if (i % 8 == 3)
            b[i].device = b[i].taken - b[i].taken / 3; /* nothing is free */
        if (i % 8 == 5)
            b[i].device = b[i].taken + one - 1; /* not one sequence */
        add_count(&c, largest_micro_batch(b[i].taken, b[i].device, b[i].a), batch_right(i, b));
    }
    check_counts(&c);
    struct activations bad = b[0].a;
    bad.tensor_parallel = 0;
    uint64_t got = largest_micro_batch(0, REFUSED - 1, bad);
    if (got != 0)
        fail("largest_micro_batch with tensor_parallel 0 returned %s, expected 0", show_count(got));
}

// --- 7.14: the real trainer ------------------------------------------------------------------

struct trainer_case {
    struct nn_shape shape;
    uint64_t batch;
    struct recipe r;
    int part;
};

static const char *input_trainer(size_t i, const void *context)
{
    const struct trainer_case *t = (const struct trainer_case *)context + i;
    static char text[400];
    snprintf(text, sizeof text, "V %d, T %d, E %d, H %d, L %d; B %" PRIu64 "; {%s}).%s (",
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
static const struct rule TRAINER_RULES[] = {
    {"the FP32 working copies (scratch) were forgotten", trainer_no_scratch},
    {"one buffer for gradients of activations was counted: there are two", trainer_one_buffer},
    {"activations were counted in 16 bits: this trainer keeps them in FP32", trainer_16_bit},
    {"the model was taken for one tensor: biases and the embedding are small ones",
     trainer_one_tensor},
};

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
        struct trainer_case t = {shape, draw_between(8 * i + 5, 1, 4096), recipes[i % 5], 0};
        struct footprint got = trainer_bytes(t.shape, t.batch, t.r);
        for (t.part = 0; t.part < PARTS; t.part++) {
            cases[c.n] = t;
            add_count(&c, part_of(got, t.part), trainer_part(t));
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
    long_a.seq = big;
    uint64_t n = 70553706496, too_many = (uint64_t)1 << 61;
    const struct {
        const char *call;
        uint64_t fits, want, refused;
    } calls[] = {
        {"attention_params", attention_params(small), attention_of(small), attention_params(huge)},
        {"ffn_params", ffn_params(small), ffn_of(small), ffn_params(huge)},
        {"model_params", model_params(small), all_of(small), model_params(huge)},
        {"state_bytes", state_bytes(n, BF16_ADAM), 8 * n, state_bytes(too_many, BF16_ADAM)},
        {"training_bytes(...).total", training_bytes(GIVE(&n, 1), 1, BF16_ADAM).total, 16 * n,
         training_bytes(GIVE(&too_many, 1), 1, BF16_ADAM).total},
        {"zero_bytes", zero_bytes(n, BF16_ADAM, 0, 1), 16 * n,
         zero_bytes(too_many, BF16_ADAM, 0, 1)},
        {"layer_activation_bytes", layer_activation_bytes(a), oracle_layer_activations(a),
         layer_activation_bytes(long_a)},
        {"activation_bytes", activation_bytes(a), 80 * oracle_layer_activations(a),
         activation_bytes(long_a)},
        {"kv_cache_bytes", kv_cache_bytes(small, 8192, 1, 2), oracle_kv(small, 8192, 1, 2),
         kv_cache_bytes(small, big, big, 2)},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (calls[i].fits != calls[i].want)
            fail("%s of a size that fits\n  got      %s\n  expected %s", calls[i].call,
                 show_count(calls[i].fits), show_count(calls[i].want));
        if (calls[i].refused != REFUSED) {
            because("a product or a sum wrapped around at 2^64: build everything from "
                    "checked_mul and checked_add");
            fail("%s of a size beyond 64 bits returned %s, expected REFUSED", calls[i].call,
                 show_count(calls[i].refused));
        }
    }
}

#endif
