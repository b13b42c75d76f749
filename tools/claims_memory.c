/**
 * @file claims_memory.c
 * @brief Claims about bytes. A model's arrays are taken through common/memory, which counts them;
 *        see claims.h. Run by `make claim`.
 */
#include "common/memory.h"
#include "tools/claims.h"

#include <stdio.h>
#include <stdlib.h>

enum { PARAMS = 1 << 20, BLOCK = 256 }; /* bitsandbytes' block from 0.44.0 on */
enum { WEIGHTS, GRADS, MASTER, STATES, PARTS };
enum { FP32_ADAM, BF16_ADAM, LION, ADAM8, RECIPES };

/** How a parameter is stored. */
struct recipe {
    const char *name;
    size_t weight, grad, master; /**< bytes */
    int states;                  /**< of the optimizer */
    bool eight_bits;             /**< states of a byte each and an FP32 maximum for each BLOCK */
};

static const struct recipe recipes[RECIPES] = {
    {"FP32, Adam", 4, 4, 0, 2, false},
    {"BF16, FP32 master, Adam", 2, 2, 4, 2, false},
    {"BF16, FP32 master, Lion", 2, 2, 4, 1, false},
    {"BF16, FP32 master, 8-bit Adam", 2, 2, 4, 2, true},
};

/** Takes a model's memory, notes what was counted, and gives it back. @return false without memory */
static bool measure(const struct recipe *r, struct memory_count *counted)
{
    struct memory_count count = {0};
    void *blocks[8] = {0};
    int n = 0;
    blocks[n++] = memory_take(&count, WEIGHTS, PARAMS, r->weight);
    blocks[n++] = memory_take(&count, GRADS, PARAMS, r->grad);
    blocks[n++] = memory_take(&count, MASTER, PARAMS, r->master);
    for (int s = 0; s < r->states; s++) {
        blocks[n++] = memory_take(&count, STATES, PARAMS, r->eight_bits ? 1 : sizeof(float));
        if (r->eight_bits)
            blocks[n++] = memory_take(&count, STATES, PARAMS / BLOCK, sizeof(float));
    }
    *counted = count;
    bool fine = true;
    for (int i = 0; i < n; i++) {
        fine = fine && blocks[i] != NULL;
        memory_release(&count, blocks[i]);
    }
    if (!fine)
        fprintf(stderr, "not enough memory; close other programs.\n");
    return fine;
}

static double each(size_t bytes)
{
    return (double)bytes / PARAMS;
}

/** Measures and prints the recipes with these numbers. @param[out] counted one for each of them */
static bool compare(const int *which, int count, struct memory_count *counted)
{
    printf("%-30s %7s %5s %7s %8s %8s %13s\n", "bytes a parameter", "weight", "grad", "master",
           "states", "all", "70e9 of them");
    for (int i = 0; i < count; i++) {
        const struct recipe *r = &recipes[which[i]];
        struct memory_count *c = &counted[i];
        if (!measure(r, c))
            return false;
        printf("%-30s %7g %5g %7g %8g %8.7g %10.1f GB\n", r->name, each(c->live[WEIGHTS]),
               each(c->live[GRADS]), each(c->live[MASTER]), each(c->live[STATES]),
               each(c->live_all), 70 * each(c->live_all));
    }
    return true;
}

/** Percent saved of so many bytes. */
static double saved(size_t before, size_t after)
{
    return 100 * (1 - (double)after / (double)before);
}

bool claim_adam8_saves_half(void)
{
    struct memory_count c[2];
    if (!compare((const int[]){BF16_ADAM, ADAM8}, 2, c))
        return false;
    printf("saved: %.1f%% of the states, %.1f%% of all\n",
           saved(c[0].live[STATES], c[1].live[STATES]), saved(c[0].live_all, c[1].live_all));
    return true;
}

bool claim_adam8_gradients(void)
{
    struct memory_count c[2];
    if (!compare((const int[]){BF16_ADAM, ADAM8}, 2, c))
        return false;
    printf("saved: %.1f%% of the gradients, %.1f%% of the master, %.1f%% of the states\n",
           saved(c[0].live[GRADS], c[1].live[GRADS]), saved(c[0].live[MASTER], c[1].live[MASTER]),
           saved(c[0].live[STATES], c[1].live[STATES]));
    return true;
}

bool claim_lion_saves_a_quarter(void)
{
    struct memory_count c[3];
    if (!compare((const int[]){BF16_ADAM, LION, ADAM8}, 3, c))
        return false;
    printf("Lion saves %.1f%% of the states, %.1f%% of all; 8-bit Adam %.1f%% of all\n",
           saved(c[0].live[STATES], c[1].live[STATES]), saved(c[0].live_all, c[1].live_all),
           saved(c[0].live_all, c[2].live_all));
    return true;
}

bool claim_mixed_precision_halves(void)
{
    struct memory_count c[2];
    if (!compare((const int[]){FP32_ADAM, BF16_ADAM}, 2, c))
        return false;
    printf("saved: %.1f%%\n", saved(c[0].live_all, c[1].live_all));
    return true;
}
