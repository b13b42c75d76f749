/**
 * @file keep.c
 * @brief Takes over what the sandbox wrote. See keep.h.
 *
 * Should libarchive have been taken over by an archive, then the folder and the report are that
 * archive's work: so only names that we know are opened, without following links, and the report is
 * nothing but text to show.
 */
#define _GNU_SOURCE
#include "grader/autograde/keep.h"

#include "grader/autograde/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_REPORT = 1 << 16,
    MAX_TEXT = 500,
    TIMED_OUT = 124, /* timeout(1) */
    KILLED = 137,    /* by SIGKILL: its own, or that of the limit on CPU time */
    CPU_LIMIT = 152  /* SIGXCPU */
};

static json_t *clean_text(const json_t *value)
{
    const char *s = json_string_value(value);
    char *text = text_from_bytes(s ? s : "", s ? json_string_length(value) : 0, MAX_TEXT);
    json_t *clean = json_string(text);
    free(text);
    return clean;
}

/* The report's notes behind those of the plan, and its problem if the plan has none. */
static void add_report(json_t *row, const struct kept *k)
{
    FILE *file = fopen(k->report, "re");
    char line[MAX_REPORT];
    size_t n = file ? fread(line, 1, sizeof line, file) : 0;
    if (file)
        fclose(file);
    json_t *report = json_loadb(line, n, JSON_DISABLE_EOF_CHECK, NULL), *one;
    bool said = json_is_string(json_object_get(report, "problem"));
    if (k->status == TIMED_OUT || k->status == KILLED || k->status == CPU_LIMIT)
        json_object_set_new(row, "problem", json_string("reading it took too long"));
    else if (k->status == NOT_WRITTEN)
        json_object_set_new(row, "problem",
                            json_string("its files cannot be written: is the disk full?"));
    else if (k->status != 0 || !said)
        json_object_set_new(row, "problem",
                            json_sprintf("it cannot be read (status %d)", k->status));
    size_t i;
    json_array_foreach(json_object_get(report, "notes"), i, one)
    {
        if (i <= MAX_NOTES)
            json_array_append_new(json_object_get(row, "notes"), clean_text(one));
    }
    if (!*json_string_value(json_object_get(row, "problem")))
        json_object_set_new(row, "problem", clean_text(json_object_get(report, "problem")));
    json_decref(report);
}

/* @return bytes read into `bytes`, or -1 if that is no regular file of at most MAX_FILE bytes */
static ssize_t read_regular(int folder, const char *name, unsigned char *bytes)
{
    struct stat s;
    ssize_t size = 0, n = -1;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_nlink == 1 && s.st_size <= MAX_FILE)
        while ((n = read(fd, bytes + size, (size_t)(MAX_FILE + 1 - size))) > 0)
            size += n;
    close(fd);
    return n == 0 && size <= MAX_FILE ? size : -1;
}

/* The files of one lab. @param[out] names  those that were there */
static void collect_lab(struct finds *all, int lab, int from, json_t *names)
{
    unsigned char *bytes = malloc(MAX_FILE + 1);
    int folder = openat(from, all->labs[lab], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    for (int kind = SOURCE; kind < KINDS && folder >= 0 && bytes; kind++) {
        char name[16];
        file_name(name, all->labs[lab], (enum kind)kind);
        ssize_t size = read_regular(folder, name, bytes);
        if (size < 0)
            continue;
        unsigned char *own = malloc((size_t)size + 1);
        if (!own)
            abort();
        memcpy(own, bytes, (size_t)size);
        finds_add(all, name, (enum kind)kind, lab, own, (size_t)size);
        json_array_append_new(names, json_string(name));
    }
    if (folder >= 0)
        close(folder);
    free(bytes);
}

int keep_files(const struct kept *k, const struct finds *f)
{
    struct finds all = *f;
    json_t *row = json_loads(k->meta, 0, NULL);
    if (!json_is_array(json_object_get(row, "notes")) ||
        !json_is_string(json_object_get(row, "problem"))) {
        fputs("intake: this is no student of the plan\n", stderr);
        return -1;
    }
    bool planned = *json_string_value(json_object_get(row, "problem")) == '\0';
    if (planned)
        add_report(row, k);
    json_t *labs = json_object();
    int status = mkdir(k->to, 0755);
    int from = open(k->from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool fine = *json_string_value(json_object_get(row, "problem")) == '\0';
    for (size_t i = 0; i < all.lab_count && fine && from >= 0; i++) {
        json_t *names = json_array();
        collect_lab(&all, (int)i, from, names);
        if (json_array_size(names) > 0)
            json_object_set(labs, all.labs[i], names);
        json_decref(names);
    }
    if (from >= 0)
        close(from);
    if (all.problem) { /* more than a run that was itself could have written */
        json_object_set_new(row, "problem", json_string(all.problem));
        json_object_clear(labs);
    }
    json_object_set_new(row, "labs", labs);
    if (status == 0)
        status = finds_write(&all, k->to);
    if (status == 0)
        status = json_dumpf(row, stdout, JSON_COMPACT);
    json_decref(row);
    free(all.problem);
    return status == 0 && puts("") >= 0 && fflush(stdout) == 0 ? 0 : -1;
}
