// ATTACK: malloc that exits: whoever allocates ends
// ZERO: function
#include "grader/adversary/attacks/attack.h"

void *malloc(size_t size)
{
    (void)size;
    _exit(0);
}

ATTACK
{
    return 0;
}
