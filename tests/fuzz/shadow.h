/**
 * @file shadow.h
 * @brief What the arena was before a hostile worker wrote to it: a second opinion on arena_damage().
 */
#ifndef LOWP_TESTS_FUZZ_SHADOW_H
#define LOWP_TESTS_FUZZ_SHADOW_H

#include "tests/fuzz/fuzz.h"

/** Fills a fresh arena with buffers that the input describes, and remembers all of it.
 *  @param[in,out] f the input */
void shadow_fill(struct feed *f);
/** Writes anywhere below arena_used(), in the arena itself. @param[in,out] f the input */
void shadow_scribble(struct feed *f);
/** Does what a worker may: the same where the worker sees it. @param[in,out] f the input */
void shadow_scribble_shared(struct feed *f);
/** Whether a byte is changed that the worker may not write to, behind the arguments and up to the
 *  whole last red zone. */
bool shadow_is_damaged(void);
/** Makes the arena again what it was, but for the arguments. */
void shadow_restore(void);

#endif
