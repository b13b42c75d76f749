/**
 * @file fuzz_records.c
 * @brief Feeds lines of JSON, as tests write them, to grader/result.c, and prints what comes of them.
 *
 * Must hold: every test earns 0 to its points, whatever a record says; the report can be printed; the
 * result file is JSON and says the same.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "grader/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct graded first = {.name = "first", .idea = "a", .points = 60, .order = 3};
static const struct graded second = {.name = "second", .idea = "b", .points = 40, .order = 9};

static void print(const struct result *r)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    HOLDS(out);
    result_print(r, out, true);
    fclose(out);
    HOLDS(strstr(text, "first") && strstr(text, "second") && strstr(text, " of 100 points"));
    free(text);
}

static void write_and_read(const struct result *r)
{
    const char *path = fuzz_path("result.json");
    HOLDS(result_write(r, path, stderr) == 0);
    json_t *json = json_load_file(path, 0, NULL), *tests = json_object_get(json, "tests");
    HOLDS(json_number_value(json_object_get(json, "points")) == r->points);
    HOLDS(json_array_size(tests) == r->count);
    for (size_t i = 0; i < r->count; i++) {
        const json_t *one = json_array_get(tests, i);
        const char *message = json_string_value(json_object_get(one, "message"));
        HOLDS(json_number_value(json_object_get(one, "points")) == r->tests[i].points);
        HOLDS(message && strcmp(message, r->tests[i].message) == 0);
    }
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result r = {.lab = "lab05",
                       .source = "",
                       .tests_hash = "",
                       .files = "",
                       .gpu = "a GPU",
                       .sandbox = "none",
                       .count = 2};
    r.tests = calloc(2, sizeof *r.tests);
    HOLDS(r.tests);
    r.tests[0].test = &second;
    r.tests[1].test = &first;
    result_collect(&r, fuzz_file(data, size));
    HOLDS(r.tests[0].test == &first && r.tests[1].test == &second && r.max_points == 100);
    for (size_t i = 0; i < r.count; i++) {
        const struct test_result *t = &r.tests[i];
        HOLDS(t->points >= 0 && t->points <= t->test->points);
        HOLDS(t->seconds >= 0 && isfinite(t->seconds));
        HOLDS(t->points == 0 || memmem(data, size, "points", 6));
        HOLDS(t->points == 0 || memmem(data, size, t->test->name, strlen(t->test->name)));
    }
    HOLDS(r.points == r.tests[0].points + r.tests[1].points);
    print(&r);
    write_and_read(&r);
    result_free(&r);
    return 0;
}
