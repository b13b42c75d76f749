// ATTACK: closes every descriptor and stays
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    for (volatile int i = 0;; i++)
        ;
}
