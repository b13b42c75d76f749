// ATTACK: defines the names of the oracles, the comparators and the runner
// ZERO: function
#include "grader/adversary/attacks/attack.h"

void check_codes(void *c);
void check_codes(void *c)
{
    (void)c;
}
void fail(const char *format, ...);
void fail(const char *format, ...)
{
    (void)format;
}
void graded_stop(int status, const char *why);
void graded_stop(int status, const char *why)
{
    (void)status, (void)why;
}
uint16_t oracle_bf16(double x);
uint16_t oracle_bf16(double x)
{
    (void)x;
    return 0;
}

ATTACK
{
    return 0;
}
