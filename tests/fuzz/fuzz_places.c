/**
 * @file fuzz_places.c
 * @brief Feeds a kernel's error, and what addr2line says of the places in it, to grader/runner/places.c
 *        and to the reader of addr2line in grader/runner/sandbox.c.
 *
 * The input: the room for the message, the worker's text up to a newline, and addr2line's output. The
 * library is the student's, so both are any bytes. Must hold: the message ends within its room; a text
 * without places is copied as it is; a source line is one line.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "grader/runner/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 999 }; /* struct reply's, less the NUL */

static struct feed lines;
static int looked_up;

void __wrap_sandbox_source_line(const struct sandbox *s, uint64_t offset, char *line, size_t size);

/* In the place of the one that starts addr2line (the linker's --wrap). */
void __wrap_sandbox_source_line(const struct sandbox *s, uint64_t offset, char *line, size_t size)
{
    (void)s;
    (void)offset;
    size_t n;
    const uint8_t *output = feed_bytes(&lines, 1 + feed_byte(&lines) * 4u, &n);
    FILE *file = n ? fmemopen((void *)output, n, "r") : NULL;
    looked_up++;
    memset(line, 'x', size);
    sandbox_read_source_line(file, line, size);
    if (file)
        fclose(file);
    HOLDS(memchr(line, '\0', size) && !strchr(line, '\n'));
    HOLDS(*line != '?');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    char text[TEXT + 1];
    size_t room = 1 + feed_number(&f, 2) % 2500;
    char *out = malloc(room); /* by itself, so that a byte behind it is seen */
    HOLDS(out);
    feed_line(&f, text, TEXT);
    lines = f;
    looked_up = 0;
    places_expand(&(struct sandbox){.library = "lab05.so"}, text, out, room);
    HOLDS(memchr(out, '\0', room) && looked_up <= 4);
    if (!strchr(text, '<'))
        HOLDS(strncmp(out, text, room - 1) == 0 && looked_up == 0);
    free(out);
    return 0;
}
