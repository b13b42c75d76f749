/**
 * @file session.c
 * @brief Calls through the arena: request, wait, judge. See session.h.
 */
#define _GNU_SOURCE
#include "grader/runner/session.h"

#include "grader/grade.h"

#include "grader/runner/abi.h"
#include "grader/runner/arena.h"
#include "grader/runner/places.h"
#include "grader/runner/sandbox.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    OUTPUT_KEPT = 2048,     /* shown to the student */
    OUTPUT_LIMIT = 1 << 20, /* more than this is a flood */
    STILL_RUNNING = -1,
    KILL_MS = 1000,          /* how long a killed sandbox may take to be gone */
    WALL_MS_PER_CPU_S = 5000 /* a loaded machine may be slow; the CPU limit is the real one */
};

static struct {
    struct session_config config;
    pid_t pid;
    int socket, output; /* -1: closed */
    uint32_t sequence;
    long waited_ms; /* for replies, since the library was loaded */
    bool called_kernel;
    char text[OUTPUT_KEPT + 1];
    size_t text_length, printed;
    const struct thunk_table *direct;
    struct {
        describe_call *describe; /* NULL: none is in progress */
        const void *args;
        size_t at;
    } call;
} s = {.pid = 0, .socket = -1, .output = -1};

static const char *const status_names[] = {[CALL_RETURNED] = "returned",
                                           [CALL_TODO] = "not implemented",
                                           [CALL_MISSING] = "missing",
                                           [CALL_CRASHED] = "crashed",
                                           [CALL_TIMED_OUT] = "timed out",
                                           [CALL_EXITED] = "exited",
                                           [CALL_OUT_OF_BOUNDS] = "out of bounds",
                                           [CALL_FLOODED] = "flooded",
                                           [CALL_UNLOADABLE] = "unloadable",
                                           [CALL_KERNEL] = "kernel error"};

const char *call_status_name(enum call_status status)
{
    return status_names[status];
}

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void session_open(const struct session_config *config)
{
    session_close();
    s.config = *config;
    s.text_length = s.printed = 0;
    s.called_kernel = false;
    s.text[0] = '\0';
    arena_reset();
}

/* Waits at most `ms` for the worker to end by itself, then kills it and all it may have started.
 * @return its wait status, or STILL_RUNNING if it had to be killed */
static int reap(long ms)
{
    int status = STILL_RUNNING;
    bool killed = false;
    for (long end = now_ms() + ms; s.pid > 0; usleep(200)) {
        pid_t got = waitpid(s.pid, &status, WNOHANG);
        if (got == s.pid || (got < 0 && errno != EINTR))
            break;
        if (!killed && now_ms() >= end) {
            sandbox_kill(s.pid);
            killed = true;
            end += KILL_MS;
        } else if (killed && now_ms() >= end) { /* a bubblewrap that had no child yet, or hangs */
            kill(s.pid, SIGKILL);
            end += KILL_MS;
        }
    }
    s.pid = 0;
    return killed ? STILL_RUNNING : status;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void session_close(void)
{
    reap(0);
    close_fd(&s.socket);
    close_fd(&s.output);
}

bool session_called_kernel(void)
{
    return s.called_kernel;
}

const char *session_output(void)
{
    return s.text;
}

/* Reads what the student's code printed. @return whether it is too much */
static bool drain(void)
{
    char block[65536];
    ssize_t n;
    while (s.output >= 0 && s.printed <= OUTPUT_LIMIT &&
           (n = read(s.output, block, sizeof block)) >= 0) {
        if (n == 0) {
            close_fd(&s.output);
            break;
        }
        size_t room = OUTPUT_KEPT - s.text_length;
        size_t keep = (size_t)n < room ? (size_t)n : room;
        memcpy(s.text + s.text_length, block, keep);
        s.text_length += keep;
        s.text[s.text_length] = '\0';
        s.printed += (size_t)n;
    }
    return s.printed > OUTPUT_LIMIT;
}

/* Ends the test; says what the call was given where that may be what it stumbled over. */
__attribute__((noreturn)) static void stop(enum call_status status, const char *why)
{
    char message[2400];
    struct description given = {.length = 0};
    bool by_input = status == CALL_CRASHED || status == CALL_TIMED_OUT || status == CALL_EXITED ||
                    status == CALL_OUT_OF_BOUNDS || status == CALL_KERNEL;
    if (s.call.describe && by_input)
        s.call.describe(&given, s.call.args, s.call.at);
    s.call.describe = NULL;
    session_close();
    snprintf(message, sizeof message, "%s%s%s", why, given.length ? "\n  called with " : "",
             given.text);
    graded_stop(status, message);
}

/* As stop(), for a call that did not come back: of a MAP the element is known on which it was. */
__attribute__((noreturn)) static void stop_inside(enum call_status status, const char *why)
{
    s.call.at = arena_element();
    stop(status, why);
}

/* The worker is gone or no longer talks: find out how it ended. Bubblewrap reports a child's signal
 * n as exit status 128 + n. */
static void stop_ended(const char *name)
{
    drain();
    int status = reap(300);
    if (status == STILL_RUNNING)
        stop_inside(CALL_EXITED,
                    "the call answered out of turn, or closed the grader's descriptors");
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) - 128;
    char why[200];
    if (number == SIGXCPU || number == SIGKILL) {
        snprintf(why, sizeof why, "%s did not come back within %d s of CPU time: an endless loop?",
                 name, s.config.cpu_seconds);
        stop_inside(CALL_TIMED_OUT, why);
    }
    if (number == SIGSYS) {
        snprintf(
            why, sizeof why,
            "%s was stopped: it asked the system for something graded code may not do (start a "
            "process or thread, open a socket, send a signal, set a timer, sleep)",
            name);
        stop_inside(CALL_CRASHED, why);
    }
    if (number > 0) {
        snprintf(why, sizeof why, "%s crashed with signal %d (%s)", name, number,
                 strsignal(number));
        stop_inside(CALL_CRASHED, why);
    }
    snprintf(why, sizeof why, "%s ended the process (exit, or closed the grader's descriptors)",
             name);
    stop_inside(CALL_EXITED, why);
}

static void stop_fault(const char *name, const struct reply *r)
{
    char where[120] = "", why[320];
    if (r->text[0])
        snprintf(where, sizeof where, "(%.100s)", r->text);
    else if (r->number == SIGSEGV || r->number == SIGBUS)
        arena_locate(r->address, where, sizeof where);
    snprintf(why, sizeof why, "%s crashed: %s%s%s", name, strsignal((int)r->number),
             *where ? " " : "", where);
    stop_inside(CALL_CRASHED, why);
}

/* Receives one reply, reading output meanwhile. Does not return if there is none in time: all calls of
 * a test have it together, as they have the CPU time, or one that sleeps a little would take hours. */
static struct reply wait_reply(const char *name)
{
    long begin = now_ms();
    long end = begin + (long)s.config.cpu_seconds * WALL_MS_PER_CPU_S - s.waited_ms;
    for (;;) {
        struct pollfd fds[2] = {{.fd = s.socket, .events = POLLIN},
                                {.fd = s.output, .events = POLLIN}};
        long left = end - now_ms();
        int ready = left > 0 ? poll(fds, 2, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            stop_inside(CALL_TIMED_OUT,
                        "the calls of this test did not come back in time: are they waiting?");
        if (fds[1].revents && drain())
            stop(CALL_FLOODED, "printed more than 1 MiB: print less inside graded functions");
        if (!fds[0].revents)
            continue;
        struct reply r;
        ssize_t n = recv(s.socket, &r, sizeof r, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n != (ssize_t)sizeof r || r.sequence != s.sequence)
            stop_ended(name);
        r.text[sizeof r.text - 1] = '\0'; /* the worker may send anything */
        s.waited_ms += now_ms() - begin;
        return r;
    }
}

static void start(const char *name)
{
    int sockets[2], output[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0 ||
        pipe2(output, O_CLOEXEC) != 0)
        stop(CALL_UNLOADABLE, "the grader cannot make a socket pair");
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    struct sandbox box = {.bubblewrap = s.config.bubblewrap,
                          .worker = s.config.worker,
                          .library = s.config.library,
                          .device = s.config.device,
                          .cpu_seconds = s.config.cpu_seconds};
    s.pid = sandbox_start(&box, sockets[1], arena_open(), output[1]);
    close(sockets[1]);
    close(output[1]);
    s.socket = sockets[0];
    s.output = output[0];
    s.sequence = 0;
    s.waited_ms = 0;
    struct reply r = wait_reply("loading the library");
    if (r.status == REPLY_FAULT)
        stop_fault("loading the library", &r);
    if (r.status != REPLY_READY) {
        char why[320];
        snprintf(why, sizeof why, "before %s could be called: %.240s", name,
                 r.text[0] ? r.text : "the library did not load");
        stop(CALL_UNLOADABLE, why);
    }
    s.waited_ms = 0;
}

static void judge(const char *name, const struct reply *r)
{
    char why[320], damage[240], kernel[2000];
    switch (r->status) {
    case REPLY_RETURNED:
        break;
    case REPLY_TODO:
        snprintf(why, sizeof why, "%.60s is not implemented yet", r->text);
        stop(CALL_TODO, why);
        break;
    case REPLY_MISSING:
        snprintf(why, sizeof why, "your file does not define %s", name);
        stop(CALL_MISSING, why);
        break;
    case REPLY_FAULT:
        stop_fault(name, r);
        break;
    case REPLY_KERNEL:
        if (!strstr(r->text, "thread")) /* no thread did it: no kernel is there, say */
            s.call.describe = NULL;
        places_expand(
            &(struct sandbox){.bubblewrap = s.config.bubblewrap, .library = s.config.library},
            r->text, kernel, sizeof kernel);
        stop(CALL_KERNEL, *kernel ? kernel : "a kernel failed, and the worker does not say how");
        break;
    default:
        stop(CALL_EXITED, "the worker's reply makes no sense");
    }
    if (arena_damage(damage, sizeof damage)) {
        snprintf(why, sizeof why, "%s %s", name, damage);
        stop(CALL_OUT_OF_BOUNDS, why);
    }
}

/* Direct mode: the same table, called in this process. For gdb, valgrind and the sanitizers. */
static struct reply call_directly(unsigned index, void *args)
{
    if (!s.direct) {
        void *handle = dlopen(s.config.library, RTLD_NOW | RTLD_LOCAL);
        s.direct = handle ? dlsym(handle, "lowp_thunks") : NULL;
        if (!s.direct)
            stop(CALL_UNLOADABLE, dlerror());
        s.direct->take_todo();
    }
    struct reply r = {.status = REPLY_MISSING};
    if (s.direct->thunks[index].target == s.direct->missing)
        return r;
    s.direct->thunks[index].call(args);
    const char *failure = s.direct->take_failure ? s.direct->take_failure() : NULL;
    const char *todo = s.direct->take_todo();
    r.status = todo ? REPLY_TODO : failure ? REPLY_KERNEL : REPLY_RETURNED;
    if (todo || failure)
        snprintf(r.text, sizeof r.text, "%s", todo ? todo : failure);
    return r;
}

void session_call(unsigned index, const char *name, void *args, size_t size,
                  describe_call *describe)
{
    if (size > ARENA_ARGS_BYTES)
        stop(CALL_UNLOADABLE, "test error: too many arguments");
    struct reply r;
    s.called_kernel |= strncmp(name, "run_", 4) == 0;
    if (s.config.direct) {
        r = call_directly(index, args);
        judge(name, &r);
        return;
    }
    if (s.socket < 0)
        start(name);
    memcpy((void *)ARENA_BASE, args, size);
    s.call.args = args;
    s.call.at = AT_NO_ELEMENT;
    s.call.describe = describe;
    arena_send();
    struct request q = {.sequence = ++s.sequence, .index = index, .used = arena_used()};
    if (send(s.socket, &q, sizeof q, MSG_NOSIGNAL) != (ssize_t)sizeof q)
        stop_ended(name);
    r = wait_reply(name);
    arena_receive();
    judge(name, &r);
    s.call.describe = NULL;
    memcpy(args, (void *)ARENA_BASE, size);
}
