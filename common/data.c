/**
 * @file data.c
 * @brief Text files to training pairs. See data.h.
 */
#define _POSIX_C_SOURCE 200809L /* fileno, fstat */
#include "common/data.h"

#include "common/rng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool refuse(struct data *data, const char *path, const char *reason, const char *try_this)
{
    data_free(data);
    snprintf(data->error, sizeof data->error, "cannot use %.300s as text: %s; %s", path, reason,
             try_this);
    return false;
}

/** Reads the file's bytes into data->stream. */
static bool read_bytes(struct data *data, const char *path, const char *advice)
{
    *data = (struct data){0};
    /* Asked before opening: opening a pipe would wait for its writer. */
    struct stat info;
    if (stat(path, &info) != 0)
        return refuse(data, path, strerror(errno), advice);
    if (S_ISDIR(info.st_mode))
        return refuse(data, path, "it is a directory", "name a file in it");
    if (!S_ISREG(info.st_mode))
        return refuse(data, path, "it is not a regular file", "copy what it gives to a file");
    FILE *file = fopen(path, "rb");
    if (!file)
        return refuse(data, path, strerror(errno), advice);
    size_t size = (uintmax_t)info.st_size < DATA_BYTES_MAX ? (size_t)info.st_size : DATA_BYTES_MAX;
    data->truncated = (uintmax_t)info.st_size > DATA_BYTES_MAX;
    data->stream = malloc(size + 1); /* one more: never 0 bytes */
    if (data->stream)
        data->n = fread(data->stream, 1, size, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (!data->stream)
        return refuse(data, path, "not enough memory", "close other programs");
    if (failed)
        return refuse(data, path, "reading it failed", "copy it to another disk");
    return true;
}

bool data_load_words(struct data *data, const char *path)
{
    if (!read_bytes(data, path, "install Debian's wamerican (make deps), or set DATA=file"))
        return false;
    data->vocab = 27;
    for (int letter = 0; letter < 26; letter++)
        data->byte_of[1 + letter] = (uint8_t)('a' + letter);
    /* In place: what is kept of a line is never longer than the line and its newline. */
    size_t kept = 0;
    for (size_t start = 0, end; start < data->n; start = end + 1) {
        bool word = true;
        for (end = start; end < data->n && data->stream[end] != '\n'; end++)
            word = word && data->stream[end] >= 'a' && data->stream[end] <= 'z';
        if (!word || end == start)
            continue;
        for (size_t i = start; i < end; i++)
            data->stream[kept++] = (uint8_t)(data->stream[i] - 'a' + 1);
        data->stream[kept++] = 0;
    }
    data->n = kept;
    if (kept == 0)
        return refuse(data, path, "it has no line of lower-case letters a to z",
                      "give a word list, one word a line, or any text as DATA=file");
    return true;
}

bool data_load_text(struct data *data, const char *path)
{
    if (!read_bytes(data, path, "check the name given as DATA="))
        return false;
    if (data->n < 2)
        return refuse(data, path, data->n == 0 ? "it is empty" : "one byte has nothing to predict",
                      "give a text of some thousand characters");
    if (memchr(data->stream, 0, data->n))
        return refuse(data, path, "it holds NUL bytes, so it is not text",
                      "give plain text (UTF-8 is fine)");
    bool occurs[256] = {false};
    for (size_t i = 0; i < data->n; i++)
        occurs[data->stream[i]] = true;
    uint8_t symbol_of[256] = {0};
    data->vocab = 1; /* the boundary; 255 byte values at most come after it */
    for (int byte = 1; byte < 256; byte++) {
        if (!occurs[byte])
            continue;
        data->byte_of[data->vocab] = (uint8_t)byte;
        symbol_of[byte] = (uint8_t)data->vocab++;
    }
    for (size_t i = 0; i < data->n; i++)
        data->stream[i] = symbol_of[data->stream[i]];
    return true;
}

bool data_load_default(struct data *data)
{
    const char *path = getenv("DATA");
    return path && *path ? data_load_text(data, path) : data_load_words(data, DATA_WORDS);
}

void data_free(struct data *data)
{
    free(data->stream);
    data->stream = NULL;
    data->n = 0;
}

uint8_t data_pair(const struct data *data, size_t position, int context, uint8_t *x)
{
    int filled = 0;
    while (filled < context && (size_t)filled < position &&
           data->stream[position - 1 - (size_t)filled] != 0) {
        filled++;
        x[context - filled] = data->stream[position - (size_t)filled];
    }
    memset(x, 0, (size_t)(context - filled));
    return data->stream[position];
}

void data_batch(const struct data *data, uint64_t seed, uint64_t step, int batch, int context,
                uint8_t *x, uint8_t *y)
{
    for (int i = 0; i < batch; i++) {
        /* The remainder favours the first positions by less than 2^-39: n is under 2^25. */
        size_t position = (size_t)(rng_u64(seed, step, (uint64_t)i) % data->n);
        y[i] = data_pair(data, position, context, x + (size_t)i * (size_t)context);
    }
}
