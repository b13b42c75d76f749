/**
 * @file fuzz_layouts.c
 * @brief Makes a download of any names and has grader/autograde/layouts.c, platforms.c and plan.c say
 *        who handed in what.
 *
 * A line of the input is an entry: a letter (d folder, g repository, l symbolic link, else a file) and a
 * name; the first line is the download's own name, and what follows an empty line is
 * submission_metadata.yml. Must hold: a line a student, with SIDs in order and each once; JSON that
 * says whose it is; every path is in the download and no symbolic link; every place is one name below
 * the folder that it is shown in, and none is there twice.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "grader/autograde/layouts.h"
#include "grader/autograde/names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_NAMES = 40, NAME = 255, PLACES = 80 };

static void make_entry(int folder, char kind, const char *name)
{
    if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return;
    if (kind == 'd' || kind == 'g') {
        mkdirat(folder, name, 0700);
        int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (kind == 'g')
            mkdirat(inner, ".git", 0700);
        close(inner);
    } else if (kind == 'l') {
        symlinkat("/etc/passwd", folder, name);
    } else {
        close(openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
}

static void make_download(struct feed *f, const char *folder)
{
    char line[NAME + 2];
    fuzz_remove(folder);
    HOLDS(mkdir(folder, 0700) == 0);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    HOLDS(fd >= 0);
    for (int i = 0; i < MAX_NAMES && f->left > 0; i++) {
        feed_line(f, line, NAME + 1);
        if (!*line)
            break;
        make_entry(fd, line[0], line + 1);
    }
    if (f->left > 0) {
        int yml = openat(fd, "submission_metadata.yml", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        HOLDS(yml < 0 || write(yml, f->at, f->left) == (ssize_t)f->left);
        close(yml);
    }
    close(fd);
}

/* As printf(1) reads it. */
static void decode(const char *text, char *out)
{
    while (*text) {
        int c = (unsigned char)*text++;
        if (c == '\\') {
            c = (text[0] - '0') * 64 + (text[1] - '0') * 8 + text[2] - '0';
            text += 3;
        }
        *out++ = (char)c;
    }
    *out = '\0';
}

static void look_at_place(const char *folder, char *field)
{
    char path[4 * NAME], place[4 * NAME], whole[8 * NAME];
    struct stat s;
    char *equals = strchr(field, '=');
    HOLDS(equals);
    *equals = '\0';
    decode(field, path);
    decode(equals + 1, place);
    snprintf(whole, sizeof whole, "%s/%s", folder, path);
    HOLDS(*path && *path != '/' && lstat(whole, &s) == 0 && !S_ISLNK(s.st_mode));
    HOLDS(*place == '\0' || (*place == '/' && place[1] && !strchr(place + 1, '/')));
    HOLDS(strcmp(place, "/.") != 0 && strcmp(place, "/..") != 0);
}

static void look_at_line(const char *folder, char *line, char *last_sid)
{
    char *sid = strsep(&line, "\t"), *text = strsep(&line, "\t"), *flags = strsep(&line, "\t");
    const char *seen[PLACES], *shortest = "/";
    size_t places = 0;
    HOLDS(sid && *sid && strcmp(sid, last_sid) > 0 && strlen(sid) < SID_SIZE);
    snprintf(last_sid, SID_SIZE, "%s", sid);
    json_t *meta = json_loads(text, 0, NULL);
    HOLDS(strcmp(json_string_value(json_object_get(meta, "sid")), sid) == 0);
    HOLDS(fuzz_is_clean(json_string_value(json_object_get(meta, "student"))));
    HOLDS(json_is_string(json_object_get(meta, "source")));
    HOLDS(json_is_array(json_object_get(meta, "notes")));
    HOLDS(flags && (strcmp(flags, "tagged") == 0 || strcmp(flags, "-") == 0));
    bool problem = *json_string_value(json_object_get(meta, "problem")) != '\0';
    for (char *field; (field = strsep(&line, "\t"));) {
        look_at_place(folder, field);
        HOLDS(places < PLACES);
        seen[places++] = strchr(field, '\0') + 1;
        shortest = *seen[places - 1] ? shortest : "";
        for (size_t i = 0; i + 1 < places; i++)
            HOLDS(strcmp(seen[i], seen[places - 1]) != 0);
    }
    HOLDS(problem == (places == 0));
    HOLDS(places < 2 || *shortest); /* a file at /in, and others below it */
    json_decref(meta);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    char name[NAME + 1], sid[SID_SIZE] = "";
    const char *folder = fuzz_path("download");
    feed_line(&f, name, NAME);
    make_download(&f, folder);
    size_t printed;
    fuzz_capture();
    int status = layouts_plan(folder, name);
    char *text = fuzz_captured(&printed), *rest = text;
    HOLDS(status == 0 && strlen(text) == printed);
    for (char *line; (line = strsep(&rest, "\n")) && *line;)
        look_at_line(folder, line, sid);
    HOLDS(!rest || !*rest);
    free(text);
    return 0;
}
