/**
 * @file launch.cu
 * @brief Lab 03, given: how the kernels of lab03.cu are launched, and run on the host's memory.
 *
 * Built with the student's lab03.cu, for the CPU (common/simt) and by nvcc. The tests and the
 * experiment call run_*(), benchmarks call launch_*() on memory of their own.
 */
#include "lab03_kernels.h"

#include "common/simt/launch.h"

enum { THREADS = 256, WARP = 32 };

/** Blocks so that each of `items` has a place, with `each` places in a block. */
static unsigned blocks_for(size_t items, size_t each)
{
    return (unsigned)((items + each - 1) / each);
}

extern "C" void launch_softmax_rows_naive(float *p, const float *x, size_t rows, size_t cols)
{
    if (rows > 0 && cols > 0)
        LAUNCH(softmax_rows_naive, blocks_for(rows, THREADS), THREADS, 0, p, x, rows, cols);
}

extern "C" void launch_softmax_rows_shared(float *p, const float *x, size_t rows, size_t cols)
{
    if (rows > 0 && cols > 0)
        LAUNCH(softmax_rows_shared, (unsigned)rows, THREADS, THREADS * sizeof(float), p, x, rows,
               cols);
}

extern "C" void launch_softmax_rows_warp(float *p, const float *x, size_t rows, size_t cols)
{
    if (rows > 0 && cols > 0)
        LAUNCH(softmax_rows_warp, blocks_for(rows, THREADS / WARP), THREADS, 0, p, x, rows, cols);
}

extern "C" void launch_softmax_rows_online(float *p, const float *x, size_t rows, size_t cols)
{
    if (rows > 0 && cols > 0)
        LAUNCH(softmax_rows_online, (unsigned)rows, THREADS, 0, p, x, rows, cols);
}

typedef void launch_softmax(float *p, const float *x, size_t rows, size_t cols);

/** Behind all run_*(). */
static void run(launch_softmax *launch, float *p, const float *x, size_t rows, size_t cols)
{
    device_arrays dev;
    float *d_p = dev.out(p, rows * cols, "p");
    const float *d_x = dev.in(x, rows * cols, "x");
    launch(d_p, d_x, rows, cols);
    dev.finish();
}

extern "C" void run_softmax_rows_naive(float *p, const float *x, size_t rows, size_t cols)
{
    run(launch_softmax_rows_naive, p, x, rows, cols);
}

extern "C" void run_softmax_rows_shared(float *p, const float *x, size_t rows, size_t cols)
{
    run(launch_softmax_rows_shared, p, x, rows, cols);
}

extern "C" void run_softmax_rows_warp(float *p, const float *x, size_t rows, size_t cols)
{
    run(launch_softmax_rows_warp, p, x, rows, cols);
}

extern "C" void run_softmax_rows_online(float *p, const float *x, size_t rows, size_t cols)
{
    run(launch_softmax_rows_online, p, x, rows, cols);
}
