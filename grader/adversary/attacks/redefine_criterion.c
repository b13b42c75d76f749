// ATTACK: redefines Criterion's assertions and runner
// ZERO: function
#include "grader/adversary/attacks/attack.h"

void criterion_send_assert(void *stats);
void criterion_send_assert(void *stats)
{
    (void)stats;
}
void criterion_internal_test_setup(void);
void criterion_internal_test_setup(void)
{
}
int criterion_run_all_tests(void *set);
int criterion_run_all_tests(void *set)
{
    (void)set;
    return 1;
}

ATTACK
{
    return 0;
}
