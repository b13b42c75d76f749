/* GCC's overflow builtins; tables of what ZeRO shards, of what a layer keeps and of attention's matrices. */
#include "lab07.h"

uint64_t checked_add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? REFUSED : sum; // 2^64 - 1 is REFUSED by itself
}

uint64_t checked_mul(uint64_t a, uint64_t b)
{
    uint64_t product;
    bool refused = a == REFUSED || b == REFUSED || __builtin_mul_overflow(a, b, &product);
    return refused ? REFUSED : product;
}

uint64_t ceil_div(uint64_t a, uint64_t b)
{
    if (a == REFUSED || b == REFUSED || b == 0)
        return REFUSED;
    return a == 0 ? 0 : (a - 1) / b + 1;
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
    uint64_t q = checked_mul(m.heads, m.head_dim), kv = checked_mul(m.kv_heads, m.head_dim);
    const struct {
        uint64_t in, out;
        bool bias;
    } matrices[] = {{m.hidden, q, m.qkv_bias},
                    {m.hidden, kv, m.qkv_bias},
                    {m.hidden, kv, m.qkv_bias},
                    {q, m.hidden, m.dense_bias}};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof matrices / sizeof *matrices; i++)
        sum = checked_add(sum, dense_params(matrices[i].in, matrices[i].out, matrices[i].bias));
    return sum;
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

/* A table says from which stage on a part is sharded. */
uint64_t zero_bytes(uint64_t n, struct recipe r, int stage, uint64_t devices)
{
    const struct {
        int from;
        uint64_t bytes;
    } parts[] = {{1, r.master}, {2, r.grad}, {3, r.weight}};
    if (stage < 0 || stage > 3 || devices == 0)
        return REFUSED;
    uint64_t held[] = {n, ceil_div(n, devices)}, sum = state_bytes(held[stage > 0], r);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sum = checked_add(sum, checked_mul(held[stage >= parts[i].from], parts[i].bytes));
    return sum;
}

/* What a layer keeps, tensor by tensor: how many of them, bytes of an element (0: e), and whether they are
 * scores, and divided by tensor parallelism. */
uint64_t layer_activation_bytes(struct activations a)
{
    static const struct {
        uint64_t count, bytes;
        bool scores, divided;
    } kept[] = {{12, 0, false, true},
                {4, 0, false, false},
                {2, 1, false, false},
                {2, 0, true, true},
                {1, 1, true, true}};
    uint64_t t = a.tensor_parallel, sum = 0, sb = checked_mul(a.seq, a.batch);
    if (t == 0 || a.heads % t != 0 || a.hidden % t != 0)
        return REFUSED;
    if (a.sequence_parallel && a.seq % t != 0)
        return REFUSED;
    if (a.recompute == RECOMPUTE_FULL)
        return checked_mul(checked_mul(sb, a.hidden), a.element);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (kept[i].scores && a.recompute != RECOMPUTE_NONE)
            continue;
        uint64_t width = kept[i].scores ? checked_mul(a.seq, a.heads) : a.hidden;
        uint64_t part = checked_mul(checked_mul(sb, width), kept[i].count);
        part = checked_mul(part, kept[i].bytes ? kept[i].bytes : a.element);
        if (part == REFUSED)
            return REFUSED;
        sum = checked_add(sum, kept[i].divided || a.sequence_parallel ? part / t : part);
    }
    return sum;
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
