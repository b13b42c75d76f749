/**
 * @file cast.h
 * @brief Casts between FP32 and the storage formats FP16, BF16, E4M3 and E5M2.
 *
 * One contract, two owners: in lab 01 you write these eight functions; every other lab calls the
 * workbook's own (common/cast.c). Both round to nearest, ties to even, decided once from the exact
 * input.
 *
 * The case table, for all four formats:
 *
 * | input             | FP16, BF16, E5M2              | E4M3                            |
 * |-------------------|-------------------------------|---------------------------------|
 * | +-0               | +-0                           | +-0                             |
 * | rounds to a code  | that code, subnormals too     | that code, subnormals too       |
 * | rounds past max   | +-inf; +-max if `saturate`    | NaN; +-448 if `saturate`        |
 * | +-inf             | +-inf; +-max if `saturate`    | NaN; +-448 if `saturate`        |
 * | NaN               | a NaN (any; the sign is free) | NaN (either sign)               |
 *
 * The saturating column is CUDA's `__NV_SATFINITE`, the other `__NV_NOSAT` (cuda_fp8.h).
 */
#ifndef LOWP_COMMON_CAST_H
#define LOWP_COMMON_CAST_H

#include <stdbool.h>
#include <stdint.h>

/** FP32 to FP16, nearest even. @param[in] x any float @return the code: +-inf past 65519.99 */
uint16_t f16_from_f32_rne(float x);
/** FP16 to FP32, exact. @param[in] bits any code @return its value (a NaN for a NaN code) */
float f32_from_f16(uint16_t bits);

/** FP32 to BF16, nearest even. @param[in] x any float @return the code; a NaN stays a NaN */
uint16_t bf16_from_f32_rne(float x);
/** BF16 to FP32, exact. @param[in] bits any code @return its value (a NaN for a NaN code) */
float f32_from_bf16(uint16_t bits);

/** FP32 to E4M3, nearest even. @param[in] x any float @param[in] saturate clamp to +-448 instead
 *  of NaN @return the code (see the case table) */
uint8_t e4m3_from_f32_rne(float x, bool saturate);
/** E4M3 to FP32, exact. @param[in] bits any code @return its value (a NaN for 0x7F and 0xFF) */
float f32_from_e4m3(uint8_t bits);

/** FP32 to E5M2, nearest even. @param[in] x any float @param[in] saturate clamp to +-57344 instead
 *  of infinity @return the code (see the case table) */
uint8_t e5m2_from_f32_rne(float x, bool saturate);
/** E5M2 to FP32, exact. @param[in] bits any code @return its value (a NaN for a NaN code) */
float f32_from_e5m2(uint8_t bits);

#endif
