/**
 * @file fuzz_keep.c
 * @brief Has grader/autograde/keep.c take over what a sandbox left behind that an archive took over.
 *
 * The input: the exit status, what lies where the files of two labs should (a byte each), and the
 * report. Must hold: one line of JSON with clean texts; only regular files of known names and of at most
 * MAX_FILE bytes are kept, with their content; none where there is a problem.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "grader/autograde/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const lab_names[] = {"lab05", "lab06"};
static const char *const names[][KINDS] = {{"lab05.c", "lab05.cu", "quiz.txt"},
                                           {"lab06.c", "lab06.cu", "quiz.txt"}};
enum { LABS = 2, CONTENT = 13 };
static const char content[] = "int lowp = 1;";

enum what { NOTHING, REGULAR, LINK, PIPE, FOLDER, TWO_NAMES, TOO_LARGE, WHATS };

static void make(enum what what, const char *path)
{
    switch (what) {
    case REGULAR:
        fuzz_write(path, content, CONTENT);
        break;
    case LINK:
        HOLDS(symlink("/etc/passwd", path) == 0);
        break;
    case PIPE:
        HOLDS(mkfifo(path, 0600) == 0);
        break;
    case FOLDER:
        HOLDS(mkdir(path, 0700) == 0);
        break;
    case TWO_NAMES:
        HOLDS(link(fuzz_path("elsewhere"), path) == 0);
        break;
    case TOO_LARGE:
        fuzz_write(path, "", 0);
        HOLDS(truncate(path, MAX_FILE + 1) == 0);
        break;
    default:
        break;
    }
}

/* @param[out] whats  what lies at the place of each file */
static void make_folder(struct feed *f, enum what whats[LABS][KINDS])
{
    fuzz_remove(fuzz_path("from"));
    fuzz_remove(fuzz_path("to"));
    fuzz_write(fuzz_path("elsewhere"), content, CONTENT);
    HOLDS(mkdir(fuzz_path("from"), 0700) == 0);
    for (size_t lab = 0; lab < LABS; lab++) {
        char path[64];
        snprintf(path, sizeof path, "from/%s", lab_names[lab]);
        HOLDS(mkdir(fuzz_path(path), 0700) == 0);
        for (size_t kind = 0; kind < KINDS; kind++) {
            snprintf(path, sizeof path, "from/%s/%s", lab_names[lab], names[lab][kind]);
            whats[lab][kind] = (enum what)(feed_byte(f) % WHATS);
            make(whats[lab][kind], fuzz_path(path));
        }
    }
}

static bool is_kept(size_t lab, size_t kind)
{
    char path[64], bytes[CONTENT + 2];
    snprintf(path, sizeof path, "to/%s/%s", lab_names[lab], names[lab][kind]);
    FILE *file = fopen(fuzz_path(path), "r");
    if (!file)
        return false;
    HOLDS(fread(bytes, 1, sizeof bytes, file) == CONTENT && memcmp(bytes, content, CONTENT) == 0);
    fclose(file);
    return true;
}

static void look_at(const char *line, enum what whats[LABS][KINDS], bool ended_well)
{
    json_t *row = json_loads(line, 0, NULL), *notes = json_object_get(row, "notes"), *one;
    const char *problem = json_string_value(json_object_get(row, "problem"));
    size_t i;
    HOLDS(problem && fuzz_is_clean(problem) && (ended_well || *problem));
    HOLDS(json_is_array(notes) && json_array_size(notes) <= MAX_NOTES + 1);
    json_array_foreach(notes, i, one)
        HOLDS(json_is_string(one) && fuzz_is_clean(json_string_value(one)));
    for (size_t lab = 0; lab < LABS; lab++) {
        size_t kept = 0;
        for (size_t kind = 0; kind < KINDS; kind++) {
            bool want = !*problem && whats[lab][kind] == REGULAR;
            HOLDS(is_kept(lab, kind) == want);
            kept += want;
        }
        HOLDS(json_array_size(json_object_get(json_object_get(row, "labs"), lab_names[lab])) ==
              kept);
    }
    json_decref(row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    struct finds finds = {.labs = {lab_names[0], lab_names[1]}, .lab_count = LABS};
    enum what whats[LABS][KINDS];
    char from[200], to[200];
    snprintf(from, sizeof from, "%s", fuzz_path("from"));
    snprintf(to, sizeof to, "%s", fuzz_path("to"));
    int status = feed_byte(&f);
    make_folder(&f, whats);
    struct kept k = {.meta = "{\"sid\":\"a\",\"notes\":[],\"problem\":\"\"}",
                     .status = status,
                     .report = fuzz_file(f.at, f.left),
                     .from = from,
                     .to = to};
    size_t printed;
    fuzz_capture();
    int kept = keep_files(&k, &finds);
    char *line = fuzz_captured(&printed);
    HOLDS(kept == 0 && printed > 2 && strchr(line, '\n') == line + printed - 1);
    look_at(line, whats, status == 0);
    free(line);
    return 0;
}
