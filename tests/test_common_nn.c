/**
 * @file test_common_nn.c
 * @brief common/nn: its gradient against finite differences of a model written again in double,
 *        its loss against that model, and what the rounding hooks see.
 */
#include "common/nn.h"
#include "common/round.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { V = 5, T = 3, E = 2, H = 4, L = 2, B = 7 };
static const struct nn_shape shape = {
    .vocab = V, .context = T, .embed = E, .hidden = H, .layers = L};
static uint8_t x[B * T], y[B];

static void make_batch(void)
{
    for (uint64_t i = 0; i < B * T; i++)
        x[i] = (uint8_t)(rng_u32(3, 1, i) % V);
    for (uint64_t i = 0; i < B; i++)
        y[i] = (uint8_t)(rng_u32(3, 2, i) % V);
}

TestSuite(nn, .init = make_batch);

/** out = in W + b in double. @return where the parameters go on */
static const double *dense(const double *p, const double *in, int n_in, double *out, int n_out)
{
    for (int o = 0; o < n_out; o++) {
        out[o] = p[n_in * n_out + o];
        for (int i = 0; i < n_in; i++)
            out[o] += in[i] * p[i * n_out + o];
    }
    return p + n_in * n_out + n_out;
}

/** The whole model in double, a row at a time, from the layout in nn.h. */
static double reference_loss(const double *params)
{
    double sum = 0;
    for (int b = 0; b < B; b++) {
        double in[T * E], h1[H], h2[H], logits[V], total = 0;
        for (int t = 0; t < T; t++)
            for (int e = 0; e < E; e++)
                in[t * E + e] = params[x[b * T + t] * E + e];
        const double *p = dense(params + V * E, in, T * E, h1, H);
        for (int i = 0; i < H; i++)
            h1[i] = tanh(h1[i]);
        p = dense(p, h1, H, h2, H);
        for (int i = 0; i < H; i++)
            h2[i] = tanh(h2[i]);
        dense(p, h2, H, logits, V);
        for (int v = 0; v < V; v++)
            total += exp(logits[v]);
        sum += log(total) - logits[y[b]];
    }
    return sum / B;
}

static const struct nn_hooks none;

Test(nn, counts_its_parameters)
{
    cr_assert_eq(nn_params(shape), V * E + T * E * H + H + H * H + H + H * V + V);
}

/* Tolerance: every value here is under 4, a loss passes through about 40 roundings of 2^-24 and
 * two tanh of 2^-23 each; 64 * 2^-23 is above their sum in the worst case of signs. The gradient
 * has a second pass of as many. Central differences with h = 1e-4 in double add h^2 = 1e-8. */
static const double loss_tolerance = 64 * 0x1p-23;
static const double grad_tolerance = 128 * 0x1p-23 + 1e-8;

Test(nn, gradient_is_the_slope_of_the_loss)
{
    size_t n = nn_params(shape);
    float params[200], grads[200];
    double exact[200];
    cr_assert_leq(n, 200u);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        nn_init(shape, params, seed);
        for (size_t i = 0; i < n; i++)
            exact[i] = params[i];
        memset(grads, 0xFF, sizeof grads); /* NaN: what is not written shows */
        struct nn_work *work = nn_work_new(shape, B);
        double loss = nn_loss(work, params, x, y, none, grads);
        cr_assert(fabs(loss - reference_loss(exact)) <= loss_tolerance, "seed %d: loss %.9g, %.9g",
                  (int)seed, loss, reference_loss(exact));
        for (size_t i = 0; i < n; i++) {
            const double h = 1e-4;
            exact[i] += h;
            double up = reference_loss(exact);
            exact[i] -= 2 * h;
            double down = reference_loss(exact);
            exact[i] = params[i];
            double slope = (up - down) / (2 * h);
            cr_assert(fabs(grads[i] - slope) <= grad_tolerance,
                      "seed %d, parameter %zu: %.9g, %.9g", (int)seed, i, grads[i], slope);
        }
        nn_work_free(work);
    }
}

Test(nn, loss_alone_is_the_same_loss)
{
    float params[200], grads[200];
    nn_init(shape, params, 1);
    struct nn_work *work = nn_work_new(shape, B);
    double with = nn_loss(work, params, x, y, none, grads);
    cr_assert_eq(nn_loss(work, params, x, y, none, NULL), with);
    nn_work_free(work);
}

Test(nn, huge_logits_neither_overflow_nor_lose_the_loss)
{
    float params[200] = {0};
    size_t n = nn_params(shape);
    params[n - V] = 1e30f; /* bias of symbol 0 */
    memset(y, 0, sizeof y);
    float grads[200];
    struct nn_work *work = nn_work_new(shape, B);
    cr_assert_eq(nn_loss(work, params, x, y, none, grads), 0.0);
    memset(y, 1, sizeof y);
    cr_assert_float_eq(nn_loss(work, params, x, y, none, grads), 1e30, 1e24);
    for (size_t i = 0; i < n; i++)
        cr_assert(isfinite(grads[i]), "gradient %zu is %g", i, grads[i]);
    params[n - V] = 0;
    params[n - 1] = 1e30f; /* and where the first logit is not the largest */
    cr_assert_float_eq(nn_loss(work, params, x, y, none, grads), 1e30, 1e24);
    nn_work_free(work);
}

Test(nn, nan_in_a_weight_reaches_the_loss)
{
    float params[200];
    nn_init(shape, params, 1);
    params[nn_params(shape) - 1] = NAN; /* the last logit: a maximum by > would step over it */
    struct nn_work *work = nn_work_new(shape, B);
    cr_assert(isnan(nn_loss(work, params, x, y, none, NULL)));
    nn_work_free(work);
}

Test(nn, the_first_weights_follow_the_seed_and_their_ranges)
{
    struct nn_shape wide = {.vocab = 100, .context = 4, .embed = 25, .hidden = 50, .layers = 1};
    size_t n = nn_params(wide);
    float *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b);
    nn_init(wide, a, 1);
    nn_init(wide, b, 1);
    cr_assert_eq(memcmp(a, b, n * sizeof *a), 0);
    nn_init(wide, b, 2);
    cr_assert_neq(memcmp(a, b, n * sizeof *a), 0);
    double variance = 0;
    for (int i = 0; i < 2500; i++)
        variance += (double)a[i] * a[i] / 2500;
    /* x^2 of a uniform x of variance 1 has standard deviation sqrt(0.8); six standard errors */
    cr_assert(fabs(variance - 1) <= 6 * sqrt(0.8 / 2500), "variance %g", variance);
    for (size_t i = 2500; i < 2500 + 100 * 50 + 50; i++)
        cr_assert(fabsf(a[i]) <= 0.1f, "weight %zu is %g", i, a[i]); /* 1 / sqrt(100) */
    free(a);
    free(b);
}

static int calls;
static size_t values;
static void count(float *v, size_t n, void *context)
{
    (void)v, (void)context;
    calls++;
    values += n;
}

Test(nn, hooks_see_the_result_of_every_operation)
{
    float params[200], grads[200];
    nn_init(shape, params, 1);
    struct nn_work *work = nn_work_new(shape, B);
    nn_loss(work, params, x, y, (struct nn_hooks){.forward = count}, grads);
    /* embedding rows; a sum and a tanh for each layer; the logits */
    cr_assert_eq(calls, 1 + 2 * L + 1);
    cr_assert_eq(values, (size_t)(B * T * E + 2 * L * B * H + B * V));
    calls = 0, values = 0;
    nn_loss(work, params, x, y, (struct nn_hooks){.backward = count}, grads);
    /* d logits; parameters (W and b of a layer together, and the embedding); d of each layer's
     * input; through each tanh */
    cr_assert_eq(calls, 1 + (L + 2) + (L + 1) + L);
    cr_assert_eq(values, B * V + nn_params(shape) + (size_t)(L * B * H + B * T * E + L * B * H));
    nn_work_free(work);
}

Test(nn, gradients_rounded_to_bf16_hold_bf16_values)
{
    float params[200], grads[200], exact[200];
    nn_init(shape, params, 1);
    round_bf16(params, nn_params(shape), NULL);
    struct nn_work *work = nn_work_new(shape, B);
    nn_loss(work, params, x, y, (struct nn_hooks){.forward = round_bf16, .backward = round_bf16},
            grads);
    nn_loss(work, params, x, y, none, exact);
    bool differs = false;
    for (size_t i = 0; i < nn_params(shape); i++) {
        cr_assert_eq(bits_from_f32(grads[i]) & 0xFFFF, 0u, "gradient %zu is %a", i, grads[i]);
        differs |= grads[i] != exact[i];
        /* about ten roundings of 2^-8 of values up to the largest gradients, near 0.2 */
        cr_assert(fabsf(grads[i] - exact[i]) <= 10 * 0x1p-8f, "gradient %zu is %g, exact %g", i,
                  grads[i], exact[i]);
    }
    cr_assert(differs);
    nn_work_free(work);
}

static int products[3];
static void count_product(const struct nn_product *p, void *context)
{
    (void)context;
    products[p->kind]++;
    nn_multiply_in(NULL, p, (struct nn_format){0}, (struct nn_format){0});
}

Test(nn, a_product_hook_computes_every_product)
{
    float params[200], grads[200], plain[200];
    nn_init(shape, params, 1);
    struct nn_work *work = nn_work_new(shape, B);
    double loss = nn_loss(work, params, x, y, none, plain);
    struct nn_hooks hooks = {.multiply = count_product};
    cr_assert_eq(nn_loss(work, params, x, y, hooks, grads), loss);
    cr_assert_eq(memcmp(grads, plain, nn_params(shape) * sizeof *grads), 0);
    for (int kind = 0; kind < 3; kind++)
        cr_assert_eq(products[kind], L + 1);
    nn_work_free(work);
}

Test(nn, a_loss_factor_scales_the_gradient_and_not_the_loss)
{
    float params[200], grads[200], plain[200];
    nn_init(shape, params, 1);
    struct nn_work *work = nn_work_new(shape, B);
    double loss = nn_loss(work, params, x, y, none, plain);
    struct nn_hooks hooks = {.loss_factor = 1024.0 / B};
    cr_assert_eq(nn_loss(work, params, x, y, hooks, grads), loss);
    for (size_t i = 0; i < nn_params(shape);
         i++) /* FP32 rounds 1/B and 1024/B alike up to an ulp */
        cr_assert(fabsf(grads[i] - 1024 * plain[i]) <= 0x1p-19f * fabsf(1024 * plain[i]) + 1e-4f);
    nn_work_free(work);
}

Test(nn, right_counts_the_targets_with_the_largest_logit_and_the_first_of_equals)
{
    float params[200] = {0};
    struct nn_work *work = nn_work_new(shape, B);
    for (int guess = 0; guess < V; guess++) { /* the last V parameters are the logits' biases */
        float *biases = params + nn_params(shape) - V;
        int targets = 0;
        for (int b = 0; b < B; b++)
            targets += y[b] == guess;
        memset(biases, 0, V * sizeof *biases);
        biases[guess] = guess == 0 ? 0 : 1; /* 0: all are equal */
        cr_assert_eq(nn_right(work, params, x, y, none), targets, "%d", guess);
    }
    nn_work_free(work);
}

Test(nn, norm_is_the_root_of_the_squares)
{
    float v[] = {3, -4, 12};
    cr_assert_eq(nn_norm(v, 3), 13.0);
    cr_assert_eq(nn_norm(v, 0), 0.0);
    v[1] = 1e30f; /* its square is beyond FP32 */
    cr_assert_float_eq(nn_norm(v, 3), 1e30, 1e23);
    v[1] = NAN;
    cr_assert(isnan(nn_norm(v, 3)));
}
