/**
 * @file oracle_memory.h
 * @brief What lab 07's functions should answer: lists of tensors, summed in 128 bits.
 *
 * A model is written out as the list of its tensors, and a sum is taken over the list; nothing is
 * factored out or multiplied by a number of layers where it can be added up instead. Sums and
 * products are of 128 bits, and what does not fit below REFUSED is refused once, at the end.
 *
 * Used by grader/lab07/test_lab07.c.
 */
#ifndef LOWP_GRADER_ORACLE_MEMORY_H
#define LOWP_GRADER_ORACLE_MEMORY_H

#include "lab07.h"

/** A number that no sum or product of the graded sizes overflows. */
__extension__ typedef unsigned __int128 oracle_wide;

/** @param[in] x any number @return x, or REFUSED where it is not below REFUSED */
uint64_t oracle_fit(oracle_wide x);

/** Exercise 7.2. @param[in] a number @param[in] b not 0 @return a / b, rounded up */
uint64_t oracle_ceil(oracle_wide a, oracle_wide b);

/** The parts of a model, in parameters. */
struct oracle_parts {
    oracle_wide attention; /**< of one layer */
    oracle_wide ffn;       /**< of one layer */
    oracle_wide all;       /**< of the model */
};

/** Exercises 7.4 to 7.6, by listing all tensors. @param[in] m the model (its number of layers is
 *  walked through, so no more than some thousands) @return its parts */
struct oracle_parts oracle_params(struct model m);

/** Exercise 7.7, block by block. @param[in] n elements @param[in] r recipe @return bytes */
uint64_t oracle_states(uint64_t n, struct recipe r);

/** Exercise 7.8. @param[in] tensors their elements @param[in] count how many @param[in] r recipe
 *  @return the parts and their total */
struct footprint oracle_training(const uint64_t *tensors, size_t count, struct recipe r);

/** Exercise 7.9. @param[in] n parameters @param[in] r recipe @param[in] stage 0 to 3
 *  @param[in] devices 1 or more @return bytes of the fullest device */
uint64_t oracle_zero(uint64_t n, struct recipe r, int stage, uint64_t devices);

/** Exercise 7.10, tensor by tensor as in section 4 of the paper. @param[in] a the micro-batch; t
 *  divides what it must @return bytes of one layer on one device */
uint64_t oracle_layer_activations(struct activations a);

/** Exercise 7.11. @param[in] m the model @param[in] tokens of a sequence @param[in] sequences of
 *  them @param[in] element bytes @return bytes */
uint64_t oracle_kv(struct model m, uint64_t tokens, uint64_t sequences, uint64_t element);

/** Room for the tensors of any model that is graded. */
enum { ORACLE_TENSORS = 129 };

/** The tensors of a character model, in the order of nn.h. @param[in] shape the model, of up to 63
 *  layers @param[out] tensors their elements, up to ORACLE_TENSORS @return how many */
size_t oracle_tensors(struct nn_shape shape, uint64_t *tensors);

/** Exercise 7.14. @param[in] shape the model @param[in] batch B @param[in] r recipe
 *  @return all parts and their total */
struct footprint oracle_trainer(struct nn_shape shape, uint64_t batch, struct recipe r);

#endif
