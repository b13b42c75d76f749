/**
 * @file main.c
 * @brief The runner of one lab's tests: Criterion starts each test in a process of its own, this
 *        joins their records, prints the report and writes the result file.
 *
 * Run by `make grade`. No student code ever runs in this process or in the tests' (except with
 * --direct, which is for debuggers and never writes a score).
 */
#define _GNU_SOURCE
#include "grader/result.h"
#include "grader/runner/sandbox.h"
#include "grader/settings.h"

#include <criterion/hooks.h>
#include <criterion/options.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

struct options {
    const char *source, *library, *gpu_library, *gpu_name, *worker, *quiz, *hash, *files, *out,
        *tests;
    uint64_t seed;
    uint64_t jobs; /* tests at a time; 0: two a core, as tests wait for their workers */
    bool direct, no_bubblewrap, forked, list, strict, until_lost;
    bool partial; /* not all tests: that is no result, unless --again asks for it */
};

static const char usage[] =
    "usage: test_labNN --library=SO --worker=PROGRAM --quiz=FILE [--out=JSON] [--seed=N]\n"
    "                  [--test=NAME] [--again=NAME,NAME...] [--jobs=N] [--source=FOLDER]\n"
    "                  [--hash=HEX] [--direct] [--no-bubblewrap] [--strict] [--list]\n"
    "                  [--files=LINES] [--until-lost] [--fork]\n"
    "                  [--gpu-library=SO --gpu-name=NAME]\n"
    "Run it through `make grade`; `make help` says more.\n";

static int read_number(const char *name, const char *text, uint64_t *number)
{
    char *end;
    *number = strtoull(text, &end, 0);
    if (*text && *end == '\0' && *text != '-')
        return 0;
    fputs("grade: ", stderr);
    for (; *name; name++)
        fputc(toupper((unsigned char)*name), stderr); /* as make knows it */
    fprintf(stderr, "=%s is not a whole number from 0 up\n", text);
    return -1;
}

static int read_options(int argc, char **argv, struct options *o)
{
    const char *test = NULL, *again = NULL;
    enum kind { TEXT, NUMBER, FLAG };
    const struct {
        const char *name;
        enum kind kind;
        void *to;
    } table[] = {{"library", TEXT, &o->library},
                 {"gpu-library", TEXT, &o->gpu_library},
                 {"gpu-name", TEXT, &o->gpu_name},
                 {"worker", TEXT, &o->worker},
                 {"quiz", TEXT, &o->quiz},
                 {"out", TEXT, &o->out},
                 {"source", TEXT, &o->source},
                 {"hash", TEXT, &o->hash},
                 {"files", TEXT, &o->files},
                 {"test", TEXT, &test},
                 {"again", TEXT, &again},
                 {"seed", NUMBER, &o->seed},
                 {"jobs", NUMBER, &o->jobs},
                 {"direct", FLAG, &o->direct},
                 {"no-bubblewrap", FLAG, &o->no_bubblewrap},
                 {"fork", FLAG, &o->forked},
                 {"list", FLAG, &o->list},
                 {"strict", FLAG, &o->strict},
                 {"until-lost", FLAG, &o->until_lost}};
    enum { COUNT = sizeof table / sizeof *table };
    struct option names[COUNT + 1] = {{0}};
    for (int i = 0; i < COUNT; i++)
        names[i] = (struct option){table[i].name, table[i].kind != FLAG, NULL, i};
    for (int i; (i = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (i >= COUNT) {
            fputs(usage, stderr);
            return -1;
        }
        if (table[i].kind == TEXT)
            *(const char **)table[i].to = optarg;
        else if (table[i].kind == FLAG)
            *(bool *)table[i].to = true;
        else if (read_number(table[i].name, optarg, table[i].to) != 0)
            return -1;
    }
    o->tests = test ? test : again;
    /* With until-lost it is only asked whether points are lost: those left out count as lost. */
    o->partial = test || o->until_lost;
    if (!o->list && (!o->library || !o->worker || !o->quiz)) {
        fputs(usage, stderr);
        return -1;
    }
    return 0;
}

static void add_test(struct result *r, const struct criterion_test *test)
{
    r->tests = realloc(r->tests, (r->count + 1) * sizeof *r->tests);
    if (!r->tests)
        abort();
    r->tests[r->count++] = (struct test_result){.test = test->data->data};
}

/* Is this test asked for? `names` has commas between them; NULL asks for every test. */
static bool is_asked(const struct graded *graded, const char *names)
{
    if (!graded || !names)
        return graded;
    size_t length = strlen(graded->name);
    for (const char *at = names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, graded->name, length) == 0 && (at[length] == '\0' || at[length] == ','))
            return true;
    return false;
}

static void find_tests(struct result *r, struct criterion_test_set *set, const char *names)
{
    FOREACH_SET(struct criterion_suite_set * suite, set->suites)
    {
        FOREACH_SET(struct criterion_test * test, suite->tests)
        {
            if (is_asked(test->data->data, names))
                add_test(r, test);
        }
    }
}

static void list_names(struct criterion_test_set *set, FILE *out)
{
    struct result all = {0};
    find_tests(&all, set, NULL);
    result_collect(&all, "/dev/null");
    for (size_t i = 0; i < all.count; i++)
        fprintf(out, "%s\t%g\t%s\n", all.tests[i].test->name, all.tests[i].test->points,
                all.tests[i].test->idea);
    result_free(&all);
}

/* A test in a child of this process, which has all that it needs in memory already: Criterion starts
 * the program anew for each, which is half of a grade's time. @return whether it passed */
static bool run_forked(const struct graded *test)
{
    pid_t pid = fork();
    if (pid == 0) {
        alarm(TEST_SECONDS);
        _exit(graded_run(test) ? 0 : 1);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0;
}

/* Without Criterion, one test after the other: with --direct in this very process, so that gdb,
 * valgrind and the sanitizers see the student's code. */
static void run_one_by_one(struct criterion_test_set *set, const struct options *o)
{
    FOREACH_SET(struct criterion_suite_set * suite, set->suites)
    {
        FOREACH_SET(struct criterion_test * test, suite->tests)
        {
            const struct graded *graded = test->data->data;
            if (!is_asked(graded, o->tests))
                continue;
            bool passed = o->direct ? graded_run(graded) : run_forked(graded);
            if (!passed && o->until_lost)
                return;
        }
    }
}

/* The tests that find_tests() found, as Criterion's pattern: lab05/@(one|another). */
static char *pattern_of(const struct result *r)
{
    char *pattern = NULL;
    size_t size;
    FILE *text = open_memstream(&pattern, &size);
    if (!text)
        abort();
    fprintf(text, "%s/@(", lab_name);
    for (size_t i = 0; i < r->count; i++)
        fprintf(text, "%s%s", i ? "|" : "", r->tests[i].test->name);
    fputc(')', text);
    fclose(text);
    return pattern;
}

/* Criterion (2.4.1) talks with its tests through a socket of this name, and aborts without a word where
 * it cannot make it: /tmp is read-only, or a run that was killed left its own, which only that run's
 * user may remove. */
static bool socket_is_free(void)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/criterion_%llu.sock", (unsigned long long)getpid());
    return access(path, F_OK) != 0 && errno == ENOENT && access("/tmp", W_OK) == 0;
}

static void run(struct criterion_test_set *set, const struct result *r, const struct options *o)
{
    if (o->direct || o->forked || !socket_is_free()) {
        run_one_by_one(set, o);
        return;
    }
    char *pattern = o->tests ? pattern_of(r) : NULL;
    criterion_options.pattern = pattern;
    criterion_options.jobs = o->jobs ? (size_t)o->jobs : 2 * (size_t)get_nprocs();
    criterion_options.fail_fast = o->until_lost;
    criterion_options.logging_threshold = CRITERION_LOG_LEVEL_QUIET;
    criterion_run_all_tests(set);
    free(pattern);
}

/* The user's own Criterion settings must not steer a grade. */
static void forget_criterion_environment(void)
{
    static const char *const names[] = {
        "CRITERION_ALWAYS_SUCCEED", "CRITERION_DISABLE_TIME_MEASUREMENTS",
        "CRITERION_ENABLE_TAP",     "CRITERION_FAIL_FAST",
        "CRITERION_JOBS",           "CRITERION_OUTPUTS",
        "CRITERION_SHORT_FILENAME", "CRITERION_TEST_PATTERN",
        "CRITERION_USE_ASCII",      "CRITERION_VERBOSITY_LEVEL"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

/* Criterion in quiet mode sends both streams to /dev/null; the report goes to what they were. */
static FILE *keep_stream(int fd)
{
    FILE *kept = fdopen(fcntl(fd, F_DUPFD_CLOEXEC, 100), "w");
    if (!kept)
        abort();
    return kept;
}

static void publish(const struct options *o, int records, bool bubblewrap, char *path, size_t size)
{
    /* A memfd, not a file: a full disk cannot lose a record. Tests open it through this process. */
    snprintf(path, size, "/proc/%ld/fd/%d", (long)getpid(), records);
    settings_publish(&(struct settings){.library = o->library,
                                        .gpu_library = o->gpu_library,
                                        .gpu_name = o->gpu_name,
                                        .worker = o->worker,
                                        .quiz = o->quiz,
                                        .record = path,
                                        .seed = o->seed,
                                        .bubblewrap = bubblewrap,
                                        .direct = o->direct});
}

int main(int argc, char **argv)
{
    struct options o = {
        .seed = 1, .source = "", .hash = "", .files = "", .gpu_library = "", .gpu_name = "a GPU"};
    if (read_options(argc, argv, &o) != 0)
        return 2;
    forget_criterion_environment();
    /* Whoever started this may have it ignore SIGCHLD: then no end of a child would be told. */
    signal(SIGCHLD, SIG_DFL);
    FILE *report = keep_stream(1), *errors = keep_stream(2);
    bool colour = isatty(1) && !getenv("NO_COLOR");
    struct sandbox_means means = {0};
    if (!o.list && !o.direct)
        means = sandbox_probe(o.worker);
    if (o.no_bubblewrap)
        means.bubblewrap = false;
    int records = memfd_create("lowp-records", MFD_CLOEXEC);
    char path[64];
    if (!o.list)
        publish(&o, records, means.bubblewrap, path, sizeof path);

    struct criterion_test_set *set = criterion_initialize();
    struct result r = {.lab = lab_name,
                       .source = o.source,
                       .tests_hash = o.hash,
                       .files = o.files,
                       .seed = o.seed,
                       .gpu = o.gpu_name,
                       .direct = o.direct,
                       .sandbox = o.direct ? "none (direct)" : sandbox_name(means)};
    find_tests(&r, set, o.tests);
    int status = 0;
    if (o.list || r.count == 0) {
        if (!o.list)
            fprintf(errors, "grade: no test is called %s; the tests of %s are:\n",
                    o.tests ? o.tests : "so", lab_name);
        list_names(set, o.list ? report : errors);
        status = o.list ? 0 : 2;
    } else {
        run(set, &r, &o);
        result_collect(&r, path);
        result_print(&r, report, colour);
        if (o.out && !o.direct && !o.partial)
            status = result_write(&r, o.out, errors) == 0 ? 0 : 3;
        if (status == 0 && o.strict && r.points < r.max_points)
            status = 1;
    }
    result_free(&r);
    fclose(report);
    fclose(errors);
    criterion_finalize(set);
    return status;
}

/* Criterion starts libgit2 (and with it OpenSSL) in every test process, for diffs of strings that no
 * graded test makes. That was half the time of a grade, so these two stand in its place. */
int git_libgit2_init(void);
int git_libgit2_init(void)
{
    return 1;
}

int git_libgit2_shutdown(void);
int git_libgit2_shutdown(void)
{
    return 0;
}
