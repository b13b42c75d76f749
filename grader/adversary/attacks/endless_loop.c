// ATTACK: never returns
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    for (volatile int i = 0;; i++)
        ;
}
