/**
 * @file arena.h
 * @brief The memory of a test's calls: at one address in the test process and the worker.
 *
 *      ARENA_BASE
 *      | arguments | red | buffer | red | buffer | red |   not accessible to the worker   |
 *
 * Buffers are handed out by GIVE, INOUT and TAKE (grade.h). Everything between them is red zone: a
 * pattern that must be intact after each call. The worker may not touch what lies behind the last.
 *
 * The worker has a memfd there, the test process memory of its own: a call copies what is in use to the
 * memfd, its answer copies it back, once. Student code can go on writing after it has answered, and
 * where a test asks the oracle about an input it would ask about what was written. The memfd's size is
 * sealed, so the worker cannot cut it off under the test process.
 */
#ifndef LOWP_GRADER_ARENA_H
#define LOWP_GRADER_ARENA_H

#include <stddef.h>
#include <stdint.h>

/** Creates and maps the arena; does nothing the second time. @return the memfd; on failure it
 *  prints why and aborts, since no test can run without it */
int arena_open(void);

/** Bytes in use, from ARENA_BASE, rounded up to pages. */
size_t arena_used(void);

/** Copies them to where the worker sees them, for a call. */
void arena_send(void);

/** Copies them back when it has answered. What the worker writes from now on nobody reads. */
void arena_receive(void);

/** The element on which a MAP was (abi.h), as the worker left it: any number, then, for a message. */
size_t arena_element(void);

/**
 * Looks for damage after a call: a red zone written to or a const input changed.
 * @param[out] why what was damaged and how, for the student
 * @param[in] size of why
 * @return 0 if all is intact, else 1
 */
int arena_damage(char *why, size_t size);

/**
 * Says where an address lies: in, before or behind which buffer.
 * @param[in] address any address
 * @param[out] where text for the student
 * @param[in] size of where
 */
void arena_locate(uint64_t address, char *where, size_t size);

#endif
