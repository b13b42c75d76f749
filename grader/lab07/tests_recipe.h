/**
 * @file tests_recipe.h
 * @brief Tests of exercise 7.8: weights, gradients, master and states of a recipe.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_RECIPE_H
#define LOWP_GRADER_LAB07_TESTS_RECIPE_H

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
    snprintf(text, sizeof text, "tensors of %s, %s and %s; {%s}; its part %s",
             show_count(p->tensors[0]), show_count(p->tensors[1]), show_count(p->tensors[2]),
             show_recipe(p->r), PART_NAMES[p->part]);
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
static uint64_t part_grads_8bit(size_t i, const void *context)
{
    const struct part_case *p = (const struct part_case *)context + i;
    struct recipe r = p->r;
    r.grad = r.block ? 1 : r.grad;
    return part_under(p, r);
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
    {"the gradients were counted in 8 bits: an 8-bit optimizer quantizes its states only",
     part_grads_8bit},
};

GRADED(weights_gradients_states, .points = 4,
       .idea = "each parameter has a weight, a gradient and the optimizer's states")
{
    static const struct recipe recipes[] = {{2, 2, 0, 2, 0},   {4, 4, 0, 2, 0},  {2, 4, 0, 2, 0},
                                            {2, 2, 0, 1, 0},   {4, 4, 0, 0, 0},  {2, 4, 0, 1, 0},
                                            {2, 2, 0, 2, 256}, {2, 4, 0, 2, 256}};
    static const int parts[] = {WEIGHTS, GRADS, STATES, ACTIVATIONS, SCRATCH, TOTAL};
    struct part_case cases[MOST_CASES];
    struct counts c = {"training_bytes", .input = input_part, .context = cases,
                       WITH_RULES(PART_RULES)};
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        uint64_t tensors[3] = {70000000000, draw_between(2 * i, 1, 9999),
                               draw_between(2 * i + 1, 10000, 1u << 30)};
        add_parts(&c, cases, recipes[i], tensors, parts,
                  recipes[i].block ? 2 : sizeof parts / sizeof *parts);
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
static const struct rule MASTER_RULES[] = {
    {"the FP32 master was forgotten", master_forgotten},
    {"a master was counted where the recipe has none", master_always},
    {"the master was counted as wide as the weights: it is FP32", master_like_weights},
    {"the master was counted in 8 bits: an 8-bit optimizer quantizes its states only", master_8bit},
};

GRADED(master_copy, .points = 3, .idea = "a master is FP32, also beside 8-bit states")
{
    static const struct recipe recipes[] = {{2, 2, 4, 2, 0}, {2, 4, 4, 1, 0},   {2, 2, 4, 2, 256},
                                            {2, 2, 0, 2, 0}, {2, 4, 0, 2, 256}, {2, 4, 4, 1, 2048}};
    static const int parts[] = {MASTER};
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

#endif
