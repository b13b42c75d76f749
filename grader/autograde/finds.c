/**
 * @file finds.c
 * @brief Chooses among the files of a submission. See finds.h.
 */
#define _GNU_SOURCE
#include "grader/autograde/finds.h"

#include "grader/autograde/names.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const endings[KINDS] = {".c", ".cu", NULL};

bool is_lab_name(const char *name)
{
    return strncmp(name, "lab", 3) == 0 && isdigit((unsigned char)name[3]) &&
           isdigit((unsigned char)name[4]) && !isalnum((unsigned char)name[LAB_NAME]);
}

void file_name(char *text, const char *lab, enum kind kind)
{
    if (kind == QUIZ)
        memcpy(text, "quiz.txt", sizeof "quiz.txt");
    else
        sprintf(text, "%.5s%s", lab, endings[kind]);
}

/* The number of the lab that name starts with, -1 if it was not asked for. */
static int lab_number(const struct finds *f, const char *name)
{
    for (size_t i = 0; i < f->lab_count; i++)
        if (strncmp(f->labs[i], name, LAB_NAME) == 0)
            return (int)i;
    return -1;
}

/* A quiz.txt is of the lab whose folder it lies in: the innermost folder labNN... */
static enum kind quiz_kind(const struct finds *f, const char *path, int *lab)
{
    const char *inner = NULL;
    for (const char *p = path, *end; (end = strchr(p, '/')); p = end + 1)
        if (is_lab_name(p))
            inner = p;
    *lab = inner ? lab_number(f, inner) : -1;
    if (inner && *lab < 0)
        return OTHER_LAB;
    if (*lab < 0 && f->lab_count == 1)
        *lab = 0;
    return QUIZ;
}

enum kind finds_kind(const struct finds *f, const char *path, int *lab)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    enum kind kind = UNWANTED;
    *lab = -1;
    if (strcmp(name, "quiz.txt") == 0) {
        kind = quiz_kind(f, path, lab);
    } else if (is_lab_name(name)) {
        for (int k = SOURCE; k <= KERNELS; k++)
            if (strcmp(name + LAB_NAME, endings[k]) == 0)
                kind = (enum kind)k;
        if (kind != UNWANTED) {
            *lab = lab_number(f, name);
            kind = *lab < 0 ? OTHER_LAB : kind;
        }
    }
    bool in_tagged = f->tagged && slash && is_lab_name(path);
    if (kind < KINDS && in_tagged && (*lab < 0 || strncmp(f->labs[*lab], path, LAB_NAME) != 0))
        return OTHER_LAB;
    return kind;
}

/* Room for one more in an array of count elements. */
static void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? 2 * *capacity : 16;
    array = realloc(array, *capacity * size);
    if (!array)
        abort();
    return array;
}

void finds_add(struct finds *f, const char *path, enum kind kind, int lab, unsigned char *bytes,
               size_t size)
{
    f->list = grow(f->list, f->count, &f->capacity, sizeof *f->list);
    struct find *one = &f->list[f->count++];
    *one = (struct find){strdup(path), bytes, size, 0, kind, lab};
    if (!one->path)
        abort();
    for (const char *p = path; (p = strchr(p, '/')); p++)
        one->depth++;
    f->kept += size;
    if (f->kept > MAX_KEPT)
        finds_problem(f, "more than %d MiB of files named like a lab's", MAX_KEPT >> 20);
}

/* Grave notes begin with a space, so that they come first in order; it is not printed. */
void finds_note(struct finds *f, const char *path, const char *why, bool grave)
{
    char *text = text_from_name(path), *note;
    if (asprintf(&note, "%sleft out: %s (%s)", grave ? " " : "", text, why) < 0)
        abort();
    free(text);
    f->notes = grow(f->notes, f->note_count, &f->note_capacity, sizeof *f->notes);
    f->notes[f->note_count++] = note;
}

void finds_problem(struct finds *f, const char *format, ...)
{
    if (f->problem)
        return;
    va_list values;
    va_start(values, format);
    if (vasprintf(&f->problem, format, values) < 0)
        abort();
    va_end(values);
}

/* By lab, kind, depth and name: the best candidate comes first, whatever order they were found in. */
static int by_rank(const void *a, const void *b)
{
    const struct find *x = a, *y = b;
    if (x->lab != y->lab)
        return x->lab < y->lab ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return strcmp(x->path, y->path);
}

static bool same_content(const struct find *x, const struct find *y)
{
    return x->size == y->size && memcmp(x->bytes, y->bytes, x->size) == 0;
}

static bool same_folder(const char *x, const char *y)
{
    size_t a = (size_t)(strrchr(x, '/') ? strrchr(x, '/') - x : 0);
    size_t b = (size_t)(strrchr(y, '/') ? strrchr(y, '/') - y : 0);
    return a == b && memcmp(x, y, a) == 0;
}

/* A quiz.txt in no lab's folder is of the lab whose labNN.c or labNN.cu is beside it, if one alone is. */
static void place_quizzes(struct finds *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct find *quiz = &f->list[i];
        if (quiz->lab >= 0)
            continue;
        int lab = -1;
        bool several = false;
        for (size_t j = 0; j < f->count; j++) {
            const struct find *other = &f->list[j];
            if (other->kind == QUIZ || !same_folder(other->path, quiz->path))
                continue;
            several |= lab >= 0 && lab != other->lab;
            lab = other->lab;
        }
        if (lab >= 0 && !several)
            quiz->lab = lab;
        else
            finds_note(f, quiz->path, "not clear of which lab: put it into a folder labNN", true);
    }
}

/* Of the candidates for one file, the first is taken, or there is a problem. */
static void choose(struct finds *f, const struct find *first, const struct find *end)
{
    for (const struct find *other = first + 1; other < end; other++) {
        if (same_content(first, other))
            continue;
        char *x = text_from_name(first->path), *y = text_from_name(other->path), *why;
        if (other->depth == first->depth) {
            if (strcmp(x, y) == 0)
                finds_problem(f, "two files called %s, which differ; keep one", x);
            else
                finds_problem(f, "two files that could be meant, and differ: %s and %s; keep one",
                              x, y);
        } else {
            if (asprintf(&why, "another one, %s, is nearer the root", x) < 0)
                abort();
            finds_note(f, other->path, why, true);
            free(why);
        }
        free(x);
        free(y);
    }
}

static int write_file(int folder, const char *name, const unsigned char *bytes, size_t size)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    size_t done = 0;
    while (fd >= 0 && done < size) {
        ssize_t n = write(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return fd >= 0 && close(fd) == 0 && done == size ? 0 : -1;
}

static int write_find(const struct finds *f, const struct find *one, const char *folder)
{
    char name[16];
    const char *lab = f->labs[one->lab];
    file_name(name, lab, one->kind);
    int out = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), inner = -1, status = -1;
    if (out >= 0 && (mkdirat(out, lab, 0755) == 0 || errno == EEXIST))
        inner = openat(out, lab, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner >= 0)
        status = write_file(inner, name, one->bytes, one->size);
    close(inner);
    close(out);
    return status;
}

int finds_write(struct finds *f, const char *folder)
{
    int status = 0;
    place_quizzes(f);
    if (f->count > 0)
        qsort(f->list, f->count, sizeof *f->list, by_rank);
    for (int write = 0; write < 2 && !f->problem; write++) {
        for (size_t i = 0, j; i < f->count; i = j) {
            const struct find *first = &f->list[i];
            for (j = i + 1;
                 j < f->count && f->list[j].lab == first->lab && f->list[j].kind == first->kind;
                 j++)
                ;
            if (first->lab < 0)
                continue;
            if (!write)
                choose(f, first, f->list + j);
            else if (write_find(f, first, folder) != 0)
                status = -1;
        }
    }
    for (size_t i = 0; i < f->count; i++) {
        free(f->list[i].path);
        free(f->list[i].bytes);
    }
    free(f->list);
    f->list = NULL;
    f->count = f->capacity = 0;
    return status;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

json_t *finds_report(struct finds *f)
{
    json_t *notes = json_array();
    if (f->note_count > 0)
        qsort(f->notes, f->note_count, sizeof *f->notes, by_text);
    for (size_t i = 0; i < f->note_count; i++) {
        if (i < MAX_NOTES)
            json_array_append_new(notes, json_string(f->notes[i] + (f->notes[i][0] == ' ')));
        free(f->notes[i]);
    }
    if (f->note_count > MAX_NOTES)
        json_array_append_new(
            notes, json_sprintf("and %zu more files were left out", f->note_count - MAX_NOTES));
    free(f->notes);
    json_t *report =
        json_pack("{s:o, s:s}", "notes", notes, "problem", f->problem ? f->problem : "");
    free(f->problem);
    f->notes = NULL;
    f->problem = NULL;
    f->note_count = f->note_capacity = 0;
    return report;
}
