/**
 * @file tests_zero.h
 * @brief Tests of exercise 7.9: what each stage of ZeRO shards, and shards that come out uneven.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_ZERO_H
#define LOWP_GRADER_LAB07_TESTS_ZERO_H

#include "grader/lab07/draw.h"

// --- 7.9: ZeRO -------------------------------------------------------------------------------

struct zero_case {
    uint64_t n, devices;
    struct recipe r;
    int stage;
};

static const char *input_zero(size_t i, const void *context)
{
    const struct zero_case *z = (const struct zero_case *)context + i;
    static char text[300];
    snprintf(text, sizeof text, "n = %s, {%s}, stage %d, %" PRIu64 " devices", show_count(z->n),
             show_recipe(z->r), z->stage, z->devices);
    return text;
}

/** Bytes when the given parts are sharded. */
static uint64_t sharded(const struct zero_case *z, bool weights, bool grads, bool master,
                        bool states)
{
    uint64_t shard = oracle_ceil(z->n, z->devices);
    return (weights ? shard : z->n) * z->r.weight + (grads ? shard : z->n) * z->r.grad +
           (master ? shard : z->n) * z->r.master + oracle_states(states ? shard : z->n, z->r);
}
static uint64_t zero_right(size_t i, const void *context)
{
    const struct zero_case *z = (const struct zero_case *)context + i;
    return oracle_zero(z->n, z->r, z->stage, z->devices);
}
static uint64_t zero_never(size_t i, const void *context)
{
    return sharded((const struct zero_case *)context + i, false, false, false, false);
}
static uint64_t zero_all(size_t i, const void *context)
{
    return sharded((const struct zero_case *)context + i, true, true, true, true);
}
static uint64_t zero_1_grads(size_t i, const void *context)
{
    const struct zero_case *z = (const struct zero_case *)context + i;
    return z->stage == 1 ? sharded(z, false, true, true, true) : zero_right(i, context);
}
static uint64_t zero_1_no_master(size_t i, const void *context)
{
    const struct zero_case *z = (const struct zero_case *)context + i;
    return sharded(z, z->stage >= 3, z->stage >= 2, false, z->stage >= 1);
}
static uint64_t zero_2_all(size_t i, const void *context)
{
    const struct zero_case *z = (const struct zero_case *)context + i;
    return z->stage == 2 ? sharded(z, true, true, true, true) : zero_right(i, context);
}
static uint64_t zero_2_weights(size_t i, const void *context)
{
    const struct zero_case *z = (const struct zero_case *)context + i;
    return z->stage == 2 ? sharded(z, true, false, true, true) : zero_right(i, context);
}
static uint64_t zero_3_grads_whole(size_t i, const void *context)
{
    const struct zero_case *z = (const struct zero_case *)context + i;
    return z->stage == 3 ? sharded(z, true, false, true, true) : zero_right(i, context);
}
static uint64_t zero_one_off(size_t i, const void *context)
{
    const struct zero_case *z = (const struct zero_case *)context + i;
    return sharded(z, z->stage >= 2, z->stage >= 1, true, true);
}
static uint64_t zero_shard_plus_one(size_t i, const void *context)
{
    struct zero_case z = ((const struct zero_case *)context)[i];
    uint64_t shard = z.n / z.devices + 1;
    return (z.stage >= 3 ? shard : z.n) * z.r.weight + (z.stage >= 2 ? shard : z.n) * z.r.grad +
           (z.stage >= 1 ? shard : z.n) * z.r.master +
           oracle_states(z.stage >= 1 ? shard : z.n, z.r);
}
static const struct rule ZERO_RULES[] = {
    {"nothing was sharded", zero_never},
    {"stage 1 sharded the gradients: that is stage 2", zero_1_grads},
    {"the master was not sharded: it goes with the optimizer's states", zero_1_no_master},
    {"stage 2 sharded the weights: that is stage 3", zero_2_all},
    {"stage 2 sharded the weights and not the gradients: it is the other way round",
     zero_2_weights},
    {"stage 3 left the gradients whole", zero_3_grads_whole},
    {"everything was sharded at every stage", zero_all},
    {"shards were given an element more than they need: nothing is left over here",
     zero_shard_plus_one},
    {"the stages were counted from 0: stage 0 is plain data parallelism", zero_one_off},
};

/** How many bytes a state has is another test's question: with the student's own state_bytes() in
 *  place of the right one, the answer is right, too. */
static void add_zero(struct counts *c, struct zero_case *cases, struct zero_case z)
{
    uint64_t got = zero_bytes(z.n, z.r, z.stage, z.devices);
    uint64_t want = oracle_zero(z.n, z.r, z.stage, z.devices);
    uint64_t held = z.stage >= 1 ? oracle_ceil(z.n, z.devices) : z.n;
    cases[c->n] = z;
    if (got != want && got == want - oracle_states(held, z.r) + state_bytes(held, z.r))
        want = got;
    add_count(c, got, want);
}

/** Both stages for shards that come out even. */
static void check_stages(int first, int second)
{
    static const struct recipe recipes[] = {
        {2, 2, 4, 2, 0}, {2, 4, 4, 2, 0}, {2, 2, 4, 1, 0}, {4, 4, 0, 2, 0}};
    struct zero_case cases[MOST_CASES];
    struct counts c = {"zero_bytes", .input = input_zero, .context = cases, WITH_RULES(ZERO_RULES)};
    for (size_t i = 0; i < 32; i++) {
        uint64_t devices = (uint64_t)1 << i / 2 % 8;
        uint64_t shard = i < 2 ? 70000000000 / devices : draw_between(i, 5000, 90000000);
        add_zero(&c, cases,
                 (struct zero_case){shard * devices, devices, recipes[i / 2 % 4],
                                    i % 2 ? second : first});
    }
    check_counts(&c);
}

GRADED(zero_stages_0_and_1, .points = 4,
       .idea = "stage 0 shards nothing, stage 1 the master and the states")
{
    check_stages(0, 1);
    uint64_t refused = 0;
    refused += zero_bytes(1000, BF16_ADAM, 4, 8) == REFUSED;
    refused += zero_bytes(1000, BF16_ADAM, -1, 8) == REFUSED;
    refused += zero_bytes(1000, BF16_ADAM, 1, 0) == REFUSED;
    if (refused == 3 && zero_bytes(1000, BF16_ADAM, 0, 0) != REFUSED)
        fail("zero_bytes: stage 0 on 0 devices must give REFUSED, though nothing is divided by "
             "them");
    if (refused != 3)
        fail("zero_bytes: stage 4, stage -1 and 0 devices must each give REFUSED; %d of 3 did",
             (int)refused);
}

GRADED(zero_stages_2_and_3, .points = 4,
       .idea = "stage 2 shards the gradients as well, stage 3 the weights as well")
{
    check_stages(2, 3);
}

/* With the student's own states, whose blocks may come out of the same division: add_zero() has called
 * state_bytes() where an answer differs. */
static uint64_t shards_floor(size_t i, const void *context)
{
    struct zero_case z = ((const struct zero_case *)context)[i];
    uint64_t shard = z.n / z.devices;
    return (z.stage >= 3 ? shard : z.n) * z.r.weight + (z.stage >= 2 ? shard : z.n) * z.r.grad +
           shard * z.r.master + state_bytes(shard, z.r);
}
static uint64_t shards_of_bytes(size_t i, const void *context)
{
    struct zero_case z = ((const struct zero_case *)context)[i];
    uint64_t cut = z.r.master * z.n + oracle_states(z.n, z.r);
    uint64_t whole = 0;
    *(z.stage >= 2 ? &cut : &whole) += z.n * z.r.grad;
    *(z.stage >= 3 ? &cut : &whole) += z.n * z.r.weight;
    return whole + oracle_ceil(cut, z.devices);
}
static uint64_t shards_states_divided(size_t i, const void *context)
{
    struct zero_case z = ((const struct zero_case *)context)[i];
    uint64_t shard = oracle_ceil(z.n, z.devices);
    return zero_right(i, context) - oracle_states(shard, z.r) +
           oracle_ceil(oracle_states(z.n, z.r), z.devices);
}
static const struct rule SHARD_RULES[] = {
    {"shards were rounded down: the fullest device holds ceil(n / devices) elements", shards_floor},
    {"bytes were divided and rounded up: shards are of whole elements", shards_of_bytes},
    {"the states of the whole model were divided: a shard has its own blocks",
     shards_states_divided},
    {"stage 3 left the gradients whole", zero_3_grads_whole},
};

GRADED(uneven_shards, .points = 3, .idea = "the fullest device holds ceil(n / N) whole elements")
{
    struct zero_case cases[MOST_CASES];
    struct counts c = {"zero_bytes", .input = input_zero, .context = cases,
                       WITH_RULES(SHARD_RULES)};
    for (size_t i = 0; i < 32; i++) {
        uint64_t devices = draw_between(2 * i, 3, 1024),
                 shard = draw_between(2 * i + 1, 4100, 99999);
        uint64_t n = i < 2 ? 70553706496 : shard * devices + 1 + i % (devices - 1);
        if (i < 2)
            devices = 1000;
        add_zero(&c, cases, (struct zero_case){n, devices, i % 4 < 2 ? BF16_FP32_GRADS : ADAM8, 3});
    }
    check_counts(&c);
}

#endif
