/**
 * @file beliefs_table.h
 * @brief Wrong rules of lab 02 about the truth table: what a student who believes one would answer.
 *
 * Used as those of beliefs.h are. Included by test_lab02.c alone.
 */
#ifndef LOWP_GRADER_LAB02_BELIEFS_TABLE_H
#define LOWP_GRADER_LAB02_BELIEFS_TABLE_H

#include "grader/lab02/draw.h"

static const unsigned ANY_INF = V_MINUS_INF | V_PLUS_INF;
static const unsigned ANY_ZERO = V_MINUS_ZERO | V_PLUS_ZERO;
static const unsigned ANY_FINITE = V_NEGATIVE | V_POSITIVE;

static unsigned no_overflow(enum fp_op op, unsigned a, unsigned b)
{
    unsigned want = oracle_outcomes(op, a, b);
    return want & ANY_FINITE ? want & ~ANY_INF : want;
}

static unsigned no_underflow(enum fp_op op, unsigned a, unsigned b)
{
    unsigned want = oracle_outcomes(op, a, b);
    bool cancels = op == OP_ADD || op == OP_SUB || op == OP_LOG;
    return (want & ANY_FINITE) && !cancels ? want & ~ANY_ZERO : want;
}

static unsigned sums_underflow(enum fp_op op, unsigned a, unsigned b)
{
    unsigned want = oracle_outcomes(op, a, b);
    bool same_sign = want & ANY_INF && want & ANY_FINITE && (op == OP_ADD || op == OP_SUB);
    return !same_sign ? want : want | (want & V_POSITIVE ? V_PLUS_ZERO : V_MINUS_ZERO);
}

static unsigned no_cancellation(enum fp_op op, unsigned a, unsigned b)
{
    unsigned want = oracle_outcomes(op, a, b);
    return (op == OP_ADD || op == OP_SUB) && want & ANY_FINITE ? want & ~ANY_ZERO : want;
}

static unsigned cancels_to_both_zeros(enum fp_op op, unsigned a, unsigned b)
{
    unsigned want = oracle_outcomes(op, a, b);
    bool sum = op == OP_ADD || op == OP_SUB;
    return sum && want & ANY_ZERO && want & ANY_FINITE && !(want & ANY_INF) && !(a & ANY_ZERO)
               ? want | ANY_ZERO
               : want;
}

static unsigned zero_signs_forgotten(enum fp_op op, unsigned a, unsigned b)
{
    unsigned want = oracle_outcomes(op, a, b);
    return want & ANY_ZERO ? (want & ~ANY_ZERO) | V_PLUS_ZERO : want;
}

/** a + 0 taken to be a, also where a is a zero of the other sign. */
static unsigned zeros_add_to_first(enum fp_op op, unsigned a, unsigned b)
{
    bool zeros = (op == OP_ADD || op == OP_SUB) && a & ANY_ZERO && b & ANY_ZERO;
    return zeros ? a : oracle_outcomes(op, a, b);
}

static unsigned zero_divisor_unsigned(enum fp_op op, unsigned a, unsigned b)
{
    return oracle_outcomes(op, a, op == OP_DIV && b & ANY_ZERO ? V_PLUS_ZERO : b);
}

static unsigned infinities_differ(enum fp_op op, unsigned a, unsigned b)
{
    bool same = a == b && a & ANY_INF && (op == OP_EQUAL || op == OP_NOT_EQUAL);
    return !same ? oracle_outcomes(op, a, b) : op == OP_EQUAL ? V_FALSE : V_TRUE;
}

static unsigned inf_minus_inf_is_0(enum fp_op op, unsigned a, unsigned b)
{
    bool clash = (op == OP_ADD || op == OP_SUB) && a & ANY_INF && b & ANY_INF;
    unsigned want = oracle_outcomes(op, a, b);
    return clash && want == V_NAN ? V_PLUS_ZERO : want;
}

static unsigned inf_minus_inf_is_inf(enum fp_op op, unsigned a, unsigned b)
{
    bool clash = (op == OP_ADD || op == OP_SUB) && a & ANY_INF && b & ANY_INF;
    unsigned want = oracle_outcomes(op, a, b);
    return clash && want == V_NAN ? a : want;
}

static bool opposite_signs(unsigned a, unsigned b)
{
    const unsigned minus = V_MINUS_INF | V_NEGATIVE | V_MINUS_ZERO;
    return !(a & minus) != !(b & minus);
}

static unsigned zero_times_inf_is_0(enum fp_op op, unsigned a, unsigned b)
{
    bool clash = op == OP_MUL && (a | b) & ANY_INF && (a | b) & ANY_ZERO && !((a | b) & V_NAN);
    return !clash ? oracle_outcomes(op, a, b) : opposite_signs(a, b) ? V_MINUS_ZERO : V_PLUS_ZERO;
}

static unsigned zero_times_inf_is_plus_0(enum fp_op op, unsigned a, unsigned b)
{
    bool clash = op == OP_MUL && (a | b) & ANY_INF && (a | b) & ANY_ZERO && !((a | b) & V_NAN);
    return clash ? V_PLUS_ZERO : oracle_outcomes(op, a, b);
}

static unsigned zero_times_inf_is_inf(enum fp_op op, unsigned a, unsigned b)
{
    bool clash = op == OP_MUL && (a | b) & ANY_INF && (a | b) & ANY_ZERO && !((a | b) & V_NAN);
    return !clash ? oracle_outcomes(op, a, b) : opposite_signs(a, b) ? V_MINUS_INF : V_PLUS_INF;
}

static unsigned division_by_zero_is_nan(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_DIV && b & ANY_ZERO ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned zero_by_zero_is_inf(enum fp_op op, unsigned a, unsigned b)
{
    bool clash = op == OP_DIV && a & ANY_ZERO && b & ANY_ZERO;
    return !clash ? oracle_outcomes(op, a, b) : opposite_signs(a, b) ? V_MINUS_INF : V_PLUS_INF;
}

static unsigned inf_by_inf_is_1(enum fp_op op, unsigned a, unsigned b)
{
    bool clash = op == OP_DIV && a & ANY_INF && b & ANY_INF;
    return !clash ? oracle_outcomes(op, a, b) : opposite_signs(a, b) ? V_NEGATIVE : V_POSITIVE;
}

static unsigned log_of_zero_is_nan(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_LOG && a & ANY_ZERO ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned log_of_minus_zero_is_nan(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_LOG && a == V_MINUS_ZERO ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned root_of_minus_zero(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_SQRT && a == V_MINUS_ZERO ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned root_of_minus_zero_is_plus(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_SQRT && a == V_MINUS_ZERO ? V_PLUS_ZERO : oracle_outcomes(op, a, b);
}

static unsigned minus_zero_is_negative(enum fp_op op, unsigned a, unsigned b)
{
    bool of_minus_zero = (op == OP_SQRT || op == OP_LOG) && a == V_MINUS_ZERO;
    return of_minus_zero ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned log_never_zero(enum fp_op op, unsigned a, unsigned b)
{
    unsigned want = oracle_outcomes(op, a, b);
    return op == OP_LOG ? want & ~ANY_ZERO : want;
}

static unsigned exp_of_minus_inf_is_nan(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_EXP && a == V_MINUS_INF ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned second_operand_counts(enum fp_op op, unsigned a, unsigned b)
{
    bool unary = op == OP_SQRT || op == OP_LOG || op == OP_EXP;
    return unary && b == V_NAN ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned nan_equals_nan(enum fp_op op, unsigned a, unsigned b)
{
    bool clash = a == V_NAN && b == V_NAN && (op == OP_EQUAL || op == OP_NOT_EQUAL);
    return !clash ? oracle_outcomes(op, a, b) : op == OP_EQUAL ? V_TRUE : V_FALSE;
}

static unsigned all_comparisons_false(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_NOT_EQUAL && (a | b) & V_NAN ? V_FALSE : oracle_outcomes(op, a, b);
}

static unsigned comparisons_give_nan(enum fp_op op, unsigned a, unsigned b)
{
    return (a | b) & V_NAN ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned zeros_differ(enum fp_op op, unsigned a, unsigned b)
{
    bool zeros = a & ANY_ZERO && b & ANY_ZERO && a != b && op != OP_LESS;
    return !zeros ? oracle_outcomes(op, a, b) : op == OP_EQUAL ? V_FALSE : V_TRUE;
}

static unsigned class_decides(enum fp_op op, unsigned a, unsigned b)
{
    bool same_class = a == b && a & ANY_FINITE;
    return !same_class ? oracle_outcomes(op, a, b) : op == OP_EQUAL ? V_TRUE : V_FALSE;
}

static unsigned fmax_propagates(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_FMAX && (a | b) & V_NAN ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned pick_propagates(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_PICK && (a | b) & V_NAN ? V_NAN : oracle_outcomes(op, a, b);
}

static unsigned pick_ignores(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_PICK && (a | b) & V_NAN ? (a == V_NAN ? b : a) : oracle_outcomes(op, a, b);
}

static unsigned pick_keeps_a(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_PICK && (a | b) & V_NAN ? a : oracle_outcomes(op, a, b);
}

static const struct {
    const char *belief;
    unsigned (*answer)(enum fp_op op, unsigned a, unsigned b);
} OUTCOME_BELIEFS[] = {
    {"finite numbers can overflow: infinity is missing from the sets", no_overflow},
    {"products, quotients and exp can underflow to zero", no_underflow},
    {"x + y of one sign is never 0: subnormal numbers see to that", sums_underflow},
    {"x - x is 0: a difference of finite numbers can vanish", no_cancellation},
    {"x - x is +0, never -0, when rounding to nearest", cancels_to_both_zeros},
    {"zeros have signs: -0 * 1 and -0 + -0 are -0", zero_signs_forgotten},
    {"-0 + +0 is +0, in either order: a + 0 is a only for numbers that are not 0",
     zeros_add_to_first},
    {"inf - inf is NaN, not 0", inf_minus_inf_is_0},
    {"inf - inf is NaN, not an infinity", inf_minus_inf_is_inf},
    {"0 * inf is NaN, not 0: no limit is taken", zero_times_inf_is_0},
    {"0 * inf is NaN, not 0: no limit is taken", zero_times_inf_is_plus_0},
    {"0 * inf is NaN, not an infinity", zero_times_inf_is_inf},
    {"x / 0 is an infinity for x != 0; only 0 / 0 is NaN", division_by_zero_is_nan},
    {"the sign of a zero counts in a quotient, too: 1 / -0 is -inf", zero_divisor_unsigned},
    {"0 / 0 is NaN, not an infinity", zero_by_zero_is_inf},
    {"inf / inf is NaN, not 1", inf_by_inf_is_1},
    {"log(0) is -inf, not NaN", log_of_zero_is_nan},
    {"log(-0) is -inf as well: -0 is no negative number", log_of_minus_zero_is_nan},
    {"sqrt(-0) is -0: -0 is no negative number", root_of_minus_zero},
    {"sqrt(-0) is -0: the sign stays", root_of_minus_zero_is_plus},
    {"-0 is no negative number: sqrt(-0) is -0, and log(-0) is -inf", minus_zero_is_negative},
    {"log(1) is +0", log_never_zero},
    {"exp(-inf) is +0", exp_of_minus_inf_is_nan},
    {"sqrt, log and exp have one operand: b means nothing", second_operand_counts},
    {"NaN == NaN is false, and NaN != NaN is true", nan_equals_nan},
    {"a != b is true if one of them is a NaN: it is the one comparison that is",
     all_comparisons_false},
    {"a comparison gives true or false, with a NaN too", comparisons_give_nan},
    {"+0 == -0: zeros of both signs compare as equal", zeros_differ},
    {"inf == inf is true: an infinity is a value like others, and equals itself",
     infinities_differ},
    {"two positive numbers can be equal or not: both answers belong to the set", class_decides},
    {"fmax ignores a NaN if the other operand is a number", fmax_propagates},
    {"a > b is false with a NaN, so a > b ? a : b is b then, whatever b is", pick_propagates},
    {"a > b is false with a NaN, so a > b ? a : b is b then, even if b is the NaN", pick_ignores},
    {"a > b is false with a NaN, so a > b ? a : b is b, not a", pick_keeps_a},
};

#endif
