/**
 * @file math.h
 * @brief CUDA's arithmetic for kernels compiled by g++: what <math.h> has not. Included through
 *        types.h.
 *
 * Functions that CUDA rounds correctly (`__fadd_rn` and its like, the integer ones) give the same
 * bits here. The fast ones (`__expf`, `__fdividef`, `rsqrtf`) have an error bound on a device (CUDA
 * C++ Programming Guide, "Mathematical Functions"); here they are those of the C library, closer
 * to the truth. So compare them with a tolerance.
 */
#ifndef LOWP_SIMT_MATH_H
#define LOWP_SIMT_MATH_H

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <type_traits>

#define CUDART_INF_F INFINITY
#define CUDART_NAN_F NAN
#define CUDART_INF   ((double)INFINITY)
#define CUDART_NAN   ((double)NAN)

/* min and max of any two numbers, in the type that C takes for their sum, as CUDA's overloads do.
 * Of floats, a NaN loses, as in fminf. */
template <class T> static inline T simt_min(T a, T b)
{
    if constexpr (std::is_floating_point_v<T>)
        return (T)(sizeof(T) == sizeof(float) ? fminf((float)a, (float)b) : fmin(a, b));
    else
        return b < a ? b : a;
}
template <class T> static inline T simt_max(T a, T b)
{
    if constexpr (std::is_floating_point_v<T>)
        return (T)(sizeof(T) == sizeof(float) ? fmaxf((float)a, (float)b) : fmax(a, b));
    else
        return a < b ? b : a;
}
template <class A, class B>
using simt_number =
    std::enable_if_t<std::is_arithmetic_v<A> && std::is_arithmetic_v<B>, decltype(A() + B())>;
template <class A, class B> static inline simt_number<A, B> min(A a, B b)
{
    return simt_min((simt_number<A, B>)a, (simt_number<A, B>)b);
}
template <class A, class B> static inline simt_number<A, B> max(A a, B b)
{
    return simt_max((simt_number<A, B>)a, (simt_number<A, B>)b);
}

/* --- fast approximations: the C library declares these names, so they are renamed --- */
#define __expf             expf
#define __exp10f(x)        powf(10.0f, x)
#define __logf             logf
#define __log2f            log2f
#define __log10f           log10f
#define __powf             powf
#define __sinf             sinf
#define __cosf             cosf
#define __tanf             tanf
#define __sincosf(x, s, c) ((void)(*(s) = sinf(x), *(c) = cosf(x)))

/** x / y; and 0 if |y| is over 2^126, as on a device (NaN then for an infinite x). */
static inline float __fdividef(float x, float y)
{
    return fabsf(y) > 0x1p126f && fabsf(y) < INFINITY ? x * 0.0f : x / y;
}
static inline double rsqrt(double x)
{
    return 1.0 / sqrt(x);
}
static inline float rsqrtf(float x)
{
    return (float)rsqrt((double)x);
}
static inline float __frsqrt_rn(float x)
{
    return rsqrtf(x);
}
/** x between 0 and 1; a NaN becomes 0. */
static inline float __saturatef(float x)
{
    return fminf(fmaxf(x, 0.0f), 1.0f);
}

/* --- one operation, one rounding to nearest even; never fused --- */
static inline float __fadd_rn(float a, float b)
{
    return a + b;
}
static inline float __fsub_rn(float a, float b)
{
    return a - b;
}
static inline float __fmul_rn(float a, float b)
{
    return a * b;
}
static inline float __fdiv_rn(float a, float b)
{
    return a / b;
}
static inline float __fmaf_rn(float a, float b, float c)
{
    return fmaf(a, b, c);
}
static inline float __frcp_rn(float x)
{
    return 1.0f / x;
}
static inline float __fsqrt_rn(float x)
{
    return sqrtf(x);
}
static inline double __dadd_rn(double a, double b)
{
    return a + b;
}
static inline double __dmul_rn(double a, double b)
{
    return a * b;
}
static inline double __fma_rn(double a, double b, double c)
{
    return fma(a, b, c);
}

/* --- conversions; to an integer, the ends clamp and a NaN becomes 0, as on a device --- */
static inline int simt_int(float whole)
{
    if (isnan(whole))
        return 0;
    return whole >= 0x1p31f ? INT_MAX : whole < -0x1p31f ? INT_MIN : (int)whole;
}
static inline unsigned simt_unsigned(float whole)
{
    return whole >= 0x1p32f ? UINT_MAX : whole > 0 ? (unsigned)whole : 0;
}
static inline int __float2int_rn(float x)
{
    return simt_int(rintf(x));
}
static inline int __float2int_rz(float x)
{
    return simt_int(truncf(x));
}
static inline int __float2int_ru(float x)
{
    return simt_int(ceilf(x));
}
static inline int __float2int_rd(float x)
{
    return simt_int(floorf(x));
}
static inline unsigned __float2uint_rn(float x)
{
    return simt_unsigned(rintf(x));
}
static inline unsigned __float2uint_rz(float x)
{
    return simt_unsigned(truncf(x));
}
static inline float __int2float_rn(int x)
{
    return (float)x;
}
static inline float __uint2float_rn(unsigned x)
{
    return (float)x;
}
static inline float __double2float_rn(double x)
{
    return (float)x;
}

/* --- the same bits as another type --- */
template <class To, class From> static inline To simt_reinterpret(From from)
{
    static_assert(sizeof(To) == sizeof(From), "as many bytes");
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}
static inline unsigned __float_as_uint(float x)
{
    return simt_reinterpret<unsigned>(x);
}
static inline int __float_as_int(float x)
{
    return simt_reinterpret<int>(x);
}
static inline float __uint_as_float(unsigned bits)
{
    return simt_reinterpret<float>(bits);
}
static inline float __int_as_float(int bits)
{
    return simt_reinterpret<float>(bits);
}
static inline long long __double_as_longlong(double x)
{
    return simt_reinterpret<long long>(x);
}
static inline double __longlong_as_double(long long bits)
{
    return simt_reinterpret<double>(bits);
}

/* --- bits of integers --- */
static inline int __popc(unsigned x)
{
    return __builtin_popcount(x);
}
static inline int __popcll(unsigned long long x)
{
    return __builtin_popcountll(x);
}
/** Place of the lowest bit that is set, counted from 1; 0 if none is. */
static inline int __ffs(int x)
{
    return __builtin_ffs(x);
}
static inline int __ffsll(long long x)
{
    return __builtin_ffsll(x);
}
/** Zeros above the highest bit that is set; all of them for 0. */
static inline int __clz(int x)
{
    return x ? __builtin_clz((unsigned)x) : 32;
}
static inline int __clzll(long long x)
{
    return x ? __builtin_clzll((unsigned long long)x) : 64;
}
/** The bits in reverse order: pairs swapped, then pairs of pairs, then the bytes. */
static inline unsigned __brev(unsigned x)
{
    x = (x & 0x55555555u) << 1 | (x >> 1 & 0x55555555u);
    x = (x & 0x33333333u) << 2 | (x >> 2 & 0x33333333u);
    x = (x & 0x0F0F0F0Fu) << 4 | (x >> 4 & 0x0F0F0F0Fu);
    return __builtin_bswap32(x);
}
static inline unsigned long long __brevll(unsigned long long x)
{
    return (unsigned long long)__brev((unsigned)x) << 32 | __brev((unsigned)(x >> 32));
}
/** The upper word of high:low << (shift mod 32). */
static inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift)
{
    uint64_t both = (uint64_t)high << 32 | low;
    return (unsigned)(both << (shift & 31) >> 32);
}
/** The lower word of high:low >> (shift mod 32). */
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift)
{
    uint64_t both = (uint64_t)high << 32 | low;
    return (unsigned)(both >> (shift & 31));
}
/** Four of the eight bytes of high:low; digit i of `selector` says which is byte i. A digit of 8
 *  or more takes the sign of byte (digit - 8), eight times. */
static inline unsigned __byte_perm(unsigned low, unsigned high, unsigned selector)
{
    uint64_t both = (uint64_t)high << 32 | low;
    unsigned result = 0;
    for (int i = 0; i < 4; i++) {
        unsigned digit = selector >> 4 * i & 0xF;
        unsigned byte = (unsigned)(both >> 8 * (digit & 7)) & 0xFF;
        if (digit & 8)
            byte = byte & 0x80 ? 0xFF : 0;
        result |= byte << 8 * i;
    }
    return result;
}
static inline int __mulhi(int a, int b)
{
    return (int)((int64_t)a * b >> 32);
}
static inline unsigned __umulhi(unsigned a, unsigned b)
{
    return (unsigned)((uint64_t)a * b >> 32);
}

#endif
