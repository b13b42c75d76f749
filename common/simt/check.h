/**
 * @file check.h
 * @brief The memory that the checked build knows, and what it remembers of each place. Between
 *        tsan.cpp, check.cpp and race.cpp.
 */
#ifndef LOWP_SIMT_CHECK_H
#define LOWP_SIMT_CHECK_H

#include "common/simt/internal.h"

/** An access, as race.cpp remembers it. */
struct check_stamp {
    uint32_t block;  /**< 1 + the number of the block among all that ever ran; 0: no access */
    uint32_t epoch;  /**< how many barriers the block had passed */
    uint32_t clock;  /**< how many __syncwarp() the thread had passed, + 1 */
    uint32_t pc;     /**< from the library's start */
    uint16_t thread; /**< in the block */
    uint16_t fences : 15, atomic : 1; /**< fences that the thread had passed; was it an atomic? */
    uint8_t bytes;                    /**< of the cell, as bits */
};

/** What is remembered of a place: up to 4 bytes of an array, a byte of shared memory. */
struct check_cell {
    struct check_stamp write, reads[2];
    uint8_t written; /**< in an array: ever; which bytes, as bits */
};

/** Memory that a kernel may use. */
struct check_region {
    char *low, *high;
    size_t element; /**< bytes of an element */
    size_t grain;   /**< bytes of a cell: 1, 2 or 4 in an array, 1 in shared memory */
    const char *name;
    enum check_use use;
    bool shared, dynamic;
    struct check_cell *cells; /**< NULL: not touched yet */
};

/** The kinds of accesses, as bits. */
enum { CHECK_READ = 1, CHECK_WRITE = 2, CHECK_ATOMIC = 4 };

// check.cpp
/** An access of the running thread, if there is one: ends the launch if it is wrong.
 *  @param[in] p,bytes where @param[in] kind CHECK_READ, CHECK_WRITE, CHECK_ATOMIC
 *  @param[in] align bytes of which the address must be a multiple @param[in] pc of the caller */
void check_access(const void *p, size_t bytes, int kind, size_t align, const void *pc);
/** "x[3]", or "4 bytes at byte 12 of buffer". */
struct simt_site check_element(const struct check_region *m, const char *p, size_t bytes);

// race.cpp
/** Two threads may write the same value: only after the second has, it can be told. Called when the
 *  thread that wrote last comes here again. */
void race_settle();
/** The running thread does an atomic: it may publish what it wrote, and look at what others did. */
void race_atomic();
void race_launch(const struct simt_launch *launch);
void race_block(uint64_t number);
/** Have these bytes of the cell been written: by the block in shared memory, ever in an array? */
bool race_written(const struct check_region *m, const struct check_cell *c, unsigned of_cell);
/** Ends the launch if the access races with an earlier one; else remembers it.
 *  @param[in] of_cell bytes of the cell, as bits @param[in] p,bytes the whole access */
void race_access(const struct check_region *m, struct check_cell *c, unsigned of_cell,
                 const char *p, size_t bytes, int kind, const void *pc);

#endif
