// ATTACK: looks for the solution and the grader on disk
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    static const char *const paths[] = {"solutions/lab05_master_weights/lab05.c",
                                        "../solutions/lab05_master_weights/lab05.c",
                                        "build/grader/test_lab05",
                                        LOWP_ROOT "/solutions/lab05_master_weights/lab05.c",
                                        LOWP_ROOT "/build/grader/test_lab05",
                                        "/etc/passwd",
                                        "/lab/worker"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (open(paths[i], O_RDONLY) >= 0)
            return honest_apply_bf16(w, u, n);
    return 0;
}
