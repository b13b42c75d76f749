/**
 * @file test_lab07_facts.c
 * @brief The numbers that chapter 7 of course.md states, computed by lab 07's model solution and
 *        printed: check_course.sh compares the text with them.
 */
#include "lab07.h"
#include "solutions/lab07_memory_70b/lab07.c"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const struct model llama_3_70b = {128256, 8192, 80, 64, 8, 128, 28672, .gated = true};
static const struct recipe fp32_adam = {4, 4, 0, 2, 0}, bf16_adam = {2, 2, 4, 2, 0},
                           fp32_grads = {2, 4, 4, 2, 0}, adam8 = {2, 2, 4, 2, 256},
                           adam8_no_master = {2, 2, 0, 2, 256}, lion = {2, 2, 4, 1, 0};
static const uint64_t PSI = 70000000000; /* parameters of the tables */

static uint64_t total(struct recipe r)
{
    return training_bytes(&PSI, 1, r).total;
}

static void same(uint64_t got, uint64_t want)
{
    printf("%" PRIu64 "\n", got);
    cr_assert_eq(got, want, "%" PRIu64 ", expected %" PRIu64, got, want);
}

Test(lab07_facts, llama_3_70b_from_its_config)
{
    uint64_t h = llama_3_70b.hidden;
    same(attention_params(llama_3_70b), 150994944);
    same(ffn_params(llama_3_70b), 704643072);
    same(attention_params(llama_3_70b) + ffn_params(llama_3_70b) + 2 * h, 855654400);
    same(model_params(llama_3_70b), 2 * 128256 * h + 80 * UINT64_C(855654400) + h);
    same(model_params(llama_3_70b), 70553706496);
}

Test(lab07_facts, six_more_published_models)
{
    struct model llama_3_8b = {128256, 4096, 32, 32, 8, 128, 14336, .gated = true};
    struct model llama_2_7b = {32000, 4096, 32, 32, 32, 128, 11008, .gated = true};
    struct model mistral_7b = {32000, 4096, 32, 32, 8, 128, 14336, .gated = true};
    struct model gemma_7b = {256000, 3072, 28, 16, 16, 256, 24576, .gated = true, .tied = true};
    struct model qwen2_7b = {152064, 3584, 28, 28, 4, 128, 18944, .gated = true, .qkv_bias = true};
    struct model gpt_2 = {50257,
                          768,
                          12,
                          12,
                          12,
                          64,
                          3072,
                          1024,
                          LAYER_NORM,
                          .tied = true,
                          .qkv_bias = true,
                          .dense_bias = true};
    same(model_params(llama_3_8b), 8030261248);
    same(model_params(llama_2_7b), 6738415616);
    same(model_params(mistral_7b), 7241732096);
    same(model_params(gemma_7b), 8537680896);
    same(model_params(qwen2_7b), 7615616512);
    same(model_params(gpt_2), 124439808);
}

Test(lab07_facts, what_each_mistake_costs_llama_3_70b)
{
    struct model m = llama_3_70b;
    m.kv_heads = m.heads;
    same(model_params(m) - model_params(llama_3_70b), 9395240960);
    m = llama_3_70b;
    m.gated = false;
    same(model_params(llama_3_70b) - model_params(m), 18790481920);
    m = llama_3_70b;
    m.tied = true;
    same(model_params(llama_3_70b) - model_params(m), 1050673152);
    same((2 * m.layers + 1) * m.hidden, 1318912); /* all norms */
    printf("of all: %.3f%%\n", 100 * 1318912.0 / (double)model_params(m));
    same((uint32_t)model_params(llama_3_70b), 1834229760);
}

Test(lab07_facts, the_table_of_recipes)
{
    same(total(fp32_adam), 1120000000000);
    same(total(bf16_adam), 1120000000000);
    same(total(fp32_grads), 1260000000000);
    same(total(adam8), 702187500000);
    same(total(adam8_no_master), 422187500000);
    same(total(lion), 840000000000);
    cr_assert_eq((double)total(adam8) / (double)PSI, 10.03125);
    cr_assert_eq((double)total(adam8_no_master) / (double)PSI, 6.03125);
}

Test(lab07_facts, claims_about_optimizers)
{
    /* "8-bit Adam saves 50%": 37.3% of the recipe; 74.6% of the states */
    cr_assert_float_eq(1 - (double)total(adam8) / (double)total(bf16_adam), 0.373046875, 1e-12);
    double states = (double)state_bytes(PSI, adam8) / (double)state_bytes(PSI, bf16_adam);
    cr_assert_float_eq(1 - states, 0.74609375, 1e-12);
    printf("8-bit Adam: %.1f%% of the states saved, %.1f%% of all\n", 100 * (1 - states),
           100 * (1 - (double)total(adam8) / (double)total(bf16_adam)));
    /* "8-bit optimizers quantize the gradients": states only */
    same(training_bytes(&PSI, 1, adam8).grads, 2 * PSI);
    same(training_bytes(&PSI, 1, adam8).master, 4 * PSI);
    /* "Lion saves 25%": of this recipe; half of m + v */
    same(4 * total(lion), 3 * total(bf16_adam));
    same(2 * state_bytes(PSI, lion), state_bytes(PSI, bf16_adam));
    /* "mixed precision halves training memory": 16 bytes either way */
    same(total(bf16_adam), total(fp32_adam));
    /* bitsandbytes' older block of 2048 */
    struct recipe wide = adam8;
    wide.block = 2048;
    same(training_bytes(&(uint64_t){2048000}, 1, wide).states, 4096000 + 8000);
    for (uint32_t block = 256; block <= 2048; block *= 8) {
        wide.block = block;
        printf("blocks of %d: %g bytes a parameter, tensors from %d elements on\n", (int)block,
               (double)state_bytes(2048000, wide) / 2048000, 4096);
    }
}

Test(lab07_facts, zero_by_its_formulas)
{
    for (uint64_t n = 1; n <= 1000; n *= 10) { /* these divide PSI */
        same(zero_bytes(PSI, bf16_adam, 1, n), 4 * PSI + 12 * PSI / n);
        same(zero_bytes(PSI, bf16_adam, 2, n), 2 * PSI + 14 * PSI / n);
        same(zero_bytes(PSI, bf16_adam, 3, n), 16 * PSI / n);
    }
    same(zero_bytes(PSI, bf16_adam, 3, 64), 17500000000);
    same(zero_bytes(PSI, bf16_adam, 2, 64), 155312500000);
    uint64_t gb80 = bytes_from_gb(80);
    printf("whole: 4 Psi = %g GB in stage 1, 2 Psi = %g GB in stage 2, whose shards are %d Psi/N; "
           "%d devices of %g GB\n",
           4 * (double)PSI / 1e9, 2 * (double)PSI / 1e9, 2 + 4 + 8, (int)(1120 / 80), 1120 / 14.0);
    cr_assert(!fits_on(PSI, bf16_adam, 3, 13, 0, gb80) && fits_on(PSI, bf16_adam, 3, 14, 0, gb80));
    cr_assert(!fits_on(PSI, bf16_adam, 2, 1000000, 0, gb80));
    cr_assert(!fits_on(PSI, bf16_adam, 1, 1000000, 0, gb80));
}

Test(lab07_facts, zero_and_the_number_that_does_not_divide)
{
    uint64_t n = model_params(llama_3_70b);
    printf("%" PRIu64 " on %d devices:\n", n, 1000);
    same(ceil_div(n, 1000), 70553707);
    same(zero_bytes(n, bf16_adam, 3, 1000), 16 * UINT64_C(70553707));
    same(n - 1000 * (n / 1000), 496); /* parameters that floor loses */
}

Test(lab07_facts, activations_by_the_papers_table)
{
    struct activations a = {2048, 4, 12288, 96, 96, 2, 1, false, RECOMPUTE_NONE};
    uint64_t sbh = a.seq * a.batch * a.hidden, scores = 5 * a.heads * a.seq; /* 5as, over h */
    same(layer_activation_bytes(a), sbh * 34 + sbh / a.hidden * scores);
    struct activations t = a;
    t.tensor_parallel = 8;
    same(layer_activation_bytes(t), sbh * 10 + sbh * 24 / 8 + sbh / a.hidden * scores / 8);
    t.sequence_parallel = true;
    same(layer_activation_bytes(t), (sbh * 34 + sbh / a.hidden * scores) / 8);
    t.recompute = RECOMPUTE_SELECTIVE;
    same(layer_activation_bytes(t), sbh * 34 / 8);
    a.recompute = RECOMPUTE_SELECTIVE;
    same(layer_activation_bytes(a), sbh * 34);
    a.recompute = RECOMPUTE_FULL;
    same(layer_activation_bytes(a), sbh * 2);
    /* GPT-3's 5as/h is 80: the scores are 70% of what a layer keeps */
    same(scores / a.hidden, 80);
    printf(
        "selective: %.0f%% less; at t = %d without sequence parallelism %d sbh, with it %g sbh\n",
        100 * 80 / (34 + 80.0), 8, 10 + 24 / 8, 34 / 8.0);
    printf("with %d bytes a value: %d sbh + %d assb\n", 4, 16 * 4 + 2, 2 * 4 + 1);
}

Test(lab07_facts, activations_of_a_70b_model)
{
    struct activations a = {4096, 1, 8192, 64, 80, 2, 1, false, RECOMPUTE_NONE};
    same(activation_bytes(a), 520764784640);
    a.recompute = RECOMPUTE_SELECTIVE;
    same(activation_bytes(a), 91268055040);
    a.recompute = RECOMPUTE_FULL;
    same(activation_bytes(a), 5368709120);
    /* FP32 keeps 66sbh + 9assb, not twice the bytes: a mask stays a byte */
    struct activations wide = {4096, 1, 8192, 64, 80, 4, 1, false, RECOMPUTE_NONE};
    a.recompute = RECOMPUTE_NONE;
    cr_assert_float_eq((double)activation_bytes(wide) / (double)activation_bytes(a), 1.825, 0.001);
    /* embedding, output layer and loss, against 80 layers of 34sbh */
    printf("of %g tokens: %.1f%% of the selective total\n", 128256.0,
           100 * 4 * (1 + 128256.0 / 8192) / (80 * 34));
    cr_assert_float_eq(4 * (1 + 128256.0 / 8192) / (80 * 34), 0.024, 0.0006);
    /* t = 8 without sequence parallelism saves far less than 7/8 of what is not the scores */
    struct activations t = {4096, 1, 8192, 64, 80, 2, 8, false, RECOMPUTE_SELECTIVE};
    cr_assert_float_eq((double)layer_activation_bytes(t) / (4096.0 * 8192), 13, 1e-12);
    printf("%d sbh of %d at t = %d", (int)(layer_activation_bytes(t) / (4096 * 8192)), 34, 8);
    t.sequence_parallel = true;
    printf(", %g with sequence parallelism\n", (double)layer_activation_bytes(t) / (4096.0 * 8192));
    cr_assert_float_eq((double)layer_activation_bytes(t) / (4096.0 * 8192), 4.25, 1e-12);
}

Test(lab07_facts, the_cache_of_llama_3_70b)
{
    same(kv_cache_bytes(llama_3_70b, 1, 1, 2), 327680);
    cr_assert_eq(gib_from_bytes(kv_cache_bytes(llama_3_70b, 8192, 1, 2)), 2.5);
    printf("%" PRIu64 " kv heads: %g GiB\n", llama_3_70b.kv_heads,
           gib_from_bytes(kv_cache_bytes(llama_3_70b, 8192, 1, 2)));
    struct model mha = llama_3_70b;
    mha.kv_heads = mha.heads;
    same(kv_cache_bytes(mha, 8192, 1, 2), 8 * kv_cache_bytes(llama_3_70b, 8192, 1, 2));
}

Test(lab07_facts, gb_and_gib)
{
    same(bytes_from_gb(1), 1000000000);
    same(bytes_from_gib(1), 1 << 30);
    printf("%.1f%% more; %d GB are %.1f GiB, %d GiB are %.1f GB\n",
           100 * (gb_from_bytes(bytes_from_gib(1)) - 1), 80, gib_from_bytes(bytes_from_gb(80)), 80,
           gb_from_bytes(bytes_from_gib(80)));
    cr_assert_float_eq(gib_from_bytes(bytes_from_gb(80)), 74.506, 0.0005);
    cr_assert_float_eq(gb_from_bytes(bytes_from_gib(80)), 85.899, 0.0005);
    cr_assert_float_eq(gib_from_bytes(total(bf16_adam)), 1043.08, 0.005);
    same(checked_mul(PSI, 16) / 1000000000, 1120);
    int32_t wrapped = (int32_t)(uint32_t)(PSI * 16); /* what an int makes of it */
    printf("%g parameters: %" PRIu64 " bytes; in 32 bits %d, which is %.2f GB\n", (double)PSI,
           PSI * 16, wrapped, wrapped / 1e9);
    printf("%d - %d in 64 bits, unsigned: %.1e\n", 1, 2, (double)(UINT64_C(1) - 2));
    cr_assert_eq(wrapped, -986464256);
}

Test(lab07_facts, answers_of_the_quiz)
{
    same(training_bytes(&(uint64_t){13000000000}, 1, bf16_adam).total, bytes_from_gb(208));
}
