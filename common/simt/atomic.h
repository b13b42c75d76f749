/**
 * @file atomic.h
 * @brief CUDA's atomic functions, for the types that CUDA has them for. Included by simt.h.
 *
 * Each reads the old value, writes a new one, and returns the old one; nobody comes between. They are
 * relaxed: they put nothing else in order. With several blocks at once (SIMT_THREADS) they are the
 * machine's atomics, so a sum of floats depends on who comes first, as on a device.
 */
#ifndef LOWP_SIMT_ATOMIC_H
#define LOWP_SIMT_ATOMIC_H

#define SIMT_ATOMICS_NARROW(X)  X(__half) X(__half2) X(__nv_bfloat16) X(__nv_bfloat162)
#define SIMT_ATOMICS_ADD(X)     X(int) X(unsigned) X(unsigned long long) X(float) X(double)
#define SIMT_ATOMICS_EXCH(X)    X(int) X(unsigned) X(unsigned long long) X(float)
#define SIMT_ATOMICS_CAS(X)     X(int) X(unsigned) X(unsigned long long) X(unsigned short)
#define SIMT_ATOMICS_INTEGER(X) X(int) X(unsigned) X(long long) X(unsigned long long)
#define SIMT_ATOMICS_BITS(X)    X(int) X(unsigned) X(unsigned long long)

#define SIMT_DECLARE(T) T atomicAdd(T *p, T value);
SIMT_ATOMICS_ADD(SIMT_DECLARE)
SIMT_ATOMICS_NARROW(SIMT_DECLARE)
#undef SIMT_DECLARE
#define SIMT_DECLARE(T) T atomicExch(T *p, T value);
SIMT_ATOMICS_EXCH(SIMT_DECLARE)
#undef SIMT_DECLARE
#define SIMT_DECLARE(T) T atomicCAS(T *p, T expected, T value);
SIMT_ATOMICS_CAS(SIMT_DECLARE)
#undef SIMT_DECLARE
#define SIMT_DECLARE(T)                                                                            \
    T atomicMin(T *p, T value);                                                                    \
    T atomicMax(T *p, T value);
SIMT_ATOMICS_INTEGER(SIMT_DECLARE)
#undef SIMT_DECLARE
#define SIMT_DECLARE(T)                                                                            \
    T atomicAnd(T *p, T value);                                                                    \
    T atomicOr(T *p, T value);                                                                     \
    T atomicXor(T *p, T value);
SIMT_ATOMICS_BITS(SIMT_DECLARE)
#undef SIMT_DECLARE
int atomicSub(int *p, int value);
unsigned atomicSub(unsigned *p, unsigned value);
/** Counts up to limit, then starts again at 0. */
unsigned atomicInc(unsigned *p, unsigned limit);
/** Counts down to 0, then starts again at limit; from above it, too. */
unsigned atomicDec(unsigned *p, unsigned limit);

#endif
