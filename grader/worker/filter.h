/**
 * @file filter.h
 * @brief The seccomp filter around student code: it may compute and print, nothing else.
 */
#ifndef LOWP_WORKER_FILTER_H
#define LOWP_WORKER_FILTER_H

/**
 * Puts on the first filter, before the student's library is loaded. Files may still be opened (the
 * dynamic linker must). Sockets, processes, threads, signals to others, timers and sleeping kill the
 * worker with SIGSYS; anything else that is not plainly harmless fails with EPERM.
 * @return 0, or -1 when the kernel has no seccomp (the worker then refuses to run)
 */
int filter_while_loading(void);

/** Puts on the second filter, after loading: opening files fails with EPERM from now on.
 *  @return 0 or -1 */
int filter_while_running(void);

/** In the place of both, for a library whose kernels run on a GPU: the driver needs threads, ioctl
 *  and many files, so only what reaches other processes and the network is denied.
 *  @return 0, or -1 without seccomp */
int filter_for_device(void);

#endif
