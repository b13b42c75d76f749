/**
 * @file tests_census.h
 * @brief Graded tests of exercises 2.1 to 2.3: kinds, counts, the first bad element.
 *
 * A part of test_lab02.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB02_TESTS_CENSUS_H
#define LOWP_GRADER_LAB02_TESTS_CENSUS_H

#include "grader/lab02/beliefs.h"

static const char *kind_name(enum kind kind)
{
    static const char *const names[] = {"zero", "subnormal", "normal", "infinity", "NaN"};
    return (unsigned)kind < KIND_COUNT ? names[kind] : "no kind at all";
}

/** All codes of a 16-bit format; of FP32 every exponent, with mantissas that matter. */
static size_t all_codes(enum dtype dtype, uint32_t codes[65536])
{
    for (uint32_t i = 0; i < 65536; i++) {
        static const uint32_t mantissas[] = {0, 1, 0x400000, 0x7FFFFF, 0x3FFFFF, 0x200000};
        uint32_t mantissa = i % 8 < 6 ? mantissas[i % 8] : (uint32_t)(test_u64(i) & 0x7FFFFF);
        codes[i] = dtype == DTYPE_FP32 ? i / 8 % 512 << 23 | mantissa : i;
    }
    return dtype == DTYPE_FP32 ? 4096 : 65536;
}

GRADED(kinds, .points = 3, .idea = "zero, subnormal, normal, infinity and NaN, by the code alone")
{
    static uint32_t codes[65536];
    for (int d = DTYPE_FP16; d <= DTYPE_FP32; d++) {
        enum dtype dtype = (enum dtype)d;
        size_t n = all_codes(dtype, codes), wrong = 0, first = 0;
        enum kind *got = TAKE(enum kind, n);
        kind_of_map(got, GIVE(codes, n), n, dtype);
        struct tally tallies[COUNT(KIND_BELIEFS)] = {{0}};
        for (size_t i = n; i-- > 0;) {
            bool right = got[i] == oracle_kind(codes[i], dtype);
            wrong += !right;
            first = right ? first : i;
        }
        for (size_t i = 0; wrong && i < n; i++)
            for (size_t b = 0; b < COUNT(KIND_BELIEFS); b++)
                count_belief(&tallies[b], got[i] == oracle_kind(codes[i], dtype),
                             got[i] == KIND_BELIEFS[b].answer(codes[i], dtype));
        if (wrong) {
            for (size_t b = 0; b < COUNT(KIND_BELIEFS); b++)
                name_belief(&tallies[b], KIND_BELIEFS[b].belief);
            fail("kind_of(%s)\n  got      %s\n  expected %s\n(%zu of %zu codes differ)",
                 show_code(oracle_format(dtype), codes[first]), kind_name(got[first]),
                 kind_name(oracle_kind(codes[first], dtype)), wrong, n);
        }
        arena_reset();
    }
}

/** A tensor with about as many of each kind. */
static struct tensor give_mixture(enum dtype dtype, size_t n, uint64_t stream)
{
    uint32_t bits[512];
    for (size_t i = 0; i < n; i++)
        bits[i] = draw_code(dtype, (enum kind)(test_u64(stream + 2 * i) % KIND_COUNT),
                            stream + 2 * i + 1);
    return give_tensor("mixture", dtype, bits, n);
}

static struct census oracle_census(struct tensor t)
{
    struct census want = {0};
    for (size_t i = 0; i < t.n; i++) {
        double x = fabs(oracle_element(t, i));
        bool number = isfinite(x) && x > 0;
        want.count[oracle_kind(tensor_bits(t, i), t.dtype)]++;
        if (number && (want.smallest == 0 || x < (double)want.smallest))
            want.smallest = (float)x;
        if (number && x > (double)want.largest)
            want.largest = (float)x;
    }
    return want;
}

/** The census of someone who tells kinds by a rule. */
static struct census census_by(struct tensor t, kind_rule *kind_of)
{
    struct census census = {0};
    for (size_t i = 0; i < t.n; i++) {
        float x = (float)fabs(oracle_element(t, i));
        enum kind kind = kind_of(tensor_bits(t, i), t.dtype);
        census.count[kind]++;
        if (kind != KIND_SUBNORMAL && kind != KIND_NORMAL)
            continue;
        if (census.smallest == 0 || x < census.smallest)
            census.smallest = x;
        if (x > census.largest)
            census.largest = x;
    }
    return census;
}

static bool same_counts_of_kinds(struct census a, struct census b)
{
    return memcmp(a.count, b.count, sizeof a.count) == 0;
}

static bool same_range(struct census a, struct census b)
{
    return a.smallest == b.smallest && a.largest == b.largest;
}

/** Names the rule for kinds that explains all of some censuses. */
static void name_kind_belief(const struct tensor *list, const struct census *got, size_t n,
                             bool (*alike)(struct census, struct census))
{
    for (size_t b = 0; b < COUNT(KIND_BELIEFS); b++) {
        struct tally t = {0};
        for (size_t k = 0; k < n; k++)
            count_belief(&t, alike(got[k], oracle_census(list[k])),
                         alike(got[k], census_by(list[k], KIND_BELIEFS[b].answer)));
        name_belief(&t, KIND_BELIEFS[b].belief);
    }
}

GRADED(census_counts, .points = 3, .idea = "every element is counted once, in its kind")
{
    enum { LENGTHS = 5, TENSORS = 3 * LENGTHS };
    const size_t lengths[LENGTHS] = {0, 1, 5, 37, 400};
    struct tensor list[TENSORS];
    struct census got[TENSORS];
    size_t first = TENSORS;
    for (size_t k = 0; k < TENSORS; k++) {
        list[k] = give_mixture((enum dtype)(k % 3), lengths[k / 3], 1000 * k);
        got[k] = tensor_census(list[k]);
        if (first == TENSORS && !same_counts_of_kinds(got[k], oracle_census(list[k])))
            first = k;
    }
    if (first == TENSORS)
        return;
    struct tensor t = list[first];
    struct census want = oracle_census(t);
    size_t all = 0, kind = 0;
    for (size_t i = KIND_COUNT; i-- > 0;) {
        all += got[first].count[i];
        kind = got[first].count[i] == want.count[i] ? kind : i;
    }
    if (all != t.n)
        because("the counts sum to %zu, but the tensor has %zu elements", all, t.n);
    name_kind_belief(list, got, TENSORS, same_counts_of_kinds);
    fail("tensor_census of %zu %s numbers: count of %s\n  got      %zu\n  expected %zu", t.n,
         dtype_name(t.dtype), kind_name((enum kind)kind), got[first].count[kind], want.count[kind]);
}

/** Extremes as some believe them to be. */
static void explain_extremes(struct tensor t, struct census got, struct census want)
{
    double signed_max = -INFINITY, min_normal = INFINITY;
    bool normals = false;
    for (size_t i = 0; i < t.n; i++) {
        double x = oracle_element(t, i);
        if (isfinite(x))
            signed_max = fmax(signed_max, x);
        if (oracle_kind(tensor_bits(t, i), t.dtype) == KIND_NORMAL)
            min_normal = fmin(min_normal, fabs(x)), normals = true;
    }
    if (isinf(got.largest))
        because("infinities do not take part: largest is the largest *finite* magnitude");
    else if (isnan(got.largest) || isnan(got.smallest))
        because("a NaN was compared along");
    else if (got.smallest == 0 && want.smallest > 0 && got.largest == want.largest)
        because("zero does not take part: smallest is the least magnitude that is not 0");
    else if ((double)got.largest == signed_max && got.largest < want.largest)
        because(
            "negative numbers count by their magnitudes: none is left out, none compared with its "
            "sign");
    else if ((double)got.smallest == (normals ? min_normal : 0) && got.smallest != want.smallest)
        because("subnormal numbers were left out: they are numbers too");
}

/** From only zeros and non-numbers (k < 3), through subnormals only, to everything. */
static struct tensor give_range(uint64_t k)
{
    static const enum kind none[] = {KIND_ZERO, KIND_INF, KIND_NAN},
                           little[] = {KIND_ZERO, KIND_SUBNORMAL, KIND_INF};
    enum dtype dtype = (enum dtype)(k % 3);
    uint32_t bits[40];
    for (uint64_t i = 0; i < 40; i++) {
        uint64_t random = test_u64(100 * k + i);
        bits[i] = draw_code(dtype,
                            k < 3   ? none[random % 3]
                            : k < 6 ? little[random % 3]
                                    : (enum kind)(random % KIND_COUNT),
                            5000 + 100 * k + i);
    }
    if (k >= 6 && k % 2) // the largest magnitude is that of a negative number
        bits[20] = dtype == DTYPE_FP32 ? 0xFF7FFFFF : dtype == DTYPE_FP16 ? 0xFBFF : 0xFF7F;
    return give_tensor("mixture", dtype, bits, 40);
}

GRADED(census_extremes, .points = 2,
       .idea = "the range: least and largest magnitude that is finite and not 0")
{
    enum { TENSORS = 24 };
    struct tensor list[TENSORS];
    struct census got[TENSORS];
    size_t first = TENSORS;
    for (size_t k = 0; k < TENSORS; k++) {
        list[k] = give_range(k);
        got[k] = tensor_census(list[k]);
        if (first == TENSORS && !same_range(got[k], oracle_census(list[k])))
            first = k;
    }
    if (first == TENSORS)
        return;
    struct census want = oracle_census(list[first]);
    name_kind_belief(list, got, TENSORS, same_range);
    explain_extremes(list[first], got[first], want);
    fail("tensor_census of 40 %s numbers%s: smallest and largest\n  got      %.9g and %.9g"
         "\n  expected %.9g and %.9g",
         dtype_name(list[first].dtype), first < 3 ? ", none of them finite but zeros" : "",
         (double)got[first].smallest, (double)got[first].largest, (double)want.smallest,
         (double)want.largest);
}

/** Fails at the first of n answers of first_nonfinite() that is wrong, and explains all of them. */
static void check_places(const struct tensor *list, const size_t *got, const size_t *want, size_t n)
{
    enum { SEARCHES = COUNT(SEARCH_BELIEFS), KINDS = COUNT(KIND_BELIEFS) };
    struct tally searches[SEARCHES] = {{0}}, kinds[KINDS] = {{0}}, last = {0}, length = {0};
    size_t wrong = n;
    for (size_t i = n; i-- > 0;) {
        bool right = got[i] == want[i];
        wrong = right ? wrong : i;
        for (size_t b = 0; b < SEARCHES; b++)
            count_belief(&searches[b], right,
                         got[i] == find_bad(list[i], SEARCH_BELIEFS[b].bad, oracle_kind, false));
        for (size_t b = 0; b < KINDS; b++)
            count_belief(&kinds[b], right,
                         got[i] == find_bad(list[i], BAD_ANY, KIND_BELIEFS[b].answer, false));
        count_belief(&last, right, got[i] == find_bad(list[i], BAD_ANY, oracle_kind, true));
        count_belief(&length, right, want[i] == NOT_FOUND ? got[i] == list[i].n : right);
    }
    if (wrong == n)
        return;
    for (size_t b = 0; b < KINDS; b++)
        name_belief(&kinds[b], KIND_BELIEFS[b].belief);
    for (size_t b = 0; b < SEARCHES; b++)
        name_belief(&searches[b], SEARCH_BELIEFS[b].belief);
    name_belief(&last, "the last one was returned: the first is meant");
    name_belief(&length, "n was returned for \"there is none\": that is NOT_FOUND");
    fail("first_nonfinite of %zu %s numbers returned %zd, expected %zd (-1 stands for NOT_FOUND)",
         list[wrong].n, dtype_name(list[wrong].dtype), (ssize_t)got[wrong], (ssize_t)want[wrong]);
}

GRADED(first_bad_element, .points = 3,
       .idea = "infinities of both signs and NaNs are found, wherever they are; else NOT_FOUND")
{
    enum { TENSORS = 30 };
    struct tensor list[TENSORS];
    size_t want[TENSORS];
    for (uint64_t k = 0; k < TENSORS; k++) {
        enum dtype dtype = (enum dtype)(k % 3);
        uint32_t bits[64];
        size_t n = k < 3 ? 0 : 1 + test_u64(3 * k) % 64;
        for (uint64_t i = 0; i < n; i++) // finite, of all three kinds, largest included
            bits[i] = draw_code(dtype, (enum kind)(test_u64(9000 + 64 * k + i) % 3), 64 * k + i);
        for (uint64_t bad = 0; n > 0 && k >= 9 && bad < 1 + k % 4; bad++) {
            size_t place = k % 5 == 0 ? n - 1 : test_u64(20000 + 8 * k + bad) % n;
            enum kind kind = (k / 3 + bad) % 2 ? KIND_INF : KIND_NAN;
            bits[place] = draw_code(dtype, kind, 30000 + 8 * k + bad);
        }
        list[k] = give_tensor("t", dtype, bits, n);
        want[k] = find_bad(list[k], BAD_ANY, oracle_kind, false);
        if (k % 15 == 14) { // few buffers fit into the arena
            size_t first = k - 14;
            size_t *got = TAKE(size_t, 15);
            first_nonfinite_map(got, GIVE(list + first, 15), 15);
            check_places(list + first, got, want + first, 15);
            arena_reset();
        }
    }
}

#endif
