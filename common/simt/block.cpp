/**
 * @file block.cpp
 * @brief A block: its threads as fibers (Boost.Context) that take turns, and its barriers.
 *
 * A thread runs until it waits for others or ends; then the next lane of its warp runs, then the
 * next warp. A fiber whose thread has ended takes the next thread itself: a kernel that waits
 * for nothing needs one fiber and no switch.
 */
#include "common/simt/internal.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

enum { STACK = 128 << 10, GUARD = 4 << 10 };

// --------------------------------------------------------------------------------------------
// fibers
// --------------------------------------------------------------------------------------------

/** A new fiber: a stack with a page below it that nobody may touch. @return NULL without memory */
static struct simt_fiber *new_fiber(struct simt_runner *r)
{
    char *low = (char *)mmap(NULL, GUARD + STACK, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (low == MAP_FAILED)
        return NULL;
    mprotect(low, GUARD, PROT_NONE);
    struct simt_fiber *f = &r->fibers[r->n_fibers];
    /* Tops of stacks at different places of a page do not meet in the cache. */
    f->low = low + GUARD;
    f->high = low + GUARD + STACK - 256 * (r->n_fibers % 16);
    f->context = NULL;
    r->n_fibers++;
    return f;
}

void simt_free_fibers()
{
    struct simt_runner *r = simt_here;
    for (unsigned i = 0; r && i < r->n_fibers; i++)
        munmap(r->fibers[i].low - GUARD, GUARD + STACK);
    free(r);
    simt_here = NULL;
}

const char *launch_explain_fault(const void *address)
{
    const struct simt_runner *r = simt_here;
    const char *p = (const char *)address;
    for (unsigned i = 0; r && i < r->n_fibers; i++)
        if (p >= r->fibers[i].low - GUARD && p < r->fibers[i].low)
            return "the stack of a kernel's thread, 128 KiB, is full: endless recursion, or a huge "
                   "array?";
    return NULL;
}

/** After a failure: every fiber begins anew. */
static void reset_fibers(struct simt_runner *r)
{
    r->n_idle = r->n_fibers;
    for (unsigned i = 0; i < r->n_fibers; i++) {
        r->fibers[i].context = NULL;
        r->idle[i] = &r->fibers[i];
    }
}

/** From a fiber to the scheduler, until the scheduler comes back. */
static void leave(struct simt_runner *r)
{
    if constexpr (CHECKED)
        if (!r->failed)
            check_leave(r->running);
    transfer_t from = jump_fcontext(r->scheduler, NULL);
    r->scheduler = from.fctx;
}

void simt_abandon()
{
    simt_here->failed = true;
    leave(simt_here);
    abort(); // never comes back
}

static struct simt_lanes *warp_of(struct simt_runner *r, const struct simt_thread *t)
{
    return &r->warps[t->linear / WARP];
}

static unsigned bit_of(const struct simt_thread *t)
{
    return 1u << t->linear % WARP;
}

/** Makes a thread the running one. */
static void take(struct simt_runner *r, struct simt_thread *t)
{
    r->running = t;
    r->spins = 0;
    simt_now.thread = t->index;
}

/** The running thread has ended. @return whether its fiber goes on with the next lane */
static bool take_next(struct simt_runner *r)
{
    struct simt_thread *ended = r->running;
    if constexpr (CHECKED)
        check_leave(ended);
    if (r->failed)
        return false;
    struct simt_lanes *w = warp_of(r, ended);
    w->ready &= ~bit_of(ended);
    w->exited |= bit_of(ended);
    while (++r->turn < WARP) {
        unsigned lane = r->turn ^ r->launch->lane_order;
        if (!(w->ready >> lane & 1))
            continue;
        if (!(w->fresh >> lane & 1))
            break;
        struct simt_thread *next = ended - ended->linear % WARP + lane;
        w->fresh &= ~(1u << lane);
        next->fiber = ended->fiber;
        take(r, next);
        return true;
    }
    r->turn--; // not taken
    return false;
}

/** What a fiber does: run threads, as long as there are any. */
static void fiber_main(transfer_t from)
{
    struct simt_runner *r = (struct simt_runner *)from.data;
    r->scheduler = from.fctx;
    for (;;) {
        r->launch->call(r->launch->arguments);
        if (take_next(r))
            continue;
        r->idle[r->n_idle++] = r->running->fiber;
        leave(r);
    }
}

/** Runs a thread, new or waiting, until it waits (again) or ends. */
static void run_thread(struct simt_runner *r, struct simt_thread *t)
{
    struct simt_lanes *w = warp_of(r, t);
    if (w->fresh & bit_of(t)) {
        w->fresh &= ~bit_of(t);
        t->fiber = r->n_idle > 0 ? r->idle[--r->n_idle] : new_fiber(r);
        if (!t->fiber) {
            simt_record_text("no memory for the stack of a thread");
            r->failed = true;
            return;
        }
        if (!t->fiber->context)
            t->fiber->context =
                make_fcontext(t->fiber->high, (size_t)(t->fiber->high - t->fiber->low), fiber_main);
    }
    take(r, t);
    struct simt_fiber *fiber = t->fiber;
    fiber->context = jump_fcontext(fiber->context, r).fctx;
    r->running = NULL;
}

// --------------------------------------------------------------------------------------------
// turns
// --------------------------------------------------------------------------------------------

/** Runs a warp's lanes until all of them wait, have ended or have given up their turn. */
static void run_warp(struct simt_runner *r, unsigned warp)
{
    struct simt_lanes *w = &r->warps[warp];
    w->yielded = 0;
    do {
        for (r->turn = 0; r->turn < WARP && !r->failed; r->turn++) {
            unsigned lane = r->turn ^ r->launch->lane_order;
            if (w->ready >> lane & ~w->yielded >> lane & 1)
                run_thread(r, &r->threads[warp * WARP + lane]);
        }
    } while (!r->failed && simt_complete_warp(r, warp));
}

static unsigned lanes_of(const struct simt_runner *r, unsigned warp)
{
    unsigned n = r->n_threads - warp * WARP;
    return n >= WARP ? 0xFFFFFFFF : (1u << n) - 1;
}

/** The lanes of all warps that are in the set `member`, ored together, say whether there are any. */
static unsigned any(const struct simt_runner *r, unsigned simt_lanes::*member)
{
    unsigned lanes = 0;
    for (unsigned i = 0; i < r->n_warps; i++)
        lanes |= r->warps[i].*member;
    return lanes;
}

/** The first thread of the block in the set. */
static struct simt_thread *first(struct simt_runner *r, unsigned simt_lanes::*member)
{
    unsigned i = 0;
    while (!(r->warps[i].*member))
        i++;
    return &r->threads[i * WARP + (unsigned)__builtin_ctz(r->warps[i].*member)];
}

static const char *barrier_name(const struct simt_thread *t)
{
    static const char *const names[] = {"__syncthreads()", "__syncthreads_count()",
                                        "__syncthreads_and()", "__syncthreads_or()"};
    return names[t->function];
}

struct simt_site simt_site(const struct simt_thread *t)
{
    struct simt_site site;
    snprintf(site.text, sizeof site.text, "%s:%d", t->file, t->line);
    return site;
}

/** Nobody can run on, and not all are at a barrier: a warp's function waits in vain. */
static void record_stuck(struct simt_runner *r)
{
    const struct simt_thread *t = first(r, &simt_lanes::in_function);
    const struct simt_lanes *w = warp_of(r, t);
    const struct simt_thread *lanes = t - t->linear % WARP, *other = NULL;
    unsigned group = simt_group(w, t);
    for (unsigned lane = 0; lane < WARP && !other; lane++)
        if (group >> lane & 1 && (!(w->in_function >> lane & 1) || lanes[lane].mask != t->mask ||
                                  lanes[lane].function != t->function))
            other = &lanes[lane];
    char what[600];
    if (w->at_barrier & bit_of(other))
        snprintf(what, sizeof what, "waits at %s (%s)", barrier_name(other), simt_site(other).text);
    else
        snprintf(what, sizeof what, "is in %s with mask 0x%08X (%s)",
                 simt_function_name(other->function), other->mask, simt_site(other).text);
    char message[800];
    snprintf(message, sizeof message,
             "%s with mask 0x%08X waits for lane %u of its warp for ever: that lane %s",
             simt_function_name(t->function), t->mask, other->linear % WARP, what);
    simt_record(r, t, simt_site(t).text, message);
}

static bool same_site(const struct simt_thread *a, const struct simt_thread *b)
{
    return a->line == b->line && a->function == b->function &&
           (a->file == b->file || strcmp(a->file, b->file) == 0);
}

/** Is every thread at one and the same barrier? Says so if not. */
static bool same_barrier(struct simt_runner *r)
{
    if (any(r, &simt_lanes::in_function)) {
        record_stuck(r);
        return false;
    }
    const struct simt_thread *t = first(r, &simt_lanes::at_barrier);
    char message[600];
    if (any(r, &simt_lanes::exited)) {
        snprintf(message, sizeof message,
                 "%s waits for all threads of the block, but thread %s has left the kernel",
                 barrier_name(t),
                 simt_name(first(r, &simt_lanes::exited)->index, r->launch->block).text);
        simt_record(r, t, simt_site(t).text, message);
        return false;
    }
    for (unsigned i = 0; i < r->n_threads && r->two_barriers; i++) {
        const struct simt_thread *other = &r->threads[i];
        if (same_site(t, other))
            continue;
        snprintf(message, sizeof message,
                 "waits at %s, but thread %s waits at another barrier, %s (%s)", barrier_name(t),
                 simt_name(other->index, r->launch->block).text, barrier_name(other),
                 simt_site(other).text);
        simt_record(r, t, simt_site(t).text, message);
        return false;
    }
    return true;
}

/** All threads are at the barrier: they may run on. */
static void release_barrier(struct simt_runner *r)
{
    switch (r->at_barrier->function) {
    case SIMT_COUNT:
        r->barrier_result = (int)r->votes;
        break;
    case SIMT_AND:
        r->barrier_result = r->votes == r->n_threads;
        break;
    default:
        r->barrier_result = r->votes > 0;
    }
    r->at_barrier = NULL;
    r->votes = 0;
    for (unsigned i = 0; i < r->n_warps; i++) {
        r->warps[i].ready = r->warps[i].at_barrier;
        r->warps[i].at_barrier = 0;
    }
    if constexpr (CHECKED)
        check_barrier();
}

bool simt_run_block(struct simt_runner *r, uint3 index)
{
    simt_now.block = index;
    r->at_barrier = NULL;
    r->two_barriers = false;
    r->votes = 0;
    for (unsigned i = 0; i < r->n_warps; i++) {
        unsigned lanes = lanes_of(r, i);
        r->warps[i] = {lanes, lanes, 0, lanes, 0, 0, 0};
    }
    for (;;) {
        for (unsigned i = 0; i < r->n_warps && !r->failed; i++)
            run_warp(r, (i + r->launch->warp_order) % r->n_warps);
        if (r->failed)
            break;
        if (any(r, &simt_lanes::ready))
            continue;
        if (!any(r, &simt_lanes::in_function) && !any(r, &simt_lanes::at_barrier))
            return true;
        if (!same_barrier(r))
            break;
        release_barrier(r);
    }
    reset_fibers(r);
    return false;
}

// --------------------------------------------------------------------------------------------
// called by the running thread
// --------------------------------------------------------------------------------------------

int simt_barrier(enum simt_barrier kind, int predicate, const char *file, int line)
{
    struct simt_runner *r = simt_here;
    struct simt_thread *t = r->running;
    t->function = kind;
    t->file = file;
    t->line = line;
    r->votes += predicate != 0;
    if (!r->at_barrier)
        r->at_barrier = t;
    else if (!same_site(r->at_barrier, t))
        r->two_barriers = true;
    warp_of(r, t)->ready &= ~bit_of(t);
    warp_of(r, t)->at_barrier |= bit_of(t);
    leave(r);
    return r->barrier_result;
}

uint64_t simt_warp(enum simt_warp_function function, unsigned mask, uint64_t value, unsigned lane,
                   int width, const char *file, int line)
{
    struct simt_runner *r = simt_here;
    struct simt_thread *t = r->running;
    t->function = function;
    t->mask = mask;
    t->value = value;
    t->lane = lane;
    t->width = width;
    t->file = file;
    t->line = line;
    warp_of(r, t)->ready &= ~bit_of(t);
    warp_of(r, t)->in_function |= bit_of(t);
    leave(r);
    return t->value;
}

void simt_spin()
{
    enum { PATIENCE = 64 };
    struct simt_runner *r = simt_here;
    if (++r->spins < PATIENCE)
        return;
    warp_of(r, r->running)->yielded |= bit_of(r->running);
    leave(r);
}

struct simt_name simt_place(const void *pc)
{
    struct simt_name place;
    Dl_info where;
    const char *call = (const char *)pc - 1; // in the call, not behind it
    if (!dladdr(call, &where)) {
        snprintf(place.text, sizeof place.text, "%p", pc);
        return place;
    }
    const char *slash = strrchr(where.dli_fname, '/');
    snprintf(place.text, sizeof place.text, "<%.20s+0x%zx>", slash ? slash + 1 : where.dli_fname,
             (size_t)(call - (const char *)where.dli_fbase));
    return place;
}

void simt_fail(const void *pc, const char *format, ...)
{
    char message[800];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    simt_record(simt_here, simt_here->running, simt_place(pc).text, message);
    simt_abandon();
}
