/**
 * @file claims.h
 * @brief The claims in circulation that course.md puts to the test ("claims in circulation"): what claims.c lists
 *        and the others compute. They use what common/ gives to everybody, and no lab's solution.
 */
#ifndef LOWP_TOOLS_CLAIMS_H
#define LOWP_TOOLS_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

/** A claim, as it is met in the wild. */
struct claim {
    const char *text;   /**< what is said */
    bool (*show)(void); /**< computes the numbers about it and prints them; false after a message */
};

/** @name Numbers and formats (claims_formats.c)
 *  Each computes what its claim is about and prints it. @return true */
///@{
bool claim_smallest_fp16(void);    /**< what FP16 still knows below 6e-5 */
bool claim_sum_underflows(void);   /**< a thousand times 1e-7, in three formats */
bool claim_all_underflow(void);    /**< the share of N(0, 1e-5) that FP16 flushes */
bool claim_update_lost(void);      /**< which BF16 weights a step of 1e-7 moves */
bool claim_norm_squared(void);     /**< FP16 squares of norms */
bool claim_googol_overflows(void); /**< 1e100 times 1e100 in FP64 and in FP32 */
///@}

/** @name Bytes (claims_memory.c)
 *  Each takes the memory of a model of 2^20 parameters and prints what it took, a parameter.
 *  @return true; false without memory */
///@{
bool claim_adam8_saves_half(void);       /**< of what does 8-bit Adam save how much */
bool claim_adam8_gradients(void);        /**< which parts have fewer bytes under 8-bit Adam */
bool claim_lion_saves_a_quarter(void);   /**< of what does Lion save how much */
bool claim_mixed_precision_halves(void); /**< FP32 beside BF16 with a master */
///@}

/** @name Training (claims_training.c)
 *  Each runs the few lines of training that its claim is about and prints what came of them.
 *  @return true; false after a line on stderr */
///@{
bool claim_deepseek_e5m2(void);     /**< E4M3 and E5M2 under one scale and under tile scales */
bool claim_fp8_costs_quality(void); /**< a model in BF16 and the same in FP8 */
bool claim_scaler_with_bf16(void);  /**< where a loss scale goes that never overflows */
bool claim_clip_copies(void);       /**< what clipping a copy does to the step */
bool claim_zero_the_nans(void);     /**< what a loss scaler learns from zeroed gradients */
///@}

/** A standard normal number (Box & Muller 1958). @param[in] stream of the random numbers
 *  @param[in] index in it @return the number, a function of both */
double claim_normal(uint64_t stream, uint64_t index);

#endif
