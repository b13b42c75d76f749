/**
 * @file test_common_ladder.c
 * @brief common/ladder: versions that run, that are open, and whose launch fails.
 */
#include "common/ladder.h"
#include "common/todo.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <math.h>
#include <time.h>

static int calls;

static void counts(void *context)
{
    calls += *(int *)context;
}

static void is_open(void *context)
{
    counts(context);
    todo("lab99.1");
}

static const char *no_failure(void)
{
    return NULL;
}

static const char *a_failure(void)
{
    return "lab99.cu:3: the kernel failed";
}

static bool run(void (*version)(void *), int times, const char *(*take_failure)(void),
                double *seconds)
{
    int one = 1;
    calls = 0;
    return ladder_run(&(struct ladder_version){"a_kernel", version}, &one, times, take_failure,
                      seconds);
}

Test(ladder, runs_as_often_as_asked)
{
    double seconds = NAN;
    cr_assert(run(counts, 7, no_failure, &seconds));
    cr_expect_eq(calls, 7);
    cr_expect(seconds >= 0 && seconds < 1);
    cr_expect(run(counts, 1, no_failure, NULL));
    cr_expect_eq(calls, 1);
}

Test(ladder, an_open_exercise_costs_its_row, .init = cr_redirect_stdout)
{
    cr_expect_not(run(is_open, 7, no_failure, NULL));
    cr_expect_eq(calls, 1, "nobody waits for six more");
    cr_expect(run(counts, 2, no_failure, NULL), "the next one runs");
    fflush(stdout);
    cr_assert_stdout_eq_str("a_kernel               lab99.1 is not written yet\n");
}

Test(ladder, a_failure_is_told, .init = cr_redirect_stdout)
{
    cr_expect_not(run(counts, 7, a_failure, NULL));
    cr_expect_eq(calls, 1);
    fflush(stdout);
    cr_assert_stdout_eq_str("a_kernel               lab99.cu:3: the kernel failed\n");
}

Test(ladder, afterwards_a_stub_stops_a_program_again, .exit_code = 2, .init = cr_redirect_stderr)
{
    run(counts, 1, no_failure, NULL);
    todo("lab99.2");
}
