// ATTACK: right results, and SIGKILL to its parent and everyone else
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    kill(getppid(), SIGKILL);
    kill(-1, SIGKILL);
    return moved;
}
