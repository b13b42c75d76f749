/**
 * @file lab02.c
 * @brief Lab 02, overflow, underflow and NaN: what tensors hold, what arithmetic makes of infinities
 *        and NaNs, sums in 16 bits, and who made the first bad value.
 *
 * The contract of every function is in lab02.h, the assignment in README.md beside it. You
 * edit this file and lab02.cu, the kernels. Build and grade: make lab02 && make grade
 */
#include "lab02.h"

#include "common/cast.h"
#include "common/formats.h"
#include "common/todo.h"

#include <math.h>
#include <stdio.h>

// --------------------------------------------------------------------------------------------
// What a tensor holds
// --------------------------------------------------------------------------------------------

// TODO(lab02.1, about 8 lines): drop the sign; then compare what is left with the codes of the
// smallest normal number and of infinity.
enum kind kind_of(uint32_t bits, enum dtype dtype)
{
    return (enum kind)todo_bits("lab02.1");
}

// TODO(lab02.2, about 12 lines): one loop. Which kinds take part in smallest, which in largest?
struct census tensor_census(struct tensor t)
{
    struct census open = {.smallest = todo_f32("lab02.2")};
    return open;
}

// TODO(lab02.3, about 5 lines): infinities count, NaNs count.
size_t first_nonfinite(struct tensor t)
{
    return todo_bits("lab02.3");
}

// --------------------------------------------------------------------------------------------
// The truth table
// --------------------------------------------------------------------------------------------

// TODO(lab02.4, about 60 lines): with helpers, one group of operations at a time; each has a test of
// its own. First what a NaN does, then the infinities, then the zeros, then finite numbers.
unsigned outcomes(enum fp_op op, unsigned a, unsigned b)
{
    return (unsigned)todo_bits("lab02.4");
}

// TODO(lab02.5, about 6 lines): which comparisons does a NaN survive? And +0 > -0 is false.
float max_propagating(float a, float b)
{
    return todo_f32("lab02.5");
}

// TODO(lab02.5, about 3 lines): a NaN counts as missing.
float max_ignoring(float a, float b)
{
    return todo_f32("lab02.5");
}

// TODO(lab02.6, about 4 lines): which of the two maxima, and what does it start from?
float amax(struct tensor t)
{
    return todo_f32("lab02.6");
}

// --------------------------------------------------------------------------------------------
// Sums
// --------------------------------------------------------------------------------------------

// TODO(lab02.7, about 4 lines): round_to() after every addition.
float sum_running(struct tensor t)
{
    return todo_f32("lab02.7");
}

// TODO(lab02.8, about 4 lines): the same loop, without the rounding.
float sum_fp32(struct tensor t)
{
    return todo_f32("lab02.8");
}

// TODO(lab02.9, about 8 lines): a helper that calls itself on both halves.
float sum_pairwise(struct tensor t)
{
    return todo_f32("lab02.9");
}

// --------------------------------------------------------------------------------------------
// Prediction
// --------------------------------------------------------------------------------------------

// TODO(lab02.10, about 8 lines): add until the sum is infinite or does not change.
size_t adds_until_overflow(float x, enum dtype dtype)
{
    return todo_bits("lab02.10");
}

// TODO(lab02.11, about 10 lines): where does a format end, and when do the powers never get there?
size_t layers_until_overflow(float largest, float gain, enum dtype dtype)
{
    return todo_bits("lab02.11");
}

// --------------------------------------------------------------------------------------------
// Guards
// --------------------------------------------------------------------------------------------

// TODO(lab02.12, about 16 lines): fill in `finding` and `text`; snprintf cuts and closes the text.
bool guard_finite(const struct tensor *tensors, size_t count, struct finding *finding, char *text,
                  size_t size)
{
    return (bool)todo_bits("lab02.12");
}

// --------------------------------------------------------------------------------------------
// Who did it?
// --------------------------------------------------------------------------------------------

// TODO(lab02.13, about 12 lines): for each op: is the output bad, and was every input good?
size_t first_bad_op(const struct op *ops, size_t n_ops, const struct tensor *tensors)
{
    return todo_bits("lab02.13");
}

// TODO(lab02.14, about 5 lines): only NaNs, only outputs.
size_t first_nan_op(const struct op *ops, size_t n_ops, const struct tensor *tensors)
{
    return todo_bits("lab02.14");
}
