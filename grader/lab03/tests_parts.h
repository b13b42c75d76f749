/**
 * @file tests_parts.h
 * @brief Graded tests of exercises 3.7 to 3.9: one pass, and parts of a row.
 *
 * A part of test_lab03.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB03_TESTS_PARTS_H
#define LOWP_GRADER_LAB03_TESTS_PARTS_H

#include "grader/lab03/beliefs_parts.h"
#include "grader/lab03/draw.h"

static const struct lse_state NOTHING = {-INFINITY, 0};

/** Do two states agree? A NaN d hides m, which is free then. */
static bool states_match(struct lse_state got, double m, double d, double bound)
{
    return (isnan(d) && isnan(got.d)) || ((double)got.m == m && right((double)got.d, d, bound));
}

/** Is got what a wrong rule says? */
static bool states_explained(struct lse_state got, struct lse_state wrong, double bound)
{
    double allowed = isnan(bound) ? 0 : bound; // where a NaN is wanted there is no bound
    return (isnan(wrong.d) && isnan(got.d)) ||
           (got.m == wrong.m && matches((double)got.d, (double)wrong.d, allowed));
}

// --------------------------------------------------------------------------------------------
// 3.7: online
// --------------------------------------------------------------------------------------------

/** Marks the rules that a right answer refutes, or names the first that explains a wrong one. */
static void weigh_online(struct lse_state got, struct lse_state start, const float *x, size_t n,
                         double bound, bool is_right)
{
    static bool refuted[ONLINE_BELIEF_COUNT];
    for (size_t b = ONLINE_BELIEF_COUNT; b-- > 0;) {
        struct lse_state s = start;
        for (size_t i = 0; i < n; i++)
            s = ONLINE_BELIEFS[b].step(s, x[i]);
        bool explains = states_explained(got, s, bound);
        refuted[b] = refuted[b] || (is_right && !explains);
        if (!is_right && explains && !refuted[b])
            because("%s", ONLINE_BELIEFS[b].belief);
    }
}

/** Judges one pass over x after a state that stands for the first `before` elements. */
static void judge_online_from(const float *x, size_t before, size_t n)
{
    struct oracle_row head = oracle_row(x, NULL, before), r = oracle_row(x, NULL, n);
    struct lse_state start = {(float)head.m, (float)oracle_d(&head)};
    struct lse_state got = lse_online(start, GIVE(x + before, n - before), n - before);
    double m = r.m, d = oracle_d(&r), bound = oracle_d_bound(&r);
    arena_reset();
    bool is_right = states_match(got, m, d, bound);
    weigh_online(got, start, x + before, n - before, bound, is_right);
    if (is_right)
        return;
    struct oracle_row tail = oracle_row(x + before, NULL, n - before);
    if (before && (double)got.m == tail.m && matches((double)got.d, oracle_d(&tail), bound))
        because("the state handed in was not used: the pass goes on from it");
    fail("lse_online: state (m %.9g, d %.9g), then %s\n  returned m %.9g, d %.9g, "
         "expected m %.9g, d %.9g within %.2g",
         (double)start.m, (double)start.d, show_row(x + before, n - before), (double)got.m,
         (double)got.d, m, d, bound);
}

static void judge_online(const float *x, size_t n)
{
    judge_online_from(x, 0, n);
}

GRADED(online_one_pass, .points = 4,
       .idea = "when the maximum grows the old sum shrinks by exp(old - new)")
{
    JUDGE(judge_online, 3);
    JUDGE(judge_online, 1, 2, 3, 4, 5);
    JUDGE(judge_online, 5, 4, 3, 2, 1);
    JUDGE(judge_online, 100, 50, 200);
    JUDGE(judge_online, -1000, 1000, -1000, 1000);
    JUDGE(judge_online, -3e4F, -2e4F, -20001);
    float x[64];
    for (uint64_t k = 0; k < 8; k++) {
        draw_row(x, 64, k % 2 ? 1000 : -1000, 4, k);
        judge_online(x, 64);
    }
}

GRADED(online_continues, .points = 3,
       .idea = "a pass over the second part goes on from the state of the first")
{
    float x[48];
    for (uint64_t k = 0; k < 8; k++) {
        draw_row(x, 48, 20, 2, k);
        x[k < 4 ? 3 : 45] += 4; // the maximum in the first part, or in the second
        judge_online_from(x, k % 4 == 0 ? 1 : 24, 48);
    }
    judge_online_from(x, 47, 48);
    struct lse_state s = {2.5F, 3.25F}, same = lse_online(s, GIVE(x, 1), 0);
    if (!(same.m == s.m && same.d == s.d))
        fail("lse_online with n = 0 changed the state (2.5, 3.25) to (%.9g, %.9g)", (double)same.m,
             (double)same.d);
}

GRADED(online_edge_rows, .points = 3,
       .idea = "-inf adds nothing, even as the first element; a NaN stays in d for good")
{
    // The largest comes first: what happens when the maximum grows is online_one_pass's subject.
    JUDGE(judge_online, 2, -INFINITY, 1);
    JUDGE(judge_online, -INFINITY, 2, 1);
    JUDGE(judge_online, -INFINITY, -INFINITY, 0.5F, -INFINITY, 0.25F);
    JUDGE(judge_online, -INFINITY);
    JUDGE(judge_online, -INFINITY, -INFINITY, -INFINITY);
    JUDGE(judge_online, 2, NAN, 1);
    JUDGE(judge_online, NAN, 2, 1);
    JUDGE(judge_online, -INFINITY, NAN, 1);
    JUDGE(judge_online, NAN);
}

// --------------------------------------------------------------------------------------------
// 3.8: merging
// --------------------------------------------------------------------------------------------

/** Judges a merge, in this order. */
static void judge_merge(struct lse_state a, struct lse_state b)
{
    static bool refuted[MERGE_BELIEF_COUNT]; // a rule that is wrong where the student is right
    double bound, d = oracle_merge(a, b, &bound), m = (double)larger(a.m, b.m);
    if (isnan(a.d) || isnan(b.d))
        d = NAN;
    struct lse_state got = lse_merge(a, b);
    bool is_right = states_match(got, m, d, bound);
    for (size_t k = MERGE_BELIEF_COUNT; k-- > 0;) {
        struct lse_state wrong = MERGE_BELIEFS[k].merge(a, b);
        bool explains = states_explained(got, wrong, bound);
        refuted[k] = refuted[k] || (is_right && !explains);
        if (!is_right && explains && !refuted[k])
            because("%s", MERGE_BELIEFS[k].belief);
    }
    if (is_right)
        return;
    fail("lse_merge((%.9g, %.9g), (%.9g, %.9g)) returned (%.9g, %.9g), expected (%.9g, %.9g) "
         "within %.2g",
         (double)a.m, (double)a.d, (double)b.m, (double)b.d, (double)got.m, (double)got.d, m, d,
         bound);
}

GRADED(merge_two_states, .points = 3,
       .idea = "both sums are brought to the larger maximum, then added, in either order")
{
    for (uint64_t k = 0; k < 24; k++) {
        struct lse_state a = {(float)(3 * draw_normal(2 * k)), 1 + (float)test_f64(9000 + k)};
        struct lse_state b = {(float)(3 * draw_normal(2 * k + 1)), 1 + (float)test_f64(9500 + k)};
        judge_merge(a, b);
        judge_merge(b, a);
    }
    judge_merge((struct lse_state){7, 2}, (struct lse_state){7, 3});
    judge_merge((struct lse_state){1000, 2}, (struct lse_state){-1000, 3});
    judge_merge((struct lse_state){-1e4F, 2}, (struct lse_state){-10001, 1.5F});
    judge_merge((struct lse_state){3e38F, 2}, (struct lse_state){-3e38F, 3});
}

GRADED(merge_empty_states, .points = 3,
       .idea = "an empty part changes nothing, two of them are empty; a NaN is not lost")
{
    const struct lse_state some = {-3.5F, 1.75F}, bad = {2, NAN};
    const struct lse_state bad_only = {-INFINITY, NAN}; // of a part with nothing but -inf and NaN
    judge_merge(some, (struct lse_state){-3.5F, 2});    // one maximum: nothing to correct
    judge_merge(some, NOTHING);
    judge_merge(NOTHING, some);
    judge_merge(NOTHING, NOTHING);
    judge_merge(some, bad);
    judge_merge(bad, some);
    judge_merge(bad, NOTHING);
    judge_merge(NOTHING, bad);
    judge_merge(bad_only, NOTHING);
    judge_merge(NOTHING, bad_only);
}

// --------------------------------------------------------------------------------------------
// 3.9: pieces
// --------------------------------------------------------------------------------------------

/** Judges the softmax of x[from..to) as a piece of the row x of n logits. */
static void judge_piece(const float *x, size_t n, size_t from, size_t to)
{
    struct oracle_row r = oracle_row(x, NULL, n);
    struct lse_state s = {(float)r.m, (float)oracle_d(&r)};
    const float *piece = x + from;
    size_t count = to - from;
    float *p = TAKE(float, count);
    softmax_piece(p, GIVE(piece, count), count, s);
    for (size_t i = 0; i < count; i++) {
        double want = oracle_softmax(&r, piece[i]), bound = oracle_softmax_bound(&r, piece[i]);
        if (right((double)p[i], want, bound))
            continue;
        for (size_t b = PIECE_BELIEF_COUNT; b-- > 0;)
            if (matches((double)p[i], (double)PIECE_BELIEFS[b].answer(piece[i], piece, count, s),
                        bound))
                because("%s", PIECE_BELIEFS[b].belief);
        fail("softmax_piece: state (m %.9g, d %.9g), %s\n  element %zu is %.9g, expected %.9g "
             "within %.2g",
             (double)s.m, (double)s.d, show_row(piece, count), i, (double)p[i], want, bound);
    }
    arena_reset();
}

GRADED(pieces_share_a_state, .points = 2,
       .idea = "with m and d of the whole row any piece of it can be normalised alone")
{
    float x[40];
    for (uint64_t k = 0; k < 4; k++) {
        draw_row(x, 40, 500, 3, k);
        x[37] += 10;
        judge_piece(x, 40, 0, 13);
        judge_piece(x, 40, 13, 14);
        judge_piece(x, 40, 14, 40);
    }
    const float masked[] = {-INFINITY, 200, 100, -INFINITY};
    judge_piece(masked, 4, 0, 2);
    judge_piece(masked, 4, 2, 4);
    const float nothing[] = {-INFINITY, -INFINITY};
    judge_piece(nothing, 2, 0, 2);
}

// --------------------------------------------------------------------------------------------
// Long rows
// --------------------------------------------------------------------------------------------

GRADED(long_rows, .points = 2,
       .idea = "a row of 100,000 logits: lse, softmax and the online sum, to the last element")
{
    enum { N = 100000, KINDS = 40 };
    static float x[N];
    static uint8_t kind_of[N];
    float kinds[KINDS];
    size_t times[KINDS] = {0};
    draw_row(kinds, KINDS, -50, 3, 1);
    kinds[KINDS - 1] = -35; // the largest stands at the very end, once, and weighs most
    for (size_t i = 0; i < N; i++) {
        size_t kind = i == N - 1 ? KINDS - 1 : test_u64(i) % (KINDS - 1);
        x[i] = kinds[kind];
        kind_of[i] = (uint8_t)kind;
        times[kind]++;
    }
    struct oracle_row r = oracle_row(kinds, times, KINDS);
    const float *given = GIVE(x, N);
    float got = lse(given, N);
    check_scalar("lse", got, oracle_lse(&r), oracle_lse_bound(&r), x, N, RULES(LSE_BELIEFS));
    struct lse_state s = lse_online(NOTHING, given, N);
    bool is_right = states_match(s, r.m, oracle_d(&r), oracle_d_bound(&r));
    weigh_online(s, NOTHING, x, N, oracle_d_bound(&r), is_right);
    if (!is_right)
        fail("lse_online of %d logits: m %.9g, d %.9g, expected %.9g and %.9g within %.2g", N,
             (double)s.m, (double)s.d, r.m, oracle_d(&r), oracle_d_bound(&r));
    float *p = TAKE(float, N);
    softmax(p, given, N);
    double want[KINDS], bound[KINDS];
    for (size_t k = 0; k < KINDS; k++) {
        want[k] = oracle_softmax(&r, kinds[k]);
        bound[k] = oracle_softmax_bound(&r, kinds[k]);
    }
    for (size_t i = 0; i < N; i++)
        if (!right((double)p[i], want[kind_of[i]], bound[kind_of[i]]))
            fail("softmax of %d logits: p[%zu] is %.9g, expected %.9g", N, i, (double)p[i],
                 want[kind_of[i]]);
}

#endif
