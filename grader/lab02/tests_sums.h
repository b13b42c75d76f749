/**
 * @file tests_sums.h
 * @brief Graded tests of exercises 2.7 to 2.11: sums in 16 bits, their cures, predictions.
 *
 * A part of test_lab02.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB02_TESTS_SUMS_H
#define LOWP_GRADER_LAB02_TESTS_SUMS_H

#include "grader/lab02/beliefs.h"

// --------------------------------------------------------------------------------------------
// 2.7 to 2.9: sums
// --------------------------------------------------------------------------------------------

/** Calls one of the sums on tensors, compares with an oracle, and explains. */
static void check_sums(const char *name, float (*sum)(struct tensor), const struct tensor *list,
                       size_t n, double (*oracle)(struct tensor))
{
    struct tally t[COUNT(SUM_BELIEFS)] = {{0}};
    double got[32], want[32];
    size_t wrong = 0, first = 0;
    for (size_t k = n; k-- > 0;) {
        got[k] = (double)sum(list[k]);
        want[k] = oracle(list[k]);
        wrong += !same(got[k], want[k]);
        first = same(got[k], want[k]) ? first : k;
    }
    if (wrong == 0)
        return;
    for (size_t b = COUNT(SUM_BELIEFS); b-- > 0;) {
        for (size_t k = 0; k < n; k++)
            count_belief(&t[b], same(got[k], want[k]),
                         same(got[k], SUM_BELIEFS[b].answer(list[k])));
        if (SUM_BELIEFS[b].answer != oracle)
            name_belief(&t[b], SUM_BELIEFS[b].belief);
    }
    fail("%s(%s: %zu %s numbers) returned %.9g, expected %.9g\n(%zu of %zu tensors differ)", name,
         list[first].name, list[first].n, dtype_name(list[first].dtype), got[first], want[first],
         wrong, n);
}

/** n times the same number. */
static struct tensor give_constant(const char *name, enum dtype dtype, double x, size_t n)
{
    static double values[8192];
    for (size_t i = 0; i < n; i++)
        values[i] = x;
    return give_values(name, dtype, values, n);
}

/** n numbers between -low and high, with random digits. */
static struct tensor give_random(enum dtype dtype, double low, double high, size_t n,
                                 uint64_t stream)
{
    double values[512];
    for (size_t i = 0; i < n; i++)
        values[i] = (low + high) * test_f64(stream + i) - low;
    return give_values("random numbers", dtype, values, n);
}

/** Tensors on which the ways to sum differ; 20 of them. */
static void give_addends(struct tensor list[20])
{
    const size_t lengths[] = {0, 1, 2, 3, 6, 61, 200, 333};
    list[0] = give_constant("1000 times 1e-7", DTYPE_FP16, 1e-7, 1000);
    list[1] = give_constant("1000 times 1e-7", DTYPE_BF16, 1e-7, 1000);
    list[2] = give_constant("3000 times 1", DTYPE_FP16, 1, 3000);
    list[3] = give_constant("300 times 1", DTYPE_BF16, 1, 300);
    for (uint64_t k = 0; k < 16; k++)
        list[4 + k] =
            give_random(k < 8 ? DTYPE_FP16 : DTYPE_BF16, k % 2, 3, lengths[k / 2], 1000 * k);
}

GRADED(running_sum_rounds, .points = 4,
       .idea = "an FP16 or BF16 accumulator rounds after each addition: sums drift and stall")
{
    struct tensor list[21];
    give_addends(list);
    list[20] = give_random(DTYPE_FP32, 1, 3, 100, 50000);
    check_sums("sum_running", sum_running, list, 21, oracle_sum_running);
}

GRADED(running_sum_overflows, .points = 2,
       .idea = "past 65504 a running FP16 sum is infinite, whatever comes after; BF16 goes on")
{
    static const double there_and_back[] = {60000, 5000, 5000, -60000, -10000};
    static const double nearly[] = {65504, 15, -65504}, over[] = {65504, 16, -65504};
    static const double clash[] = {60000, 60000, -INFINITY, 1}, down[] = {-65504, -65504, 1e4};
    static const double large[] = {3e38, 3e38, -3e38, -3e38};
    struct tensor list[] = {
        give_values("60000, 5000, 5000, -60000, -10000", DTYPE_FP16, there_and_back, 5),
        give_values("60000, 5000, 5000, -60000, -10000", DTYPE_BF16, there_and_back, 5),
        give_values("65504, 15, -65504", DTYPE_FP16, nearly, 3),
        give_values("65504, 16, -65504", DTYPE_FP16, over, 3),
        give_values("60000, 60000, -inf, 1", DTYPE_FP16, clash, 4),
        give_values("-65504, -65504, 1e4", DTYPE_FP16, down, 3),
        give_values("3e38, 3e38, -3e38, -3e38", DTYPE_BF16, large, 4),
    };
    check_sums("sum_running", sum_running, list, COUNT(list), oracle_sum_running);
}

GRADED(fp32_sum_is_a_cure, .points = 2,
       .idea = "an FP32 accumulator keeps what 16 bits lose, and goes past 65504")
{
    struct tensor list[23];
    give_addends(list);
    list[20] = give_constant("10 times 60000", DTYPE_FP16, 60000, 10);
    list[21] = give_constant("3000 times 1e-3", DTYPE_BF16, 1e-3, 3000);
    list[22] = give_random(DTYPE_FP32, 1, 3, 200, 60000);
    for (size_t k = 0; k < COUNT(list); k++) {
        // n - 1 additions, each rounding a partial sum of at most sum |x| by 2^-24 of it: the
        // contract's bound, with 1 addition to spare for second-order terms.
        double scale, want = oracle_sum(list[k], &scale);
        double got = (double)sum_fp32(list[k]);
        double tolerance = (double)list[k].n * 0x1p-24 * scale;
        if (fabs(got - want) <= tolerance)
            continue;
        if (same(got, oracle_sum_running(list[k])))
            because("this is sum_running(): the accumulator is still of t's own format");
        else if (same(got, oracle_rounded(want, list[k].dtype)))
            because("the sum was rounded to t's format at the end: the contract does not");
        fail("sum_fp32(%s: %zu %s numbers) returned %.9g, expected %.9g within %.2g", list[k].name,
             list[k].n, dtype_name(list[k].dtype), got, want, tolerance);
    }
}

GRADED(pairwise_sum_is_a_cure, .points = 3,
       .idea = "added by halves, a sum in 16 bits rounds each number log2 n times, not n times")
{
    struct tensor list[21];
    give_addends(list);
    list[20] = give_random(DTYPE_FP32, 1, 3, 100, 50000);
    check_sums("sum_pairwise", sum_pairwise, list, 21, oracle_sum_pairwise);
}

// --------------------------------------------------------------------------------------------
// 2.10 and 2.11: prediction
// --------------------------------------------------------------------------------------------

/** "3064", or "NOT_FOUND". */
static const char *show_count(size_t n)
{
    static char texts[2][24];
    static int turn;
    char *text = texts[turn++ % 2];
    snprintf(text, sizeof texts[0], n == NOT_FOUND ? "NOT_FOUND" : "%zu", n);
    return text;
}

GRADED(adds_until_overflow, .points = 3,
       .idea = "rounding decides when a running sum overflows: 17 gets there early, 16 never")
{
    // A sum that does not start at 0 is one addition early with 16.75, 18.5 and 23.
    float f16[17] = {17, 16, 32, 1, 65504, 33, 16.5f, 16.75f, 18.5f, 23};
    float bf16[8] = {0x1p120f, 0x1p119f, 3e38f, 1};
    for (uint64_t i = 10; i < 17; i++) // anything from 100 to 65504
        f16[i] = (float)oracle_rounded(100 * pow(655, test_f64(i)), DTYPE_FP16);
    for (uint64_t i = 2; i < 8; i++)
        if (i != 3)
            bf16[i] = (float)oracle_rounded(ldexp(1 + test_f64(i), 120 + (int)i % 7), DTYPE_BF16);
    for (int d = DTYPE_FP16; d <= DTYPE_BF16; d++) {
        const float *x = d == DTYPE_FP16 ? f16 : bf16;
        size_t n = d == DTYPE_FP16 ? COUNT(f16) : COUNT(bf16), first = 0, want[17];
        double max = d == DTYPE_FP16 ? 65504 : 0x1.fep127;
        size_t *got = TAKE(size_t, n);
        adds_until_overflow_map(got, GIVE(x, n), n, (enum dtype)d);
        struct tally t[5] = {{0}};
        for (size_t i = n; i-- > 0;) {
            want[i] = oracle_adds((double)x[i], (enum dtype)d);
            bool right = got[i] == want[i];
            first = right ? first : i;
            double quotient = floor(max / (double)x[i]);
            count_belief(&t[0], right, quotient < 1e6 && got[i] == (size_t)quotient + 1);
            count_belief(&t[1], right, quotient < 1e6 && got[i] == (size_t)quotient);
            count_belief(&t[2], right, want[i] == NOT_FOUND ? right : got[i] == want[i] - 1);
            count_belief(&t[3], right, want[i] == NOT_FOUND ? got[i] != NOT_FOUND : right);
            count_belief(&t[4], right,
                         quotient < 1e6 && got[i] == (size_t)ceil(max / (double)x[i]));
        }
        for (size_t b = 0; b < COUNT(t); b++)
            name_belief(&t[b], b == 2 ? "the addition that overflows is counted too"
                               : b == 3
                                   ? "a sum that no longer grows never overflows: NOT_FOUND"
                                   : "dividing the largest value by x takes the sum for exact, but "
                                     "each addition rounds, up or down");
        if (t[0].wrong)
            fail("adds_until_overflow(%.9g, %s) returned %s, expected %s\n(%zu of %zu differ)",
                 (double)x[first], dtype_name((enum dtype)d), show_count(got[first]),
                 show_count(want[first]), t[0].wrong, n);
        arena_reset();
    }
}

/** Is the answer so close to changing that FP32 arithmetic may decide it? */
static bool depth_is_unclear(double largest, double gain, enum dtype dtype)
{
    double limit = dtype == DTYPE_FP16 ? 65520 : 0x1.ffp127;
    double depth = log(limit / largest) / log(gain);
    return fabs(depth - round(depth)) * log(gain) < 1e-4;
}

/** One call of layers_until_overflow(). */
struct depth_case {
    float largest, gain;
    enum dtype dtype;
    size_t got, want;
};

enum { DEPTH_CASES = 54, DEPTH_BELIEFS = 9 };

static const char *const depth_beliefs[DEPTH_BELIEFS] = {
    "up to half a gap above the largest value a number is rounded down to it",
    "the first k that overflows is meant, not the last that does not",
    "k = 0 is the value that goes into the first layer; this is one too many",
    "BF16 was given FP16's limit: it reaches to 3.4e38",
    "every format was given FP32's limit: FP16 ends at 65504 already",
    "exactly half a gap above the largest value is a tie, and rounds up: 65520 overflows",
    "what is past the limit as it is needs no layer: 0, even with a gain of 1 or less",
    "the powers were multiplied up in FP32: each rounds, and in the end one decides",
    "0 stays 0, whatever it is multiplied by: NOT_FOUND",
};

/** The answer of who multiplies up in FP32. */
static size_t layers_in_fp32(float largest, float gain, enum dtype dtype)
{
    float limit = dtype == DTYPE_FP16 ? 65520 : dtype == DTYPE_BF16 ? 0x1.ffp127f : INFINITY;
    size_t k = 0;
    for (; largest < limit && largest * gain > largest; k++)
        largest *= gain;
    return largest < limit ? NOT_FOUND : k;
}

static void count_depth_beliefs(struct tally t[DEPTH_BELIEFS], const struct depth_case *c)
{
    double largest = (double)c->largest, gain = (double)c->gain;
    double max = c->dtype == DTYPE_FP16   ? 65504
                 : c->dtype == DTYPE_BF16 ? 0x1.fep127
                                          : 0x1.fffffep127;
    double limit = c->dtype == DTYPE_FP16 ? 65520 : c->dtype == DTYPE_BF16 ? 0x1.ffp127 : INFINITY;
    bool right = c->got == c->want;
    // Whether the largest number itself still counts as finite depends on the student's <.
    bool between = largest > max && isfinite(oracle_rounded(largest, c->dtype));
    count_belief(&t[0], right, between || (largest == max && !right) ? c->got == 0 : right);
    bool fixed = c->want == NOT_FOUND || c->want == 0;
    count_belief(&t[1], right, fixed ? right : c->got == c->want - 1);
    count_belief(&t[2], right, fixed ? right : c->got == c->want + 1);
    bool of_fp32 = c->dtype == DTYPE_FP32 && right; // this rule says nothing about FP32
    count_belief(&t[3], right, of_fp32 || c->got == oracle_layers(largest, gain, DTYPE_FP16));
    count_belief(&t[4], right, c->got == oracle_layers(largest, gain, DTYPE_FP32));
    bool tie = c->want != NOT_FOUND && largest * pow(gain, (double)c->want) == limit;
    count_belief(&t[5], right, tie && !right ? c->got > c->want : right);
    count_belief(&t[6], right, c->want == 0 && gain <= 1 ? c->got == NOT_FOUND : right);
    count_belief(&t[7], right,
                 c->want == NOT_FOUND ? right
                                      : c->got == layers_in_fp32(c->largest, c->gain, c->dtype));
    count_belief(&t[8], right, largest == 0 && gain > 1 ? c->got != NOT_FOUND : right);
}

GRADED(layers_until_overflow, .points = 3,
       .idea = "largest * gain^k overflows where it rounds past the largest: from 65520 in FP16")
{
    // 4095 * 2^4 and 511 * 2^119 meet the limit exactly. The last power is 1.4e-5 beside it, which is
    // little enough for 34,271 roundings to FP32 to go astray.
    static const struct {
        float largest, gain;
        enum dtype dtype;
    } fixed[] = {{1, 2, DTYPE_FP16},
                 {1, 1.5f, DTYPE_FP16},
                 {1, 1.5f, DTYPE_BF16},
                 {65504, 1, DTYPE_FP16},
                 {65519, 1, DTYPE_FP16},
                 {65520, 1, DTYPE_FP16},
                 {65519, 0.5f, DTYPE_FP16},
                 {0, 2, DTYPE_FP16},
                 {1, 0, DTYPE_FP16},
                 {1e5f, 0.5f, DTYPE_FP16},
                 {1, 2, DTYPE_BF16},
                 {0x1.fep127f, 1, DTYPE_BF16},
                 {65510, 1, DTYPE_FP16},
                 {65510, 1, DTYPE_BF16},
                 {0x1.ffp127f, 1, DTYPE_BF16},
                 {4095, 2, DTYPE_FP16},
                 {511, 2, DTYPE_BF16},
                 {1, 2, DTYPE_FP32},
                 {1e5f, 1.5f, DTYPE_FP32},
                 {0x1.fffffep127f, 1, DTYPE_FP32},
                 {1, 0x1.001536p0f, DTYPE_FP16}};
    struct depth_case c[DEPTH_CASES];
    size_t n = 0, first = DEPTH_CASES;
    for (; n < COUNT(fixed); n++)
        c[n] = (struct depth_case){fixed[n].largest, fixed[n].gain, fixed[n].dtype, 0, 0};
    for (uint64_t i = 0; i < 60 && n < DEPTH_CASES; i++) {
        float largest = (float)exp2(20 * test_f64(2 * i) - 8);
        float gain = (float)(1.1 + 3 * test_f64(2 * i + 1) * test_f64(2 * i + 1));
        enum dtype dtype = i % 3 ? DTYPE_FP16 : DTYPE_BF16;
        if (!depth_is_unclear((double)largest, (double)gain, dtype))
            c[n++] = (struct depth_case){largest, gain, dtype, 0, 0};
    }
    struct tally t[DEPTH_BELIEFS] = {{0}};
    for (size_t i = n; i-- > 0;) {
        c[i].got = layers_until_overflow(c[i].largest, c[i].gain, c[i].dtype);
        c[i].want = oracle_layers((double)c[i].largest, (double)c[i].gain, c[i].dtype);
        count_depth_beliefs(t, &c[i]);
        first = c[i].got == c[i].want ? first : i;
    }
    if (first == DEPTH_CASES)
        return;
    for (size_t b = 0; b < DEPTH_BELIEFS; b++)
        name_belief(&t[b], depth_beliefs[b]);
    fail("layers_until_overflow(%.9g, %.9g, %s) returned %s, expected %s\n(%zu of %zu differ)",
         (double)c[first].largest, (double)c[first].gain, dtype_name(c[first].dtype),
         show_count(c[first].got), show_count(c[first].want), t[0].wrong, n);
}

#endif
