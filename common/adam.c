/**
 * @file adam.c
 * @brief Adam, given. See adam.h.
 */
#include "common/adam.h"

#include <math.h>

void adam_step(float *w, float *m, float *v, const float *g, size_t n, double lr, int t)
{
    const double beta1 = 0.9, beta2 = 0.999;
    float rate = (float)(lr / (1.0 - pow(beta1, t)));
    float root = (float)(1.0 / sqrt(1.0 - pow(beta2, t)));
    for (size_t i = 0; i < n; i++) {
        m[i] = (float)beta1 * m[i] + (float)(1.0 - beta1) * g[i];
        v[i] = (float)beta2 * v[i] + (float)(1.0 - beta2) * g[i] * g[i];
        w[i] -= rate * m[i] / (sqrtf(v[i]) * root + 1e-8f);
    }
}
