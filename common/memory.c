/**
 * @file memory.c
 * @brief Counted memory. See memory.h.
 */
#include "common/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

/* Stands before each block, so that giving it back needs no arguments. Not counted. */
struct header {
    _Alignas(max_align_t) size_t bytes;
    int tag;
};

void memory_note(struct memory_count *count, int tag, size_t bytes)
{
    count->live[tag] += bytes;
    count->live_all += bytes;
    if (count->live_all > count->peak_all)
        count->peak_all = count->live_all;
}

void *memory_take(struct memory_count *count, int tag, size_t n, size_t size)
{
    if (size != 0 && n > (SIZE_MAX - sizeof(struct header)) / size)
        return NULL;
    struct header *header = calloc(1, sizeof *header + n * size);
    if (!header)
        return NULL;
    *header = (struct header){.bytes = n * size, .tag = tag};
    memory_note(count, tag, n * size);
    return header + 1;
}

void memory_release(struct memory_count *count, void *block)
{
    if (!block)
        return;
    struct header *header = (struct header *)block - 1;
    count->live[header->tag] -= header->bytes;
    count->live_all -= header->bytes;
    free(header);
}

size_t memory_heap(void)
{
    struct mallinfo2 books = mallinfo2();
    return books.uordblks + books.hblkhd; /* from the heap, and mapped on their own */
}
