/**
 * @file check.h
 * @brief The memory that the checked build knows, and what it remembers of each place. Between
 *        tsan.cpp, check.cpp, race.cpp and order.cpp.
 */
#ifndef LOWP_SIMT_CHECK_H
#define LOWP_SIMT_CHECK_H

#include "common/simt/internal.h"

/** An access, as race.cpp remembers it. */
struct check_stamp {
    uint32_t block;       /**< 1 + the number of the block among all that ever ran; 0: no access */
    uint32_t epoch;       /**< how many barriers the block had passed */
    uint32_t clock;       /**< how many __syncwarp() the thread had passed, + 1 */
    uint32_t pc;          /**< from the library's start */
    uint32_t thread : 10; /**< in the block */
    uint32_t atomic : 1;  /**< was it an atomic? */
    uint32_t fences : 21; /**< that the thread had passed */
};

/** What is remembered of a place. */
struct check_cell {
    struct check_stamp write, since[2]; /**< the last write but atomics; reads or atomics since */
    uint32_t written;                   /**< by which block last, as in a stamp; 0: never */
};

/** Memory that a kernel may use. */
struct check_region {
    char *low, *high;
    size_t element; /**< bytes of an element */
    size_t grain;   /**< bytes of a cell: 1, 2 or 4; not more than the smallest access had */
    const char *name;
    enum check_use use;
    bool shared, dynamic;
    struct check_cell *cells; /**< NULL: not touched yet */
};

/** The kinds of accesses, as bits. */
enum { CHECK_READ = 1, CHECK_WRITE = 2, CHECK_ATOMIC = 4, CHECK_COMPARED = 8 };

// check.cpp
/** An access of the running thread, if there is one: ends the launch if it is wrong.
 *  @param[in] p,bytes where @param[in] kind CHECK_READ, CHECK_WRITE, CHECK_ATOMIC, CHECK_COMPARED
 *  @param[in] align bytes of which the address must be a multiple @param[in] pc of the caller */
void check_access(const void *p, size_t bytes, int kind, size_t align, const void *pc);
/** "x[3]", or "4 bytes at byte 12 of buffer". */
struct simt_site check_element(const struct check_region *m, const char *p, size_t bytes);

// race.cpp
/** Two threads may write the same value, and a thread may look before it compares and swaps: only
 *  later can it be told. Called before the next access of the thread. @param[in] p,kind of that one */
void race_settle(const char *p, int kind);
void race_launch(const struct simt_launch *launch);
/** Has the place been written: by the block in shared memory, ever in an array? */
bool race_written(const struct check_region *m, const struct check_cell *c);
/** Ends the launch if the access races with an earlier one; else remembers it.
 *  @param[in] c a place that all of the access is to @param[in] p,bytes the whole access */
void race_access(const struct check_region *m, struct check_cell *c, const char *p, size_t bytes,
                 int kind, const void *pc);

// order.cpp
void order_launch(const struct simt_launch *launch);
/** A block begins. @param[in] number in the grid */
void order_block(uint64_t number);
/** The running thread does an atomic: it may publish what was done, and look at what others did. */
void order_atomic();
/** Does anything put an earlier access before what the running thread does now? */
bool order_before(const struct check_region *m, const struct check_stamp *s);
/** An access of the running thread now, without its pc. */
struct check_stamp order_stamp();
/** The running block, as in a stamp. */
uint32_t order_this_block();
/** Was it another block's? @param[out] number of that one in the grid */
bool order_other_block(const struct check_stamp *s, uint64_t *number);

#endif
