/**
 * @file beliefs_adamw.h
 * @brief Wrong rules of lab 05 about AdamW.
 *
 * Each says what a student who believes it would answer.
 * A test that finds wrong answers evaluates these on the same inputs; the rule whose answers match
 * is named in the message. None of them can make a test pass. Included by test_lab05.c alone.
 */
#ifndef LOWP_GRADER_LAB05_BELIEFS_ADAMW_H
#define LOWP_GRADER_LAB05_BELIEFS_ADAMW_H

#include "grader/grade.h"
#include "grader/oracles/oracle_optim.h"

#include <math.h>

// --- 5.5: AdamW ------------------------------------------------------------------------------

/** A wrong rule for a number that AdamW makes of m, v (new ones for u, old ones for the moments),
 *  w and g. */
struct adamw_belief {
    const char *belief;
    double (*answer)(double m, double v, double w, double g, struct adamw o, int t);
};

/** Begins a believed formula: all get the same arguments and few need them all. */
#define BELIEF(name)                                                                               \
    static double name(__attribute__((unused)) double m, __attribute__((unused)) double v,         \
                       __attribute__((unused)) double w, __attribute__((unused)) double g,         \
                       __attribute__((unused)) struct adamw o, __attribute__((unused)) int t)

BELIEF(m_swapped_betas)
{
    return o.beta2 * m + (1 - (double)o.beta2) * g;
}

BELIEF(m_undamped)
{
    return o.beta1 * m + g;
}

BELIEF(m_coupled)
{
    return o.beta1 * m + (1 - (double)o.beta1) * (g + o.weight_decay * w);
}

BELIEF(m_unchanged)
{
    return m;
}

static const struct adamw_belief M_BELIEFS[] = {
    {"m was decayed with beta2", m_swapped_betas},
    {"the factor 1 - beta1 of the gradient is missing", m_undamped},
    {"weight decay was added to the gradient: then it enters the moments (Adam with L2, not AdamW)",
     m_coupled},
    {"m was not written back", m_unchanged},
};

BELIEF(v_swapped_betas)
{
    return o.beta1 * v + (1 - (double)o.beta1) * g * g;
}

BELIEF(v_of_g)
{
    return o.beta2 * v + (1 - (double)o.beta2) * g;
}

BELIEF(v_undamped)
{
    return o.beta2 * v + g * g;
}

BELIEF(v_unchanged)
{
    return v;
}

static const struct adamw_belief V_BELIEFS[] = {
    {"v was decayed with beta1", v_swapped_betas},
    {"v averages the gradient; it must average its square", v_of_g},
    {"the factor 1 - beta2 of the squared gradient is missing", v_undamped},
    {"v was not written back", v_unchanged},
};

static double adam_step(double m, double v, struct adamw o, double correction1, double correction2)
{
    return -o.lr * (m / correction1) / (sqrt(v / correction2) + o.eps);
}

BELIEF(u_without_bias_correction)
{
    return adam_step(m, v, o, 1, 1) - (double)o.lr * o.weight_decay * w;
}

BELIEF(u_without_correction2)
{
    return adam_step(m, v, o, 1 - pow(o.beta1, t), 1) - (double)o.lr * o.weight_decay * w;
}

BELIEF(u_without_correction1)
{
    return adam_step(m, v, o, 1, 1 - pow(o.beta2, t)) - (double)o.lr * o.weight_decay * w;
}

BELIEF(u_next_step)
{
    return oracle_adamw_u(m, v, w, o, t + 1).value;
}

BELIEF(u_previous_step)
{
    return oracle_adamw_u(m, v, w, o, t - 1).value;
}

BELIEF(u_eps_under_root)
{
    double v_hat = v / (1 - pow(o.beta2, t));
    return -o.lr * (m / (1 - pow(o.beta1, t))) / sqrt(v_hat + o.eps) -
           (double)o.lr * o.weight_decay * w;
}

BELIEF(u_eps_at_least)
{
    double root = sqrt(v / (1 - pow(o.beta2, t)));
    return -o.lr * (m / (1 - pow(o.beta1, t))) / fmax(root, (double)o.eps) -
           (double)o.lr * o.weight_decay * w;
}

BELIEF(u_decay_after_the_step)
{
    double step = oracle_adamw_u(m, v, 0, o, t).value;
    return step - (double)o.lr * o.weight_decay * (w + step);
}

BELIEF(u_eps_before_correction)
{
    double correction2 = 1 - pow(o.beta2, t);
    return -o.lr * (m / (1 - pow(o.beta1, t))) / ((sqrt(v) + o.eps) / sqrt(correction2)) -
           (double)o.lr * o.weight_decay * w;
}

BELIEF(u_one_beta)
{
    double correction1 = 1 - pow(o.beta1, t);
    return adam_step(m, v, o, correction1, correction1) - (double)o.lr * o.weight_decay * w;
}

BELIEF(u_without_eps)
{
    o.eps = 0;
    return oracle_adamw_u(m, v, w, o, t).value;
}

BELIEF(u_without_decay)
{
    return oracle_adamw_u(m, v, 0, o, t).value;
}

BELIEF(u_decay_without_lr)
{
    return oracle_adamw_u(m, v, 0, o, t).value - (double)o.weight_decay * w;
}

BELIEF(u_decay_added)
{
    return oracle_adamw_u(m, v, -w, o, t).value;
}

BELIEF(u_uphill)
{
    return -oracle_adamw_u(m, v, -w, o, t).value;
}

BELIEF(u_negated)
{
    return -oracle_adamw_u(m, v, w, o, t).value;
}

BELIEF(u_without_root)
{
    double v_hat = v / (1 - pow(o.beta2, t));
    return -o.lr * (m / (1 - pow(o.beta1, t))) / (v_hat + o.eps) -
           (double)o.lr * o.weight_decay * w;
}

static const struct adamw_belief U_BELIEFS[] = {
    {"the bias correction is missing: both moments start at 0 and are too small at first",
     u_without_bias_correction},
    {"the bias correction of v is missing", u_without_correction2},
    {"the bias correction of m is missing", u_without_correction1},
    {"t was taken one step too late: it counts from 1", u_next_step},
    {"t was taken one step too early: it counts from 1", u_previous_step},
    {"the correction of v was made of beta1: each moment has a beta of its own", u_one_beta},
    {"eps was added under the root; it is added to the root", u_eps_under_root},
    {"eps was taken as the least that the root may be; it is added to the root", u_eps_at_least},
    {"the weight decay was taken of the weight after the step: it is of the w that came in",
     u_decay_after_the_step},
    {"eps was added before the bias correction, which then makes it larger as well",
     u_eps_before_correction},
    {"eps is missing", u_without_eps},
    {"there is no weight decay in u", u_without_decay},
    {"the weight decay was not multiplied by lr", u_decay_without_lr},
    {"the weight decay pushes w away from zero: it is subtracted", u_decay_added},
    {"the step goes uphill: u is minus lr times the direction", u_uphill},
    {"u has the wrong sign in all of its terms: the step goes uphill", u_negated},
    {"v was used without its square root", u_without_root},
};

#endif
