/**
 * @file walk.c
 * @brief Folders and archives through libarchive, as the same stream of entries. See walk.h.
 *
 * Nothing is unpacked: entries whose name is that of a student's file are read into memory, all others
 * are passed over. An entry's path is looked at and shown, never opened or made.
 */
#define _GNU_SOURCE
#include "grader/autograde/walk.h"

#include "grader/autograde/names.h"
#include "grader/autograde/paths.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
    struct finds *finds;
    int64_t bytes;            /* unpacked so far, by all archives of the submission */
    unsigned entries;         /* seen so far */
    const char *name;         /* the archive that is read; NULL: a folder */
    const char *above;        /* what its entries are shown below: "a.zip/", or "" */
    char *archives[MAX_LABS]; /* names of those directly in the folder */
    size_t archive_count;
};

/* What libarchive says of its last failure, as text of ours. */
static void damaged(struct walk *w, struct archive *a)
{
    const char *why = archive_error_string(a);
    char *text = text_from_name(why ? why : "no reason given");
    char *name = text_from_name(w->name ? w->name : "the folder");
    if (archive_errno(a) == ENOMEM)
        finds_problem(w->finds, "%s needs too much memory to unpack", name);
    else if (why && strstr(why, "Unrecognized archive format"))
        finds_problem(w->finds, "%s is not an archive, whatever its name says", name);
    else
        finds_problem(w->finds, "%s is cut short or damaged: %s", name, text);
    free(text);
    free(name);
}

/* Compressed as a whole, as .tar.gz is. In a zip file every entry is by itself. */
static bool is_packed(struct archive *a)
{
    return archive_filter_count(a) > 1;
}

/* Unpacked so far, with what is unpacked of this archive. */
static void count_bytes(struct walk *w, struct archive *a)
{
    int64_t bytes = w->bytes + (w->name && is_packed(a) ? archive_filter_bytes(a, 0) : 0);
    if (bytes > MAX_BYTES)
        finds_problem(w->finds, "a zip bomb: it unpacks to more than %d MiB", MAX_BYTES >> 20);
}

/* Passes over an entry's content. libarchive would do so by itself, but in a compressed tar file only
 * by unpacking all of it at once; here the limit is looked at on the way. */
static void pass_over(struct walk *w, struct archive *a)
{
    const void *block;
    size_t size;
    int64_t offset;
    if (!w->name || !is_packed(a))
        return;
    int status = ARCHIVE_OK;
    while (status >= ARCHIVE_WARN && status != ARCHIVE_EOF && !w->finds->problem) {
        status = archive_read_data_block(a, &block, &size, &offset);
        count_bytes(w, a);
    }
    if (status < ARCHIVE_WARN)
        damaged(w, a);
}

/* The content of a candidate. Holes are filled with zeros and count as bytes. */
static void read_content(struct walk *w, struct archive *a, const char *path, enum kind kind,
                         int lab)
{
    unsigned char *bytes = malloc(MAX_FILE + 1);
    size_t size = 0;
    if (!bytes)
        abort();
    while (size < MAX_FILE + 1) {
        la_ssize_t n = archive_read_data(a, bytes + size, MAX_FILE + 1 - size);
        if (n == 0)
            break;
        if (n < 0 && !w->name) { /* of a folder: only this file is lost */
            finds_note(w->finds, path, "it cannot be read", true);
            free(bytes);
            return;
        }
        if (n < 0) { /* a warning too: a checksum is wrong */
            damaged(w, a);
            free(bytes);
            return;
        }
        size += (size_t)n;
    }
    if (w->name && !is_packed(a))
        w->bytes += (int64_t)size;
    count_bytes(w, a);
    if (size > MAX_FILE) {
        finds_note(w->finds, path, "larger than 1 MiB", true);
        free(bytes);
        pass_over(w, a);
        return;
    }
    unsigned char *fitting = realloc(bytes, size + 1);
    finds_add(w->finds, path, kind, lab, fitting ? fitting : bytes, size);
}

/* Why an entry's content is not looked at; NULL: it is. */
static const char *refusal(struct archive_entry *e)
{
    if (archive_entry_hardlink(e))
        return "a hard link";
    switch (archive_entry_filetype(e)) {
    case AE_IFREG:
        break;
    case AE_IFLNK:
        return "a symbolic link";
    case AE_IFIFO:
        return "a pipe";
    case AE_IFCHR:
    case AE_IFBLK:
        return "a device";
    default:
        return "no regular file";
    }
    return NULL;
}

/* A regular file: read it if it is a candidate, else say why not. */
static void take_file(struct walk *w, struct archive *a, struct archive_entry *e, const char *path)
{
    int lab;
    enum kind kind = finds_kind(w->finds, path, &lab);
    if (kind < KINDS && archive_entry_is_encrypted(e)) {
        char *text = text_from_name(path);
        finds_problem(w->finds, "%s is encrypted; hand it in without a password", text);
        free(text);
    } else if (kind < KINDS && archive_entry_size_is_set(e) && archive_entry_size(e) > MAX_FILE) {
        finds_note(w->finds, path, "larger than 1 MiB", true);
        pass_over(w, a);
    } else if (kind < KINDS) {
        read_content(w, a, path, kind, lab);
    } else if (kind == UNWANTED && is_archive_name(path)) {
        if (!w->name && !strchr(path, '/') && w->archive_count < MAX_LABS)
            w->archives[w->archive_count++] = strdup(path);
        else
            finds_note(w->finds, path, "an archive inside; put its files there instead", true);
        pass_over(w, a);
    } else {
        if (kind == UNWANTED)
            finds_note(w->finds, path, "no file that students edit", false);
        pass_over(w, a);
    }
}

static void take_entry(struct walk *w, struct archive *a, struct archive_entry *e, const char *name)
{
    char *path;
    int lab;
    if (asprintf(&path, "%s%s", w->above, name) < 0)
        abort();
    const char *why = path_leads_outside(name) ? "its path leads outside" : refusal(e);
    if (why) {
        finds_note(w->finds, path, why, finds_kind(w->finds, path, &lab) < KINDS);
        pass_over(w, a);
    } else {
        take_file(w, a, e, path);
    }
    free(path);
}

/* The path of an entry below the submission's root; NULL if it has none. */
static const char *entry_path(struct archive_entry *e, size_t root)
{
    const char *name = archive_entry_pathname(e);
    if (!name)
        name = archive_entry_pathname_utf8(e);
    if (!name)
        return NULL;
    name += strlen(name) < root ? strlen(name) : root;
    while (strncmp(name, "./", 2) == 0)
        name += 2 + strspn(name + 2, "/");
    return name;
}

/* Every entry in turn. The first `root` letters of their names are not theirs. */
static void walk_entries(struct walk *w, struct archive *a, size_t root)
{
    struct archive_entry *e = archive_entry_new();
    for (int status; !w->finds->problem;) {
        status = archive_read_next_header2(a, e);
        if (status == ARCHIVE_EOF)
            break;
        if (status < ARCHIVE_WARN && (w->name || status == ARCHIVE_FATAL)) {
            damaged(w, a);
            break;
        }
        if (++w->entries > MAX_ENTRIES)
            finds_problem(w->finds, "more than %d files", MAX_ENTRIES);
        if (w->name && archive_filter_count(a) > 2)
            finds_problem(w->finds, "an archive that is compressed more than once");
        const char *path = entry_path(e, root);
        bool litter = path && path_is_litter(path), folder = archive_entry_filetype(e) == AE_IFDIR;
        if (!w->name && folder && !litter && archive_read_disk_can_descend(a) > 0)
            archive_read_disk_descend(a);
        if (!path || status < ARCHIVE_WARN)
            finds_note(w->finds, path ? path : "a file", "it cannot be read", false);
        else if (litter || folder)
            pass_over(w, a);
        else
            take_entry(w, a, e, path);
    }
    archive_entry_free(e);
}

/* `shown` is its name in messages, `above` what its entries' names are put behind. */
static void walk_archive(struct walk *w, const char *path, const char *shown, const char *above)
{
    struct stat s;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    w->name = shown;
    w->above = above;
    if (fd < 0 || fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
        finds_problem(w->finds, "the archive cannot be read: %s",
                      fd < 0 ? strerror(errno) : "no regular file");
        if (fd >= 0)
            close(fd);
        return;
    }
    struct archive *a = archive_read_new();
    archive_read_support_format_tar(a);
    archive_read_support_format_zip(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    if (s.st_size == 0)
        finds_problem(w->finds, "the archive is empty: it has 0 bytes");
    else if (archive_read_open_fd(a, fd, 1 << 16) < ARCHIVE_WARN)
        damaged(w, a);
    else
        walk_entries(w, a, 0);
    if (is_packed(a))
        w->bytes += archive_filter_bytes(a, 0);
    archive_read_free(a);
    close(fd);
}

static void walk_folder(struct walk *w, const char *path)
{
    struct archive *a = archive_read_disk_new();
    archive_read_disk_set_symlink_physical(a);
    archive_read_disk_set_behavior(a, ARCHIVE_READDISK_NO_ACL | ARCHIVE_READDISK_NO_XATTR |
                                          ARCHIVE_READDISK_NO_FFLAGS | ARCHIVE_READDISK_NO_SPARSE);
    if (archive_read_disk_open(a, path) < ARCHIVE_WARN)
        damaged(w, a);
    else
        walk_entries(w, a, strlen(path) + 1);
    archive_read_free(a);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void walk(struct finds *f, const char *path)
{
    struct stat s;
    struct walk w = {.finds = f, .above = ""};
    if (lstat(path, &s) != 0)
        finds_problem(f, "it cannot be read: %s", strerror(errno));
    else if (S_ISDIR(s.st_mode))
        walk_folder(&w, path);
    else
        walk_archive(&w, path, path_name(path), "");
    qsort(w.archives, w.archive_count, sizeof *w.archives, by_name);
    for (size_t i = 0; i < w.archive_count; i++) {
        char *inner, *above;
        if (asprintf(&inner, "%s/%s", path, w.archives[i]) < 0 ||
            asprintf(&above, "%s/", w.archives[i]) < 0)
            abort();
        if (!f->problem)
            walk_archive(&w, inner, w.archives[i], above);
        free(inner);
        free(above);
        free(w.archives[i]);
    }
}
