/**
 * @file runner.c
 * @brief Runs a lab's graded tests in one process, with the lab's library for a GPU, on a machine
 *        that need not have Criterion, jansson, libseccomp or bubblewrap. No scores.
 *
 *      build/gpu/test_lab05 LIBRARY QUIZ [TEST ...]        built and called by `make gpu-check`
 *
 * LIBRARY is build/solutions/lab05_gpu.so (one for the CPU will do as well), QUIZ the answers to the
 * lab's exercises. Without names all tests run, those of C functions too, and at least one of them
 * must call a kernel: one that did is marked [kernels]. This takes the places of grader/graded.c and
 * grader/main.c; arena, calls, comparisons and oracles are the grader's.
 * Exit: 0 all passed, 1 a test failed or nothing ran, 2 wrong usage.
 */
#define _GNU_SOURCE
#include "grader/grade.h"
#include "grader/runner/session.h"
#include "grader/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TESTS = 64 };

/* The list that constructors make, in the order of the report. */
static struct {
    const struct graded *test;
    void (*run)(void);
} tests[MAX_TESTS];
static size_t tests_count;

/* The test that is running. */
static struct {
    jmp_buf end;
    const struct graded *test;
    bool failed;
    char message[2000], belief[600];
} now;

static struct settings given = {.seed = 1, .direct = true};

void list_test(struct listed_test test, void (*run)(void))
{
    if (tests_count == MAX_TESTS)
        abort();
    tests[tests_count].test = test.data;
    tests[tests_count++].run = run;
}

const struct settings *settings(void)
{
    return &given;
}

uint64_t test_seed(void)
{
    return given.seed;
}

/* FNV-1a, so that each test has its own stream of numbers: the same one as in grader/graded.c. */
static uint64_t hash_name(const char *s)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001B3u;
    return h;
}

uint64_t test_u64(uint64_t i)
{
    return rng_u64(test_seed(), hash_name(now.test->name), i);
}

double test_f64(uint64_t i)
{
    return (double)(test_u64(i) >> 11) * 0x1p-53;
}

void award(double share)
{
    (void)share;
}

void because(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(now.belief, sizeof now.belief, format, args);
    va_end(args);
}

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(now.message, sizeof now.message, format, args);
    va_end(args);
    now.failed = true;
    longjmp(now.end, 1);
}

void graded_stop(enum call_status status, const char *why)
{
    fail("%s: %s", call_status_name(status), why);
}

bool graded_run(const struct graded *test)
{
    now.test = test;
    now.failed = false;
    now.message[0] = now.belief[0] = '\0';
    session_open(&(struct session_config){.library = given.library, .direct = true});
    if (setjmp(now.end) == 0)
        test->body();
    session_close();
    return !now.failed;
}

static bool is_wanted(const char *name, char **names)
{
    if (!*names)
        return true;
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: test_%s LIBRARY QUIZ [TEST ...]\n", lab_name);
        return 2;
    }
    given.library = argv[1];
    given.quiz = argv[2];
    setvbuf(stdout, NULL, _IOLBF, 0);
    int ran = 0, failed = 0, kernels = 0;
    for (size_t i = 0; i < tests_count; i++) {
        if (!is_wanted(tests[i].test->name, argv + 3))
            continue;
        tests[i].run();
        bool has_kernels = session_called_kernel();
        ran++;
        failed += now.failed;
        kernels += has_kernels;
        printf("  %-4s  %s%s\n", now.failed ? "FAIL" : "ok", now.test->name,
               has_kernels ? "  [kernels]" : "");
        if (now.failed)
            printf("        %s\n%s%s%s", now.message, *now.belief ? "        likely: " : "",
                   now.belief, *now.belief ? "\n" : "");
    }
    printf("%s: %d tests ran, %d of them with kernels; %d failed\n", lab_name, ran, kernels,
           failed);
    return failed > 0 || kernels == 0 ? 1 : 0;
}
