/**
 * @file lab07.c
 * @brief Lab 07, memory accounting: parameters, bytes, and whether they fit.
 *
 * The contract of every function is in lab07.h, the assignment in README.md beside it. This is the
 * only file of the lab that you edit. Build and grade: make lab07 && make grade
 */
#include "lab07.h"

#include "common/todo.h"

// --------------------------------------------------------------------------------------------
// Arithmetic that refuses to overflow
// --------------------------------------------------------------------------------------------

// TODO(lab07.1, about 4 lines): unsigned sums wrap around; find out before you add.
uint64_t checked_add(uint64_t a, uint64_t b)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.1");
    return a < REFUSED - b ? a + b : REFUSED; // never true where a or b is REFUSED
    // END SOLUTION
}

// TODO(lab07.1, about 5 lines): products too; a division tells beforehand.
uint64_t checked_mul(uint64_t a, uint64_t b)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.1");
    if (a == REFUSED || b == REFUSED)
        return REFUSED;
    if (b == 0)
        return 0;
    return a <= (REFUSED - 1) / b ? a * b : REFUSED; // a b <= REFUSED - 1, without computing a b
    // END SOLUTION
}

// TODO(lab07.2, about 3 lines): the quotient, and one more if there is a remainder.
uint64_t ceil_div(uint64_t a, uint64_t b)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.2");
    if (a == REFUSED || b == REFUSED || b == 0)
        return REFUSED;
    return a / b + (a % b != 0); // a + b - 1 could overflow
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// GB and GiB
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
static const uint64_t GB = 1000000000u;
static const uint64_t GIB = (uint64_t)1 << 30;

// END SOLUTION
// TODO(lab07.3, about 1 line): a GB is 1e9 bytes.
uint64_t bytes_from_gb(uint64_t gb)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.3");
    return checked_mul(gb, GB);
    // END SOLUTION
}

// TODO(lab07.3, about 1 line): a GiB is 2^30 bytes.
uint64_t bytes_from_gib(uint64_t gib)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.3");
    return checked_mul(gib, GIB);
    // END SOLUTION
}

// TODO(lab07.3, about 1 line): the way back, with a fraction.
double gb_from_bytes(uint64_t bytes)
{
    // BEGIN SOLUTION
    // STUB: return todo_f64("lab07.3");
    return (double)bytes / (double)GB;
    // END SOLUTION
}

// TODO(lab07.3, about 1 line): the way back, with a fraction.
double gib_from_bytes(uint64_t bytes)
{
    // BEGIN SOLUTION
    // STUB: return todo_f64("lab07.3");
    return (double)bytes / (double)GIB;
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Parameters of a config
// --------------------------------------------------------------------------------------------

// BEGIN SOLUTION
/** A matrix from `in` to `out` values, and its bias. */
static uint64_t dense_params(uint64_t in, uint64_t out, bool bias)
{
    return checked_add(checked_mul(in, out), bias ? out : 0);
}

// END SOLUTION
// TODO(lab07.4, about 6 lines): Q, K, V and the output matrix; K and V are narrower.
uint64_t attention_params(struct model m)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.4");
    uint64_t q_width = checked_mul(m.heads, m.head_dim);
    uint64_t kv_width = checked_mul(m.kv_heads, m.head_dim);
    uint64_t q = dense_params(m.hidden, q_width, m.qkv_bias);
    uint64_t k = dense_params(m.hidden, kv_width, m.qkv_bias);
    uint64_t out = dense_params(q_width, m.hidden, m.dense_bias);
    return checked_add(checked_add(q, out), checked_mul(2, k)); // V is as large as K
    // END SOLUTION
}

// TODO(lab07.5, about 4 lines): up, down, and perhaps a gate.
uint64_t ffn_params(struct model m)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.5");
    uint64_t up = dense_params(m.hidden, m.ffn, m.dense_bias);
    uint64_t down = dense_params(m.ffn, m.hidden, m.dense_bias);
    return checked_add(checked_mul(m.gated ? 2 : 1, up), down); // the gate is another `up`
    // END SOLUTION
}

// TODO(lab07.6, about 10 lines): embedding, positions, layers, norms, output matrix.
uint64_t model_params(struct model m)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.6");
    uint64_t embedding = checked_mul(m.vocab, m.hidden);
    uint64_t positions = checked_mul(m.positions, m.hidden);
    uint64_t norm = checked_mul(m.norm == LAYER_NORM ? 2 : 1, m.hidden);
    uint64_t layer = checked_add(attention_params(m), ffn_params(m));
    layer = checked_add(layer, checked_mul(2, norm));
    uint64_t sum = checked_mul(m.tied ? 1 : 2, embedding);
    sum = checked_add(sum, positions);
    sum = checked_add(sum, checked_mul(m.layers, layer));
    return checked_add(sum, norm); // the one after the last layer
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Bytes of a recipe
// --------------------------------------------------------------------------------------------

// TODO(lab07.7, about 5 lines): FP32 states, or a byte each and an absmax a block.
uint64_t state_bytes(uint64_t n, struct recipe r)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.7");
    uint64_t one = checked_mul(4, n);
    if (r.block != 0 && n >= MIN_8BIT_ELEMENTS)
        one = checked_add(n, checked_mul(4, ceil_div(n, r.block)));
    return checked_mul(r.states, one);
    // END SOLUTION
}

// BEGIN SOLUTION
/** Fills in the total. */
static struct footprint summed(struct footprint f)
{
    f.total = checked_add(checked_add(f.weights, f.grads), checked_add(f.master, f.states));
    f.total = checked_add(f.total, checked_add(f.activations, f.scratch));
    return f;
}

// END SOLUTION
// TODO(lab07.8, about 9 lines): sum over the tensors; the states depend on each tensor's size.
struct footprint training_bytes(const uint64_t *tensors, size_t count, struct recipe r)
{
    // BEGIN SOLUTION
    // STUB: todo("lab07.8");
    // STUB: return (struct footprint){REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED};
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
    // END SOLUTION
}

// TODO(lab07.9, about 9 lines): each part is of n elements or of a shard, by the stage.
uint64_t zero_bytes(uint64_t n, struct recipe r, int stage, uint64_t devices)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.9");
    uint64_t shard = ceil_div(n, devices);
    if (stage < 0 || stage > 3 || shard == REFUSED)
        return REFUSED;
    uint64_t of_states = stage >= 1 ? shard : n;
    uint64_t of_grads = stage >= 2 ? shard : n;
    uint64_t of_weights = stage >= 3 ? shard : n;
    uint64_t sum = checked_add(checked_mul(of_states, r.master), state_bytes(of_states, r));
    sum = checked_add(sum, checked_mul(of_grads, r.grad));
    return checked_add(sum, checked_mul(of_weights, r.weight));
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Activations, and the cache of keys and values
// --------------------------------------------------------------------------------------------

// TODO(lab07.10, about 16 lines): what every device keeps whole, and what t of them share.
uint64_t layer_activation_bytes(struct activations a)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.10");
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
    // END SOLUTION
}

// TODO(lab07.10, about 1 line): all layers.
uint64_t activation_bytes(struct activations a)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.10");
    return checked_mul(a.layers, layer_activation_bytes(a));
    // END SOLUTION
}

// TODO(lab07.11, about 4 lines): K and V, in every layer, for every token.
uint64_t kv_cache_bytes(struct model m, uint64_t tokens, uint64_t sequences, uint64_t element)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.11");
    uint64_t width = checked_mul(checked_mul(2, m.kv_heads), m.head_dim);
    uint64_t token = checked_mul(checked_mul(width, m.layers), element);
    return checked_mul(token, checked_mul(tokens, sequences));
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// Does it fit?
// --------------------------------------------------------------------------------------------

// TODO(lab07.12, about 3 lines): the sum against the device; REFUSED fits nowhere.
bool fits_on(uint64_t n, struct recipe r, int stage, uint64_t devices, uint64_t activations,
             uint64_t device_bytes)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.12");
    uint64_t needed = checked_add(zero_bytes(n, r, stage, devices), activations);
    return needed != REFUSED && needed <= device_bytes;
    // END SOLUTION
}

// TODO(lab07.13, about 5 lines): what is free, over what one sequence keeps.
uint64_t largest_micro_batch(uint64_t static_bytes, uint64_t device_bytes, struct activations a)
{
    // BEGIN SOLUTION
    // STUB: return todo_bits("lab07.13");
    a.batch = 1;
    uint64_t one = activation_bytes(a);
    if (device_bytes == REFUSED || one == 0)
        return 0;
    if (static_bytes > device_bytes)
        return 0; // in unsigned arithmetic device_bytes - static_bytes would be huge
    return (device_bytes - static_bytes) / one; // 0 where one sequence is REFUSED
    // END SOLUTION
}

// --------------------------------------------------------------------------------------------
// The prediction that is checked against a measurement
// --------------------------------------------------------------------------------------------

// TODO(lab07.14, about 20 lines): list the tensors, then add what the trainer keeps besides.
struct footprint trainer_bytes(struct nn_shape shape, uint64_t batch, struct recipe r)
{
    // BEGIN SOLUTION
    // STUB: todo("lab07.14");
    // STUB: return (struct footprint){REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED};
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
    // END SOLUTION
}
