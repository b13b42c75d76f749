/**
 * @file fake_cuda.c
 * @brief A stand-in for NVIDIA's driver library, for tests/check_gpu.sh: it answers what the
 *        environment tells it, so that every kind of driver and device can be met anywhere.
 */
#include <stdlib.h>
#include <string.h>

static int told(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

int cuInit(unsigned flags)
{
    (void)flags;
    return told("FAKE_INIT", 0);
}

int cuDriverGetVersion(int *version)
{
    *version = told("FAKE_VERSION", 99000);
    return 0;
}

int cuDeviceGetCount(int *count)
{
    *count = told("FAKE_COUNT", 1);
    return 0;
}

int cuDeviceGetName(char *name, int size, int device)
{
    (void)device;
    strncpy(name, "Stand-in GPU", (size_t)size);
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    (void)device;
    *value = attribute == 75 ? told("FAKE_CAPABILITY", 9) : 0;
    return 0;
}

int cuDevicePrimaryCtxRetain(void **context, int device)
{
    (void)device;
    *context = NULL;
    return told("FAKE_RETAIN", 0);
}

int cuCtxSetCurrent(void *context)
{
    (void)context;
    return 0;
}

int cuMemGetInfo_v2(size_t *available, size_t *total)
{
    *total = (size_t)1 << 30;
    *available = (size_t)told("FAKE_FREE_MIB", 1000) << 20;
    return 0;
}
