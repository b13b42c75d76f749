// ATTACK: loads the model solution's library and calls it
// ZERO: function
#include "grader/adversary/attacks/attack.h"

#include <dlfcn.h>

ATTACK
{
    void *handle = dlopen(LOWP_ROOT "/build/solutions/lab05.so", RTLD_NOW);
    size_t (*theirs)(uint16_t *, const float *, size_t) = NULL;
    if (handle)
        *(void **)&theirs = dlsym(handle, "apply_bf16");
    return theirs ? theirs(w, u, n) : 0;
}
