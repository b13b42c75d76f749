/**
 * @file rng.h
 * @brief Counter-based random numbers: a pure function of (seed, stream, index), no state.
 *
 * Element i of step t gets the same number whatever the order, the thread or the device, which is
 * what makes stochastic rounding and every run of the workbook repeatable.
 * The mixing function is SplitMix64's (Steele, Lea & Flood, OOPSLA 2014, figure 17), used twice.
 */
#ifndef LOWP_COMMON_RNG_H
#define LOWP_COMMON_RNG_H

#include <stdint.h>

/** SplitMix64's output mix. @param[in] z any counter @return a well-mixed 64-bit value */
static inline uint64_t rng_mix(uint64_t z)
{
    z += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/** 64 random bits. @param[in] seed of the run @param[in] stream e.g. the step
 *  @param[in] index e.g. the element @return uniform bits, the same for the same arguments */
static inline uint64_t rng_u64(uint64_t seed, uint64_t stream, uint64_t index)
{
    return rng_mix(rng_mix(rng_mix(seed) + stream) + index);
}

/** The top 32 bits of rng_u64(). @param[in] seed @param[in] stream @param[in] index
 *  @return uniform bits */
static inline uint32_t rng_u32(uint64_t seed, uint64_t stream, uint64_t index)
{
    return (uint32_t)(rng_u64(seed, stream, index) >> 32);
}

/** A uniform double in [0, 1) on the grid of 2^-53. @param[in] seed @param[in] stream
 *  @param[in] index @return the number */
static inline double rng_f64(uint64_t seed, uint64_t stream, uint64_t index)
{
    return (double)(rng_u64(seed, stream, index) >> 11) * 0x1p-53;
}

#endif
