/**
 * @file fake_gemm_device.c
 * @brief A device that fails where FAKE says, in place of build/libgemm_cuda.so.
 *
 * tests/check_gemm_device.sh builds it to see that programs say one line and go on with the CPU. It
 * computes nothing: a result that came from it would be found wrong.
 */
#include "common/gemm_backend.h"

#include <stdlib.h>
#include <string.h>

static bool works(struct gemm_backend *b, const char *step)
{
    const char *fake = getenv("FAKE");
    if (!fake || strcmp(fake, step) != 0)
        return true;
    snprintf(b->error, sizeof b->error, "%s: out of memory; take a smaller shape", step);
    return false;
}

static bool load(struct gemm_backend *b, const struct gemm_product *p)
{
    (void)p;
    return works(b, "load");
}

static bool run(struct gemm_backend *b, int times, double *ms)
{
    (void)times, (void)ms;
    return works(b, "run");
}

static bool store(struct gemm_backend *b)
{
    return works(b, "store");
}

static void close(struct gemm_backend *b)
{
    (void)b;
}

enum gemm_found gemm_cuda_open(struct gemm_backend *b)
{
    *b = (struct gemm_backend){.load = load, .run = run, .store = store, .close = close};
    snprintf(b->device, sizeof b->device, "fake device");
    b->is_device = works(b, "open");
    b->fp8 = works(b, "fp8");
    if (works(b, "none"))
        return b->is_device ? GEMM_FOUND : GEMM_UNUSABLE;
    return GEMM_NOTHING;
}
