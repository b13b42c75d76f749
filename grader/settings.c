/**
 * @file settings.c
 * @brief Settings through the environment, under names that begin with LOWP_. See settings.h.
 */
#define _GNU_SOURCE
#include "grader/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void settings_publish(const struct settings *s)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, s->seed);
    setenv("LOWP_LIBRARY", s->library, 1);
    setenv("LOWP_GPU_LIBRARY", s->gpu_library, 1);
    setenv("LOWP_GPU_NAME", s->gpu_name, 1);
    setenv("LOWP_WORKER", s->worker, 1);
    setenv("LOWP_QUIZ", s->quiz, 1);
    setenv("LOWP_RECORD", s->record, 1);
    setenv("LOWP_SEED", seed, 1);
    setenv("LOWP_BUBBLEWRAP", s->bubblewrap ? "1" : "0", 1);
    setenv("LOWP_DIRECT", s->direct ? "1" : "0", 1);
}

static const char *text(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

const struct settings *settings(void)
{
    static struct settings s;
    if (!s.library) {
        s = (struct settings){.library = text("LOWP_LIBRARY"),
                              .gpu_library = text("LOWP_GPU_LIBRARY"),
                              .gpu_name = text("LOWP_GPU_NAME"),
                              .worker = text("LOWP_WORKER"),
                              .quiz = text("LOWP_QUIZ"),
                              .record = text("LOWP_RECORD"),
                              .seed = strtoull(text("LOWP_SEED"), NULL, 10),
                              .bubblewrap = text("LOWP_BUBBLEWRAP")[0] == '1',
                              .direct = text("LOWP_DIRECT")[0] == '1'};
    }
    return &s;
}
