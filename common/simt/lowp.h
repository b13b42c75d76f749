/**
 * @file lowp.h
 * @brief CUDA's narrow types for kernels compiled by g++: `__half` and `__nv_bfloat16`, pairs of
 *        them, their arithmetic, and the conversions to FP8. Included through types.h;
 *        lowp_functions.h has the names under which CUDA's headers offer all this.
 *
 * Arithmetic is that of CUDA's headers on the host: operands become FP32 exactly, the operation is
 * FP32's, and its result is rounded to nearest even. Only __hfma() rounds once, as a device does.
 * Every NaN that is made here has the bits 0x7FFF, as on a device.
 */
#ifndef LOWP_SIMT_LOWP_H
#define LOWP_SIMT_LOWP_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <limits>
#include <type_traits>

#include "common/simt/math.h"
#include "common/simt/vectors.h"

/** A format with a sign, E bits of exponent and M of mantissa. `largest` is its last finite code;
 *  the next one is what an overflow becomes: infinity, and in E4M3 the NaN. */
template <int E, int M, unsigned LARGEST> struct simt_format {
    static constexpr unsigned largest = LARGEST, sign = 1u << (E + M), bias = (1u << (E - 1)) - 1;

    /** x / 2^shift to nearest even; shift 1 to 62. */
    static uint64_t shift_rne(uint64_t x, unsigned shift)
    {
        return (x + ((uint64_t)1 << (shift - 1)) - 1 + (x >> shift & 1)) >> shift;
    }
    /** The code of |x| to nearest even, as if the exponent had no upper limit. No NaN. */
    static uint64_t rounded(uint64_t magnitude)
    {
        const unsigned moved = 1023 - bias, exponent = (unsigned)(magnitude >> 52);
        if (exponent > moved) // normal: another bias, and fewer bits of mantissa
            return shift_rne(magnitude - ((uint64_t)moved << 52), 52 - M);
        uint64_t significand = (magnitude & 0xFFFFFFFFFFFFFu) | (uint64_t)(exponent > 0) << 52;
        unsigned shift = 52 - M + moved + 1 - (exponent > 0 ? exponent : 1);
        return shift_rne(significand, shift < 62 ? shift : 62); // past 54 all are 0
    }
    /** The code of any x but a NaN, rounded once; too large ones become `overflow`. */
    static unsigned encode(double x, unsigned overflow)
    {
        uint64_t bits = simt_reinterpret<uint64_t>(x), code = rounded(bits & ~((uint64_t)1 << 63));
        return (bits >> 63 ? sign : 0) | (code > largest ? overflow : (unsigned)code);
    }
    /** The value of any code that is finite: exponent and mantissa sit where FP32 has them, and a
     *  product, which is exact, corrects the bias. */
    static float decode(unsigned code)
    {
        float scaled = simt_reinterpret<float>((code & (sign - 1)) << (23 - M));
        scaled *= simt_reinterpret<float>((254u - bias) << 23); // 2^(127 - bias)
        return code & sign ? -scaled : scaled;
    }
};
using simt_fp16 = simt_format<5, 10, 0x7BFF>;
using simt_bf16 = simt_format<8, 7, 0x7F7F>;
using simt_e4m3 = simt_format<4, 3, 0x7E>;
using simt_e5m2 = simt_format<5, 2, 0x7B>;

/** a + b to an odd last bit if it is not exact: a later rounding to half as many bits is then right,
 *  as if it had been the only one (Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded
 *  sums", theorem 1). */
static inline double simt_add_odd(double a, double b)
{
    double sum = a + b, of_b = sum - a, lost = (a - (sum - of_b)) + (b - of_b);
    uint64_t bits = simt_reinterpret<uint64_t>(sum);
    if (!isfinite(sum) || lost == 0 || (bits & 1))
        return sum;
    return simt_reinterpret<double>((lost > 0) == (sum > 0) ? bits + 1 : bits - 1);
}

/** x toward zero in an integer type, clamped to its ends. A NaN becomes 0, and in 64 bits 2^63: so do
 *  CUDA's conversions. */
template <class T> static inline T simt_to_integer(float x)
{
    if (isnan(x))
        return (T)(sizeof(T) == 8 ? (uint64_t)1 << 63 : 0);
    if (x >= ldexpf(1, std::numeric_limits<T>::digits))
        return std::numeric_limits<T>::max();
    const float least = (float)std::numeric_limits<T>::min(); // 0, or a power of two
    return x <= least ? std::numeric_limits<T>::min() : (T)x;
}

/** What `__half` and `__nv_bfloat16` have in common. Type is one of them, F its format, Raw the
 *  struct of its bits. All functions are friends: found where an argument is a Type. */
template <class Type, class F, class Raw> struct simt_narrow {
    simt_narrow() = default; // trivial, so that it may be in shared memory
    simt_narrow(Raw raw) : bits(raw.x)
    {
    }
    simt_narrow(float x) : simt_narrow((double)x)
    {
    }
    simt_narrow(double x) : bits((unsigned short)(isnan(x) ? 0x7FFF : F::encode(x, F::largest + 1)))
    {
    }
    template <class T, class = std::enable_if_t<std::is_integral_v<T>>>
    simt_narrow(T x) : simt_narrow(simt_from_integer(x))
    {
    }

    operator Raw() const
    {
        return Raw{bits};
    }
    operator float() const
    {
        unsigned magnitude = bits & 0x7FFF;
        if (std::is_same_v<F, simt_bf16>)
            return simt_reinterpret<float>((unsigned)bits << 16);
        if (magnitude <= F::largest)
            return F::decode(bits);
        return magnitude > F::largest + 1 ? simt_reinterpret<float>(0x7FFFFFFFu)
                                          : (bits == magnitude ? INFINITY : -INFINITY);
    }
    operator bool() const
    {
        return (bits & 0x7FFF) != 0;
    }
    template <class T, class = std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>>
    operator T() const
    {
        return simt_to_integer<T>((float)*this);
    }

    friend bool __hisnan(Type a)
    {
        return (a.bits & 0x7FFF) > F::largest + 1;
    }
    friend int __hisinf(Type a)
    {
        return (a.bits & 0x7FFF) != F::largest + 1 ? 0 : a.bits & 0x8000 ? -1 : 1;
    }

    friend Type __hadd(Type a, Type b)
    {
        return (float)a + (float)b;
    }
    friend Type __hsub(Type a, Type b)
    {
        return (float)a - (float)b;
    }
    friend Type __hmul(Type a, Type b)
    {
        return (float)a * (float)b;
    }
    friend Type __hdiv(Type a, Type b)
    {
        return (float)a / (float)b;
    }
    friend Type __hneg(Type a)
    {
        return -(float)a;
    }
    friend Type __habs(Type a)
    {
        return fabsf((float)a);
    }
    /** a b + c, rounded once: the product is exact in FP64. */
    friend Type __hfma(Type a, Type b, Type c)
    {
        return simt_add_odd((double)(float)a * (float)b, (double)(float)c);
    }
    /** The larger one; a NaN loses, and +0 is larger than -0. */
    friend Type __hmax(Type a, Type b)
    {
        if (__heq(a, b)) // the same bits, but for zeros
            return Raw{(unsigned short)(a.bits & b.bits)};
        return simt_not_nan(__hgt(a, b) || __hisnan(b) ? a : b);
    }
    /** The smaller one; a NaN loses, and -0 is smaller than +0. */
    friend Type __hmin(Type a, Type b)
    {
        if (__heq(a, b))
            return Raw{(unsigned short)(a.bits | b.bits)};
        return simt_not_nan(__hlt(a, b) || __hisnan(b) ? a : b);
    }
    friend Type hsqrt(Type a)
    {
        return sqrtf((float)a);
    }
    friend Type hrsqrt(Type a)
    {
        return 1.0 / sqrt((double)(float)a);
    }
    friend Type hrcp(Type a)
    {
        return 1.0f / (float)a;
    }
    friend Type hexp(Type a)
    {
        return expf((float)a);
    }
    friend Type hlog(Type a)
    {
        return logf((float)a);
    }
    friend Type hfloor(Type a)
    {
        return floorf((float)a);
    }
    friend Type hceil(Type a)
    {
        return ceilf((float)a);
    }
    friend Type htrunc(Type a)
    {
        return truncf((float)a);
    }
    friend Type hrint(Type a)
    {
        return rintf((float)a);
    }

    friend bool __heq(Type a, Type b)
    {
        return (float)a == (float)b;
    }
    friend bool __hne(Type a, Type b)
    {
        return (float)a < (float)b || (float)a > (float)b;
    }
    friend bool __hneu(Type a, Type b)
    {
        return (float)a != (float)b;
    }
    friend bool __hlt(Type a, Type b)
    {
        return (float)a < (float)b;
    }
    friend bool __hle(Type a, Type b)
    {
        return (float)a <= (float)b;
    }
    friend bool __hgt(Type a, Type b)
    {
        return (float)a > (float)b;
    }
    friend bool __hge(Type a, Type b)
    {
        return (float)a >= (float)b;
    }

    friend Type operator+(const Type &a, const Type &b)
    {
        return __hadd(a, b);
    }
    friend Type operator-(const Type &a, const Type &b)
    {
        return __hsub(a, b);
    }
    friend Type operator*(const Type &a, const Type &b)
    {
        return __hmul(a, b);
    }
    friend Type operator/(const Type &a, const Type &b)
    {
        return __hdiv(a, b);
    }
    friend Type operator+(const Type &a)
    {
        return a;
    }
    friend Type operator-(const Type &a)
    {
        return __hneg(a);
    }
    friend Type &operator+=(Type &a, const Type &b)
    {
        return a = __hadd(a, b);
    }
    friend Type &operator-=(Type &a, const Type &b)
    {
        return a = __hsub(a, b);
    }
    friend Type &operator*=(Type &a, const Type &b)
    {
        return a = __hmul(a, b);
    }
    friend Type &operator/=(Type &a, const Type &b)
    {
        return a = __hdiv(a, b);
    }
    friend bool operator==(const Type &a, const Type &b)
    {
        return __heq(a, b);
    }
    friend bool operator!=(const Type &a, const Type &b)
    {
        return __hneu(a, b);
    }
    friend bool operator<(const Type &a, const Type &b)
    {
        return __hlt(a, b);
    }
    friend bool operator<=(const Type &a, const Type &b)
    {
        return __hle(a, b);
    }
    friend bool operator>(const Type &a, const Type &b)
    {
        return __hgt(a, b);
    }
    friend bool operator>=(const Type &a, const Type &b)
    {
        return __hge(a, b);
    }

  private:
    unsigned short bits;

    /** The value; of a NaN, the one that is made here. */
    static Type simt_not_nan(Type a)
    {
        return __hisnan(a) ? Type(Raw{0x7FFF}) : a;
    }
    /** An integer as a double that narrows as the integer would: 64 bits are more than 53. */
    template <class T> static double simt_from_integer(T x)
    {
        const T low = (T)(x & (T)0x7FF); // added to the exact rest, to an odd last bit
        return sizeof(T) < 8 ? (double)x : simt_add_odd((double)(x - low), (double)low);
    }
};

/** Two of them in one word, the first in the lower half. */
template <class Pair, class Type> struct simt_narrow2 {
    Type x, y;

    friend Pair __hadd2(Pair a, Pair b)
    {
        return Pair(__hadd(a.x, b.x), __hadd(a.y, b.y));
    }
    friend Pair __hsub2(Pair a, Pair b)
    {
        return Pair(__hsub(a.x, b.x), __hsub(a.y, b.y));
    }
    friend Pair __hmul2(Pair a, Pair b)
    {
        return Pair(__hmul(a.x, b.x), __hmul(a.y, b.y));
    }
    friend Pair __h2div(Pair a, Pair b)
    {
        return Pair(__hdiv(a.x, b.x), __hdiv(a.y, b.y));
    }
    friend Pair __hmax2(Pair a, Pair b)
    {
        return Pair(__hmax(a.x, b.x), __hmax(a.y, b.y));
    }
    friend Pair __hmin2(Pair a, Pair b)
    {
        return Pair(__hmin(a.x, b.x), __hmin(a.y, b.y));
    }
    friend Pair __hneg2(Pair a)
    {
        return Pair(__hneg(a.x), __hneg(a.y));
    }
    friend Pair __habs2(Pair a)
    {
        return Pair(__habs(a.x), __habs(a.y));
    }
    friend Pair __hfma2(Pair a, Pair b, Pair c)
    {
        return Pair(__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y));
    }
    friend Pair h2exp(Pair a)
    {
        return Pair(hexp(a.x), hexp(a.y));
    }
    friend Pair h2sqrt(Pair a)
    {
        return Pair(hsqrt(a.x), hsqrt(a.y));
    }
    friend bool __hbeq2(Pair a, Pair b)
    {
        return __heq(a.x, b.x) && __heq(a.y, b.y);
    }

    friend Pair operator+(const Pair &a, const Pair &b)
    {
        return __hadd2(a, b);
    }
    friend Pair operator-(const Pair &a, const Pair &b)
    {
        return __hsub2(a, b);
    }
    friend Pair operator*(const Pair &a, const Pair &b)
    {
        return __hmul2(a, b);
    }
    friend Pair operator/(const Pair &a, const Pair &b)
    {
        return __h2div(a, b);
    }
    friend Pair operator-(const Pair &a)
    {
        return __hneg2(a);
    }
    friend Pair &operator+=(Pair &a, const Pair &b)
    {
        return a = __hadd2(a, b);
    }
    friend Pair &operator-=(Pair &a, const Pair &b)
    {
        return a = __hsub2(a, b);
    }
    friend Pair &operator*=(Pair &a, const Pair &b)
    {
        return a = __hmul2(a, b);
    }
    friend Pair &operator/=(Pair &a, const Pair &b)
    {
        return a = __h2div(a, b);
    }
    friend bool operator==(const Pair &a, const Pair &b)
    {
        return __hbeq2(a, b);
    }

    friend float __low2float(Pair a)
    {
        return a.x;
    }
    friend float __high2float(Pair a)
    {
        return a.y;
    }
};

/* --- the types, with CUDA's names, sizes and alignments --- */
struct alignas(2) __half_raw {
    unsigned short x;
};
struct alignas(4) __half2_raw {
    unsigned short x, y;
};
struct alignas(2) __nv_bfloat16_raw {
    unsigned short x;
};
struct alignas(4) __nv_bfloat162_raw {
    unsigned short x, y;
};
struct alignas(2) __half : simt_narrow<__half, simt_fp16, __half_raw> {
    using simt_narrow::simt_narrow;
    __half() = default;
};
struct alignas(2) __nv_bfloat16 : simt_narrow<__nv_bfloat16, simt_bf16, __nv_bfloat16_raw> {
    using simt_narrow::simt_narrow;
    __nv_bfloat16() = default;
};
struct alignas(4) __half2 : simt_narrow2<__half2, __half> {
    __half2() = default;
    __half2(__half low, __half high) : simt_narrow2{low, high}
    {
    }
    __half2(__half2_raw raw) : simt_narrow2{__half_raw{raw.x}, __half_raw{raw.y}}
    {
    }
    operator __half2_raw() const
    {
        return {__half_raw(x).x, __half_raw(y).x};
    }
};
struct alignas(4) __nv_bfloat162 : simt_narrow2<__nv_bfloat162, __nv_bfloat16> {
    __nv_bfloat162() = default;
    __nv_bfloat162(__nv_bfloat16 low, __nv_bfloat16 high) : simt_narrow2{low, high}
    {
    }
    __nv_bfloat162(__nv_bfloat162_raw raw)
        : simt_narrow2{__nv_bfloat16_raw{raw.x}, __nv_bfloat16_raw{raw.y}}
    {
    }
    operator __nv_bfloat162_raw() const
    {
        return {__nv_bfloat16_raw(x).x, __nv_bfloat16_raw(y).x};
    }
};
typedef __half half;
typedef __half2 half2;
typedef __half __nv_half;
typedef __half2 __nv_half2;
typedef __half nv_half;
typedef __half2 nv_half2;
typedef __nv_bfloat16 nv_bfloat16;
typedef __nv_bfloat162 nv_bfloat162;

#endif
