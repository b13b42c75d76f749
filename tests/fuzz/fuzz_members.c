/**
 * @file fuzz_members.c
 * @brief Makes an archive of any members and has grader/autograde/walk.c and finds.c choose among them.
 *
 * The input: the format, then for each member what it is, how large, and a line with its name. So many
 * names and kinds are tried that no change of an archive's bytes would come upon (fuzz_archive.c does
 * that). What must hold: submission.h; and what is taken is the content of a regular member of that
 * very name whose path does not go up.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/submission.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_MEMBERS = 24, NAME = 300, ROOM = 4 << 20, MIB = 1 << 20 };

static struct member {
    char name[NAME + 1];
    unsigned type;
    size_t size;
} members[MAX_MEMBERS];
static size_t count;

/* Its first bytes say which member it is. */
static void fill(unsigned char *bytes, size_t member, size_t size)
{
    memset(bytes, '.', size);
    if (size > 0)
        bytes[0] = (unsigned char)('A' + member);
}

static void put_member(struct archive *a, size_t i)
{
    static unsigned char bytes[MIB + 1];
    const struct member *m = &members[i];
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, m->name);
    archive_entry_set_filetype(e, m->type);
    archive_entry_set_perm(e, 0600);
    archive_entry_set_size(e, (la_int64_t)m->size);
    if (m->type == AE_IFLNK)
        archive_entry_set_symlink(e, "/etc/passwd");
    if (archive_write_header(a, e) >= ARCHIVE_WARN && m->size > 0) {
        fill(bytes, i, m->size);
        archive_write_data(a, bytes, m->size);
    }
    archive_entry_free(e);
}

static void draw_member(struct feed *f, struct member *m)
{
    static const unsigned types[] = {AE_IFREG, AE_IFREG, AE_IFREG, AE_IFREG,
                                     AE_IFDIR, AE_IFLNK, AE_IFIFO, AE_IFCHR};
    static const size_t sizes[] = {0, 1, 2, 3, 100, 600, MIB, MIB + 1};
    uint8_t what = feed_byte(f);
    m->type = types[what % 8];
    m->size = m->type == AE_IFREG ? sizes[what / 8 % 8] : 0;
    feed_line(f, m->name, NAME);
}

static size_t write_archive(struct feed *f, unsigned char *bytes)
{
    size_t used = 0;
    uint8_t how = feed_byte(f);
    struct archive *a = archive_write_new();
    int (*const formats[])(struct archive *) = {
        archive_write_set_format_ustar, archive_write_set_format_pax,
        archive_write_set_format_gnutar, archive_write_set_format_zip};
    formats[how % 4](a);
    if (how % 4 != 3 && how & 4) {
        archive_write_add_filter_gzip(a);
        archive_write_set_options(a, "compression-level=1");
    }
    archive_write_set_bytes_per_block(a, 0);
    HOLDS(archive_write_open_memory(a, bytes, ROOM, &used) == ARCHIVE_OK);
    for (count = 0; count < MAX_MEMBERS && f->left > 0; count++) {
        draw_member(f, &members[count]);
        put_member(a, count);
    }
    archive_write_close(a);
    archive_write_free(a);
    return used;
}

static void look(const char *name, const unsigned char *bytes, size_t size)
{
    bool found = false;
    for (size_t i = 0; i < count && !found; i++) {
        const struct member *m = &members[i];
        const char *slash = strrchr(m->name, '/'), *own = slash ? slash + 1 : m->name;
        found = m->type == AE_IFREG && m->size == size && strcmp(own, name) == 0 &&
                (size == 0 || bytes[0] == 'A' + i) && strncmp(m->name, "../", 3) != 0 &&
                !strstr(m->name, "/../") && *m->name != '/';
    }
    HOLDS(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char *bytes;
    struct feed f = {data, size};
    char path[300];
    submission_begin();
    bytes = bytes ? bytes : malloc(ROOM);
    HOLDS(bytes);
    bool tagged = feed_byte(&f) & 1;
    size_t used = write_archive(&f, bytes);
    snprintf(path, sizeof path, "%s", fuzz_path("hand-in.tar"));
    fuzz_write(path, bytes, used);
    submission_read(path, tagged, look);
    return 0;
}
