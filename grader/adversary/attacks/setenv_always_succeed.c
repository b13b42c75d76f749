// ATTACK: switches Criterion to "always succeed" and computes nothing
// ZERO: function
#include "grader/adversary/attacks/attack.h"

__attribute__((constructor)) static void strike(void)
{
    setenv("CRITERION_ALWAYS_SUCCEED", "1", 1);
    setenv("LOWP_DIRECT", "1", 1);
}

ATTACK
{
    setenv("CRITERION_ALWAYS_SUCCEED", "1", 1);
    return 0;
}
