/**
 * @file tests_graph.h
 * @brief Graded tests of exercises 2.13 and 2.14: who made the first bad value?
 *
 * A part of test_lab02.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB02_TESTS_GRAPH_H
#define LOWP_GRADER_LAB02_TESTS_GRAPH_H

#include "grader/lab02/beliefs_graph.h"

enum { GRAPH_OPS = 14, GRAPH_INPUTS = 3, GRAPH_TENSORS = GRAPH_OPS + GRAPH_INPUTS, CELLS = 12 };

/** How bad a random graph is to be. */
struct mood {
    double input_bad; /**< chance that a tensor that no op made is bad */
    double op_bad;    /**< chance that an op breaks good inputs */
    double repairs;   /**< chance that bad inputs give a good output (max, where, masking) */
};

/** Draws a graph into the arena, with values to match. `k` numbers the graphs of a test. */
static struct graph draw_graph(uint64_t k, struct mood mood)
{
    static uint32_t codes[GRAPH_TENSORS][CELLS];
    struct op ops[GRAPH_OPS];
    struct tensor tensors[GRAPH_TENSORS];
    int numbers[GRAPH_TENSORS]; // in what order tensors are numbered is free, so it is shuffled
    bool bad[GRAPH_TENSORS];
    uint64_t r = 10000 * k;
    for (int i = 0; i < GRAPH_TENSORS; i++) {
        int j = (int)(test_u64(r++) % (uint64_t)(i + 1));
        numbers[i] = numbers[j];
        numbers[j] = i;
    }
    for (int i = 0; i < GRAPH_TENSORS; i++) {
        int o = i - GRAPH_INPUTS; // tensor i is the output of op o, if that is not negative
        bool inputs_bad = false;
        if (o >= 0) {
            ops[o] =
                (struct op){.n_inputs = 1 + test_u64(r++) % OP_INPUTS_MAX, .output = numbers[i]};
            if (test_u64(r++) % 8 == 0)
                ops[o].n_inputs = 0;
            snprintf(ops[o].name, sizeof ops[o].name, "op%d", o);
            // Inputs that it does not have are numbers of tensors, too, so that looking at them is
            // a wrong answer, and no crash.
            for (size_t in = ops[o].n_inputs; in < OP_INPUTS_MAX; in++)
                ops[o].inputs[in] = (int)(test_u64(r++) % GRAPH_TENSORS);
            for (size_t in = 0; in < ops[o].n_inputs; in++) {
                ops[o].inputs[in] = numbers[test_u64(r++) % (uint64_t)i];
                inputs_bad = inputs_bad || bad[ops[o].inputs[in]];
            }
        }
        double chance = o < 0 ? mood.input_bad : inputs_bad ? 1 - mood.repairs : mood.op_bad;
        int t = numbers[i];
        bad[t] = test_f64(r++) < chance;
        for (size_t c = 0; c < CELLS; c++)
            codes[t][c] = draw_code(DTYPE_FP16, (enum kind)(test_u64(r) % 3), r + 1), r += 2;
        if (bad[t])
            codes[t][test_u64(r) % CELLS] =
                draw_code(DTYPE_FP16, test_u64(r + 1) % 5 < 3 ? KIND_INF : KIND_NAN, r + 2);
        r += 3;
    }
    uint16_t halves[GRAPH_TENSORS * CELLS];
    for (size_t i = 0; i < COUNT(halves); i++)
        halves[i] = (uint16_t)codes[i / CELLS][i % CELLS];
    const uint16_t *data = GIVE(halves, COUNT(halves));
    const char *name = GIVE("tensor", 7);
    for (size_t t = 0; t < GRAPH_TENSORS; t++)
        tensors[t] = (struct tensor){name, DTYPE_FP16, data + t * CELLS, CELLS};
    return (struct graph){GRAPH_OPS, GIVE(ops, GRAPH_OPS), GIVE(tensors, GRAPH_TENSORS)};
}

/** How many ops of a graph are at fault. */
static size_t candidates(struct graph g)
{
    size_t n = 0;
    for (size_t i = 0; i < g.n_ops; i++) {
        struct graph one = {1, g.ops + i, g.tensors};
        n += oracle_first_bad_op(one) == 0;
    }
    return n;
}

static bool inputs_are_bad(struct graph g)
{
    return op_found(g, FAULT_BELIEFS[0].search) != oracle_first_bad_op(g);
}

static bool one_candidate(struct graph g)
{
    return candidates(g) == 1 && !inputs_are_bad(g);
}

static bool several_candidates(struct graph g)
{
    return candidates(g) > 1 && !inputs_are_bad(g);
}

static bool any_graph(struct graph g)
{
    (void)g;
    return true;
}

/** An op of a graph, and what it reads and writes, as text. */
static const char *show_op(struct graph g, size_t i)
{
    static char texts[2][160];
    static int turn;
    char *text = texts[turn++ % 2];
    if (i >= g.n_ops) {
        snprintf(text, sizeof texts[0], i == NOT_FOUND ? "NOT_FOUND" : "%zu (no op)", i);
        return text;
    }
    const struct op *op = &g.ops[i];
    int n = snprintf(text, sizeof texts[0], "op %zu (inputs:", i);
    for (size_t k = 0; k < op->n_inputs; k++)
        n += snprintf(text + n, sizeof texts[0] - (size_t)n, "%s",
                      oracle_is_bad(g.tensors[op->inputs[k]], false) ? " not finite" : " finite");
    struct tensor out = g.tensors[op->output];
    snprintf(text + n, sizeof texts[0] - (size_t)n, "%s; output: %s)", op->n_inputs ? "" : " none",
             oracle_is_bad(out, true)    ? "with a NaN"
             : oracle_is_bad(out, false) ? "with an infinity"
                                         : "finite");
    return text;
}

/** Asks about graphs of a kind, and judges the answers. */
static void check_graphs(struct mood mood, bool (*wanted)(struct graph), bool anomaly)
{
    enum { GRAPHS = 24, KINDS = COUNT(KIND_BELIEFS), MOST = COUNT(FAULT_BELIEFS) };
    const struct op_belief *beliefs = anomaly ? ANOMALY_BELIEFS : FAULT_BELIEFS;
    const size_t n_beliefs = anomaly ? COUNT(ANOMALY_BELIEFS) : COUNT(FAULT_BELIEFS);
    const struct op_search right = anomaly ? SEARCH_FOR_NAN : SEARCH_FOR_FAULT;
    struct tally t[MOST] = {{0}}, kinds[KINDS] = {{0}};
    char first[400] = "";
    size_t asked = 0;
    for (uint64_t k = 0; k < 2000 && asked < GRAPHS; k++) {
        struct graph g = draw_graph(k, mood);
        if (wanted(g)) {
            asked++;
            size_t got = anomaly ? first_nan_op(g.ops, g.n_ops, g.tensors)
                                 : first_bad_op(g.ops, g.n_ops, g.tensors);
            size_t want = op_found(g, right);
            for (size_t b = 0; b < n_beliefs; b++)
                count_belief(&t[b], got == want, got == op_found(g, beliefs[b].search));
            for (size_t b = 0; b < KINDS; b++) {
                struct op_search by_kind = right;
                by_kind.kind_of = KIND_BELIEFS[b].answer;
                count_belief(&kinds[b], got == want, got == op_found(g, by_kind));
            }
            if (got != want && !*first)
                snprintf(first, sizeof first, "%s\n  got      %s\n  expected %s",
                         anomaly ? "first_nan_op" : "first_bad_op", show_op(g, got),
                         show_op(g, want));
        }
        arena_reset();
    }
    if (asked < GRAPHS)
        fail("the test could not draw its graphs: tell whoever looks after the workbook");
    if (t[0].wrong == 0)
        return;
    for (size_t b = KINDS; b-- > 0;)
        name_belief(&kinds[b], KIND_BELIEFS[b].belief);
    for (size_t b = n_beliefs; b-- > 0;)
        name_belief(&t[b], beliefs[b].belief);
    fail("%s\n(%zu of %d graphs differ)", first, t[0].wrong, GRAPHS);
}

GRADED(first_op_is_named, .points = 4,
       .idea = "the op at fault has finite inputs and an output that is not finite")
{
    check_graphs((struct mood){0, 0.15, 0.1}, one_candidate, false);
}

GRADED(nan_in_is_no_fault, .points = 3,
       .idea = "an op that was handed an infinity or a NaN is not at fault for passing it on")
{
    check_graphs((struct mood){0.5, 0.2, 0.3}, inputs_are_bad, false);
}

GRADED(earlier_of_two, .points = 3,
       .idea = "of two ops at fault, on branches of their own, the one recorded first is meant")
{
    check_graphs((struct mood){0, 0.4, 0.3}, several_candidates, false);
}

GRADED(anomaly_sees_nan_only, .points = 3,
       .idea = "anomaly detection names the first NaN in an output, not the overflow before it")
{
    check_graphs((struct mood){0.15, 0.15, 0.2}, any_graph, true);
}

#endif
