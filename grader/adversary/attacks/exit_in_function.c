// ATTACK: exit(0) inside a function, the classic forged pass
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    exit(0);
}
