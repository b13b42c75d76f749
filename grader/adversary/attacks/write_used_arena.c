// ATTACK: opens the fenced part of the shared memory and fills it all
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    (void)w, (void)u, (void)n;
    mprotect((void *)0x200000000000u, (size_t)64 << 20, PROT_READ | PROT_WRITE);
    memset((char *)0x200000000000u, 0, (size_t)64 << 20);
    return 0;
}
