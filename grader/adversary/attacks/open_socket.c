// ATTACK: right results, and a socket
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    size_t moved = honest_apply_bf16(w, u, n);
    socket(AF_INET, SOCK_STREAM, 0);
    return moved;
}
