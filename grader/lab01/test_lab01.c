/**
 * @file test_lab01.c
 * @brief The graded tests of lab 01. Run them with `make lab01 && make grade`.
 *
 * The tests are in tests_fields.h, tests_values.h, tests_order.h, tests_encode.h, tests_cast.h and
 * tests_kernels.h; their inputs are made in cases.h. What failures are compared with are the wrong
 * rules in beliefs.h, beliefs_range.h and beliefs_codes.h.
 *
 * Part A asks for every format of common/formats.h and for some that are not there. In part B a
 * cast is tried on every code of its format, on the middle between each two neighbours and one FP32
 * ulp to either side: since rounding is monotone, that decides every input.
 *
 * NaN policy: where a NaN is due, every NaN code of the format is right, of either sign.
 * All answers are exact, so nothing here has a tolerance.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

#include "tests_fields.h"

#include "tests_values.h"

#include "tests_order.h"

#include "tests_encode.h"

#include "tests_cast.h"

#include "tests_kernels.h"

GRADED(quiz, .points = 10, .idea = "what the layouts mean in numbers")
{
    static const struct question questions[] = {
        {"q1", NULL, 448, 1e-9, NULL, "which codes of E4M3 are numbers? Take the last of them"},
        {"q2", "b", 0, 0, NULL, "read the rows of FP_NAN_ONLY in the table at the top of lab01.c"},
        {"q3a", NULL, 0x1p-24, 1e-6, NULL, "6.1e-5 is the smallest normal; values go on below it"},
        {"q3b", NULL, 0x1p-25, 1e-6, NULL, "to nearest: what lies midway between 0 and q3a?"},
        {"q4", NULL, 1, 1e-9, NULL, "find the two FP32 values around it; is it a tie?"},
        {"q5", NULL, 2, 1e-9, NULL, "BF16 keeps 7 bits below the leading one; 256 is 2^8"},
        {"q6a", NULL, 1.125, 1e-9, NULL,
         "E4M3 has steps of 1/8 here; on which side of the middle is x?"},
        {"q6b", NULL, 1, 1e-9, NULL, "first what FP16 makes of x; then that number's own cast"},
    };
    check_quiz(questions, COUNT(questions));
}
