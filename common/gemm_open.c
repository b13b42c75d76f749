/**
 * @file gemm_open.c
 * @brief Chooses who computes, and hands the products on. See gemm.h.
 *
 * The device part is loaded with dlopen(), so that nothing but that library depends on CUDA. Before
 * it is loaded (it brings cublasLt, hundreds of MB) the driver's own library is looked for: without
 * that there is no device. So GPU=auto costs next to nothing where there is no GPU.
 */
#include "common/gemm_backend.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const char LIBRARY[] = "build/libgemm_cuda.so"; /* programs run from the project's root */

struct gemm {
    struct gemm_backend device; /* all zero where there is none */
    struct gemm_backend cpu;
    struct gemm_backend *loaded; /* whoever has the product that was loaded last */
    void *library;               /* of the device */
};

const char *gemm_type_name(enum gemm_type type)
{
    static const char *const names[GEMM_TYPES] = {"FP32", "TF32", "BF16", "FP16", "E4M3", "E5M2"};
    return names[type];
}

bool gemm_setting(enum gemm_where *where)
{
    static const char *const texts[] = {"auto", "0", "1"}; /* as enum gemm_where counts */
    const char *text = getenv("GPU");
    *where = GEMM_AUTO;
    if (!text || !*text)
        return true;
    for (int i = 0; i < 3; i++) {
        *where = (enum gemm_where)i;
        if (strcmp(text, texts[i]) == 0)
            return true;
    }
    fprintf(stderr, "GPU=%s: give auto (a device if there is one), 0 (the CPU) or 1.\n", text);
    return false;
}

static enum gemm_found none(struct gemm *gemm, enum gemm_found found, const char *why)
{
    snprintf(gemm->device.error, sizeof gemm->device.error, "%s", why);
    return found;
}

static enum gemm_found open_device(struct gemm *gemm)
{
    void *driver = dlopen("libcuda.so.1", RTLD_LAZY);
    if (!driver)
        return none(gemm, GEMM_NOTHING,
                    "there is no NVIDIA driver here (no libcuda.so.1), so no GPU to be used");
    dlclose(driver);
    gemm->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!gemm->library)
        return none(gemm, GEMM_NOTHING, dlerror()); /* names the file that is missing */
    gemm_cuda_open_fn *open;
    void *symbol = dlsym(gemm->library, "gemm_cuda_open");
    memcpy(&open, &symbol, sizeof open); /* ISO C has no cast from object to function pointer */
    if (!open)
        return none(gemm, GEMM_UNUSABLE,
                    "build/libgemm_cuda.so is of another version; remove it "
                    "and build again");
    return open(&gemm->device);
}

struct gemm *gemm_open(enum gemm_where where, FILE *messages)
{
    struct gemm *gemm = calloc(1, sizeof *gemm);
    if (!gemm || gemm_cpu_open(&gemm->cpu) != GEMM_FOUND) {
        free(gemm);
        return NULL;
    }
    enum gemm_found found = where == GEMM_CPU ? GEMM_NOTHING : open_device(gemm);
    if (found != GEMM_FOUND) {
        gemm->device.is_device = false;
        bool wanted = where == GEMM_DEVICE || (where == GEMM_AUTO && found == GEMM_UNUSABLE);
        if (messages && wanted)
            fprintf(messages, "The products are computed on the CPU: %s.\n", gemm->device.error);
    } else if (messages && !gemm->device.fp8) {
        fprintf(messages,
                "%s has no FP8 (that takes compute capability 8.9 or later): FP8 "
                "products are computed on the CPU, the others on the device.\n",
                gemm->device.device);
    }
    return gemm;
}

/** Releases the device; the library stays loaded, as CUDA's threads may still run in it. */
static void close_device(struct gemm *gemm)
{
    if (gemm->device.is_device)
        gemm->device.close(&gemm->device);
    gemm->device.is_device = false;
}

void gemm_close(struct gemm *gemm)
{
    if (!gemm)
        return;
    close_device(gemm);
    gemm->cpu.close(&gemm->cpu);
    free(gemm);
}

const char *gemm_device(const struct gemm *gemm)
{
    return gemm->device.is_device ? gemm->device.device : gemm->cpu.device;
}

const char *gemm_driver(const struct gemm *gemm)
{
    return gemm->device.is_device ? gemm->device.driver : gemm->cpu.driver;
}

bool gemm_on_device(const struct gemm *gemm)
{
    return gemm->device.is_device;
}

const char *gemm_why_not(const struct gemm *gemm)
{
    return gemm->device.error;
}

/** Who computes products of this type. */
static bool goes_to_device(const struct gemm *gemm, enum gemm_type type)
{
    return gemm->device.is_device && (gemm->device.fp8 || !gemm_is_fp8(type));
}

double gemm_unit(const struct gemm *gemm, enum gemm_type type)
{
    if (!goes_to_device(gemm, type) || type == GEMM_FP32)
        return GEMM_UNIT_FP32;
    return gemm_is_fp8(type) ? GEMM_UNIT_FP8 : GEMM_UNIT_TENSOR;
}

static void check_operand(const struct gemm_operand *x, int rows, int cols)
{
    assert(x->ld >= (x->op == GEMM_N ? cols : rows) && x->ld >= 1);
    assert(x->scale >= 0 && (unsigned)x->type < GEMM_TYPES);
    (void)x, (void)rows, (void)cols;
}

static void check_product(const struct gemm_product *p)
{
    assert(p->m >= 0 && p->n >= 0 && p->k >= 0);
    check_operand(&p->a, p->m, p->k);
    check_operand(&p->b, p->k, p->n);
    assert(p->ldc >= p->n && p->ldc >= 1);
    assert(p->out == GEMM_FP32 || p->out == GEMM_BF16 || p->out == GEMM_FP16);
    assert(p->a.type == p->b.type || (gemm_is_fp8(p->a.type) && gemm_is_fp8(p->b.type)));
    assert(p->a.type != GEMM_E5M2 || p->b.type != GEMM_E5M2);
    (void)p;
}

/** Says what failed. After a failure of the device the CPU is all that is left. @return false */
static bool failed(struct gemm *gemm)
{
    bool device = gemm->loaded == &gemm->device;
    fprintf(stderr, "%s: %s%s\n", gemm->loaded->device, gemm->loaded->error,
            device ? "; the CPU goes on." : ".");
    if (device)
        close_device(gemm);
    return false;
}

bool gemm_load(struct gemm *gemm, const struct gemm_product *p)
{
    check_product(p);
    if (goes_to_device(gemm, p->a.type)) {
        gemm->loaded = &gemm->device;
        if (gemm->device.load(&gemm->device, p) || failed(gemm))
            return true;
    }
    gemm->loaded = &gemm->cpu;
    return gemm->cpu.load(&gemm->cpu, p) || failed(gemm);
}

bool gemm_time(struct gemm *gemm, int times, double *ms)
{
    return gemm->loaded->run(gemm->loaded, times, ms) || failed(gemm);
}

bool gemm_store(struct gemm *gemm)
{
    return gemm->loaded->store(gemm->loaded) || failed(gemm);
}

bool gemm_multiply(struct gemm *gemm, const struct gemm_product *p)
{
    if (!gemm_load(gemm, p))
        return false;
    bool device = gemm->loaded == &gemm->device;
    if (gemm_time(gemm, 1, NULL) && gemm_store(gemm))
        return true;
    /* store() writes C only once all is computed, so C's old values are still there. */
    return device && gemm_load(gemm, p) && gemm_time(gemm, 1, NULL) && gemm_store(gemm);
}
