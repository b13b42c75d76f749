/**
 * @file bench_steps.cu
 * @brief The groups of bench.cu that do a step of training: the fused AdamW of lab 05 and the fused
 *        amax and cast of lab 06.
 */
#include "tests/gpu/bench.cuh"

#include "lab05_kernels.h"
#include "lab06_kernels.h"

#include <cmath>

namespace
{

enum { WINDOW = 1024 };

/** The arrays of a step on the device. */
struct step_arrays {
    float *master, *m, *v, *sum;
    uint16_t *w, *g;
    size_t n;
};

const struct adamw SETTINGS = {0x1p-10f, 0.9f, 0.999f, 1e-8f, 0.01f};
enum { STEP = 3 };

void fill_step(const step_arrays &a)
{
    fill(a.master, a.n, 6, 0.25f);
    fill(a.m, a.n, 7, 0x1p-6f);
    CUDA_CHECK(cudaMemset(a.v, 0, a.n * sizeof *a.v));
    fill_bf16(a.g, a.n, 8, 0x1p-4f);
    CUDA_CHECK(cudaMemset(a.w, 0xFF, a.n * sizeof *a.w));
    put(a.sum, 0.0f);
}

/** Holds windows of the result against lab 05's C functions, which sum in their own order: equal
 *  but for a few units in the last place of what is added up. *sum is only looked at for NaN: so
 *  many squares in FP32 come out differently in each order. */
bool step_is_right(const char *name, const library &lib, const step_arrays &a)
{
    auto *update = lib.find<decltype(adamw_update)>("adamw_update");
    float sum = fetch(a.sum);
    std::vector<uint16_t> w(WINDOW);
    bool right = sum > 0 && std::isfinite(sum);
    right &= all_windows<float>(name, a.master, a.n, WINDOW, [&](size_t i, float got) {
        float u, m = sample(i, 7) * 0x1p-6f, v = 0, master = sample(i, 6) * 0.25f;
        float g = f32_from_bf16(bf16_from_f32_rne(sample(i, 8) * 0x1p-4f));
        update(&u, &m, &v, &master, &g, 1, SETTINGS, STEP);
        return fabsf(got - (master + u)) <= 0x1p-20f * (fabsf(master) + fabsf(u));
    });
    std::vector<float> master(WINDOW);
    for (size_t at : {(size_t)0, a.n / 2, a.n - WINDOW}) {
        CUDA_CHECK(cudaMemcpy(master.data(), a.master + at, WINDOW * 4, cudaMemcpyDeviceToHost));
        CUDA_CHECK(cudaMemcpy(w.data(), a.w + at, WINDOW * 2, cudaMemcpyDeviceToHost));
        for (size_t i = 0; i < WINDOW; i++)
            right &= w[i] == bf16_from_f32_rne(master[i]);
    }
    if (!right)
        fprintf(stderr, "%s: a step is not what lab 05's C functions make of it\n", name);
    return right;
}

} // namespace

/** 28 bytes an element: master, m and v in and out (24), w out and g in (2 each). 20 operations:
 *  3 for m, 4 for v, 2 for the decay, 8 for u and master, 2 for the sum of squares, 1 for w. */
std::vector<group> lab05_groups(const library &lib, pool &p, size_t bytes)
{
    size_t n = elements_for(bytes, 28);
    p.reset();
    step_arrays a = {p.take<float>(n),
                     p.take<float>(n),
                     p.take<float>(n),
                     p.take<float>(1),
                     p.take<uint16_t>(n),
                     p.take<uint16_t>(n),
                     n};
    group g = {std::to_string(n), 28.0 * (double)n, 20.0 * (double)n, {}};
    auto add = [&](const char *name, const std::function<void()> &once) {
        g.versions.push_back({name, "FP32 with BF16 copy", once, [=, &lib] {
                                  fill_step(a);
                                  once();
                                  lib.wait();
                                  return step_is_right(name, lib, a);
                              }});
    };
    auto *naive = LAUNCHER(lib, launch_adamw_naive), *shared = LAUNCHER(lib, launch_adamw_shared);
    auto *warp = LAUNCHER(lib, launch_adamw_warp);
    auto *vectorised = LAUNCHER(lib, launch_adamw_vectorised);
    add("adamw_naive", [=] { naive(a.master, a.w, a.m, a.v, a.sum, a.g, n, SETTINGS, STEP); });
    add("adamw_shared", [=] { shared(a.master, a.w, a.m, a.v, a.sum, a.g, n, SETTINGS, STEP); });
    add("adamw_warp", [=] { warp(a.master, a.w, a.m, a.v, a.sum, a.g, n, SETTINGS, STEP, 0); });
    add("adamw_vectorised",
        [=] { vectorised(a.master, a.w, a.m, a.v, a.sum, a.g, n, SETTINGS, STEP, 0); });
    return {g};
}

/** 5 bytes an element, 3 operations: scale, cast, maximum. One element is the largest. */
std::vector<group> lab06_groups(const library &lib, pool &p, size_t bytes)
{
    size_t n = elements_for(bytes, 5), place = n / 5 * 3 + 7;
    p.reset();
    float *x = p.take<float>(n), *amax = p.take<float>(1);
    uint8_t *codes = p.take<uint8_t>(n);
    group g = {std::to_string(n), 5.0 * (double)n, 3.0 * (double)n, {}};
    auto add = [&](const char *name, const std::function<void()> &once) {
        g.versions.push_back(
            {name, "FP32 to E4M3", once, [=, &lib] {
                 fill(x, n, 9, 1);
                 put(x + place, -9.25f);
                 put(amax, 0.0f);
                 CUDA_CHECK(cudaMemset(codes, 0xFF, n));
                 once();
                 lib.wait();
                 if (fetch(amax) != 9.25f)
                     fprintf(stderr, "%s: amax is %g, not 9.25\n", name, (double)fetch(amax));
                 return fetch(amax) == 9.25f &&
                        all_windows<uint8_t>(name, codes, n, WINDOW, [=](size_t i, uint8_t code) {
                            float v = i == place ? -9.25f : sample(i, 9);
                            return code == e4m3_from_f32_rne(v * 37.25f, true);
                        });
             }});
    };
    auto *naive = LAUNCHER(lib, launch_quantize_naive);
    auto *warp = LAUNCHER(lib, launch_quantize_warp);
    add("quantize_naive", [=] { naive(codes, amax, x, n, 37.25f, FP8_E4M3); });
    add("quantize_warp", [=] { warp(codes, amax, x, n, 37.25f, FP8_E4M3, 0); });
    auto *vectorised = LAUNCHER(lib, launch_quantize_vectorised);
    add("quantize_vectorised", [=] { vectorised(codes, amax, x, n, 37.25f, FP8_E4M3, 0); });
    return {g};
}
