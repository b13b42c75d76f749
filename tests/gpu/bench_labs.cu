/**
 * @file bench_labs.cu
 * @brief The groups of bench.cu that read or rewrite arrays: labs 01 to 04. Each kernel's bytes and
 *        operations, its inputs, and what makes its result right.
 */
#include "tests/gpu/bench.cuh"

#include "lab01_kernels.h"
#include "lab02_kernels.h"
#include "lab03_kernels.h"
#include "lab04_kernels.h"

#include <cmath>

namespace
{

enum { WINDOW = 1024 };

/** A cast to codes of type Code: 4 bytes in, sizeof(Code) out, one operation. */
template <class Code, class Launch, class Want>
candidate cast(const char *name, const char *type, pool &p, const library &lib, size_t n,
               Launch launch, Want want)
{
    p.reset();
    float *x = p.take<float>(n);
    Code *codes = p.take<Code>(n);
    auto once = [=] { launch(codes, x, n); };
    return {name, type, once, [=, &lib] {
                fill(x, n, 2, 1);
                CUDA_CHECK(cudaMemset(codes, 0xFF, n * sizeof *codes));
                once();
                lib.wait();
                return all_windows<Code>(name, codes, n, WINDOW, [=](size_t i, Code code) {
                    return code == want(sample(i, 2));
                });
            }};
}

/** Softmax of rows, against double precision on the host. A sum of `cols` terms in any order and a
 *  few operations more, each within 2^-24, and an exponential within two. */
bool rows_are_right(const char *name, const float *p, size_t rows, size_t cols)
{
    size_t row = SIZE_MAX;
    double m = 0, sum = 0, tolerance = ((double)cols + 64) * 0x1p-24;
    return all_windows<float>(name, p, rows * cols, cols, [&](size_t i, float got) {
        if (row != i / cols) {
            row = i / cols;
            m = -INFINITY;
            sum = 0;
            for (size_t c = 0; c < cols; c++)
                m = fmax(m, (double)sample(row * cols + c, 3));
            for (size_t c = 0; c < cols; c++)
                sum += exp((double)sample(row * cols + c, 3) - m);
        }
        double want = exp((double)sample(i, 3) - m) / sum;
        return fabs((double)got - want) <= tolerance * want;
    });
}

} // namespace

std::vector<group> lab01_groups(const library &lib, pool &p, size_t bytes)
{
    auto *to_16 = LAUNCHER(lib, launch_cast_to_16);
    auto *to_8 = LAUNCHER(lib, launch_cast_to_8);
    auto with_16 = [=](struct fp_format f) {
        return [=](uint16_t *codes, const float *x, size_t n) { to_16(codes, x, n, f, 0); };
    };
    auto with_8 = [=](struct fp_format f) {
        return [=](uint8_t *codes, const float *x, size_t n) { to_8(codes, x, n, f, true, 0); };
    };
    auto e4m3 = [](float x) { return e4m3_from_f32_rne(x, true); };
    auto e5m2 = [](float x) { return e5m2_from_f32_rne(x, true); };
    size_t n = elements_for(bytes, 6), m = elements_for(bytes, 5);
    return {
        {std::to_string(n),
         6.0 * (double)n,
         (double)n,
         {cast<uint16_t>("cast_to_16", "FP32 to FP16", p, lib, n, with_16(FP16), f16_from_f32_rne),
          cast<uint16_t>("cast_to_16", "FP32 to BF16", p, lib, n, with_16(BF16),
                         bf16_from_f32_rne)}},
        {std::to_string(m),
         5.0 * (double)m,
         (double)m,
         {cast<uint8_t>("cast_to_8", "FP32 to E4M3", p, lib, m, with_8(E4M3), e4m3),
          cast<uint8_t>("cast_to_8", "FP32 to E5M2", p, lib, m, with_8(E5M2), e5m2)}}};
}

/** Both read 4 bytes an element and test it: finite numbers first, then one infinity among them. */
std::vector<group> lab02_groups(const library &lib, pool &p, size_t bytes)
{
    auto *vote = LAUNCHER(lib, launch_found_inf_vote);
    auto *count = LAUNCHER(lib, launch_count_nonfinite);
    size_t n = elements_for(bytes, sizeof(float)), place = n / 3 * 2 + 5;
    p.reset();
    float *x = p.take<float>(n), *flag = p.take<float>(1);
    auto *counts = p.take<struct nonfinite>(1);
    auto once = [=] { vote(flag, x, n, 0); };
    auto once_counted = [=] { count(counts, x, n, 0); };
    auto flag_is = [=, &lib](float wanted) {
        put(flag, 0.0f);
        once();
        lib.wait();
        return fetch(flag) == wanted;
    };
    auto counted = [=, &lib](uint32_t wanted) {
        put(counts, nonfinite{0, 0});
        once_counted();
        lib.wait();
        nonfinite got = fetch(counts);
        return got.infs == wanted && got.nans == 0;
    };
    auto both = [=](auto answer_is) {
        fill(x, n, 4, 1);
        bool right = answer_is(0);
        put(x + place, INFINITY);
        right = answer_is(1) && right;
        put(x + place, 1.0f);
        if (!right)
            fprintf(stderr, "lab02: an infinity at %zu of %zu was missed, or seen twice\n", place,
                    n);
        return right;
    };
    return {{std::to_string(n),
             4.0 * (double)n,
             (double)n,
             {{"found_inf_vote", "FP32", once, [=] { return both(flag_is); }},
              {"count_nonfinite", "FP32", once_counted, [=] { return both(counted); }}}}};
}

/** x once in and p once out, however often a version reads x: 8 bytes an element, 5 operations
 *  (maximum, difference, exponential, sum, quotient). */
std::vector<group> lab03_groups(const library &lib, pool &p, size_t bytes)
{
    std::vector<group> groups;
    for (size_t cols : {(size_t)1024, (size_t)4096}) {
        size_t n = elements_for(bytes, 8), rows = n / cols;
        p.reset();
        float *x = p.take<float>(n), *y = p.take<float>(n);
        group g = {std::to_string(rows) + "x" + std::to_string(cols),
                   8.0 * (double)n,
                   5.0 * (double)n,
                   {}};
        auto add = [&](const char *name, decltype(launch_softmax_rows_naive) *launch) {
            auto once = [=] { launch(y, x, rows, cols); };
            g.versions.push_back({name, "FP32", once, [=, &lib] {
                                      fill(x, n, 3, 1);
                                      CUDA_CHECK(cudaMemset(y, 0xFF, n * sizeof *y));
                                      once();
                                      lib.wait();
                                      return rows_are_right(name, y, rows, cols);
                                  }});
        };
        add("softmax_rows_naive", LAUNCHER(lib, launch_softmax_rows_naive));
        add("softmax_rows_shared", LAUNCHER(lib, launch_softmax_rows_shared));
        add("softmax_rows_warp", LAUNCHER(lib, launch_softmax_rows_warp));
        add("softmax_rows_online", LAUNCHER(lib, launch_softmax_rows_online));
        groups.push_back(g);
    }
    return groups;
}

/** In place: 8 bytes an element, 2 operations (test, multiply). The factor is -1, so that the
 *  gradients are as large after many launches as after one. */
std::vector<group> lab04_groups(const library &lib, pool &p, size_t bytes)
{
    const size_t chunk = 65536; // PyTorch's
    size_t n = elements_for(bytes, 8), count = (n + chunk - 1) / chunk;
    p.reset();
    float *x = p.take<float>(n), *flag = p.take<float>(1);
    auto *chunks = p.take<struct chunk>(count);
    std::vector<struct chunk> table(count);
    for (size_t c = 0; c < count; c++)
        table[c] = {x + c * chunk, n - c * chunk < chunk ? n - c * chunk : chunk};
    CUDA_CHECK(cudaMemcpy(chunks, table.data(), count * sizeof *chunks, cudaMemcpyHostToDevice));
    group g = {std::to_string(n), 8.0 * (double)n, 2.0 * (double)n, {}};
    auto add = [&](const char *name, decltype(launch_unscale_chunks) *launch) {
        auto once = [=] { launch(chunks, count, flag, -1); };
        g.versions.push_back({name, "FP32", once, [=, &lib] {
                                  fill(x, n, 5, 1);
                                  put(flag, 0.0f);
                                  once();
                                  lib.wait();
                                  return fetch(flag) == 0 &&
                                         all_windows<float>(name, x, n, WINDOW,
                                                            [](size_t i, float got) {
                                                                return got == -sample(i, 5);
                                                            });
                              }});
    };
    add("unscale_chunks", LAUNCHER(lib, launch_unscale_chunks));
    add("unscale_vectorised", LAUNCHER(lib, launch_unscale_vectorised));
    return {g};
}
