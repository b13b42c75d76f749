/**
 * @file warp.h
 * @brief What the 32 lanes of a warp do together: __syncwarp(), shuffles, votes, reductions of
 *        integers. Included by simt.h.
 *
 * All lanes that the mask names and that have not left the kernel must call the same function with
 * the same mask, and the caller must be one of them. A shuffle or a vote is no promise about memory:
 * for that there is __syncwarp().
 */
#ifndef LOWP_SIMT_WARP_H
#define LOWP_SIMT_WARP_H

/** The functions of a warp. Their names for messages are in warp.cpp, in this order. */
enum simt_warp_function {
    SIMT_SYNCWARP,
    SIMT_SHFL,
    SIMT_SHFL_UP,
    SIMT_SHFL_DOWN,
    SIMT_SHFL_XOR,
    SIMT_BALLOT,
    SIMT_ANY,
    SIMT_ALL,
    SIMT_MATCH_ANY,
    SIMT_ACTIVEMASK,
    SIMT_REDUCE_ADD,
    SIMT_REDUCE_MIN,
    SIMT_REDUCE_MAX,
    SIMT_REDUCE_AND,
    SIMT_REDUCE_OR,
    SIMT_REDUCE_XOR
};

/**
 * One lane's part of a warp's function; waits for the others.
 * @param[in] function which @param[in] mask the lanes that take part
 * @param[in] value what this lane brings: a value's bits, or a predicate
 * @param[in] lane of a shuffle: the number, distance or mask that says where from
 * @param[in] width of a shuffle: 1, 2, 4, 8, 16 or 32 lanes that are among themselves
 * @param[in] file,line of the call
 * @return the bits that this lane gets
 */
extern "C" uint64_t simt_warp(enum simt_warp_function function, unsigned mask, uint64_t value,
                              unsigned lane, int width, const char *file, int line);

/** A barrier for the lanes in mask: what they wrote before, they can read after. */
static inline void __syncwarp(unsigned mask = 0xFFFFFFFF, SIMT_HERE)
{
    simt_warp(SIMT_SYNCWARP, mask, 0, 0, 32, file, line);
}
/** Lanes whose predicate is not 0, as bits. */
static inline unsigned __ballot_sync(unsigned mask, int predicate, SIMT_HERE)
{
    return (unsigned)simt_warp(SIMT_BALLOT, mask, predicate != 0, 0, 32, file, line);
}
/** Is the predicate of any lane not 0? */
static inline int __any_sync(unsigned mask, int predicate, SIMT_HERE)
{
    return simt_warp(SIMT_ANY, mask, predicate != 0, 0, 32, file, line) != 0;
}
/** Is the predicate of all lanes not 0? */
static inline int __all_sync(unsigned mask, int predicate, SIMT_HERE)
{
    return simt_warp(SIMT_ALL, mask, predicate != 0, 0, 32, file, line) != 0;
}
/** The lanes that are here now, as bits; which these are is no promise. */
static inline unsigned __activemask(SIMT_HERE)
{
    return (unsigned)simt_warp(SIMT_ACTIVEMASK, 0xFFFFFFFF, 0, 0, 32, file, line);
}

/** A lane's part of a shuffle, for a value of up to 8 bytes. */
template <class T>
static inline T simt_shuffle(enum simt_warp_function function, unsigned mask, T value,
                             unsigned lane, int width, const char *file, int line)
{
    static_assert(sizeof(T) <= sizeof(uint64_t), "a shuffle moves up to 8 bytes");
    uint64_t bits = 0;
    memcpy((void *)&bits, (const void *)&value, sizeof value);
    bits = simt_warp(function, mask, bits, lane, width, file, line);
    memcpy((void *)&value, (const void *)&bits, sizeof value);
    return value;
}

/** Overloads, not templates: the types that CUDA has, and the same conversions of others. */
#define SIMT_SHUFFLES(T)                                                                           \
    static inline T __shfl_sync(unsigned mask, T value, int lane, int width = 32, SIMT_HERE)       \
    {                                                                                              \
        return simt_shuffle(SIMT_SHFL, mask, value, (unsigned)lane, width, file, line);            \
    }                                                                                              \
    static inline T __shfl_up_sync(unsigned mask, T value, unsigned distance, int width = 32,      \
                                   SIMT_HERE)                                                      \
    {                                                                                              \
        return simt_shuffle(SIMT_SHFL_UP, mask, value, distance, width, file, line);               \
    }                                                                                              \
    static inline T __shfl_down_sync(unsigned mask, T value, unsigned distance, int width = 32,    \
                                     SIMT_HERE)                                                    \
    {                                                                                              \
        return simt_shuffle(SIMT_SHFL_DOWN, mask, value, distance, width, file, line);             \
    }                                                                                              \
    static inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32, SIMT_HERE)  \
    {                                                                                              \
        return simt_shuffle(SIMT_SHFL_XOR, mask, value, (unsigned)lanes, width, file, line);       \
    }
SIMT_SHUFFLES(int)
SIMT_SHUFFLES(unsigned)
SIMT_SHUFFLES(long)
SIMT_SHUFFLES(unsigned long)
SIMT_SHUFFLES(long long)
SIMT_SHUFFLES(unsigned long long)
SIMT_SHUFFLES(float)
SIMT_SHUFFLES(double)
SIMT_SHUFFLES(__half)
SIMT_SHUFFLES(__half2)
SIMT_SHUFFLES(__nv_bfloat16)
SIMT_SHUFFLES(__nv_bfloat162)
#undef SIMT_SHUFFLES

/** Lanes that bring the same value as this one, as bits. */
#define SIMT_MATCHES(T)                                                                            \
    static inline unsigned __match_any_sync(unsigned mask, T value, SIMT_HERE)                     \
    {                                                                                              \
        uint64_t bits = 0;                                                                         \
        memcpy(&bits, &value, sizeof value);                                                       \
        return (unsigned)simt_warp(SIMT_MATCH_ANY, mask, bits, 0, 32, file, line);                 \
    }
SIMT_MATCHES(int)
SIMT_MATCHES(unsigned)
SIMT_MATCHES(long long)
SIMT_MATCHES(unsigned long long)
SIMT_MATCHES(float)
SIMT_MATCHES(double)
#undef SIMT_MATCHES

/** Sum, smallest and largest of what the lanes bring. */
#define SIMT_REDUCTION(T, name, function)                                                          \
    static inline T __reduce_##name##_sync(unsigned mask, T value, SIMT_HERE)                      \
    {                                                                                              \
        return (T)simt_warp(function, mask, (uint64_t)(int64_t)value, 0, 32, file, line);          \
    }
SIMT_REDUCTION(unsigned, add, SIMT_REDUCE_ADD)
SIMT_REDUCTION(unsigned, min, SIMT_REDUCE_MIN)
SIMT_REDUCTION(unsigned, max, SIMT_REDUCE_MAX)
SIMT_REDUCTION(int, add, SIMT_REDUCE_ADD)
SIMT_REDUCTION(int, min, SIMT_REDUCE_MIN)
SIMT_REDUCTION(int, max, SIMT_REDUCE_MAX)
SIMT_REDUCTION(unsigned, and, SIMT_REDUCE_AND)
SIMT_REDUCTION(unsigned, or, SIMT_REDUCE_OR)
SIMT_REDUCTION(unsigned, xor, SIMT_REDUCE_XOR)
#undef SIMT_REDUCTION

#endif
