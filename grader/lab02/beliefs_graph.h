/**
 * @file beliefs_graph.h
 * @brief Wrong rules of lab 02 about recorded passes: whom a student who believes one would blame.
 *
 * Used as those of beliefs.h are. Included by test_lab02.c alone.
 */
#ifndef LOWP_GRADER_LAB02_BELIEFS_GRAPH_H
#define LOWP_GRADER_LAB02_BELIEFS_GRAPH_H

#include "grader/lab02/beliefs.h"

/** A recorded pass. */
struct graph {
    size_t n_ops;
    const struct op *ops;
    const struct tensor *tensors;
};

/** How someone looks for the op at fault. */
struct op_search {
    unsigned output;    /**< what an output must hold: some of BAD_ANY */
    unsigned inputs;    /**< what no input may hold; 0: inputs are not looked at */
    size_t seen;        /**< of the inputs that an op has, how many are looked at */
    bool unused;        /**< also those that it does not have */
    bool last;          /**< of several ops, the last */
    bool tensor;        /**< the answer is the number of the output */
    kind_rule *kind_of; /**< how a bad value is recognised; NULL: rightly */
};

static const struct op_search SEARCH_FOR_FAULT = {
    .output = BAD_ANY, .inputs = BAD_ANY, .seen = OP_INPUTS_MAX};
static const struct op_search SEARCH_FOR_NAN = {.output = BAD_NAN};

static bool holds(struct tensor t, unsigned bad, kind_rule *kind_of)
{
    return find_bad(t, bad, kind_of ? kind_of : oracle_kind, false) != NOT_FOUND;
}

static size_t op_found(struct graph g, struct op_search s)
{
    size_t found = NOT_FOUND;
    for (size_t i = 0; i < g.n_ops && (s.last || found == NOT_FOUND); i++) {
        bool blamed = holds(g.tensors[g.ops[i].output], s.output, s.kind_of);
        size_t inputs = s.unused ? OP_INPUTS_MAX : g.ops[i].n_inputs;
        for (size_t k = 0; blamed && s.inputs && k < inputs && k < s.seen; k++)
            blamed = !holds(g.tensors[g.ops[i].inputs[k]], s.inputs, s.kind_of);
        if (blamed)
            found = s.tensor ? (size_t)g.ops[i].output : i;
    }
    return found;
}

static size_t oracle_first_bad_op(struct graph g)
{
    return op_found(g, SEARCH_FOR_FAULT);
}

/** A wrong search, and what is to be said about it. */
struct op_belief {
    const char *belief;
    struct op_search search;
};

// Of rules with the same answers the first is named.
static const struct op_belief FAULT_BELIEFS[] = {
    {"the inputs were not looked at: an op that was handed a bad value is not at fault",
     {.output = BAD_ANY}},
    {"only NaNs were looked for: an infinity is the usual beginning",
     {.output = BAD_NAN, .inputs = BAD_NAN, .seen = OP_INPUTS_MAX}},
    {"only infinities were looked for: an op can make a NaN of finite values, too",
     {.output = BAD_INF, .inputs = BAD_INF, .seen = OP_INPUTS_MAX}},
    {"-inf was not looked for: it is no more finite than +inf",
     {.output = BAD_NAN | BAD_PLUS_INF, .inputs = BAD_NAN | BAD_PLUS_INF, .seen = OP_INPUTS_MAX}},
    {"of two candidates the last was named: the one recorded first is meant",
     {.output = BAD_ANY, .inputs = BAD_ANY, .seen = OP_INPUTS_MAX, .last = true}},
    {"only the first input was looked at: all n_inputs of them count",
     {.output = BAD_ANY, .inputs = BAD_ANY, .seen = 1}},
    {"inputs that an op does not have were looked at: behind the first n_inputs the numbers mean "
     "nothing",
     {.output = BAD_ANY, .inputs = BAD_ANY, .seen = OP_INPUTS_MAX, .unused = true}},
    {"the number of the op's output tensor was returned, not the index of the op",
     {.output = BAD_ANY, .inputs = BAD_ANY, .seen = OP_INPUTS_MAX, .tensor = true}},
    {"in the inputs only NaNs were looked for: an op that was handed an infinity is not at fault",
     {.output = BAD_ANY, .inputs = BAD_NAN, .seen = OP_INPUTS_MAX}},
    {"this is what anomaly detection would say; here an infinity counts, and inputs do",
     {.output = BAD_NAN}},
};

static const struct op_belief ANOMALY_BELIEFS[] = {
    {"an infinity was taken for what anomaly detection looks for: it looks for NaNs only",
     {.output = BAD_ANY}},
    {"the last op with a NaN was named: the first is meant", {.output = BAD_NAN, .last = true}},
    {"this is the op at fault; anomaly detection looks at outputs and NaNs only",
     {.output = BAD_ANY, .inputs = BAD_ANY, .seen = OP_INPUTS_MAX}},
    {"the inputs were looked at: anomaly detection does not, it names the first NaN in an output",
     {.output = BAD_NAN, .inputs = BAD_ANY, .seen = OP_INPUTS_MAX}},
    {"NaNs in the inputs were looked at: anomaly detection sees outputs only",
     {.output = BAD_NAN, .inputs = BAD_NAN, .seen = OP_INPUTS_MAX}},
    {"the number of the op's output tensor was returned, not the index of the op",
     {.output = BAD_NAN, .tensor = true}},
};

#endif
