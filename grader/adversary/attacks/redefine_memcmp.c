// ATTACK: every comparison says "equal"
// ZERO: function
#include "grader/adversary/attacks/attack.h"

#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"
int memcmp(const void *a, const void *b, size_t count)
{
    (void)a, (void)b, (void)count;
    return 0;
}
int strcmp(const char *a, const char *b)
{
    (void)a, (void)b;
    return 0;
}

ATTACK
{
    return 0;
}
