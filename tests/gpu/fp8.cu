/**
 * @file fp8.cu
 * @brief The device's conversions to and from FP8, held against common/cast.c: every input there is.
 *
 *      build/gpu/fp8 >fp8.csv          built and called by `make gpu-check`
 *
 * From FP32 that is 2^32 inputs a format. Rounding never falls as its input grows, so a format's 127
 * steps say all about it: first[c] is the smallest float from 0 up whose code is c or above. The
 * host finds these *decision points* by bisection of common/cast.c (which tests/sweep_casts.c holds
 * against exact arithmetic), and the device compares each of its answers with them. From FP16 and
 * BF16 (2^16 inputs), and back from FP8 (2^8), the host compares.
 *
 * The conversions are those of cuda_fp8.h in device code: with saturation (SATFINITE) one instruction,
 * cvt.rn.satfinite.e4m3x2.f32 and its kin, on compute capability 8.9 and later, software before
 * that; without saturation (NOSAT) always software. A row of the CSV:
 *
 *      device,driver,date,from,to,saturation,by,inputs,differ,first_differing,nan,minus_nan
 *
 * inputs and differ leave out NaNs; nan and minus_nan list all codes that NaNs of that sign became,
 * such as 7F. Exit: 0, 1 something differs or failed, 77 there is no device.
 */
#include "common/formats.h"
#include "tests/gpu/device.cuh"

extern "C" {
#include "common/cast.h"
}

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace
{

constexpr uint32_t INFINITE = 0x7F800000;
constexpr int STEPS = 128, THREADS = 256, BLOCKS = 1 << 14;

/** A format, to CUDA and to common/cast.c. */
struct format {
    const char *name;
    __nv_fp8_interpretation_t kind;
    uint8_t (*code)(float x, bool saturate);
    float (*value)(uint8_t code);
    uint8_t largest_but_nan; /**< of the codes from 0 to 0x7F */
};

const format FORMATS[] = {{"E4M3", __NV_E4M3, e4m3_from_f32_rne, f32_from_e4m3, 0x7E},
                          {"E5M2", __NV_E5M2, e5m2_from_f32_rne, f32_from_e5m2, 0x7C}};

/** What a sweep over the inputs found. */
struct findings {
    unsigned long long inputs, differ; /**< NaNs left out */
    uint32_t first;                    /**< smallest input that differs, as bits */
    unsigned codes_of_nan[2][256];     /**< [sign][code]: how many NaNs became it */
};

/** Whether this code is compiled for a device that has the instructions. */
__global__ void ask_instructions(int *has)
{
#if __CUDA_ARCH__ >= 890
    *has = 1;
#else
    *has = 0;
#endif
}

/** The code of a magnitude: how many of first[1] to first[127] are not above it. */
__device__ uint32_t step_of(const uint32_t *first, uint32_t magnitude)
{
    uint32_t code = 0;
    for (uint32_t half = STEPS / 2; half > 0; half /= 2)
        code += magnitude >= first[code + half] ? half : 0;
    return code;
}

/** All 2^32 floats. The odd elements go through the conversion of pairs, as its second half. */
__global__ void sweep(findings *found, const uint32_t *decision_points, __nv_saturation_t saturate,
                      __nv_fp8_interpretation_t kind)
{
    __shared__ uint32_t first[STEPS];
    for (int i = threadIdx.x; i < STEPS; i += blockDim.x)
        first[i] = decision_points[i];
    __syncthreads();
    uint64_t threads = (uint64_t)gridDim.x * blockDim.x;
    unsigned long long inputs = 0, differ = 0;
    for (uint64_t i = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x; i < 1ull << 32;
         i += threads) {
        uint32_t bits = (uint32_t)i, sign = bits >> 31, magnitude = bits & 0x7FFFFFFF;
        float x = __uint_as_float(bits);
        uint32_t code = bits & 1 ? __nv_cvt_float2_to_fp8x2(make_float2(0, x), saturate, kind) >> 8
                                 : __nv_cvt_float_to_fp8(x, saturate, kind);
        if (magnitude > INFINITE) {
            atomicAdd(&found->codes_of_nan[sign][code & 0xFF], 1);
            continue;
        }
        inputs++;
        if (code == (sign << 7 | step_of(first, magnitude)))
            continue;
        differ++;
        atomicMin(&found->first, bits);
    }
    atomicAdd(&found->inputs, inputs);
    if (differ > 0)
        atomicAdd(&found->differ, differ);
}

/** All FP16 codes, or all BF16 codes. Launched with 2^16 threads. */
__global__ void narrow(uint8_t *codes, bool bf16, __nv_saturation_t saturate,
                       __nv_fp8_interpretation_t kind)
{
    uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    __half_raw half = {(unsigned short)i};
    __nv_bfloat16_raw bfloat = {(unsigned short)i};
    codes[i] = bf16 ? __nv_cvt_bfloat16raw_to_fp8(bfloat, saturate, kind)
                    : __nv_cvt_halfraw_to_fp8(half, saturate, kind);
}

/** All FP8 codes, back to FP16, which holds their values. Launched with 2^8 threads. */
__global__ void widen(uint16_t *halves, __nv_fp8_interpretation_t kind)
{
    halves[threadIdx.x] = __nv_cvt_fp8_to_halfraw((__nv_fp8_storage_t)threadIdx.x, kind).x;
}

/** first[c]: see the head of this file. What no float reaches is above infinity. */
std::vector<uint32_t> decision_points(const format &f, bool saturate)
{
    std::vector<uint32_t> first(STEPS, INFINITE + 1);
    for (int c = 1; c < STEPS; c++) {
        uint32_t below = 0, from = INFINITE + 1; // code(below) < c, code(from) >= c if it exists
        while (from - below > 1) {
            uint32_t middle = below + (from - below) / 2;
            (f.code(f32_from_bits(middle), saturate) >= c ? from : below) = middle;
        }
        first[c] = from;
    }
    first[0] = 0;
    return first;
}

/** "7F", or "7F FF", or "" if there were no NaNs. */
std::string list_codes(const unsigned *count)
{
    std::string text;
    char code[8];
    for (int c = 0; c < 256; c++)
        if (count[c] > 0) {
            snprintf(code, sizeof code, "%s%02X", text.empty() ? "" : " ", c);
            text += code;
        }
    return text;
}

/** Writes a row. @return whether all is as it should be: NaNs became NaNs, the rest did not differ */
bool report(const device &gpu, const char *from, const format &f, const char *saturation, bool by,
            const findings &found)
{
    bool fine = found.differ == 0 && found.inputs > 0;
    for (int sign = 0; sign < 2; sign++)
        for (int c = 0; c < 256; c++)
            fine = fine && !(found.codes_of_nan[sign][c] > 0 && (c & 0x7F) <= f.largest_but_nan);
    char first[16] = "";
    if (found.differ > 0)
        snprintf(first, sizeof first, "%08X", found.first);
    printf("%s,%s,%s,%s,%s,%s,%s,%llu,%llu,%s,%s,%s\n", gpu.name.c_str(), gpu.driver.c_str(),
           gpu.date.c_str(), from, f.name, saturation, by ? "instruction" : "software",
           found.inputs, found.differ, first, list_codes(found.codes_of_nan[0]).c_str(),
           list_codes(found.codes_of_nan[1]).c_str());
    fflush(stdout);
    if (!fine)
        fprintf(stderr, "%s to %s (%s) is not as common/cast.c has it: see the CSV's last row\n",
                from, f.name, saturation);
    return fine;
}

template <class T> T *device_array(size_t n)
{
    T *p;
    CUDA_CHECK(cudaMalloc(&p, n * sizeof(T)));
    return p;
}

bool check_f32(const device &gpu, const format &f, bool saturate, bool instructions)
{
    findings start = {}, found;
    start.first = UINT32_MAX;
    std::vector<uint32_t> first = decision_points(f, saturate);
    findings *d_found = device_array<findings>(1);
    uint32_t *d_first = device_array<uint32_t>(STEPS);
    CUDA_CHECK(cudaMemcpy(d_found, &start, sizeof start, cudaMemcpyHostToDevice));
    CUDA_CHECK(cudaMemcpy(d_first, first.data(), STEPS * sizeof(uint32_t), cudaMemcpyHostToDevice));
    sweep<<<BLOCKS, THREADS>>>(d_found, d_first, saturate ? __NV_SATFINITE : __NV_NOSAT, f.kind);
    CUDA_CHECK(cudaGetLastError());
    CUDA_CHECK(cudaMemcpy(&found, d_found, sizeof found, cudaMemcpyDeviceToHost));
    CUDA_CHECK(cudaFree(d_found));
    CUDA_CHECK(cudaFree(d_first));
    return report(gpu, "FP32", f, saturate ? "SATFINITE" : "NOSAT", saturate && instructions,
                  found);
}

/** One answer that the host judges. */
void judge(findings *found, uint32_t input, float x, uint8_t got, uint8_t want)
{
    if (std::isnan(x)) {
        found->codes_of_nan[std::signbit(x)][got]++;
        return;
    }
    found->inputs++;
    if (got != want && found->differ++ == 0)
        found->first = input;
}

bool check_16(const device &gpu, const format &f, bool bf16, bool saturate, bool instructions)
{
    findings found = {};
    std::vector<uint8_t> codes(1 << 16);
    uint8_t *d_codes = device_array<uint8_t>(codes.size());
    narrow<<<256, 256>>>(d_codes, bf16, saturate ? __NV_SATFINITE : __NV_NOSAT, f.kind);
    CUDA_CHECK(cudaGetLastError());
    CUDA_CHECK(cudaMemcpy(codes.data(), d_codes, codes.size(), cudaMemcpyDeviceToHost));
    CUDA_CHECK(cudaFree(d_codes));
    for (uint32_t i = 0; i < codes.size(); i++) {
        float x = bf16 ? f32_from_bf16((uint16_t)i) : f32_from_f16((uint16_t)i);
        judge(&found, i, x, codes[i], f.code(x, saturate));
    }
    return report(gpu, bf16 ? "BF16" : "FP16", f, saturate ? "SATFINITE" : "NOSAT",
                  saturate && instructions, found);
}

/** Back from FP8. A code of FP8 that is no NaN must become its value, a NaN a NaN. */
bool check_back(const device &gpu, const format &f, bool instructions)
{
    findings found = {};
    uint16_t halves[256], *d_halves = device_array<uint16_t>(256);
    widen<<<1, 256>>>(d_halves, f.kind);
    CUDA_CHECK(cudaGetLastError());
    CUDA_CHECK(cudaMemcpy(halves, d_halves, sizeof halves, cudaMemcpyDeviceToHost));
    CUDA_CHECK(cudaFree(d_halves));
    for (uint32_t code = 0; code < 256; code++) {
        float got = f32_from_f16(halves[code]), want = f.value((uint8_t)code);
        bool same = std::isnan(want) ? std::isnan(got) : bits_from_f32(got) == bits_from_f32(want);
        found.inputs++;
        if (!same && found.differ++ == 0)
            found.first = code;
    }
    return report(gpu, "FP8 back to FP16", f, "", instructions, found);
}

} // namespace

int main()
{
    device gpu = open_device();
    int has = 0, *d_has = device_array<int>(1);
    ask_instructions<<<1, 1>>>(d_has);
    CUDA_CHECK(cudaGetLastError());
    CUDA_CHECK(cudaMemcpy(&has, d_has, sizeof has, cudaMemcpyDeviceToHost));
    CUDA_CHECK(cudaFree(d_has));
    if (!gpu.has_fp8)
        fprintf(stderr,
                "%s has no FP8 instructions (compute capability 8.9 and later have): "
                "what cuda_fp8.h does instead is checked\n",
                gpu.name.c_str());
    printf(
        "device,driver,date,from,to,saturation,by,inputs,differ,first_differing,nan,minus_nan\n");
    bool fine = true;
    for (const format &f : FORMATS) {
        for (bool saturate : {true, false}) {
            fine &= check_f32(gpu, f, saturate, has);
            fine &= check_16(gpu, f, false, saturate, has);
            fine &= check_16(gpu, f, true, saturate, has);
        }
        fine &= check_back(gpu, f, has);
    }
    return fine ? 0 : 1;
}
