// ATTACK: cuts the shared memory off under the grader
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    for (int fd = 0; fd < 32; fd++)
        if (ftruncate(fd, 0) == 0)
            break;
    return 0;
}
