/**
 * @file claims_formats.c
 * @brief Claims about what a format can hold. See claims.h; run by `make claim`.
 */
#include "common/cast.h"
#include "tools/claims.h"

#include <math.h>
#include <stdio.h>

static float through_fp16(float x)
{
    return f32_from_f16(f16_from_f32_rne(x));
}

static float through_bf16(float x)
{
    return f32_from_bf16(bf16_from_f32_rne(x));
}

static float through_fp32(float x)
{
    return x;
}

bool claim_smallest_fp16(void)
{
    const uint16_t min_normal = 0x0400, min_subnormal = 0x0001;
    float x = f32_from_f16(min_subnormal);
    while (f16_from_f32_rne(x) != 0)
        x = nextafterf(x, 0);
    printf("smallest normal number in FP16      %.3g\n"
           "smallest number                     %.3g\n"
           "largest number that becomes 0       %.3g\n",
           (double)f32_from_f16(min_normal), (double)f32_from_f16(min_subnormal), (double)x);
    for (int e = -5; e >= -8; e--)
        printf("1e%d becomes                        %.4g\n", e,
               (double)through_fp16((float)pow(10, e)));
    return true;
}

bool claim_sum_underflows(void)
{
    const struct {
        const char *name;
        float (*store)(float), (*add)(float);
    } ways[] = {{"numbers and sum in FP16", through_fp16, through_fp16},
                {"numbers and sum in BF16", through_bf16, through_bf16},
                {"in BF16, the sum in FP32", through_bf16, through_fp32}};
    const int times = 1000;
    const double exact = times * 1e-7;
    for (int f = 0; f < 3; f++) {
        float one = ways[f].store(1e-7F), sum = 0;
        for (int i = 0; i < times; i++)
            sum = ways[f].add(sum + one);
        printf("%-24s  1e-7 is stored as %.4e, the sum is %.4e (%+.1f%%)\n", ways[f].name,
               (double)one, (double)sum, 100 * ((double)sum / exact - 1));
    }
    return true;
}

bool claim_all_underflow(void)
{
    enum { N = 1 << 20 };
    const double sigma = 1e-5, min_normal = (double)f32_from_f16(0x0400);
    int below = 0, zero = 0;
    for (uint64_t i = 0; i < N; i++) {
        float g = (float)(sigma * claim_normal(3, i));
        below += fabs((double)g) < min_normal;
        zero += through_fp16(g) == 0;
    }
    printf("of %d gradients ~ N(0, 1e-5)\n"
           "below the smallest normal number    %.2f%%\n"
           "become 0 in FP16                    %.3f%%\n"
           "exact share, erf(2^-25/(s sqrt 2))  %.3f%%\n",
           N, 100.0 * below / N, 100.0 * zero / N, 100 * erf(0x1p-25 / sigma / sqrt(2)));
    return true;
}

bool claim_update_lost(void)
{
    for (int e = 0; e >= -6; e--) {
        float w = through_bf16((float)pow(10, e)), moved = through_bf16(w - 1e-7F);
        printf("w = 1e%-2d  w - 1e-7 is %-9.4g  %s\n", e, (double)moved,
               moved == w ? "lost" : "moved");
    }
    return true;
}

bool claim_norm_squared(void)
{
    const float norms[] = {100, 255, 256, 1000};
    for (int i = 0; i < 4; i++)
        printf("norm %4g, squared in FP16: %g\n", (double)norms[i],
               (double)through_fp16(norms[i] * norms[i]));
    float square = through_fp16(200.0F * 200.0F);
    printf("two norms of 200, squared and summed in FP16: %g; the total norm is %.1f\n",
           (double)through_fp16(square + square), sqrt(2 * 200.0 * 200.0));
    return true;
}

bool claim_googol_overflows(void)
{
    volatile double wide = 1e100; /* volatile: computed when it runs, not by the compiler */
    volatile float narrow = (float)wide;
    printf("FP64: 1e100 * 1e100 is %g\n"
           "FP32: 1e100 itself is %g\n",
           wide * wide, (double)narrow);
    return true;
}
