/**
 * @file lab01.c
 * @brief Lab 01, float bit layouts: every function of lab01.h. You edit this file and
 * lab01.cu, the kernels.
 *
 * Build it with `make lab01`, grade it with `make grade`, see the figures with
 * `make plot LAB=lab01`. The assignment is README.md in this folder.
 */
#include "lab01.h"

#include "common/todo.h"

#include <math.h>

/* ---- Part A: any format, from its descriptor -------------------------------------------------
 *
 *        1          exp_bits                  man_bits
 *      +---+----------------------+-------------------------------+
 *      | s |   biased exponent    |           mantissa            |     a code, right-aligned
 *      +---+----------------------+-------------------------------+
 *
 *      exponent   mantissa     FP_IEEE                      FP_NAN_ONLY
 *      0          0            signed zero                  signed zero
 *      0          m > 0        m * 2^(1 - bias - man_bits)  the same
 *      e          m            (2^man_bits + m) * 2^(e - bias - man_bits), in both
 *      all ones   0            infinity                     a normal number
 *      all ones   0 < m        NaN                          a normal number, but NaN for all ones
 */

int fp_bias(struct fp_format f)
{
    // TODO(lab01.1, about 1 line): the number that is subtracted from the stored exponent.
    return (int)todo_bits("lab01.1");
}

struct fp_fields fp_split(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.2, about 5 lines): shift and mask the three fields. They may be 52 bits wide.
    uint64_t poison = todo_bits("lab01.2");
    return (struct fp_fields){(uint32_t)poison, (uint32_t)poison, poison};
}

enum fp_class fp_classify(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.3, about 9 lines): follow the table at the top of the file.
    return (enum fp_class)todo_bits("lab01.3");
}

double fp_decode(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.4, about 15 lines): the value of a code. ldexp(m, e) is m * 2^e, exact here.
    return todo_f64("lab01.4");
}

struct fp_limits fp_limits(struct fp_format f)
{
    // TODO(lab01.5, about 6 lines): which codes are these? Then decode them. Type in no value.
    double poison = todo_f64("lab01.5");
    return (struct fp_limits){poison, poison, poison, poison};
}

uint64_t fp_next_up(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.6, about 10 lines): codes are sign and magnitude: which way is up below zero?
    return todo_bits("lab01.6");
}

uint64_t fp_next_down(uint64_t bits, struct fp_format f)
{
    // TODO(lab01.6, about 1 line): use fp_next_up() and the symmetry of the codes.
    return todo_bits("lab01.6");
}

int64_t fp_ulp_distance(uint64_t a, uint64_t b, struct fp_format f)
{
    // TODO(lab01.7, about 4 lines): give every code its place on the number line, and subtract.
    return (int64_t)todo_bits("lab01.7");
}

uint64_t fp_encode(double x, struct fp_format f, enum fp_round mode, bool saturate, uint32_t random)
{
    // TODO(lab01.8, about 25 lines): 1. set NaN and infinity aside. 2. Find the exponent of
    // |x|, not below the smallest normal's. 3. The gap between codes there is one quantum: count
    // the whole quanta in |x| and the rest, both exact. 4. Round the count. 5. Turn exponent and
    // count into a code; a carry into the next binade must come out right. 6. Look for overflow.
    return todo_bits("lab01.8");
}

/* ---- Part B: one format at a time, with integer operations -----------------------------------
 *
 *      FP32   s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm    bias 127
 *      FP16   s eeeee    mmmmmmmmmm                 bias 15
 *      BF16   s eeeeeeee mmmmmmm                    bias 127
 *      E4M3   s eeee     mmm                        bias 7
 *      E5M2   s eeeee    mm                         bias 15
 */

uint16_t f16_from_f32_rne(float x)
{
    // TODO(lab01.9, about 12 lines): NaN; too large; normal; subnormal. One rounding step.
    return (uint16_t)todo_bits("lab01.9");
}

float f32_from_f16(uint16_t bits)
{
    // TODO(lab01.9, about 8 lines): exact, so nothing rounds. Infinity and NaN; normal; subnormal.
    return todo_f32("lab01.9");
}

uint16_t bf16_from_f32_rne(float x)
{
    // TODO(lab01.10, about 5 lines): the top 16 bits, rounded. Which NaNs would not survive that?
    return (uint16_t)todo_bits("lab01.10");
}

float f32_from_bf16(uint16_t bits)
{
    // TODO(lab01.10, about 1 line): BF16 is the top half of FP32.
    return todo_f32("lab01.10");
}

uint8_t e4m3_from_f32_rne(float x, bool saturate)
{
    // TODO(lab01.11, about 10 lines): as FP16, but there is no infinity, and 0x7F is the only NaN.
    return (uint8_t)todo_bits("lab01.11");
}

float f32_from_e4m3(uint8_t bits)
{
    // TODO(lab01.11, about 8 lines): one NaN a sign; the other codes of the top exponent are normal.
    return todo_f32("lab01.11");
}

uint8_t e5m2_from_f32_rne(float x, bool saturate)
{
    // TODO(lab01.12, about 10 lines): as FP16 with 2 mantissa bits, and with `saturate`.
    return (uint8_t)todo_bits("lab01.12");
}

float f32_from_e5m2(uint8_t bits)
{
    // TODO(lab01.12, about 1 line): E5M2 is the top half of FP16.
    return todo_f32("lab01.12");
}
