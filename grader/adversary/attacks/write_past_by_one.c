// ATTACK: right results, and one element past the end
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    w[n] = 0;
    return moved;
}
