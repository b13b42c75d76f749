// ATTACK: right results, and one byte before the start
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    ((char *)w)[-1] = 0;
    return moved;
}
