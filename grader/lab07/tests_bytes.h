/**
 * @file tests_bytes.h
 * @brief Tests of exercises 7.7 to 7.9: bytes of a recipe, 8-bit states, ZeRO.
 *
 * A part of test_lab07.c, included once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_BYTES_H
#define LOWP_GRADER_LAB07_TESTS_BYTES_H

#include "grader/lab07/draw.h"

// --- 7.8: parts of a footprint ---------------------------------------------------------------

enum { WEIGHTS, GRADS, MASTER, STATES, ACTIVATIONS, SCRATCH, TOTAL, PARTS };
static const char *const PART_NAMES[PARTS] = {"weights",     "grads",   "master", "states",
                                              "activations", "scratch", "total"};

static uint64_t part_of(struct footprint f, int part)
{
    const uint64_t parts[PARTS] = {f.weights,     f.grads,   f.master, f.states,
                                   f.activations, f.scratch, f.total};
    return parts[part];
}

/** One part of one call of training_bytes(). */
struct part_case {
    struct recipe r;
    int part;
    size_t count;
    uint64_t tensors[3];
};

static const char *input_part(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    static char text[300];
    snprintf(text, sizeof text, "tensors of %s, %s and %s; %s).%s (", show_count(p->tensors[0]),
             show_count(p->tensors[1]), show_count(p->tensors[2]), show_recipe(p->r),
             PART_NAMES[p->part]);
    return text;
}

static uint64_t part_under(const struct part_case *p, struct recipe r)
{
    return part_of(oracle_training(p->tensors, p->count, r), p->part);
}

/** Calls once for a recipe and adds its chosen parts to the cases. */
static void add_parts(struct counts *c, struct part_case *cases, struct recipe r,
                      const uint64_t *tensors, const int *parts, size_t n)
{
    struct footprint got = training_bytes(GIVE(tensors, 3), 3, r);
    struct footprint want = oracle_training(tensors, 3, r);
    for (size_t k = 0; k < n; k++) {
        cases[c->n] = (struct part_case){r, parts[k], 3, {tensors[0], tensors[1], tensors[2]}};
        add_count(c, part_of(got, parts[k]), part_of(want, parts[k]));
    }
    arena_reset();
}

static uint64_t part_no_grads(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    struct recipe r = p->r;
    r.grad = 0;
    return part_under(p, r);
}
static uint64_t part_grads_like_weights(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    struct recipe r = p->r;
    r.grad = r.weight;
    return part_under(p, r);
}
static uint64_t part_grads_fp32(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    struct recipe r = p->r;
    r.grad = 4;
    return part_under(p, r);
}
static uint64_t part_one_state(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    struct recipe r = p->r;
    r.states = r.states ? 1 : 0;
    return part_under(p, r);
}
static uint64_t part_two_states(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    struct recipe r = p->r;
    r.states = 2;
    return part_under(p, r);
}
static uint64_t part_states_like_weights(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    uint64_t n = p->tensors[0] + p->tensors[1] + p->tensors[2];
    uint64_t too_much = p->r.states * n * (4 - p->r.weight);
    return part_under(p, p->r) - (p->part == STATES || p->part == TOTAL ? too_much : 0);
}
static uint64_t part_in_32_bits(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    return in_32_bits(part_under(p, p->r));
}
static uint64_t part_first_tensor(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    return part_of(oracle_training(p->tensors, 1, p->r), p->part);
}
static const struct rule PART_RULES[] = {
    {"the gradients were forgotten", part_no_grads},
    {"gradients were counted like weights: some recipes keep them in FP32",
     part_grads_like_weights},
    {"gradients were always counted in FP32", part_grads_fp32},
    {"one optimizer state was counted: Adam has two, m and v", part_one_state},
    {"two optimizer states were always counted: Lion has one, SGD none", part_two_states},
    {"states were counted as wide as the weights: they are FP32", part_states_like_weights},
    {"the products were computed in 32 bits", part_in_32_bits},
    {"only the first tensor was counted", part_first_tensor},
};

GRADED(weights_gradients_states, .points = 4,
       .idea = "each parameter has a weight, a gradient and the optimizer's states")
{
    static const struct recipe recipes[] = {{2, 2, 0, 2, 0}, {4, 4, 0, 2, 0}, {2, 4, 0, 2, 0},
                                            {2, 2, 0, 1, 0}, {4, 4, 0, 0, 0}, {2, 4, 0, 1, 0}};
    static const int parts[] = {WEIGHTS, GRADS, STATES, ACTIVATIONS, SCRATCH, TOTAL};
    struct part_case cases[MOST_CASES];
    struct counts c = {"training_bytes", .input = input_part, .context = cases,
                       WITH_RULES(PART_RULES)};
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        uint64_t tensors[3] = {70000000000, draw_between(2 * i, 1, 9999),
                               draw_between(2 * i + 1, 10000, 1u << 30)};
        add_parts(&c, cases, recipes[i], tensors, parts, sizeof parts / sizeof *parts);
    }
    check_counts(&c);
    uint64_t none = 5;
    struct footprint empty = training_bytes(GIVE(&none, 1), 0, FP32_ADAM);
    for (int part = 0; part < PARTS; part++)
        if (part_of(empty, part) != 0)
            fail("training_bytes of no tensors: %s is %s, expected 0", PART_NAMES[part],
                 show_count(part_of(empty, part)));
}

static uint64_t master_forgotten(size_t i, const void *context)
{
    (void)i, (void)context;
    return 0;
}
static uint64_t master_always(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    struct recipe r = p->r;
    r.master = 4;
    return part_under(p, r);
}
static uint64_t master_like_weights(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    struct recipe r = p->r;
    r.master = r.master ? r.weight : 0;
    return part_under(p, r);
}
static uint64_t master_8bit(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    uint64_t right = part_under(p, p->r);
    return p->r.block ? right / 4 : right;
}
static uint64_t grads_8bit(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    uint64_t right = part_under(p, p->r);
    return p->r.block && p->part == GRADS ? right / p->r.grad : right;
}
static const struct rule MASTER_RULES[] = {
    {"the FP32 master was forgotten", master_forgotten},
    {"a master was counted where the recipe has none", master_always},
    {"the master was counted as wide as the weights: it is FP32", master_like_weights},
    {"the master was counted in 8 bits: an 8-bit optimizer quantizes its states only", master_8bit},
    {"the gradients were counted in 8 bits: an 8-bit optimizer quantizes its states only",
     grads_8bit},
};

GRADED(master_copy, .points = 3, .idea = "a master is FP32, also beside 8-bit states")
{
    static const struct recipe recipes[] = {{2, 2, 4, 2, 0}, {2, 4, 4, 1, 0},   {2, 2, 4, 2, 256},
                                            {2, 2, 0, 2, 0}, {2, 4, 0, 2, 256}, {2, 4, 4, 1, 2048}};
    static const int parts[] = {MASTER, GRADS};
    struct part_case cases[MOST_CASES];
    struct counts c = {"training_bytes", .input = input_part, .context = cases,
                       WITH_RULES(MASTER_RULES)};
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        uint64_t tensors[3] = {70000000000, 4096 + draw_between(i, 1, 9999), 1u << 20};
        add_parts(&c, cases, recipes[i], tensors, parts, sizeof parts / sizeof *parts);
        struct footprint f = training_bytes(GIVE(tensors, 3), 3, recipes[i]);
        uint64_t sum = f.weights + f.grads + f.master + f.states + f.activations + f.scratch;
        if (f.total != sum) {
            if (f.total == sum - f.master)
                because("the master is missing from the total");
            fail("training_bytes(%s): the total is %s, the parts sum to %s",
                 show_recipe(recipes[i]), show_count(f.total), show_count(sum));
        }
    }
    check_counts(&c);
}

// --- 7.7: states -----------------------------------------------------------------------------

struct state_case {
    uint64_t n;
    struct recipe r;
};

static const char *input_states(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    static char text[200];
    snprintf(text, sizeof text, "n = %s, {%s}", show_count(s->n), show_recipe(s->r));
    return text;
}
static bool is_8bit(const struct state_case *s)
{
    return s->r.block && s->n >= 4096;
}
static uint64_t states_fp32(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return s->n * 4 * s->r.states;
}
static uint64_t states_no_absmax(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return is_8bit(s) ? s->n * s->r.states : states_fp32(i, context);
}
static uint64_t states_whole_blocks(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return is_8bit(s) ? s->r.states * (s->n + s->n / s->r.block * 4) : states_fp32(i, context);
}
static uint64_t states_padded(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    uint64_t blocks = s->r.block ? (s->n + s->r.block - 1) / s->r.block : 0;
    return is_8bit(s) ? s->r.states * blocks * (s->r.block + 4) : states_fp32(i, context);
}
static uint64_t states_byte_absmax(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return is_8bit(s) ? s->r.states * (s->n + (s->n + s->r.block - 1) / s->r.block)
                      : states_fp32(i, context);
}
static uint64_t states_shared_absmax(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return is_8bit(s) ? s->r.states * s->n + (s->n + s->r.block - 1) / s->r.block * 4
                      : states_fp32(i, context);
}
static uint64_t states_one(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return oracle_states(s->n, s->r) / s->r.states;
}
static uint64_t states_8bit_always(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    if (!s->r.block)
        return states_fp32(i, context);
    return s->r.states * (s->n + (s->n + s->r.block - 1) / s->r.block * 4);
}
static uint64_t states_4096_fp32(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return s->n == 4096 ? states_fp32(i, context) : oracle_states(s->n, s->r);
}
static const struct rule STATE_RULES[] = {
    {"the FP32 absmax of each block was forgotten", states_no_absmax},
    {"the last, partial block was given no absmax: blocks are rounded up", states_whole_blocks},
    {"the last block was padded with elements: only its absmax is a whole one", states_padded},
    {"an absmax was counted as one byte: it is FP32", states_byte_absmax},
    {"m and v were made to share an absmax: each state has its own", states_shared_absmax},
    {"the recipe's 8-bit states were counted in FP32", states_fp32},
    {"one state was counted, whatever the recipe has", states_one},
};
static const struct rule SMALL_RULES[] = {
    {"small tensors were given 8-bit states: under 4096 elements they stay FP32",
     states_8bit_always},
    {"4096 elements were called small: the limit is *under* 4096", states_4096_fp32},
    {"every tensor was given FP32 states", states_fp32},
};

GRADED(eight_bit_states, .points = 4,
       .idea = "8-bit states: a byte an element, and an FP32 absmax a block, partial ones too")
{
    struct state_case s[MOST_CASES];
    struct counts c = {"state_bytes", .input = input_states, .context = s, WITH_RULES(STATE_RULES)};
    static const uint64_t blocks[] = {256, 2048, 64, 0};
    for (size_t i = 0; i < 32; i++) {
        s[i].r = (struct recipe){2, 2, 4, i % 3 ? 2 : 1, blocks[i % 4]};
        s[i].n = i < 4 ? 70000000000 : 4097 + (test_u64(i) >> (20 + i));
        add_count(&c, state_bytes(s[i].n, s[i].r), oracle_states(s[i].n, s[i].r));
    }
    check_counts(&c);
}

GRADED(small_tensors_stay_fp32, .points = 3,
       .idea = "tensors under 4096 elements keep FP32 states, each tensor by itself")
{
    static const uint64_t sizes[] = {0, 1, 255, 256, 257, 4000, 4095, 4096, 8192};
    struct state_case s[MOST_CASES];
    struct counts c = {"state_bytes", .input = input_states, .context = s, WITH_RULES(SMALL_RULES)};
    for (size_t i = 0; i < 27; i++) {
        s[i].r = (struct recipe){2, 2, 4, 2, i % 3 ? 256 : 2048};
        s[i].n = i < 18 ? sizes[i % 9] : draw_between(i, 2, 4095);
        add_count(&c, state_bytes(s[i].n, s[i].r), oracle_states(s[i].n, s[i].r));
    }
    check_counts(&c);
    uint64_t tensors[3] = {draw_between(100, 1, 4095), 4096 * draw_between(101, 1, 9), 3000};
    uint64_t got = training_bytes(GIVE(tensors, 3), 3, ADAM8).states;
    uint64_t want = oracle_training(tensors, 3, ADAM8).states;
    if (got == want)
        return;
    if (got == oracle_states(tensors[0] + tensors[1] + tensors[2], ADAM8))
        because("the model was taken for one large tensor: each tensor has its own states");
    fail("training_bytes of tensors with %s, %s and %s elements, {%s}\n  got      %s bytes of "
         "states\n  expected %s",
         show_count(tensors[0]), show_count(tensors[1]), show_count(tensors[2]), show_recipe(ADAM8),
         show_count(got), show_count(want));
}

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
static const struct rule ZERO_RULES[] = {
    {"nothing was sharded", zero_never},
    {"everything was sharded at every stage", zero_all},
    {"stage 1 sharded the gradients: that is stage 2", zero_1_grads},
    {"the master was not sharded: it goes with the optimizer's states", zero_1_no_master},
    {"stage 2 sharded the weights: that is stage 3", zero_2_all},
    {"stage 2 sharded the weights and not the gradients: it is the other way round",
     zero_2_weights},
    {"stage 3 left the gradients whole", zero_3_grads_whole},
    {"the stages were counted from 0: stage 0 is plain data parallelism", zero_one_off},
};

static void add_zero(struct counts *c, struct zero_case *cases, struct zero_case z)
{
    cases[c->n] = z;
    add_count(c, zero_bytes(z.n, z.r, z.stage, z.devices),
              oracle_zero(z.n, z.r, z.stage, z.devices));
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
    if (refused != 3)
        fail("zero_bytes: stage 4, stage -1 and 0 devices must each give REFUSED; %d of 3 did",
             (int)refused);
}

GRADED(zero_stages_2_and_3, .points = 4,
       .idea = "stage 2 shards the gradients as well, stage 3 the weights as well")
{
    check_stages(2, 3);
}

static uint64_t shards_floor(size_t i, const void *context)
{
    struct zero_case z = ((const struct zero_case *)context)[i];
    uint64_t shard = z.n / z.devices;
    return (z.stage >= 3 ? shard : z.n) * z.r.weight + (z.stage >= 2 ? shard : z.n) * z.r.grad +
           shard * z.r.master + oracle_states(shard, z.r);
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
        add_zero(
            &c, cases,
            (struct zero_case){n, devices, i % 4 < 2 ? BF16_FP32_GRADS : ADAM8, 1 + (int)(i % 3)});
    }
    check_counts(&c);
}

#endif
