/**
 * @file report.c
 * @brief The result on a terminal: what to do next comes last, where the eye rests.
 */
#include "grader/result.h"

#include <inttypes.h>
#include <string.h>

struct paint {
    const char *good, *bad, *dim, *bold, *off;
};

static const struct paint plain = {"", "", "", "", ""};
static const struct paint ansi = {"\033[32m", "\033[31m", "\033[2m", "\033[1m", "\033[0m"};

static bool is(const struct test_result *t, const char *status)
{
    return strcmp(t->status, status) == 0;
}

/* Prints a text of several lines, each behind the margin. */
static void print_block(FILE *out, const char *margin, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fputs(margin, out);
        fwrite(text, 1, length, out);
        fputc('\n', out);
        text += length + (text[length] == '\n');
    }
}

static void print_test(const struct result *r, const struct test_result *t, FILE *out,
                       const struct paint *p)
{
    bool open = is(t, "not implemented");
    const char *mark = is(t, "passed") ? "ok  " : open ? "todo" : "FAIL";
    const char *colour = is(t, "passed") ? p->good : open ? p->dim : p->bad;
    fprintf(out, "  %s%s%s %4.3g/%-3g %-24s %s%s%s\n", colour, mark, p->off, t->points,
            t->test->points, t->test->name, p->dim, t->test->idea, p->off);
    if (is(t, "passed") || open)
        return;
    print_block(out, "         ", t->message);
    if (*t->belief) {
        fprintf(out, "%s", p->bold);
        print_block(out, "         likely: ", t->belief);
        fprintf(out, "%s", p->off);
    }
    if (*t->output) {
        fprintf(out, "         %syour code printed:%s\n", p->dim, p->off);
        print_block(out, "         | ", t->output);
    }
    fprintf(out, "         %shint: make hint LAB=%s TEST=%s%s\n", p->dim, r->lab, t->test->name,
            p->off);
}

static const struct test_result *first_open(const struct result *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (!is(&r->tests[i], "passed"))
            return &r->tests[i];
    return NULL;
}

void result_print(const struct result *r, FILE *out, bool colour)
{
    const struct paint *p = colour ? &ansi : &plain;
    fprintf(out, "%s%s%s  %s%s, seed %" PRIu64 ", sandbox: %s%s\n", p->bold, r->lab, p->off, p->dim,
            r->source, r->seed, r->sandbox, p->off);
    size_t passed = 0, open = 0, kernels = 0;
    for (size_t i = 0; i < r->count; i++) {
        print_test(r, &r->tests[i], out, p);
        passed += is(&r->tests[i], "passed");
        open += is(&r->tests[i], "not implemented");
        kernels += r->tests[i].kernels;
    }
    char devices[128];
    result_devices(r, devices, sizeof devices);
    if (kernels)
        fprintf(out, "\n%skernels ran on: %s%s\n", p->dim,
                strcmp(devices, "CPU") ? devices : "CPU (common/simt)", p->off);
    fprintf(out, "\n%s%s: %.4g of %g points%s   %zu passed, %zu failed, %zu not implemented yet\n",
            p->bold, r->lab, r->points, r->max_points, p->off, passed, r->count - passed - open,
            open);
    if (r->direct)
        fprintf(out, "direct mode: one process, no sandbox, for debugging. This is not a score.\n");
    const struct test_result *next = first_open(r);
    if (next)
        fprintf(out, "next: %s (%s)\n", next->test->name, next->test->idea);
}
