// ATTACK: defines the thunk table that the worker looks up
// ZERO: all
#include "grader/adversary/attacks/attack.h"

struct {
    const void *thunks;
    size_t count;
    const void *take_todo;
} lowp_thunks;

ATTACK
{
    return 0;
}
