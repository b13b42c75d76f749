/**
 * @file launch.cu
 * @brief Lab 05, given: how the kernels of lab05.cu are launched, and run on the host's memory.
 *
 * Built with the student's lab05.cu, for the CPU (common/simt) and by nvcc. The tests call run_*(),
 * benchmarks call launch_*() on memory of their own.
 */
#include "lab05_kernels.h"

#include "common/simt/launch.h"

#include <math.h>

enum { THREADS = 256 };

/** The bias corrections are the host's work: one power in double for all threads. */
static struct adamw_step step_of(struct adamw opt, int t)
{
    float correction1 = (float)(1 - pow((double)opt.beta1, t));
    float correction2 = (float)(1 - pow((double)opt.beta2, t));
    return {opt.lr, opt.beta1, opt.beta2, opt.eps, opt.weight_decay, correction1, correction2};
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

static __nv_bfloat16 *bf16(uint16_t *codes)
{
    return (__nv_bfloat16 *)codes;
}

static const __nv_bfloat16 *bf16(const uint16_t *codes)
{
    return (const __nv_bfloat16 *)codes;
}

extern "C" void launch_adamw_naive(float *master, uint16_t *w, float *m, float *v, float *sum,
                                   const uint16_t *g, size_t n, struct adamw opt, int t)
{
    if (n > 0)
        LAUNCH(adamw_naive, blocks_for(n), THREADS, 0, master, bf16(w), m, v, sum, bf16(g), n,
               step_of(opt, t));
}

extern "C" void launch_adamw_shared(float *master, uint16_t *w, float *m, float *v, float *sum,
                                    const uint16_t *g, size_t n, struct adamw opt, int t)
{
    if (n > 0)
        LAUNCH(adamw_shared, blocks_for(n), THREADS, THREADS * sizeof(float), master, bf16(w), m, v,
               sum, bf16(g), n, step_of(opt, t));
}

extern "C" void launch_adamw_warp(float *master, uint16_t *w, float *m, float *v, float *sum,
                                  const uint16_t *g, size_t n, struct adamw opt, int t, int blocks)
{
    if (n > 0)
        LAUNCH(adamw_warp, grid_for(n, blocks), THREADS, 0, master, bf16(w), m, v, sum, bf16(g), n,
               step_of(opt, t));
}

extern "C" void launch_adamw_vectorised(float *master, uint16_t *w, float *m, float *v, float *sum,
                                        const uint16_t *g, size_t n, struct adamw opt, int t,
                                        int blocks)
{
    if (n > 0)
        LAUNCH(adamw_vectorised, grid_for(n / 4, blocks), THREADS, 0, master, bf16(w), m, v, sum,
               bf16(g), n, step_of(opt, t));
}

/** The arrays of a step on the device. */
struct step_arrays {
    device_arrays dev;
    float *master, *m, *v, *sum;
    uint16_t *w;
    const uint16_t *g;

    step_arrays(float *h_master, uint16_t *h_w, float *h_m, float *h_v, float *h_sum,
                const uint16_t *h_g, size_t n)
        : master(dev.inout(h_master, n, "master")), m(dev.inout(h_m, n, "m")),
          v(dev.inout(h_v, n, "v")), sum(dev.inout(h_sum, 1, "sum")), w(dev.out(h_w, n, "w")),
          g(dev.in(h_g, n, "g"))
    {
    }
};

extern "C" void run_adamw_naive(float *master, uint16_t *w, float *m, float *v, float *sum,
                                const uint16_t *g, size_t n, struct adamw opt, int t)
{
    step_arrays d(master, w, m, v, sum, g, n);
    launch_adamw_naive(d.master, d.w, d.m, d.v, d.sum, d.g, n, opt, t);
    d.dev.finish();
}

extern "C" void run_adamw_shared(float *master, uint16_t *w, float *m, float *v, float *sum,
                                 const uint16_t *g, size_t n, struct adamw opt, int t)
{
    step_arrays d(master, w, m, v, sum, g, n);
    launch_adamw_shared(d.master, d.w, d.m, d.v, d.sum, d.g, n, opt, t);
    d.dev.finish();
}

extern "C" void run_adamw_warp(float *master, uint16_t *w, float *m, float *v, float *sum,
                               const uint16_t *g, size_t n, struct adamw opt, int t, int blocks)
{
    step_arrays d(master, w, m, v, sum, g, n);
    launch_adamw_warp(d.master, d.w, d.m, d.v, d.sum, d.g, n, opt, t, blocks);
    d.dev.finish();
}

extern "C" void run_adamw_vectorised(float *master, uint16_t *w, float *m, float *v, float *sum,
                                     const uint16_t *g, size_t n, struct adamw opt, int t,
                                     int blocks)
{
    step_arrays d(master, w, m, v, sum, g, n);
    launch_adamw_vectorised(d.master, d.w, d.m, d.v, d.sum, d.g, n, opt, t, blocks);
    d.dev.finish();
}
