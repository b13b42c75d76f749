// ATTACK: right results, and a byte a mebibyte past the end
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    ((char *)(w + n))[1 << 20] = 0;
    return moved;
}
