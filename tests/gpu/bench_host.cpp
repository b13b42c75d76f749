/**
 * @file bench_host.cpp
 * @brief Does the benchmark know right from wrong? Its groups' checks, without its timing, on the CPU.
 *
 *      build/runner/bench_host build/solutions        exit 0: every kernel was found right
 *      build/runner/bench_host build/stubs            exit 1: open exercises are not
 *
 * The folder holds labNN_host.so: the labs' kernels and launches, built for common/simt. Run by
 * tests/check_gpu_check.sh; bench.cu, which does the same on a device, has its own versions of the
 * functions defined here.
 */
#include "tests/gpu/bench.cuh"

size_t elements_for(size_t bytes, size_t bytes_of_one)
{
    size_t n = 1;
    while (2 * n * bytes_of_one <= bytes)
        n *= 2;
    return n;
}

void fill(float *x, size_t n, uint32_t seed, float factor)
{
    for (size_t i = 0; i < n; i++)
        x[i] = sample(i, seed) * factor;
}

void fill_bf16(uint16_t *codes, size_t n, uint32_t seed, float factor)
{
    for (size_t i = 0; i < n; i++)
        codes[i] = bf16_from_f32_rne(sample(i, seed) * factor);
}

static void leave_open(const char *)
{
}

int main(int argc, char **argv)
{
    const size_t bytes = 1 << 22;
    int ran = 0, right = 0;
    std::vector<group> (*labs[])(const library &, pool &, size_t) = {
        lab01_groups, lab02_groups, lab03_groups, lab04_groups, lab05_groups, lab06_groups};
    if (argc != 2) {
        fprintf(stderr, "usage: bench_host FOLDER\n");
        return 2;
    }
    pool arrays(bytes + (1 << 20));
    for (int i = 0; i < 6; i++) {
        library lib(std::string(argv[1]) + "/lab0" + std::to_string(i + 1) + "_host.so");
        lib.find<void(void (*)(const char *))>("todo_set_handler")(leave_open);
        for (group &g : labs[i](lib, arrays, bytes))
            for (candidate &c : g.versions) {
                bool is_right = c.is_right();
                ran++;
                right += is_right;
                printf("%-20s %-14s %-20s %s\n", c.name.c_str(), g.shape.c_str(), c.type.c_str(),
                       is_right ? "right" : "wrong");
            }
    }
    printf("%d of %d right\n", right, ran);
    return ran > 0 && right == ran ? 0 : 1;
}
