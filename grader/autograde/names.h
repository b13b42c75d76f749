/**
 * @file names.h
 * @brief Names that strangers chose: as the name of a folder, and as text that people read.
 */
#ifndef LOWP_GRADER_AUTOGRADE_NAMES_H
#define LOWP_GRADER_AUTOGRADE_NAMES_H

#include <stddef.h>

enum {
    SID_SIZE = 101 /**< a SID has at most 100 bytes */
};

/**
 * @brief The SID of a student: a name for a folder that no file system and no shell takes amiss.
 *
 * Bytes of [A-Za-z0-9._@+-] stay and every other becomes %XX, a leading '.' or '-' too. What would be
 * over 100 bytes is its first 80, '~' and 16 hex digits of the name's SHA-256. As '%' and '~' are
 * never kept, two names share a SID only if they share those 64 bits.
 *
 * @param[in] name  any bytes but zero
 * @param[out] sid  SID_SIZE bytes; empty only if the name is
 */
void sid_from_name(const char *name, char sid[SID_SIZE]);

/**
 * @brief The name in UTF-8: invalid bytes, control characters and those that turn the direction of
 *        writing become U+FFFD.
 * @param[in] bytes  n bytes
 * @param[in] limit  what is longer is cut there, at a character, and ends in "..."
 * @return text for free(); never NULL
 */
char *text_from_bytes(const char *bytes, size_t n, size_t limit);

/** @brief The same of a string, cut at 200 bytes. */
char *text_from_name(const char *name);

/**
 * @brief A name for printf of a shell: every byte but [A-Za-z0-9._@+-] and '/' as a backslash and
 *        three octal digits, a leading '-' too. `printf "$text"` gives the bytes back.
 * @return text for free(); never NULL
 */
char *octal_from_name(const char *name);

#endif
