/**
 * @file test_clipping_facts.c
 * @brief What norms and clipping do at their edges, by real FP32 arithmetic: the ground of the
 *        chapter on clipping to come, and of two claims in circulation.
 *
 * The rules: PyTorch's clip_grad_norm_ (torch/nn/utils/clip_grad.py) multiplies every gradient by
 * min(1, max_norm / (total + 1e-6)), always; adaptive clipping (Brock et al. 2021, arXiv 2102.06171,
 * equation 3; optax/transforms/_clipping.py) limits each unit's norm to lambda max(|W|, 1e-3).
 */
#include "common/cast.h"
#include "common/nn.h"

#include <criterion/criterion.h>
#include <math.h>

static float clip_coefficient(float total, float max_norm)
{
    float c = max_norm / (total + 1e-6f);
    return c > 1 ? 1 : c; /* a NaN stays: the comparison is false */
}

static float clip(float *g, size_t n, float max_norm)
{
    float total = (float)nn_norm(g, n), c = clip_coefficient(total, max_norm);
    for (size_t i = 0; i < n; i++)
        g[i] *= c;
    return total;
}

Test(clipping_facts, at_the_limit_the_gradient_still_shrinks)
{
    cr_assert_eq(clip_coefficient(1, 1), 0.999999046f);
    cr_assert_lt(clip_coefficient(1, 1), 1.0f);
    cr_assert_eq(clip_coefficient(0.5f, 1), 1.0f);
}

Test(clipping_facts, an_infinite_norm_makes_zeros_and_nans)
{
    float g[3] = {1, INFINITY, -2};
    cr_assert(isinf(clip(g, 3, 1)));
    cr_assert_eq(g[0], 0.0f);
    cr_assert(isnan(g[1]));
    cr_assert(g[2] == 0 && signbit(g[2]));
}

Test(clipping_facts, a_nan_spreads_to_every_gradient)
{
    float g[3] = {1, NAN, -2};
    cr_assert(isnan(clip(g, 3, 1)));
    cr_assert(isnan(g[0]) && isnan(g[1]) && isnan(g[2]));
}

Test(clipping_facts, no_gradients_have_the_norm_0)
{
    cr_assert_eq(clip(NULL, 0, 1), 0.0f);
}

Test(clipping_facts, the_norm_of_norms_is_the_norm)
{
    float g[6] = {3, 4, 0, 5, 12, 0};
    float parts[2] = {(float)nn_norm(g, 3), (float)nn_norm(g + 3, 3)};
    cr_assert_float_eq(nn_norm(parts, 2), nn_norm(g, 6), 1e-6);
}

/* "Clip the FP32 copies of the gradients": the optimizer reads the FP16 ones. */
Test(clipping_facts, clipping_a_copy_clips_nothing)
{
    uint16_t stored[2] = {f16_from_f32_rne(30), f16_from_f32_rne(40)};
    float copy[2] = {f32_from_f16(stored[0]), f32_from_f16(stored[1])};
    cr_assert_eq(clip(copy, 2, 1), 50.0f);
    float seen[2] = {f32_from_f16(stored[0]), f32_from_f16(stored[1])};
    cr_assert_eq(nn_norm(seen, 2), 50.0);
    cr_assert_float_eq(nn_norm(copy, 2), 1.0, 1e-5);
}

/* Units are rows: a row of small weights is clipped though the whole tensor's norms would pass. */
Test(clipping_facts, adaptive_clipping_goes_by_row)
{
    const float lambda = 0.01f;
    float w[2][2] = {{3, 4}, {0, 0}}, g[2][2] = {{0.018f, 0.024f}, {0.003f, 0.004f}};
    cr_assert_lt(nn_norm(&g[0][0], 4), lambda * nn_norm(&w[0][0], 4)); /* the tensor as a whole */
    for (int row = 0; row < 2; row++) {
        double limit = lambda * fmax(nn_norm(w[row], 2), 1e-3), norm = nn_norm(g[row], 2);
        for (int i = 0; norm >= limit && i < 2; i++)
            g[row][i] *= (float)(limit / fmax(norm, 1e-6));
    }
    cr_assert_float_eq(nn_norm(g[0], 2), 0.03, 1e-7);
    cr_assert_float_eq(nn_norm(g[1], 2), 1e-5, 1e-10); /* lambda times the floor of 1e-3 */
}
