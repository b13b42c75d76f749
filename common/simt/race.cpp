/**
 * @file race.cpp
 * @brief Do two accesses of a launch race? Exactly, and in any order of the threads: it is asked
 *        whether anything puts them in order (order.cpp), not when they happened. In the checked
 *        build only.
 *
 * Of each place are remembered the last write, and of what came since two accesses that are not in
 * order: reads, or atomics. (Never both: a read and an atomic that are not in order race.) Two
 * atomics never race.
 */
#include "common/simt/check.h"

#include <dlfcn.h>

static const struct simt_launch *launch;
static const char *library; /* its start */

void race_launch(const struct simt_launch *l)
{
    Dl_info self;
    if (!library && dladdr((const void *)&library, &self))
        library = (const char *)self.dli_fbase;
    launch = l;
    order_launch(l);
}

bool race_written(const struct check_region *m, const struct check_cell *c)
{
    return m->shared ? c->written == order_this_block() : c->written != 0;
}

static const char *past(bool atomic, bool write)
{
    return atomic ? "updated" : write ? "wrote" : "read";
}

/** "thread 3", or "block 2, thread 3". */
static struct simt_site who(const struct check_stamp *s)
{
    struct simt_site text;
    unsigned t = s->thread, x = launch->block.x, y = launch->block.y;
    struct simt_name thread = simt_name({t % x, t / x % y, t / x / y}, launch->block);
    uint64_t n;
    if (!order_other_block(s, &n)) {
        snprintf(text.text, sizeof text.text, "thread %s", thread.text);
        return text;
    }
    uint3 index = {(unsigned)(n % launch->grid.x), (unsigned)(n / launch->grid.x % launch->grid.y),
                   (unsigned)(n / launch->grid.x / launch->grid.y)};
    snprintf(text.text, sizeof text.text, "block %s, thread %s",
             simt_name(index, launch->grid).text, thread.text);
    return text;
}

/** Two accesses that are not in order, and yet may not be a race: a write, if it writes what is there
 *  already; a look at what others update, if the thread then compares and swaps, which finds out
 *  whether it looked in time (CUDA C++ Programming Guide, "Atomic Functions": any atomic operation can
 *  be made of atomicCAS() like that). */
static struct {
    const struct simt_thread *thread; /* NULL: there are none */
    bool looks;
    const char *p;
    size_t bytes;
    char before[64], message[800];
    struct simt_name place;
} pending;

void check_leave(const struct simt_thread *)
{
    if (!pending.thread)
        return;
    if (pending.looks || memcmp(pending.p, pending.before, pending.bytes) != 0)
        simt_record(simt_here, pending.thread, pending.place.text, pending.message);
    pending.thread = NULL;
}

void race_settle(const char *p, int kind)
{
    if (pending.thread && pending.looks) {
        if (kind == CHECK_READ && p != pending.p)
            return; // it has not done anything yet
        if (kind & CHECK_COMPARED && p == pending.p)
            pending.thread = NULL;
    }
    check_leave(NULL);
    if (simt_here->failed)
        simt_abandon();
}

struct race_text {
    char text[sizeof pending.message];
};

/** The text about an access that races with an earlier one. */
static struct race_text race_text(const struct check_region *m, const struct check_stamp *s,
                                  bool wrote, const char *p, size_t bytes, int kind)
{
    struct race_text race;
    const char *verb = kind & CHECK_ATOMIC ? "updates" : kind & CHECK_WRITE ? "writes" : "reads";
    const char *advice = "a __syncthreads() is missing between them, or both should be atomic";
    if (s->block != order_this_block())
        advice = "blocks run in any order: each needs elements of its own, or atomics";
    else if (s->thread / WARP == simt_here->running->linear / WARP)
        advice =
            "a __syncwarp() or __syncthreads() is missing between them, or both should be atomic";
    snprintf(race.text, sizeof race.text, "a race: it %s %s, which %s %s (%s); %s", verb,
             check_element(m, p, bytes).text, who(s).text, past(s->atomic, wrote),
             simt_place(library + s->pc).text, advice);
    return race;
}

/** An earlier access is not in order with this one: returns if that may not be a race. */
static void race(const struct check_region *m, const struct check_stamp *s, bool wrote,
                 const char *p, size_t bytes, int kind, const void *pc)
{
    if (pending.thread)
        return; // another part of this access has told already
    struct race_text race = race_text(m, s, wrote, p, bytes, kind);
    bool two_writes = wrote && kind == CHECK_WRITE, looks = s->atomic && kind == CHECK_READ;
    if (!(two_writes || looks) || bytes > sizeof pending.before)
        simt_fail(pc, "%s", race.text);
    pending.thread = simt_here->running;
    pending.looks = looks;
    pending.p = p;
    pending.bytes = bytes;
    pending.place = simt_place(pc);
    memcpy(pending.before, p, bytes);
    memcpy(pending.message, race.text, sizeof race.text);
}

void race_access(const struct check_region *m, struct check_cell *c, const char *p, size_t bytes,
                 int kind, const void *pc)
{
    bool atomic = kind & CHECK_ATOMIC, reads = !(kind & CHECK_WRITE);
    for (int i = 0; i < 2; i++) {
        const struct check_stamp *s = &c->since[i];
        bool agree = s->atomic ? atomic : reads;
        if (!agree && !order_before(m, s))
            race(m, s, false, p, bytes, kind, pc);
    }
    if (!order_before(m, &c->write))
        race(m, &c->write, true, p, bytes, kind, pc);
    if (pending.thread && pending.looks)
        return; // if it counts, the launch has ended
    struct check_stamp now = order_stamp();
    now.pc = (uint32_t)((const char *)pc - library);
    now.atomic = atomic;
    if (!reads)
        c->written = now.block;
    if (!reads && !atomic) {
        c->write = now;
        c->since[0].block = c->since[1].block = 0;
    } else if (c->since[0].atomic != atomic) {
        c->since[0] = now;
        c->since[1].block = 0;
    } else {
        /* Two that are not in order are enough: a third thread's write races with one. */
        c->since[!order_before(m, &c->since[0])] = now;
    }
}
