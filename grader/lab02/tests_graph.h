/**
 * @file tests_graph.h
 * @brief Graded tests of exercises 2.12 to 2.14: guards, and who made the first bad value.
 *
 * A part of test_lab02.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB02_TESTS_GRAPH_H
#define LOWP_GRADER_LAB02_TESTS_GRAPH_H

#include "grader/lab02/beliefs.h"

// --------------------------------------------------------------------------------------------
// 2.12: guards
// --------------------------------------------------------------------------------------------

enum { LIST = 6, TEXT_ROOM = 128 };

/** A list of tensors with names of a network; `bad` of them hold something bad. */
static const struct tensor *give_list(uint64_t k, size_t bad)
{
    static const char *const names[LIST] = {"embedding",     "layer0.weights", "layer0.relu",
                                            "layer1.matmul", "layer17.add",    "logits"};
    struct tensor list[LIST];
    for (uint64_t i = 0; i < LIST; i++) {
        uint32_t bits[150];
        enum dtype dtype = (enum dtype)((k + i) % 3);
        size_t n = test_u64(100 * k + i) % 150;
        for (uint64_t j = 0; j < n; j++)
            bits[j] = draw_code(dtype, (enum kind)(test_u64(1000 * k + 150 * i + j) % 3), j);
        // From the last tensor on: the earlier ones stay clean, so not always tensor 0 is named.
        for (uint64_t b = 0; i + bad >= LIST && n > 0 && b < 2; b++)
            bits[test_u64(50 * k + 10 * i + b) % n] =
                draw_code(dtype, b + k % 3 ? KIND_INF : KIND_NAN, 300 * k + 10 * i + b);
        list[i] = give_tensor(names[i], dtype, bits, n);
    }
    return GIVE(list, LIST);
}

/** Where the first bad value is; false if there is none. */
static bool oracle_finding(const struct tensor *list, struct finding *want)
{
    for (size_t i = 0; i < LIST; i++) {
        for (size_t j = 0; j < list[i].n; j++) {
            double x = oracle_element(list[i], j);
            *want = (struct finding){i, j, (float)x};
            if (!isfinite(x))
                return true;
        }
    }
    return false;
}

GRADED(guard_finds, .points = 3, .idea = "a guard names tensor and element, the first that is bad")
{
    for (uint64_t k = 0; k < 14; k++) {
        const struct tensor *list = give_list(k, k % (LIST + 1));
        struct finding *got = TAKE(struct finding, 1), want;
        char *text = TAKE(char, TEXT_ROOM);
        bool finite = guard_finite(list, LIST, got, text, TEXT_ROOM);
        bool found = oracle_finding(list, &want);
        if (finite == found)
            fail("guard_finite returned %s for a list in which %s", finite ? "true" : "false",
                 found ? "a value is not finite" : "all values are finite");
        if (found && (got->tensor != want.tensor || got->element != want.element ||
                      !same((double)got->value, (double)want.value))) {
            if (got->tensor == want.element && got->element == want.tensor)
                because("tensor and element were swapped");
            fail("guard_finite found tensor %zd, element %zd, value %g; expected tensor %zu, "
                 "element "
                 "%zu, value %g",
                 (ssize_t)got->tensor, (ssize_t)got->element, (double)got->value, want.tensor,
                 want.element, (double)want.value);
        }
        arena_reset();
    }
}

/** Is the value named, and no other? -inf holds "inf", so that is looked for with its sign. */
static bool names_value(const char *text, float value)
{
    if (isnan(value))
        return strstr(text, "nan") || strstr(text, "NaN") || strstr(text, "NAN");
    return strstr(text, "inf") && (strstr(text, "-inf") != NULL) == (value < 0);
}

/** A message in a buffer with room to spare; fails if it is not closed. */
static const char *message(const struct tensor *list, size_t size, bool *finite)
{
    char *text = TAKE(char, TEXT_ROOM);
    struct finding *finding = TAKE(struct finding, 1);
    *finite = guard_finite(list, LIST, finding, text, size);
    if (size > 0 && !memchr(text, 0, size))
        fail("guard_finite with size %zu left no NUL within the size", size);
    for (size_t i = size; i < TEXT_ROOM; i++)
        if ((unsigned char)text[i] != 0xFF)
            fail("guard_finite with size %zu wrote text[%zu]", size, i);
    return text;
}

GRADED(guard_text, .points = 3, .idea = "a message that helps: name[element] = value, or nothing")
{
    for (uint64_t k = 0; k < 14; k++) {
        const struct tensor *list = give_list(k, k % (LIST + 1));
        struct finding want;
        bool finite, found = oracle_finding(list, &want);
        const char *text = message(list, TEXT_ROOM, &finite);
        char place[64];
        snprintf(place, sizeof place, "%s[%zu]", list[want.tensor].name, want.element);
        if (!found && text[0] != '\0')
            fail("guard_finite says \"%s\", but all values are finite: the text is to be empty",
                 text);
        if (found && !(strstr(text, place) && names_value(text, want.value)))
            fail("guard_finite says \"%s\", which is to hold \"%s = %s\"", text, place,
                 isnan(want.value) ? "nan"
                 : want.value > 0  ? "inf"
                                   : "-inf");
        arena_reset();
    }
}

GRADED(guard_cuts_text, .points = 2, .idea = "the text never passes its size, and is always closed")
{
    for (uint64_t k = 1; k < 4; k++) {
        const struct tensor *list = give_list(k, LIST);
        bool finite;
        char whole[TEXT_ROOM];
        snprintf(whole, sizeof whole, "%s", message(list, TEXT_ROOM, &finite));
        if (finite || strlen(whole) < 8)
            fail("guard_finite says \"%s\" of a value that is not finite", whole);
        for (size_t size = 0; size <= 12; size++) {
            const char *text = message(list, size, &finite);
            if (size > 0 && (strlen(text) != (strlen(whole) < size ? strlen(whole) : size - 1) ||
                             strncmp(text, whole, strlen(text)) != 0))
                fail("guard_finite with size %zu says \"%s\"; of \"%s\" the first %zu characters "
                     "fit",
                     size, text, whole, size - 1);
            if (size % 4 == 3) {
                arena_reset();
                list = give_list(k, LIST);
            }
        }
        struct finding *finding = TAKE(struct finding, 1);
        guard_finite(list, LIST, finding, NULL, 0);
        arena_reset();
    }
}

// --------------------------------------------------------------------------------------------
// 2.13 and 2.14: graphs
// --------------------------------------------------------------------------------------------

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
            ops[o] = (struct op){.n_inputs = 1 + test_u64(r++) % OP_INPUTS_MAX,
                                 .inputs = {-1, -1, -1},
                                 .output = numbers[i]};
            if (test_u64(r++) % 8 == 0)
                ops[o].n_inputs = 0;
            snprintf(ops[o].name, sizeof ops[o].name, "op%d", o);
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
    return op_inputs_ignored(g) != oracle_first_bad_op(g);
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
    enum { GRAPHS = 24, BELIEFS = COUNT(OP_BELIEFS) };
    size_t (*oracle)(struct graph) = anomaly ? oracle_first_nan_op : oracle_first_bad_op;
    struct tally t[BELIEFS] = {{0}};
    char first[400] = "";
    size_t asked = 0;
    for (uint64_t k = 0; k < 2000 && asked < GRAPHS; k++) {
        struct graph g = draw_graph(k, mood);
        if (wanted(g)) {
            asked++;
            size_t got = anomaly ? first_nan_op(g.ops, g.n_ops, g.tensors)
                                 : first_bad_op(g.ops, g.n_ops, g.tensors);
            size_t want = oracle(g);
            for (size_t b = 0; b < BELIEFS; b++)
                count_belief(&t[b], got == want, got == OP_BELIEFS[b].answer(g));
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
    for (size_t b = BELIEFS; b-- > 0;)
        if (OP_BELIEFS[b].answer != oracle)
            name_belief(&t[b], OP_BELIEFS[b].belief);
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
