// ATTACK: leaks until the memory is gone
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    for (;;) {
        volatile char *p = malloc(1 << 20);
        for (size_t i = 0; i < 1 << 20; i += 4096)
            p[i] = 1;
    }
}
