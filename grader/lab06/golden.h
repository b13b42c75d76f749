/**
 * @file golden.h
 * @brief Reads the traces in grader/lab06/golden, which generate.py there computed.
 *
 * Used by tests_delayed.h, and by tests/test_lab06_facts.c, which runs in the project's root.
 */
#ifndef LOWP_GRADER_LAB06_GOLDEN_H
#define LOWP_GRADER_LAB06_GOLDEN_H

#include "common/formats.h"
#include "grader/embed.h"
#include "lab06.h"

#include <stdio.h>
#include <string.h>

#define GOLDEN_FOLDER "grader/lab06/golden/"
EMBED(golden_delayed_csv, GOLDEN_FOLDER "delayed.csv")

/** One step of a trace of delayed scaling: an amax, and the state after it. */
struct golden_step {
    size_t length; /**< of the history */
    int trace;     /**< number of the trace */
    enum fp8_kind kind;
    float amax;   /**< of this step, put into slot 0 */
    float scale;  /**< after the update */
    float oldest; /**< slot 1 after the update; slot 0 if the length is 1 */
    float newest; /**< the last slot after the update */
    struct fp8_recipe recipe;
};

enum { GOLDEN_STEPS_MAX = 4000, GOLDEN_LENGTH_MAX = 1024 };

/** Passes over the first line of a CSV. @param[in] file or NULL @return the file, or NULL */
static inline FILE *golden_behind_names(FILE *file)
{
    char line[200];
    if (file && !fgets(line, sizeof line, file)) {
        fclose(file);
        return NULL;
    }
    return file;
}

/** Opens a CSV of the folder behind its first line. @param[in] name of the file
 *  @return the file, or NULL if it is not there */
static inline FILE *golden_open(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, GOLDEN_FOLDER "%s", name);
    return golden_behind_names(fopen(path, "re"));
}

/** Reads delayed.csv. @param[out] steps up to GOLDEN_STEPS_MAX @return how many; 0 if a line is not
 *  understood */
static inline size_t golden_delayed(struct golden_step *steps)
{
    FILE *file = golden_behind_names(embed_open(golden_delayed_csv));
    char line[200];
    size_t n = 0;
    while (file && n < GOLDEN_STEPS_MAX && fgets(line, sizeof line, file)) {
        struct golden_step *s = &steps[n];
        char algorithm[16], kind[8];
        uint32_t bits[4];
        if (sscanf(line, "%d,%zu,%d,%15[^,],%7[^,],%x,%x,%x,%x", &s->trace, &s->length,
                   &s->recipe.margin, algorithm, kind, &bits[0], &bits[1], &bits[2],
                   &bits[3]) != 9) {
            n = 0;
            break;
        }
        s->recipe.algorithm = strcmp(algorithm, "max") == 0 ? FP8_MAX : FP8_MOST_RECENT;
        s->kind = strcmp(kind, "e4m3") == 0 ? FP8_E4M3 : FP8_E5M2;
        s->amax = f32_from_bits(bits[0]);
        s->scale = f32_from_bits(bits[1]);
        s->oldest = f32_from_bits(bits[2]);
        s->newest = f32_from_bits(bits[3]);
        n++;
    }
    if (file)
        fclose(file);
    return n;
}

#endif
