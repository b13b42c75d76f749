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

GRADED(census_counts, .points = 3, .idea = "every element is counted once, in its kind")
{
    const size_t lengths[] = {0, 1, 5, 37, 400};
    for (size_t k = 0; k < 3 * COUNT(lengths); k++) {
        struct tensor t = give_mixture((enum dtype)(k % 3), lengths[k / 3], 1000 * k);
        struct census got = tensor_census(t), want = oracle_census(t);
        size_t all = 0, wanted_bad = want.count[KIND_INF] + want.count[KIND_NAN];
        for (int kind = 0; kind < KIND_COUNT; kind++)
            all += got.count[kind];
        for (int kind = 0; kind < KIND_COUNT; kind++) {
            if (got.count[kind] == want.count[kind])
                continue;
            if (all == want.count[kind] || (t.n > 0 && all == 0))
                because("some elements were not counted at all");
            else if (kind >= KIND_INF &&
                     (got.count[KIND_NAN] == wanted_bad || got.count[KIND_INF] == wanted_bad))
                because("infinities and NaNs are counted apart");
            else if (all != t.n)
                because("the counts sum to %zu, but the tensor has %zu elements", all, t.n);
            fail("tensor_census of %zu %s numbers: count of %s\n  got      %zu\n  expected %zu",
                 t.n, dtype_name(t.dtype), kind_name((enum kind)kind), got.count[kind],
                 want.count[kind]);
        }
        arena_reset();
    }
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
        because("the values were compared with their signs; magnitudes are meant");
    else if ((double)got.smallest == (normals ? min_normal : 0) && got.smallest != want.smallest)
        because("subnormal numbers were left out: they are numbers too");
}

GRADED(census_extremes, .points = 2,
       .idea = "the range: least and largest magnitude that is finite and not 0")
{
    for (uint64_t k = 0; k < 24; k++) {
        // From only zeros and non-numbers, through subnormals only, to everything.
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
        struct tensor t = give_tensor("mixture", dtype, bits, 40);
        struct census got = tensor_census(t), want = oracle_census(t);
        if (got.smallest != want.smallest || got.largest != want.largest) {
            explain_extremes(t, got, want);
            fail("tensor_census of 40 %s numbers%s: smallest and largest\n  got      %.9g and %.9g"
                 "\n  expected %.9g and %.9g",
                 dtype_name(dtype), k < 3 ? ", none of them finite but zeros" : "",
                 (double)got.smallest, (double)got.largest, (double)want.smallest,
                 (double)want.largest);
        }
        arena_reset();
    }
}

/** First or last element that is bad. */
static size_t find_bad(struct tensor t, bool last, bool want_inf, bool want_nan)
{
    size_t found = NOT_FOUND;
    for (size_t i = 0; i < t.n && (last || found == NOT_FOUND); i++) {
        double x = oracle_element(t, i);
        if ((isinf(x) && want_inf) || (isnan(x) && want_nan))
            found = i;
    }
    return found;
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
        want[k] = find_bad(list[k], false, true, true);
        if (k % 15 == 14) { // few buffers fit into the arena
            size_t first = k - 14;
            size_t *got = TAKE(size_t, 15);
            first_nonfinite_map(got, GIVE(list + first, 15), 15);
            size_t wrong = 15;
            struct tally t[4] = {{0}};
            for (size_t i = 15; i-- > 0;) {
                struct tensor x = list[first + i];
                bool right = got[i] == want[first + i];
                wrong = right ? wrong : i;
                count_belief(&t[0], right, got[i] == find_bad(x, false, false, true));
                count_belief(&t[1], right, got[i] == find_bad(x, false, true, false));
                count_belief(&t[2], right, got[i] == find_bad(x, true, true, true));
                count_belief(&t[3], right, want[first + i] == NOT_FOUND ? got[i] == x.n : right);
            }
            if (wrong < 15) {
                name_belief(&t[0], "only NaNs were looked for: infinities are not finite either");
                name_belief(&t[1], "only infinities were looked for: NaNs are not finite either");
                name_belief(&t[2], "the last one was returned: the first is meant");
                name_belief(&t[3], "n was returned for \"there is none\": that is NOT_FOUND");
                fail("first_nonfinite of %zu %s numbers returned %zd, expected %zd (-1 stands for "
                     "NOT_FOUND)",
                     list[first + wrong].n, dtype_name(list[first + wrong].dtype),
                     (ssize_t)got[wrong], (ssize_t)want[first + wrong]);
            }
            arena_reset();
        }
    }
}

#endif
