/**
 * @file paths.h
 * @brief What a path in a submission says of itself.
 */
#ifndef LOWP_GRADER_AUTOGRADE_PATHS_H
#define LOWP_GRADER_AUTOGRADE_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/** @brief Whether a file of that name is opened as an archive: .zip, .tar, .tar.gz, .tgz, ... */
bool is_archive_name(const char *name);
/** @brief The length of an archive's name without its ending; 0 if it is none. */
size_t archive_stem(const char *name);
/** @brief The last name of a path. */
const char *path_name(const char *path);
/** @brief Whether tools made it, and no student looks into it: .git, build, __MACOSX, ._x, .DS_Store. */
bool path_is_litter(const char *path);
/** @brief Whether it is absolute or goes up ("..") anywhere. */
bool path_leads_outside(const char *path);

#endif
