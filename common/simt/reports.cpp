/**
 * @file reports.cpp
 * @brief What a kernel says: printf(), assert(), open exercises; and how a program ends with it.
 */
#include "common/simt/internal.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

int simt_printf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vprintf(format, arguments);
    va_end(arguments);
    return n;
}

void todo_kernel(const char *id)
{
    simt_record_todo(id);
    simt_abandon();
}

/** Called in the place of a kernel that could not be built. @param[in] why the whole message */
extern "C" void simt_missing(const char *why)
{
    simt_record_text(why);
    simt_abandon();
}

static void fail_at(const char *file, int line, const char *message)
{
    struct simt_thread here = *simt_here->running;
    here.file = file;
    here.line = line;
    simt_record(simt_here, &here, simt_site(&here).text, message);
    simt_abandon();
}

void simt_trap(const char *file, int line)
{
    fail_at(file, line, "the kernel ended itself with __trap()");
    abort();
}

/* What assert() of the C library calls; linked into one library with the kernels, this one. */
extern "C" void __assert_fail(const char *condition, const char *file, unsigned line,
                              const char *function) noexcept
{
    char message[300];
    if (simt_here && simt_here->running) {
        snprintf(message, sizeof message, "assert(%.200s) failed", condition);
        fail_at(file, (int)line, message);
    }
    fprintf(stderr, "%s:%u: %s: assert(%s) failed\n", file, line, function, condition);
    abort();
}

// --------------------------------------------------------------------------------------------
// the end of a program
// --------------------------------------------------------------------------------------------

/** Prints the source line of <library+0xoffset>, by addr2line; the token itself without it. */
static void print_place(const char *token, size_t length)
{
    char library[400], command[600], line[400] = "";
    const char *offset = (const char *)memchr(token, '+', length);
    Dl_info self;
    if (dladdr((const void *)print_place, &self) && access(self.dli_fname, R_OK) == 0) {
        snprintf(library, sizeof library, "%s", self.dli_fname);
        setenv("SIMT_LIBRARY", library, 1);
        snprintf(command, sizeof command, "addr2line -ie \"$SIMT_LIBRARY\" %.*s 2>/dev/null",
                 (int)(length - (size_t)(offset + 1 - token)), offset + 1);
        FILE *tool = popen(command, "r"); // NOLINT(cert-env33-c): no word of it is a user's
        /* Functions of this folder are inlined into the kernel: the kernel's line is wanted. */
        while (tool && fgets(line, sizeof line, tool) && strstr(line, "/common/simt/"))
            ;
        if (tool)
            pclose(tool);
        line[strcspn(line, "\n")] = '\0';
        char *more = strstr(line, " (discriminator");
        if (more)
            *more = '\0';
    }
    if (line[0] == '\0' || line[0] == '?')
        fprintf(stderr, "<%.*s>", (int)length, token);
    else
        fprintf(stderr, "%s", line);
}

void launch_exit(const char *text)
{
    while (*text) {
        size_t length = *text == '<' ? strcspn(text, ">") : 0;
        if (length > 0 && text[length] == '>' && memchr(text, '+', length)) {
            print_place(text + 1, length - 1);
            text += length + 1;
        } else {
            fputc(*text++, stderr);
        }
    }
    fputc('\n', stderr);
    exit(2);
}
