/**
 * @file nn.h
 * @brief A small character model: embedding, tanh layers, softmax. Forward and backward by hand.
 *
 *      x (B, T) symbols --embedding--> X0 (B, T*E)
 *      X1 = tanh(X0 W1 + b1)   (B, H)        ...        logits = XL W + b   (B, V)
 *      loss = mean over B of  logsumexp(logits) - logits[target]
 *
 * Glossary: B batch, T context, E embedding width, H hidden width, V vocabulary, L hidden layers.
 * All parameters lie in one flat array, their gradients in another of the same layout:
 *
 *      embedding (V, E) | W1 (T*E, H) | b1 (H) | W2 (H, H) | b2 (H) | ... | W (H, V) | b (V)
 *
 * Mixed precision is a hook: after each operation its result is handed to a function that rounds
 * it in place, so that no activation or gradient carries more bits than its format has. What a
 * hook does not see stays FP32, as on real hardware: sums inside a product, and softmax and loss.
 */
#ifndef LOWP_COMMON_NN_H
#define LOWP_COMMON_NN_H

#include <stddef.h>
#include <stdint.h>

/** The shape of a model. */
struct nn_shape {
    int vocab;   /**< V */
    int context; /**< T */
    int embed;   /**< E */
    int hidden;  /**< H */
    int layers;  /**< L, 1 or more */
};

/** Rounds n values in place to some format. */
typedef void nn_round(float *x, size_t n);

/** To BF16, nearest even; the values stay in floats. @param[in,out] x values @param[in] n how many */
void nn_round_bf16(float *x, size_t n);

/** How a pass is rounded. NULL: not at all (FP32). */
struct nn_rounding {
    nn_round *forward;  /**< embedding rows, sums, tanh, logits */
    nn_round *backward; /**< gradients of those, and of the parameters */
};

/** Buffers of a pass. Opaque; one for each thread or process. */
struct nn_work;

/** @param[in] shape the model @return number of parameters */
size_t nn_params(struct nn_shape shape);

/**
 * First parameters: the embedding uniform with variance 1, weights and biases uniform within
 * +-1/sqrt(number of inputs of the layer). The same for the same seed.
 * @param[in] shape the model @param[out] params nn_params(shape) values @param[in] seed of the run
 */
void nn_init(struct nn_shape shape, float *params, uint64_t seed);

/** @param[in] shape the model @param[in] batch B @return buffers, or NULL without memory; release
 *  them with nn_work_free() */
struct nn_work *nn_work_new(struct nn_shape shape, int batch);

/** @param[in] work buffers, or NULL */
void nn_work_free(struct nn_work *work);

/**
 * Mean loss of a batch and its gradient.
 * @param[in,out] work buffers; their shape and batch are used
 * @param[in] params parameters
 * @param[in] x B x T symbols below V
 * @param[in] y B targets below V
 * @param[in] rounding of activations and gradients
 * @param[out] grads d loss / d params; NULL: only the loss is wanted
 * @return the mean loss, summed in double
 * The error against exact arithmetic comes from the FP32 sums (gemm.h) and from libm's tanhf and
 * expf; tests/test_common_nn.c bounds it against a double-precision model.
 */
double nn_loss(struct nn_work *work, const float *params, const uint8_t *x, const uint8_t *y,
               struct nn_rounding rounding, float *grads);

/** Euclidean norm of an array, in double. @param[in] x values @param[in] n how many
 *  @return the norm; NaN or infinity if x holds one */
double nn_norm(const float *x, size_t n);

#endif
