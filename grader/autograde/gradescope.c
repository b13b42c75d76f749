/**
 * @file gradescope.c
 * @brief A reader of submission_metadata.yml, line by line. See gradescope.h.
 *
 *     submission_409194023:
 *       :submitters:
 *       - :name: First Last
 *         :sid: '123456789'
 *         :email: first@school.edu
 *       :created_at: 2026-04-26 17:34:00.861687000 Z
 *       :results:
 *         output: |-
 *           whatever the autograder printed, always indented
 */
#define _GNU_SOURCE
#include "grader/autograde/gradescope.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_SUBMITTERS = 100000 };

/* A character of "double quotes" behind a backslash; moves on behind it.
 * @return bytes written to out, at most 4 */
static size_t unescape(const char **p, char *out)
{
    static const char letters[] = "0abtnvfre\"/\\ ", values[] = "\0\a\b\t\n\v\f\r\033\"/\\ ";
    char c = *(*p)++;
    const char *known = c ? strchr(letters, c) : NULL;
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits) {
        char number[9] = "";
        for (int i = 0; i < digits && **p && strchr("0123456789abcdefABCDEF", **p); i++)
            number[i] = *(*p)++;
        unsigned long u = strtoul(number, NULL, 16);
        if (u < 0x80 || u > 0x10FFFF) {
            out[0] = u > 0 && u < 0x80 ? (char)u : '?';
            return 1;
        }
        size_t n = u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;
        for (size_t i = n; i-- > 1; u >>= 6)
            out[i] = (char)(0x80 | (u & 0x3F));
        out[0] = (char)((0xF00u >> n & 0xFF) | u);
        return n;
    }
    out[0] = known && *known != '0' ? values[known - letters] : c ? c : '?';
    if (!c)
        (*p)--;
    return 1;
}

/* The text of a value; what YAML has for "none", and what goes on in lines below, is empty. */
static void read_value(const char *p, char *text, size_t size)
{
    size_t used = 0;
    char quote = *p == '\'' || *p == '"' ? *p : '\0';
    if (strchr("|>!&*{[", *p) || strcmp(p, "null") == 0 || strcmp(p, "~") == 0)
        p = "";
    for (p += quote != '\0'; *p && used + 5 < size;) {
        if (quote == '"' && *p == '\\') {
            p++;
            used += unescape(&p, text + used);
            continue;
        }
        if (quote && *p == quote) {
            if (quote != '\'' || p[1] != '\'')
                break;
            p++;
        }
        text[used++] = *p++;
    }
    text[used] = '\0';
}

/* "    :email: x" or "  - :name: x", behind the indentation or the dash. */
static void read_member(struct submitter *one, const char *p)
{
    if (strncmp(p, ":name: ", 7) == 0)
        read_value(p + 7, one->name, sizeof one->name);
    else if (strncmp(p, ":sid: ", 6) == 0)
        read_value(p + 6, one->sid, sizeof one->sid);
    else if (strncmp(p, ":email: ", 8) == 0)
        read_value(p + 8, one->email, sizeof one->email);
}

/* "submission_1:" at the margin. @return whether it is one; its text goes to folder */
static bool read_folder(char *line, char *folder, size_t size)
{
    size_t n = strlen(line);
    if (n < 2 || line[n - 1] != ':' || strchr(" #-:", line[0]))
        return false;
    line[n - 1] = '\0';
    read_value(line, folder, size);
    return true;
}

struct submitter *gradescope_parse(FILE *file, size_t *count)
{
    *count = 0;
    struct submitter *all = calloc(1, sizeof *all);
    char *line = NULL, folder[256] = "";
    size_t size = 0;
    bool listing = false;
    while (all && getline(&line, &size, file) > 0 && *count < MAX_SUBMITTERS) {
        line[strcspn(line, "\r\n")] = '\0';
        if (read_folder(line, folder, sizeof folder)) {
            listing = false;
        } else if (strcmp(line, "  :submitters:") == 0) {
            listing = true;
        } else if (listing && strncmp(line, "  - ", 4) == 0) {
            struct submitter *more = realloc(all, (*count + 1) * sizeof *all);
            if (!more)
                break;
            all = more;
            all[*count] = (struct submitter){0};
            memcpy(all[*count].folder, folder, sizeof folder);
            read_member(&all[(*count)++], line + 4);
        } else if (listing && strncmp(line, "    ", 4) == 0) {
            if (*count > 0)
                read_member(&all[*count - 1], line + 4);
        } else {
            listing = false;
        }
    }
    free(line);
    return all;
}

struct submitter *gradescope_read(const char *path, size_t *count)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat s;
    FILE *file = fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode) ? fdopen(fd, "r") : NULL;
    *count = 0;
    if (!file)
        return NULL;
    struct submitter *all = gradescope_parse(file, count);
    fclose(file);
    return all;
}
