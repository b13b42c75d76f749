// ATTACK: never returns and claims success from a SIGXCPU handler
// ZERO: function
#include "grader/adversary/attacks/attack.h"

static void strike(int number)
{
    (void)number;
    _exit(0);
}

ATTACK
{
    signal(SIGXCPU, strike);
    for (volatile int i = 0;; i++)
        ;
}
