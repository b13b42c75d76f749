/**
 * @file walk.h
 * @brief Reads a submission, be it a folder or an archive, without trusting a byte of it.
 */
#ifndef LOWP_GRADER_AUTOGRADE_WALK_H
#define LOWP_GRADER_AUTOGRADE_WALK_H

#include "grader/autograde/finds.h"

enum {
    MAX_ENTRIES = 10000,  /**< files and folders of one submission */
    MAX_BYTES = 256 << 20 /**< bytes that it may unpack to, as far as they are unpacked */
};

/**
 * @brief Collects the candidates in a folder, in the archives that lie directly in it, or in an
 *        archive. An archive's entries count as if it had been unpacked into a folder of its name.
 * @param[in,out] f  what was found; a problem if it cannot be read to the end or exceeds a limit
 */
void walk(struct finds *f, const char *path);

#endif
