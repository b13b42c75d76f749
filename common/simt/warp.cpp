/**
 * @file warp.cpp
 * @brief A warp's functions, carried out when all their lanes have come: see warp.h.
 */
#include "common/simt/internal.h"

const char *simt_function_name(int function)
{
    static const char *const names[] = {
        "__syncwarp()",        "__shfl_sync()",       "__shfl_up_sync()",    "__shfl_down_sync()",
        "__shfl_xor_sync()",   "__ballot_sync()",     "__any_sync()",        "__all_sync()",
        "__match_any_sync()",  "__activemask()",      "__reduce_add_sync()", "__reduce_min_sync()",
        "__reduce_max_sync()", "__reduce_and_sync()", "__reduce_or_sync()",  "__reduce_xor_sync()"};
    return names[function];
}

unsigned simt_group(const struct simt_lanes *w, const struct simt_thread *t)
{
    return t->mask & w->exist & ~w->exited;
}

static void record(struct simt_runner *r, const struct simt_thread *t, const char *message)
{
    simt_record(r, t, simt_site(t).text, message);
}

/** Where a lane's shuffle takes its value from (PTX ISA, "shfl.sync": j, maxLane and p). */
static unsigned source(const struct simt_thread *t)
{
    int lane = (int)(t->linear % WARP), first = lane & ~(t->width - 1);
    int last = first + t->width - 1;
    long long from;
    switch (t->function) {
    case SIMT_SHFL:
        return (unsigned)first + t->lane % (unsigned)t->width;
    case SIMT_SHFL_UP:
        from = (long long)lane - t->lane;
        return from >= first ? (unsigned)from : (unsigned)lane;
    case SIMT_SHFL_DOWN:
        from = (long long)lane + t->lane;
        break;
    default:
        from = lane ^ (long long)t->lane;
    }
    return from <= last ? (unsigned)from : (unsigned)lane;
}

/** Can this lane's shuffle take a value from there? Says so if not. */
static bool source_is_there(struct simt_runner *r, const struct simt_lanes *w,
                            const struct simt_thread *t, unsigned from, unsigned group)
{
    char message[300], why[120];
    if (group >> from & 1)
        return true;
    if (!(w->exist >> from & 1))
        snprintf(why, sizeof why, "its warp has only %d lanes", __builtin_popcount(w->exist));
    else if (w->exited >> from & 1)
        snprintf(why, sizeof why, "that lane has left the kernel");
    else
        snprintf(why, sizeof why, "the mask 0x%08X does not name that lane", t->mask);
    snprintf(message, sizeof message, "%s reads from lane %u, but %s: the value is undefined",
             simt_function_name(t->function), from, why);
    record(r, t, message);
    return false;
}

static bool is_shuffle(int function)
{
    return function >= SIMT_SHFL && function <= SIMT_SHFL_XOR;
}

/** Gives each lane of the group its value. */
static void shuffle(struct simt_runner *r, struct simt_thread *lanes, const struct simt_lanes *w,
                    unsigned group)
{
    uint64_t brought[WARP];
    for (unsigned left = group; left; left &= left - 1) {
        unsigned lane = (unsigned)__builtin_ctz(left);
        brought[lane] = lanes[lane].value;
    }
    for (unsigned left = group; left; left &= left - 1) {
        struct simt_thread *t = &lanes[__builtin_ctz(left)];
        unsigned from = source(t);
        if (!source_is_there(r, w, t, from, group))
            return;
        t->value = brought[from];
    }
}

/** The lanes of the group that bring the same value as t, or (vote) a value that is not 0. */
static unsigned lanes_with(const struct simt_thread *lanes, unsigned group, uint64_t value)
{
    unsigned found = 0;
    for (unsigned left = group; left; left &= left - 1)
        if (lanes[__builtin_ctz(left)].value == value)
            found |= left & -left;
    return found;
}

/** Votes and matches: each lane's value becomes its result. */
static void vote(struct simt_thread *lanes, unsigned group, int function)
{
    uint64_t results[WARP];
    unsigned yes = lanes_with(lanes, group, 1);
    for (unsigned left = group; left; left &= left - 1) {
        unsigned lane = (unsigned)__builtin_ctz(left);
        results[lane] = function == SIMT_BALLOT      ? yes
                        : function == SIMT_ANY       ? yes != 0
                        : function == SIMT_ALL       ? yes == group
                        : function == SIMT_MATCH_ANY ? lanes_with(lanes, group, lanes[lane].value)
                                                     : 0;
    }
    for (unsigned left = group; left; left &= left - 1)
        lanes[__builtin_ctz(left)].value = results[__builtin_ctz(left)];
}

static int64_t reduced(int function, int64_t a, int64_t b)
{
    switch (function) {
    case SIMT_REDUCE_MIN:
        return a < b ? a : b;
    case SIMT_REDUCE_MAX:
        return a > b ? a : b;
    case SIMT_REDUCE_AND:
        return a & b;
    case SIMT_REDUCE_OR:
        return a | b;
    case SIMT_REDUCE_XOR:
        return a ^ b;
    default:
        return a + b; // its low 32 bits are the sum's, signed or not
    }
}

/** Each lane of the group gets what all of them bring, put together. */
static void reduce(struct simt_thread *lanes, unsigned group, int function)
{
    int64_t all = (int64_t)lanes[__builtin_ctz(group)].value;
    for (unsigned left = group & (group - 1); left; left &= left - 1)
        all = reduced(function, all, (int64_t)lanes[__builtin_ctz(left)].value);
    for (unsigned left = group; left; left &= left - 1)
        lanes[__builtin_ctz(left)].value = (uint64_t)all;
}

static void let_run(struct simt_lanes *w, unsigned group)
{
    w->in_function &= ~group;
    w->ready |= group;
}

/** Carries out a function that all lanes of the group have reached. */
static void carry_out(struct simt_runner *r, unsigned warp, const struct simt_thread *t,
                      unsigned group)
{
    struct simt_thread *lanes = &r->threads[warp * WARP];
    int function = t->function;
    if (is_shuffle(function))
        shuffle(r, lanes, &r->warps[warp], group);
    else if (function >= SIMT_REDUCE_ADD)
        reduce(lanes, group, function);
    else
        vote(lanes, group, function);
    if constexpr (CHECKED)
        if (function == SIMT_SYNCWARP)
            check_syncwarp(warp, group);
    let_run(&r->warps[warp], group);
}

/** Is the call itself in order? Says so if not. */
static bool valid(struct simt_runner *r, const struct simt_thread *t)
{
    char message[300];
    unsigned lane = t->linear % WARP;
    if (!(t->mask >> lane & 1)) {
        snprintf(message, sizeof message, "lane %u calls %s, but the mask 0x%08X does not name it",
                 lane, simt_function_name(t->function), t->mask);
        record(r, t, message);
        return false;
    }
    if (is_shuffle(t->function) &&
        (t->width < 1 || t->width > WARP || (t->width & (t->width - 1)) != 0)) {
        snprintf(message, sizeof message, "%s with width %d: it is 1, 2, 4, 8, 16 or 32",
                 simt_function_name(t->function), t->width);
        record(r, t, message);
        return false;
    }
    return true;
}

/** Are all lanes of the group in this function, with this mask? */
static bool complete(const struct simt_lanes *w, const struct simt_thread *lanes,
                     const struct simt_thread *t, unsigned group)
{
    if (group & ~w->in_function)
        return false;
    for (unsigned left = group; left; left &= left - 1) {
        const struct simt_thread *other = &lanes[__builtin_ctz(left)];
        if (other->function != t->function || other->mask != t->mask)
            return false;
    }
    return true;
}

/** Nothing else moves in this warp: who asks for the active lanes at one place is active. The halves of a
 *  warp are told of themselves alone, one after the other: which lanes are together is no promise, and a
 *  kernel that takes the answer for the whole warp finds out here. */
static void answer_activemask(struct simt_runner *r, unsigned warp)
{
    struct simt_lanes *w = &r->warps[warp];
    struct simt_thread *lanes = &r->threads[warp * WARP];
    const struct simt_thread *t = NULL;
    unsigned group = 0;
    for (unsigned left = w->in_function; left; left &= left - 1) {
        struct simt_thread *other = &lanes[__builtin_ctz(left)];
        if (other->function != SIMT_ACTIVEMASK)
            continue;
        t = t ? t : other;
        if (other->line == t->line && strcmp(other->file, t->file) == 0)
            group |= left & -left;
    }
    group &= group & 0xFFFF ? 0xFFFF : 0xFFFF0000;
    for (unsigned left = group; left; left &= left - 1)
        lanes[__builtin_ctz(left)].value = group;
    let_run(w, group);
}

bool simt_complete_warp(struct simt_runner *r, unsigned warp)
{
    struct simt_lanes *w = &r->warps[warp];
    struct simt_thread *lanes = &r->threads[warp * WARP];
    bool moved = false;
    for (unsigned left = w->in_function; left && !r->failed;) {
        const struct simt_thread *t = &lanes[__builtin_ctz(left)];
        unsigned group = left & -left;
        if (t->function != SIMT_ACTIVEMASK && valid(r, t) &&
            complete(w, lanes, t, simt_group(w, t))) {
            group = simt_group(w, t);
            carry_out(r, warp, t, group);
            moved = true;
        }
        left &= ~group;
    }
    if (!moved && !r->failed && w->ready == 0 && w->in_function)
        answer_activemask(r, warp);
    return !r->failed && (w->ready & ~w->yielded) != 0;
}
