/**
 * @file launch.cu
 * @brief Lab 06, given: how the kernels of lab06.cu are launched, and run on the host's memory.
 *
 * Built with the student's lab06.cu, for the CPU (common/simt) and by nvcc. The tests call run_*(),
 * benchmarks call launch_*() on memory of their own.
 */
#include "lab06_kernels.h"

#include "common/simt/launch.h"

enum { THREADS = 256 };

static __nv_fp8_interpretation_t interpretation(enum fp8_kind kind)
{
    return kind == FP8_E4M3 ? __NV_E4M3 : __NV_E5M2;
}

/** Blocks so that each of `items` has a thread. */
static unsigned blocks_for(size_t items)
{
    return (unsigned)((items + THREADS - 1) / THREADS);
}

/** A grid for kernels that loop: as asked for; else a thread an item, up to many full devices. */
static unsigned grid_for(size_t items, int blocks)
{
    const unsigned enough = 1 << 12;
    if (blocks > 0)
        return (unsigned)blocks;
    if (items == 0)
        return 1; // a tail alone
    return items > (size_t)enough * THREADS ? enough : blocks_for(items);
}

extern "C" void launch_quantize_naive(uint8_t *codes, float *amax, const float *x, size_t n,
                                      float scale, enum fp8_kind kind)
{
    if (n > 0)
        LAUNCH(quantize_naive, blocks_for(n), THREADS, 0, codes, amax, x, n, scale,
               interpretation(kind));
}

extern "C" void launch_quantize_warp(uint8_t *codes, float *amax, const float *x, size_t n,
                                     float scale, enum fp8_kind kind, int blocks)
{
    if (n > 0)
        LAUNCH(quantize_warp, grid_for(n, blocks), THREADS, 0, codes, amax, x, n, scale,
               interpretation(kind));
}

extern "C" void launch_quantize_vectorised(uint8_t *codes, float *amax, const float *x, size_t n,
                                           float scale, enum fp8_kind kind, int blocks)
{
    if (n > 0)
        LAUNCH(quantize_vectorised, grid_for(n / 8, blocks), THREADS, 0, codes, amax, x, n, scale,
               interpretation(kind));
}

/** The arrays of a call on the device. */
struct quantize_arrays {
    device_arrays dev;
    uint8_t *codes;
    float *amax;
    const float *x;

    quantize_arrays(uint8_t *h_codes, float *h_amax, const float *h_x, size_t n)
        : codes(dev.out(h_codes, n, "codes")), amax(dev.inout(h_amax, 1, "amax")),
          x(dev.in(h_x, n, "x"))
    {
    }
};

extern "C" void run_quantize_naive(uint8_t *codes, float *amax, const float *x, size_t n,
                                   float scale, enum fp8_kind kind)
{
    quantize_arrays d(codes, amax, x, n);
    launch_quantize_naive(d.codes, d.amax, d.x, n, scale, kind);
    d.dev.finish();
}

extern "C" void run_quantize_warp(uint8_t *codes, float *amax, const float *x, size_t n,
                                  float scale, enum fp8_kind kind, int blocks)
{
    quantize_arrays d(codes, amax, x, n);
    launch_quantize_warp(d.codes, d.amax, d.x, n, scale, kind, blocks);
    d.dev.finish();
}

extern "C" void run_quantize_vectorised(uint8_t *codes, float *amax, const float *x, size_t n,
                                        float scale, enum fp8_kind kind, int blocks)
{
    quantize_arrays d(codes, amax, x, n);
    launch_quantize_vectorised(d.codes, d.amax, d.x, n, scale, kind, blocks);
    d.dev.finish();
}
