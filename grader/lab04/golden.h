/**
 * @file golden.h
 * @brief Reads the golden traces in grader/lab04/golden, which PyTorch made; README.md there says
 *        what the columns are.
 *
 * Included by test_lab04.c and by tests/test_lab04_facts.c, of which they become parts.
 */
#ifndef LOWP_GRADER_LAB04_GOLDEN_H
#define LOWP_GRADER_LAB04_GOLDEN_H

#include "common/formats.h"
#include "grader/embed.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EMBED(golden_traces_csv, "grader/lab04/golden/traces.csv")
EMBED(golden_scales_csv, "grader/lab04/golden/scales.csv")
enum { GOLDEN_STEPS = 10000, GOLDEN_TRACES_MAX = 32, GOLDEN_LINE = 4096 };

/** One run of PyTorch's scaler. */
struct golden_trace {
    float start;
    double growth_factor, backoff_factor;
    int32_t growth_interval, growth_tracker; /**< the tracker is that after the last step */
    uint8_t found_inf[GOLDEN_STEPS];         /**< 1 or 0 a step */
    float scales[GOLDEN_STEPS];              /**< S after each step's update */
};

/** The next line with numbers in it: comments and the names of the columns are passed over. */
static inline bool golden_line(FILE *file, char *line)
{
    while (fgets(line, GOLDEN_LINE, file)) {
        static const char *const headers[] = {"#", "trace,", "scale,", "call,"};
        bool header = false;
        for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
            header = header || strncmp(line, headers[i], strlen(headers[i])) == 0;
        if (!header)
            return true;
    }
    return false;
}

/** Field `column` of a CSV line, as text that ends at the next comma. */
static inline const char *golden_field(const char *line, int column)
{
    for (; column > 0 && line; column--) {
        line = strchr(line, ',');
        line = line ? line + 1 : NULL;
    }
    return line ? line : "";
}

/** A field that holds an FP32 code. */
static inline float golden_f32(const char *line, int column)
{
    return f32_from_bits((uint32_t)strtoul(golden_field(line, column), NULL, 16));
}

/** Unpacks found_inf: four steps a hexadecimal digit, the first step the highest bit. */
static inline size_t golden_unpack(const char *hex, uint8_t *found_inf)
{
    size_t steps = 0;
    for (; *hex > ' ' && steps + 4 <= GOLDEN_STEPS; hex++) {
        const char digit[2] = {*hex, 0};
        unsigned long nibble = strtoul(digit, NULL, 16);
        for (int bit = 3; bit >= 0; bit--)
            found_inf[steps++] = nibble >> bit & 1;
    }
    return steps;
}

/** Fills in the scales of all traces from their changes. @return were all there? */
static inline bool golden_scales(struct golden_trace *traces, size_t count)
{
    char line[GOLDEN_LINE];
    size_t next[GOLDEN_TRACES_MAX] = {0}; /* the first step without a scale yet */
    FILE *file = embed_open(golden_scales_csv);
    bool fine = file;
    while (fine && golden_line(file, line)) {
        size_t i = strtoul(line, NULL, 10), step = strtoul(golden_field(line, 1), NULL, 10) - 1;
        fine = i < count && step >= next[i] && step < GOLDEN_STEPS;
        if (!fine)
            break;
        for (; next[i] < step; next[i]++)
            traces[i].scales[next[i]] = traces[i].scales[next[i] - 1];
        traces[i].scales[next[i]++] = golden_f32(line, 2);
    }
    if (file)
        fclose(file);
    for (size_t i = 0; fine && i < count; i++) {
        fine = next[i] > 0;
        for (; fine && next[i] < GOLDEN_STEPS; next[i]++)
            traces[i].scales[next[i]] = traces[i].scales[next[i] - 1];
    }
    return fine;
}

/**
 * Reads all traces.
 * @param[out] traces GOLDEN_TRACES_MAX of them
 * @return how many there are; 0 if the files are not there or not whole
 */
static inline size_t golden_traces_read(struct golden_trace *traces)
{
    char line[GOLDEN_LINE];
    size_t count = 0;
    FILE *file = embed_open(golden_traces_csv);
    if (!file)
        return 0;
    for (; count < GOLDEN_TRACES_MAX && golden_line(file, line); count++) {
        struct golden_trace *t = &traces[count];
        t->start = golden_f32(line, 1);
        t->growth_factor = strtod(golden_field(line, 2), NULL);
        t->backoff_factor = strtod(golden_field(line, 3), NULL);
        t->growth_interval = (int32_t)strtol(golden_field(line, 4), NULL, 10);
        t->growth_tracker = (int32_t)strtol(golden_field(line, 6), NULL, 10);
        if (golden_unpack(golden_field(line, 7), t->found_inf) != GOLDEN_STEPS)
            break;
    }
    fclose(file);
    return golden_scales(traces, count) ? count : 0;
}

#endif
