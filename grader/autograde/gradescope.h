/**
 * @file gradescope.h
 * @brief Who handed in which folder of a Gradescope export: its submission_metadata.yml.
 */
#ifndef LOWP_GRADER_AUTOGRADE_GRADESCOPE_H
#define LOWP_GRADER_AUTOGRADE_GRADESCOPE_H

#include <stddef.h>

/** @brief One who handed in a folder; a group has several. Empty texts: not said. */
struct submitter {
    char folder[256]; /**< of the export */
    char name[256];   /**< for people */
    char sid[256];    /**< the school's number */
    char email[256];  /**< one a student, wherever it is known */
};

/**
 * @brief Reads the file. Of YAML it knows what Ruby writes there: a folder's name at the margin, below
 *        it ":submitters:" with a list of ":name:", ":sid:" and ":email:", plain or in quotes.
 * @param[out] count  how many
 * @return array for free(), or NULL if there is no such file
 */
struct submitter *gradescope_read(const char *path, size_t *count);

#endif
