/**
 * @file fuzz_session.c
 * @brief Plays a hostile worker to grader/runner/session.c, with arena.c and places.c behind it.
 *
 * The worker acts whenever a request was sent to it, as the input says: it writes anywhere in the arena,
 * prints, answers in or out of turn, with any bytes, more than once or not at all, and ends. The
 * linker's --wrap puts it in the place of the system: no process is started, and time passes when
 * somebody waits. Must hold: a call comes back only if the next answer in line is that of this request,
 * says that it returned, and the arena is intact (shadow.h); every other call ends with a reason; no
 * descriptor is left open, whatever happens.
 */
#define _GNU_SOURCE
#include "tests/fuzz/shadow.h"

#include "grader/runner/abi.h"
#include "grader/runner/arena.h"
#include "grader/runner/sandbox.h"
#include "grader/runner/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PID = 0x3FFFFFFF, CALLS = 8, ACTIONS = 12, QUEUE = 64, ARGS = 48 };

/* The worker, and the world that it lives in. */
static struct {
    struct feed script;
    int socket, output; /* its ends; -1: closed */
    bool ended, immune; /* immune: sandbox_kill() does not reach it */
    int status;         /* as for waitpid() */
    int64_t microseconds;
} world;

/* Answers that the grader has not read yet: for the sequence number, or wrong. */
static struct {
    bool right;
    uint32_t sequence;
} queue[QUEUE];
static size_t queued, taken;
static jmp_buf end;

static void hang_up(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void end_worker(int status)
{
    hang_up(&world.socket);
    hang_up(&world.output);
    world.ended = true;
    world.status = status;
}

ssize_t __real_send(int fd, const void *bytes, size_t size, int flags);
int __real_poll(struct pollfd *fds, nfds_t count, int ms);

static void answer(const void *bytes, size_t size, bool right, uint32_t sequence)
{
    if (world.socket < 0 || queued == QUEUE || size == 0)
        return;
    if (__real_send(world.socket, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)size)
        return;
    queue[queued].right = right;
    queue[queued++].sequence = sequence;
}

static void answer_well(uint32_t sequence)
{
    struct reply r = {.sequence = sequence, .status = feed_byte(&world.script) % 8};
    uint8_t more = feed_byte(&world.script);
    r.number = more & 1 ? feed_byte(&world.script) : 11;
    r.address = ARENA_BASE ^ (more & 2 ? feed_number(&world.script, 4) : 0);
    if (more & 4)
        feed_line(&world.script, r.text, sizeof r.text - 1);
    if (more & 8) /* not ended by a NUL */
        memset(r.text, '<', sizeof r.text);
    bool right = r.status == (sequence ? REPLY_RETURNED : REPLY_READY);
    answer(&r, sizeof r, right, sequence);
}

static void print(size_t n)
{
    static char text[65536];
    memset(text, '\xFF', sizeof text);
    if (world.output >= 0 && write(world.output, text, n) < 0)
        return;
}

/* One thing that a worker does. @return whether it goes on */
static bool act(uint32_t sequence)
{
    struct feed *f = &world.script;
    size_t n;
    const uint8_t *bytes;
    switch (feed_byte(f) % 9) {
    case 0:
        return false;
    case 1:
        shadow_scribble_shared(f);
        return true;
    case 2:
        print(feed_number(f, 2));
        return true;
    case 3:
        hang_up(&world.output);
        return true;
    case 4:
        answer_well(sequence);
        return feed_byte(f) & 1;
    case 5:
        bytes = feed_bytes(f, feed_byte(f), &n);
        answer(bytes, n, false, 0);
        return true;
    case 6:
        answer_well(sequence + (uint32_t)feed_number(f, 1));
        return true;
    case 7:
        world.immune = true;
        return true;
    default:
        end_worker((int)feed_number(f, 2));
        return false;
    }
}

static void worker_acts(uint32_t sequence)
{
    if (world.script.left == 0)
        end_worker(0);
    for (int i = 0; i < ACTIONS && !world.ended && act(sequence); i++)
        ;
}

/* --- in the place of grader/runner/sandbox.c and graded.c --- */
pid_t sandbox_start(const struct sandbox *s, int socket, int arena, int output)
{
    HOLDS(s->cpu_seconds == 2 && arena >= 0);
    world.socket = dup(socket);
    world.output = dup(output);
    fcntl(world.output, F_SETFL, O_NONBLOCK);
    world.ended = world.immune = false;
    queued = taken = 0;
    worker_acts(0);
    return PID;
}

void sandbox_kill(pid_t pid)
{
    HOLDS(pid == PID);
    if (!world.immune)
        end_worker(9);
}

void sandbox_source_line(const struct sandbox *s, uint64_t offset, char *line, size_t size)
{
    (void)s;
    snprintf(line, size, "%*d", (int)(offset % 500), 7);
}

void graded_stop(enum call_status status, const char *why)
{
    HOLDS(status != CALL_RETURNED && *call_status_name(status) && *why && strlen(why) < 2000);
    longjmp(end, 1);
}

/* --- in the place of the system --- */
ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags);
pid_t __wrap_waitpid(pid_t pid, int *status, int flags);
int __wrap_kill(pid_t pid, int number);
int __wrap_poll(struct pollfd *fds, nfds_t count, int ms);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_usleep(useconds_t microseconds);

ssize_t __wrap_send(int fd, const void *bytes, size_t size, int flags)
{
    struct request q, got;
    memcpy(&q, bytes, sizeof q);
    ssize_t sent = __real_send(fd, bytes, size, flags);
    if (sent == (ssize_t)sizeof q) {
        HOLDS(recv(world.socket, &got, sizeof got, MSG_DONTWAIT) == (ssize_t)sizeof got);
        worker_acts(q.sequence);
    }
    return sent;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int flags)
{
    HOLDS(pid == PID && flags == WNOHANG);
    if (!world.ended)
        return 0;
    *status = world.status;
    return pid;
}

int __wrap_kill(pid_t pid, int number)
{
    HOLDS(pid == PID);
    end_worker(number);
    return 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int ms)
{
    int ready = __real_poll(fds, count, 0);
    world.microseconds += ready == 0 ? (int64_t)ms * 1000 : 1;
    return ready;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
    (void)clock;
    t->tv_sec = world.microseconds / 1000000;
    t->tv_nsec = world.microseconds % 1000000 * 1000;
    return 0;
}

int __wrap_usleep(useconds_t microseconds)
{
    world.microseconds += microseconds;
    return 0;
}

/* Those that are open, a bit each: a session makes no more than six. */
static uint64_t open_descriptors(void)
{
    uint64_t open = 0;
    for (int fd = 0; fd < 40; fd++)
        open |= (uint64_t)(fcntl(fd, F_GETFD) >= 0) << fd;
    return open;
}

/* As proxies.h makes one for a MAP: the element is where the worker says, if there is such a one. */
static void describe(struct description *to, const void *record, size_t at)
{
    const char *args = record;
    if (at < ARGS)
        describe_u8(to, "uint8_t", "x", args + at);
    for (int i = 0; i < 20; i++)
        describe_u64(to, "size_t", "n", args);
    HOLDS(to->length < sizeof to->text && strlen(to->text) == to->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    _Alignas(uint64_t) char args[ARGS];
    uint8_t bits = feed_byte(&f);
    arena_open();
    uint64_t before = open_descriptors();
    world.socket = world.output = -1;
    session_open(&(struct session_config){
        .library = "lab05.so", .worker = "worker", .bubblewrap = bits & 1, .cpu_seconds = 2});
    shadow_fill(&f);
    world.script = f;
    if (setjmp(end) == 0) {
        for (uint32_t i = 1; i <= CALLS; i++) {
            memset(args, (int)i, sizeof args);
            session_call(i, bits & 2 ? "run_it" : "it", args, sizeof args, describe);
            taken += taken == 0; /* REPLY_READY */
            HOLDS(taken < queued && queue[taken].right && queue[taken].sequence == i);
            taken++;
            HOLDS(!shadow_is_damaged());
        }
    }
    session_close();
    hang_up(&world.socket);
    hang_up(&world.output);
    HOLDS(strlen(session_output()) <= 2048);
    HOLDS(open_descriptors() == before);
    return 0;
}
