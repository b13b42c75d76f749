// ATTACK: a child returns from the call beside its parent
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    fork();
    return honest_apply_bf16(w, u, n);
}
