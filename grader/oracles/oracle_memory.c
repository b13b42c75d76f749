/**
 * @file oracle_memory.c
 * @brief Lab 07's numbers, tensor by tensor. See oracle_memory.h.
 */
#include "grader/oracles/oracle_memory.h"

#include <stddef.h>

uint64_t oracle_fit(oracle_wide x)
{
    return x < REFUSED ? (uint64_t)x : REFUSED;
}

uint64_t oracle_ceil(oracle_wide a, oracle_wide b)
{
    return oracle_fit((a + b - 1) / b);
}

/* --- parameters: a model is a list of rows x columns --- */

struct tensor {
    oracle_wide rows, columns;
};

static oracle_wide elements(const struct tensor *list, size_t n)
{
    oracle_wide sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += list[i].rows * list[i].columns;
    return sum;
}

static oracle_wide attention(struct model m)
{
    oracle_wide q = (oracle_wide)m.heads * m.head_dim, kv = (oracle_wide)m.kv_heads * m.head_dim;
    const struct tensor list[] = {
        {m.hidden, q},   {m.hidden, kv},   {m.hidden, kv},   {q, m.hidden},
        {m.qkv_bias, q}, {m.qkv_bias, kv}, {m.qkv_bias, kv}, {m.dense_bias, m.hidden},
    };
    return elements(list, sizeof list / sizeof *list);
}

static oracle_wide ffn(struct model m)
{
    const struct tensor list[] = {
        {m.hidden, m.ffn},     {m.gated ? m.hidden : 0, m.ffn},  {m.ffn, m.hidden},
        {m.dense_bias, m.ffn}, {m.dense_bias && m.gated, m.ffn}, {m.dense_bias, m.hidden},
    };
    return elements(list, sizeof list / sizeof *list);
}

struct oracle_parts oracle_params(struct model m)
{
    struct oracle_parts parts = {attention(m), ffn(m), 0};
    const struct tensor norm = {m.norm == LAYER_NORM ? 2 : 1, m.hidden};
    const struct tensor outside[] = {
        {m.vocab, m.hidden}, {m.positions, m.hidden}, norm, {m.tied ? 0 : m.vocab, m.hidden}};
    parts.all = elements(outside, sizeof outside / sizeof *outside);
    for (uint64_t i = 0; i < m.layers; i++)
        parts.all += parts.attention + parts.ffn + elements(&norm, 1) + elements(&norm, 1);
    return parts;
}

/* --- bytes --- */

uint64_t oracle_states(uint64_t n, struct recipe r)
{
    if (r.block == 0 || n < 4096)
        return oracle_fit((oracle_wide)n * r.states * sizeof(float));
    oracle_wide full = n / r.block, blocks = full * r.block == n ? full : full + 1;
    return oracle_fit(r.states * ((oracle_wide)n * sizeof(uint8_t) + blocks * sizeof(float)));
}

static uint64_t total(struct footprint f)
{
    const uint64_t parts[] = {f.weights, f.grads, f.master, f.states, f.activations, f.scratch};
    oracle_wide sum = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sum += parts[i];
    return oracle_fit(sum);
}

struct footprint oracle_training(const uint64_t *tensors, size_t count, struct recipe r)
{
    oracle_wide n = 0, states = 0;
    for (size_t i = 0; i < count; i++) {
        n += tensors[i];
        states += oracle_states(tensors[i], r);
    }
    struct footprint f = {.weights = oracle_fit(n * r.weight),
                          .grads = oracle_fit(n * r.grad),
                          .master = oracle_fit(n * r.master),
                          .states = oracle_fit(states)};
    f.total = total(f);
    return f;
}

uint64_t oracle_zero(uint64_t n, struct recipe r, int stage, uint64_t devices)
{
    uint64_t shard = oracle_ceil(n, devices);
    struct footprint whole = oracle_training(&n, 1, r), cut = oracle_training(&shard, 1, r);
    oracle_wide sum = stage < 3 ? whole.weights : cut.weights;
    sum += stage < 2 ? whole.grads : cut.grads;
    sum += stage < 1 ? whole.master : cut.master;
    sum += stage < 1 ? whole.states : cut.states;
    return oracle_fit(sum);
}

/* --- activations: the tensors of section 4 of the paper, each in the order it names them --- */

/** A tensor kept for the backward pass. */
struct kept {
    unsigned values; /**< elements, in units of sbh or of assb */
    bool scores;     /**< of assb: dropped by selective recompute */
    bool mask;       /**< a byte an element */
    bool parallel;   /**< divided by tensor parallelism */
};

static const struct kept LAYER[] = {
    {1, false, false, false}, /* input of Q, K and V */
    {2, false, false, true},  /* Q and K, for their product */
    {1, true, false, true},   /* output of the softmax */
    {1, true, true, true},    /* mask of its dropout */
    {1, true, false, true},   /* output of that dropout */
    {1, false, false, true},  /* V */
    {1, false, false, true},  /* input of the output matrix */
    {1, false, true, false},  /* mask of the dropout after attention */
    {1, false, false, false}, /* input of the FFN's first matrix */
    {4, false, false, true},  /* input of the GELU */
    {4, false, false, true},  /* input of the FFN's second matrix */
    {1, false, true, false},  /* mask of the dropout after the FFN */
    {2, false, false, false}, /* inputs of the two norms */
};

uint64_t oracle_layer_activations(struct activations a)
{
    oracle_wide sbh = (oracle_wide)a.seq * a.batch * a.hidden;
    oracle_wide assb = (oracle_wide)a.heads * a.seq * a.seq * a.batch;
    if (a.recompute == RECOMPUTE_FULL)
        return oracle_fit(sbh * a.element);
    oracle_wide sum = 0;
    for (size_t i = 0; i < sizeof LAYER / sizeof *LAYER; i++) {
        const struct kept *k = &LAYER[i];
        if (k->scores && a.recompute == RECOMPUTE_SELECTIVE)
            continue;
        oracle_wide bytes = k->values * (k->scores ? assb : sbh) * (k->mask ? 1 : a.element);
        sum += k->parallel || a.sequence_parallel ? bytes / a.tensor_parallel : bytes;
    }
    return oracle_fit(sum);
}

uint64_t oracle_kv(struct model m, uint64_t tokens, uint64_t sequences, uint64_t element)
{
    oracle_wide sum = 0, one = (oracle_wide)m.kv_heads * m.head_dim * tokens;
    for (uint64_t i = 0; i < m.layers; i++)
        sum += one /* K */ + one /* V */;
    return oracle_fit(sum * sequences * element);
}

/* --- the workbook's trainer --- */

size_t oracle_tensors(struct nn_shape shape, uint64_t *tensors)
{
    size_t count = 0;
    uint64_t in = (uint64_t)shape.context * (uint64_t)shape.embed;
    tensors[count++] = (uint64_t)shape.vocab * (uint64_t)shape.embed;
    for (int i = 0; i <= shape.layers && count + 2 <= ORACLE_TENSORS; i++) {
        uint64_t out = (uint64_t)(i < shape.layers ? shape.hidden : shape.vocab);
        tensors[count++] = in * out;
        tensors[count++] = out;
        in = out;
    }
    return count;
}

struct footprint oracle_trainer(struct nn_shape shape, uint64_t batch, struct recipe r)
{
    uint64_t tensors[ORACLE_TENSORS], n = 0;
    size_t count = oracle_tensors(shape, tensors);
    for (size_t i = 0; i < count; i++)
        n += tensors[i];
    uint64_t inputs = (uint64_t)shape.context * (uint64_t)shape.embed;
    uint64_t hidden = (uint64_t)shape.hidden, widest = inputs > hidden ? inputs : hidden;
    uint64_t values = inputs + widest + widest + (uint64_t)shape.vocab;
    for (int i = 0; i < shape.layers; i++)
        values += hidden;
    struct footprint f = oracle_training(tensors, count, r);
    f.activations = batch * values * sizeof(float);
    f.scratch = n * sizeof(float) * ((r.weight == 2) + (r.grad == 2));
    f.total = total(f);
    return f;
}
