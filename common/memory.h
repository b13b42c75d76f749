/**
 * @file memory.h
 * @brief Memory that is counted as it is taken: how many bytes, and what for.
 *
 * A program that wants to know its footprint takes all its memory here and names a tag for each
 * block (weights, gradients, ...). Counted is what was asked for, not what malloc() makes of it.
 *
 *      struct memory_count count = {0};
 *      float *weights = memory_take(&count, WEIGHTS, n, sizeof *weights);
 *      printf("%zu bytes of weights\n", count.live[WEIGHTS]);
 *      memory_release(&count, weights);
 */
#ifndef LOWP_COMMON_MEMORY_H
#define LOWP_COMMON_MEMORY_H

#include <stddef.h>

/** Tags are numbers below this, the caller's to give names to. */
enum { MEMORY_TAGS = 8 };

/** What is taken at present and was taken at most. All zero to begin with; the caller owns it. */
struct memory_count {
    size_t live[MEMORY_TAGS]; /**< bytes now, by tag */
    size_t live_all;          /**< bytes now */
    size_t peak_all;          /**< the most that live_all has been */
};

/**
 * Takes zeroed memory, aligned for any type.
 * @param[in,out] count where it is counted
 * @param[in] tag what it is for, below MEMORY_TAGS
 * @param[in] n number of elements @param[in] size bytes of one
 * @return n * size bytes, which may be none; NULL without memory (nothing is counted then)
 */
void *memory_take(struct memory_count *count, int tag, size_t n, size_t size);

/** Gives back what memory_take() returned. @param[in,out] count where it was counted
 *  @param[in] block the memory, or NULL */
void memory_release(struct memory_count *count, void *block);

/** Counts bytes that someone else has taken, on the word of whoever took them.
 *  @param[in,out] count where @param[in] tag what for @param[in] bytes how many */
void memory_note(struct memory_count *count, int tag, size_t bytes);

/** Bytes that malloc() has handed out in this process, by the C library's own books. It checks
 *  that nothing goes past a count. @return bytes; 0 where the C library keeps no books */
size_t memory_heap(void);

#endif
