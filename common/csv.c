/**
 * @file csv.c
 * @brief CSV files that appear whole or not at all. See csv.h.
 */
#define _POSIX_C_SOURCE 200809L /* fileno, fsync, getpid, stat */
#include "common/csv.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *advice(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return "make the folder first";
    case EACCES:
    case EPERM:
    case EROFS:
        return "check who may write in that folder, or choose another";
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return "make room on that disk, or choose another folder";
    default:
        return "try another folder";
    }
}

/** Fails for good: keeps the first reason and removes what was written. */
static void give_up(struct csv *csv, const char *reason, const char *try_this)
{
    if (csv->error[0] == '\0')
        snprintf(csv->error, sizeof csv->error, "cannot write %s: %s; %s", csv->path, reason,
                 try_this);
    csv_discard(csv);
}

static void give_up_errno(struct csv *csv, int error)
{
    give_up(csv, strerror(error), advice(error));
}

static int count_columns(const char *names)
{
    int columns = 1;
    for (const char *c = names; *c; c++)
        columns += *c == ',';
    return columns;
}

bool csv_open(struct csv *csv, const char *path, const char *columns)
{
    *csv = (struct csv){.columns = count_columns(columns)};
    int length = snprintf(csv->path, sizeof csv->path, "%s", path);
    if (length < 0 || (size_t)length >= sizeof csv->path) {
        give_up(csv, "the path is too long", "choose a shorter one");
        return false;
    }
    /* Two runs at once must not share a temporary file: whole or not at all holds for both. */
    snprintf(csv->temp, sizeof csv->temp, "%s.%ld.tmp", path, (long)getpid());
    struct stat old;
    if (stat(path, &old) == 0 && !S_ISREG(old.st_mode)) { /* rename would replace a device */
        give_up(csv, "it is there already and is not a file", "choose another name");
        return false;
    }
    csv->file = fopen(csv->temp, "w");
    if (!csv->file || fprintf(csv->file, "%s\n", columns) < 0) {
        give_up_errno(csv, errno);
        return false;
    }
    return true;
}

bool csv_open_in(struct csv *csv, const char *folder, const char *name, const char *columns)
{
    char path[sizeof csv->path + 1]; /* one that is too long stays so, and csv_open() says it */
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return csv_open(csv, path, columns);
}

bool csv_can_write(const char *folder, const char *name)
{
    struct csv csv;
    bool fine = csv_open_in(&csv, folder, name, "");
    if (!fine)
        fprintf(stderr, "%s\n", csv.error);
    csv_discard(&csv);
    return fine;
}

/** Says whether a field can be written, and writes the comma that precedes it. */
static bool next_field(struct csv *csv)
{
    if (!csv->file)
        return false;
    if (csv->column++ > 0 && putc(',', csv->file) == EOF) {
        give_up_errno(csv, errno);
        return false;
    }
    return true;
}

void csv_text(struct csv *csv, const char *text)
{
    if (!next_field(csv))
        return;
    bool quote = strpbrk(text, ",\"\r\n") != NULL;
    if (quote)
        putc('"', csv->file);
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            putc('"', csv->file);
        putc(*c, csv->file);
    }
    if (quote)
        putc('"', csv->file);
    if (ferror(csv->file))
        give_up_errno(csv, errno);
}

void csv_int(struct csv *csv, long long value)
{
    if (next_field(csv) && fprintf(csv->file, "%lld", value) < 0)
        give_up_errno(csv, errno);
}

void csv_f64(struct csv *csv, double value)
{
    if (isnan(value)) /* printf would show the sign of a NaN, which no rule fixes */
        csv_text(csv, "nan");
    else if (next_field(csv) && fprintf(csv->file, "%.9g", value) < 0)
        give_up_errno(csv, errno);
}

void csv_end_row(struct csv *csv)
{
    if (!csv->file)
        return;
    if (csv->column != csv->columns) {
        give_up(csv, "a row has not as many fields as the first line", "mend the program");
        return;
    }
    csv->column = 0;
    if (putc('\n', csv->file) == EOF)
        give_up_errno(csv, errno);
}

bool csv_close(struct csv *csv)
{
    if (csv->file && csv->column != 0)
        give_up(csv, "the last row is not ended", "mend the program");
    if (!csv->file)
        return false;
    /* A full disk may show only here: in the flush, in the sync, or in the close. */
    if (fflush(csv->file) != 0 || fsync(fileno(csv->file)) != 0) {
        give_up_errno(csv, errno);
        return false;
    }
    int closed = fclose(csv->file);
    csv->file = NULL;
    if (closed != 0 || rename(csv->temp, csv->path) != 0) {
        give_up_errno(csv, errno);
        unlink(csv->temp);
        return false;
    }
    return true;
}

bool csv_finish(struct csv *csv)
{
    bool whole = csv_close(csv);
    if (!whole)
        fprintf(stderr, "%s\n", csv->error);
    return whole;
}

void csv_discard(struct csv *csv)
{
    if (!csv->file)
        return;
    fclose(csv->file);
    csv->file = NULL;
    unlink(csv->temp);
}
