/**
 * @file fuzz_gradescope.c
 * @brief Feeds a submission_metadata.yml to grader/autograde/gradescope.c.
 *
 * Must hold: a submitter a line at most, and texts that end; and a name in quotes, as Ruby writes it,
 * is read as the name that it was.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "grader/autograde/gradescope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 200 };

static struct submitter *parse(const char *text, size_t size, size_t *count)
{
    FILE *file = size ? fmemopen((void *)text, size, "r") : fopen("/dev/null", "r");
    HOLDS(file);
    struct submitter *all = gradescope_parse(file, count);
    fclose(file);
    HOLDS(all);
    return all;
}

static void any_file(const uint8_t *data, size_t size)
{
    size_t count, dashes = 0;
    struct submitter *all = parse((const char *)data, size, &count);
    for (size_t i = 0; i < size; i++)
        dashes += data[i] == '-';
    HOLDS(count <= dashes);
    for (size_t i = 0; i < count; i++) {
        HOLDS(memchr(all[i].folder, '\0', sizeof all[i].folder));
        HOLDS(memchr(all[i].name, '\0', sizeof all[i].name));
        HOLDS(memchr(all[i].sid, '\0', sizeof all[i].sid));
        HOLDS(memchr(all[i].email, '\0', sizeof all[i].email));
    }
    free(all);
}

/* 'it''s': in single quotes only the quote itself is written otherwise. */
static void quoted_name(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    char name[NAME + 1], text[2 * NAME + 100];
    feed_line(&f, name, NAME);
    if (strpbrk(name, "\r"))
        return;
    size_t count, n = (size_t)sprintf(text, "submission_1:\n  :submitters:\n  - :name: '");
    for (const char *p = name; *p; p++) {
        if (*p == '\'')
            text[n++] = '\'';
        text[n++] = *p;
    }
    n += (size_t)sprintf(text + n, "'\n    :sid: '7'\n");
    struct submitter *all = parse(text, n, &count);
    HOLDS(count == 1 && strcmp(all[0].name, name) == 0 && strcmp(all[0].sid, "7") == 0);
    HOLDS(strcmp(all[0].folder, "submission_1") == 0 && *all[0].email == '\0');
    free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    any_file(data, size);
    quoted_name(data, size);
    return 0;
}
