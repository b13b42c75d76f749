// ATTACK: makes Criterion run no test at all
// ZERO: function
#include "grader/adversary/attacks/attack.h"

__attribute__((constructor)) static void strike(void)
{
    setenv("CRITERION_TEST_PATTERN", "nothing/*", 1);
}

ATTACK
{
    return 0;
}
