/**
 * @file fuzz_folder.c
 * @brief Makes a folder of any names and has grader/autograde/walk.c and finds.c choose among its files.
 *
 * A line of the input is an entry: a letter (f file, e empty file, d folder, l symbolic link to a file, u
 * one to the folder above, p pipe, s file of more than 1 MiB, z archive) and a path. What must hold:
 * submission.h; and what is taken is a regular file's content, of that very name, or the archive's.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/submission.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_ENTRIES_MADE = 30, PATH = 300, LARGE = (1 << 20) + 1, ARCHIVE = 4096 };

/* Regular files by their own names; content is their letter, nothing, or an archive. */
static struct {
    char name[PATH + 1];
    size_t size;
} made[MAX_ENTRIES_MADE];
static size_t count;

/* A tar file with lab06.c, whose content is "z". */
static const unsigned char *archive(size_t *size)
{
    static unsigned char bytes[ARCHIVE];
    static size_t used;
    if (used == 0) {
        struct archive *a = archive_write_new();
        struct archive_entry *e = archive_entry_new();
        archive_write_set_format_ustar(a);
        archive_write_set_bytes_per_block(a, 0);
        archive_write_open_memory(a, bytes, sizeof bytes, &used);
        archive_entry_set_pathname(e, "lab06.c");
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_size(e, 1);
        HOLDS(archive_write_header(a, e) == ARCHIVE_OK && archive_write_data(a, "z", 1) == 1);
        archive_write_close(a);
        archive_write_free(a);
        archive_entry_free(e);
    }
    *size = used;
    return bytes;
}

/* Opens the folder that the last name of a path is to lie in, and makes it. @return it, or -1 */
static int open_above(int top, const char *path, const char **name)
{
    int folder = dup(top);
    for (const char *slash; (slash = strchr(path, '/')) && folder >= 0; path = slash + 1) {
        char part[PATH + 1];
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (strcmp(part, ".") == 0 || strcmp(part, "..") == 0)
            part[0] = '_';
        mkdirat(folder, part, 0700);
        int inner = openat(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(folder);
        folder = inner;
    }
    *name = path;
    return folder;
}

static void make_file(int folder, char kind, const char *name)
{
    char letter = (char)('A' + count);
    size_t size = 1;
    const void *bytes = kind == 'z' ? (const void *)archive(&size) : &letter;
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    size = kind == 'e' ? 0 : size;
    HOLDS(write(fd, bytes, size) == (ssize_t)size);
    HOLDS(kind != 's' || ftruncate(fd, LARGE) == 0);
    close(fd);
    if (kind == 's')
        return;
    snprintf(made[count].name, sizeof made[count].name, "%s", name);
    made[count++].size = size;
}

static void make_entry(int top, char kind, const char *path)
{
    const char *name;
    int folder = open_above(top, path, &name);
    if (folder < 0)
        return;
    switch (kind) {
    case 'd':
        mkdirat(folder, name, 0700);
        break;
    case 'l':
        symlinkat("/etc/passwd", folder, name);
        break;
    case 'u':
        symlinkat("..", folder, name);
        break;
    case 'p':
        mkfifoat(folder, name, 0600);
        break;
    default:
        make_file(folder, kind, name);
    }
    close(folder);
}

static void look(const char *name, const unsigned char *bytes, size_t size)
{
    bool found = strcmp(name, "lab06.c") == 0 && size == 1 && *bytes == 'z';
    for (size_t i = 0; i < count && !found; i++)
        found = strcmp(made[i].name, name) == 0 && made[i].size == size &&
                (size != 1 || *bytes == 'A' + i);
    HOLDS(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    char line[PATH + 2], path[300];
    submission_begin();
    snprintf(path, sizeof path, "%s", fuzz_path("in"));
    fuzz_remove(path);
    HOLDS(mkdir(path, 0700) == 0);
    int top = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool tagged = feed_byte(&f) & 1;
    count = 0;
    for (int i = 0; i < MAX_ENTRIES_MADE && f.left > 0; i++) {
        feed_line(&f, line, PATH + 1);
        if (line[0] && line[1])
            make_entry(top, line[0], line + 1);
    }
    close(top);
    submission_read(path, tagged, look);
    return 0;
}
