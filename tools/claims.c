/**
 * @file claims.c
 * @brief Claims about low precision, and the numbers that decide them. Run by `make claim`.
 *
 *      claims          lists them
 *      claims 3        states the third and computes what is true
 *
 * Nothing printed is typed in: formats, casts, products, a small model and counted memory are those
 * of common/. Exit: 0 shown, 1 it could not be computed, 2 there is no such claim.
 */
#include "tools/claims.h"

#include "common/gemm.h"
#include "common/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct claim claims[] = {
    {"FP16's smallest value is 6e-5, below that is 0.", claim_smallest_fp16},
    {"Summing 1000 times 1e-7 underflows in FP16.", claim_sum_underflows},
    {"100% of gradients ~ N(0, 1e-5) underflow in FP16.", claim_all_underflow},
    {"An update of 1e-7 is always lost in BF16.", claim_update_lost},
    {"8-bit Adam saves 50%.", claim_adam8_saves_half},
    {"8-bit optimizers quantize the gradients.", claim_adam8_gradients},
    {"Lion saves 25%.", claim_lion_saves_a_quarter},
    {"Mixed precision halves training memory.", claim_mixed_precision_halves},
    {"DeepSeek-V3 uses E5M2 backward, delayed scaling and loss scaling.", claim_deepseek_e5m2},
    {"FP8 costs 5% quality.", claim_fp8_costs_quality},
    {"GradScaler with BF16 is harmless.", claim_scaler_with_bf16},
    {"Summing p.grad.norm()**2 is safe.", claim_norm_squared},
    {"Clip the FP32 copies of the gradients.", claim_clip_copies},
    {"Zero the NaN gradients and go on.", claim_zero_the_nans},
    {"1e100 * 1e100 is Inf.", claim_googol_overflows},
};
enum { CLAIMS = sizeof claims / sizeof *claims };

double claim_normal(uint64_t stream, uint64_t index)
{
    double u = 1 - rng_f64(1, stream, 2 * index), v = rng_f64(1, stream, 2 * index + 1);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

int main(int argc, char **argv)
{
    gemm_use_common_kernel(argv);
    if (argc < 2 || !*argv[1]) {
        for (int i = 0; i < CLAIMS; i++)
            printf("%2d  \"%s\"\n", i + 1, claims[i].text);
        printf(
            "What is true: make claim N=1, say. The text: claims in circulation, in course.md.\n");
        return 0;
    }
    char *end;
    long n = strtol(argv[1], &end, 10);
    if (*end || n < 1 || n > CLAIMS) {
        fprintf(stderr, "there is no claim N=%s; they are 1 to %d (`make claim` lists them)\n",
                argv[1], CLAIMS);
        return 2;
    }
    printf("\"%s\"\n", claims[n - 1].text);
    return claims[n - 1].show() ? 0 : 1;
}
