/**
 * @file submission.c
 * @brief Reads a submission and looks at what comes of it. See submission.h.
 */
#define _GNU_SOURCE
#include "tests/fuzz/submission.h"

#include "grader/autograde/walk.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const lab_names[] = {"lab05", "lab06"};
enum { LABS = 2 };

/* The files of one lab, or what else is there. @return how many */
static size_t look_at_lab(const char *lab, taken *look)
{
    static unsigned char bytes[MAX_FILE + 1];
    char inner[64], c[16], cu[16];
    snprintf(inner, sizeof inner, "out/%s", lab);
    snprintf(c, sizeof c, "%s.c", lab);
    snprintf(cu, sizeof cu, "%s.cu", lab);
    DIR *folder = opendir(fuzz_path(inner));
    HOLDS(folder);
    size_t files = 0;
    for (struct dirent *d; (d = readdir(folder));) {
        char path[400];
        if (d->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", fuzz_path(inner), d->d_name);
        HOLDS(strcmp(d->d_name, c) == 0 || strcmp(d->d_name, cu) == 0 ||
              strcmp(d->d_name, "quiz.txt") == 0);
        FILE *file = fopen(path, "r");
        HOLDS(file);
        size_t size = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        HOLDS(size <= MAX_FILE);
        if (look)
            look(d->d_name, bytes, size);
        files++;
    }
    closedir(folder);
    return files;
}

static size_t look_at_out(taken *look)
{
    DIR *out = opendir(fuzz_path("out"));
    HOLDS(out);
    size_t files = 0;
    for (struct dirent *d; (d = readdir(out));) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        HOLDS(strcmp(d->d_name, lab_names[0]) == 0 || strcmp(d->d_name, lab_names[1]) == 0);
        files += look_at_lab(d->d_name, look);
    }
    closedir(out);
    return files;
}

static bool look_at_report(json_t *report)
{
    json_t *notes = json_object_get(report, "notes"), *one;
    const char *problem = json_string_value(json_object_get(report, "problem"));
    size_t i;
    HOLDS(json_is_array(notes) && json_array_size(notes) <= MAX_NOTES + 1);
    json_array_foreach(notes, i, one)
        HOLDS(json_is_string(one) && fuzz_is_clean(json_string_value(one)));
    HOLDS(problem && fuzz_is_clean(problem));
    char *text = json_dumps(report, JSON_COMPACT | JSON_ENSURE_ASCII);
    HOLDS(text && !strchr(text, '\n'));
    free(text);
    return *problem != '\0';
}

void submission_begin(void)
{
    static bool begun;
    if (!begun)
        setlocale(LC_CTYPE, "C.UTF-8");
    begun = true;
}

void submission_read(const char *path, bool tagged, taken *look)
{
    struct finds f = {.labs = {lab_names[0], lab_names[1]}, .lab_count = LABS, .tagged = tagged};
    fuzz_remove(fuzz_path("out"));
    HOLDS(mkdir(fuzz_path("out"), 0700) == 0);
    char out[300];
    snprintf(out, sizeof out, "%s", fuzz_path("out"));
    walk(&f, path);
    HOLDS(finds_write(&f, out) == 0);
    json_t *report = finds_report(&f);
    bool problem = look_at_report(report);
    json_decref(report);
    size_t files = look_at_out(look);
    HOLDS(!problem || files == 0);
}
