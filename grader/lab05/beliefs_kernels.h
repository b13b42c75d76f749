/**
 * @file beliefs_kernels.h
 * @brief Wrong rules of lab 05 about the kernels: arithmetic, who does which element, the sum.
 *
 * Each says what a student who believes it would answer.
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab05.c alone.
 */
#ifndef LOWP_GRADER_LAB05_BELIEFS_KERNELS_H
#define LOWP_GRADER_LAB05_BELIEFS_KERNELS_H

#include "grader/grade.h"
#include "grader/lab05/beliefs_sr.h"
#include "grader/oracles/oracle_optim.h"

#include <math.h>

enum {
    KERNEL_MAX = 2051,   /**< elements of the largest case */
    KERNEL_THREADS = 256 /**< threads of a block: what lab05_kernels.h promises */
};

/** One call of one of the four kernels: what goes in, what is right. */
struct kernel_case {
    const char *function;
    size_t n;
    int blocks;  /**< of the grid; 0: one thread an element */
    size_t each; /**< neighbours that a thread takes at a time: 1 or 4 */
    struct adamw opt;
    int t;
    float start; /**< *sum before the call */
    float master[KERNEL_MAX], m[KERNEL_MAX], v[KERNEL_MAX];
    uint16_t g[KERNEL_MAX];
    struct oracle_fused want[KERNEL_MAX];
};

// --- arithmetic: what an element becomes ------------------------------------------------------

/** The right step with other settings or corrections. */
static struct oracle_fused fused(const struct kernel_case *k, size_t i, struct adamw opt,
                                 float correction1, float correction2)
{
    float g = (float)oracle_bf16_value(k->g[i]);
    return oracle_adamw_fused(k->master[i], k->m[i], k->v[i], g, opt, correction1, correction2);
}

static float correction(float beta, int t)
{
    return (float)(1 - pow(beta, t));
}

static struct oracle_fused fused_right(const struct kernel_case *k, size_t i)
{
    return fused(k, i, k->opt, correction(k->opt.beta1, k->t), correction(k->opt.beta2, k->t));
}

static struct oracle_fused fused_without_correction(const struct kernel_case *k, size_t i)
{
    return fused(k, i, k->opt, 1, 1);
}

static struct oracle_fused fused_without_correction1(const struct kernel_case *k, size_t i)
{
    return fused(k, i, k->opt, 1, correction(k->opt.beta2, k->t));
}

static struct oracle_fused fused_without_correction2(const struct kernel_case *k, size_t i)
{
    return fused(k, i, k->opt, correction(k->opt.beta1, k->t), 1);
}

static struct oracle_fused fused_without_decay(const struct kernel_case *k, size_t i)
{
    struct adamw opt = k->opt;
    opt.weight_decay = 0;
    return fused(k, i, opt, correction(opt.beta1, k->t), correction(opt.beta2, k->t));
}

static struct oracle_fused fused_uphill(const struct kernel_case *k, size_t i)
{
    struct adamw opt = k->opt;
    opt.lr = -opt.lr;
    opt.weight_decay = -opt.weight_decay;
    return fused(k, i, opt, correction(opt.beta1, k->t), correction(opt.beta2, k->t));
}

static struct oracle_fused fused_old_moments(const struct kernel_case *k, size_t i)
{
    struct adamw opt = k->opt;
    opt.beta1 = opt.beta2 = 1; // leaves both as they were
    return fused(k, i, opt, correction(k->opt.beta1, k->t), correction(k->opt.beta2, k->t));
}

static struct oracle_fused fused_eps_under_root(const struct kernel_case *k, size_t i)
{
    struct oracle_fused right = fused_right(k, i);
    float root = sqrtf(right.v / correction(k->opt.beta2, k->t) + k->opt.eps);
    float u = -k->opt.lr * (right.m / correction(k->opt.beta1, k->t)) / root -
              k->opt.lr * k->opt.weight_decay * k->master[i];
    right.master = k->master[i] + u;
    return right;
}

static struct oracle_fused fused_eps_before_correction(const struct kernel_case *k, size_t i)
{
    struct oracle_fused right = fused_right(k, i);
    float root = (sqrtf(right.v) + k->opt.eps) / sqrtf(correction(k->opt.beta2, k->t));
    float u = -k->opt.lr * (right.m / correction(k->opt.beta1, k->t)) / root -
              k->opt.lr * k->opt.weight_decay * k->master[i];
    right.master = k->master[i] + u;
    return right;
}

static struct oracle_fused fused_coupled(const struct kernel_case *k, size_t i)
{
    struct adamw opt = k->opt;
    float g = (float)oracle_bf16_value(k->g[i]) + opt.weight_decay * k->master[i];
    opt.weight_decay = 0;
    return oracle_adamw_fused(k->master[i], k->m[i], k->v[i], g, opt, correction(opt.beta1, k->t),
                              correction(opt.beta2, k->t));
}

static struct oracle_fused fused_decay_without_lr(const struct kernel_case *k, size_t i)
{
    struct adamw opt = k->opt;
    opt.weight_decay /= opt.lr;
    return fused(k, i, opt, correction(opt.beta1, k->t), correction(opt.beta2, k->t));
}

static struct oracle_fused fused_negated(const struct kernel_case *k, size_t i)
{
    struct adamw opt = k->opt;
    opt.lr = -opt.lr;
    return fused(k, i, opt, correction(opt.beta1, k->t), correction(opt.beta2, k->t));
}

static struct oracle_fused fused_neighbours_gradient(const struct kernel_case *k, size_t i)
{
    float g = (float)oracle_bf16_value(k->g[(i ^ 1) < k->n ? i ^ 1 : i]);
    return oracle_adamw_fused(k->master[i], k->m[i], k->v[i], g, k->opt,
                              correction(k->opt.beta1, k->t), correction(k->opt.beta2, k->t));
}

static struct oracle_fused fused_rounded(const struct kernel_case *k, size_t i)
{
    struct oracle_fused right = fused_right(k, i);
    right.master = (float)oracle_bf16_value(oracle_bf16_sum(right.master, 0));
    return right;
}

static const struct {
    const char *belief;
    struct oracle_fused (*answer)(const struct kernel_case *k, size_t i);
} FUSED_BELIEFS[] = {
    {"the bias correction is missing: divide m by correction1 and v by correction2",
     fused_without_correction},
    {"the bias correction of m is missing", fused_without_correction1},
    {"the bias correction of v is missing", fused_without_correction2},
    {"there is no weight decay in u", fused_without_decay},
    {"the step goes uphill: u is minus lr times the direction", fused_uphill},
    {"u has the wrong sign in both of its terms: the step goes uphill", fused_negated},
    {"the gradient of the neighbour was used: of a pair of codes the first is the lower half, x",
     fused_neighbours_gradient},
    {"u was made of the old moments: update m and v first", fused_old_moments},
    {"eps was added under the root; it is added to the root", fused_eps_under_root},
    {"eps was added before the bias correction, which then makes it larger as well",
     fused_eps_before_correction},
    {"weight decay was added to the gradient: then it enters the moments (Adam with L2, not AdamW)",
     fused_coupled},
    {"the weight decay was not multiplied by lr", fused_decay_without_lr},
    {"the master was rounded to BF16: it must stay FP32", fused_rounded},
};

// --- the sum of squares -----------------------------------------------------------------------

/** A belief about which u are added, as what, and how often. */
struct sum_belief {
    const char *belief;
    double (*term)(const struct kernel_case *k, size_t i);
};

/** Threads of the grid. */
static size_t threads_of(const struct kernel_case *k)
{
    size_t blocks = k->blocks ? (size_t)k->blocks : (k->n + KERNEL_THREADS - 1) / KERNEL_THREADS;
    return blocks * KERNEL_THREADS;
}

/** The number in the grid of the thread that takes element i. */
static size_t thread_of(const struct kernel_case *k, size_t i)
{
    size_t whole = k->n / k->each * k->each; // the rest is taken one by one
    return i < whole ? i / k->each % threads_of(k) : i - whole;
}

static double square(const struct kernel_case *k, size_t i)
{
    return (double)k->want[i].u * k->want[i].u;
}

static double sum_of_u(const struct kernel_case *k, size_t i)
{
    return k->want[i].u;
}

static double sum_a_warp_long(const struct kernel_case *k, size_t i)
{
    return 32 * square(k, i);
}

static double sum_a_block_long(const struct kernel_case *k, size_t i)
{
    return KERNEL_THREADS * square(k, i);
}

static double sum_of_first_warps(const struct kernel_case *k, size_t i)
{
    return thread_of(k, i) % KERNEL_THREADS < 32 ? square(k, i) : 0;
}

static double sum_of_first_threads(const struct kernel_case *k, size_t i)
{
    return thread_of(k, i) % KERNEL_THREADS == 0 ? square(k, i) : 0;
}

static double sum_of_first_lanes(const struct kernel_case *k, size_t i)
{
    return thread_of(k, i) % 32 == 0 ? square(k, i) : 0;
}

static double sum_of_half_warps(const struct kernel_case *k, size_t i)
{
    return thread_of(k, i) % 32 < 16 ? square(k, i) : 0;
}

static double sum_of_first_block(const struct kernel_case *k, size_t i)
{
    return thread_of(k, i) < KERNEL_THREADS ? square(k, i) : 0;
}

static double sum_of_last_block(const struct kernel_case *k, size_t i)
{
    return thread_of(k, i) + KERNEL_THREADS >= threads_of(k) ? square(k, i) : 0;
}

static double sum_of_last_elements(const struct kernel_case *k, size_t i)
{
    return i + k->each * threads_of(k) >= k->n ? square(k, i) : 0;
}

static double sum_of_groups(const struct kernel_case *k, size_t i)
{
    return i < k->n / 4 * 4 ? square(k, i) : 0;
}

static double sum_of_nothing(const struct kernel_case *k, size_t i)
{
    (void)k, (void)i;
    return 0;
}

// In order: of beliefs that explain the same sum, the first is named.
static const struct sum_belief SUM_BELIEFS[] = {
    {"nothing was added to *sum", sum_of_nothing},
    {"the updates were added up, not their squares", sum_of_u},
    {"every lane of a warp added the warp's sum: one lane is enough", sum_a_warp_long},
    {"every thread of a block added the block's sum: one thread is enough", sum_a_block_long},
    {"each block added only what its thread 0 had", sum_of_first_threads},
    {"each block added only what its first warp had", sum_of_first_warps},
    {"each warp added only what its lane 0 had", sum_of_first_lanes},
    {"lanes 16 to 31 of each warp are missing in it: a warp has 32 lanes", sum_of_half_warps},
    {"only the last element of each thread is in it: a thread adds up what it takes",
     sum_of_last_elements},
    {"the n % 4 elements at the end are not in it", sum_of_groups},
    {"only one block's sum is in it: blocks add to *sum, atomically", sum_of_first_block},
    {"only one block's sum is in it: blocks add to *sum, atomically", sum_of_last_block},
};

#endif
