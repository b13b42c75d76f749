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
    return todo_bits("lab07.1");
}

// TODO(lab07.1, about 5 lines): products too; a division tells beforehand.
uint64_t checked_mul(uint64_t a, uint64_t b)
{
    return todo_bits("lab07.1");
}

// TODO(lab07.2, about 3 lines): the quotient, and one more if there is a remainder.
uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return todo_bits("lab07.2");
}

// --------------------------------------------------------------------------------------------
// GB and GiB
// --------------------------------------------------------------------------------------------

// TODO(lab07.3, about 1 line): a GB is 1e9 bytes.
uint64_t bytes_from_gb(uint64_t gb)
{
    return todo_bits("lab07.3");
}

// TODO(lab07.3, about 1 line): a GiB is 2^30 bytes.
uint64_t bytes_from_gib(uint64_t gib)
{
    return todo_bits("lab07.3");
}

// TODO(lab07.3, about 1 line): the way back, with a fraction.
double gb_from_bytes(uint64_t bytes)
{
    return todo_f64("lab07.3");
}

// TODO(lab07.3, about 1 line): the way back, with a fraction.
double gib_from_bytes(uint64_t bytes)
{
    return todo_f64("lab07.3");
}

// --------------------------------------------------------------------------------------------
// Parameters of a config
// --------------------------------------------------------------------------------------------

// TODO(lab07.4, about 6 lines): Q, K, V and the output matrix; K and V are narrower.
uint64_t attention_params(struct model m)
{
    return todo_bits("lab07.4");
}

// TODO(lab07.5, about 4 lines): up, down, and perhaps a gate.
uint64_t ffn_params(struct model m)
{
    return todo_bits("lab07.5");
}

// TODO(lab07.6, about 10 lines): embedding, positions, layers, norms, output matrix.
uint64_t model_params(struct model m)
{
    return todo_bits("lab07.6");
}

// --------------------------------------------------------------------------------------------
// Bytes of a recipe
// --------------------------------------------------------------------------------------------

// TODO(lab07.7, about 5 lines): FP32 states, or a byte each and an absmax a block.
uint64_t state_bytes(uint64_t n, struct recipe r)
{
    return todo_bits("lab07.7");
}

// TODO(lab07.8, about 9 lines): sum over the tensors; the states depend on each tensor's size.
struct footprint training_bytes(const uint64_t *tensors, size_t count, struct recipe r)
{
    todo("lab07.8");
    return (struct footprint){REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED};
}

// TODO(lab07.9, about 9 lines): each part is of n elements or of a shard, by the stage.
uint64_t zero_bytes(uint64_t n, struct recipe r, int stage, uint64_t devices)
{
    return todo_bits("lab07.9");
}

// --------------------------------------------------------------------------------------------
// Activations, and the cache of keys and values
// --------------------------------------------------------------------------------------------

// TODO(lab07.10, about 16 lines): what every device keeps whole, and what t of them share.
uint64_t layer_activation_bytes(struct activations a)
{
    return todo_bits("lab07.10");
}

// TODO(lab07.10, about 1 line): all layers.
uint64_t activation_bytes(struct activations a)
{
    return todo_bits("lab07.10");
}

// TODO(lab07.11, about 4 lines): K and V, in every layer, for every token.
uint64_t kv_cache_bytes(struct model m, uint64_t tokens, uint64_t sequences, uint64_t element)
{
    return todo_bits("lab07.11");
}

// --------------------------------------------------------------------------------------------
// Does it fit?
// --------------------------------------------------------------------------------------------

// TODO(lab07.12, about 3 lines): the sum against the device; REFUSED fits nowhere.
bool fits_on(uint64_t n, struct recipe r, int stage, uint64_t devices, uint64_t activations,
             uint64_t device_bytes)
{
    return todo_bits("lab07.12");
}

// TODO(lab07.13, about 5 lines): what is free, over what one sequence keeps.
uint64_t largest_micro_batch(uint64_t static_bytes, uint64_t device_bytes, struct activations a)
{
    return todo_bits("lab07.13");
}

// --------------------------------------------------------------------------------------------
// The prediction that is checked against a measurement
// --------------------------------------------------------------------------------------------

// TODO(lab07.14, about 20 lines): list the tensors, then add what the trainer keeps besides.
struct footprint trainer_bytes(struct nn_shape shape, uint64_t batch, struct recipe r)
{
    todo("lab07.14");
    return (struct footprint){REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED};
}
