// ATTACK: looks for the grader in /proc/self/maps
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, "test_lab05"))
            return honest_apply_bf16(w, u, n);
    return 0;
}
