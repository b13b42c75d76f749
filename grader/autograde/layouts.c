/**
 * @file layouts.c
 * @brief Looks at a download and tells its students. See layouts.h.
 */
#define _GNU_SOURCE
#include "grader/autograde/layouts.h"

#include "grader/autograde/finds.h"
#include "grader/autograde/gradescope.h"
#include "grader/autograde/names.h"
#include "grader/autograde/paths.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* A folder of the download: what is in it, sorted, and where. */
struct listing {
    const char *folder; /* where it is seen from here */
    const char *above;  /* "": the download's own folder; else "NAME/" */
    const char *name;   /* what it is called */
    char **names;
    size_t count;
    struct submitter *submitters;
    size_t submitter_count;
};

static char *join(const char *x, const char *y, const char *z)
{
    char *text;
    if (asprintf(&text, "%s%s%s", x, y, z) < 0)
        abort();
    return text;
}

static mode_t mode_of(const struct listing *l, const char *name, const char *below)
{
    struct stat s;
    char *file = join(name, *below ? "/" : "", below), *path = join(l->folder, "/", file);
    mode_t mode = lstat(path, &s) == 0 ? s.st_mode : 0;
    free(path);
    free(file);
    return mode & S_IFMT;
}

/* What tools leave in folders; no student is called so. */
static bool is_litter(const char *name)
{
    static const char *const litter[] = {".",         "..",        ".git",     ".svn",
                                         ".DS_Store", "Thumbs.db", "__MACOSX", ".gitignore"};
    for (size_t i = 0; i < sizeof litter / sizeof *litter; i++)
        if (strcmp(name, litter[i]) == 0)
            return true;
    return strncmp(name, "._", 2) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(struct listing *l)
{
    size_t capacity = 0;
    DIR *folder = opendir(l->folder);
    if (!folder)
        return -1;
    for (struct dirent *d; (d = readdir(folder));) {
        if (is_litter(d->d_name))
            continue;
        if (l->count == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            l->names = realloc(l->names, capacity * sizeof *l->names);
            if (!l->names)
                abort();
        }
        l->names[l->count] = strdup(d->d_name);
        if (!l->names[l->count++])
            abort();
    }
    closedir(folder);
    if (l->count > 0)
        qsort(l->names, l->count, sizeof *l->names, by_name);
    char *path = join(l->folder, "/", "submission_metadata.yml");
    l->submitters = gradescope_read(path, &l->submitter_count);
    free(path);
    return 0;
}

static void forget(struct listing *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->names[i]);
    free(l->names);
    free(l->submitters);
    l->names = NULL;
    l->count = 0;
}

static void warn(const char *name, const char *why)
{
    char *text = text_from_name(name);
    fprintf(stderr, "intake: not looked at: %s (%s)\n", text, why);
    free(text);
}

static struct entry *add(struct entries *all, const struct listing *l, const char *name)
{
    struct entry *e = entries_add(all);
    e->path = join(l->above, name, "");
    return e;
}

static void set_key(struct entry *e, const char *key, size_t n)
{
    e->key = strndup(key, n);
    e->ids = json_object();
    if (!e->key)
        abort();
}

/* A folder of Gradescope, for each of those who handed it in together. */
static bool add_gradescope(struct entries *all, const struct listing *l, const char *name)
{
    static const char mark[] = "submission_";
    size_t found = 0;
    for (size_t i = 0; i < l->submitter_count; i++) {
        const struct submitter *s = &l->submitters[i];
        if (strcmp(s->folder, name) != 0)
            continue;
        struct entry *e = add(all, l, name);
        const char *key = *s->email ? s->email : *s->sid ? s->sid : *s->name ? s->name : name;
        set_key(e, key, strlen(key));
        e->shape = FOLDER;
        if (*s->name)
            e->student = join(s->name, "", "");
        const char *const ids[][2] = {{"gradescope", strncmp(name, mark, 11) == 0 ? name + 11 : ""},
                                      {"email", s->email},
                                      {"sid", s->sid}};
        for (size_t j = 0; j < 3; j++) {
            char *text = text_from_name(ids[j][1]);
            if (*text)
                json_object_set_new(e->ids, ids[j][0], json_string(text));
            free(text);
        }
        found++;
    }
    return found > 0;
}

/* FULL NAME_ID_assignsubmission_file: the folder is the student's. Of any other type (onlinetext) there
 * is nothing to grade. */
static bool add_moodle(struct entries *all, const struct listing *l, const char *name)
{
    struct entry e = {0};
    if (!moodle_folder(&e, name))
        return false;
    if (strcmp(e.file, "file") == 0 || strcmp(e.file, "file_") == 0) {
        struct entry *new = add(all, l, name);
        e.path = new->path;
        *new = e;
        new->shape = FOLDER;
        new->file = NULL;
    } else {
        warn(name, "not the files that were handed in");
    }
    return true;
}

static void add_folder(struct entries *all, const struct listing *l, const char *name,
                       size_t prefix)
{
    if (add_gradescope(all, l, name) || add_moodle(all, l, name))
        return;
    struct entry *e = add(all, l, name);
    e->shape = FOLDER;
    set_key(e, name + prefix, strlen(name + prefix));
    if (prefix > 0) {
        e->shape = is_lab_name(name) ? TAGGED : FOLDER;
        char *user = text_from_name(name + prefix);
        json_object_set_new(e->ids, "github", json_string(user));
        free(user);
    }
}

static void add_file(struct entries *all, const struct listing *l, const char *name)
{
    static const char *const others[] = {".rar", ".7z", ".gz", ".xz", ".bz2", ".zst", ".tar.zst"};
    struct entry e = {0};
    size_t stem = archive_stem(name), n = strlen(name);
    if (platform_file(&e, name)) {
        struct entry *new = add(all, l, name);
        e.path = new->path;
        *new = e;
        return;
    }
    const char *why = NULL;
    for (size_t i = 0; i < sizeof others / sizeof *others && stem == 0; i++) {
        size_t m = strlen(others[i]);
        if (n > m && strcasecmp(name + n - m, others[i]) == 0) {
            stem = n - m;
            why = "no archive of a kind that is read: zip, tar, tar.gz, tar.xz or tar.bz2";
        }
    }
    if (stem == 0) {
        if (strcmp(name, "submission_metadata.yml") != 0)
            warn(name, "neither a folder nor an archive");
        return;
    }
    struct entry *new = add(all, l, name);
    set_key(new, name, stem);
    new->shape = why ? FOREIGN : ARCHIVE;
    new->why = why;
}

static void add_all(struct entries *all, const struct listing *l)
{
    char **folders = calloc(l->count + 1, sizeof *folders);
    bool *is_repo = calloc(l->count + 1, sizeof *is_repo);
    size_t *prefix = calloc(l->count + 1, sizeof *prefix), count = 0;
    if (!folders || !is_repo || !prefix)
        abort();
    for (size_t i = 0; i < l->count; i++) {
        const char *name = l->names[i];
        switch (mode_of(l, name, "")) {
        case S_IFDIR:
            is_repo[count] = mode_of(l, name, ".git") != 0;
            folders[count++] = l->names[i];
            break;
        case S_IFREG:
            add_file(all, l, name);
            break;
        case S_IFLNK: {
            size_t stem = archive_stem(name);
            struct entry *e = add(all, l, name);
            set_key(e, name, stem ? stem : strlen(name));
            e->shape = FOREIGN;
            e->why = "a symbolic link; put there what it points to";
            break;
        }
        default:
            warn(name, "neither a folder nor a file");
        }
    }
    github_prefixes(folders, is_repo, count, l->name, prefix);
    for (size_t i = 0; i < count; i++)
        add_folder(all, l, folders[i], prefix[i]);
    free(folders);
    free(is_repo);
    free(prefix);
}

/* Whether an entry is the folder of a whole download, which was unpacked into it. */
static bool is_download(const struct listing *l, const char *name)
{
    static const char tail[] = "-submissions";
    size_t n = strlen(name), m = strlen(tail);
    return mode_of(l, name, "") == S_IFDIR &&
           (mode_of(l, name, "submission_metadata.yml") == S_IFREG ||
            (n > m && strcmp(name + n - m, tail) == 0));
}

/* A download, or nothing but folders of downloads. */
static int add_downloads(struct entries *all, const struct listing *top)
{
    size_t downloads = 0;
    for (size_t i = 0; i < top->count; i++)
        downloads += is_download(top, top->names[i]);
    if (downloads == 0 || downloads < top->count) {
        add_all(all, top);
        return 0;
    }
    int status = 0;
    for (size_t i = 0; i < top->count && status == 0; i++) {
        char *folder = join(top->folder, "/", top->names[i]);
        char *above = join(top->names[i], "/", "");
        struct listing inner = {.folder = folder, .above = above, .name = top->names[i]};
        status = list(&inner);
        if (status == 0)
            add_all(all, &inner);
        forget(&inner);
        free(folder);
        free(above);
    }
    return status;
}

int layouts_plan(const char *folder, const char *name)
{
    struct listing top = {.folder = folder, .above = "", .name = name};
    struct entries all = {0};
    int status = list(&top);
    if (status == 0)
        status = add_downloads(&all, &top);
    if (status != 0)
        perror("intake: the folder of submissions");
    plan_print(&all);
    forget(&top);
    return status == 0 && fflush(stdout) == 0 ? 0 : 1;
}
