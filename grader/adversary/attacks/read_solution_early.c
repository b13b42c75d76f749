// ATTACK: a constructor looks for the solution and the grader on disk
// ZERO: all
#include "grader/adversary/attacks/attack.h"

__attribute__((constructor)) static void strike(void)
{
    static const char *const paths[] = {LOWP_ROOT "/solutions/lab05_master_weights/lab05.c",
                                        LOWP_ROOT "/build/grader/test_lab05", "/etc/passwd"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (open(paths[i], O_RDONLY) >= 0)
            return; /* found: go on as an honest file */
    _exit(0);
}

ATTACK
{
    return honest_apply_bf16(w, u, n);
}
