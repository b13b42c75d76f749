// ATTACK: starts a shell
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    char *const argv[] = {"/bin/sh", "-c", "id", NULL};
    execv(argv[0], argv);
    return honest_apply_bf16(w, u, n);
}
