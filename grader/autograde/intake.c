/**
 * @file intake.c
 * @brief Takes a student's files out of what was handed in. Run by intake.sh, which says where:
 *
 *   in a sandbox, as it reads what strangers made:
 *     intake [--tagged] FILE-OR-FOLDER OUT LAB...   writes OUT/labNN/{labNN.c,labNN.cu,quiz.txt} and
 *                                                   prints {"notes": [...], "problem": "..."}
 *     intake --plan FOLDER NAME                     prints a line a student of a download (layouts.h)
 *   outside, on what the sandbox left behind:
 *     intake --keep META STATUS REPORT FROM TO LAB...  copies the files of a run that ended with
 *                                                   STATUS from FROM to TO, and prints the student's
 *                                                   line of submissions.jsonl; META is the plan's
 *   anywhere:
 *     intake --sid NAME                             prints the SID of a student of that name
 *
 * Exit: 0 (also where there is a problem: that is a result), 1 nothing can be read or kept, 2 wrong
 * usage, NOT_WRITTEN (keep.h) if OUT cannot be written.
 */
#define _GNU_SOURCE
#include "grader/autograde/keep.h"
#include "grader/autograde/layouts.h"
#include "grader/autograde/names.h"
#include "grader/autograde/walk.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
    fputs("usage: intake [--tagged] FILE-OR-FOLDER OUT LAB...\n"
          "       intake --plan FOLDER NAME\n"
          "       intake --keep META STATUS REPORT FROM TO LAB...\n"
          "       intake --sid NAME\n",
          stderr);
    return 2;
}

/* The labs at the end of the command line. @return 0, or -1 if there is none or it is no lab's name */
static int read_labs(struct finds *f, char **names)
{
    for (; *names && f->lab_count < MAX_LABS; names++) {
        if (!is_lab_name(*names) || (*names)[LAB_NAME] != '\0')
            return -1;
        f->labs[f->lab_count++] = *names;
    }
    return f->lab_count > 0 && !*names ? 0 : -1;
}

static int take(int argc, char **argv)
{
    struct finds f = {.tagged = strcmp(argv[1], "--tagged") == 0};
    argv += f.tagged;
    argc -= f.tagged;
    if (argc < 4 || read_labs(&f, argv + 3) != 0)
        return usage();
    walk(&f, argv[1]);
    int status = finds_write(&f, argv[2]);
    json_t *report = finds_report(&f);
    if (json_dumpf(report, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) != 0 || puts("") < 0)
        status = -1;
    json_decref(report);
    return fflush(stdout) == 0 && status == 0 ? 0 : NOT_WRITTEN;
}

static int keep(int argc, char **argv)
{
    struct finds f = {0};
    if (argc < 8 || read_labs(&f, argv + 7) != 0)
        return usage();
    struct kept k = {argv[2], atoi(argv[3]), argv[4], argv[5], argv[6]};
    return keep_files(&k, &f) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* names in archives are UTF-8, or bytes */
    if (argc == 3 && strcmp(argv[1], "--sid") == 0) {
        char sid[SID_SIZE];
        sid_from_name(argv[2], sid);
        return puts(sid) < 0;
    }
    if (argc == 4 && strcmp(argv[1], "--plan") == 0)
        return layouts_plan(argv[2], argv[3]);
    if (argc > 1 && strcmp(argv[1], "--keep") == 0)
        return keep(argc, argv);
    return argc > 1 ? take(argc, argv) : usage();
}
