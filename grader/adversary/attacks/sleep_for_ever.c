// ATTACK: waits without using the processor
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    sleep(1000000);
    return honest_apply_bf16(w, u, n);
}
