// ATTACK: reads the grader's socket instead of computing
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    char block[64];
    while (read(3, block, sizeof block) > 0)
        ;
    return 0;
}
