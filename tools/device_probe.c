/**
 * @file device_probe.c
 * @brief Is there a GPU that the workbook's kernels can run on? Run by tools/device.sh.
 *
 *      device_probe [CUDA]        CUDA is the version that nvcc builds for, such as 13.0
 *
 * It prints the device's name and exits with 0, or says in one line why there is none to use and
 * exits with 1. Built without CUDA: it asks the driver's library (libcuda.so.1), where there is one.
 * Types and numbers are those of NVIDIA's CUDA Driver API, cuda.h.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76 }; /* CU_DEVICE_ATTRIBUTE_COMPUTE_... */
enum { OUT_OF_MEMORY = 2 };                            /* CUDA_ERROR_OUT_OF_MEMORY */
enum { NEEDED_MAJOR = 8 };                             /* kernels are built for sm_80 and later */
static const size_t needed_bytes = (size_t)256 << 20;  /* a context, and the tests' arrays */

/** The functions of the driver that are asked. */
struct driver {
    int (*init)(unsigned flags);
    int (*version)(int *version);
    int (*count)(int *count);
    int (*name)(char *name, int size, int device);
    int (*attribute)(int *value, int attribute, int device);
    int (*retain)(void **context, int device);
    int (*set_current)(void *context);
    int (*memory)(size_t *available, size_t *total);
};

static int no(const char *format, int a, int b)
{
    fprintf(stderr, format, a, b);
    fputc('\n', stderr);
    return 1;
}

/* dlsym() gives an object pointer, which C does not convert to a function's: hence the detour. */
static int load(struct driver *d, void *library)
{
    const struct {
        const char *name;
        void *slot;
    } names[] = {{"cuInit", &d->init},
                 {"cuDriverGetVersion", &d->version},
                 {"cuDeviceGetCount", &d->count},
                 {"cuDeviceGetName", &d->name},
                 {"cuDeviceGetAttribute", &d->attribute},
                 {"cuDevicePrimaryCtxRetain", &d->retain},
                 {"cuCtxSetCurrent", &d->set_current},
                 {"cuMemGetInfo_v2", &d->memory}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!(*(void **)names[i].slot = dlsym(library, names[i].name)))
            return -1;
    return 0;
}

int main(int argc, char **argv)
{
    struct driver d;
    void *library = dlopen("libcuda.so.1", RTLD_NOW);
    if (!library || load(&d, library) != 0)
        return no("there is no NVIDIA driver here (libcuda.so.1)", 0, 0);
    int version = 0, count = 0, major = 0, minor = 0;
    d.version(&version); /* 1000 * major + 10 * minor; minor versions are compatible */
    int wanted = argc > 1 ? atoi(argv[1]) : 0;
    if (version / 1000 < wanted)
        return no("the NVIDIA driver is too old: it supports CUDA %d, nvcc builds for CUDA %d; "
                  "install a newer driver or an older CUDA toolkit",
                  version / 1000, wanted);
    int error = d.init(0);
    if (error || d.count(&count) || count == 0)
        return no("the NVIDIA driver shows no device (error %d of cuInit)", error, 0);
    d.attribute(&major, CAPABILITY_MAJOR, 0);
    d.attribute(&minor, CAPABILITY_MINOR, 0);
    if (major < NEEDED_MAJOR)
        return no("the GPU has compute capability %d.%d; the kernels need 8.0 or later", major,
                  minor);
    void *context;
    size_t available = 0, total = 0;
    error = d.retain(&context, 0);
    if (error && error != OUT_OF_MEMORY)
        return no("the GPU cannot be used (error %d of cuDevicePrimaryCtxRetain): another process "
                  "may have it for itself; see nvidia-smi",
                  error, 0);
    if (error || d.set_current(context) || d.memory(&available, &total) || available < needed_bytes)
        return no("the GPU has no free memory: %d MiB, and %d MiB are needed; see nvidia-smi for "
                  "who has it",
                  (int)(available >> 20), (int)(needed_bytes >> 20));
    char name[256] = "";
    d.name(name, sizeof name, 0);
    puts(name);
    return 0;
}
