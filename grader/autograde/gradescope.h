/**
 * @file gradescope.h
 * @brief Who handed in which folder of a Gradescope export: its submission_metadata.yml.
 */
#ifndef LOWP_GRADER_AUTOGRADE_GRADESCOPE_H
#define LOWP_GRADER_AUTOGRADE_GRADESCOPE_H

#include <stddef.h>
#include <stdio.h>

/** @brief One who handed in a folder; a group has several. Empty texts: not said. */
struct submitter {
    char folder[256]; /**< of the export */
    char name[256];   /**< for people */
    char sid[256];    /**< the school's number */
    char email[256];  /**< one a student, wherever it is known */
};

/**
 * @brief Reads the file's text. Of YAML it knows what Ruby writes there: a folder's name at the margin, below
 *        it ":submitters:" with a list of ":name:", ":sid:" and ":email:", plain or in quotes.
 * @param[in,out] file  open for reading
 * @param[out] count    how many
 * @return array for free(), or NULL if there is no memory for it
 */
struct submitter *gradescope_parse(FILE *file, size_t *count);

/**
 * @brief The same of a file by its path.
 * @param[in] path    of submission_metadata.yml
 * @param[out] count  how many
 * @return array for free(), or NULL if there is no such file
 */
struct submitter *gradescope_read(const char *path, size_t *count);

#endif
