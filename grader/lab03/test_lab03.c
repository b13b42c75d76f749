/**
 * @file test_lab03.c
 * @brief The graded tests of lab 03, log-sum-exp. Run by `make grade LAB=lab03`.
 *
 * Each test is one idea. Functions named as the student's are proxies (grader/runner/proxies.h);
 * what is right, and how far FP32 may be from it, comes from grader/oracles/oracle_lse.h, wrong
 * rules from the beliefs_*.h here. The proxies are defined here, once, so the tests in tests_*.h
 * are parts of this file.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

// In the order of the exercises, which is the order of the report.
#include "grader/lab03/tests_rows.h"
// clang-format sorts the lines of a block, so each part has its own.
#include "grader/lab03/tests_parts.h"
// The loss is made of all the rest.
#include "grader/lab03/tests_loss.h"
// The kernels are softmax again, for many rows and many threads.
#include "grader/lab03/tests_kernels.h"

// --------------------------------------------------------------------------------------------
// The quiz
// --------------------------------------------------------------------------------------------

GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        {"q1", NULL, 0.25, 1e-3, NULL, "the exponentials are 8, 4, 2, 1 and 1"},
        {"q2", "b", 0, 0, NULL,
         "exp(97.08) is above FP32's largest number; work out all five quotients"},
        {"q3", NULL, 0.5, 1e-3, NULL,
         "softmax does not change when the same number is subtracted from all logits"},
        {"q4", NULL, 88.7228, 5e-5, NULL,
         "the largest FP32 number is just below 2^128, and log(2^128) = 128 log(2)"},
        {"q5", "c", 0, 0, NULL,
         "shift by 200: the exponents are -100, -150 and 0. FP32 reaches down to 2^-149 = 1.4e-45"},
        {"q6", NULL, 11.09, 5e-4, NULL, "FP16 ends at 65504: take its natural logarithm"},
        {"q7", NULL, 1.25, 1e-3, NULL,
         "bring both sums to the larger maximum: exp(-log 8) = 1/8 for the smaller part"},
        {"q8", "d", 0, 0, NULL, "what is half the gap between FP32 numbers near 10,000?"},
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
