/**
 * @file adam.h
 * @brief Plain Adam on FP32 weights, for the experiments of labs that are not about the optimizer.
 */
#ifndef LOWP_COMMON_ADAM_H
#define LOWP_COMMON_ADAM_H

#include <stddef.h>

/**
 * One step of Adam with betas 0.9 and 0.999, eps 1e-8 and no weight decay (Kingma & Ba 2015,
 * algorithm 1). The scalar factors are computed in double, the elements in FP32.
 * @param[in,out] w n weights @param[in,out] m n first moments, 0 at the start
 * @param[in,out] v n second moments, 0 at the start @param[in] g n gradients
 * @param[in] n number of elements @param[in] lr learning rate @param[in] t step, counted from 1
 */
void adam_step(float *w, float *m, float *v, const float *g, size_t n, double lr, int t);

#endif
