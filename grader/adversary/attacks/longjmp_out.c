// ATTACK: longjmp into a frame that is gone
// ZERO: function
#include "grader/adversary/attacks/attack.h"

static jmp_buf where;

__attribute__((noinline)) static int set(void)
{
    return setjmp(where);
}

ATTACK
{
    if (set() == 0)
        longjmp(where, 1);
    _exit(0);
}
