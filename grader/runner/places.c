/**
 * @file places.c
 * @brief Finds <name+0xoffset> in a message and asks for its source line. See places.h.
 */
#include "grader/runner/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A path without the folder that we are in. */
static const char *short_path(const char *path)
{
    char here[300];
    size_t n = getcwd(here, sizeof here) ? strlen(here) : 0;
    return n && strncmp(path, here, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

/* Is there a place at the start of text? @return its end, or NULL */
static const char *place_at(const char *text, uint64_t *offset)
{
    size_t name = *text == '<' ? strcspn(text + 1, "+<> \n") : 0;
    if (name == 0 || strncmp(text + 1 + name, "+0x", 3) != 0)
        return NULL;
    char *end;
    *offset = strtoull(text + 1 + name + 1, &end, 16);
    return *end == '>' ? end + 1 : NULL;
}

void places_expand(const struct sandbox *s, const char *text, char *out, size_t size)
{
    enum { LOOKED_UP = 4 };
    size_t n = 0;
    int places = 0;
    while (*text && n + 1 < size) {
        uint64_t offset;
        const char *end = place_at(text, &offset);
        if (!end || ++places > LOOKED_UP) {
            out[n++] = *text++;
            continue;
        }
        char line[300];
        sandbox_source_line(s, offset, line, sizeof line);
        snprintf(out + n, size - n, "%s", *line ? short_path(line) : "?");
        n += strlen(out + n);
        text = end;
    }
    out[n] = '\0';
}
