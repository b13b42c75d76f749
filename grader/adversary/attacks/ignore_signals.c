// ATTACK: never returns and ignores every signal
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    for (int i = 1; i < 65; i++)
        signal(i, SIG_IGN);
    for (volatile int i = 0;; i++)
        ;
}
