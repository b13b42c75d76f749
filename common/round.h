/**
 * @file round.h
 * @brief Rounds arrays of floats in place to a narrower format; the values stay in floats.
 *
 * For training loops, which round hundreds of millions of values: the same results as the casts of
 * cast.h there and back, several times as fast. They fit the rounding hooks of nn.h.
 */
#ifndef LOWP_COMMON_ROUND_H
#define LOWP_COMMON_ROUND_H

#include <stddef.h>

/** To BF16, nearest even. @param[in,out] x values @param[in] n how many @param[in] unused for hooks */
void round_bf16(float *x, size_t n, void *unused);

/** To FP16, nearest even: subnormals kept, +-infinity from 65520 on.
 *  @param[in,out] x values @param[in] n how many @param[in] unused for hooks */
void round_fp16(float *x, size_t n, void *unused);

#endif
