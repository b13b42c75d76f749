// ATTACK: right results, and a const input changed
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    ((float *)(uintptr_t)u)[0] += 1;
    return moved;
}
