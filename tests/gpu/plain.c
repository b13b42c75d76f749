/**
 * @file plain.c
 * @brief Runs the tests of one tests/test_*.c without Criterion, one after the other in one process.
 *
 *      GPU=1 build/gpu/runner/test_common_gemm_types       built and called by `make gpu-check`
 *
 * Exit: 0 all passed, 1 a test failed or there was none.
 */
#include <criterion/criterion.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_TESTS = 64 };

static struct {
    const char *name;
    void (*run)(void);
} tests[MAX_TESTS];
static size_t count;
static struct listed_suite suite;
static jmp_buf end;

void set_suite(struct listed_suite given)
{
    suite = given;
}

void list_test(struct listed_test test, void (*run)(void))
{
    if (count == MAX_TESTS)
        abort();
    tests[count].name = test.name;
    tests[count++].run = run;
}

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("        ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
    longjmp(end, 1);
}

/* Runs a test. @return whether it passed */
static bool passes(void (*run)(void))
{
    if (setjmp(end) != 0)
        return false;
    if (suite.init)
        suite.init();
    run();
    return true;
}

int main(void)
{
    int failed = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < count; i++) {
        bool right = passes(tests[i].run);
        if (suite.fini)
            suite.fini();
        failed += !right;
        printf("  %-4s  %s\n", right ? "ok" : "FAIL", tests[i].name);
    }
    printf("%zu tests ran; %d failed\n", count, failed);
    return failed > 0 || count == 0;
}
