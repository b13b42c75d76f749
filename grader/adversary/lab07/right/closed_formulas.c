/* 128-bit integers in place of tests for overflow; the trainer and the activations as closed formulas, the
 * widths divided by t before they are multiplied. */
#include "lab07.h"

__extension__ typedef unsigned __int128 wide;
static uint64_t fit(wide x)
{
    return x < REFUSED ? (uint64_t)x : REFUSED;
}
uint64_t checked_add(uint64_t a, uint64_t b)
{
    return fit((wide)a + b); // REFUSED plus anything is not below REFUSED
}

uint64_t checked_mul(uint64_t a, uint64_t b)
{
    return a == REFUSED || b == REFUSED ? REFUSED : fit((wide)a * b);
}

uint64_t ceil_div(uint64_t a, uint64_t b)
{
    if (a == REFUSED || b == REFUSED || b == 0)
        return REFUSED;
    return fit(((wide)a + b - 1) / b);
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

/* The paper's formulas with e: sbh (16e + 2) and assb (2e + 1), and what of them is divided by t. */
uint64_t layer_activation_bytes(struct activations a)
{
    uint64_t t = a.tensor_parallel, e = a.element;
    if (t == 0 || a.heads % t || a.hidden % t || (a.sequence_parallel && a.seq % t))
        return REFUSED;
    uint64_t sbh = checked_mul(checked_mul(a.seq, a.batch), a.hidden);
    uint64_t scores = checked_mul(checked_mul(a.seq, a.batch), checked_mul(a.seq, a.heads / t));
    uint64_t inner = checked_mul(checked_mul(a.seq, a.batch), a.hidden / t);
    switch (a.recompute) {
    case RECOMPUTE_FULL:
        return checked_mul(e, sbh);
    case RECOMPUTE_SELECTIVE:
        scores = 0;
        break;
    case RECOMPUTE_NONE:
        break;
    }
    uint64_t outer = a.sequence_parallel ? inner : sbh;
    uint64_t parts = checked_add(checked_mul(checked_mul(12, e), inner),
                                 checked_mul(checked_add(checked_mul(4, e), 2), outer));
    return checked_add(parts, checked_mul(checked_add(checked_mul(2, e), 1), scores));
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

uint64_t largest_micro_batch(uint64_t static_bytes, uint64_t device_bytes, struct activations a)
{
    a.batch = 1;
    uint64_t one = activation_bytes(a);
    if (one == REFUSED || one == 0 || device_bytes == REFUSED || static_bytes > device_bytes)
        return 0; // in unsigned arithmetic device_bytes - static_bytes would be huge
    return (device_bytes - static_bytes) / one;
}

/* No loop: L - 1 of the dense layers are alike. */
struct footprint trainer_bytes(struct nn_shape shape, uint64_t batch, struct recipe r)
{
    uint64_t v = (uint64_t)shape.vocab, h = (uint64_t)shape.hidden, l = (uint64_t)shape.layers;
    uint64_t e = (uint64_t)shape.embed, first = (uint64_t)shape.context * e;
    uint64_t last = l == 0 ? first : h; // inputs of the output layer
    uint64_t once[] = {v * e, l > 0 ? first * h : 0, l > 0 ? h : 0, last * v, v};
    uint64_t more[] = {h * h, h};
    struct footprint f = training_bytes(once, 5, r), again = training_bytes(more, 2, r);
    uint64_t times = l > 1 ? l - 1 : 0;
    f.weights = checked_add(f.weights, checked_mul(times, again.weights));
    f.grads = checked_add(f.grads, checked_mul(times, again.grads));
    f.master = checked_add(f.master, checked_mul(times, again.master));
    f.states = checked_add(f.states, checked_mul(times, again.states));
    uint64_t n = f.weights / r.weight, copies = (r.weight == 2) + (uint64_t)(r.grad == 2);
    f.scratch = checked_mul(4 * copies, n);
    uint64_t wide_buffers = first > h ? 3 * first : first + 2 * h;
    f.activations = checked_mul(4, checked_mul(batch, wide_buffers + l * h + v));
    return summed(f);
}
