/**
 * @file runtime.cpp
 * @brief A launch on the CPU: its limits, the order of its blocks, and what became of it.
 *
 * Blocks run one after another, in an order that SIMT_SEED permutes (0: by their numbers). In the
 * fast build SIMT_THREADS=n takes n threads of the machine, each with a block at a time.
 */
#include "common/simt/internal.h"

extern "C" {
#include "common/todo.h"
}

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>

__thread struct simt_indices simt_now;
__thread struct simt_runner *simt_here;

/** What launches have come to: the first failure, until somebody takes it. */
static struct {
    pthread_mutex_t lock;
    bool failed;
    const char *todo;
    char text[1000], taken[1000];
    void (*handler)(const char *);
} outcome = {PTHREAD_MUTEX_INITIALIZER, false, NULL, "", "", NULL};

static void keep(const char *text, const char *todo)
{
    pthread_mutex_lock(&outcome.lock);
    if (!outcome.failed) {
        snprintf(outcome.text, sizeof outcome.text, "%s", text);
        outcome.todo = todo;
    }
    __atomic_store_n(&outcome.failed, true, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&outcome.lock);
}

void simt_record_text(const char *text)
{
    keep(text, NULL);
}

void simt_record_todo(const char *id)
{
    keep("", id);
}

struct simt_name simt_name(uint3 i, dim3 shape)
{
    struct simt_name name;
    if (shape.y == 1 && shape.z == 1)
        snprintf(name.text, sizeof name.text, "%u", i.x);
    else
        snprintf(name.text, sizeof name.text, "(%u,%u,%u)", i.x, i.y, i.z);
    return name;
}

void simt_record(struct simt_runner *r, const struct simt_thread *t, const char *place,
                 const char *message)
{
    char text[sizeof outcome.text];
    snprintf(text, sizeof text, "%s: %s, block %s, thread %s: %s", place, r->launch->kernel,
             simt_name(simt_now.block, r->launch->grid).text,
             simt_name(t->index, r->launch->block).text, message);
    keep(text, NULL);
    r->failed = true;
}

const char *launch_take_failure(void)
{
    if (!outcome.failed || outcome.todo)
        return NULL;
    memcpy(outcome.taken, outcome.text, sizeof outcome.taken);
    outcome.failed = false;
    return outcome.taken;
}

void launch_set_handler(void (*handler)(const char *text))
{
    outcome.handler = handler;
}

const char *launch_device(void)
{
    return "CPU (common/simt)";
}

// --------------------------------------------------------------------------------------------
// limits
// --------------------------------------------------------------------------------------------

/** Says why a device would refuse the launch. */
static bool refuse(const struct simt_launch *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool refuse(const struct simt_launch *l, const char *format, ...)
{
    char why[300], text[sizeof outcome.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    snprintf(text, sizeof text, "%s:%d: %s was not launched: %s", l->file, l->line, l->kernel, why);
    simt_record_text(text);
    return true;
}

/** Limits of compute capability 8.0 and 9.0 (CUDA C++ Programming Guide, table "Technical
 *  Specifications per Compute Capability"). */
static bool refused(const struct simt_launch *l)
{
    const dim3 g = l->grid, b = l->block;
    const char *const code = "(cudaErrorInvalidConfiguration)";
    uint64_t threads = (uint64_t)b.x * b.y * b.z;
    if (g.x == 0 || g.y == 0 || g.z == 0)
        return refuse(l, "the grid (%u,%u,%u) has no block %s", g.x, g.y, g.z, code);
    if (threads == 0)
        return refuse(l, "the block (%u,%u,%u) has no thread %s", b.x, b.y, b.z, code);
    if (b.x > 1024 || b.y > 1024 || b.z > 64)
        return refuse(l, "the block is (%u,%u,%u), a device's limit (1024,1024,64) %s", b.x, b.y,
                      b.z, code);
    if (threads > MAX_THREADS)
        return refuse(l, "the block has %llu threads, a device's limit is 1024 %s",
                      (unsigned long long)threads, code);
    if (g.x > 2147483647u || g.y > 65535 || g.z > 65535)
        return refuse(l, "the grid is (%u,%u,%u), a device's limit (2147483647,65535,65535) %s",
                      g.x, g.y, g.z, code);
    if (l->smem > SHARED_MOST)
        return refuse(l, "%zu bytes of dynamic shared memory, a device's limit is %d %s", l->smem,
                      SHARED_MOST, "(cudaErrorInvalidValue)");
    return false;
}

// --------------------------------------------------------------------------------------------
// the order of blocks
// --------------------------------------------------------------------------------------------

static uint64_t gcd(uint64_t a, uint64_t b)
{
    return b ? gcd(b, a % b) : a;
}

/** Draws the order of blocks, warps and lanes; seed 0 leaves it. */
static void set_order(struct simt_launch *l)
{
    const char *given = getenv("SIMT_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 0) : 0;
    l->step = 1;
    if (seed == 0 || l->blocks == 0 || l->blocks >= (uint64_t)1 << 31)
        return;
    seed = (seed + 1) * 0x9E3779B97F4A7C15u;
    l->start = (seed >> 32) % l->blocks;
    l->step = (seed >> 20) % l->blocks | 1;
    while (gcd(l->step, l->blocks) != 1)
        l->step++;
    l->lane_order = (unsigned)(seed >> 7) % WARP;
    l->warp_order = (unsigned)(seed >> 13) % MAX_WARPS;
}

struct work {
    const struct simt_launch *launch;
    uint64_t next; /* of all threads: taken by atomic addition */
};

/** A runner with the launch's shape. @return NULL without memory */
static struct simt_runner *runner_for(const struct simt_launch *l)
{
    if (!simt_here)
        simt_here = (struct simt_runner *)calloc(1, sizeof *simt_here);
    if (!simt_here)
        return NULL;
    struct simt_runner *r = simt_here;
    r->launch = l;
    r->failed = false;
    r->n_threads = l->block.x * l->block.y * l->block.z;
    r->n_warps = (r->n_threads + WARP - 1) / WARP;
    for (unsigned i = 0; i < r->n_threads; i++) {
        r->threads[i].linear = i;
        r->threads[i].index = {i % l->block.x, i / l->block.x % l->block.y,
                               i / l->block.x / l->block.y};
    }
    simt_now.block_dim = l->block;
    simt_now.grid_dim = l->grid;
    return r;
}

static void *run_blocks(void *work)
{
    struct work *w = (struct work *)work;
    const struct simt_launch *l = w->launch;
    struct simt_runner *r = runner_for(l);
    if (!r) {
        simt_record_text("no memory for the threads of a block");
        return NULL;
    }
    uint64_t k;
    while ((k = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED)) < l->blocks &&
           !__atomic_load_n(&outcome.failed, __ATOMIC_ACQUIRE)) {
        uint64_t b = (k * l->step + l->start) % l->blocks;
        if constexpr (CHECKED)
            check_block(b);
        simt_run_block(r, {(unsigned)(b % l->grid.x), (unsigned)(b / l->grid.x % l->grid.y),
                           (unsigned)(b / l->grid.x / l->grid.y)});
    }
    return NULL;
}

/** A further thread of the machine: run_blocks(), and nothing is left of it. */
static void *helper(void *work)
{
    run_blocks(work);
    simt_free_fibers();
    return NULL;
}

/** How many threads of the machine SIMT_THREADS asks for. */
static unsigned asked_threads()
{
    const char *given = CHECKED ? NULL : getenv("SIMT_THREADS");
    long n = given ? strtol(given, NULL, 0) : 1;
    return n < 1 ? 1 : n > 256 ? 256 : (unsigned)n;
}

static void run_grid(const struct simt_launch *l)
{
    struct work work = {l, 0};
    pthread_t threads[256];
    unsigned n = asked_threads(), begun = 0;
    while (begun + 1 < n && begun + 1 < l->blocks &&
           pthread_create(&threads[begun], NULL, helper, &work) == 0)
        begun++; // where threads are forbidden, one does it all
    run_blocks(&work);
    while (begun > 0)
        pthread_join(threads[--begun], NULL);
}

void simt_run(const char *kernel, dim3 grid, dim3 block, size_t smem, void (*call)(void *),
              void *arguments, size_t arguments_size, const char *file, int line)
{
    struct simt_launch l = {kernel,    file,           line, grid, block, smem, call,
                            arguments, arguments_size, 0,    0,    0,     0,    0};
    if (outcome.failed)
        return;
    if (!refused(&l)) {
        l.blocks = (uint64_t)grid.x * grid.y * grid.z;
        set_order(&l);
        if constexpr (CHECKED)
            check_launch(&l);
        run_grid(&l);
        if constexpr (CHECKED)
            check_launch_end();
    }
    if (!outcome.failed)
        return;
    if (outcome.todo) {
        const char *id = outcome.todo;
        outcome.todo = NULL;
        outcome.failed = false;
        todo(id);
    } else if (outcome.handler) {
        outcome.handler(outcome.text);
    }
}
