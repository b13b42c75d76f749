/**
 * @file test_lab02.c
 * @brief The graded tests of lab 02, overflow, underflow and NaN. Run by `make grade LAB=lab02`.
 *
 * Each test is one idea. Functions named as the student's are proxies (grader/runner/proxies.h);
 * what is right comes from grader/oracles/oracle_nonfinite.h, wrong rules from beliefs*.h. The
 * proxies are defined here, once, so the tests in tests_*.h are parts of this file.
 *
 * NaN policy: where a NaN is due, any NaN will do. The only tolerance is that of sum_fp32().
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

// In the order of the exercises, which is the order of the report.
#include "grader/lab02/tests_census.h"
// clang-format sorts the lines of a block, so each part has its own.
#include "grader/lab02/tests_table.h"
// Sums and predictions.
#include "grader/lab02/tests_sums.h"
// Guards.
#include "grader/lab02/tests_guard.h"
// Graphs.
#include "grader/lab02/tests_graph.h"
// The kernels.
#include "grader/lab02/tests_kernels.h"

GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        {"q1", NULL, 2000 * 0x1p-24, 1e-3, NULL,
         "FP16 stores 1e-7 as 2 * 2^-24; what do a thousand of those make? Nothing is lost on the "
         "way"},
        {"q2", NULL, 0x1p-15, 1e-3, NULL,
         "the sum stops at the first power of two whose half gap is above the addend"},
        {"q3", NULL, 2048, 1e-6, NULL, "FP16 has 11 significant bits: where is half the gap 1?"},
        {"q4", NULL, 3064, 1e-6, NULL, "ask adds_until_overflow(); 65504/17 is not the answer"},
        {"q5", "nan", 0, 0, NULL,
         "with b = NaN, a > b is false: what is kept? Go through the loop"},
        {"q6", "b", 0, 0, NULL, "FP64 reaches 1.8e308; what is the largest FP32 number?"},
        {"q7", "c", 0, 0, NULL,
         "the scaler only sees what is left in the gradients when it looks at them"},
    };
    check_quiz(questions, COUNT(questions));
}
