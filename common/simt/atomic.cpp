/**
 * @file atomic.cpp
 * @brief Atomics: see atomic.h. All are a loop around the machine's compare-and-swap.
 */
#include "common/simt/internal.h"

#include <type_traits>

/** The unsigned integer that is as wide as T. */
template <class T>
using bits_of = std::conditional_t<sizeof(T) == 2, uint16_t,
                                   std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>;

template <class T> static bits_of<T> to_bits(T value)
{
    bits_of<T> bits;
    memcpy(&bits, (const void *)&value, sizeof bits);
    return bits;
}

template <class T> static T from_bits(bits_of<T> bits)
{
    T value;
    memcpy((void *)&value, &bits, sizeof value);
    return value;
}

/** *p = next(*p), as one. @param[in] use what next() does with *p @return what *p was */
template <class T, class F> static T update(T *p, enum check_old use, const void *pc, F next)
{
    if (simt_here && simt_here->running) {
        if constexpr (CHECKED)
            check_atomic(p, sizeof *p, use, pc);
        simt_spin();
    }
    bits_of<T> *at = (bits_of<T> *)p, old = __atomic_load_n(at, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(at, &old, to_bits<T>(next(from_bits<T>(old))), true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
    return from_bits<T>(old);
}

#define PC __builtin_return_address(0)
#define DEFINE(T)                                                                                  \
    T atomicAdd(T *p, T value)                                                                     \
    {                                                                                              \
        return update(p, CHECK_OLD_USED, PC, [=](T old) { return (T)(old + value); });             \
    }
SIMT_ATOMICS_ADD(DEFINE)
SIMT_ATOMICS_NARROW(DEFINE)
#undef DEFINE
#define DEFINE(T)                                                                                  \
    T atomicExch(T *p, T value)                                                                    \
    {                                                                                              \
        return update(p, CHECK_OLD_UNUSED, PC, [=](T) { return value; });                          \
    }
SIMT_ATOMICS_EXCH(DEFINE)
#undef DEFINE
#define DEFINE(T)                                                                                  \
    T atomicCAS(T *p, T expected, T value)                                                         \
    {                                                                                              \
        return update(p, CHECK_OLD_COMPARED, PC,                                                   \
                      [=](T old) { return old == expected ? value : old; });                       \
    }
SIMT_ATOMICS_CAS(DEFINE)
#undef DEFINE
#define DEFINE(T)                                                                                  \
    T atomicMin(T *p, T value)                                                                     \
    {                                                                                              \
        return update(p, CHECK_OLD_USED, PC, [=](T old) { return value < old ? value : old; });    \
    }                                                                                              \
    T atomicMax(T *p, T value)                                                                     \
    {                                                                                              \
        return update(p, CHECK_OLD_USED, PC, [=](T old) { return old < value ? value : old; });    \
    }
SIMT_ATOMICS_INTEGER(DEFINE)
#undef DEFINE
#define DEFINE(T)                                                                                  \
    T atomicAnd(T *p, T value)                                                                     \
    {                                                                                              \
        return update(p, CHECK_OLD_USED, PC, [=](T old) { return old & value; });                  \
    }                                                                                              \
    T atomicOr(T *p, T value)                                                                      \
    {                                                                                              \
        return update(p, CHECK_OLD_USED, PC, [=](T old) { return old | value; });                  \
    }                                                                                              \
    T atomicXor(T *p, T value)                                                                     \
    {                                                                                              \
        return update(p, CHECK_OLD_USED, PC, [=](T old) { return old ^ value; });                  \
    }
SIMT_ATOMICS_BITS(DEFINE)
#undef DEFINE

int atomicSub(int *p, int value)
{
    return update(p, CHECK_OLD_USED, PC,
                  [=](int old) { return (int)((unsigned)old - (unsigned)value); });
}

unsigned atomicSub(unsigned *p, unsigned value)
{
    return update(p, CHECK_OLD_USED, PC, [=](unsigned old) { return old - value; });
}

unsigned atomicInc(unsigned *p, unsigned limit)
{
    return update(p, CHECK_OLD_USED, PC, [=](unsigned old) { return old >= limit ? 0 : old + 1; });
}

unsigned atomicDec(unsigned *p, unsigned limit)
{
    return update(p, CHECK_OLD_USED, PC,
                  [=](unsigned old) { return old == 0 || old > limit ? limit : old - 1; });
}

void simt_fence()
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if constexpr (CHECKED)
        if (simt_here && simt_here->running)
            check_fence();
}
