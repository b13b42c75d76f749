/**
 * @file shadow.c
 * @brief A copy of the arena. See shadow.h.
 */
#include "tests/fuzz/shadow.h"

#include "grader/grade.h"
#include "grader/runner/abi.h"
#include "grader/runner/arena.h"

#include <string.h>
#include <sys/mman.h>

enum { BUFFERS = 6, ELEMENTS = 600, RED = 8192, ROOM = 1 << 19 };

static struct {
    unsigned char *start;
    size_t bytes;
    bool is_const;
} buffers[BUFFERS];
static size_t count, used;
static unsigned char copy[ROOM];

static unsigned char *base(void)
{
    return (unsigned char *)ARENA_BASE; // NOLINT: where the arena is
}

/* What the worker sees of it. */
static unsigned char *shared(void)
{
    static unsigned char *at;
    if (!at)
        at = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, arena_open(), 0);
    HOLDS(at != MAP_FAILED);
    return at;
}

void shadow_fill(struct feed *f)
{
    static const char *const names[BUFFERS] = {"u", "w", "m", "v", "x", "y"};
    static unsigned char source[8 * ELEMENTS];
    arena_reset();
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (unsigned char)(i * 37);
    count = feed_byte(f) % (BUFFERS + 1);
    for (size_t i = 0; i < count; i++) {
        uint8_t kind = feed_byte(f) % 3;
        size_t size = (size_t)1 << feed_byte(f) % 4, n = feed_number(f, 2) % ELEMENTS;
        buffers[i].start = kind == 0   ? arena_give(names[i], source, size, n)
                           : kind == 1 ? arena_inout(names[i], source, size, n)
                                       : arena_take(names[i], size, n);
        buffers[i].bytes = size * n;
        buffers[i].is_const = kind == 0;
        HOLDS((uintptr_t)buffers[i].start % 64 == 0);
    }
    used = arena_used();
    HOLDS(used <= ROOM);
    memcpy(copy, base(), used);
}

static void scribble(unsigned char *memory, struct feed *f)
{
    size_t at = feed_number(f, 3) % used, n = feed_byte(f);
    n = n < 192 ? n : (n - 191) * 128;
    if (count && feed_byte(f) & 1) { /* near a buffer's ends, where it matters */
        size_t i = at % count, end = at & 1 ? buffers[i].bytes : 0;
        at = (size_t)(buffers[i].start - base()) + end + (at >> 8) % 16 - 8;
    }
    memset(memory + at, feed_byte(f), n < used - at ? n : used - at);
}

void shadow_scribble(struct feed *f)
{
    scribble(base(), f);
}

void shadow_scribble_shared(struct feed *f)
{
    scribble(shared(), f);
}

static bool may_write(const unsigned char *p)
{
    for (size_t i = 0; i < count; i++)
        if (!buffers[i].is_const && p >= buffers[i].start &&
            p < buffers[i].start + buffers[i].bytes)
            return true;
    return false;
}

bool shadow_is_damaged(void)
{
    size_t end = ARENA_ARGS_BYTES + RED;
    if (count)
        end = (size_t)(buffers[count - 1].start - base()) + buffers[count - 1].bytes + RED;
    for (size_t i = ARENA_ARGS_BYTES; i < end; i++)
        if (base()[i] != copy[i] && !may_write(base() + i))
            return true;
    return false;
}

void shadow_restore(void)
{
    memcpy(base() + ARENA_ARGS_BYTES, copy + ARENA_ARGS_BYTES, used - ARENA_ARGS_BYTES);
}
