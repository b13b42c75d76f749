// ATTACK: answers "returned" itself and goes on scribbling
// ZERO: function
#include "grader/adversary/attacks/attack.h"

ATTACK
{
    (void)u;
    for (unsigned sequence = 0; sequence < 100000; sequence++) {
        unsigned reply[64] = {sequence, 1};
        if (write(3, reply, sizeof reply) < 0)
            break;
        for (size_t i = 0; i < n; i++)
            w[i]++;
    }
    return 0;
}
