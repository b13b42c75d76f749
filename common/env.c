/**
 * @file env.c
 * @brief Checked settings from the environment. See env.h.
 */
#include "common/env.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/** The variable's text, or NULL when it is unset or empty. */
static const char *setting(const char *name)
{
    const char *text = getenv(name);
    return text && *text ? text : NULL;
}

bool env_u64(const char *name, uint64_t min, uint64_t max, uint64_t *value)
{
    const char *text = setting(name);
    if (!text)
        return true;
    char *end;
    errno = 0;
    uintmax_t number = strtoumax(text, &end, 10);
    /* strtoumax takes "-1" and turns it round: a number must start with a digit here. */
    if (isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && number >= min &&
        number <= max) {
        *value = number;
        return true;
    }
    fprintf(stderr, "%s=%s: give a whole number from %" PRIu64 " to %" PRIu64 ".\n", name, text,
            min, max);
    return false;
}

bool env_f64(const char *name, double min, double max, double *value)
{
    const char *text = setting(name);
    if (!text)
        return true;
    char *end;
    double number = strtod(text, &end);
    if (end != text && *end == '\0' && number >= min && number <= max) {
        *value = number;
        return true;
    }
    fprintf(stderr, "%s=%s: give a number from %g to %g.\n", name, text, min, max);
    return false;
}

void env_unused(const char *name, const char *why)
{
    const char *value = getenv(name);
    if (value && *value)
        fprintf(stderr, "%s= is not used: %s\n", name, why);
}
