/**
 * @file lab07.h
 * @brief Lab 07, memory accounting for a 70B model: the contract of the functions in lab07.c.
 *
 * Every answer is an exact number of parameters or bytes in a uint64_t. 70e9 parameters do not fit
 * in 32 bits, and some products here do not fit in 64, so all of it is built from arithmetic that
 * refuses to overflow:
 *
 *      config --model_params--> parameters --training_bytes, zero_bytes--> bytes a device
 *      sequence and batch --activation_bytes--> bytes a device             --fits_on--> yes or no
 *
 * REFUSED stands for "no number": a sum or product beyond 64 bits, a division by zero, a setting
 * that makes no sense. It is sticky: what is computed from REFUSED is REFUSED. The contract of
 * checked_add() and checked_mul() covers all functions below; overflow is not mentioned again.
 *
 * Glossary: GB is 1e9 bytes, GiB is 2^30 bytes, and no function here says one for the other.
 */
#ifndef LOWP_LAB07_H
#define LOWP_LAB07_H

#include "common/nn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The answer where there is none. */
#define REFUSED UINT64_MAX

/**
 * Exercise 7.1: a + b, or REFUSED.
 * @param[in] a a number, or REFUSED
 * @param[in] b a number, or REFUSED
 * @return the sum; REFUSED if a or b is REFUSED or the sum is not below REFUSED
 */
uint64_t checked_add(uint64_t a, uint64_t b);

/**
 * Exercise 7.1: a * b, or REFUSED.
 * @param[in] a a number, or REFUSED
 * @param[in] b a number, or REFUSED
 * @return the product; REFUSED if a or b is REFUSED (also when the other is 0) or the product is
 *         not below REFUSED
 */
uint64_t checked_mul(uint64_t a, uint64_t b);

/**
 * Exercise 7.2: a / b, rounded up: the size of the largest of b shards of a elements.
 * @param[in] a any number, up to REFUSED - 1 without a detour beyond 64 bits; or REFUSED
 * @param[in] b number of shards, or REFUSED
 * @return the smallest whole number that is at least a/b; REFUSED if a or b is REFUSED or b is 0
 */
uint64_t ceil_div(uint64_t a, uint64_t b);

/** Exercise 7.3. @param[in] gb an amount in GB @return the same in bytes, or REFUSED */
uint64_t bytes_from_gb(uint64_t gb);
/** Exercise 7.3. @param[in] gib an amount in GiB @return the same in bytes, or REFUSED */
uint64_t bytes_from_gib(uint64_t gib);
/** Exercise 7.3. @param[in] bytes a number @return the same in GB, with its fraction */
double gb_from_bytes(uint64_t bytes);
/** Exercise 7.3. @param[in] bytes a number @return the same in GiB, with its fraction */
double gib_from_bytes(uint64_t bytes);

/** A normalisation and its parameters. */
enum norm {
    RMS_NORM,  /**< a scale for each of `hidden` channels */
    LAYER_NORM /**< a scale and a shift for each */
};

/**
 * A decoder-only transformer, in the words of a config.json. Layer: norm, attention, norm, FFN.
 * After the last layer stands one more norm, then the output matrix.
 */
struct model {
    uint64_t vocab;     /**< V, tokens: vocab_size */
    uint64_t hidden;    /**< h, width of the residual stream: hidden_size */
    uint64_t layers;    /**< L: num_hidden_layers */
    uint64_t heads;     /**< query heads: num_attention_heads */
    uint64_t kv_heads;  /**< heads of K and of V: num_key_value_heads */
    uint64_t head_dim;  /**< width of a head; heads * head_dim need not be h */
    uint64_t ffn;       /**< f, width of the FFN: intermediate_size */
    uint64_t positions; /**< learned position vectors of width h; 0 with rotary embeddings */
    enum norm norm;     /**< of all norms */
    bool gated;         /**< the FFN has a gate matrix (SwiGLU, GeGLU): three matrices, else two */
    bool tied;          /**< the output matrix is the embedding: one array, not two */
    bool qkv_bias;      /**< biases of Q, K and V */
    bool dense_bias;    /**< biases of the attention's output and of every FFN matrix */
};

/**
 * Exercise 7.4: parameters of one layer's attention.
 * Q is h x (heads head_dim), K and V are h x (kv_heads head_dim) each, the output matrix is
 * (heads head_dim) x h. A bias has as many values as its matrix has outputs.
 * @param[in] m the model
 * @return number of parameters, biases included where the model has them
 */
uint64_t attention_params(struct model m);

/**
 * Exercise 7.5: parameters of one layer's FFN: up (h x f), down (f x h) and, if gated, gate (h x f),
 * with their biases if dense_bias.
 * @param[in] m the model
 * @return number of parameters
 */
uint64_t ffn_params(struct model m);

/**
 * Exercise 7.6: parameters of the whole model: embedding, learned positions, all layers with two
 * norms each, the norm after the last layer, and the output matrix unless it is tied.
 * @param[in] m the model
 * @return number of parameters
 */
uint64_t model_params(struct model m);

/** How training stores a parameter. @see lab 05 for why there is a master */
struct recipe {
    uint64_t weight; /**< bytes of a weight: 2 or 4 */
    uint64_t grad;   /**< bytes of a gradient: 2 or 4 */
    uint64_t master; /**< bytes of the master copy: 4, or 0 without one */
    uint64_t states; /**< optimizer states a parameter: 2 for Adam (m, v), 1 for Lion (m) */
    uint64_t block;  /**< 0: states are FP32. Else 8-bit, with an FP32 absmax a block of so many */
};

/** Tensors with fewer elements keep FP32 states under an 8-bit recipe (bitsandbytes'
 *  min_8bit_size). */
#define MIN_8BIT_ELEMENTS 4096

/**
 * Exercise 7.7: bytes of a tensor's optimizer states.
 * FP32: 4 bytes an element and state. 8-bit: one byte an element and state, and one FP32 absmax for
 * each block of each state; the last block may be a partial one and has an absmax like any other. A
 * tensor of fewer than MIN_8BIT_ELEMENTS elements has FP32 states in any case.
 * @param[in] n elements of the tensor
 * @param[in] r recipe
 * @return bytes of all its states
 * @see Dettmers et al. 2022, arXiv 2110.02861; bitsandbytes/optim
 */
uint64_t state_bytes(uint64_t n, struct recipe r);

/** Where the bytes of a training go. */
struct footprint {
    uint64_t weights;     /**< what forward and backward read */
    uint64_t grads;       /**< gradients */
    uint64_t master;      /**< the master copy */
    uint64_t states;      /**< the optimizer's */
    uint64_t activations; /**< kept from the forward pass for the backward pass */
    uint64_t scratch;     /**< working copies that no formula of a paper knows of */
    uint64_t total;       /**< their sum; REFUSED if one of them is */
};

/**
 * Exercise 7.8: bytes of a model's weights, gradients, master and states on one device.
 * @param[in] tensors number of elements of each tensor
 * @param[in] count number of tensors; may be 0
 * @param[in] r recipe
 * @return the parts, with activations and scratch 0, and their total
 */
struct footprint training_bytes(const uint64_t *tensors, size_t count, struct recipe r);

/**
 * Exercise 7.9: bytes on the fullest device under ZeRO (Rajbhandari et al. 2020, arXiv 1910.02054).
 * The n parameters are one flat tensor, cut into shards of ceil(n / devices) whole elements (the
 * last may be shorter). Stage 0 shards nothing; stage 1 the master and the states; stage 2 also the
 * gradients; stage 3 also the weights. What is not sharded stands on every device in full. The
 * states of a shard are those of a tensor of the shard's size.
 * @param[in] n parameters
 * @param[in] r recipe
 * @param[in] stage 0 to 3; REFUSED otherwise
 * @param[in] devices 1 or more; REFUSED for 0
 * @return bytes, activations not counted
 */
uint64_t zero_bytes(uint64_t n, struct recipe r, int stage, uint64_t devices);

/** What the forward pass keeps, and what the backward pass computes again instead. */
enum recompute {
    RECOMPUTE_NONE,      /**< everything is kept */
    RECOMPUTE_SELECTIVE, /**< scores, softmax and its dropout are computed again */
    RECOMPUTE_FULL       /**< only the input of each layer is kept */
};

/** One micro-batch through a transformer, as Korthikanti et al. count it. */
struct activations {
    uint64_t seq;             /**< s, tokens of a sequence */
    uint64_t batch;           /**< b, sequences of a micro-batch */
    uint64_t hidden;          /**< h */
    uint64_t heads;           /**< a; the formulas know no kv_heads */
    uint64_t layers;          /**< L, on this device */
    uint64_t element;         /**< e, bytes of an activation: 2, or 4 in FP32 */
    uint64_t tensor_parallel; /**< t, devices that share a layer; 1 or more */
    bool sequence_parallel;   /**< what tensor parallelism leaves whole is cut along s */
    enum recompute recompute; /**< what is kept */
};

/**
 * Exercise 7.10: bytes of activations that one layer keeps on each of t devices.
 * A layer keeps 16 tensors of s b h elements, 2 dropout masks of s b h bytes and, for the scores,
 * 2 tensors of a s s b elements and one mask of a s s b bytes:
 *
 *      none         (16e + 2) sbh + (2e + 1) assb       with e = 2:  sbh (34 + 5as/h)
 *      selective    (16e + 2) sbh
 *      full         e sbh
 *
 * Tensor parallelism divides by t all of the scores' part and 12 of the 16 tensors. The inputs of
 * norms and of the first matrix of attention and FFN (4 tensors) and the masks of sbh stay whole,
 * unless sequence_parallel divides them too. Full recompute keeps its input whole in both cases.
 * @param[in] a the micro-batch; REFUSED unless t divides heads and hidden, and with
 *            sequence_parallel also seq (so every division is exact)
 * @return bytes; 0 for an empty batch
 * @see Korthikanti et al. 2022, arXiv 2205.05198, section 4 and table 2 (e = 2)
 */
uint64_t layer_activation_bytes(struct activations a);

/** Exercise 7.10: the same for all `layers`; embedding and output layer are not counted.
 *  @param[in] a the micro-batch @return bytes, or REFUSED as above */
uint64_t activation_bytes(struct activations a);

/**
 * Exercise 7.11: bytes of the cache of keys and values that generating text needs (training has
 * none). Every layer keeps K and V, kv_heads * head_dim elements each, for every token.
 * @param[in] m the model
 * @param[in] tokens of a sequence @param[in] sequences generated at a time
 * @param[in] element bytes of an element
 * @return bytes
 */
uint64_t kv_cache_bytes(struct model m, uint64_t tokens, uint64_t sequences, uint64_t element);

/**
 * Exercise 7.12: does it fit?
 * @param[in] n parameters @param[in] r recipe @param[in] stage of ZeRO @param[in] devices N
 * @param[in] activations bytes of them on each device
 * @param[in] device_bytes memory of a device
 * @return true if zero_bytes() and the activations together are no more than a device has; what is
 *         REFUSED fits nowhere
 */
bool fits_on(uint64_t n, struct recipe r, int stage, uint64_t devices, uint64_t activations,
             uint64_t device_bytes);

/**
 * Exercise 7.13: the largest micro-batch that fits beside what is there already.
 * @param[in] static_bytes weights, gradients, master and states on the device
 * @param[in] device_bytes memory of a device
 * @param[in] a the micro-batch; its `batch` is not read
 * @return the largest b whose activations fit; 0 if not one sequence does, if a sequence keeps no
 *         bytes (there is no largest b then), or a size is REFUSED
 */
uint64_t largest_micro_batch(uint64_t static_bytes, uint64_t device_bytes, struct activations a);

/**
 * Exercise 7.14: predict what the workbook's own trainer allocates (experiment.c counts it).
 * The model is common/nn.h's, with T, E, H, L, V and B as there. Its tensors are the embedding (V E)
 * and, for each dense layer from the bottom, a matrix (in out) and a bias (out): L layers of H
 * outputs, the first with T E inputs, and the output layer of V.
 *   weights, grads, master, states   training_bytes() of these tensors
 *   activations   FP32, whatever the recipe: the inputs (B T E), L hidden outputs (B H), the logits
 *                 (B V), and two buffers for gradients of activations, as wide as the widest of TE
 *                 and H
 *   scratch       a CPU multiplies no BF16: where a weight has 2 bytes, an FP32 copy of all weights;
 *                 where a gradient has 2 bytes, all gradients in FP32 before they are rounded
 * @param[in] shape the model @param[in] batch B @param[in] r recipe
 * @return all parts and their total
 */
struct footprint trainer_bytes(struct nn_shape shape, uint64_t batch, struct recipe r);

#endif
