/**
 * @file test_common_jobs.c
 * @brief common/jobs: results come back, and a job that fails in any way is reported and stops all.
 */
#include "common/jobs.h"
#include "common/todo.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum what { FINE, SAYS_NO, CRASHES, EXITS_0, OPEN_STUB, HANGS };

/** What each of four jobs does, and where it leaves a trace. */
struct plan {
    enum what job[4];
    int *trace; /* shared */
};

static const char *name(size_t job)
{
    static const char *const names[] = {"job zero", "job one", "job two", "job three"};
    return names[job];
}

static bool run(size_t job, void *context)
{
    struct plan *plan = context;
    switch (plan->job[job]) {
    case SAYS_NO:
        return false;
    case CRASHES:
        raise(SIGSEGV);
        return true;
    case EXITS_0:
        exit(0);
    case OPEN_STUB:
        todo("lab99.1");
        return true;
    case HANGS:
        for (;;)
            pause();
    default:
        plan->trace[job] = (int)job + 10;
        return true;
    }
}

static int run_plan(struct plan *plan)
{
    cr_redirect_stderr();
    plan->trace = jobs_memory(4 * sizeof(int));
    struct jobs jobs = {.count = 4, .name = name, .run = run, .context = plan};
    int status = jobs_run(&jobs);
    fflush(stderr);
    /* whatever happened, no child may be left */
    cr_assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    return status;
}

TestSuite(jobs, .timeout = 20);

Test(jobs, results_come_back)
{
    struct plan plan = {.job = {FINE}};
    cr_assert_eq(run_plan(&plan), 0);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(plan.trace[i], i + 10);
}

Test(jobs, a_parent_that_ignored_sigchld_costs_no_job)
{
    struct plan plan = {.job = {FINE, FINE}};
    signal(SIGCHLD, SIG_IGN);
    cr_assert_eq(run_plan(&plan), 0);
}

Test(jobs, a_job_that_says_no_fails_all)
{
    struct plan plan = {.job = {FINE, SAYS_NO}};
    cr_assert_eq(run_plan(&plan), 1);
}

Test(jobs, a_crash_is_named_and_ends_the_others)
{
    struct plan plan = {.job = {HANGS, CRASHES}};
    cr_assert_eq(run_plan(&plan), 1);
    cr_assert_stderr_eq_str("job one crashed: Segmentation fault. Nothing was written; grading "
                            "shows which function.\n");
}

Test(jobs, leaving_early_with_0_is_not_success)
{
    struct plan plan = {.job = {EXITS_0}};
    cr_assert_eq(run_plan(&plan), 1);
    cr_assert_stderr_eq_str("job zero ended before its last step: something called exit().\n");
}

Test(jobs, an_open_stub_keeps_its_status)
{
    struct plan plan = {.job = {FINE, FINE, FINE, OPEN_STUB}};
    cr_assert_eq(run_plan(&plan), 2);
}
