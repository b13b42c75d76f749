/**
 * @file simt_types.cpp
 * @brief What the types and functions of common/simt/types.h give, in one line a section: its name,
 *        how many results, a hash of all of them. tests/check_simt_types.sh compiles this twice, with
 *        the workbook's own types and with those of CUDA's headers, and compares the lines.
 *
 *      simt_types                  all sections
 *      simt_types "FP16 of floats" that section result by result: input and output as bits
 *      simt_types --casts          the workbook's own types against common/cast.h (needs no CUDA)
 */
#include "common/simt/types.h"

#include <stdio.h>

#include <vector>

extern "C" {
#include "common/cast.h"
}

static const char *chosen; // the section to print, or NULL
static const char *section;
static uint64_t hash, results;

static void begin(const char *name)
{
    section = name;
    hash = 14695981039346656037u; // FNV-1a, with words in the place of bytes
    results = 0;
}

static void result(uint64_t input, uint64_t output)
{
    hash = (hash ^ output) * 1099511628211u;
    results++;
    if (chosen && strcmp(chosen, section) == 0)
        printf("%016llx -> %016llx\n", (unsigned long long)input, (unsigned long long)output);
}

static void end()
{
    if (!chosen)
        printf("%s: %llu results, hash %016llx\n", section, (unsigned long long)results,
               (unsigned long long)hash);
}

template <class T> static uint64_t bits_of(T value)
{
    uint64_t bits = 0;
    static_assert(sizeof value <= sizeof bits, "up to 8 bytes");
    memcpy((void *)&bits, (const void *)&value, sizeof value);
    return bits;
}

/* --- inputs --- */

/** Every 2^16th float with its neighbours; the middles between FP16, BF16 and FP8 codes, which are
 *  multiples of 2^12 as bits, with theirs; all floats around subnormals; NaNs of many payloads. */
static std::vector<float> floats()
{
    std::vector<float> all;
    for (uint64_t bits = 0; bits < (uint64_t)1 << 32; bits += 1 << 12)
        for (int ulp = -1; ulp <= 1; ulp++)
            if (bits % (1 << 16) == 0 || (bits & 0x7FFFFFFF) > 0x7F800000 ||
                (bits >> 23 & 0xFF) - 96 < 52) // the exponents of FP16 and FP8
                all.push_back(__uint_as_float((unsigned)bits + (unsigned)ulp));
    for (int e = -30; e <= 0; e++) // ties of subnormals: odd multiples of half the smallest one
        for (int odd = 1; odd < 64; odd += 2)
            for (int ulp = -1; ulp <= 1; ulp++) {
                float tie = ldexpf((float)odd, e);
                all.push_back(__uint_as_float(__float_as_uint(tie) + (unsigned)ulp));
                all.push_back(-all.back());
            }
    unsigned bits = 1;
    for (int i = 0; i < 1 << 18; i++)
        all.push_back(__uint_as_float(bits = bits * 1664525u + 1013904223u));
    return all;
}

/** Codes of 16 bits whose pairs meet in arithmetic: ends of every range, and a spread of others. */
static std::vector<unsigned short> operands()
{
    std::vector<unsigned short> all = {0,      0x8000, 1,      0x8001, 0x03FF, 0x0400, 0x7BFF,
                                       0xFBFF, 0x7C00, 0xFC00, 0x7C01, 0x7FFF, 0xFFFF, 0x7F80,
                                       0xFF80, 0x7F81, 0x7F7F, 0x0080, 0x3C00, 0x3F80};
    for (unsigned i = 0; i < 400; i++)
        all.push_back((unsigned short)(i * 40503u >> 3));
    return all;
}

/* --- sections --- */

static void layouts()
{
    begin("sizes and alignments");
#define LAYOUT(T)  result(0, sizeof(T) << 8 | alignof(T))
#define LAYOUTS(T) (LAYOUT(T##1), LAYOUT(T##2), LAYOUT(T##3), LAYOUT(T##4))
    LAYOUTS(char), LAYOUTS(uchar), LAYOUTS(short), LAYOUTS(ushort), LAYOUTS(int), LAYOUTS(uint);
    LAYOUTS(long), LAYOUTS(ulong), LAYOUTS(float), LAYOUT(dim3);
    LAYOUT(longlong1), LAYOUT(longlong2), LAYOUT(longlong3);
    LAYOUT(ulonglong1), LAYOUT(ulonglong2), LAYOUT(ulonglong3);
    LAYOUT(double1), LAYOUT(double2), LAYOUT(double3);
    LAYOUT(__half), LAYOUT(__half2), LAYOUT(__half_raw), LAYOUT(__half2_raw);
    LAYOUT(__nv_bfloat16), LAYOUT(__nv_bfloat162), LAYOUT(__nv_bfloat16_raw);
    LAYOUT(__nv_bfloat162_raw), LAYOUT(__nv_fp8_e4m3), LAYOUT(__nv_fp8_e5m2);
    LAYOUT(__nv_fp8x2_e4m3), LAYOUT(__nv_fp8x2_e5m2), LAYOUT(__nv_fp8x4_e4m3);
    LAYOUT(__nv_fp8x4_e5m2), LAYOUT(__nv_fp8_storage_t), LAYOUT(__nv_fp8x2_storage_t);
    result(0, __NV_NOSAT), result(0, __NV_SATFINITE), result(0, __NV_E4M3), result(0, __NV_E5M2);
    end();
    begin("vectors");
    float4 f = make_float4(1, 2, 3, 4);
    ushort4 u = make_ushort4(1, 2, 3, 65535);
    char4 c = make_char4(-1, 2, -3, 4);
    dim3 d(7), e(1, 2, 3), of_uint3(make_uint3(4, 5, 6));
    result(0, bits_of(f.y) + bits_of(f.w)), result(0, bits_of(u)), result(0, bits_of(c));
    result(0, bits_of(make_uint2(5, 6))), result(0, bits_of(make_int2(-5, 6)));
    result(0, d.x * 100 + d.y * 10 + d.z), result(0, e.x * 100 + e.y * 10 + e.z);
    result(0, of_uint3.x * 100 + of_uint3.y * 10 + of_uint3.z);
    end();
}

static void narrowing(const std::vector<float> &inputs)
{
    begin("FP16 of floats");
    for (float x : inputs)
        result(bits_of(x), __half_as_ushort(__float2half_rn(x)));
    end();
    begin("BF16 of floats");
    for (float x : inputs)
        result(bits_of(x), __bfloat16_as_ushort(__float2bfloat16_rn(x)));
    end();
    const __nv_fp8_interpretation_t kinds[] = {__NV_E4M3, __NV_E5M2};
    for (__nv_fp8_interpretation_t kind : kinds) {
        begin(kind == __NV_E4M3 ? "E4M3 of floats" : "E5M2 of floats");
        for (float x : inputs) {
            result(bits_of(x), __nv_cvt_float_to_fp8(x, __NV_SATFINITE, kind));
            result(bits_of(x), __nv_cvt_float_to_fp8(x, __NV_NOSAT, kind));
            result(bits_of(x), __nv_cvt_float2_to_fp8x2({x, -x}, __NV_NOSAT, kind));
        }
        end();
    }
    begin("of doubles near ties of a float");
    for (float x : inputs)
        for (double factor : {1.0, 1 + 0x1p-50, 1 - 0x1p-50}) {
            double d = (double)x * factor;
            result(bits_of(d), __half_as_ushort(__double2half(d)));
            result(bits_of(d), __bfloat16_as_ushort(__double2bfloat16(d)));
            result(bits_of(d), __nv_cvt_double_to_fp8(d, __NV_NOSAT, __NV_E4M3));
            result(bits_of(d), __nv_cvt_double_to_fp8(d, __NV_SATFINITE, __NV_E5M2));
        }
    end();
    begin("of integers");
    for (float x : inputs) {
        unsigned u = __float_as_uint(x);
        long long l = (long long)((uint64_t)u * 0x9E3779B97F4A7C15u) >> u % 64;
        result(u, __half_as_ushort(__half((int)u)) | bits_of(__half(u >> u % 32)) << 16);
        result(u, __bfloat16_as_ushort(__nv_bfloat16((int)u)) | bits_of(__nv_bfloat16(u)) << 16);
        result(bits_of(l), __half_as_ushort(__half(l)) | bits_of(__nv_bfloat16(l)) << 16);
        result(u, __half_as_ushort(__half((short)u)) | bits_of(__half((unsigned short)u)) << 16);
    }
    end();
}

static void widening()
{
    begin("floats of FP16 and BF16, every code");
    for (unsigned code = 0; code < 0x10000; code++) {
        __half h = __ushort_as_half((unsigned short)code);
        __nv_bfloat16 b = __ushort_as_bfloat16((unsigned short)code);
        result(code, bits_of(__half2float(h)) | bits_of(__bfloat162float(b)) << 32);
        result(code, __half_as_ushort(h) | (unsigned)__bfloat16_as_ushort(b) << 16);
        result(code, (unsigned)__hisnan(h) | (unsigned)__hisnan(b) << 1 | (unsigned)(bool)h << 2);
        result(code, (uint64_t)__hisinf(h) + 10 * (uint64_t)__hisinf(b) + 100 * (bool)b);
        result(code, bits_of(__hneg(h)) | bits_of(__habs(h)) << 16 | bits_of(-b) << 32 |
                         bits_of(__habs(b)) << 48);
    }
    end();
    begin("integers of FP16 and BF16, every code");
    for (unsigned code = 0; code < 0x10000; code++) {
        __half h = __ushort_as_half((unsigned short)code);
        __nv_bfloat16 b = __ushort_as_bfloat16((unsigned short)code);
        result(code, bits_of((int)h) | bits_of((unsigned)h) << 32);
        result(code, bits_of((int)b) | bits_of((unsigned)b) << 32);
        result(code, bits_of((short)h) | bits_of((unsigned short)b) << 16);
        result(code, bits_of((long long)h) ^ bits_of((unsigned long long)b));
    }
    end();
    begin("FP8, every pair of codes");
    for (unsigned codes = 0; codes < 0x10000; codes++) {
        __nv_fp8x2_storage_t two = (__nv_fp8x2_storage_t)codes;
        __half2_raw a = __nv_cvt_fp8x2_to_halfraw2(two, __NV_E4M3);
        __half2_raw b = __nv_cvt_fp8x2_to_halfraw2(two, __NV_E5M2);
        result(codes, a.x | (unsigned)a.y << 16 | (uint64_t)b.x << 32 | (uint64_t)b.y << 48);
        result(codes, __nv_cvt_fp8_to_halfraw((__nv_fp8_storage_t)codes, __NV_E4M3).x);
        __half_raw h = __ushort_as_half((unsigned short)codes);
        __nv_bfloat16_raw bf = __ushort_as_bfloat16((unsigned short)codes);
        result(codes, __nv_cvt_halfraw_to_fp8(h, __NV_SATFINITE, __NV_E4M3) |
                          (unsigned)__nv_cvt_halfraw_to_fp8(h, __NV_NOSAT, __NV_E5M2) << 8 |
                          (unsigned)__nv_cvt_bfloat16raw_to_fp8(bf, __NV_NOSAT, __NV_E4M3) << 16);
    }
    end();
    begin("FP8 types");
    for (unsigned code = 0; code < 0x100; code++) {
        __nv_fp8_e4m3 a;
        __nv_fp8_e5m2 b;
        a.__x = b.__x = (__nv_fp8_storage_t)code;
        result(code, bits_of((float)a) | bits_of((float)b) << 32);
        result(code, bits_of((__half)a) | bits_of((__nv_bfloat16)b) << 16 |
                         (uint64_t)(bool)a << 32 | (uint64_t)(bool)b << 33);
        result(code, bits_of((int)a) | bits_of((int)b) << 32);
        result(code,
               __nv_fp8_e4m3((float)b).__x | (unsigned)__nv_fp8_e5m2((double)(float)a).__x << 8);
        result(code, __nv_fp8_e4m3((int)code * 7).__x | (unsigned)__nv_fp8_e5m2(code).__x << 8);
        __nv_fp8x2_e4m3 two(make_float2((float)code, -(float)code));
        __nv_fp8x4_e5m2 four(make_float4((float)code, 1, 2, -(float)code));
        result(code, two.__x | (uint64_t)four.__x << 32);
        result(code, bits_of(((float4)four).w) | bits_of(((float2)two).y) << 32);
    }
    end();
}

/** All operations on two codes. T is __half or __nv_bfloat16, T2 the pair of it. */
template <class T, class T2> static void arithmetic(const char *name)
{
    const std::vector<unsigned short> codes = operands();
    begin(name);
    for (unsigned short i : codes)
        for (unsigned short j : codes) {
            T a, b;
            memcpy((void *)&a, &i, sizeof a);
            memcpy((void *)&b, &j, sizeof b);
            uint64_t in = i | (uint64_t)j << 16;
            result(in, bits_of(a + b) | bits_of(a - b) << 16 | bits_of(a * b) << 32 |
                           bits_of(a / b) << 48);
            result(in, bits_of(__hmax(a, b)) | bits_of(__hmin(a, b)) << 16);
            result(in, (unsigned)(a == b) | (unsigned)(a != b) << 1 | (unsigned)(a < b) << 2 |
                           (unsigned)(a <= b) << 3 | (unsigned)(a > b) << 4 |
                           (unsigned)(a >= b) << 5 | (unsigned)__hne(a, b) << 6 |
                           (unsigned)__hneu(a, b) << 7);
            T2 p(a, b), q(b, a);
            result(in, bits_of(p + q) | bits_of(p * q) << 32);
            result(in, bits_of(p / q) | bits_of(__hmax2(p, -q)) << 32);
            result(in, bits_of(__low2float(p)) | bits_of(__high2float(p)) << 32);
            a += b;
            result(in, bits_of(a) | bits_of(p -= q) << 32);
        }
    end();
}

static void pairs(const std::vector<float> &inputs)
{
    begin("pairs");
    for (size_t i = 0; i + 1 < inputs.size(); i += 7) {
        float2 x = make_float2(inputs[i], inputs[i + 1]);
        result(bits_of(x), bits_of(__floats2half2_rn(x.x, x.y)) | bits_of(__float22bfloat162_rn(x))
                                                                      << 32);
        result(bits_of(x), bits_of(__half22float2(__float22half2_rn(x))));
        result(bits_of(x), bits_of(__bfloat1622float2(__floats2bfloat162_rn(x.x, x.y))));
        result(bits_of(x), bits_of(__float2half2_rn(x.x)) | bits_of(__float2bfloat162_rn(x.y))
                                                                << 32);
    }
    end();
}

#if SIMT_OWN_TYPES
/** The workbook's own types against its casts in C. A NaN must be one in both. */
static int compare_with_casts(const std::vector<float> &inputs)
{
    uint64_t different = 0;
    auto compare = [&](unsigned got, unsigned want, unsigned largest, unsigned sign) {
        bool nans = (got & (sign - 1)) > largest && (want & (sign - 1)) > largest;
        different += got != want && !nans;
    };
    for (float x : inputs) {
        compare(__half_as_ushort(__float2half_rn(x)), f16_from_f32_rne(x), 0x7C00, 0x8000);
        compare(__bfloat16_as_ushort(__float2bfloat16_rn(x)), bf16_from_f32_rne(x), 0x7F80, 0x8000);
        for (int saturate = 0; saturate < 2; saturate++) {
            __nv_saturation_t mode = saturate ? __NV_SATFINITE : __NV_NOSAT;
            if (isnan(x)) // CUDA's code of a NaN has no sign
                continue;
            compare(__nv_cvt_float_to_fp8(x, mode, __NV_E4M3), e4m3_from_f32_rne(x, saturate), 0x7E,
                    0x80);
            compare(__nv_cvt_float_to_fp8(x, mode, __NV_E5M2), e5m2_from_f32_rne(x, saturate), 0x7C,
                    0x80);
        }
    }
    for (unsigned code = 0; code < 0x10000; code++) {
        float h = __half2float(__ushort_as_half((unsigned short)code));
        float want = f32_from_f16((uint16_t)code);
        different += isnan(want) ? !isnan(h) : bits_of(h) != bits_of(want);
    }
    printf("casts: %llu of %zu inputs and 65536 codes differ\n", (unsigned long long)different,
           inputs.size());
    return different != 0;
}

/** __hfma() rounds once: against the exact result, which long double (64 bits) holds for these. */
template <class T> static int fused(const char *name)
{
    uint64_t different = 0, twice = 0;
    const int rounds = 1 << 20;
    for (int i = 0; i < rounds; i++) {
        unsigned n = (unsigned)i * 2654435761u;
        T a = T(1 + (float)(n & 0x7F) / 128), b = T(1 + (float)(n >> 7 & 0x7F) / 128);
        T c = T(ldexpf((n >> 31 ? -1 : 1) * (1 + (float)(n >> 14 & 0x7F) / 128),
                       (int)(n >> 21 & 31) - 30));
        long double exact = (long double)(float)a * (float)b + (float)c;
        double odd = (double)exact; // to an odd last bit: then the last rounding is right
        if ((long double)odd != exact && !(bits_of(odd) & 1))
            odd = nextafter(odd, (long double)odd < exact ? INFINITY : -INFINITY);
        different += bits_of(__hfma(a, b, c)) != bits_of(T(odd));
        twice += bits_of(T((float)a * (float)b + (float)c)) != bits_of(T(odd));
    }
    printf("%s: __hfma() differs for %llu of %d; rounded twice, %llu would\n", name,
           (unsigned long long)different, rounds, (unsigned long long)twice);
    return different != 0 || twice == 0;
}
#endif

int main(int argc, char **argv)
{
    const std::vector<float> inputs = floats();
#if SIMT_OWN_TYPES
    if (argc > 1 && strcmp(argv[1], "--casts") == 0)
        return compare_with_casts(inputs) | fused<__half>("FP16") | fused<__nv_bfloat16>("BF16");
#endif
    chosen = argc > 1 ? argv[1] : NULL;
    if (!chosen)
        fprintf(stderr, "%s types\n", SIMT_OWN_TYPES ? "own" : "CUDA's");
    layouts();
    narrowing(inputs);
    widening();
    arithmetic<__half, __half2>("arithmetic of FP16");
    arithmetic<__nv_bfloat16, __nv_bfloat162>("arithmetic of BF16");
    pairs(inputs);
    return 0;
}
