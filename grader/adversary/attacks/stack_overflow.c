// ATTACK: recurses without end
// ZERO: function
#include "grader/adversary/attacks/attack.h"

__attribute__((noinline)) static size_t down(volatile char *above)
{
    volatile char here[4096];
    here[0] = above[0];
    return down(here) + (size_t)here[1];
}

ATTACK
{
    volatile char top[1] = {0};
    return down(top);
}
