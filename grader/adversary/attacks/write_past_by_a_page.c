// ATTACK: right results, and a byte a page past the end
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    ((char *)(w + n))[4096] = 0;
    return moved;
}
