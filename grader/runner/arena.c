/**
 * @file arena.c
 * @brief Buffers with red zones in the shared memory. See arena.h.
 */
#define _GNU_SOURCE
#include "grader/runner/arena.h"

#include "grader/grade.h"
#include "grader/runner/abi.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    RED_BYTES = 8192, /* on each side: a stray write a page away still lands in it */
    RED_BYTE = 0xA5,
    POISON_BYTE = 0xFF, /* all ones is a NaN in every format, and no plausible count */
    MAX_BUFFERS = 64,
    ALIGN = 64,
    PAGE = 4096
};

struct buffer {
    const char *name;
    unsigned char *start;
    size_t size, bytes; /* of one element, of all */
    void *original;     /* private copy of a const input, NULL for the others */
};

static struct {
    int fd;
    unsigned char *shared;      /* what the worker sees */
    unsigned char *base, *next; /* next free byte, behind the last red zone */
    struct buffer buffers[MAX_BUFFERS];
    size_t count;
} arena = {.fd = -1};

static void die(const char *what)
{
    perror(what);
    abort();
}

int arena_open(void)
{
    if (arena.fd >= 0)
        return arena.fd;
    arena.fd = memfd_create("lowp-arena", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (arena.fd < 0 || ftruncate(arena.fd, ARENA_BYTES) != 0)
        die("cannot create the arena (memfd_create)");
    if (fcntl(arena.fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        die("cannot seal the arena");
    arena.shared = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, arena.fd, 0);
    arena.base = mmap((void *)ARENA_BASE, ARENA_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (arena.shared == MAP_FAILED || arena.base == MAP_FAILED)
        die("cannot map the arena");
    arena_reset();
    return arena.fd;
}

/* With SAN=1 the red zones are closed to the student's code, so that AddressSanitizer stops at the
 * line that strays ("use-after-poison") and there is nothing left to look for afterwards. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define CLOSE_ZONE(from, bytes) ASAN_POISON_MEMORY_REGION(from, bytes)
#define OPEN_ALL()              ASAN_UNPOISON_MEMORY_REGION(arena.base, ARENA_BYTES)
#define ZONES_ARE_CLOSED        1
#else
#define CLOSE_ZONE(from, bytes) ((void)0)
#define OPEN_ALL()              ((void)0)
#define ZONES_ARE_CLOSED        0
#endif

static void red(unsigned char *from, size_t bytes)
{
    memset(from, RED_BYTE, bytes);
    CLOSE_ZONE(from, bytes);
}

void arena_reset(void)
{
    arena_open();
    for (size_t i = 0; i < arena.count; i++)
        free(arena.buffers[i].original);
    arena.count = 0;
    OPEN_ALL();
    arena.next = arena.base + ARENA_ARGS_BYTES;
    red(arena.next, RED_BYTES);
    arena.next += RED_BYTES;
}

size_t arena_used(void)
{
    return ((size_t)(arena.next - arena.base) + PAGE - 1) / PAGE * PAGE;
}

void arena_send(void)
{
    memcpy(arena.shared, arena.base, arena_used());
}

void arena_receive(void)
{
    memcpy(arena.base, arena.shared, arena_used());
}

size_t arena_element(void)
{
    size_t at;
    memcpy(&at, arena.shared, sizeof at);
    return at;
}

/* A buffer starts on a 64-byte boundary and its red zone right behind its last byte. */
static struct buffer *reserve(const char *name, size_t size, size_t n)
{
    arena_open();
    size_t bytes = size * n;
    size_t span = (bytes + RED_BYTES + ALIGN - 1) / ALIGN * ALIGN;
    if (arena.count == MAX_BUFFERS || (n && bytes / n != size) ||
        span > ARENA_BYTES - (size_t)(arena.next - arena.base)) {
        fprintf(stderr, "test error: no room in the arena for %s; call arena_reset()\n", name);
        abort();
    }
    struct buffer *b = &arena.buffers[arena.count++];
    *b = (struct buffer){.name = name, .start = arena.next, .size = size, .bytes = bytes};
    red(b->start + bytes, span - bytes);
    arena.next += span;
    return b;
}

void *arena_inout(const char *name, const void *src, size_t size, size_t n)
{
    struct buffer *b = reserve(name, size, n);
    if (b->bytes)
        memcpy(b->start, src, b->bytes);
    return b->start;
}

void *arena_give(const char *name, const void *src, size_t size, size_t n)
{
    void *p = arena_inout(name, src, size, n);
    struct buffer *b = &arena.buffers[arena.count - 1];
    b->original = malloc(b->bytes + 1);
    if (!b->original)
        die("cannot keep a copy of an input");
    memcpy(b->original, p, b->bytes);
    return p;
}

void *arena_take(const char *name, size_t size, size_t n)
{
    struct buffer *b = reserve(name, size, n);
    memset(b->start, POISON_BYTE, b->bytes);
    return b->start;
}

/* First byte in [from, to) that is not red, or NULL. The overlapping memcmp compares each byte with
 * its neighbour at the library's full speed. */
static const unsigned char *stain(const unsigned char *from, const unsigned char *to)
{
    if (ZONES_ARE_CLOSED || from == to ||
        (*from == RED_BYTE && memcmp(from, from + 1, (size_t)(to - from) - 1) == 0))
        return NULL;
    while (*from == RED_BYTE)
        from++;
    return from;
}

/* "1 byte", "4 bytes" */
static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static int stained_before(const struct buffer *next, const struct buffer *previous, char *why,
                          size_t size)
{
    const unsigned char *from =
        previous ? previous->start + previous->bytes : arena.base + ARENA_ARGS_BYTES;
    const unsigned char *to = next ? next->start : arena.next;
    const unsigned char *at = stain(from, to);
    if (!at)
        return 0;
    size_t past = (size_t)(at - from) + 1;
    if (previous && (!next || past <= (size_t)(to - at))) {
        snprintf(why, size, "wrote outside its buffer: byte %zu behind the end of %s (%zu bytes)",
                 past, previous->name, previous->bytes);
        return 1;
    }
    const unsigned char *last = to;
    while (last[-1] == RED_BYTE)
        last--;
    size_t before = (size_t)(to - last) + 1;
    snprintf(why, size, "wrote outside its buffer: %zu byte%s before the start of %s", before,
             plural(before), next ? next->name : "the free space");
    return 1;
}

int arena_damage(char *why, size_t size)
{
    const struct buffer *previous = NULL;
    for (size_t i = 0; i < arena.count; i++) {
        const struct buffer *b = &arena.buffers[i];
        if (stained_before(b, previous, why, size))
            return 1;
        previous = b;
    }
    if (stained_before(NULL, previous, why, size))
        return 1;
    for (size_t i = 0; i < arena.count; i++) {
        const struct buffer *b = &arena.buffers[i];
        if (b->original && memcmp(b->start, b->original, b->bytes) != 0) {
            size_t at = 0;
            while (b->start[at] == ((unsigned char *)b->original)[at])
                at++;
            snprintf(why, size, "changed its const input %s (element %zu)", b->name, at / b->size);
            return 1;
        }
    }
    return 0;
}

void arena_locate(uint64_t address, char *where, size_t size)
{
    const unsigned char *p = (const unsigned char *)(uintptr_t)address; // NOLINT: only compared
    if (address < PAGE) {
        snprintf(where, size, "through a null pointer");
        return;
    }
    for (size_t i = arena.count; i-- > 0;) {
        const struct buffer *b = &arena.buffers[i];
        if (p >= b->start + b->bytes && p < arena.base + ARENA_BYTES) {
            snprintf(where, size, "%zu bytes behind the end of %s",
                     (size_t)(p - (b->start + b->bytes)), b->name);
            return;
        }
    }
    snprintf(where, size, "at address 0x%llx, outside every buffer", (unsigned long long)address);
}
