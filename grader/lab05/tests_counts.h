/**
 * @file tests_counts.h
 * @brief Graded tests of what all four apply_*() of lab 05 share: the count that they return, lengths.
 *
 * A part of test_lab05.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB05_TESTS_COUNTS_H
#define LOWP_GRADER_LAB05_TESTS_COUNTS_H

#include "grader/lab05/draw.h"

// --------------------------------------------------------------------------------------------
// All four: counts, lengths
// --------------------------------------------------------------------------------------------

enum { APPLIES = 4 };

/** Buffers of one call of any apply_*(). */
struct apply_buffers {
    float *master;
    uint16_t *w, *c;
    const float *u;
};

static size_t call_apply(int which, struct apply_buffers b, size_t n)
{
    switch (which) {
    case 0:
        return apply_bf16(b.w, b.u, n);
    case 1:
        return apply_master(b.master, b.w, b.u, n);
    case 2:
        return apply_kahan(b.w, b.c, b.u, n);
    default:
        return apply_stochastic(b.w, b.u, n, 11, 22);
    }
}

static const char *const APPLY_NAMES[APPLIES] = {"apply_bf16", "apply_master", "apply_kahan",
                                                 "apply_stochastic"};

/** Weights with masters that match, no compensation, and updates of up to a gap; some are 0. The first
 *  is twice a gap, which moves w in all four, however they round. */
static struct apply_buffers draw_apply(size_t n)
{
    uint16_t w[64], c[64] = {0};
    float u[64], master[64];
    for (uint64_t i = 0; i < n; i++) {
        w[i] = draw_weight(2 * i);
        master[i] = (float)oracle_bf16_value(w[i]);
        double parts = i % 5 == 1 ? 0 : (2 * test_f64(2 * i + 1) - 1) * (i % 2 ? 1 : 3);
        if (i == 0)
            parts = 2;
        u[i] = (float)(parts * oracle_gap(w[i], +1));
    }
    return (struct apply_buffers){INOUT(master, n), INOUT(w, n), INOUT(c, n), GIVE(u, n)};
}

GRADED(moved_counts_codes, .points = 2,
       .idea = "the return value is the number of BF16 codes that changed, not of updates")
{
    enum { N = 64 };
    for (int which = 0; which < APPLIES; which++) {
        struct apply_buffers b = draw_apply(N);
        uint16_t before[N];
        float masters[N];
        memcpy(before, b.w, sizeof before);
        memcpy(masters, b.master, sizeof masters);
        size_t got = call_apply(which, b, N), changed = 0, updates = 0, owed = 0;
        for (size_t i = 0; i < N; i++) {
            changed += b.w[i] != before[i];
            updates += b.u[i] != 0;
            owed += b.c[i] % 0x8000 != 0;
        }
        if (changed == 0 && memcmp(b.master, masters, sizeof masters) != 0)
            because("w was never copied from the master, or was copied before the update");
        if (changed == 0)
            fail("%s moved none of %d weights, though some updates are larger than the gap",
                 APPLY_NAMES[which], N);
        if (got == changed)
            continue;
        if (got == N)
            because("it counted the elements");
        else if (got == updates)
            because("it counted the updates that are not 0; many of them are lost");
        else if (got == N - changed)
            because("it counted the weights that stayed");
        else if (which == 2 && got == owed)
            because("it counted the compensations");
        else if (got == 0)
            because("the weights were compared after they had been overwritten");
        fail("%s returned %zu, but %zu of the %d codes in w changed", APPLY_NAMES[which], got,
             changed, N);
    }
}

/** Are elements from..to-1 the same in both? */
static bool same_elements(struct apply_buffers a, struct apply_buffers b, size_t from, size_t to)
{
    size_t n = to - from;
    return memcmp(a.w + from, b.w + from, n * sizeof *a.w) == 0 &&
           memcmp(a.c + from, b.c + from, n * sizeof *a.c) == 0 &&
           memcmp(a.master + from, b.master + from, n * sizeof *a.master) == 0;
}

/** Fails if call `which` with n elements does not do what it does with all 33, and no more. */
static void check_length(int which, size_t n)
{
    enum { ALL = 33 };
    struct apply_buffers whole = draw_apply(ALL), part = draw_apply(ALL), fresh = draw_apply(ALL);
    call_apply(which, whole, ALL);
    size_t moved = call_apply(which, part, n);
    if (same_elements(whole, fresh, 0, ALL)) // a master that is not copied back costs other tests
        fail("%s moved none of %d weights, though some updates are larger than the gap",
             APPLY_NAMES[which], ALL);
    if (same_elements(whole, fresh, 0, 1)) {
        because("the first element was left out");
        fail("%s, n = %d: element 0 stayed, though its update is twice the gap", APPLY_NAMES[which],
             ALL);
    }
    const char *no_first = "with n = 0 there is no first element: look at n before you touch one";
    if (n == 0 && moved != 0)
        because("%s", no_first);
    if (n == 0 && moved != 0)
        fail("%s returned %zu for n = 0", APPLY_NAMES[which], moved);
    for (size_t i = 0; i < ALL; i++) {
        if (same_elements(part, i < n ? whole : fresh, i, i + 1))
            continue;
        if (n == 0)
            because("%s", no_first);
        else if (i < n && i >= n / 4 * 4 && same_elements(part, fresh, n / 4 * 4, n))
            because("the n %% 4 elements at the end were left out");
        else if (i == n - 1 && same_elements(part, fresh, i, n))
            because("the last element was left out");
        fail("%s, n = %zu: element %zu was %s", APPLY_NAMES[which], n, i,
             i < n ? "not treated as it is with n = 33" : "changed, though it is past the end");
    }
}

GRADED(empty_and_odd_lengths, .points = 2,
       .idea = "n = 0 touches nothing; 1, 7 or 33 elements are all treated, and none beyond")
{
    const size_t lengths[] = {0, 7, 1, 2, 3, 32}; // 7: tells what is left out
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        for (int which = 0; which < APPLIES; which++)
            check_length(which, lengths[k]);
        size_t n = lengths[k];
        float g[33], *u = TAKE(float, 33);
        for (size_t i = 0; i < 33; i++)
            g[i] = 1 + (float)i;
        sgd_update(u, GIVE(g, 33), n, 0.5f);
        for (size_t i = 0; i < 33; i++)
            if (isnan(u[i]) != (i >= n))
                fail("sgd_update, n = %zu: u[%zu] was %s", n, i,
                     i < n ? "not written" : "written, though it is past the end");
        arena_reset();
    }
}

#endif
