/**
 * @file test_autocast_facts.c
 * @brief Which dtype autocast gives an operation: the lists that the course states, held against the
 *        answers of PyTorch itself (tests/golden/autocast.csv, made by autocast.py beside it).
 *
 * The lists are those of aten/src/ATen/autocast_mode.h and docs/source/amp.rst. They are the ground
 * of the chapter on autocast to come.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *const lower[] = {"mm",
                                    "mv",
                                    "matmul",
                                    "bmm",
                                    "baddbmm",
                                    "addbmm",
                                    "addmm",
                                    "addmv",
                                    "addr",
                                    "einsum",
                                    "linear",
                                    "conv1d",
                                    "conv2d",
                                    "conv3d",
                                    "prelu",
                                    "rnn_tanh_cell",
                                    "scaled_dot_product_attention",
                                    NULL};
static const char *const to_fp32[] = {"exp",
                                      "expm1",
                                      "log",
                                      "log10",
                                      "log2",
                                      "log1p",
                                      "pow",
                                      "rsqrt",
                                      "reciprocal",
                                      "softplus",
                                      "sum",
                                      "prod",
                                      "cumsum",
                                      "cumprod",
                                      "softmax",
                                      "log_softmax",
                                      "norm",
                                      "logsumexp",
                                      "mse_loss",
                                      "l1_loss",
                                      "nll_loss",
                                      "layer_norm",
                                      "group_norm",
                                      "cdist",
                                      "cosine_similarity",
                                      "upsample_nearest2d",
                                      NULL};
static const char *const widest[] = {"addcdiv",   "addcmul",     "atan2",       "bilinear",
                                     "cross",     "dot",         "grid_sample", "index_put",
                                     "tensordot", "scatter_add", NULL};
static const char *const unlisted[] = {"mean", "embedding", "add", NULL};
static const char *const passed_by[] = {"softmax with a dtype", "sum with a dtype", "exp in place",
                                        NULL};

/* PyTorch's answer, or "" if the table has no such row. */
static const char *answer(const char *device, const char *operation)
{
    static char output[32];
    char line[200], want[100];
    size_t length = (size_t)snprintf(want, sizeof want, "%s,%s,", device, operation);
    FILE *file = fopen("tests/golden/autocast.csv", "re");
    cr_assert(file != NULL, "run from the project's root");
    output[0] = '\0';
    while (fgets(line, sizeof line, file))
        if (strncmp(line, want, length) == 0)
            sscanf(strrchr(line, ',') + 1, "%31s", output);
    fclose(file);
    return output;
}

static void all(const char *device, const char *const *operations, const char *dtype)
{
    for (; *operations; operations++)
        cr_assert_str_eq(answer(device, *operations), dtype, "%s on %s gives %s, not %s",
                         *operations, device, answer(device, *operations), dtype);
}

Test(autocast_facts, products_and_convolutions_run_in_the_low_dtype)
{
    all("cuda", lower, "float16");
}

Test(autocast_facts, exponentials_sums_norms_and_losses_run_in_fp32)
{
    all("cuda", to_fp32, "float32");
}

Test(autocast_facts, some_take_the_widest_of_their_inputs)
{
    all("cuda", widest, "float32");
}

Test(autocast_facts, mean_embedding_and_add_are_on_no_list)
{
    all("cuda", unlisted, "float16");
}

Test(autocast_facts, fp64_out_in_place_and_explicit_dtypes_pass_by)
{
    all("cuda", passed_by, "float16");
    cr_assert_str_eq(answer("cuda", "mm of float64"), "float64");
    cr_assert_str_eq(answer("cuda", "mm with out="), "float32");
}

Test(autocast_facts, the_cpus_lists_are_others)
{
    cr_assert_str_eq(answer("cpu", "mm"), "bfloat16");
    cr_assert_str_eq(answer("cpu", "mv"), "float32");   /* low on CUDA */
    cr_assert_str_eq(answer("cpu", "exp"), "bfloat16"); /* FP32 on CUDA */
    cr_assert_str_eq(answer("cpu", "softmax"), "bfloat16");
    all("cpu", (const char *const[]){"cat", "stack", "index_copy", NULL}, "float32");
    cr_assert_str_eq(answer("cuda", "index_copy"), "float16"); /* on no list there */
}
