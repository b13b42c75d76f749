/**
 * @file launch.cu
 * @brief Lab 04, given: how the kernels of lab04.cu are launched, and run on the host's memory.
 *
 * Built with the student's lab04.cu, for the CPU (common/simt) and by nvcc. The tests call run_*(),
 * benchmarks call launch_*() on memory of their own.
 */
#include "lab04_kernels.h"

#include "common/simt/launch.h"

#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 256 };

extern "C" void launch_unscale_chunks(const struct chunk *chunks, size_t count, float *found_inf,
                                      float inv)
{
    if (count > 0)
        LAUNCH(unscale_chunks, (unsigned)count, THREADS, 0, chunks, found_inf, inv);
}

extern "C" void launch_unscale_vectorised(const struct chunk *chunks, size_t count,
                                          float *found_inf, float inv)
{
    if (count > 0)
        LAUNCH(unscale_vectorised, (unsigned)count, THREADS, 0, chunks, found_inf, inv);
}

/** The number of chunks that n elements make. */
static size_t chunks_of(size_t n, size_t chunk)
{
    return (n + chunk - 1) / chunk;
}

/** What messages call tensor k. */
static const char *name_of(size_t k)
{
    static const char *const names[] = {"tensor 0", "tensor 1", "tensor 2", "tensor 3",
                                        "tensor 4", "tensor 5", "tensor 6", "tensor 7"};
    return k < sizeof names / sizeof *names ? names[k] : "a later tensor";
}

typedef void launch_unscale(const struct chunk *chunks, size_t count, float *found_inf, float inv);

/** Behind both run_*(): every tensor is an array of its own on the device. */
static void run(launch_unscale *launch, float *grads, const size_t *offsets, size_t tensors,
                size_t chunk, float *found_inf, float inv)
{
    size_t count = 0;
    for (size_t k = 0; k < tensors; k++)
        count += chunks_of(offsets[k + 1] - offsets[k], chunk);
    struct chunk *chunks = (struct chunk *)malloc((count + 1) * sizeof *chunks); // never malloc(0)
    if (!chunks) {
        fprintf(stderr, "lab04: no memory for a table of %zu chunks\n", count);
        return;
    }
    device_arrays dev;
    struct chunk *next = chunks;
    for (size_t k = 0; k < tensors; k++) {
        size_t n = offsets[k + 1] - offsets[k];
        if (n == 0)
            continue;
        float *data = dev.inout(grads + offsets[k], n, name_of(k));
        for (size_t at = 0; at < n; at += chunk)
            *next++ = {data + at, n - at < chunk ? n - at : chunk};
    }
    float *d_found_inf = dev.inout(found_inf, 1, "found_inf");
    if (count > 0)
        launch(dev.in(chunks, count, "chunks"), count, d_found_inf, inv);
    dev.finish();
    free(chunks);
}

extern "C" void run_unscale_chunks(float *grads, const size_t *offsets, size_t tensors,
                                   size_t chunk, float *found_inf, float inv)
{
    run(launch_unscale_chunks, grads, offsets, tensors, chunk, found_inf, inv);
}

extern "C" void run_unscale_vectorised(float *grads, const size_t *offsets, size_t tensors,
                                       size_t chunk, float *found_inf, float inv)
{
    run(launch_unscale_vectorised, grads, offsets, tensors, chunk, found_inf, inv);
}
