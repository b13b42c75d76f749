/**
 * @file test_common_csv.c
 * @brief common/csv: the bytes of a good file, and that a failed one leaves no trace.
 */
#define _GNU_SOURCE
#include "common/csv.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/lowp-csv-XXXXXX";
static char path[64];

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out.csv", folder);
}

static void tear_down(void)
{
    unlink(path);
    rmdir(folder); /* fails if anything else was left, which entries() looks for */
}

TestSuite(csv, .init = set_up, .fini = tear_down);

/** Number of files in the folder: shows temporary files that were left behind. */
static int entries(void)
{
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

static const char *contents(void)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s is missing", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void write_old_file(void)
{
    struct csv csv;
    csv_open(&csv, path, "old");
    cr_assert(csv_close(&csv));
}

Test(csv, writes_fields_rows_and_numbers_as_documented)
{
    struct csv csv;
    cr_assert(csv_open(&csv, path, "text,int,real"));
    csv_text(&csv, "bf16");
    csv_int(&csv, -42);
    csv_f64(&csv, (double)0.1f);
    csv_end_row(&csv);
    csv_text(&csv, "a \"quoted\", one");
    csv_int(&csv, 0);
    csv_f64(&csv, (double)-NAN);
    csv_end_row(&csv);
    csv_text(&csv, "");
    csv_int(&csv, 1);
    csv_f64(&csv, -(double)INFINITY);
    csv_end_row(&csv);
    cr_assert(csv_close(&csv), "%s", csv.error);
    cr_assert_str_eq(contents(), "text,int,real\nbf16,-42,0.100000001\n"
                                 "\"a \"\"quoted\"\", one\",0,nan\n,1,-inf\n");
    cr_assert_eq(entries(), 1);
}

Test(csv, keeps_the_old_file_until_the_new_one_is_whole)
{
    write_old_file();
    struct csv csv;
    csv_open(&csv, path, "new");
    csv_int(&csv, 1);
    csv_end_row(&csv);
    cr_assert_str_eq(contents(), "old\n");
    cr_assert(csv_close(&csv));
    cr_assert_str_eq(contents(), "new\n1\n");
}

Test(csv, discard_leaves_the_old_file_alone)
{
    write_old_file();
    struct csv csv;
    csv_open(&csv, path, "new");
    csv_discard(&csv);
    csv_discard(&csv);
    cr_assert_not(csv_close(&csv));
    cr_assert_str_eq(contents(), "old\n");
    cr_assert_eq(entries(), 1);
}

Test(csv, a_file_is_named_by_its_folder)
{
    struct csv csv;
    cr_assert(csv_open_in(&csv, folder, "out.csv", "a"));
    cr_assert(csv_finish(&csv));
    cr_assert_str_eq(contents(), "a\n");
}

Test(csv, a_path_that_is_too_long_is_refused_whole)
{
    struct csv csv;
    char name[sizeof csv.path];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_assert_not(csv_open_in(&csv, folder, name, "a"));
    cr_assert_not_null(strstr(csv.error, "too long"));
    cr_assert_not(csv_finish(&csv));
    cr_assert_eq(entries(), 0);
}

Test(csv, asking_whether_one_can_write_leaves_nothing)
{
    write_old_file();
    cr_assert(csv_can_write(folder, "out.csv"));
    cr_assert_str_eq(contents(), "old\n");
    cr_assert_eq(entries(), 1);
    cr_assert_not(csv_can_write("/nowhere", "out.csv"));
}

Test(csv, a_folder_that_is_missing_is_named)
{
    struct csv csv;
    cr_assert_not(csv_open(&csv, "/tmp/lowp-no-such-folder/out.csv", "a"));
    csv_int(&csv, 1); /* must be harmless */
    csv_end_row(&csv);
    cr_assert_not(csv_close(&csv));
    cr_assert_not_null(strstr(csv.error, "/tmp/lowp-no-such-folder/out.csv"), "%s", csv.error);
    cr_assert_not_null(strstr(csv.error, "make the folder"), "%s", csv.error);
}

Test(csv, does_not_replace_a_device_or_a_folder)
{
    struct csv csv;
    cr_assert_not(csv_open(&csv, "/dev/full", "a"));
    cr_assert_not_null(strstr(csv.error, "not a file"), "%s", csv.error);
    cr_assert_not(csv_open(&csv, folder, "a"));
    struct stat info;
    cr_assert(stat("/dev/full", &info) == 0 && S_ISCHR(info.st_mode));
}

/* A disk without room, made by a limit on file sizes: a write gives EFBIG where a full disk gives
 * ENOSPC. 10,000 rows are more than a stdio buffer, so writes fail both early and in the flush. */
static void fill(int rows)
{
    struct csv csv;
    csv_open(&csv, path, "number");
    for (int i = 0; i < rows; i++) {
        csv_int(&csv, i);
        csv_end_row(&csv);
    }
    cr_assert_not(csv_close(&csv), "%d rows", rows);
    cr_assert_not_null(strstr(csv.error, "make room"), "%s", csv.error);
}

Test(csv, no_room_leaves_the_old_file_and_nothing_else)
{
    write_old_file();
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit none, before;
    getrlimit(RLIMIT_FSIZE, &before);
    none = before;
    none.rlim_cur = 4;
    setrlimit(RLIMIT_FSIZE, &none);
    fill(1);     /* fails in fflush() */
    fill(10000); /* fails in the middle */
    setrlimit(RLIMIT_FSIZE, &before);
    cr_assert_str_eq(contents(), "old\n");
    cr_assert_eq(entries(), 1);
}

Test(csv, a_row_of_another_length_is_refused)
{
    for (int fields = 1; fields <= 3; fields += 2) {
        struct csv csv;
        csv_open(&csv, path, "a,b");
        for (int i = 0; i < fields; i++)
            csv_int(&csv, i);
        csv_end_row(&csv);
        cr_assert_not(csv_close(&csv), "%d fields of 2", fields);
        cr_assert_eq(entries(), 0);
    }
}

Test(csv, a_row_that_is_not_ended_is_refused)
{
    struct csv csv;
    csv_open(&csv, path, "a");
    csv_int(&csv, 1);
    cr_assert_not(csv_close(&csv));
    cr_assert_eq(entries(), 0);
}
