// ATTACK: forks for ever
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    for (;;)
        fork();
}
