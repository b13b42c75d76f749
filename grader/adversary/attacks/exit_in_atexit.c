// ATTACK: _exit(0) from an atexit handler, after an exit(1)
// ZERO: function
#include "grader/adversary/attacks/attack.h"

static void strike(void)
{
    _exit(0);
}

ATTACK
{
    atexit(strike);
    exit(1);
}
