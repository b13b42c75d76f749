// ATTACK: _exit(0) inside a function
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    _exit(0);
}
