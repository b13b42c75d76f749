/**
 * @file beliefs_parts.h
 * @brief Wrong rules of lab 03 about states: the online sum, merging, pieces of a row.
 *
 * As beliefs_rows.h, for functions on struct lse_state. Included by test_lab03.c alone.
 */
#ifndef LOWP_GRADER_LAB03_BELIEFS_PARTS_H
#define LOWP_GRADER_LAB03_BELIEFS_PARTS_H

#include "grader/lab03/beliefs_rows.h"

// --- 3.7: online -----------------------------------------------------------------------------

/** A wrong rule for lse_online(): what it does with one element. */
struct online_belief {
    const char *belief;
    struct lse_state (*step)(struct lse_state s, float x);
};

static float larger(float a, float b)
{
    return b > a ? b : a;
}

static struct lse_state online_uncorrected(struct lse_state s, float x)
{
    float m = larger(s.m, x);
    return (struct lse_state){m, s.d + expf(x - m)};
}

static struct lse_state online_inverted(struct lse_state s, float x)
{
    float m = larger(s.m, x);
    return (struct lse_state){m, (s.d == 0 ? 0 : s.d * expf(m - s.m)) + expf(x - m)};
}

static struct lse_state online_old_max(struct lse_state s, float x)
{
    float m = larger(s.m, x);
    return (struct lse_state){m, s.d * expf(s.m - m) + expf(x - s.m)};
}

static struct lse_state online_all_corrected(struct lse_state s, float x)
{
    float m = larger(s.m, x);
    return (struct lse_state){m, (s.d + expf(x - m)) * expf(s.m - m)};
}

static struct lse_state online_drops_old(struct lse_state s, float x)
{
    if (x > s.m)
        return (struct lse_state){x, 1};
    return (struct lse_state){s.m, s.d + expf(x - s.m)};
}

static struct lse_state online_forgets_max(struct lse_state s, float x)
{
    float m = larger(s.m, x);
    s.d = s.d * expf(s.m - m) + expf(x - m);
    return s;
}

static struct lse_state online_unguarded(struct lse_state s, float x)
{
    float m = larger(s.m, x);
    return (struct lse_state){m, s.d * expf(s.m - m) + expf(x - m)};
}

static struct lse_state online_skips_nan(struct lse_state s, float x)
{
    return isnan(x) || x == -INFINITY ? s : online_unguarded(s, x);
}

// The first explains nothing but NaNs where -inf came first; most of the others are NaN there, too.
static const struct online_belief ONLINE_BELIEFS[] = {
    {"-inf - -inf is NaN: while nothing but -inf has come, leave the state as it is",
     online_unguarded},
    {"the old sum was not corrected when the maximum grew: d = d exp(m - m') + exp(x - m')",
     online_uncorrected},
    {"the correction is upside down: the old sum shrinks, by exp(m_old - m_new)", online_inverted},
    {"the new exponential was taken with the old maximum", online_old_max},
    {"the correction was applied to the new element as well", online_all_corrected},
    {"the old sum was dropped when the maximum grew", online_drops_old},
    {"the maximum was not kept", online_forgets_max},
    {"a NaN was skipped; it must stay visible in d", online_skips_nan},
};
enum { ONLINE_BELIEF_COUNT = sizeof ONLINE_BELIEFS / sizeof *ONLINE_BELIEFS };

// --- 3.8: merge ------------------------------------------------------------------------------

/** A wrong rule for lse_merge(). */
struct merge_belief {
    const char *belief;
    struct lse_state (*merge)(struct lse_state a, struct lse_state b);
};

static struct lse_state merge_uncorrected(struct lse_state a, struct lse_state b)
{
    return (struct lse_state){larger(a.m, b.m), a.d + b.d};
}

static struct lse_state merge_to_first(struct lse_state a, struct lse_state b)
{
    return (struct lse_state){a.m, a.d + b.d * expf(b.m - a.m)};
}

static struct lse_state merge_to_smaller(struct lse_state a, struct lse_state b)
{
    float m = b.m < a.m ? b.m : a.m;
    return (struct lse_state){m, a.d * expf(a.m - m) + b.d * expf(b.m - m)};
}

static struct lse_state merge_inverted(struct lse_state a, struct lse_state b)
{
    float m = larger(a.m, b.m);
    return (struct lse_state){m, a.d * expf(m - a.m) + b.d * expf(m - b.m)};
}

static struct lse_state merge_swapped(struct lse_state a, struct lse_state b)
{
    float m = larger(a.m, b.m);
    return (struct lse_state){m, a.d * expf(b.m - m) + b.d * expf(a.m - m)};
}

static struct lse_state merge_larger_wins(struct lse_state a, struct lse_state b)
{
    return a.m >= b.m ? a : b;
}

static struct lse_state merge_unguarded(struct lse_state a, struct lse_state b)
{
    float m = larger(a.m, b.m);
    return (struct lse_state){m, a.d * expf(a.m - m) + b.d * expf(b.m - m)};
}

static struct lse_state merge_minus_inf_is_empty(struct lse_state a, struct lse_state b)
{
    return larger(a.m, b.m) == -INFINITY ? (struct lse_state){-INFINITY, 0} : merge_unguarded(a, b);
}

static const struct merge_belief MERGE_BELIEFS[] = {
    {"the sums were added as they are; they belong to two maxima", merge_uncorrected},
    {"both were brought to the first part's maximum, which need not be the larger", merge_to_first},
    {"both were brought to the smaller maximum: that can overflow", merge_to_smaller},
    {"the corrections are upside down: exp(m_part - m_both), at most 1", merge_inverted},
    {"each sum got the other's correction", merge_swapped},
    {"the part with the smaller maximum was dropped", merge_larger_wins},
    {"two empty parts: -inf - -inf is NaN", merge_unguarded},
    {"a NaN d was lost: a part of -inf and NaN has the maximum -inf as well, but it is not empty",
     merge_minus_inf_is_empty},
};
enum { MERGE_BELIEF_COUNT = sizeof MERGE_BELIEFS / sizeof *MERGE_BELIEFS };

// --- 3.9: pieces -----------------------------------------------------------------------------

/** A wrong rule for softmax_piece(). */
struct piece_belief {
    const char *belief;
    float (*answer)(float x, const float *piece, size_t n, struct lse_state s);
};

static float piece_by_itself(float x, const float *piece, size_t n, struct lse_state s)
{
    (void)s;
    struct oracle_row r = oracle_row(piece, NULL, n);
    return (float)oracle_softmax(&r, x);
}

static float piece_undivided(float x, const float *piece, size_t n, struct lse_state s)
{
    (void)piece, (void)n;
    return expf(x - s.m);
}

static float piece_unshifted(float x, const float *piece, size_t n, struct lse_state s)
{
    (void)piece, (void)n;
    return expf(x) / s.d;
}

static float piece_own_max(float x, const float *piece, size_t n, struct lse_state s)
{
    return expf(x - believed_max(piece, n, -INFINITY)) / s.d;
}

static const struct piece_belief PIECE_BELIEFS[] = {
    {"the piece was normalised by itself: divide by d of the whole row", piece_by_itself},
    {"the exponentials were not divided by d", piece_undivided},
    {"m was not subtracted", piece_unshifted},
    {"the piece's own maximum was subtracted: d belongs to the m of the whole row", piece_own_max},
};
enum { PIECE_BELIEF_COUNT = sizeof PIECE_BELIEFS / sizeof *PIECE_BELIEFS };

#endif
