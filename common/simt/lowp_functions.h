/**
 * @file lowp_functions.h
 * @brief The functions of CUDA's cuda_fp16.h, cuda_bf16.h and cuda_fp8.h that convert, for kernels
 *        compiled by g++, and the FP8 types. Included through types.h, after lowp.h.
 *
 * Names, arguments and results are CUDA's ("CUDA Math API Reference Manual", chapters Half, Bfloat16
 * and FP8): all of them round to nearest even, once.
 */
#ifndef LOWP_SIMT_LOWP_FUNCTIONS_H
#define LOWP_SIMT_LOWP_FUNCTIONS_H

#include "common/simt/lowp.h"

/* --- FP16 --- */
static inline __half __float2half(float x)
{
    return x;
}
static inline __half __float2half_rn(float x)
{
    return x;
}
static inline __half __double2half(double x)
{
    return x;
}
static inline __half __int2half_rn(int x)
{
    return x;
}
static inline __half __uint2half_rn(unsigned x)
{
    return x;
}
static inline float __half2float(__half x)
{
    return x;
}
static inline int __half2int_rz(__half x)
{
    return x;
}
static inline unsigned short __half_as_ushort(__half x)
{
    return __half_raw(x).x;
}
static inline __half __ushort_as_half(unsigned short bits)
{
    return __half_raw{bits};
}
static inline short __half_as_short(__half x)
{
    return (short)__half_as_ushort(x);
}
static inline __half __short_as_half(short bits)
{
    return __ushort_as_half((unsigned short)bits);
}
static inline __half2 make_half2(__half low, __half high)
{
    return __half2(low, high);
}
static inline __half2 __halves2half2(__half low, __half high)
{
    return __half2(low, high);
}
static inline __half2 __half2half2(__half both)
{
    return __half2(both, both);
}
static inline __half2 __float2half2_rn(float both)
{
    return __half2(both, both);
}
static inline __half2 __floats2half2_rn(float low, float high)
{
    return __half2(low, high);
}
static inline __half2 __float22half2_rn(float2 pair)
{
    return __half2(pair.x, pair.y);
}
static inline float2 __half22float2(__half2 pair)
{
    return make_float2(pair.x, pair.y);
}
static inline __half __low2half(__half2 pair)
{
    return pair.x;
}
static inline __half __high2half(__half2 pair)
{
    return pair.y;
}

/* --- BF16 --- */
static inline __nv_bfloat16 __float2bfloat16(float x)
{
    return x;
}
static inline __nv_bfloat16 __float2bfloat16_rn(float x)
{
    return x;
}
static inline __nv_bfloat16 __double2bfloat16(double x)
{
    return x;
}
static inline __nv_bfloat16 __int2bfloat16_rn(int x)
{
    return x;
}
static inline __nv_bfloat16 __uint2bfloat16_rn(unsigned x)
{
    return x;
}
static inline float __bfloat162float(__nv_bfloat16 x)
{
    return x;
}
static inline int __bfloat162int_rz(__nv_bfloat16 x)
{
    return x;
}
static inline unsigned short __bfloat16_as_ushort(__nv_bfloat16 x)
{
    return __nv_bfloat16_raw(x).x;
}
static inline __nv_bfloat16 __ushort_as_bfloat16(unsigned short bits)
{
    return __nv_bfloat16_raw{bits};
}
static inline short __bfloat16_as_short(__nv_bfloat16 x)
{
    return (short)__bfloat16_as_ushort(x);
}
static inline __nv_bfloat16 __short_as_bfloat16(short bits)
{
    return __ushort_as_bfloat16((unsigned short)bits);
}
static inline __nv_bfloat162 make_bfloat162(__nv_bfloat16 low, __nv_bfloat16 high)
{
    return __nv_bfloat162(low, high);
}
static inline __nv_bfloat162 __halves2bfloat162(__nv_bfloat16 low, __nv_bfloat16 high)
{
    return __nv_bfloat162(low, high);
}
static inline __nv_bfloat162 __bfloat162bfloat162(__nv_bfloat16 both)
{
    return __nv_bfloat162(both, both);
}
static inline __nv_bfloat162 __float2bfloat162_rn(float both)
{
    return __nv_bfloat162(both, both);
}
static inline __nv_bfloat162 __floats2bfloat162_rn(float low, float high)
{
    return __nv_bfloat162(low, high);
}
static inline __nv_bfloat162 __float22bfloat162_rn(float2 pair)
{
    return __nv_bfloat162(pair.x, pair.y);
}
static inline float2 __bfloat1622float2(__nv_bfloat162 pair)
{
    return make_float2(pair.x, pair.y);
}
static inline __nv_bfloat16 __low2bfloat16(__nv_bfloat162 pair)
{
    return pair.x;
}
static inline __nv_bfloat16 __high2bfloat16(__nv_bfloat162 pair)
{
    return pair.y;
}

/* --- FP8: bare codes --- */
typedef unsigned char __nv_fp8_storage_t;
typedef unsigned short __nv_fp8x2_storage_t;
typedef unsigned int __nv_fp8x4_storage_t;
/** What an overflow becomes: infinity or, without one, NaN; or the largest finite value. */
typedef enum __nv_saturation_t { __NV_NOSAT, __NV_SATFINITE } __nv_saturation_t;
typedef enum __nv_fp8_interpretation_t { __NV_E4M3, __NV_E5M2 } __nv_fp8_interpretation_t;

/** A NaN keeps its sign and, in E5M2, what mantissa there is room for; it stays quiet. */
static inline __nv_fp8_storage_t __nv_cvt_double_to_fp8(double x, __nv_saturation_t saturate,
                                                        __nv_fp8_interpretation_t kind)
{
    if (isnan(x)) {
        uint64_t bits = simt_reinterpret<uint64_t>(x);
        unsigned kept = kind == __NV_E4M3 ? 0x7F : 0x7E | (unsigned)(bits >> 50 & 3);
        return (__nv_fp8_storage_t)((bits >> 63) << 7 | kept);
    }
    unsigned over = saturate == __NV_NOSAT;
    return (__nv_fp8_storage_t)(kind == __NV_E4M3
                                    ? simt_e4m3::encode(x, simt_e4m3::largest + over)
                                    : simt_e5m2::encode(x, simt_e5m2::largest + over));
}
/** Every NaN becomes 0x7F. */
static inline __nv_fp8_storage_t __nv_cvt_float_to_fp8(float x, __nv_saturation_t saturate,
                                                       __nv_fp8_interpretation_t kind)
{
    return isnan(x) ? (__nv_fp8_storage_t)0x7F : __nv_cvt_double_to_fp8((double)x, saturate, kind);
}
/** x in the lower byte. */
static inline __nv_fp8x2_storage_t __nv_cvt_float2_to_fp8x2(float2 x, __nv_saturation_t saturate,
                                                            __nv_fp8_interpretation_t kind)
{
    return (__nv_fp8x2_storage_t)(__nv_cvt_float_to_fp8(x.y, saturate, kind) << 8 |
                                  __nv_cvt_float_to_fp8(x.x, saturate, kind));
}
static inline __nv_fp8_storage_t __nv_cvt_halfraw_to_fp8(__half_raw x, __nv_saturation_t saturate,
                                                         __nv_fp8_interpretation_t kind)
{
    return __nv_cvt_float_to_fp8(__half(x), saturate, kind);
}
static inline __nv_fp8x2_storage_t __nv_cvt_halfraw2_to_fp8x2(__half2_raw x,
                                                              __nv_saturation_t saturate,
                                                              __nv_fp8_interpretation_t kind)
{
    return __nv_cvt_float2_to_fp8x2(__half22float2(x), saturate, kind);
}
static inline __nv_fp8_storage_t __nv_cvt_bfloat16raw_to_fp8(__nv_bfloat16_raw x,
                                                             __nv_saturation_t saturate,
                                                             __nv_fp8_interpretation_t kind)
{
    return __nv_cvt_float_to_fp8(__nv_bfloat16(x), saturate, kind);
}
static inline __nv_fp8x2_storage_t __nv_cvt_bfloat16raw2_to_fp8x2(__nv_bfloat162_raw x,
                                                                  __nv_saturation_t saturate,
                                                                  __nv_fp8_interpretation_t kind)
{
    return __nv_cvt_float2_to_fp8x2(__bfloat1622float2(x), saturate, kind);
}
/** Every FP8 value is one of FP16, too. E5M2 is FP16's upper half; NaN becomes 0x7FFF. */
static inline __half_raw __nv_cvt_fp8_to_halfraw(__nv_fp8_storage_t code,
                                                 __nv_fp8_interpretation_t kind)
{
    unsigned magnitude = code & 0x7F;
    if (magnitude > (kind == __NV_E4M3 ? simt_e4m3::largest : simt_e5m2::largest + 1))
        return {0x7FFF};
    if (kind == __NV_E5M2)
        return {(unsigned short)(code << 8)};
    return __half(simt_e4m3::decode(code));
}
static inline __half2_raw __nv_cvt_fp8x2_to_halfraw2(__nv_fp8x2_storage_t codes,
                                                     __nv_fp8_interpretation_t kind)
{
    return {__nv_cvt_fp8_to_halfraw((__nv_fp8_storage_t)codes, kind).x,
            __nv_cvt_fp8_to_halfraw((__nv_fp8_storage_t)(codes >> 8), kind).x};
}

/* --- FP8: types; to them, everything saturates --- */
template <__nv_fp8_interpretation_t KIND> struct simt_fp8 {
    __nv_fp8_storage_t __x;

    simt_fp8() = default;
    explicit simt_fp8(float x) : __x(__nv_cvt_float_to_fp8(x, __NV_SATFINITE, KIND))
    {
    }
    explicit simt_fp8(double x) : __x(__nv_cvt_double_to_fp8(x, __NV_SATFINITE, KIND))
    {
    }
    explicit simt_fp8(__half x) : simt_fp8((float)x)
    {
    }
    explicit simt_fp8(__nv_bfloat16 x) : simt_fp8((float)x)
    {
    }
    template <class T, class = std::enable_if_t<std::is_integral_v<T>>>
    explicit simt_fp8(T x) : simt_fp8((float)x)
    {
    }
    explicit operator __half() const
    {
        return __nv_cvt_fp8_to_halfraw(__x, KIND);
    }
    explicit operator float() const
    {
        return (__half) * this;
    }
    explicit operator double() const
    {
        return (double)(float)*this;
    }
    explicit operator __nv_bfloat16() const
    {
        return (float)*this;
    }
    explicit operator bool() const
    {
        return (__x & 0x7F) != 0;
    }
    explicit operator int() const
    {
        return (__half) * this;
    }
};
struct __nv_fp8_e4m3 : simt_fp8<__NV_E4M3> {
    using simt_fp8::simt_fp8;
    __nv_fp8_e4m3() = default;
};
struct __nv_fp8_e5m2 : simt_fp8<__NV_E5M2> {
    using simt_fp8::simt_fp8;
    __nv_fp8_e5m2() = default;
};
template <__nv_fp8_interpretation_t KIND> struct simt_fp8x2 {
    __nv_fp8x2_storage_t __x;

    simt_fp8x2() = default;
    explicit simt_fp8x2(float2 x) : __x(__nv_cvt_float2_to_fp8x2(x, __NV_SATFINITE, KIND))
    {
    }
    explicit simt_fp8x2(__half2 x) : simt_fp8x2(__half22float2(x))
    {
    }
    explicit simt_fp8x2(__nv_bfloat162 x) : simt_fp8x2(__bfloat1622float2(x))
    {
    }
    explicit operator __half2() const
    {
        return __nv_cvt_fp8x2_to_halfraw2(__x, KIND);
    }
    explicit operator float2() const
    {
        return __half22float2((__half2) * this);
    }
};
struct __nv_fp8x2_e4m3 : simt_fp8x2<__NV_E4M3> {
    using simt_fp8x2::simt_fp8x2;
    __nv_fp8x2_e4m3() = default;
};
struct __nv_fp8x2_e5m2 : simt_fp8x2<__NV_E5M2> {
    using simt_fp8x2::simt_fp8x2;
    __nv_fp8x2_e5m2() = default;
};
template <__nv_fp8_interpretation_t KIND> struct simt_fp8x4 {
    __nv_fp8x4_storage_t __x;

    simt_fp8x4() = default;
    explicit simt_fp8x4(float4 v)
        : __x((unsigned)__nv_cvt_float2_to_fp8x2({v.x, v.y}, __NV_SATFINITE, KIND) |
              (unsigned)__nv_cvt_float2_to_fp8x2({v.z, v.w}, __NV_SATFINITE, KIND) << 16)
    {
    }
    explicit operator float4() const
    {
        __half2 low = __nv_cvt_fp8x2_to_halfraw2((__nv_fp8x2_storage_t)__x, KIND);
        __half2 high = __nv_cvt_fp8x2_to_halfraw2((__nv_fp8x2_storage_t)(__x >> 16), KIND);
        return make_float4(low.x, low.y, high.x, high.y);
    }
};
struct __nv_fp8x4_e4m3 : simt_fp8x4<__NV_E4M3> {
    using simt_fp8x4::simt_fp8x4;
    __nv_fp8x4_e4m3() = default;
};
struct __nv_fp8x4_e5m2 : simt_fp8x4<__NV_E5M2> {
    using simt_fp8x4::simt_fp8x4;
    __nv_fp8x4_e5m2() = default;
};

#endif
