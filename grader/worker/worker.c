/**
 * @file worker.c
 * @brief The untrusted process: loads the student's library and calls the functions it is asked to.
 *
 *      worker LIBRARY          started by sandbox.c with descriptors 3 (socket) and 4 (arena)
 *      worker LIBRARY --device the same, for a library whose kernels run on a GPU
 *      worker --probe          exits with 0 where Landlock works, else with 10
 *
 * It knows no expected value and decides nothing: whatever it says, only right numbers in the arena
 * earn points. It was started by exec, so nothing of the test process's memory is in it.
 */
#define _GNU_SOURCE
#include "grader/runner/abi.h"
#include "grader/worker/files.h"
#include "grader/worker/filter.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STACK_GUARD = 1 << 20 }; /* a fault this near the stack's end is an overflow */

static uint32_t sequence;  /* of the call in progress, for the fault handler */
static uint64_t stack_end; /* about where the stack's limit lies */
static const struct thunk_table *table;

static void answer(enum reply_status status, const char *text)
{
    struct reply r = {.sequence = sequence, .status = status};
    if (text)
        snprintf(r.text, sizeof r.text, "%s", text);
    if (write(WORKER_SOCKET, &r, sizeof r) != (ssize_t)sizeof r)
        _exit(1);
}

/* Tells the test process where a crash happened. Runs on its own stack, so that a stack overflow
 * can be told too. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    struct reply r = {.sequence = sequence,
                      .status = REPLY_FAULT,
                      .number = (uint32_t)number,
                      .address = (uint64_t)(uintptr_t)info->si_addr};
    if (r.address - (stack_end - STACK_GUARD) < (uint64_t)2 * STACK_GUARD)
        snprintf(r.text, sizeof r.text, "the stack is full: endless recursion, or a huge array?");
    const char *why = table && table->explain_fault ? table->explain_fault(info->si_addr) : NULL;
    if (why)
        snprintf(r.text, sizeof r.text, "%s", why);
    ssize_t sent = write(WORKER_SOCKET, &r, sizeof r);
    _exit(sent == (ssize_t)sizeof r ? 0 : 1);
}

static void catch_faults(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_STACK, &limit);
    stack_end = (uint64_t)(uintptr_t)&limit - limit.rlim_cur;
    static char stack[16384];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
}

static void map_arena(void)
{
    void *at = mmap((void *)ARENA_BASE, ARENA_BYTES, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_FIXED_NOREPLACE, WORKER_ARENA, 0);
    close(WORKER_ARENA);
    if (at == MAP_FAILED) {
        answer(REPLY_BROKEN, "the worker cannot map the arena");
        _exit(1);
    }
}

static void load(const char *library)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    table = handle ? dlsym(handle, "lowp_thunks") : NULL;
    if (!table) {
        answer(REPLY_BROKEN, dlerror());
        _exit(1);
    }
    table->take_todo();
}

/* The arena behind the buffers in use is closed to the student's code. */
static void fence(size_t used)
{
    static size_t fenced = ARENA_BYTES;
    if (used > ARENA_BYTES || used == fenced)
        return;
    mprotect((void *)ARENA_BASE, used, PROT_READ | PROT_WRITE);
    mprotect((char *)ARENA_BASE + used, ARENA_BYTES - used, PROT_NONE);
    fenced = used;
}

static void serve(void)
{
    struct request q;
    while (read(WORKER_SOCKET, &q, sizeof q) == (ssize_t)sizeof q) {
        sequence = q.sequence;
        if (q.index >= table->count || table->thunks[q.index].target == table->missing) {
            answer(REPLY_MISSING, NULL);
            continue;
        }
        fence(q.used);
        table->thunks[q.index].call((void *)ARENA_BASE);
        fflush(stdout);
        const char *failure = table->take_failure ? table->take_failure() : NULL;
        const char *todo = table->take_todo();
        answer(todo ? REPLY_TODO : failure ? REPLY_KERNEL : REPLY_RETURNED, todo ? todo : failure);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--probe") == 0)
        return landlock_works() ? 0 : PROBE_WITHOUT_LANDLOCK;
    bool device = argc == 3 && strcmp(argv[2], "--device") == 0;
    if (argc != 2 && !device) {
        fprintf(stderr, "worker: started by the grader, not by hand\n");
        return 2;
    }
    map_arena();
    catch_faults();
    if (device ? filter_for_device() != 0
               : close_files_but(argv[1]) != 0 || filter_while_loading() != 0) {
        answer(REPLY_BROKEN, "this kernel has no seccomp: student code cannot be run safely");
        return 1;
    }
    load(argv[1]);
    if (!device && filter_while_running() != 0)
        return 1;
    answer(REPLY_READY, NULL);
    serve();
    return 0;
}
