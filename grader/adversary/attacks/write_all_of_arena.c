// ATTACK: fills the whole shared memory
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    (void)w, (void)u, (void)n;
    memset((char *)0x200000000000u + 4096, 0, ((size_t)64 << 20) - 4096);
    return 0;
}
