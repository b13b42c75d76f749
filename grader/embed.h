/**
 * @file embed.h
 * @brief Files that are parts of a program: it reads them wherever it runs, and a handout, which has
 *        the program and not the files, grades as the workbook does.
 *
 *      EMBED(golden_calls_csv, "grader/lab04/golden/calls.csv")
 *      FILE *file = embed_open(golden_calls_csv);
 *
 * The path begins at the project's root, where make compiles. The Makefile names these files itself:
 * -MMD does not list them.
 */
#ifndef LOWP_GRADER_EMBED_H
#define LOWP_GRADER_EMBED_H

#include <stdio.h>

/** Defines name[] and name_end[], the bytes of a file of this program, at file scope. */
#define EMBED(name, path)                                                                          \
    extern const char name[] __attribute__((visibility("hidden")));                                \
    extern const char name##_end[] __attribute__((visibility("hidden")));                          \
    __asm__(".pushsection .rodata\n" #name ":\n.incbin \"" path "\"\n" #name                       \
            "_end:\n.popsection\n");

/** Opens an embedded file for reading. @return the stream, or NULL: no memory, or the file is empty */
#define embed_open(name) fmemopen((void *)(name), (size_t)(name##_end - (name)), "r")

#endif
