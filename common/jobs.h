/**
 * @file jobs.h
 * @brief Runs the recipes of an experiment side by side, each in a process of its own.
 *
 * A job cannot disturb another: one that crashes or stops is reported once, by name, and the rest
 * are ended. Results come back through memory from jobs_memory(), which all of them share.
 */
#ifndef LOWP_COMMON_JOBS_H
#define LOWP_COMMON_JOBS_H

#include <stdbool.h>
#include <stddef.h>

/** A set of jobs, numbered from 0. */
struct jobs {
    size_t count;                           /**< how many */
    const char *(*name)(size_t job);        /**< for messages: "recipe bf16_kahan" */
    bool (*run)(size_t job, void *context); /**< does a job, in a child; false: it failed, and
                                                   has said why on stderr */
    void (*progress)(const void *context);  /**< called a few times a second, or NULL */
    void *context;                          /**< handed on */
};

/** Memory that jobs can write and their parent can read. @param[in] bytes how much
 *  @return zeroed memory, or NULL; it lives as long as the process */
void *jobs_memory(size_t bytes);

/**
 * Runs all jobs, as many at a time as there are processors.
 * @param[in] jobs what to run
 * @return 0 if every job's run() returned true. Otherwise the status to exit with: the failed job's
 *         own if it exited (an open stub exits with 2), else 1. Its reason is on stderr, and no job
 *         is left running.
 */
int jobs_run(const struct jobs *jobs);

#endif
