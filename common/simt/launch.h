/**
 * @file launch.h
 * @brief How a kernel is launched and given its memory: one way of writing it, on a device (nvcc) and
 *        on a CPU (common/simt). Included by the labs' launch.cu.
 *
 *     device_arrays dev;
 *     float *d_y = dev.out(y, n, "y");             // host arrays, sizes in elements
 *     const float *d_x = dev.in(x, n, "x");
 *     LAUNCH(scale, blocks, 256, 0, d_y, d_x, n);  // kernel, grid, block, dynamic shared memory
 *     dev.finish();                                // waits, checks, copies back
 *
 * Nothing is thrown and nothing is returned: the first failure is kept, later launches do nothing,
 * and launch_take_failure() tells it. Under nvcc each file that includes this needs C++17.
 */
#ifndef LOWP_SIMT_LAUNCH_H
#define LOWP_SIMT_LAUNCH_H

#include <stddef.h>

extern "C" {
/** @return the text of the first failure since the last call, or NULL; valid until the next failure */
const char *launch_take_failure(void);
/** Called with the text of each failure, at once. @param[in] handler NULL: kept, but not called */
void launch_set_handler(void (*handler)(const char *text));
/** A handler for programs that have nothing better to do: prints the text, and exits with 2. */
void launch_exit(const char *text);
/** For a handler of faults, on the CPU. @return what a fault at this address means, if that is known,
 *  or NULL */
const char *launch_explain_fault(const void *address);
/** @return what kernels run on: a device's name, or "CPU (common/simt)" */
const char *launch_device(void);
}

#ifdef __CUDACC__
#include "common/simt/launch_cuda.h"
#else
#include "common/simt/launch_cpu.h"
#endif

#endif
