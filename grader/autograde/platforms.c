/**
 * @file platforms.c
 * @brief What the platforms put into names of files and folders. See layouts.h for the sources.
 */
#define _GNU_SOURCE
#include "grader/autograde/finds.h"
#include "grader/autograde/layouts.h"
#include "grader/autograde/names.h"
#include "grader/autograde/paths.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *piece(const char *from, size_t n)
{
    char *text = strndup(from, n);
    if (!text)
        abort();
    return text;
}

static size_t digits(const char *p)
{
    return strspn(p, "0123456789");
}

static json_t *one_id(const char *platform, const char *number, size_t n)
{
    return json_pack("{s:s%}", platform, number, n);
}

/* Who it is: the platform's number behind the name, as two students may have one name. */
static void set_student(struct entry *e, const char *name, size_t n, const char *platform,
                        const char *number, size_t m)
{
    e->student = piece(name, n);
    if (asprintf(&e->key, "%s_%.*s", e->student, (int)m, number) < 0)
        abort();
    e->ids = one_id(platform, number, m);
}

/* A name that Canvas made unique: lab05-2.c, lab05-2.tar.gz and lab05.tar-2.gz (an older Canvas) are
 * the third lab05.c and lab05.tar.gz. Only for names that are ours to open, as others keep theirs. */
static void set_version(struct entry *e)
{
    char *dash = strrchr(e->file, '-'), *end;
    if (!dash || dash == e->file || dash[1] < '1' || dash[1] > '9' || digits(dash + 1) > 6)
        return;
    unsigned long version = strtoul(dash + 1, &end, 10);
    if (*end != '.')
        return;
    char *plain;
    struct finds none = {.lab_count = 0};
    int lab;
    if (asprintf(&plain, "%.*s%s", (int)(dash - e->file), e->file, end) < 0)
        abort();
    if (is_archive_name(plain) || finds_kind(&none, plain, &lab) != UNWANTED) {
        free(e->file);
        e->file = plain;
        e->version = (unsigned)version;
    } else {
        free(plain);
    }
}

/* NAME[_LATE]_USERID_FILEID_FILENAME: Canvas itself looks for the first number between two '_'. */
static bool canvas_file(struct entry *e, const char *name)
{
    for (const char *p = name; (p = strchr(p, '_')); p++) {
        size_t n = digits(p + 1), length = (size_t)(p - name);
        if (n == 0 || p[1 + n] != '_' || length == 0)
            continue;
        const char *second = p + 1 + n + 1;
        size_t m = digits(second);
        if (m == 0 || second[m] != '_' || second[m + 1] == '\0')
            return false;
        if (length > 5 && strncmp(p - 5, "_LATE", 5) == 0)
            length -= 5;
        set_student(e, name, length, "canvas", p + 1, n);
        e->file = strdup(second + m + 1);
        return e->file != NULL;
    }
    return false;
}

/* [LATE_]anon_ID_FILEID_FILENAME, ID being letters and digits that stand for no number of a user. */
static bool anonymous_file(struct entry *e, const char *name)
{
    const char *start = strncmp(name, "LATE_", 5) == 0 ? name + 5 : name, *p = start + 5;
    if (strncmp(start, "anon_", 5) != 0)
        return false;
    while (isalnum((unsigned char)*p))
        p++;
    size_t n = *p == '_' ? digits(p + 1) : 0;
    if (p == start + 5 || n == 0 || p[1 + n] != '_' || p[2 + n] == '\0')
        return false;
    e->key = piece(start, (size_t)(p - start));
    e->ids = json_object();
    e->file = strdup(p + 2 + n);
    return e->file != NULL;
}

/* A file by the name "." or ".." would be shown outside the folder that a student's files are shown in.
 * No platform takes one, so this is nobody's. */
static bool ends_in_dots(const char *name)
{
    const char *last = strrchr(name, '_');
    return last && (strcmp(last, "_.") == 0 || strcmp(last, "_..") == 0);
}

/* FULL NAME_ID_assignsubmission_TYPE...: what follows "assignsubmission_", or NULL. */
static const char *moodle(struct entry *e, const char *name)
{
    static const char mark[] = "_assignsubmission_";
    const char *end = strstr(name, mark), *number = end;
    while (number && number > name && isdigit((unsigned char)number[-1]))
        number--;
    if (!end || !end[strlen(mark)] || number == end || number - name < 2 || number[-1] != '_')
        return NULL;
    set_student(e, name, (size_t)(number - 1 - name), "moodle", number, (size_t)(end - number));
    return end + strlen(mark);
}

bool moodle_folder(struct entry *e, const char *name)
{
    const char *type = moodle(e, name);
    if (!type)
        return false;
    e->shape = LOOSE; /* what lies in it is looked at by who made this entry */
    e->file = strdup(type);
    return e->file != NULL;
}

bool platform_file(struct entry *e, const char *name)
{
    if (ends_in_dots(name))
        return false;
    const char *type = moodle(e, name);
    e->shape = LOOSE;
    if (type) {
        bool file = strncmp(type, "file_", 5) == 0 && type[5] != '\0';
        e->file = strdup(file ? type + 5 : type);
        return e->file != NULL;
    }
    if (!anonymous_file(e, name) && !canvas_file(e, name))
        return false;
    set_version(e);
    return true;
}

/* The length of what two names have in common. */
static size_t common(const char *x, const char *y)
{
    size_t n = 0;
    while (x[n] && x[n] == y[n])
        n++;
    return n;
}

/* Repositories whose names begin with the same word and '-' are of one assignment. Its slug may have
 * more words, as lab05-master-weights has: what all have in common, where there are enough to tell it
 * from usernames that begin alike. */
static void prefix_by_looking(char *const *names, size_t count, size_t *prefix)
{
    size_t word = strcspn(names[0], "-") + 1, most = strlen(names[0]);
    for (size_t i = 1; i < count; i++) {
        size_t n = common(names[0], names[i]);
        most = n < most ? n : most;
    }
    while (most > word && names[0][most - 1] != '-')
        most--;
    bool enough = count >= 3 && most > word;
    for (size_t i = 0; i < count && enough; i++)
        enough = names[i][most] != '\0';
    for (size_t i = 0; i < count; i++)
        prefix[i] = enough ? most : word;
}

/* Whether it may be SLUG-USERNAME where no slug is known: one of a lab, or a repository. */
static bool may_be_repo(const char *name, bool is_repo)
{
    const char *dash = strchr(name, '-');
    return dash && dash != name && dash[1] &&
           ((is_lab_name(name) && dash == name + LAB_NAME) || is_repo);
}

void github_prefixes(char *const *names, const bool *is_repo, size_t count, const char *parent,
                     size_t *prefix)
{
    static const char tail[] = "-submissions";
    size_t n = strlen(parent), slug = 0;
    if (n > strlen(tail) && strcmp(parent + n - strlen(tail), tail) == 0)
        slug = n - strlen(tail);
    for (size_t i = 0, j; i < count; i = j) {
        j = i + 1;
        prefix[i] = 0;
        if (slug && strncmp(names[i], parent, slug) == 0 && names[i][slug] == '-' &&
            names[i][slug + 1]) {
            prefix[i] = slug + 1;
            continue;
        }
        if (!may_be_repo(names[i], is_repo[i]))
            continue;
        size_t word = strcspn(names[i], "-") + 1;
        while (j < count && may_be_repo(names[j], is_repo[j]) &&
               strncmp(names[i], names[j], word) == 0)
            j++;
        if (j - i > 1 || is_lab_name(names[i]))
            prefix_by_looking(names + i, j - i, prefix + i);
    }
}
