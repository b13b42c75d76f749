/**
 * @file fuzz.c
 * @brief What the fuzzers share. See fuzz.h.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_broken(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, what);
    abort();
}

uint8_t feed_byte(struct feed *f)
{
    if (f->left == 0)
        return 0;
    f->left--;
    return *f->at++;
}

uint64_t feed_number(struct feed *f, size_t bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++)
        number |= (uint64_t)feed_byte(f) << 8 * i;
    return number;
}

const uint8_t *feed_bytes(struct feed *f, size_t n, size_t *size)
{
    const uint8_t *bytes = f->at;
    *size = n < f->left ? n : f->left;
    f->at += *size;
    f->left -= *size;
    return bytes;
}

void feed_line(struct feed *f, char *text, size_t n)
{
    size_t used = 0;
    while (f->left > 0 && used < n) {
        char c = (char)feed_byte(f);
        if (c == '\n')
            break;
        if (c != '\0')
            text[used++] = c;
    }
    text[used] = '\0';
}

static void must(bool done, const char *what)
{
    if (done)
        return;
    perror(what);
    abort();
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[32];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    must(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size, path);
    return path;
}

static char folder[200];

static void remove_folder(void)
{
    fuzz_remove(folder);
}

const char *fuzz_path(const char *name)
{
    static char paths[4][600];
    static unsigned turn;
    if (!folder[0]) {
        const char *above = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%.150s/lowp-fuzz.XXXXXX", above ? above : "/tmp");
        must(mkdtemp(folder) != NULL, folder);
        atexit(remove_folder);
    }
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s%s%s", folder, *name ? "/" : "", name);
    return path;
}

void fuzz_write(const char *path, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0, path);
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
    (void)s;
    (void)type;
    (void)where;
    return remove(path);
}

void fuzz_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* glibc's stdout is a variable that may be set. */
static FILE *old_stdout;
static char *printed;
static size_t printed_size;

void fuzz_capture(void)
{
    old_stdout = stdout;
    stdout = open_memstream(&printed, &printed_size);
    must(stdout != NULL, "open_memstream");
}

char *fuzz_captured(size_t *size)
{
    fclose(stdout);
    stdout = old_stdout;
    *size = printed_size;
    return printed;
}

bool fuzz_is_clean(const char *text)
{
    /* Written anew: not with the tables of grader/autograde/names.c, which it is to judge. */
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        int more = *p < 0x80 ? 0 : *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : 1;
        if (*p < 0x20 || *p == 0x7F || (*p >= 0x80 && *p < 0xC2) || *p > 0xF4)
            return false;
        if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F) ||
            (*p == 0xF0 && p[1] < 0x90) || (*p == 0xF4 && p[1] > 0x8F))
            return false;
        if (*p == 0xC2 && p[1] < 0xA0) /* control characters of ISO 8859 */
            return false;
        for (; more > 0; more--)
            if ((*++p & 0xC0) != 0x80)
                return false;
    }
    return true;
}
