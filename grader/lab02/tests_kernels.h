/**
 * @file tests_kernels.h
 * @brief Graded tests of exercises 2.15 and 2.16: a flag and two counts, by votes of warps.
 *
 * A part of test_lab02.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB02_TESTS_KERNELS_H
#define LOWP_GRADER_LAB02_TESTS_KERNELS_H

#include "grader/lab02/draw.h"

enum { KERNEL_THREADS = 256, KERNEL_MAX = 3000 };

/** Lengths around a warp and a block, and grids: full, too small (threads loop), too large. */
static const struct {
    size_t n;
    int blocks;
} KERNEL_SHAPES[] = {{256, 1}, {1, 1},    {31, 1},   {33, 1},   {64, 2},
                     {257, 0}, {1000, 1}, {1000, 3}, {1023, 2}, {KERNEL_MAX, 2}};

/** Numbers of many sizes, the largest and the smallest among them. */
static void draw_finite(float *x, size_t n, uint64_t stream)
{
    for (size_t i = 0; i < n; i++)
        x[i] = f32_from_bits(
            draw_code(DTYPE_FP32, i % 7 == 3 ? KIND_SUBNORMAL : KIND_NORMAL, 10000 * stream + i));
}

// --------------------------------------------------------------------------------------------
// 2.15: the flag
// --------------------------------------------------------------------------------------------

/** One bad element among finite ones, and whether it raised the flag. */
struct vote_case {
    size_t n;
    int blocks;
    size_t place;
    float value, flag;
};

static bool in_later_round(const struct vote_case *c)
{
    return c->blocks > 0 && c->place >= (size_t)c->blocks * KERNEL_THREADS;
}

static bool in_earlier_round(const struct vote_case *c)
{
    return c->blocks > 0 && c->place + (size_t)c->blocks * KERNEL_THREADS < c->n;
}

static bool in_last_block(const struct vote_case *c)
{
    return c->place >= c->n / KERNEL_THREADS * KERNEL_THREADS;
}

static bool in_later_warp(const struct vote_case *c)
{
    return c->place % KERNEL_THREADS >= 32;
}

static bool in_later_lane(const struct vote_case *c)
{
    return c->place % 32 > 0;
}

static bool in_upper_half(const struct vote_case *c)
{
    return c->place % 32 >= 16;
}

static bool is_nan(const struct vote_case *c)
{
    return isnan(c->value);
}

static bool is_infinity(const struct vote_case *c)
{
    return isinf(c->value);
}

static bool is_negative(const struct vote_case *c)
{
    return !isnan(c->value) && c->value < 0;
}

static bool is_any(const struct vote_case *c)
{
    (void)c;
    return true;
}

/** Names what the bad elements that were missed have in common, and no other has. */
static void name_missed(const struct vote_case *c, size_t n)
{
    static const struct {
        const char *belief;
        bool (*missed)(const struct vote_case *c);
    } beliefs[] = {
        {"no bad element was found: one lane is enough, it need not be all of a warp", is_any},
        {"NaNs were not found: only infinities were looked for, or x == NAN, which is never true",
         is_nan},
        {"infinities were not found: only NaNs were looked for", is_infinity},
        {"-inf was not found: it is no more finite than +inf", is_negative},
        {"the last elements, which do not fill a block, were left out", in_last_block},
        {"each thread looked at one element: with more elements than threads, it must loop",
         in_later_round},
        {"each round of the loop forgot what the one before had found: a bit is added, by |=",
         in_earlier_round},
        {"only lane 0's own element was looked at: a vote hears all lanes", in_later_lane},
        {"only lanes 0 to 15 were heard: a warp has 32, and __activemask() may name fewer of them "
         "than there are",
         in_upper_half},
        {"only the first warp's vote was heard: the warps have to meet, too", in_later_warp},
    };
    for (size_t b = 0; b < COUNT(beliefs); b++) {
        struct tally t = {0};
        for (size_t i = 0; i < n; i++)
            count_belief(&t, c[i].flag == 1, (c[i].flag != 1) == beliefs[b].missed(&c[i]));
        name_belief(&t, beliefs[b].belief);
    }
}

static float flag_after(const float *x, size_t n, int blocks, float start)
{
    float *found_inf = (float *)arena_inout("found_inf", &start, sizeof start, 1);
    run_found_inf_vote(found_inf, GIVE(x, n), n, blocks);
    float flag = *found_inf;
    arena_reset();
    return flag;
}

/** Fails unless a flag stays as it is where all numbers are finite. */
static void check_flag_stays(const float *x, size_t n, int blocks, float start)
{
    float flag = flag_after(x, n, blocks, start);
    if (flag == start)
        return;
    because(start > 0 ? "the flag is only ever raised: a flag that is up stays up"
                      : "all are finite, down to the smallest and up to the largest");
    fail("found_inf_vote: n = %zu, blocks = %d, all finite: *found_inf was %g and became %g", n,
         blocks, (double)start, (double)flag);
}

enum { VOTE_PLACES = 4, VOTE_CASES = COUNT(KERNEL_SHAPES) * VOTE_PLACES };

static void check_votes(const struct vote_case c[VOTE_CASES])
{
    size_t first = VOTE_CASES;
    for (size_t i = VOTE_CASES; i-- > 0;)
        first = c[i].flag == 1 ? first : i;
    if (first == VOTE_CASES)
        return;
    if (c[first].flag != 0)
        because("the flag is 1.0f, as a float");
    else
        name_missed(c, VOTE_CASES);
    fail("found_inf_vote: n = %zu, blocks = %d, x[%zu] = %s: *found_inf was 0 and became %g, "
         "expected 1",
         c[first].n, c[first].blocks, c[first].place, show_f32(c[first].value),
         (double)c[first].flag);
}

GRADED(kernel_vote, .points = 5,
       .idea = "a bit a thread, a vote a warp, a word a block: one writes the flag, none clears it")
{
    static float x[KERNEL_MAX];
    static struct vote_case cases[VOTE_CASES];
    const float bad[] = {INFINITY, NAN, -INFINITY};
    for (uint64_t k = 0; k < COUNT(KERNEL_SHAPES); k++) {
        size_t n = KERNEL_SHAPES[k].n;
        int blocks = KERNEL_SHAPES[k].blocks;
        draw_finite(x, n, k);
        check_flag_stays(x, n, blocks, 0);
        check_flag_stays(x, n, blocks, 1);
        const size_t places[VOTE_PLACES] = {0, n - 1, test_u64(k) % n, n / 2};
        for (size_t p = 0; p < VOTE_PLACES; p++) {
            float kept = x[places[p]], value = bad[(k + p) % COUNT(bad)];
            x[places[p]] = value;
            cases[VOTE_PLACES * k + p] =
                (struct vote_case){n, blocks, places[p], value, flag_after(x, n, blocks, 0)};
            x[places[p]] = kept;
        }
    }
    check_votes(cases);
}

// --------------------------------------------------------------------------------------------
// 2.16: the counts
// --------------------------------------------------------------------------------------------

/** One call of count_nonfinite(). */
struct count_case {
    const float *x;
    size_t n;
    int blocks;
    struct nonfinite start;
};

typedef bool counts_element(const struct count_case *c, size_t i);

/** The counts if only the elements that `counts` says are looked at. */
static struct nonfinite count_where(const struct count_case *c, counts_element *counts)
{
    struct nonfinite sum = c->start;
    for (size_t i = 0; i < c->n; i++) {
        sum.infs += counts(c, i) && isinf(c->x[i]);
        sum.nans += counts(c, i) && isnan(c->x[i]);
    }
    return sum;
}

static bool every_element(const struct count_case *c, size_t i)
{
    (void)c;
    (void)i;
    return true;
}

static bool first_round(const struct count_case *c, size_t i)
{
    return c->blocks == 0 || i < (size_t)c->blocks * KERNEL_THREADS;
}

static bool whole_warps(const struct count_case *c, size_t i)
{
    return i < c->n / 32 * 32;
}

static bool whole_blocks(const struct count_case *c, size_t i)
{
    return i < c->n / KERNEL_THREADS * KERNEL_THREADS;
}

static bool of_lane_0(const struct count_case *c, size_t i)
{
    (void)c;
    return i % 32 == 0;
}

static bool of_lower_half(const struct count_case *c, size_t i)
{
    (void)c;
    return i % 32 < 16;
}

static bool of_warp_0(const struct count_case *c, size_t i)
{
    (void)c;
    return i % KERNEL_THREADS < 32;
}

static bool not_negative(const struct count_case *c, size_t i)
{
    return !signbit(c->x[i]);
}

/** The counts of who adds up where the first bit of each ballot is. */
static struct nonfinite count_first_bits(const struct count_case *c)
{
    struct nonfinite sum = c->start;
    for (size_t from = 0; from < c->n; from += 32) {
        uint32_t infs = 0, nans = 0;
        for (size_t lane = 0; lane < 32 && from + lane < c->n; lane++) {
            infs |= (uint32_t) !!isinf(c->x[from + lane]) << lane;
            nans |= (uint32_t) !!isnan(c->x[from + lane]) << lane;
        }
        sum.infs += (uint32_t)__builtin_ffs((int)infs);
        sum.nans += (uint32_t)__builtin_ffs((int)nans);
    }
    return sum;
}

static bool same_counts(struct nonfinite a, struct nonfinite b)
{
    return a.infs == b.infs && a.nans == b.nans;
}

/** Names the wrong rule that leads to these counts. */
static void name_counts(const struct count_case *c, struct nonfinite got)
{
    static const struct {
        const char *belief;
        counts_element *counts;
    } beliefs[] = {
        {"each warp took 32 elements: with more elements than threads, it must loop", first_round},
        {"the last elements, which do not fill a warp, were left out", whole_warps},
        {"the last elements, which do not fill a block, were left out", whole_blocks},
        {"only lane 0's own elements were counted: __popc() of the ballot counts all lanes",
         of_lane_0},
        {"only lanes 0 to 15 were counted: a warp has 32, and __activemask() may name fewer of "
         "them than there are",
         of_lower_half},
        {"only the first warp of each block was counted: each warp adds its own", of_warp_0},
        {"the sign bit was compared, too: -inf and NaNs of either sign count", not_negative},
    };
    struct nonfinite want = count_where(c, every_element);
    for (size_t b = 0; b < COUNT(beliefs); b++)
        if (same_counts(got, count_where(c, beliefs[b].counts)))
            because("%s", beliefs[b].belief);
    if (same_counts(got, c->start))
        because("nothing was added");
    if (got.infs == want.infs - c->start.infs && got.nans == want.nans - c->start.nans)
        because("the counts are added to what *counts holds, and do not replace it");
    if (got.infs - c->start.infs == want.nans - c->start.nans &&
        got.nans - c->start.nans == want.infs - c->start.infs)
        because("infinities were counted as NaNs and NaNs as infinities");
    if (got.infs == want.infs && got.nans + c->start.infs == want.nans + want.infs)
        because("infinities were counted as NaNs as well: what is not finite need not be a NaN");
    if (got.nans == want.nans && got.infs + c->start.nans == want.infs + want.nans)
        because("NaNs were counted as infinities as well: what is not finite need not be infinite");
    struct nonfinite bits = count_first_bits(c);
    if ((got.infs == bits.infs || got.infs == want.infs) &&
        (got.nans == bits.nans || got.nans == want.nans))
        because(
            "__ffs() says where the first bit of a ballot is; __popc() says how many there are");
    if (got.infs - c->start.infs == 32 * (want.infs - c->start.infs))
        because("every lane added the count of the whole warp: one of them is enough");
}

static void check_counts(const struct count_case *c)
{
    struct nonfinite *counts =
        (struct nonfinite *)arena_inout("counts", &c->start, sizeof c->start, 1);
    run_count_nonfinite(counts, GIVE(c->x, c->n), c->n, c->blocks);
    struct nonfinite want = count_where(c, every_element), got = *counts;
    if (!same_counts(got, want)) {
        name_counts(c, got);
        fail("count_nonfinite: n = %zu, blocks = %d, counts were {infs %u, nans %u}\n"
             "  got      {infs %u, nans %u}\n  expected {infs %u, nans %u}",
             c->n, c->blocks, c->start.infs, c->start.nans, got.infs, got.nans, want.infs,
             want.nans);
    }
    arena_reset();
}

GRADED(kernel_count, .points = 5,
       .idea =
           "a ballot is 32 answers at once; who is behind the end votes no, and votes all the same")
{
    static float x[KERNEL_MAX];
    for (uint64_t k = 0; k < COUNT(KERNEL_SHAPES); k++) {
        struct count_case c = {x, KERNEL_SHAPES[k].n, KERNEL_SHAPES[k].blocks, {7, 300}};
        draw_finite(x, c.n, 100 + k);
        check_counts(&c);
        for (size_t i = 0; i < c.n; i++)
            if (test_u64(5000 + 10000 * k + i) % 3 == 0 || i + 1 == c.n)
                x[i] = f32_from_bits(draw_code(
                    DTYPE_FP32, test_u64(20000 * (k + 1) + i) % 5 < 2 ? KIND_INF : KIND_NAN,
                    30000 * (k + 1) + i));
        check_counts(&c);
        c.start = (struct nonfinite){0, 0};
        check_counts(&c);
    }
}

#endif
