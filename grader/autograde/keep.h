/**
 * @file keep.h
 * @brief From the folder that a sandbox wrote to the snapshot that is graded.
 */
#ifndef LOWP_GRADER_AUTOGRADE_KEEP_H
#define LOWP_GRADER_AUTOGRADE_KEEP_H

#include "grader/autograde/finds.h"

enum {
    NOT_WRITTEN = 3 /**< exit status of a run whose files cannot be written */
};

/** @brief What one run in the sandbox left behind. */
struct kept {
    const char *meta;   /**< the student's object of the plan, as JSON; trusted */
    int status;         /**< the exit status of the run */
    const char *report; /**< file: what it printed; not trusted */
    const char *from;   /**< folder that it wrote; not trusted */
    const char *to;     /**< folder to make */
};

/**
 * @brief Copies regular files of the allowed names and sizes, and prints the student's line of
 *        submissions.jsonl. Nothing is copied where there is a problem.
 * @param[in] f  the labs that were asked for
 * @return 0, or -1 if the files cannot be written
 */
int keep_files(const struct kept *k, const struct finds *f);

#endif
