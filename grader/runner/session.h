/**
 * @file session.h
 * @brief One test's conversation with its worker: calls in, verdicts on each call out.
 */
#ifndef LOWP_GRADER_SESSION_H
#define LOWP_GRADER_SESSION_H

#include "grader/runner/describe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What became of a call. Only CALL_RETURNED lets a test go on. */
enum call_status {
    CALL_RETURNED,      /**< came back and left its surroundings alone */
    CALL_TODO,          /**< reached an open stub */
    CALL_MISSING,       /**< the library lacks the function */
    CALL_CRASHED,       /**< a signal */
    CALL_TIMED_OUT,     /**< CPU or wall limit */
    CALL_EXITED,        /**< the process ended */
    CALL_OUT_OF_BOUNDS, /**< a red zone was written to, or a const input changed */
    CALL_FLOODED,       /**< too much output */
    CALL_UNLOADABLE,    /**< the library cannot be loaded */
    CALL_KERNEL         /**< a kernel did what a device does not allow */
};

/** The name of a status in result files: "crashed". */
const char *call_status_name(enum call_status status);

/** Where the student's code is, and how it runs. */
struct session_config {
    const char *library; /**< the lab's shared library */
    const char *worker;  /**< the worker program */
    bool bubblewrap;     /**< whether bubblewrap works here */
    bool device;         /**< the library's kernels run on a GPU */
    bool direct;         /**< load the library into this process instead (debugging only) */
    int cpu_seconds;     /**< CPU limit of the worker */
};

/** Starts a session: the worker itself starts with the first call. @param[in] config copied */
void session_open(const struct session_config *config);

/** Ends the session and everything that runs in it. */
void session_close(void);

/** Whether the session called a kernel: a function run_*. */
bool session_called_kernel(void);

/** What the student's code printed (capped), ended by NUL. */
const char *session_output(void);

/**
 * Calls a student's function; returns only if it returned in good order, else ends the test with
 * graded_stop().
 * @param[in] index into the thunk table
 * @param[in] name of the function, for messages
 * @param[in,out] args the call's record
 * @param[in] size of the record
 * @param[in] describe what the call is given, if a message has to say
 */
void session_call(unsigned index, const char *name, void *args, size_t size,
                  describe_call *describe);

/** Ends the current test because of what a call did. Provided by graded.c.
 *  @param[in] status not CALL_RETURNED @param[in] why for the student */
void graded_stop(enum call_status status, const char *why) __attribute__((noreturn));

#endif
