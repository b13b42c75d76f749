/**
 * @file sandbox.c
 * @brief Bubblewrap's options and the resource limits. See sandbox.h.
 */
#define _GNU_SOURCE
#include "grader/runner/sandbox.h"

#include "grader/runner/abi.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MAX_ARGS = 192,
    MEMORY_BYTES = 192 << 20, /* of addresses: the arena has 64 MiB of them */
    STACK_BYTES = 8 << 20,
    DEVICE_FILE_BYTES = 64 << 20
};

struct args {
    const char *list[MAX_ARGS];
    size_t count;
};

static void add(struct args *a, const char *const *words)
{
    for (; *words && a->count + 1 < MAX_ARGS; words++)
        a->list[a->count++] = *words;
    a->list[a->count] = NULL;
}
#define ADD(a, ...) add((a), (const char *const[]){__VA_ARGS__, NULL})

/* The system's libraries and nothing else: a real folder is bound, a link (merged /usr) copied. */
static void add_libraries(struct args *a)
{
    static const char *const folders[] = {"/usr/lib", "/usr/lib64", "/lib", "/lib64"};
    static char targets[4][256];
    for (size_t i = 0; i < 4; i++) {
        ssize_t n = readlink(folders[i], targets[i], sizeof targets[i] - 1);
        if (n > 0) {
            targets[i][n] = '\0';
            ADD(a, "--symlink", targets[i], folders[i]);
        } else {
            ADD(a, "--ro-bind-try", folders[i], folders[i]);
        }
    }
}

static void add_bubblewrap(struct args *a)
{
    ADD(a, "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL");
    ADD(a, "--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--clearenv");
    add_libraries(a);
    ADD(a, "--tmpfs", "/tmp", "--chdir", "/tmp");
}

/* What NVIDIA's driver needs in a process: its devices, /proc and /sys to find them, and libraries
 * that may lie in /usr/local. */
static void add_device(struct args *a)
{
    static glob_t devices; /* the texts must live until exec */
    ADD(a, "--dev", "/dev", "--proc", "/proc", "--ro-bind-try", "/sys", "/sys");
    ADD(a, "--ro-bind-try", "/usr/local", "/usr/local");
    ADD(a, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache");
    globfree(&devices);
    if (glob("/dev/nvidia*", 0, NULL, &devices) == 0)
        for (size_t i = 0; i < devices.gl_pathc && i < 32; i++)
            ADD(a, "--dev-bind-try", devices.gl_pathv[i], devices.gl_pathv[i]);
    if (getenv("LD_LIBRARY_PATH"))
        ADD(a, "--setenv", "LD_LIBRARY_PATH", getenv("LD_LIBRARY_PATH"));
}

static void limit(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit r = {soft, hard};
    setrlimit(resource, &r);
}

static void set_limits(int cpu_seconds, bool device)
{
    rlim_t cpu = (rlim_t)cpu_seconds;
    limit(RLIMIT_CPU, cpu, cpu + 1);
    limit(RLIMIT_CORE, 0, 0);
    if (device) { /* CUDA reserves far more addresses than memory, and shares memory through files */
        limit(RLIMIT_FSIZE, DEVICE_FILE_BYTES, DEVICE_FILE_BYTES);
        return;
    }
    limit(RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES);
    limit(RLIMIT_STACK, STACK_BYTES, STACK_BYTES);
    limit(RLIMIT_FSIZE, 0, 0);
    limit(RLIMIT_NOFILE, 32, 32);
    limit(RLIMIT_MEMLOCK, 0, 0);
}

/* In the child: put the three descriptors where the worker expects them and close all others.
 * Copies come first, high up, so that no target overwrites a source. */
static int arrange_descriptors(int socket, int arena, int output)
{
    int high[3] = {fcntl(socket, F_DUPFD, 64), fcntl(arena, F_DUPFD, 64),
                   fcntl(output, F_DUPFD, 64)};
    int null = open("/dev/null", O_RDONLY);
    if (high[0] < 0 || high[1] < 0 || high[2] < 0 || null < 0)
        return -1;
    dup2(null, 0);
    dup2(high[2], 1);
    dup2(high[2], 2);
    dup2(high[0], WORKER_SOCKET);
    dup2(high[1], WORKER_ARENA);
    return close_range(WORKER_ARENA + 1, ~0u, 0);
}

pid_t sandbox_start(const struct sandbox *s, int socket, int arena, int output)
{
    struct args a = {.count = 0};
    if (s->bubblewrap) {
        add_bubblewrap(&a);
        if (s->device)
            add_device(&a);
        ADD(&a, "--ro-bind", s->worker, "/lab/worker", "--ro-bind", s->library, "/lab/lab.so");
        ADD(&a, "--remount-ro", "/", "/lab/worker", "/lab/lab.so");
    } else {
        ADD(&a, s->worker, s->library);
    }
    if (s->device)
        ADD(&a, "--device");
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || arrange_descriptors(socket, arena, output) != 0)
        _exit(127);
    set_limits(s->cpu_seconds, s->device);
    if (!s->bubblewrap && !s->device) /* bubblewrap clears it itself; CUDA is found through it */
        clearenv();
    execvp(a.list[0], (char *const *)a.list);
    _exit(127);
}

/* Bubblewrap's child is the init of the sandbox's PID namespace. When that is killed, the kernel ends
 * everything in the namespace before bubblewrap can reap it and end too; killing bubblewrap first
 * would leave the rest to die a moment later. */
void sandbox_kill(pid_t pid)
{
    char path[64], children[64] = "";
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    FILE *file = fopen(path, "re");
    if (file) {
        if (!fgets(children, sizeof children, file))
            children[0] = '\0';
        fclose(file);
    }
    long init = strtol(children, NULL, 10);
    kill(init > 1 ? (pid_t)init : pid, SIGKILL);
}

void sandbox_read_source_line(FILE *out, char *line, size_t size)
{
    line[0] = '\0';
    /* The innermost function first, then those that it was inlined into: of these, the first that is
     * not given code of common/simt. */
    while (out && fgets(line, (int)size, out) && strstr(line, "/common/simt/"))
        ;
    if (line[0] == '?')
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    char *more = strstr(line, " (discriminator");
    if (more)
        *more = '\0';
}

void sandbox_source_line(const struct sandbox *s, uint64_t offset, char *line, size_t size)
{
    char place[32];
    snprintf(place, sizeof place, "0x%llx", (unsigned long long)offset);
    struct args a = {.count = 0};
    if (s->bubblewrap) {
        add_bubblewrap(&a);
        ADD(&a, "--ro-bind", "/usr/bin", "/usr/bin", "--ro-bind", s->library, "/lab/lab.so");
    }
    ADD(&a, "/usr/bin/addr2line", "-ie", s->bubblewrap ? "/lab/lab.so" : s->library, place);
    int ends[2];
    line[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        set_limits(2, false);
        dup2(ends[1], 1);
        execvp(a.list[0], (char *const *)a.list);
        _exit(127);
    }
    close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    sandbox_read_source_line(out, line, size);
    if (out)
        fclose(out);
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

/* Runs a program in silence. @return its exit status, or -1 if it did not get that far */
static int run_quietly(const struct args *a)
{
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execvp(a->list[0], (char *const *)a->list);
        _exit(127);
    }
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct sandbox_means sandbox_probe(const char *worker)
{
    struct args inside = {.count = 0}, plain = {.count = 0};
    add_bubblewrap(&inside);
    ADD(&inside, "--ro-bind", worker, "/lab/worker", "--remount-ro", "/", "/lab/worker", "--probe");
    int status = run_quietly(&inside);
    bool bubblewrap = status == 0 || status == PROBE_WITHOUT_LANDLOCK;
    if (!bubblewrap) {
        ADD(&plain, worker, "--probe");
        status = run_quietly(&plain);
    }
    return (struct sandbox_means){.bubblewrap = bubblewrap, .landlock = status == 0};
}

const char *sandbox_name(struct sandbox_means m)
{
    if (m.bubblewrap)
        return m.landlock ? "bubblewrap+landlock+seccomp" : "bubblewrap+seccomp";
    return m.landlock ? "landlock+seccomp, no bubblewrap" : "seccomp only, no bubblewrap";
}
