/**
 * @file tests_table.h
 * @brief Graded tests of exercises 2.4 to 2.6: the truth table and the maxima.
 *
 * A part of test_lab02.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB02_TESTS_TABLE_H
#define LOWP_GRADER_LAB02_TESTS_TABLE_H

#include "grader/lab02/beliefs.h"
#include "grader/lab02/beliefs_table.h"

// --------------------------------------------------------------------------------------------
// 2.4: the truth table
// --------------------------------------------------------------------------------------------

/** A set of classes as text, in one of four static buffers. */
static const char *show_set(unsigned set)
{
    static const char *const names[] = {"NaN",      "-inf", "negative", "-0",  "+0",
                                        "positive", "+inf", "false",    "true"};
    static char texts[4][120];
    static int turn;
    char *text = texts[turn++ % 4];
    int n = snprintf(text, sizeof texts[0], "{");
    for (size_t bit = 0; bit < COUNT(names); bit++)
        if (set >> bit & 1)
            n += snprintf(text + n, sizeof texts[0] - (size_t)n, "%s%s", n > 1 ? ", " : "",
                          names[bit]);
    snprintf(text + n, sizeof texts[0] - (size_t)n, "}%s",
             set >> COUNT(names) ? " and bits that mean nothing" : "");
    return text;
}

static const char *op_name(enum fp_op op)
{
    static const char *const names[OP_COUNT] = {"OP_ADD",   "OP_SUB",       "OP_MUL",  "OP_DIV",
                                                "OP_SQRT",  "OP_LOG",       "OP_EXP",  "OP_LESS",
                                                "OP_EQUAL", "OP_NOT_EQUAL", "OP_FMAX", "OP_PICK"};
    return names[op];
}

enum { CLASSES = 7, MOST_OPS = 3 };

/** Is the answer free? C leaves fmax(+0, -0) open. */
static bool is_free(enum fp_op op, unsigned a, unsigned b)
{
    return op == OP_FMAX && (a | b) == (V_MINUS_ZERO | V_PLUS_ZERO);
}

/** Asks for all pairs of classes under some operations, and judges the answers. */
static void check_outcomes(const enum fp_op *ops, size_t n_ops)
{
    enum { CASES = CLASSES * CLASSES * MOST_OPS };
    static struct {
        enum fp_op op;
        unsigned a, b, got, want;
    } c[CASES];
    const enum fp_op *given = GIVE(ops, n_ops);
    unsigned *got = TAKE(unsigned, n_ops);
    size_t n = 0, wrong = 0, first = 0;
    for (unsigned a = V_NAN; a <= V_PLUS_INF; a *= 2) {
        for (unsigned b = V_NAN; b <= V_PLUS_INF; b *= 2) {
            outcomes_map(got, given, n_ops, a, b);
            for (size_t k = 0; k < n_ops; k++) {
                if (is_free(ops[k], a, b))
                    continue;
                c[n].op = ops[k], c[n].a = a, c[n].b = b, c[n].got = got[k];
                c[n].want = oracle_outcomes(ops[k], a, b);
                n++;
            }
        }
    }
    for (size_t i = n; i-- > 0;) {
        wrong += c[i].got != c[i].want;
        first = c[i].got != c[i].want ? i : first;
    }
    if (wrong == 0)
        return;
    for (size_t belief = 0; belief < COUNT(OUTCOME_BELIEFS); belief++) {
        struct tally t = {0};
        for (size_t i = 0; i < n; i++)
            count_belief(&t, c[i].got == c[i].want,
                         c[i].got == OUTCOME_BELIEFS[belief].answer(c[i].op, c[i].a, c[i].b));
        name_belief(&t, OUTCOME_BELIEFS[belief].belief);
    }
    enum fp_op op = c[first].op;
    bool unary = op == OP_SQRT || op == OP_LOG || op == OP_EXP;
    fail("outcomes(%s, %s%s%s)\n  got      %s\n  expected %s\n(%zu of %zu cases differ)",
         op_name(op), show_set(c[first].a), unary ? ", any b such as " : ", ", show_set(c[first].b),
         show_set(c[first].got), show_set(c[first].want), wrong, n);
}

#define CHECK_OUTCOMES(...)                                                                        \
    check_outcomes((const enum fp_op[]){__VA_ARGS__}, COUNT(((const enum fp_op[]){__VA_ARGS__})))

GRADED(table_sums, .points = 5,
       .idea = "inf - inf is NaN; sums overflow but never underflow; x - x is +0")
{
    CHECK_OUTCOMES(OP_ADD, OP_SUB);
}

GRADED(table_products, .points = 5,
       .idea = "0 * inf, 0/0 and inf/inf are NaN; x/0 is not; products overflow and underflow")
{
    CHECK_OUTCOMES(OP_MUL, OP_DIV);
}

GRADED(table_functions, .points = 4,
       .idea = "sqrt and log of negative numbers are NaN, but -0 is none; exp reaches 0 and inf")
{
    CHECK_OUTCOMES(OP_SQRT, OP_LOG, OP_EXP);
}

GRADED(table_comparisons, .points = 4,
       .idea = "with a NaN every comparison is false, but != is true")
{
    CHECK_OUTCOMES(OP_LESS, OP_EQUAL, OP_NOT_EQUAL);
}

GRADED(table_maxima, .points = 3,
       .idea = "fmax drops a NaN; what a > b ? a : b does depends on where the NaN stands")
{
    CHECK_OUTCOMES(OP_FMAX, OP_PICK);
}

// --------------------------------------------------------------------------------------------
// 2.5 and 2.6: maxima
// --------------------------------------------------------------------------------------------

static const float SPECIALS[] = {NAN,       -INFINITY, -3e38f, -2,   -0x1p-149f, -0.0f, 0.0f,
                                 0x1p-149f, 1e-3f,     1,      1.5f, 65504,      3e38f, INFINITY};
enum { SPECIAL_COUNT = COUNT(SPECIALS) };

/** Believed maxima. */
static float picks(float a, float b)
{
    return a > b ? a : b;
}

static float picks_reversed(float a, float b)
{
    return b > a ? b : a;
}

static float right_max(float a, float b, bool propagate)
{
    if (isnan(a) || isnan(b))
        return propagate || (isnan(a) && isnan(b)) ? NAN : isnan(a) ? b : a;
    return a > b ? a : b;
}

/** Which of the pairs a test looks at. */
enum pairs { PAIRS_WITH_NAN, PAIRS_OF_ZEROS };

/** Compares all pairs of special values. In PAIRS_WITH_NAN zeros of both signs are one. */
static void check_max(bool propagate, enum pairs pairs)
{
    const char *name = propagate ? "max_propagating" : "max_ignoring";
    struct tally t[4] = {{0}};
    float first_a = 0, first_b = 0, first_got = 0;
    for (size_t j = SPECIAL_COUNT; j-- > 0;) {
        float b = SPECIALS[j], *got = TAKE(float, SPECIAL_COUNT);
        const float *a = GIVE(SPECIALS, SPECIAL_COUNT);
        if (propagate)
            max_propagating_map(got, a, SPECIAL_COUNT, b);
        else
            max_ignoring_map(got, a, SPECIAL_COUNT, b);
        for (size_t i = SPECIAL_COUNT; i-- > 0;) {
            double want = (double)right_max(a[i], b, propagate);
            bool zeros = a[i] == 0 && b == 0;
            if (pairs == PAIRS_OF_ZEROS && (isnan(a[i]) || isnan(b)))
                continue;
            bool right = same((double)got[i], want);
            if (zeros && pairs == PAIRS_OF_ZEROS)
                right = right && !signbit(got[i]) == !(signbit(a[i]) && signbit(b));
            count_belief(&t[0], right, same((double)got[i], (double)picks(a[i], b)));
            count_belief(&t[1], right, same((double)got[i], (double)picks_reversed(a[i], b)));
            count_belief(&t[2], right,
                         same((double)got[i], (double)right_max(a[i], b, !propagate)));
            count_belief(&t[3], right, zeros ? got[i] == 0 : same((double)got[i], want));
            if (!right)
                first_a = a[i], first_b = b, first_got = got[i];
        }
        arena_reset();
    }
    if (t[0].wrong == 0)
        return;
    name_belief(&t[0], "a > b ? a : b is b whenever one of them is a NaN");
    name_belief(&t[1], "b > a ? b : a is a whenever one of them is a NaN");
    name_belief(&t[2], propagate ? "this is fmax: it drops the NaN, and the trouble is hidden"
                                 : "this one is to drop a NaN if the other operand is a number");
    name_belief(&t[3], "+0 and -0 compare as equal, but +0 is to be the larger: look at signbit");
    fail("%s(%s, %s) returned %s\n(%zu of %d pairs of special values differ)", name,
         show_f32(first_a), show_f32(first_b), show_f32(first_got), t[0].wrong,
         SPECIAL_COUNT * SPECIAL_COUNT);
}

GRADED(max_keeps_nan, .points = 3, .idea = "max_propagating: a NaN on either side is the answer")
{
    check_max(true, PAIRS_WITH_NAN);
}

GRADED(max_drops_nan, .points = 2, .idea = "max_ignoring: a number wins over a NaN on either side")
{
    check_max(false, PAIRS_WITH_NAN);
}

GRADED(max_of_signed_zeros, .points = 2, .idea = "+0 is the larger zero, though +0 > -0 is false")
{
    check_max(true, PAIRS_OF_ZEROS);
    award(0.5);
    check_max(false, PAIRS_OF_ZEROS);
}

/** Largest magnitude by a believed maximum, from element 0 or from 0. */
static double amax_by(struct tensor t, float (*max)(float, float))
{
    float largest = 0;
    for (size_t i = 0; i < t.n; i++)
        largest = max(largest, (float)fabs(oracle_element(t, i)));
    return (double)largest;
}

static float propagating(float a, float b)
{
    return right_max(a, b, true);
}

GRADED(amax_keeps_nan, .points = 3, .idea = "the largest magnitude, with a NaN anywhere: NaN")
{
    enum { TENSORS = 24 };
    struct tensor list[TENSORS];
    for (uint64_t k = 0; k < TENSORS; k++) {
        enum dtype dtype = (enum dtype)(k % 3);
        uint32_t bits[50];
        size_t n = k < 3 ? 0 : 1 + test_u64(3 * k) % 50;
        for (uint64_t i = 0; i < n; i++)
            bits[i] = draw_code(dtype, (enum kind)(test_u64(9000 + 64 * k + i) % 3), 64 * k + i);
        if (n > 0 && k % 4 > 1) // a NaN first, last or in between
            bits[k % 8 < 3    ? 0
                 : k % 8 == 6 ? n - 1
                              : test_u64(k + 500) % n] = draw_code(dtype, KIND_NAN, 600 + k);
        if (n > 1 && k % 4 == 3) // and an infinity, which may come after it
            bits[n - 1] = draw_code(dtype, KIND_INF, 700 + k);
        list[k] = give_tensor("t", dtype, bits, n);
    }
    float *got = TAKE(float, TENSORS);
    amax_map(got, GIVE(list, TENSORS), TENSORS);
    struct tally t[3] = {{0}};
    size_t first = 0;
    for (size_t k = TENSORS; k-- > 0;) {
        double g = (double)got[k], negative = 0;
        for (size_t i = 0; i < list[k].n; i++)
            negative = (double)propagating((float)negative, (float)oracle_element(list[k], i));
        bool right = same(g, amax_by(list[k], propagating));
        first = right ? first : k;
        // As x > max ? x : max; but fmax of a signalling NaN may be a NaN, by luck.
        count_belief(&t[0], right, right || same(g, amax_by(list[k], fmaxf)));
        count_belief(&t[1], right, same(g, amax_by(list[k], picks)));
        count_belief(&t[2], right, same(g, negative));
    }
    if (t[0].wrong == 0)
        return;
    name_belief(&t[0], "a NaN was never taken: fmax drops it, and so does x > max ? x : max");
    name_belief(&t[1], "max > x ? max : x forgets a NaN as soon as a number comes after it");
    name_belief(&t[2], "the values were compared with their signs; magnitudes are meant");
    fail("amax of %zu %s numbers%s\n  got      %s\n  expected %.9g\n(%zu of %d tensors differ)",
         list[first].n, dtype_name(list[first].dtype),
         oracle_is_bad(list[first], true) ? ", a NaN among them" : "", show_f32(got[first]),
         amax_by(list[first], propagating), t[0].wrong, TENSORS);
}

#endif
