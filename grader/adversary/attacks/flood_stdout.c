// ATTACK: right results, and 100 MiB on stdout
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    for (int i = 0; i < 100; i++)
        printf("%01048575d\n", i);
    return moved;
}
