/**
 * @file jobs.c
 * @brief Experiment recipes as child processes. See jobs.h.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "common/jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 50, FAILED = 1, MAX_JOBS = 64 };

/** The children: pid[i] is 0 before job i starts and after it ended. */
struct children {
    pid_t pid[MAX_JOBS];
    bool *finished; /* shared: set by a job that returned true from run() */
    size_t running;
};

void *jobs_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static bool start(const struct jobs *jobs, struct children *children, size_t job)
{
    fflush(NULL); /* or the child would print what the parent has not printed yet */
    pid_t pid = fork();
    if (pid < 0) {
        fprintf(stderr, "%s cannot start: %s; end some programs and try again.\n", jobs->name(job),
                strerror(errno));
        return false;
    }
    if (pid == 0) {
        bool fine = jobs->run(job, jobs->context);
        children->finished[job] = fine;
        fflush(NULL);
        _exit(fine ? 0 : FAILED); /* not exit(): what the parent registered is the parent's */
    }
    children->pid[job] = pid;
    children->running++;
    return true;
}

/** Judges a job that ended. @return 0, or the status to exit with after saying why */
static int verdict(const struct jobs *jobs, size_t job, int status, bool finished)
{
    const char *name = jobs->name(job);
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "%s crashed: %s. Nothing was written; grading shows which function.\n",
                name, strsignal(WTERMSIG(status)));
        return FAILED;
    }
    if (WEXITSTATUS(status) == 0 && finished)
        return 0;
    if (WEXITSTATUS(status) == 0) {
        fprintf(stderr, "%s ended before its last step: something called exit().\n", name);
        return FAILED;
    }
    return WEXITSTATUS(status); /* it has said why */
}

/** Waits for children without blocking. @return the first failure's verdict, or 0 */
static int collect(const struct jobs *jobs, struct children *children)
{
    for (size_t job = 0; job < jobs->count; job++) {
        int status;
        if (children->pid[job] == 0 || waitpid(children->pid[job], &status, WNOHANG) <= 0)
            continue;
        children->pid[job] = 0;
        children->running--;
        int failure = verdict(jobs, job, status, children->finished[job]);
        if (failure)
            return failure;
    }
    return 0;
}

static void end_all(const struct jobs *jobs, struct children *children)
{
    for (size_t job = 0; job < jobs->count; job++) {
        if (children->pid[job] == 0)
            continue;
        kill(children->pid[job], SIGKILL);
        waitpid(children->pid[job], NULL, 0);
    }
}

int jobs_run(const struct jobs *jobs)
{
    struct children children = {0};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t at_once = processors > 1 ? (size_t)processors : 1;
    children.finished = jobs->count <= MAX_JOBS ? jobs_memory(MAX_JOBS * sizeof(bool)) : NULL;
    if (!children.finished) {
        fprintf(stderr, "cannot set up %zu jobs: not enough memory, or over %d.\n", jobs->count,
                MAX_JOBS);
        return FAILED;
    }
    /* Whoever started this may have it ignore SIGCHLD: then no end of a child would be told. */
    signal(SIGCHLD, SIG_DFL);
    int failure = 0;
    for (size_t next = 0; !failure && (next < jobs->count || children.running > 0);) {
        if (next < jobs->count && children.running < at_once) {
            failure = start(jobs, &children, next++) ? 0 : FAILED;
            continue;
        }
        failure = collect(jobs, &children);
        if (jobs->progress)
            jobs->progress(jobs->context);
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    end_all(jobs, &children);
    munmap(children.finished, MAX_JOBS * sizeof(bool));
    return failure;
}
