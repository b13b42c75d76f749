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
 * Mixed precision comes in by hooks: after each operation its result is handed to a function that
 * rounds it in place, so that no activation or gradient carries more bits than its format has; and
 * matrix products can be computed in another way. What no hook sees stays FP32, as on real hardware:
 * sums inside a product, and softmax and loss.
 */
#ifndef LOWP_COMMON_NN_H
#define LOWP_COMMON_NN_H

#include "common/gemm.h"

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

/** Rounds n values in place to some format (round.h has some). @param[in,out] x values
 *  @param[in] n how many @param[in,out] context of the hooks */
typedef void nn_round(float *x, size_t n, void *context);

/** What a matrix product is for. */
enum nn_product_kind {
    NN_FORWARD,    /**< out = in W, added to the bias rows that c holds */
    NN_GRAD_INPUT, /**< d in = d out W^T */
    NN_GRAD_WEIGHT /**< d W = in^T d out */
};

/** One matrix product of a pass: C = op(A) op(B) + beta C, all row-major without gaps. */
struct nn_product {
    enum nn_product_kind kind; /**< what it is for */
    int layer;                 /**< 0 at the bottom .. L, the output layer */
    enum gemm_op op_a;         /**< as in gemm.h */
    enum gemm_op op_b;         /**< as in gemm.h */
    int m;                     /**< rows of C */
    int n;                     /**< columns of C */
    int k;                     /**< length of each sum */
    const float *a;            /**< A as stored */
    const float *b;            /**< B as stored */
    float beta;                /**< 1 for NN_FORWARD, else 0 */
    float *c;                  /**< result */
};

/** Computes a product in the hooks' own way. @param[in] p what to compute @param[in,out] context of
 *  the hooks */
typedef void nn_multiply(const struct nn_product *p, void *context);

/** How a pass differs from plain FP32 with the mean loss. All zero is just that. */
struct nn_hooks {
    nn_round *forward;  /**< rounds embedding rows, sums, tanh, logits; NULL: not at all */
    nn_round *backward; /**< rounds gradients of those, and of the parameters; NULL: not at all */
    nn_multiply *multiply; /**< computes the matrix products; NULL: nn_multiply_in() */
    struct gemm *gemm;     /**< who computes them then; NULL: gemm_f32() */
    enum gemm_type type;   /**< and in which format; `forward` and `backward` round to it */
    double loss_factor;    /**< the gradient is that of loss_factor times the *sum* of the losses:
                                loss_scale / global_batch, say; 0: 1 / B, the mean */
    void *context;         /**< handed to the functions above */
};

/** The format of an operand and, in FP8, its scale. */
struct nn_format {
    enum gemm_type type; /**< as in gemm.h */
    float scale;         /**< likewise */
};

/** The product by struct gemm, of operands that were rounded to their formats before. If that fails, C is filled with NaN, so that no run goes on in
 *  silence. @param[in,out] gemm who computes; NULL: gemm_f32(), whatever the formats
 *  @param[in] p product @param[in] a format of A @param[in] b format of B */
void nn_multiply_in(struct gemm *gemm, const struct nn_product *p, struct nn_format a,
                    struct nn_format b);

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

/** @param[in] work buffers @return the bytes that nn_work_new() took for them, all together */
size_t nn_work_bytes(const struct nn_work *work);

/** @param[in] work buffers, or NULL */
void nn_work_free(struct nn_work *work);

/**
 * Mean loss of a batch and its gradient.
 * @param[in,out] work buffers; their shape and batch are used
 * @param[in] params parameters
 * @param[in] x B x T symbols below V
 * @param[in] y B targets below V
 * @param[in] hooks rounding, products and loss factor; (struct nn_hooks){0} for FP32
 * @param[out] grads gradients, times B loss_factor if that is set; NULL: only the loss is wanted
 * @return the mean loss, summed in double
 * The error against exact arithmetic comes from the FP32 sums (gemm.h) and from libm's tanhf and
 * expf; tests/test_common_nn.c bounds it against a double-precision model.
 */
double nn_loss(struct nn_work *work, const float *params, const uint8_t *x, const uint8_t *y,
               struct nn_hooks hooks, float *grads);

/** How many targets of a batch are the model's first guess: have the largest logit, or the first of
 *  several. @param[in,out] work buffers @param[in] params parameters @param[in] x B x T symbols
 *  @param[in] y B targets @param[in] hooks as in nn_loss() @return a number up to B */
int nn_right(struct nn_work *work, const float *params, const uint8_t *x, const uint8_t *y,
             struct nn_hooks hooks);

/** Euclidean norm of an array, in double. @param[in] x values @param[in] n how many
 *  @return the norm; NaN or infinity if x holds one */
double nn_norm(const float *x, size_t n);

#endif
