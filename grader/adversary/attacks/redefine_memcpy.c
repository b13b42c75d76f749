// ATTACK: memcpy that exits: whoever copies a result ends
// ZERO: function
#include "grader/adversary/attacks/attack.h"

#undef memcpy
void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    (void)to, (void)from, (void)count;
    _exit(0);
}

ATTACK
{
    return 0;
}
