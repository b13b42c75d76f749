/**
 * @file cuda_headers.cpp
 * @brief Lab 01's casts against the host code in CUDA's own headers (cuda_fp16.h, cuda_bf16.h,
 *        cuda_fp8.h). Built and run by check_cuda_headers.sh where the headers are installed.
 *
 * Inputs: every code of each format, the middle between each two neighbours, one FP32 ulp to either
 * side, all of these negated, specials, and random floats. Every input goes through all casts.
 * NaN policy: both must be NaN. Needs no device.
 */
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

extern "C" {
#include "common/cast.h"
}

namespace
{

struct tally {
    const char *name;
    uint64_t compared;
    uint64_t different;
    float first; /* input of the first difference */
    unsigned got, want;
};

enum { F16, BF16, E4M3, E4M3_SAT, E5M2, E5M2_SAT, CASTS };
tally tallies[CASTS] = {{"FP16", 0, 0, 0, 0, 0},       {"BF16", 0, 0, 0, 0, 0},
                        {"E4M3 NOSAT", 0, 0, 0, 0, 0}, {"E4M3 SATFINITE", 0, 0, 0, 0, 0},
                        {"E5M2 NOSAT", 0, 0, 0, 0, 0}, {"E5M2 SATFINITE", 0, 0, 0, 0, 0}};

void count(int cast, float x, unsigned got, unsigned want, unsigned magnitude, unsigned last)
{
    tally &t = tallies[cast];
    bool nans = (got & magnitude) > last && (want & magnitude) > last;
    t.compared++;
    if (got != want && !nans && t.different++ == 0) {
        t.first = x;
        t.got = got;
        t.want = want;
    }
}

void compare(float x)
{
    __half_raw h = __float2half_rn(x);
    __nv_bfloat16_raw b = __float2bfloat16_rn(x);
    count(F16, x, f16_from_f32_rne(x), h.x, 0x7FFF, 0x7C00);
    count(BF16, x, bf16_from_f32_rne(x), b.x, 0x7FFF, 0x7F80);
    count(E4M3, x, e4m3_from_f32_rne(x, false), __nv_cvt_float_to_fp8(x, __NV_NOSAT, __NV_E4M3),
          0x7F, 0x7E);
    count(E4M3_SAT, x, e4m3_from_f32_rne(x, true),
          __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E4M3), 0x7F, 0x7E);
    count(E5M2, x, e5m2_from_f32_rne(x, false), __nv_cvt_float_to_fp8(x, __NV_NOSAT, __NV_E5M2),
          0x7F, 0x7C);
    count(E5M2_SAT, x, e5m2_from_f32_rne(x, true),
          __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E5M2), 0x7F, 0x7C);
}

/* A value of some format, the middle between it and the next one up, and that middle's neighbours. */
void compare_around(float low, float high)
{
    float middle = (float)(((double)low + (double)high) / 2);
    const float inputs[] = {low, std::nextafterf(middle, 0), middle,
                            std::nextafterf(middle, INFINITY)};
    for (float x : inputs) {
        compare(x);
        compare(-x);
    }
}

bool same(float a, float b)
{
    return std::memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
}

uint64_t widening_differences()
{
    uint64_t different = 0;
    for (unsigned code = 0; code < 0x10000; code++) {
        __half_raw h;
        __nv_bfloat16_raw b;
        h.x = b.x = (unsigned short)code;
        different += !same(f32_from_f16((uint16_t)code), __half2float(h));
        different += !same(f32_from_bf16((uint16_t)code), __bfloat162float(b));
        if (code > 0xFF)
            continue;
        __half_raw e4m3 = __nv_cvt_fp8_to_halfraw((__nv_fp8_storage_t)code, __NV_E4M3);
        __half_raw e5m2 = __nv_cvt_fp8_to_halfraw((__nv_fp8_storage_t)code, __NV_E5M2);
        different += !same(f32_from_e4m3((uint8_t)code), __half2float(e4m3));
        different += !same(f32_from_e5m2((uint8_t)code), __half2float(e5m2));
    }
    return different;
}

} // namespace

int main()
{
    for (unsigned code = 0; code < 0x7C00; code++)
        compare_around(f32_from_f16((uint16_t)code), f32_from_f16((uint16_t)(code + 1)));
    for (unsigned code = 0; code < 0x7F80; code++)
        compare_around(f32_from_bf16((uint16_t)code), f32_from_bf16((uint16_t)(code + 1)));
    for (unsigned code = 0; code < 0x7E; code++)
        compare_around(f32_from_e4m3((uint8_t)code), f32_from_e4m3((uint8_t)(code + 1)));
    for (unsigned code = 0; code < 0x7C; code++)
        compare_around(f32_from_e5m2((uint8_t)code), f32_from_e5m2((uint8_t)(code + 1)));
    compare_around(448, 480); /* the thresholds of overflow */
    compare_around(57344, 65536);
    compare_around(65504, 65536);

    uint32_t bits = 1; /* all floats are as likely, NaNs and infinities included */
    for (int i = 0; i < 1 << 22; i++) {
        float x;
        bits = bits * 1664525u + 1013904223u; /* a full-period generator: no float comes twice */
        std::memcpy(&x, &bits, sizeof x);
        compare(x);
    }

    uint64_t different = widening_differences();
    std::printf("%s: widening, every code: %llu differ\n", different ? "FAIL" : "pass",
                (unsigned long long)different);
    for (const tally &t : tallies) {
        std::printf("%s: %s, %llu floats: %llu differ", t.different ? "FAIL" : "pass", t.name,
                    (unsigned long long)t.compared, (unsigned long long)t.different);
        if (t.different)
            std::printf(", first at %a: got %X, CUDA %X", (double)t.first, t.got, t.want);
        std::printf("\n");
        different += t.different;
    }
    return different ? 1 : 0;
}
