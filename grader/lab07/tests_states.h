/**
 * @file tests_states.h
 * @brief Tests of exercise 7.7: FP32 and 8-bit states, small tensors.
 *
 * A part of test_lab07.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB07_TESTS_STATES_H
#define LOWP_GRADER_LAB07_TESTS_STATES_H

#include "grader/lab07/draw.h"

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
static uint64_t states_with_absmax(const struct state_case *s, uint64_t bytes)
{
    return is_8bit(s) ? s->r.states * (s->n + (s->n + s->r.block - 1) / s->r.block * bytes)
                      : states_fp32(0, s);
}
static uint64_t states_byte_absmax(size_t i, const void *context)
{
    return states_with_absmax((const struct state_case *)context + i, 1);
}
static uint64_t states_16_bit_absmax(size_t i, const void *context)
{
    return states_with_absmax((const struct state_case *)context + i, 2);
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
static uint64_t states_two(size_t i, const void *context)
{
    struct state_case s = ((const struct state_case *)context)[i];
    s.r.states = 2;
    return oracle_states(s.n, s.r);
}
static uint64_t states_like_weights(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return is_8bit(s) ? oracle_states(s->n, s->r) : s->n * s->r.weight * s->r.states;
}
static uint64_t states_one_block_more(size_t i, const void *context)
{
    const struct state_case *s = (const struct state_case *)context + i;
    return is_8bit(s) ? s->r.states * (s->n + (s->n / s->r.block + 1) * 4)
                      : states_fp32(i, context);
}
static const struct rule STATE_RULES[] = {
    {"the FP32 absmax of each block was forgotten", states_no_absmax},
    {"the last, partial block was given no absmax: blocks are rounded up", states_whole_blocks},
    {"the last block was padded with elements: only its absmax is a whole one", states_padded},
    {"an absmax was counted as one byte: it is FP32", states_byte_absmax},
    {"an absmax was counted as two bytes: it is FP32", states_16_bit_absmax},
    {"m and v were made to share an absmax: each state has its own", states_shared_absmax},
    {"the recipe's 8-bit states were counted in FP32", states_fp32},
    {"one state was counted, whatever the recipe has", states_one},
    {"two states were counted, whatever the recipe has: Lion has one", states_two},
    {"FP32 states were counted as wide as the weights", states_like_weights},
    {"one block more was counted also where the last one is full", states_one_block_more},
};
static const struct rule SMALL_RULES[] = {
    {"small tensors were given 8-bit states: under 4096 elements they stay FP32",
     states_8bit_always},
    {"4096 elements were called small: the limit is *under* 4096", states_4096_fp32},
    {"every tensor was given FP32 states", states_fp32},
    {"one state was counted, whatever the recipe has", states_one},
    {"FP32 states were counted as wide as the weights", states_like_weights},
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
        uint64_t got = state_bytes(s[i].n, s[i].r), want = oracle_states(s[i].n, s[i].r);
        /* how many bytes a large tensor has is another test's question: here, less than in FP32 */
        bool is_smaller = s[i].n >= 4096 && got >= s[i].n && got < states_fp32(i, s);
        add_count(&c, got, is_smaller ? got : want);
    }
    check_counts(&c);
    uint64_t tensors[3] = {draw_between(100, 1, 4095), 4096 * draw_between(101, 1, 9), 3000};
    uint64_t got = training_bytes(GIVE(tensors, 3), 3, ADAM8).states;
    uint64_t want = 0;
    for (size_t i = 0; i < 3; i++)
        want += state_bytes(tensors[i], ADAM8);
    if (got == want)
        return;
    if (got == state_bytes(tensors[0] + tensors[1] + tensors[2], ADAM8))
        because("the model was taken for one large tensor: each tensor has its own states");
    fail("training_bytes of tensors with %s, %s and %s elements, {%s}\n  got      %s bytes of "
         "states\n  expected %s",
         show_count(tensors[0]), show_count(tensors[1]), show_count(tensors[2]), show_recipe(ADAM8),
         show_count(got), show_count(want));
}

#endif
