/**
 * @file settings.h
 * @brief What the runner tells the test processes, which Criterion starts afresh: by environment.
 */
#ifndef LOWP_GRADER_SETTINGS_H
#define LOWP_GRADER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/** One run's settings. */
struct settings {
    const char *library;     /**< the student's shared library */
    const char *gpu_library; /**< the same with the kernels for a GPU, or "" */
    const char *gpu_name;    /**< that GPU's name */
    const char *worker;      /**< the worker program */
    const char *quiz;        /**< the student's quiz.txt */
    const char *record;      /**< where each test appends its record */
    uint64_t seed;           /**< of all random inputs */
    bool bubblewrap;         /**< whether bubblewrap works here */
    bool direct;             /**< one process, no sandbox, no scores */
};

/** Puts the settings into the environment. @param[in] s what to tell */
void settings_publish(const struct settings *s);

/** The settings as published. @return read once, never NULL; missing texts are "" */
const struct settings *settings(void);

#endif
