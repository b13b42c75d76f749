/**
 * @file result.c
 * @brief From the tests' records to build/results/labNN.json. See result.h.
 */
#define _GNU_SOURCE
#include "grader/result.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The records as one JSON object, by test name. A line that is no JSON is nobody's record. */
static json_t *read_records(const char *path)
{
    json_t *all = json_object();
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    while (file && getline(&line, &size, file) > 0) {
        json_t *record = json_loads(line, 0, NULL);
        const char *name = json_string_value(json_object_get(record, "name"));
        if (name)
            json_object_set(all, name, record);
        json_decref(record);
    }
    free(line);
    if (file)
        fclose(file);
    return all;
}

static const char *text(const json_t *record, const char *key)
{
    const char *s = json_string_value(json_object_get(record, key));
    return s ? s : "";
}

/* What a record says that its test earned. No test earns more than it is worth, or less than nothing,
 * whatever wrote the record: a class's points are sums of these. */
static double points_of(const json_t *record, const struct graded *test)
{
    double points = json_number_value(json_object_get(record, "points"));
    return points < 0 ? 0 : points > test->points ? test->points : points;
}

static double seconds_of(const json_t *record)
{
    double seconds = json_number_value(json_object_get(record, "seconds"));
    return seconds < 0 ? 0 : seconds;
}

static int by_order(const void *a, const void *b)
{
    const struct test_result *x = a, *y = b;
    return (x->test->order > y->test->order) - (x->test->order < y->test->order);
}

void result_collect(struct result *r, const char *records)
{
    r->records = read_records(records);
    r->points = r->max_points = 0;
    qsort(r->tests, r->count, sizeof *r->tests, by_order);
    for (size_t i = 0; i < r->count; i++) {
        struct test_result *t = &r->tests[i];
        const json_t *record = json_object_get(r->records, t->test->name);
        t->status = record ? text(record, "status") : "grader error";
        t->message =
            record ? text(record, "message") : "the test itself ended early; please report this";
        t->belief = text(record, "belief");
        t->output = text(record, "output");
        t->points = points_of(record, t->test);
        t->seconds = seconds_of(record);
        t->kernels = json_is_true(json_object_get(record, "kernels"));
        t->on_device = json_is_true(json_object_get(record, "on_device"));
        r->points += t->points;
        r->max_points += t->test->points;
    }
}

void result_free(struct result *r)
{
    json_decref(r->records);
    free(r->tests);
    r->tests = NULL;
}

void result_devices(const struct result *r, char *text, size_t size)
{
    bool on_device = false;
    for (size_t i = 0; i < r->count; i++)
        on_device |= r->tests[i].on_device;
    snprintf(text, size, "CPU%s%s", on_device ? " and " : "", on_device ? r->gpu : "");
}

/* Lines of "HASH  NAME" as an object: name to hash. */
static json_t *files_to_json(const char *lines)
{
    json_t *files = json_object();
    char hash[65], name[64];
    for (int length; sscanf(lines, " %64[0-9a-f] %63[^\n]%n", hash, name, &length) == 2;
         lines += length)
        json_object_set_new(files, name, json_string(hash));
    return files;
}

static json_t *to_json(const struct result *r)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < r->count; i++) {
        const struct test_result *t = &r->tests[i];
        json_t *one = json_pack("{s:s, s:s, s:f, s:f, s:s, s:s, s:s, s:s, s:f, s:b, s:b}", "name",
                                t->test->name, "idea", t->test->idea, "points", t->points,
                                "max_points", t->test->points, "status", t->status, "message",
                                t->message, "belief", t->belief, "output", t->output, "seconds",
                                t->seconds, "kernels", t->kernels, "on_device", t->on_device);
        json_array_append_new(tests, one);
    }
    char compiler[64], seed[24], device[128];
    result_devices(r, device, sizeof device);
    snprintf(compiler, sizeof compiler, "%s", __VERSION__);
    snprintf(seed, sizeof seed, "%" PRIu64, r->seed);
    return json_pack("{s:i, s:s, s:s, s:f, s:f, s:s, s:s, s:s, s:s, s:o, s:{s:s, s:s}, s:o}",
                     "schema", 1, "lab", r->lab, "source", r->source, "points", r->points,
                     "max_points", r->max_points, "seed", seed, "device", device, "sandbox",
                     r->sandbox, "tests_sha256", r->tests_hash, "files", files_to_json(r->files),
                     "tools", "compiler", compiler, "jansson", JANSSON_VERSION, "tests", tests);
}

static int write_all(const char *temporary, const char *text)
{
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    size_t length = strlen(text), done = 0;
    while (done < length) {
        ssize_t n = write(fd, text + done, length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    int failed = done < length || fsync(fd) != 0;
    int error = errno;
    failed |= close(fd) != 0;
    errno = failed && error ? error : errno;
    return failed ? -1 : 0;
}

int result_write(const struct result *r, const char *path, FILE *errors)
{
    json_t *json = to_json(r);
    char *body = json ? json_dumps(json, JSON_INDENT(2)) : NULL, *text = NULL, *temporary = NULL;
    int failed = !body || asprintf(&text, "%s\n", body) < 0 ||
                 asprintf(&temporary, "%s.%ld.tmp", path, (long)getpid()) < 0;
    if (!failed) {
        failed = write_all(temporary, text) != 0 || rename(temporary, path) != 0;
        if (failed) {
            fprintf(errors,
                    "grade: cannot write %s: %s. No result was saved and no older one was touched; "
                    "free some space (or check the folder's permissions) and grade again.\n",
                    path, strerror(errno));
            unlink(temporary);
        }
    }
    free(temporary);
    free(text);
    free(body);
    json_decref(json);
    return failed ? -1 : 0;
}
