/**
 * @file graded.c
 * @brief Runs one graded test and writes its record: what became of it, and what it earned.
 *
 * The record goes, as one line of JSON, to the file that the runner (main.c) named; the runner
 * trusts nothing else. A test that writes no record earned nothing.
 */
#define _GNU_SOURCE
#include "grader/grade.h"
#include "grader/runner/arena.h"
#include "grader/runner/session.h"
#include "grader/settings.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    DEFAULT_CPU_SECONDS = 2,
    DEVICE_CPU_SECONDS =
        15 /* CUDA takes seconds to start; waiting for a kernel costs CPU time too */
};

/* The one test of this process that is running. */
static struct {
    jmp_buf end;
    const struct graded *test;
    const char *status;
    char message[4000], belief[600];
    double share;            /* of the points that a failed test keeps */
    bool kernels, on_device; /* it called kernels; also those on a GPU */
} now;

uint64_t test_seed(void)
{
    return settings()->seed;
}

/* FNV-1a, so that each test has its own stream of numbers. */
static uint64_t hash_name(const char *s)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001B3u;
    return h;
}

uint64_t test_u64(uint64_t i)
{
    return rng_u64(test_seed(), hash_name(now.test ? now.test->name : ""), i);
}

double test_f64(uint64_t i)
{
    return (double)(test_u64(i) >> 11) * 0x1p-53;
}

void award(double share)
{
    now.share = share;
}

void because(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(now.belief, sizeof now.belief, format, args);
    va_end(args);
}

/* printf shows a NaN's sign bit, which says nothing of the number that is none. */
static void forget_signs_of_nans(char *text)
{
    for (char *at = text; (at = strstr(at, "-nan"));)
        memmove(at, at + 1, strlen(at));
}

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(now.message, sizeof now.message, format, args);
    va_end(args);
    forget_signs_of_nans(now.message);
    now.status = "failed";
    longjmp(now.end, 1);
}

void graded_stop(enum call_status status, const char *why)
{
    snprintf(now.message, sizeof now.message, "%s", why);
    now.status = call_status_name(status);
    longjmp(now.end, 1);
}

/* Text from the student's process may be any bytes; JSON wants UTF-8. */
static json_t *printable(const char *bytes)
{
    char clean[4100];
    size_t n = 0;
    for (; *bytes && n + 1 < sizeof clean; bytes++) {
        unsigned char c = (unsigned char)*bytes;
        clean[n++] = c == '\n' || c == '\t' || (c >= 32 && c < 127) ? (char)c : '?';
    }
    clean[n] = '\0';
    return json_string(clean);
}

static bool has_passed(void)
{
    return strcmp(now.status, "passed") == 0;
}

static void write_record(double seconds)
{
    double points = now.test->points * (has_passed() ? 1 : now.share);
    json_t *record =
        json_pack("{s:s, s:s, s:f, s:o, s:o, s:o, s:f, s:b, s:b}", "name", now.test->name, "status",
                  now.status, "points", points, "message", printable(now.message), "belief",
                  printable(has_passed() ? "" : now.belief), "output", printable(session_output()),
                  "seconds", seconds, "kernels", now.kernels, "on_device", now.on_device);
    char *line = record ? json_dumps(record, JSON_COMPACT) : NULL;
    char *whole = NULL;
    int length = line ? asprintf(&whole, "%s\n", line) : -1;
    int fd = open(settings()->record, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (length < 0 || fd < 0 || write(fd, whole, (size_t)length) != length)
        perror("cannot record a test's result");
    if (fd >= 0)
        close(fd);
    free(whole);
    free(line);
    json_decref(record);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Runs the test's body with a worker for this library. */
static void run_body(const char *library, bool device)
{
    const struct settings *set = settings();
    int seconds = now.test->cpu_seconds ? now.test->cpu_seconds : DEFAULT_CPU_SECONDS;
    session_open(&(struct session_config){.library = library,
                                          .worker = set->worker,
                                          .bubblewrap = set->bubblewrap,
                                          .device = device,
                                          .direct = set->direct,
                                          .cpu_seconds = device ? DEVICE_CPU_SECONDS : seconds});
    if (setjmp(now.end) == 0)
        now.test->body();
    session_close();
}

/* The same body once more, with kernels that nvcc compiled. What fails there says so. */
static void run_on_device(const struct settings *set)
{
    char message[sizeof now.message - 100];
    now.on_device = true;
    now.share = 0;
    now.belief[0] = '\0';
    if (access(set->gpu_library, R_OK) == 0) {
        run_body(set->gpu_library, true);
    } else {
        now.status = call_status_name(CALL_UNLOADABLE);
        snprintf(
            now.message, sizeof now.message,
            "nvcc refused the file, so its kernels cannot run there; `make kernels` shows why");
    }
    if (has_passed())
        return;
    snprintf(message, sizeof message, "%.1800s", now.message);
    snprintf(now.message, sizeof now.message, "right on the CPU, but on %.60s: %s", set->gpu_name,
             message);
}

bool graded_run(const struct graded *test)
{
    now.test = test;
    now.status = "passed";
    now.message[0] = now.belief[0] = '\0';
    now.share = 0;
    now.on_device = false;
    const struct settings *set = settings();
    double start = seconds_now();
    run_body(set->library, false);
    now.kernels = session_called_kernel();
    if (now.kernels && has_passed() && *set->gpu_library && !set->direct)
        run_on_device(set);
    write_record(seconds_now() - start);
    return has_passed();
}
