/**
 * @file filter.c
 * @brief The seccomp filters, by libseccomp. See filter.h.
 */
#define _GNU_SOURCE
#include "grader/worker/filter.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <unistd.h>

/* Memory, descriptors it already has, time and randomness: what libc needs to compute and print. */
static const int harmless[] = {SCMP_SYS(read),
                               SCMP_SYS(write),
                               SCMP_SYS(readv),
                               SCMP_SYS(writev),
                               SCMP_SYS(pread64),
                               SCMP_SYS(lseek),
                               SCMP_SYS(close),
                               SCMP_SYS(fstat),
                               SCMP_SYS(newfstatat),
                               SCMP_SYS(mmap),
                               SCMP_SYS(munmap),
                               SCMP_SYS(mprotect),
                               SCMP_SYS(mremap),
                               SCMP_SYS(madvise),
                               SCMP_SYS(brk),
                               SCMP_SYS(futex),
                               SCMP_SYS(rt_sigaction),
                               SCMP_SYS(rt_sigprocmask),
                               SCMP_SYS(rt_sigreturn),
                               SCMP_SYS(sigaltstack),
                               SCMP_SYS(exit),
                               SCMP_SYS(exit_group),
                               SCMP_SYS(getpid),
                               SCMP_SYS(gettid),
                               SCMP_SYS(getppid),
                               SCMP_SYS(clock_gettime),
                               SCMP_SYS(clock_getres),
                               SCMP_SYS(gettimeofday),
                               SCMP_SYS(time),
                               SCMP_SYS(getrandom),
                               SCMP_SYS(sched_yield),
                               SCMP_SYS(sysinfo),
                               SCMP_SYS(uname),
                               SCMP_SYS(getrusage),
                               SCMP_SYS(times),
                               SCMP_SYS(getuid),
                               SCMP_SYS(rseq),
                               SCMP_SYS(set_robust_list),
                               SCMP_SYS(sched_getaffinity),
                               SCMP_SYS(restart_syscall)};

/* What no exercise asks for and an attack needs. Killing says so at once; an error would be retried
 * in a loop. */
static const int forbidden[] = {SCMP_SYS(socket),
                                SCMP_SYS(socketpair),
                                SCMP_SYS(connect),
                                SCMP_SYS(bind),
                                SCMP_SYS(sendto),
                                SCMP_SYS(sendmsg),
                                SCMP_SYS(fork),
                                SCMP_SYS(vfork),
                                SCMP_SYS(clone),
                                SCMP_SYS(clone3),
                                SCMP_SYS(execve),
                                SCMP_SYS(execveat),
                                SCMP_SYS(kill),
                                SCMP_SYS(tkill),
                                SCMP_SYS(ptrace),
                                SCMP_SYS(pause),
                                SCMP_SYS(nanosleep),
                                SCMP_SYS(clock_nanosleep),
                                SCMP_SYS(alarm),
                                SCMP_SYS(setitimer),
                                SCMP_SYS(timer_create),
                                SCMP_SYS(rt_sigsuspend),
                                SCMP_SYS(rt_sigtimedwait),
                                SCMP_SYS(process_vm_readv),
                                SCMP_SYS(process_vm_writev),
                                SCMP_SYS(memfd_create),
                                SCMP_SYS(ftruncate),
                                SCMP_SYS(unshare),
                                SCMP_SYS(mount),
                                SCMP_SYS(io_uring_setup),
                                SCMP_SYS(rt_sigqueueinfo),
                                SCMP_SYS(rt_tgsigqueueinfo)};

/* What the dynamic linker needs to find and map a library. */
static const int loading[] = {SCMP_SYS(openat), SCMP_SYS(readlink), SCMP_SYS(access),
                              SCMP_SYS(getcwd)};

static int add(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int error = seccomp_rule_add(filter, action, calls[i], 0);
        if (error && error != -EACCES) /* -EACCES: the action is the default already */
            return error;
    }
    return 0;
}
#define ADD(filter, action, calls) add(filter, action, calls, sizeof(calls) / sizeof *(calls))

int filter_while_loading(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return -1;
    /* abort() and raise() signal the own process; the own id is known here, so nobody else's. */
    struct scmp_arg_cmp self = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
    int error = ADD(filter, SCMP_ACT_ALLOW, harmless) || ADD(filter, SCMP_ACT_ALLOW, loading) ||
                ADD(filter, SCMP_ACT_KILL_PROCESS, forbidden) ||
                seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, self) ||
                /* the second filter must still be installable */
                seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(seccomp), 0) ||
                seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 0) ||
                seccomp_load(filter);
    seccomp_release(filter);
    return error ? -1 : 0;
}

int filter_for_device(void)
{
    /* Everything but other programs, processes, the network and other processes' memory. */
    static const int denied[] = {SCMP_SYS(socket),
                                 SCMP_SYS(connect),
                                 SCMP_SYS(bind),
                                 SCMP_SYS(fork),
                                 SCMP_SYS(vfork),
                                 SCMP_SYS(execve),
                                 SCMP_SYS(execveat),
                                 SCMP_SYS(kill),
                                 SCMP_SYS(tkill),
                                 SCMP_SYS(ptrace),
                                 SCMP_SYS(process_vm_readv),
                                 SCMP_SYS(process_vm_writev),
                                 SCMP_SYS(unshare),
                                 SCMP_SYS(mount),
                                 SCMP_SYS(io_uring_setup),
                                 SCMP_SYS(rt_sigqueueinfo),
                                 SCMP_SYS(rt_tgsigqueueinfo)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return -1;
    /* Threads are allowed, processes are not. clone3 hides its flags in memory: without it the C
     * library takes clone, which shows them. */
    struct scmp_arg_cmp process = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
    int error = ADD(filter, SCMP_ACT_ERRNO(EPERM), denied) ||
                seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) ||
                seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, process) ||
                seccomp_load(filter);
    seccomp_release(filter);
    return error ? -1 : 0;
}

int filter_while_running(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return -1;
    static const int late[] = {SCMP_SYS(seccomp), SCMP_SYS(prctl)};
    int error = ADD(filter, SCMP_ACT_ERRNO(EPERM), loading) ||
                ADD(filter, SCMP_ACT_ERRNO(EPERM), late) || seccomp_load(filter);
    seccomp_release(filter);
    return error ? -1 : 0;
}
