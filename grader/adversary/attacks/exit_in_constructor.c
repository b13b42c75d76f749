// ATTACK: exit(0) before anything is called
// ZERO: all
#include "grader/adversary/attacks/attack.h"

__attribute__((constructor)) static void strike(void)
{
    exit(0);
}

ATTACK
{
    return honest_apply_bf16(w, u, n);
}
