/**
 * @file fuzz_archive.c
 * @brief Feeds the bytes of an archive to grader/autograde/walk.c and finds.c, and so to libarchive.
 *
 * The input is the archive. By its length it lies in a folder or not, and is read as tagged or not.
 * What must hold: submission.h.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/submission.h"

#include <stdio.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[300];
    bool in_folder = size & 1, tagged = size & 2;
    submission_begin();
    mkdir(fuzz_path("in"), 0700);
    fuzz_write(fuzz_path("in/hand-in.tar.gz"), data, size);
    snprintf(path, sizeof path, "%s", fuzz_path(in_folder ? "in" : "in/hand-in.tar.gz"));
    submission_read(path, tagged, NULL);
    return 0;
}
