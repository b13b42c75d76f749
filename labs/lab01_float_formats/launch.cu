/**
 * @file launch.cu
 * @brief Lab 01, given: how the kernels of lab01.cu are launched, and run on the host's memory.
 *
 * Built with the student's lab01.cu, for the CPU (common/simt) and by nvcc. The tests call run_*(),
 * benchmarks call launch_*() on memory of their own.
 */
#include "lab01_kernels.h"

#include "common/simt/launch.h"

enum { THREADS = 256 };

/** A grid for kernels that loop: as asked for; else a thread an item, up to many full devices. */
static unsigned grid_for(size_t items, int blocks)
{
    const size_t enough = 1 << 12;
    if (blocks > 0)
        return (unsigned)blocks;
    size_t wanted = items == 0 ? 1 : (items + THREADS - 1) / THREADS; // 0 groups have a tail
    return (unsigned)(wanted < enough ? wanted : enough);
}

extern "C" void launch_cast_to_16(uint16_t *codes, const float *x, size_t n, struct fp_format f,
                                  int blocks)
{
    if (n > 0)
        LAUNCH(cast_to_16, grid_for(n, blocks), THREADS, 0, codes, x, n, f);
}

extern "C" void launch_cast_to_8(uint8_t *codes, const float *x, size_t n, struct fp_format f,
                                 bool saturate, int blocks)
{
    if (n > 0)
        LAUNCH(cast_to_8, grid_for(n / 4, blocks), THREADS, 0, codes, x, n, f, saturate);
}

extern "C" void run_cast_to_16(uint16_t *codes, const float *x, size_t n, struct fp_format f,
                               int blocks)
{
    device_arrays dev;
    uint16_t *d_codes = dev.out(codes, n, "codes");
    launch_cast_to_16(d_codes, dev.in(x, n, "x"), n, f, blocks);
    dev.finish();
}

extern "C" void run_cast_to_8(uint8_t *codes, const float *x, size_t n, struct fp_format f,
                              bool saturate, int blocks)
{
    device_arrays dev;
    uint8_t *d_codes = dev.out(codes, n, "codes");
    launch_cast_to_8(d_codes, dev.in(x, n, "x"), n, f, saturate, blocks);
    dev.finish();
}
