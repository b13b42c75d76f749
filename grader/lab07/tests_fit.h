/**
 * @file tests_fit.h
 * @brief Tests of exercises 7.11 to 7.13: the KV cache, what fits, the largest micro-batch.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_FIT_H
#define LOWP_GRADER_LAB07_TESTS_FIT_H

#include "grader/lab07/tests_activations.h"
#include "grader/lab07/tests_zero.h"

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

/** The bytes of the shards are those of the student's own zero_bytes(), which has its own tests. */
struct fit_case {
    struct zero_case z;
    uint64_t shards, activations, device;
};

static const char *input_fit(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    static char text[500];
    snprintf(text, sizeof text, "%s; activations %s, device %s: needed %s", input_zero(0, &f->z),
             show_count(f->activations), show_count(f->device),
             show_count(oracle_fit((oracle_wide)f->shards + f->activations)));
    return text;
}
static uint64_t fit_right(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    oracle_wide needed = (oracle_wide)f->shards + f->activations;
    return needed < REFUSED && needed <= f->device;
}
static uint64_t fit_without_activations(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    return f->shards <= f->device;
}
static uint64_t fit_strictly(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    return f->shards + f->activations < f->device;
}
static uint64_t fit_wrapped(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    return f->shards + f->activations <= f->device;
}
static uint64_t fit_in_all(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    oracle_wide needed = (oracle_wide)f->shards + f->activations;
    return needed <= (oracle_wide)f->device * f->z.devices;
}
static uint64_t fit_into_refused(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    return oracle_fit((oracle_wide)f->shards + f->activations) <= f->device;
}
static uint64_t fit_with_sharded_activations(size_t i, const void *context)
{
    const struct fit_case *f = (const struct fit_case *)context + i;
    return f->shards != REFUSED && f->activations != REFUSED &&
           oracle_fit((oracle_wide)f->shards + oracle_ceil(f->activations, f->z.devices)) <=
               f->device;
}
static const struct rule FIT_RULES[] = {
    {"the activations were forgotten", fit_without_activations},
    {"the activations were shared out among the devices: each has its own in full",
     fit_with_sharded_activations},
    {"what fills a device to the last byte fits: no more than, not less than", fit_strictly},
    {"the sum wrapped around: what is REFUSED fits nowhere", fit_wrapped},
    {"the memory of all devices was counted together: each must hold its own share", fit_in_all},
    {"REFUSED was compared like a number: it fits nowhere, whatever a device has",
     fit_into_refused},
};

GRADED(fits_on_devices, .points = 3,
       .idea = "shards and activations together are no more than one device has")
{
    struct fit_case f[MOST_CASES];
    struct counts c = {"fits_on", .input = input_fit, .context = f, WITH_RULES(FIT_RULES)};
    for (size_t i = 0; i < 37; i++) {
        struct zero_case z = {draw_between(3 * i, 1000000, 80000000000),
                              draw_between(3 * i + 1, 2, 512), i % 2 ? BF16_ADAM : LION,
                              (int)(i % 4)};
        uint64_t activations = draw_between(3 * i + 2, 1000, 40000000000);
        uint64_t shards = zero_bytes(z.n, z.r, z.stage, z.devices), needed = shards + activations;
        if (shards == REFUSED)
            fail("zero_bytes(%s) returned REFUSED", input_zero(0, &z));
        const uint64_t devices[] = {needed,      needed - 1, needed + 1,
                                    80000000000, needed / 2, 2 * needed};
        f[i] = (struct fit_case){z, shards, activations, devices[i % 6]};
        if (i == 35)
            f[i].activations = REFUSED - 5;
        if (i == 36)
            f[i].activations = f[i].device = REFUSED;
        add_count(&c, fits_on(z.n, z.r, z.stage, z.devices, f[i].activations, f[i].device),
                  fit_right(i, f));
    }
    check_counts(&c);
}

struct batch_case {
    uint64_t taken, device, one;
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
/** What one sequence keeps, by the student's own activation_bytes(), which has its own tests. */
static uint64_t one_sequence(const struct batch_case *b)
{
    return b->one;
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
    return b->taken > b->device ? 0 : (b->device - b->taken) / (b->one * b->a.batch);
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
        b[i].a.batch = 1;
        uint64_t one = b[i].one = activation_bytes(b[i].a);
        if (one == 0 && b[i].a.recompute == RECOMPUTE_FULL)
            because("full recompute was said to keep nothing: it starts again from the layer's "
                    "input");
        if (one < 1000 || one == REFUSED)
            fail("activation_bytes(%s) returned %s", input_activations(0, &b[i].a),
                 show_count(one));
        b[i].a.batch = 3;
        b[i].taken = draw_between(500 + i, 1000000, 60000000000);
        uint64_t times = draw_between(600 + i, 1, 40);
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
    got = largest_micro_batch(1000, REFUSED, b[0].a);
    if (got != 0)
        fail("largest_micro_batch on a device of REFUSED bytes returned %s, expected 0: what is "
             "computed from REFUSED is no number",
             show_count(got));
    bad = b[0].a;
    bad.layers = 0;
    got = largest_micro_batch(1000, 2000, bad);
    if (got != 0)
        fail("largest_micro_batch of no layers returned %s, expected 0: a sequence keeps no bytes, "
             "so there is no largest number of them",
             show_count(got));
}

#endif
