/**
 * @file test_common_round.c
 * @brief Rounding in place against the casts: every exponent, every tie, every place of a block.
 */
#include "common/cast.h"
#include "common/formats.h"
#include "common/round.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static float by_cast_bf16(float x)
{
    return f32_from_bf16(bf16_from_f32_rne(x));
}

static float by_cast_fp16(float x)
{
    return f32_from_f16(f16_from_f32_rne(x));
}

static float by_cast_e4m3(float x)
{
    return f32_from_e4m3(e4m3_from_f32_rne(x, true));
}

static float by_cast_e5m2(float x)
{
    return f32_from_e5m2(e5m2_from_f32_rne(x, true));
}

/* There is no cast to TF32: the gap is that of x's binade, the rounding nearbyint's. */
static float by_adding_tf32(float x)
{
    if (!isfinite(x))
        return x;
    int e = x == 0 ? -126 : ilogb((double)x);
    double gap = ldexp(1, (e < -126 ? -126 : e) - 10);
    return (float)(nearbyint((double)x / gap) * gap);
}

/* All upper halves (sign, exponent, top of the mantissa), each with the low halves around the ties
 * of both formats; whole, and from an odd start with a tail. */
static void compare(void (*round)(float *, size_t, void *), float (*cast)(float))
{
    enum { N = 1 << 16 };
    static const uint32_t lows[] = {0,      1,      0x0FFF, 0x1000, 0x1001, 0x1FFF, 0x2000, 0x2001,
                                    0x3000, 0x7FFF, 0x8000, 0x8001, 0xEFFF, 0xF000, 0xF001, 0xFFFF};
    float *in = malloc(N * sizeof *in), *out = malloc(N * sizeof *out);
    for (size_t low = 0; low < sizeof lows / sizeof *lows; low++) {
        for (uint32_t i = 0; i < N; i++)
            in[i] = f32_from_bits(i << 16 | lows[low]);
        for (size_t skip = 0; skip < 2; skip++) {
            memcpy(out, in, N * sizeof *out);
            round(out + skip, N - skip, NULL);
            for (size_t i = skip; i < N; i++) {
                float want = cast(in[i]);
                cr_assert(isnan(want) ? isnan(out[i])
                                      : bits_from_f32(out[i]) == bits_from_f32(want),
                          "%a gave %a, not %a", in[i], out[i], want);
            }
        }
    }
    free(in);
    free(out);
}

Test(round, to_bf16_as_the_cast_does)
{
    compare(round_bf16, by_cast_bf16);
}

Test(round, to_fp16_as_the_cast_does)
{
    compare(round_fp16, by_cast_fp16);
}

Test(round, to_tf32_by_the_definition)
{
    compare(round_tf32, by_adding_tf32);
}

Test(round, to_e4m3_as_the_saturating_cast_does)
{
    compare(round_e4m3, by_cast_e4m3);
}

Test(round, to_e5m2_as_the_saturating_cast_does)
{
    compare(round_e5m2, by_cast_e5m2);
}

Test(round, nothing_is_rounded_when_there_is_nothing)
{
    float x = 1.0f + 0x1p-20f;
    round_bf16(&x, 0, NULL);
    round_fp16(&x, 0, NULL);
    cr_assert_eq(x, 1.0f + 0x1p-20f);
}
