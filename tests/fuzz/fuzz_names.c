/**
 * @file fuzz_names.c
 * @brief Feeds names and paths to grader/autograde/names.c, paths.c and finds_kind().
 *
 * The input is two names with a newline between them. Must hold: a SID is a name that no file system
 * and no shell takes amiss, and two names share one only if they are the same; texts are clean UTF-8
 * within their limit; what is written for printf gives the bytes back; a path that does not lead
 * outside never leaves its folder on its way; a file is a lab's only by its own name.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "grader/autograde/finds.h"
#include "grader/autograde/names.h"
#include "grader/autograde/paths.h"

#include <stdlib.h>
#include <string.h>

enum { NAME = 2000 };

static void look_at_sid(const char *name, const char *other)
{
    char sid[SID_SIZE], second[SID_SIZE];
    sid_from_name(name, sid);
    sid_from_name(other, second);
    size_t n = strlen(sid);
    HOLDS(n < SID_SIZE && (n > 0) == (*name != '\0'));
    HOLDS(n == strspn(sid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                           "._@+-%~"));
    HOLDS(*sid != '.' && *sid != '-');
    HOLDS((strcmp(sid, second) == 0) == (strcmp(name, other) == 0));
}

static void look_at_texts(const char *name, size_t limit)
{
    char *text = text_from_bytes(name, strlen(name), limit), *all = text_from_name(name);
    HOLDS(strlen(text) <= limit && fuzz_is_clean(text));
    HOLDS(strlen(all) <= 200 && fuzz_is_clean(all));
    HOLDS(!fuzz_is_clean(name) || strlen(name) > 200 || strcmp(all, name) == 0 ||
          strstr(all, "\xEF\xBF\xBD")); /* those that turn the direction of writing */
    free(text);
    free(all);
}

/* As printf(1) of a POSIX shell reads it. */
static void look_at_octal(const char *name)
{
    char *text = octal_from_name(name);
    size_t used = 0;
    HOLDS(*text != '-' && !strpbrk(text, "%= \t\n'\"$"));
    for (const char *p = text; *p; used++) {
        int c = (unsigned char)*p++;
        if (c == '\\') {
            HOLDS(strspn(p, "01234567") >= 3);
            c = (p[0] - '0') * 64 + (p[1] - '0') * 8 + p[2] - '0';
            p += 3;
        }
        HOLDS(c == (unsigned char)name[used]);
    }
    HOLDS(name[used] == '\0');
    free(text);
}

static void look_at_path(const char *path, bool tagged)
{
    struct finds f = {.labs = {"lab05", "lab06"}, .lab_count = 2, .tagged = tagged};
    int depth = 0, lab;
    bool outside = *path == '/';
    for (const char *p = path; *p; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        bool up = n == 2 && memcmp(p, "..", 2) == 0;
        depth += up ? -1 : n > 0 && !(n == 1 && *p == '.');
        outside |= depth < 0;
        p += n;
    }
    HOLDS(!outside || path_leads_outside(path));
    HOLDS(archive_stem(path) < strlen(path) || *path == '\0');
    HOLDS(!path_is_litter(path) || path_is_litter(path_name(path)) || strchr(path, '/'));
    enum kind kind = finds_kind(&f, path, &lab);
    HOLDS(lab >= -1 && lab < (int)f.lab_count);
    if (kind < KINDS && lab >= 0) {
        char name[16];
        file_name(name, f.labs[lab], kind);
        HOLDS(strcmp(path_name(path), name) == 0);
    }
    HOLDS(kind >= KINDS || lab >= 0 || kind == QUIZ);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    char name[NAME + 1], other[NAME + 1];
    uint8_t first = feed_byte(&f);
    feed_line(&f, name, NAME);
    feed_line(&f, other, NAME);
    look_at_sid(name, other);
    look_at_texts(name, 3 + first);
    look_at_octal(name);
    look_at_path(name, first & 1);
    look_at_path(other, first & 1);
    return 0;
}
