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

/** To TF32, nearest even. @param[in,out] x values @param[in] n how many @param[in] unused for hooks */
void round_tf32(float *x, size_t n, void *unused);

/** To E4M3, nearest even, saturating: what is past 448 becomes 448, infinities too.
 *  @param[in,out] x values @param[in] n how many @param[in] unused for hooks */
void round_e4m3(float *x, size_t n, void *unused);

/** To E5M2, nearest even, saturating: what is past 57344 becomes 57344, infinities too.
 *  @param[in,out] x values @param[in] n how many @param[in] unused for hooks */
void round_e5m2(float *x, size_t n, void *unused);

#endif
