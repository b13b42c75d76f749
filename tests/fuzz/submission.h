/**
 * @file submission.h
 * @brief What must hold of every submission that the intake reads, for the fuzzers that make some.
 */
#ifndef LOWP_TESTS_FUZZ_SUBMISSION_H
#define LOWP_TESTS_FUZZ_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>

/** Called with each file that was taken. @param[in] name such as "lab05.c" @param[in] bytes its
 *  content @param[in] size how many */
typedef void taken(const char *name, const unsigned char *bytes, size_t size);

/** To be called before an archive is made or read: names are UTF-8, or bytes, as for `intake`. */
void submission_begin(void);

/**
 * Reads a submission as `intake` does, and looks at what comes of it: nothing is written but files of
 * known names and of at most MAX_FILE bytes; nothing at all where there is a problem; the report is
 * JSON of clean texts.
 * @param[in] path of a folder or archive
 * @param[in] tagged as for `intake --tagged`
 * @param[in] look gets the files that were taken; NULL: nobody does
 */
void submission_read(const char *path, bool tagged, taken *look);

#endif
