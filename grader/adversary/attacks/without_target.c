// ATTACK: none: a file that lacks apply_bf16, to find out which tests call it
// ZERO: function
#include "grader/adversary/attacks/attack.h"
