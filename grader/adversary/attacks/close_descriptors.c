// ATTACK: right results, and every descriptor closed
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    return moved;
}
