/**
 * @file race.cpp
 * @brief Do two accesses of a launch race? Exactly, and in any order of the threads: it is asked
 *        whether anything puts them in order, not when they happened. In the checked build only.
 *
 * In order are accesses of one thread; of a block, with a barrier between them; of a warp, with a
 * __syncwarp() of both lanes between them (a clock a lane: vector clocks, as in Flanagan and Freund,
 * "FastTrack", PLDI 2009); of two blocks, if the first published what it wrote, by a __threadfence()
 * and an atomic after it, and the second did an atomic before it looks (CUDA C++ Programming Guide,
 * "Memory Fence Functions": the last block that adds up the sums of all). Shuffles, votes and atomics
 * without a fence put nothing in order. Two atomics never race.
 */
#include "common/simt/check.h"

#include <dlfcn.h>
#include <stdlib.h>

/** What one block has published, or whether it may look at what others have. */
struct signal {
    bool given;
    uint16_t thread, fences; /* the thread's fences before it */
    uint32_t epoch, fenced;  /* of the atomic; of the block's last fence before it */
};

static const struct simt_launch *launch;
static const char *library; /* its start */
static uint32_t launch_first, block, epoch;
static uint64_t blocks_done;
static struct signal acquired;   /* by this block: its first atomic */
static struct signal *published; /* by each block of the launch: its last atomic after a fence */
/* Of each thread of the block: fences passed; fences before its last atomic; any atomic? */
static uint16_t fences[MAX_THREADS], published_fences[MAX_THREADS];
static bool atomics[MAX_THREADS];
static bool any_fence;       /* in this block; then */
static uint32_t fence_epoch; /* of the last one */
static uint32_t clocks[MAX_THREADS][WARP];
static uint32_t clocks_of[MAX_WARPS]; /* the block that a warp's clocks are for */
static uint64_t *numbers;             /* of the launch's blocks, in the order in which they ran */
static uint64_t numbers_room;

void race_launch(const struct simt_launch *l)
{
    Dl_info self;
    if (!library && dladdr((const void *)&library, &self))
        library = (const char *)self.dli_fbase;
    launch = l;
    if (block > UINT32_MAX - 1 - (uint32_t)(l->blocks < UINT32_MAX / 2 ? l->blocks : 0))
        block = 0; // stamps of 4 billion blocks ago
    launch_first = block + 1;
    blocks_done = 0;
    free(published);
    published = NULL;
}

void race_block(uint64_t number)
{
    block++;
    epoch = 0;
    acquired.given = false;
    any_fence = false;
    memset(fences, 0, sizeof fences);
    memset(published_fences, 0, sizeof published_fences);
    memset(atomics, 0, sizeof atomics);
    if (blocks_done == numbers_room && blocks_done < (uint64_t)1 << 24) {
        uint64_t room = numbers_room ? 2 * numbers_room : 64;
        uint64_t *more = (uint64_t *)realloc(numbers, room * sizeof *more);
        if (more) {
            numbers = more;
            numbers_room = room;
        }
    }
    if (blocks_done < numbers_room)
        numbers[blocks_done] = number;
    blocks_done++;
}

void check_barrier()
{
    epoch++;
}

// --------------------------------------------------------------------------------------------
// order
// --------------------------------------------------------------------------------------------

/** The clocks of a warp's lanes in this block: each knows that it is at 1 itself. */
static void begin_clocks(unsigned warp)
{
    if (clocks_of[warp] == block)
        return;
    clocks_of[warp] = block;
    for (unsigned a = 0; a < WARP; a++)
        for (unsigned b = 0; b < WARP; b++)
            clocks[warp * WARP + a][b] = a == b;
}

void check_syncwarp(unsigned warp, unsigned lanes)
{
    begin_clocks(warp);
    uint32_t latest[WARP] = {0};
    for (unsigned left = lanes; left; left &= left - 1) {
        const uint32_t *known = clocks[warp * WARP + (unsigned)__builtin_ctz(left)];
        for (unsigned b = 0; b < WARP; b++)
            latest[b] = known[b] > latest[b] ? known[b] : latest[b];
    }
    for (unsigned left = lanes; left; left &= left - 1) {
        unsigned lane = (unsigned)__builtin_ctz(left);
        memcpy(clocks[warp * WARP + lane], latest, sizeof latest);
        clocks[warp * WARP + lane][lane]++;
    }
}

static uint32_t own_clock(unsigned thread)
{
    return clocks_of[thread / WARP] == block ? clocks[thread][thread % WARP] : 1;
}

void check_fence()
{
    any_fence = true;
    fence_epoch = epoch;
    fences[simt_here->running->linear]++;
}

/* Which variable the atomic is on is not asked. */
void race_atomic()
{
    unsigned thread = simt_here->running->linear;
    atomics[thread] = true;
    published_fences[thread] = fences[thread];
    if (!acquired.given)
        acquired = {true, (uint16_t)thread, 0, epoch, 0};
    if (!any_fence)
        return;
    if (!published && launch->blocks < (uint64_t)1 << 24)
        published = (struct signal *)calloc(launch->blocks, sizeof *published);
    if (published)
        published[block - launch_first] = {true, (uint16_t)thread, fences[thread], epoch,
                                           fence_epoch};
}

/** Did the access come before the signal, with a fence between? */
static bool before_signal(const struct signal *s, const struct check_stamp *a)
{
    if (!s->given)
        return false;
    return (a->epoch == s->epoch && a->fences < s->fences) ||
           (a->epoch < s->epoch && a->epoch <= s->fenced);
}
static bool after_signal(const struct signal *s, unsigned thread, uint32_t when)
{
    return s->given && (when > s->epoch || (when == s->epoch && thread == s->thread));
}

/** Is the earlier access ordered before one of `thread` now? */
static bool ordered(const struct check_region *m, const struct check_stamp *s, unsigned thread)
{
    if (s->block < launch_first || (m->shared && s->block != block))
        return true;
    if (s->block != block)
        return published && after_signal(&acquired, thread, epoch) &&
               before_signal(&published[s->block - launch_first], s);
    if (s->thread == thread || s->epoch < epoch)
        return true;
    if (s->fences < published_fences[s->thread] && atomics[thread])
        return true; // one gave up a lock, or raised a flag, and the other saw it
    if (s->thread / WARP != thread / WARP)
        return false;
    begin_clocks(thread / WARP);
    return clocks[thread][s->thread % WARP] >= s->clock;
}

/** The same for other bytes of the cell, which need no order. */
static bool in_order(const struct check_region *m, const struct check_stamp *s, unsigned of_cell,
                     unsigned thread)
{
    return !(s->bytes & of_cell) || ordered(m, s, thread);
}

// --------------------------------------------------------------------------------------------
// accesses
// --------------------------------------------------------------------------------------------

bool race_written(const struct check_region *m, const struct check_cell *c, unsigned of_cell)
{
    return m->shared ? c->write.block == block : (of_cell & ~c->written) == 0;
}

static struct check_stamp stamp_of(unsigned thread, unsigned of_cell, int kind, const void *pc)
{
    struct check_stamp now = {block, epoch, own_clock(thread), 0, (uint16_t)thread,
                              0,     0,     (uint8_t)of_cell};
    now.pc = (uint32_t)((const char *)pc - library);
    now.fences = fences[thread] & 0x7FFF;
    now.atomic = (kind & CHECK_ATOMIC) != 0;
    return now;
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
    uint64_t turn = s->block - launch_first;
    if (s->block == block || turn >= numbers_room) {
        snprintf(text.text, sizeof text.text, "thread %s", thread.text);
        return text;
    }
    uint64_t n = numbers[turn];
    uint3 index = {(unsigned)(n % launch->grid.x), (unsigned)(n / launch->grid.x % launch->grid.y),
                   (unsigned)(n / launch->grid.x / launch->grid.y)};
    snprintf(text.text, sizeof text.text, "block %s, thread %s",
             simt_name(index, launch->grid).text, thread.text);
    return text;
}

/** Two writes that are not in order: a race, unless the second writes what is there. */
static struct {
    const struct simt_thread *thread; /* NULL: there is none */
    const char *p;
    size_t bytes;
    char before[64], message[800];
    struct simt_name place;
} pending;

void check_leave(const struct simt_thread *)
{
    if (!pending.thread)
        return;
    if (memcmp(pending.p, pending.before, pending.bytes) != 0)
        simt_record(simt_here, pending.thread, pending.place.text, pending.message);
    pending.thread = NULL;
}

void race_settle()
{
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
    const char *advice = "a __syncthreads() is missing between them";
    if (s->block != block)
        advice = "blocks run in any order";
    else if (s->thread / WARP == simt_here->running->linear / WARP)
        advice = "a __syncwarp() or __syncthreads() is missing between them";
    snprintf(race.text, sizeof race.text, "a race: it %s %s, which %s %s (%s); %s", verb,
             check_element(m, p, bytes).text, who(s).text, past(s->atomic, wrote),
             simt_place(library + s->pc).text, advice);
    return race;
}

/** An earlier write that is not in order with this write. */
static void two_writes(const struct check_region *m, const struct check_stamp *s, const char *p,
                       size_t bytes, int kind, const void *pc)
{
    if (pending.thread)
        return; // another part of this access has told already
    struct race_text race = race_text(m, s, true, p, bytes, kind);
    if (kind & CHECK_ATOMIC || s->atomic || bytes > sizeof pending.before)
        simt_fail(pc, "%s", race.text);
    pending.thread = simt_here->running;
    pending.p = p;
    pending.bytes = bytes;
    pending.place = simt_place(pc);
    memcpy(pending.before, p, bytes);
    memcpy(pending.message, race.text, sizeof race.text);
}

/** A read after the last write. */
static void read_after(const struct check_region *m, struct check_cell *c, unsigned of_cell,
                       const char *p, size_t bytes, int kind, const void *pc, unsigned thread)
{
    if (!in_order(m, &c->write, of_cell, thread))
        simt_fail(pc, "%s", race_text(m, &c->write, true, p, bytes, kind).text);
    /* Two readers that are not in order are enough: a third thread's write races with one. */
    c->reads[!ordered(m, &c->reads[0], thread)] = stamp_of(thread, of_cell, kind, pc);
}

void race_access(const struct check_region *m, struct check_cell *c, unsigned of_cell,
                 const char *p, size_t bytes, int kind, const void *pc)
{
    unsigned thread = simt_here->running->linear;
    bool atomic = kind & CHECK_ATOMIC;
    if (!(kind & CHECK_WRITE)) {
        read_after(m, c, of_cell, p, bytes, kind, pc, thread);
        return;
    }
    for (int i = 0; i < 2; i++)
        if (!in_order(m, &c->reads[i], of_cell, thread))
            simt_fail(pc, "%s", race_text(m, &c->reads[i], false, p, bytes, kind).text);
    if (!(atomic && c->write.atomic) && !in_order(m, &c->write, of_cell, thread))
        two_writes(m, &c->write, p, bytes, kind, pc);
    c->write = stamp_of(thread, of_cell, kind, pc);
    c->written |= (uint8_t)of_cell;
}
