/**
 * @file plan.c
 * @brief From the entries of a download to a line a student. See layouts.h.
 *
 * A line is for intake.sh: fields with a tab between them, none of them empty:
 *
 *     SID  META  FLAGS  PATH=PLACE...
 *
 * META is the student's JSON object, less what only reading tells; FLAGS is "tagged" if the run needs\n * --tagged, else "-".
 * Each PATH of the download is to be seen at /in + PLACE by the run that reads it; both are for
 * printf(1). A student with a problem has none.
 */
#define _GNU_SOURCE
#include "grader/autograde/finds.h"
#include "grader/autograde/layouts.h"
#include "grader/autograde/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry *entries_add(struct entries *all)
{
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? 2 * all->capacity : 64;
        all->list = realloc(all->list, all->capacity * sizeof *all->list);
        if (!all->list)
            abort();
    }
    all->list[all->count] = (struct entry){0};
    return &all->list[all->count++];
}

/* By who, then by file and version (the newest first), then by name: in no other order do students
 * depend on how the folder was listed. */
static int by_student(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    char sids[2][SID_SIZE];
    sid_from_name(x->key, sids[0]);
    sid_from_name(y->key, sids[1]);
    int order = strcmp(sids[0], sids[1]);
    if (order == 0 && x->file && y->file)
        order = strcmp(x->file, y->file);
    if (order == 0 && x->version != y->version)
        order = x->version > y->version ? -1 : 1;
    return order ? order : strcmp(x->path, y->path);
}

/* The last name of its path. */
static const char *own_name(const struct entry *e)
{
    const char *slash = strrchr(e->path, '/');
    return slash ? slash + 1 : e->path;
}

static bool all_are(const struct entry *first, size_t n, enum shape shape)
{
    for (size_t i = 0; i < n; i++)
        if (first[i].shape != shape)
            return false;
    return true;
}

/* Whether entry i is of a file of which entry i - 1 is a newer or other version. */
static bool repeats(const struct entry *first, size_t i)
{
    if (i == 0)
        return false;
    const struct entry *e = &first[i], *before = e - 1;
    if (e->shape == TAGGED)
        return strncmp(own_name(e), own_name(before), LAB_NAME) == 0;
    return strcmp(e->file, before->file) == 0;
}

/* What keeps these from being one submission; text for free(), or NULL. */
static char *problem_of(const struct entry *first, size_t n)
{
    char *text, *x, *y;
    size_t i = 0, j = 1;
    if (n == 1 && first->shape != FOREIGN)
        return NULL;
    if (n == 1) {
        x = text_from_name(first->path);
        if (asprintf(&text, "%s: %s", x, first->why) < 0)
            abort();
        free(x);
        return text;
    }
    if (all_are(first, n, LOOSE) || all_are(first, n, TAGGED)) {
        bool tagged = first->shape == TAGGED;
        while (j < n &&
               !(repeats(first, j) && (tagged || first[j].version == first[j - 1].version)))
            j++;
        if (j == n)
            return NULL;
        i = j - 1;
    }
    x = text_from_name(first[i].path);
    y = text_from_name(first[j].path);
    if (asprintf(&text, "two submissions of one student: %s and %s; keep one", x, y) < 0)
        abort();
    free(x);
    free(y);
    return text;
}

static json_t *sources(const struct entry *first, size_t n)
{
    char *text = text_from_name(first->path);
    json_t *source = n == 1 ? json_string(text) : json_sprintf("%s and %zu more", text, n - 1);
    free(text);
    return source;
}

static void print_places(const struct entry *first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct entry *e = &first[i];
        if (e->shape == LOOSE && repeats(first, i))
            continue;
        char *path = octal_from_name(e->path);
        char *place = octal_from_name(e->shape == FOLDER ? "" : e->file ? e->file : own_name(e));
        printf("\t%s=%s%s", path, *place ? "/" : "", place);
        free(path);
        free(place);
    }
}

static void print_student(const struct entry *first, size_t n)
{
    char sid[SID_SIZE], *problem = problem_of(first, n);
    sid_from_name(first->key, sid);
    char *student = text_from_name(first->student ? first->student : first->key);
    json_t *notes = json_array();
    for (size_t i = 0; i < n && !problem && first->shape == LOOSE; i++) {
        if (!repeats(first, i))
            continue;
        char *path = text_from_name(first[i].path), *newer = text_from_name(first[i - 1].path);
        json_array_append_new(notes, json_sprintf("left out: %s (%s is newer)", path, newer));
        free(path);
        free(newer);
    }
    json_t *meta = json_pack("{s:s, s:s, s:o, s:O, s:o, s:s}", "sid", sid, "student", student,
                             "source", sources(first, n), "ids", first->ids, "notes", notes,
                             "problem", problem ? problem : "");
    char *text = json_dumps(meta, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (!text)
        abort();
    printf("%s\t%s\t%s", sid, text, first->shape == TAGGED ? "tagged" : "-");
    if (!problem)
        print_places(first, n);
    puts("");
    free(text);
    json_decref(meta);
    free(student);
    free(problem);
}

void plan_print(struct entries *all)
{
    if (all->count > 0)
        qsort(all->list, all->count, sizeof *all->list, by_student);
    for (size_t i = 0, n; i < all->count; i += n) {
        char sid[SID_SIZE], other[SID_SIZE];
        sid_from_name(all->list[i].key, sid);
        for (n = 1; i + n < all->count; n++) {
            sid_from_name(all->list[i + n].key, other);
            if (strcmp(sid, other) != 0)
                break;
        }
        print_student(&all->list[i], n);
    }
}
