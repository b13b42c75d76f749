/* Overflow is found in long double; the micro-batch by bisection; a training's bytes tensor by tensor. */
#include "lab07.h"

#include <math.h>

/* A long double holds every number below 2^64, and what is more rounds to no less than REFUSED. */
static uint64_t below_refused(long double x, uint64_t exact)
{
    return x < (long double)REFUSED ? exact : REFUSED;
}

uint64_t checked_add(uint64_t a, uint64_t b)
{
    return below_refused((long double)a + (long double)b, a + b);
}

uint64_t checked_mul(uint64_t a, uint64_t b)
{
    if (a == REFUSED || b == REFUSED)
        return REFUSED;
    return below_refused((long double)a * (long double)b, a * b);
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
    return (double)((long double)bytes * 1e-9L);
}

double gib_from_bytes(uint64_t bytes)
{
    return ldexp((double)bytes, -30);
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

uint64_t model_params(struct model m)
{
    uint64_t embedding = checked_mul(m.vocab, m.hidden);
    uint64_t positions = checked_mul(m.positions, m.hidden);
    uint64_t norm = checked_mul(m.norm == LAYER_NORM ? 2 : 1, m.hidden);
    uint64_t layer = checked_add(attention_params(m), ffn_params(m));
    layer = checked_add(layer, checked_mul(2, norm));
    uint64_t sum = checked_mul(m.tied ? 1 : 2, embedding);
    sum = checked_add(sum, positions);
    sum = checked_add(sum, checked_mul(m.layers, layer));
    return checked_add(sum, norm); // the one after the last layer
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

/* Every part is summed up tensor by tensor. */
struct footprint training_bytes(const uint64_t *tensors, size_t count, struct recipe r)
{
    struct footprint f = {0};
    while (count-- > 0) {
        f.weights = checked_add(f.weights, checked_mul(tensors[count], r.weight));
        f.grads = checked_add(f.grads, checked_mul(tensors[count], r.grad));
        f.master = checked_add(f.master, checked_mul(tensors[count], r.master));
        f.states = checked_add(f.states, state_bytes(tensors[count], r));
    }
    return summed(f);
}

uint64_t zero_bytes(uint64_t n, struct recipe r, int stage, uint64_t devices)
{
    uint64_t shard = ceil_div(n, devices);
    if (stage < 0 || stage > 3 || shard == REFUSED)
        return REFUSED;
    uint64_t of_states = stage >= 1 ? shard : n;
    uint64_t of_grads = stage >= 2 ? shard : n;
    uint64_t of_weights = stage >= 3 ? shard : n;
    uint64_t sum = checked_add(checked_mul(of_states, r.master), state_bytes(of_states, r));
    sum = checked_add(sum, checked_mul(of_grads, r.grad));
    return checked_add(sum, checked_mul(of_weights, r.weight));
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
    uint64_t width = checked_mul(checked_mul(2, m.kv_heads), m.head_dim);
    uint64_t token = checked_mul(checked_mul(width, m.layers), element);
    return checked_mul(token, checked_mul(tokens, sequences));
}

bool fits_on(uint64_t n, struct recipe r, int stage, uint64_t devices, uint64_t activations,
             uint64_t device_bytes)
{
    uint64_t needed = checked_add(zero_bytes(n, r, stage, devices), activations);
    return needed != REFUSED && needed <= device_bytes;
}

static bool batch_fits(uint64_t b, uint64_t static_bytes, uint64_t device_bytes,
                       struct activations a)
{
    a.batch = b;
    uint64_t needed = checked_add(static_bytes, activation_bytes(a));
    return needed != REFUSED && device_bytes != REFUSED && needed <= device_bytes;
}

/* By bisection: what fits goes on fitting in smaller batches. */
uint64_t largest_micro_batch(uint64_t static_bytes, uint64_t device_bytes, struct activations a)
{
    uint64_t fits = 0, does_not = (uint64_t)1 << 63;
    a.batch = 1;
    if (activation_bytes(a) == 0)
        return 0; // a micro-batch of no bytes
    while (does_not - fits > 1) {
        uint64_t middle = fits + (does_not - fits) / 2;
        if (batch_fits(middle, static_bytes, device_bytes, a))
            fits = middle;
        else
            does_not = middle;
    }
    return fits;
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
