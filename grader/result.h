/**
 * @file result.h
 * @brief The one result model: what a run of a lab's tests came to. Exporters only translate it.
 */
#ifndef LOWP_GRADER_RESULT_H
#define LOWP_GRADER_RESULT_H

#include "grader/grade.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/** One test's outcome. */
struct test_result {
    const struct graded *test; /**< name, idea, points */
    const char *status;        /**< "passed", "failed", or what became of the call */
    double points;             /**< earned, 0..test->points */
    const char *message;       /**< what was wrong, for the student */
    const char *belief;        /**< the likely misconception, or "" */
    const char *output;        /**< what the student's code printed, capped */
    double seconds;            /**< wall time */
    bool kernels;              /**< it called kernels, on the CPU */
    bool on_device;            /**< and on the GPU as well */
};

/** A run. */
struct result {
    const char *lab;           /**< "lab05" */
    const char *source;        /**< folder of the graded files: labs/... or solutions/... */
    const char *tests_hash;    /**< SHA-256 over the lab's tests and contract */
    const char *files;         /**< the graded files: lines of SHA-256 and name, as sha256sum has */
    const char *gpu;           /**< name of the GPU that kernels may run on, or "" */
    const char *sandbox;       /**< "bubblewrap+seccomp", "seccomp" or "none (direct)" */
    bool direct;               /**< in one process, for debugging: no score */
    uint64_t seed;             /**< of the random inputs */
    struct test_result *tests; /**< in the order of the test files */
    size_t count;              /**< number of tests */
    double points;             /**< sum over tests */
    double max_points;         /**< sum over tests */
    json_t *records;           /**< owns the texts */
};

/**
 * Joins the tests that exist with the records that they wrote. A test without a record gets status
 * "grader error" and 0 points.
 * @param[in,out] r tests filled in with test; the rest is set here
 * @param[in] records path of the file of JSON lines
 */
void result_collect(struct result *r, const char *records);

/**
 * Writes the result as JSON, whole or not at all (temporary file, fsync, rename).
 * @param[in] r result
 * @param[in] path such as build/results/lab05.json
 * @param[in] errors where to complain
 * @return 0, or -1 after printing what went wrong; an older file is then untouched
 */
int result_write(const struct result *r, const char *path, FILE *errors);

/** Where the kernels ran. @param[in] r collected @param[out] text "CPU" or "CPU and NVIDIA H200"
 *  @param[in] size of text */
void result_devices(const struct result *r, char *text, size_t size);

/** Prints the result for people. @param[in] r result @param[in] out where @param[in] colour
 *  whether to use ANSI colours */
void result_print(const struct result *r, FILE *out, bool colour);

/** Frees what result_collect() allocated. @param[in] r result */
void result_free(struct result *r);

#endif
