// ATTACK: wants 64 GiB and writes to all of it
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    volatile char *p = malloc((size_t)64 << 30);
    for (size_t i = 0; i < (size_t)64 << 30; i += 4096)
        p[i] = 1;
    return honest_apply_bf16(w, u, n);
}
