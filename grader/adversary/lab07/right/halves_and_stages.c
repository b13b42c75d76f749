/* Products by halves of 32 bits, sums that look whether they wrapped; ZeRO stage by stage from two footprints;
 * all vectors of width h in one product; what is free in place of what is needed. */
#include "lab07.h"

uint64_t checked_add(uint64_t a, uint64_t b)
{
    uint64_t sum = a + b;
    return sum < a || sum < b ? REFUSED : sum;
}

/* By halves of 32 bits. */
uint64_t checked_mul(uint64_t a, uint64_t b)
{
    uint64_t low = (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF), a1 = a >> 32, b1 = b >> 32;
    uint64_t cross = a1 ? a1 * (b & 0xFFFFFFFF) : b1 * (a & 0xFFFFFFFF);
    if (a == REFUSED || b == REFUSED || (a1 && b1) || cross >> 32)
        return REFUSED;
    return checked_add(low, cross << 32);
}

uint64_t ceil_div(uint64_t a, uint64_t b)
{
    if (a == REFUSED || b == REFUSED || b == 0)
        return REFUSED;
    return a / b + (a % b != 0); // a + b - 1 could overflow
}

static const uint64_t GB = 1000000000u;
static const uint64_t GIB = (uint64_t)1 << 30;

uint64_t bytes_from_gb(uint64_t gb)
{
    return checked_mul(gb, GB);
}

uint64_t bytes_from_gib(uint64_t gib)
{
    return checked_mul(gib, GIB);
}

double gb_from_bytes(uint64_t bytes)
{
    return (double)bytes / (double)GB;
}

double gib_from_bytes(uint64_t bytes)
{
    return (double)bytes / (double)GIB;
}

/** A matrix from `in` to `out` values, and its bias. */
static uint64_t dense_params(uint64_t in, uint64_t out, bool bias)
{
    return checked_add(checked_mul(in, out), bias ? out : 0);
}

uint64_t attention_params(struct model m)
{
    uint64_t q_width = checked_mul(m.heads, m.head_dim);
    uint64_t kv_width = checked_mul(m.kv_heads, m.head_dim);
    uint64_t q = dense_params(m.hidden, q_width, m.qkv_bias);
    uint64_t k = dense_params(m.hidden, kv_width, m.qkv_bias);
    uint64_t out = dense_params(q_width, m.hidden, m.dense_bias);
    return checked_add(checked_add(q, out), checked_mul(2, k)); // V is as large as K
}

uint64_t ffn_params(struct model m)
{
    uint64_t up = dense_params(m.hidden, m.ffn, m.dense_bias);
    uint64_t down = dense_params(m.ffn, m.hidden, m.dense_bias);
    return checked_add(checked_mul(m.gated ? 2 : 1, up), down); // the gate is another `up`
}

/* The same model without its words, positions and layers is one norm; then each thing by what it adds. */
uint64_t model_params(struct model m)
{
    uint64_t vectors = checked_add(m.vocab, m.positions);
    if (!m.tied)
        vectors = checked_add(vectors, m.vocab);
    uint64_t norms = checked_add(checked_mul(2, m.layers), 1);
    if (m.norm == LAYER_NORM)
        norms = checked_mul(norms, 2);
    uint64_t matrices = checked_mul(checked_add(ffn_params(m), attention_params(m)), m.layers);
    return checked_add(matrices, checked_mul(m.hidden, checked_add(vectors, norms)));
}

uint64_t state_bytes(uint64_t n, struct recipe r)
{
    uint64_t one = checked_mul(4, n);
    if (r.block != 0 && n >= MIN_8BIT_ELEMENTS)
        one = checked_add(n, checked_mul(4, ceil_div(n, r.block)));
    return checked_mul(r.states, one);
}

/** Fills in the total. */
static struct footprint summed(struct footprint f)
{
    f.total = checked_add(checked_add(f.weights, f.grads), checked_add(f.master, f.states));
    f.total = checked_add(f.total, checked_add(f.activations, f.scratch));
    return f;
}

struct footprint training_bytes(const uint64_t *tensors, size_t count, struct recipe r)
{
    struct footprint f = {0};
    uint64_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n = checked_add(n, tensors[i]);
        f.states = checked_add(f.states, state_bytes(tensors[i], r));
    }
    f.weights = checked_mul(n, r.weight);
    f.grads = checked_mul(n, r.grad);
    f.master = checked_mul(n, r.master);
    return summed(f);
}

/* By the stage, each a line of the paper. */
uint64_t zero_bytes(uint64_t n, struct recipe r, int stage, uint64_t devices)
{
    uint64_t shard = ceil_div(n, devices), tensor[1] = {shard};
    struct footprint all = training_bytes(&n, 1, r), part = training_bytes(tensor, 1, r);
    if (devices == 0)
        return REFUSED;
    uint64_t optimizer = checked_add(part.master, part.states);
    switch (stage) {
    case 0:
        return all.total;
    case 1:
        return checked_add(checked_add(all.weights, all.grads), optimizer);
    case 2:
        return checked_add(checked_add(all.weights, part.grads), optimizer);
    case 3:
        return part.total;
    default:
        return REFUSED;
    }
}

uint64_t layer_activation_bytes(struct activations a)
{
    uint64_t t = a.tensor_parallel;
    if (t == 0 || a.heads % t != 0 || a.hidden % t != 0)
        return REFUSED;
    if (a.sequence_parallel && a.seq % t != 0)
        return REFUSED;
    uint64_t sb = checked_mul(a.seq, a.batch);
    uint64_t sbh = checked_mul(sb, a.hidden);
    uint64_t assb = checked_mul(checked_mul(sb, a.seq), a.heads);
    if (a.recompute == RECOMPUTE_FULL)
        return checked_mul(a.element, sbh);

    uint64_t shared = checked_mul(checked_mul(12, a.element), sbh);
    uint64_t whole = checked_mul(checked_add(checked_mul(4, a.element), 2), sbh);
    if (a.recompute == RECOMPUTE_NONE)
        shared = checked_add(shared, checked_mul(checked_add(checked_mul(2, a.element), 1), assb));
    if (a.sequence_parallel)
        return ceil_div(checked_add(shared, whole), t); // exact: t divides both
    return checked_add(ceil_div(shared, t), whole);
}

uint64_t activation_bytes(struct activations a)
{
    return checked_mul(a.layers, layer_activation_bytes(a));
}

uint64_t kv_cache_bytes(struct model m, uint64_t tokens, uint64_t sequences, uint64_t element)
{
    const uint64_t factors[] = {2, element, sequences, tokens, m.head_dim, m.kv_heads, m.layers};
    uint64_t bytes = 1, zero = 0;
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        zero |= factors[i] == 0;
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        bytes = checked_mul(bytes, zero && factors[i] != REFUSED ? 0 : factors[i]);
    return bytes;
}

bool fits_on(uint64_t n, struct recipe r, int stage, uint64_t devices, uint64_t activations,
             uint64_t device_bytes)
{
    uint64_t shards = zero_bytes(n, r, stage, devices);
    if (shards == REFUSED || activations == REFUSED || shards > device_bytes)
        return false;
    return activations <= device_bytes - shards && checked_add(shards, activations) != REFUSED;
}

uint64_t largest_micro_batch(uint64_t static_bytes, uint64_t device_bytes, struct activations a)
{
    a.batch = 1;
    uint64_t one = activation_bytes(a);
    if (one == REFUSED || one == 0 || device_bytes == REFUSED || static_bytes > device_bytes)
        return 0; // in unsigned arithmetic device_bytes - static_bytes would be huge
    return (device_bytes - static_bytes) / one;
}

struct footprint trainer_bytes(struct nn_shape shape, uint64_t batch, struct recipe r)
{
    uint64_t v = (uint64_t)shape.vocab, h = (uint64_t)shape.hidden, l = (uint64_t)shape.layers;
    uint64_t first = (uint64_t)shape.context * (uint64_t)shape.embed;
    uint64_t embedding = v * (uint64_t)shape.embed, params = embedding;
    struct footprint f = training_bytes(&embedding, 1, r);
    for (uint64_t i = 0; i <= l; i++) {
        uint64_t in = i == 0 ? first : h, out = i == l ? v : h;
        uint64_t layer[] = {checked_mul(in, out), out};
        struct footprint add = training_bytes(layer, 2, r);
        f.weights = checked_add(f.weights, add.weights);
        f.grads = checked_add(f.grads, add.grads);
        f.master = checked_add(f.master, add.master);
        f.states = checked_add(f.states, add.states);
        params = checked_add(params, checked_add(layer[0], out));
    }
    uint64_t widest = first > h ? first : h;
    uint64_t row = first + l * h + v + 2 * widest;
    f.activations = checked_mul(4, checked_mul(batch, row));
    if (r.weight == 2)
        f.scratch = checked_add(f.scratch, checked_mul(4, params));
    if (r.grad == 2)
        f.scratch = checked_add(f.scratch, checked_mul(4, params));
    return summed(f);
}
