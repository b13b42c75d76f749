/**
 * @file test_grader_result.c
 * @brief The result model: tests without a record earn nothing, and a file is whole or not there.
 */
#include "grader/result.h"
#include "tests/outcome.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static const struct graded first = {.name = "first", .idea = "a", .points = 60, .order = 3};
static const struct graded second = {.name = "second", .idea = "b", .points = 40, .order = 9};

static struct result sample(const char *records)
{
    char path[] = "/tmp/lowp-records.XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, records, strlen(records)) == (ssize_t)strlen(records));
    close(fd);
    struct result r = {
        .lab = "lab05", .source = "", .tests_hash = "", .files = "", .sandbox = "none", .count = 2};
    r.tests = calloc(2, sizeof *r.tests);
    r.tests[0] = (struct test_result){.test = &second};
    r.tests[1] = (struct test_result){.test = &first};
    result_collect(&r, path);
    unlink(path);
    return r;
}

Test(result, tests_come_in_file_order_and_without_record_earn_nothing)
{
    struct result r =
        sample("{\"name\":\"first\",\"status\":\"passed\",\"points\":60.0}\nnot json\n");
    cr_assert_str_eq(r.tests[0].test->name, "first");
    cr_assert_eq(r.points, 60.0);
    cr_assert_eq(r.max_points, 100.0);
    cr_assert_str_eq(r.tests[1].status, "grader error");
    result_free(&r);
}

Test(result, the_file_can_be_read_back)
{
    struct result r = sample("{\"name\":\"first\",\"status\":\"passed\",\"points\":60.0}\n");
    char path[] = "/tmp/lowp-result.XXXXXX";
    close(mkstemp(path));
    r.files = "0123456789abcdef  lab05.c\nfedcba9876543210  quiz.txt\n";
    cr_assert_eq(result_write(&r, path, stderr), 0);
    json_t *json = json_load_file(path, 0, NULL);
    cr_assert(json != NULL);
    cr_assert_eq(json_number_value(json_object_get(json, "points")), 60.0);
    cr_assert_eq(json_array_size(json_object_get(json, "tests")), 2);
    const json_t *files = json_object_get(json, "files");
    cr_assert_eq(json_object_size(files), 2);
    cr_assert_str_eq(json_string_value(json_object_get(files, "quiz.txt")), "fedcba9876543210");
    unlink(path);
    result_free(&r);
}

Test(result, a_failed_write_leaves_the_older_file)
{
    struct result r = sample("");
    char path[] = "/tmp/lowp-result.XXXXXX", old[8] = "";
    int fd = mkstemp(path);
    cr_assert_eq(write(fd, "older", 5), 5);
    close(fd);
    FILE *errors = tmpfile();
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before, small = {16, 16};
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    int status = result_write(&r, path, errors);
    setrlimit(RLIMIT_FSIZE, &before);
    cr_assert_eq(status, -1);
    FILE *file = fopen(path, "r");
    cr_assert(file && fread(old, 1, 7, file) == 5 && strcmp(old, "older") == 0);
    fclose(file);
    unlink(path);
    result_free(&r);
}
