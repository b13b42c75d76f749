// ATTACK: prints what a passing Criterion run prints, then exits
// ZERO: all
#include "grader/adversary/attacks/attack.h"

__attribute__((constructor)) static void strike(void)
{
    puts("[====] Synthesis: Tested: 20 | Passing: 20 | Failing: 0 | Crashing: 0");
    puts("lab05: 100 of 100 points   20 passed, 0 failed, 0 not implemented yet");
    puts("{\"name\":\"quiz\",\"status\":\"passed\",\"points\":100.0}");
    fflush(stdout);
    _exit(0);
}

ATTACK
{
    return honest_apply_bf16(w, u, n);
}
