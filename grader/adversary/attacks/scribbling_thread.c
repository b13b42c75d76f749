// ATTACK: right results, and a thread that keeps scribbling after the return
// ZERO: function
#include "grader/adversary/attacks/attack.h"

#include <pthread.h>

static uint16_t *target;

static void *scribble(void *unused)
{
    for (;;)
        ((volatile uint16_t *)target)[0]++;
    return unused;
}

ATTACK
{
    static pthread_t thread;
    size_t moved = honest_apply_bf16(w, u, n);
    target = w;
    pthread_create(&thread, NULL, scribble, NULL);
    return moved;
}
