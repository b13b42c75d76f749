/**
 * @file ladder.h
 * @brief Runs versions of one kernel in turn, from naive to fast, for experiments that compare them.
 *
 * A version that is not written yet, or whose launch fails, costs only its own row.
 */
#ifndef LOWP_COMMON_LADDER_H
#define LOWP_COMMON_LADDER_H

#include <stdbool.h>

/** One version. */
struct ladder_version {
    const char *name;           /**< of the kernel */
    void (*run)(void *context); /**< runs it on the experiment's arrays */
};

/**
 * Runs a version, and prints why it did not if it did not.
 * @param[in] v the version @param[in,out] context handed to it
 * @param[in] times how often to run it, 1 or more
 * @param[in] take_failure launch_take_failure() of common/simt/launch.h
 * @param[out] seconds the median of the wall times, if not NULL
 * @return whether it ran
 */
bool ladder_run(const struct ladder_version *v, void *context, int times,
                const char *(*take_failure)(void), double *seconds);

#endif
