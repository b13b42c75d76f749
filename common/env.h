/**
 * @file env.h
 * @brief Settings from environment variables (STEPS, SEED, LR), checked once, at the start.
 */
#ifndef LOWP_COMMON_ENV_H
#define LOWP_COMMON_ENV_H

#include <stdbool.h>
#include <stdint.h>

/**
 * A whole number from the environment.
 * @param[in] name of the variable
 * @param[in] min smallest value allowed @param[in] max largest value allowed
 * @param[in,out] value keeps what it holds when the variable is unset or empty
 * @return true, or false after one line on stderr: what was given and what is allowed
 */
bool env_u64(const char *name, uint64_t min, uint64_t max, uint64_t *value);

/** As env_u64() for a number with a fraction; NaN is never allowed. @param[in] name of the variable
 *  @param[in] min smallest value allowed @param[in] max largest @param[in,out] value
 *  @return true, or false after one line on stderr */
bool env_f64(const char *name, double min, double max, double *value);

/** Says on stderr that a variable is set and has no meaning here. @param[in] name of the variable
 *  @param[in] why after "... is not used: " */
void env_unused(const char *name, const char *why);

#endif
