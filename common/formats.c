/**
 * @file formats.c
 * @brief The format table. The only place where the layout of a format is written down.
 */
#include "common/formats.h"

const struct fp_format FP64 = {"FP64", 11, 52, FP_IEEE};
const struct fp_format FP32 = {"FP32", 8, 23, FP_IEEE};
const struct fp_format TF32 = {"TF32", 8, 10, FP_IEEE};
const struct fp_format FP16 = {"FP16", 5, 10, FP_IEEE};
const struct fp_format BF16 = {"BF16", 8, 7, FP_IEEE};
const struct fp_format E4M3 = {"E4M3", 4, 3, FP_NAN_ONLY};
const struct fp_format E5M2 = {"E5M2", 5, 2, FP_IEEE};

const struct fp_format *const FP_FORMATS[] = {&FP64, &FP32, &TF32, &FP16, &BF16, &E4M3, &E5M2};
const size_t FP_FORMATS_COUNT = sizeof FP_FORMATS / sizeof *FP_FORMATS;
