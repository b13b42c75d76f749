/**
 * @file places.h
 * @brief From places in the student's library to lines of the student's file, in messages.
 */
#ifndef LOWP_GRADER_PLACES_H
#define LOWP_GRADER_PLACES_H

#include "grader/runner/sandbox.h"

#include <stddef.h>

/**
 * Copies a message, with each place in it, such as <lab05.so+0x1234>, made a file and a line. What
 * cannot be told becomes "?"; only the first four places are looked up.
 * @param[in] s library and bubblewrap are used
 * @param[in] text the message, as it came from the worker
 * @param[out] out the message for the student, cut to size
 * @param[in] size of out
 */
void places_expand(const struct sandbox *s, const char *text, char *out, size_t size);

#endif
