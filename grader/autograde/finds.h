/**
 * @file finds.h
 * @brief The files of one submission that may be a student's labNN.c, labNN.cu and quiz.txt, which of
 *        them is taken, and what is said about the rest.
 */
#ifndef LOWP_GRADER_AUTOGRADE_FINDS_H
#define LOWP_GRADER_AUTOGRADE_FINDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    MAX_FILE = 1 << 20,  /**< bytes of one file */
    MAX_KEPT = 32 << 20, /**< bytes of all candidates of one submission */
    MAX_NOTES = 20,      /**< notes that are printed; the rest is counted */
    MAX_LABS = 100,
    LAB_NAME = 5 /**< letters of "lab05" */
};

/** @brief The files of a lab that a student edits, in the order in which they are listed. */
enum kind {
    SOURCE,  /**< labNN.c */
    KERNELS, /**< labNN.cu */
    QUIZ,    /**< quiz.txt */
    KINDS,
    UNWANTED = KINDS, /**< no file that students edit */
    OTHER_LAB         /**< one, but of a lab that was not asked for */
};

/** @brief A file that was found. */
struct find {
    char *path;           /**< within the submission */
    unsigned char *bytes; /**< its content */
    size_t size;          /**< how many */
    size_t depth;         /**< how many folders are above it */
    enum kind kind;       /**< which file of a lab it is */
    int lab;              /**< number in the list of labs; -1: not clear yet (a quiz.txt) */
};

/** @brief Everything about one submission. */
struct finds {
    const char *labs[MAX_LABS]; /**< the labs that were asked for */
    size_t lab_count;           /**< how many */
    bool tagged;                /**< a top folder labNN-... holds nothing but labNN */
    struct find *list;          /**< candidates */
    size_t count;               /**< how many */
    size_t capacity;            /**< for how many there is room */
    size_t kept;                /**< bytes of their contents in all */
    char **notes;               /**< in any order */
    size_t note_count;          /**< how many */
    size_t note_capacity;       /**< for how many there is room */
    char *problem;              /**< NULL: none */
};

/** @brief Whether name starts with "labNN", and what follows is no letter or digit. */
bool is_lab_name(const char *name);
/** @brief The file name of a lab's file of that kind; text has at least 16 bytes. */
void file_name(char *text, const char *lab, enum kind kind);
/**
 * @brief What a path is by its name alone.
 * @param[out] lab  as in struct find
 */
enum kind finds_kind(const struct finds *f, const char *path, int *lab);

/** @brief Adds a candidate, of which path is copied and bytes are taken over. */
void finds_add(struct finds *f, const char *path, enum kind kind, int lab, unsigned char *bytes,
               size_t size);
/**
 * @brief Notes that a file was left out, and why.
 * @param[in] grave  about a file that would have counted: such notes come first
 */
void finds_note(struct finds *f, const char *path, const char *why, bool grave);
/** @brief Says why nothing of this can be graded, as printf() does; the first such word stays. */
void finds_problem(struct finds *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** @brief Chooses, writes FOLDER/labNN/FILE, and frees the candidates. Nothing is written if there is
 *         a problem. @return 0, or -1 if a file could not be written */
int finds_write(struct finds *f, const char *folder);
/** @brief {"notes": [...], "problem": "..."}; to be called last. */
json_t *finds_report(struct finds *f);

#endif
