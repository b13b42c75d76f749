// ATTACK: answers "returned" itself, as the worker would, and goes on scribbling
// ZERO: function
#include "grader/adversary/attacks/attack.h"

/* struct reply and struct request of grader/runner/abi.h. */
struct forged {
    uint32_t sequence, status, number;
    uint64_t address;
    char text[1000];
};
struct read_ahead {
    uint32_t sequence, index;
    uint64_t used;
};

ATTACK
{
    struct forged reply = {.sequence = 1, .status = 1};
    struct read_ahead next;
    (void)u;
    while (write(3, &reply, sizeof reply) == (ssize_t)sizeof reply) {
        for (size_t i = 0; i < n; i++)
            w[i]++;
        if (read(3, &next, sizeof next) != (ssize_t)sizeof next)
            break;
        reply.sequence = next.sequence;
    }
    return 0;
}
