/**
 * @file layouts.h
 * @brief Who handed in what: the folders and files that the platforms download, by their names.
 *
 * Gradescope, "Export submissions": folders submission_NNN beside submission_metadata.yml
 *     (gradescope.h). A student's SID is made of the email address, else the school's number.
 * Canvas, "Download submissions": files NAME[_LATE]_USERID_FILEID_FILENAME, all in one folder; NAME
 *     is the sortable name in lower case; in an anonymous assignment [LATE_]anon_ID_FILEID_FILENAME
 *     (instructure/canvas-lms, lib/content_zipper.rb: get_filename, add_upload_submission). What is
 *     handed in again under a name that is taken gets -1, -2, ... before its ending
 *     (app/models/attachment.rb: make_unique_filename): the highest wins.
 * Moodle, "Download all submissions": folders FULL NAME_ID_assignsubmission_file with or without a
 *     '_' behind, or, without "in folders", files FULL NAME_ID_assignsubmission_file_FILENAME; in the
 *     name every '_' has become a space (moodle/moodle, mod/assign/locallib.php before 4.2,
 *     mod/assign/classes/downloader.php since). ID is the participant's.
 * GitHub Classroom, `gh classroom clone student-repos`: repositories SLUG-USERNAME in a folder
 *     SLUG-submissions (github/gh-classroom, cmd/gh-classroom/clone/student-repos). Where the slug is
 *     not known from the folder's name, it is what all repositories have in common up to a '-'.
 * Anything else: folders and archives by the student's name.
 */
#ifndef LOWP_GRADER_AUTOGRADE_LAYOUTS_H
#define LOWP_GRADER_AUTOGRADE_LAYOUTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** @brief What an entry of the download is. */
enum shape {
    FOLDER,  /**< one student's folder */
    TAGGED,  /**< one student's repository of one lab: there may be one a lab */
    ARCHIVE, /**< one student's archive */
    LOOSE,   /**< one of a student's files */
    FOREIGN  /**< nothing that can be read; `why` says why */
};

/** @brief An entry of the download, and whose it is. */
struct entry {
    char *path;       /**< below the download's folder */
    char *key;        /**< who: any bytes, of which the SID is made */
    char *student;    /**< the same for people; NULL: as key */
    char *file;       /**< LOOSE, ARCHIVE: what the student called it */
    json_t *ids;      /**< platforms' numbers */
    enum shape shape; /**< what it is */
    unsigned version; /**< LOOSE: of several by that name, the highest counts */
    const char *why;  /**< FOREIGN: what is wrong with it */
};

/** @brief All of them. */
struct entries {
    struct entry *list; /**< in any order */
    size_t count;       /**< how many */
    size_t capacity;    /**< for how many there is room */
};

/** @brief A new entry, zeroed; valid until the next call. */
struct entry *entries_add(struct entries *all);

/** @brief Whether a file's name is one of Canvas or Moodle; fills *e if so. */
bool platform_file(struct entry *e, const char *name);
/** @brief Whether a folder's name is one of Moodle; fills *e if so. */
bool moodle_folder(struct entry *e, const char *name);

/**
 * @brief Fills prefix[i] with the length of "SLUG-" in names[i], 0 where it is no repository of GitHub
 *        Classroom.
 * @param[in] names    sorted names of folders
 * @param[in] is_repo  whether there is a .git in it
 * @param[in] parent   name of the folder that they are in
 */
void github_prefixes(char *const *names, const bool *is_repo, size_t count, const char *parent,
                     size_t *prefix);

/** @brief Prints the lines of all students, sorted by SID, each once (see plan.c). */
void plan_print(struct entries *all);

/**
 * @brief `intake --plan`: looks at a download and prints a line a student.
 * @param[in] folder  where it is seen from here
 * @param[in] name    what it is called
 * @return exit status: 0, or 1 if it cannot be read
 */
int layouts_plan(const char *folder, const char *name);

#endif
