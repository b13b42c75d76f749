/**
 * @file launch.cu
 * @brief Lab 02, given: how the kernels of lab02.cu are launched, and run on the host's memory.
 *
 * Built with the student's lab02.cu, for the CPU (common/simt) and by nvcc. The tests call run_*(),
 * benchmarks call launch_*() on memory of their own.
 */
#include "lab02_kernels.h"

#include "common/simt/launch.h"

enum { THREADS = 256 };

/** A grid for kernels that loop: as asked for; else a thread an item, up to many full devices. */
static unsigned grid_for(size_t items, int blocks)
{
    const size_t enough = 1 << 12;
    if (blocks > 0)
        return (unsigned)blocks;
    size_t wanted = (items + THREADS - 1) / THREADS;
    return (unsigned)(wanted < enough ? wanted : enough);
}

extern "C" void launch_found_inf_vote(float *found_inf, const float *x, size_t n, int blocks)
{
    if (n > 0)
        LAUNCH(found_inf_vote, grid_for(n, blocks), THREADS, 0, found_inf, x, n);
}

extern "C" void launch_count_nonfinite(struct nonfinite *counts, const float *x, size_t n,
                                       int blocks)
{
    if (n > 0)
        LAUNCH(count_nonfinite, grid_for(n, blocks), THREADS, 0, counts, x, n);
}

extern "C" void run_found_inf_vote(float *found_inf, const float *x, size_t n, int blocks)
{
    device_arrays dev;
    float *d_found_inf = dev.inout(found_inf, 1, "found_inf");
    launch_found_inf_vote(d_found_inf, dev.in(x, n, "x"), n, blocks);
    dev.finish();
}

extern "C" void run_count_nonfinite(struct nonfinite *counts, const float *x, size_t n, int blocks)
{
    device_arrays dev;
    struct nonfinite *d_counts = dev.inout(counts, 1, "counts");
    launch_count_nonfinite(d_counts, dev.in(x, n, "x"), n, blocks);
    dev.finish();
}
