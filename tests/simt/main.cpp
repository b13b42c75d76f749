/**
 * @file main.cpp
 * @brief Runs the classic kernels of this folder on the CPU: right ones for all sizes and several
 *        orders of blocks and lanes, with results compared; broken twins, whose diagnosis must name
 *        kernel, block, thread, file and line. Built twice by tests/check_simt.sh.
 *
 *      simt_kernels [WORD]     only kernels with this word in their name; exits with 1 on a failure
 */
#include "tests/simt/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <string>

extern const struct suite reductions, scans, histograms, tiles, sorts, warps, orders, grids, types,
    words, mistakes;

#ifdef SIMT_CHECKED
static const bool CHECKED = true;
#else
static const bool CHECKED = false;
#endif
static unsigned failures, launches, kernels_run, twins_run, twins_left_out;

static void fail(const char *name, const char *format, const char *a, const char *b)
{
    printf("FAIL: %s: ", name);
    printf(format, a, b);
    printf("\n");
    failures++;
}

/** The line of the source that ends with "// told: NAME"; 0: there is none. */
static unsigned marked_line(const char *file, const char *name)
{
    char text[400], mark[200];
    unsigned line = 0, found = 0;
    snprintf(mark, sizeof mark, "// told: %s\n", name);
    FILE *source = fopen(file, "r");
    while (source && fgets(text, sizeof text, source)) {
        line++;
        const char *at = strstr(text, "// told: ");
        if (at && strcmp(at, mark) == 0)
            found = line;
    }
    if (source)
        fclose(source);
    return found;
}

/** The message with every <program+0xoffset> translated to file:line by addr2line. */
static std::string translated(std::string text)
{
    for (size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
        size_t end = text.find('>', at), plus = text.find("+0x", at);
        char place[400] = "";
        if (plus == std::string::npos || end == std::string::npos || plus > end)
            continue;
        std::string command =
            "addr2line -ie /proc/$PPID/exe " + text.substr(plus + 1, end - plus - 1);
        FILE *tool = popen(command.c_str(), "r"); // NOLINT(cert-env33-c): a fixed command
        while (tool && fgets(place, sizeof place, tool) && strstr(place, "/common/simt/"))
            ; // inlined into the kernel, whose line is wanted
        place[strcspn(place, " \n")] = '\0';
        if (tool)
            pclose(tool);
        const char *relative = strstr(place, "tests/simt/");
        text.replace(at, end - at + 1, relative ? relative : place);
    }
    return text;
}

static void set(const char *variable, unsigned value)
{
    char text[20];
    snprintf(text, sizeof text, "%u", value);
    setenv(variable, text, 1);
}

/** Any order of blocks, warps and lanes, any number of the machine's threads: the same result. */
static void run_right(const struct classic *k)
{
    static const unsigned seeds[] = {0, 1, 2, 7, 12345}, threads[] = {1, 2, 5};
    kernels_run++;
    for (const unsigned *n = k->sizes; *n > 0; n++)
        for (unsigned seed : seeds)
            for (unsigned t : threads) {
                if (t > 1 && CHECKED)
                    continue;
                set("SIMT_SEED", seed);
                set("SIMT_THREADS", t);
                bool passes = k->right(*n);
                launches++;
                const char *failure = launch_take_failure();
                char where[100];
                snprintf(where, sizeof where, "n = %u, SIMT_SEED=%u, SIMT_THREADS=%u", *n, seed, t);
                if (failure)
                    fail(k->name, "%s: a false report: %s", where, translated(failure).c_str());
                else if (!passes)
                    fail(k->name, "%s: a wrong result%s", where, "");
            }
}

static void run_broken(const struct classic *k, const char *file)
{
    if (k->memory && !CHECKED) {
        twins_left_out++;
        return;
    }
    twins_run++;
    set("SIMT_THREADS", 1);
    for (unsigned seed = 0; seed < 4; seed++) {
        set("SIMT_SEED", seed);
        k->broken(k->n);
        launches++;
        const char *failure = launch_take_failure();
        std::string said = failure ? translated(failure) : "nothing";
        if (!failure)
            fail(k->name, "its twin: nothing was said%s%s", "", "");
        if (!failure || seed > 0)
            continue; // other orders: other threads
        bool refused = !k->place;
        unsigned line = marked_line(file, k->mark);
        std::string want = std::string(file) + ":" + std::to_string(line) + ": " + k->kernel;
        want += refused ? " was not launched: " : std::string(", ") + k->place + ": ";
        if (said.compare(0, want.size(), want) != 0)
            fail(k->name, "its twin: \"%s\" does not begin with \"%s\"", said.c_str(),
                 want.c_str());
        else if (said.find(k->words, want.size()) == std::string::npos)
            fail(k->name, "its twin: \"%s\" does not say \"%s\"", said.c_str(), k->words);
    }
}

int main(int argc, char **argv)
{
    static const struct suite *const suites[] = {&reductions, &scans, &histograms, &tiles,
                                                 &sorts,      &warps, &orders,     &grids,
                                                 &types,      &words, &mistakes};
    const char *word = argc > 1 ? argv[1] : "";
    launch_set_handler(NULL); // failures are asked for
    for (const struct suite *s : suites) {
        unsigned before = failures;
        for (size_t i = 0; i < s->count; i++) {
            const struct classic *k = &s->kernels[i];
            if (!strstr(k->name, word))
                continue;
            if (k->right)
                run_right(k);
            if (k->broken)
                run_broken(k, s->file);
        }
        printf("%s: %s: %zu kernels\n", failures == before ? "pass" : "FAIL", s->file, s->count);
    }
    printf("%s build: %u right kernels, %u broken twins (%u more need the checked build), "
           "%u launches, %u failures\n",
           CHECKED ? "checked" : "fast", kernels_run, twins_run, twins_left_out, launches,
           failures);
    return failures > 0 || kernels_run + twins_run == 0;
}
