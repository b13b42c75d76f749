/**
 * @file order.cpp
 * @brief Does anything put an earlier access of a launch before what the running thread does now? Not
 *        when they happened is asked. In the checked build only.
 *
 * In order are accesses of one thread; of a block, with a barrier between them; of a warp, with a
 * __syncwarp() of both lanes between them (a clock a lane: vector clocks, as in Flanagan and Freund,
 * "FastTrack", PLDI 2009); of any two threads, if what the first did was published, by a fence and an
 * atomic after it, and the second did an atomic before it looks (CUDA C++ Programming Guide, "Memory
 * Fence Functions": the last block that adds up the sums of all). A barrier or a __syncwarp() hands
 * both on: one thread may publish what many wrote, and look for all of them. Shuffles, votes and
 * atomics without a fence put nothing in order. Which variable an atomic is on is not asked.
 */
#include "common/simt/check.h"

#include <stdlib.h>

/** What a block has published. */
struct publication {
    bool given;
    uint32_t epoch, fenced; /* of its last atomic after a fence; of the last fence before that */
    /* Of each thread: what it did before so many of its own fences; up to this clock */
    struct {
        uint32_t fences, clock;
    } of[MAX_THREADS];
};

static const struct simt_launch *launch;
static uint32_t launch_first, block, epoch;
static uint64_t blocks_done;
static struct publication current;   /* by this block */
static struct publication **earlier; /* by each block of the launch before it; NULL: nothing */
static bool any_atomic, any_fence;   /* in this block; then */
static uint32_t atomic_epoch;        /* of the first one */
static uint32_t fence_epoch;         /* of the last one */
/* Of each thread of the block: fences passed; did it an atomic, or a lane that it has met since? */
static uint32_t fences[MAX_THREADS];
static bool atomics[MAX_THREADS];
/* What each thread knows of the lanes of its warp: their clocks, now and before a fence. */
static uint32_t clocks[MAX_THREADS][WARP], fenced[MAX_THREADS][WARP];
static uint32_t clocks_of[MAX_WARPS]; /* the block that a warp's clocks are for */
static uint64_t *numbers;             /* of the launch's blocks, in the order in which they ran */
static uint64_t numbers_room;

static void forget_publications()
{
    for (uint64_t i = 0; earlier && i < blocks_done; i++)
        free(earlier[i]);
    free(earlier);
    earlier = NULL;
    current.given = false;
}

/** The block has ended: what it published is kept. */
static void keep_publication()
{
    const uint64_t most = (uint64_t)1 << 24;
    if (!current.given || launch->blocks > most)
        return;
    if (!earlier)
        earlier = (struct publication **)calloc(launch->blocks, sizeof *earlier);
    size_t threads = (size_t)launch->block.x * launch->block.y * launch->block.z;
    size_t bytes = offsetof(struct publication, of) + threads * sizeof *current.of;
    struct publication *kept = (struct publication *)(earlier ? malloc(bytes) : NULL);
    if (!kept)
        return;
    memcpy((void *)kept, &current, bytes);
    earlier[block - launch_first] = kept;
}

void order_launch(const struct simt_launch *l)
{
    forget_publications();
    launch = l;
    if (block > UINT32_MAX - 1 - (uint32_t)(l->blocks < UINT32_MAX / 2 ? l->blocks : 0))
        block = 0; // stamps of 4 billion blocks ago
    launch_first = block + 1;
    blocks_done = 0;
}

void order_block(uint64_t number)
{
    keep_publication();
    block++;
    epoch = 0;
    any_atomic = any_fence = false;
    current.given = false;
    memset(current.of, 0, sizeof current.of);
    memset(fences, 0, sizeof fences);
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

bool order_other_block(const struct check_stamp *s, uint64_t *number)
{
    uint64_t turn = s->block - launch_first;
    if (s->block == block || turn >= numbers_room)
        return false;
    *number = numbers[turn];
    return true;
}

uint32_t order_this_block()
{
    return block;
}

// --------------------------------------------------------------------------------------------
// what puts accesses in order
// --------------------------------------------------------------------------------------------

void check_barrier()
{
    epoch++;
}

/** The clocks of a warp's lanes in this block: each knows that it is at 1 itself. */
static void begin_clocks(unsigned warp)
{
    if (clocks_of[warp] == block)
        return;
    clocks_of[warp] = block;
    memset(fenced[warp * WARP], 0, WARP * sizeof *fenced);
    for (unsigned a = 0; a < WARP; a++)
        for (unsigned b = 0; b < WARP; b++)
            clocks[warp * WARP + a][b] = a == b;
}

/** Each of these lanes comes to know what any of them does. */
static void share(uint32_t (*known)[WARP], unsigned lanes)
{
    uint32_t latest[WARP] = {0};
    for (unsigned left = lanes; left; left &= left - 1) {
        const uint32_t *of_lane = known[__builtin_ctz(left)];
        for (unsigned b = 0; b < WARP; b++)
            latest[b] = of_lane[b] > latest[b] ? of_lane[b] : latest[b];
    }
    for (unsigned left = lanes; left; left &= left - 1)
        memcpy(known[__builtin_ctz(left)], latest, sizeof latest);
}

void check_syncwarp(unsigned warp, unsigned lanes)
{
    unsigned first = warp * WARP;
    bool atomic = false;
    begin_clocks(warp);
    share(&clocks[first], lanes);
    if (any_fence)
        share(&fenced[first], lanes);
    for (unsigned left = lanes; left; left &= left - 1)
        atomic |= atomics[first + (unsigned)__builtin_ctz(left)];
    for (unsigned left = lanes; left; left &= left - 1) {
        unsigned lane = (unsigned)__builtin_ctz(left);
        clocks[first + lane][lane]++;
        atomics[first + lane] = atomic;
    }
}

static uint32_t own_clock(unsigned thread)
{
    return clocks_of[thread / WARP] == block ? clocks[thread][thread % WARP] : 1;
}

void check_fence()
{
    unsigned thread = simt_here->running->linear;
    any_fence = true;
    fence_epoch = epoch;
    fences[thread]++;
    begin_clocks(thread / WARP);
    memcpy(fenced[thread], clocks[thread], sizeof fenced[thread]);
}

void order_atomic()
{
    unsigned thread = simt_here->running->linear, first = thread - thread % WARP;
    atomics[thread] = true;
    if (!any_atomic)
        atomic_epoch = epoch;
    any_atomic = true;
    if (!any_fence)
        return;
    current.given = true;
    current.epoch = epoch;
    current.fenced = fence_epoch;
    current.of[thread].fences = fences[thread];
    if (clocks_of[thread / WARP] != block)
        return;
    for (unsigned lane = 0; lane < WARP; lane++)
        if (first + lane != thread && fenced[thread][lane] > current.of[first + lane].clock)
            current.of[first + lane].clock = fenced[thread][lane];
}

// --------------------------------------------------------------------------------------------
// the order of accesses
// --------------------------------------------------------------------------------------------

static bool published(const struct publication *by, const struct check_stamp *s)
{
    if (!by || !by->given)
        return false;
    uint32_t clock = by->of[s->thread].clock, before = by->of[s->thread].fences;
    bool publisher = s->atomic && s->fences == before && before > 0; // the atomic itself
    return (s->epoch < by->epoch && s->epoch <= by->fenced) || s->fences < before || publisher ||
           s->clock <= clock;
}

bool order_before(const struct check_region *m, const struct check_stamp *s)
{
    unsigned thread = simt_here->running->linear;
    if (s->block < launch_first || (m->shared && s->block != block))
        return true;
    if (s->block != block) {
        bool looked = atomics[thread] || (any_atomic && atomic_epoch < epoch);
        return looked && earlier && published(earlier[s->block - launch_first], s);
    }
    if (s->thread == thread || s->epoch < epoch)
        return true;
    if (atomics[thread] && published(&current, s))
        return true; // one gave up a lock, or raised a flag, and the other saw it
    if (s->thread / WARP != thread / WARP)
        return false;
    begin_clocks(thread / WARP);
    return clocks[thread][s->thread % WARP] >= s->clock;
}

struct check_stamp order_stamp()
{
    unsigned thread = simt_here->running->linear;
    struct check_stamp now = {block, epoch, own_clock(thread), 0, 0, 0, 0};
    now.thread = thread & (MAX_THREADS - 1);
    now.fences = fences[thread] & 0x1FFFFF;
    return now;
}
