/**
 * @file test_lab07.c
 * @brief The graded tests of lab 07, memory accounting. Run by `make grade LAB=lab07`.
 *
 * Each test is one idea. Functions named as the student's are proxies (grader/runner/proxies.h);
 * what is right comes from grader/oracles/oracle_memory.h. Every answer is a whole number and must
 * be exact; the order in which it is summed up is free. Wrong rules stand beside the tests that
 * look for them. The proxies are defined here, once, so the tests in tests_*.h are parts of this
 * file.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

// In the order of the exercises, which is the order of the report (so they are not to be sorted).
// clang-format off
#include "grader/lab07/tests_arithmetic.h"
#include "grader/lab07/tests_layer.h"
#include "grader/lab07/tests_model.h"
#include "grader/lab07/tests_recipe.h"
#include "grader/lab07/tests_states.h"
#include "grader/lab07/tests_zero.h"
#include "grader/lab07/tests_activations.h"
#include "grader/lab07/tests_fit.h"
#include "grader/lab07/tests_trainer.h"
// clang-format on

// --------------------------------------------------------------------------------------------
// The quiz
// --------------------------------------------------------------------------------------------

GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        {"q1", NULL, 208, 0.005, "GB",
         "weight and gradient have two bytes each; master, m and v four each"},
        {"q2", NULL, 37.3, 0.005, "%",
         "the states shrink from 8 bytes to about 2; the other 8 bytes stay. What is that of 16?"},
        {"q3", "c", 0, 0, NULL,
         "add up the bytes of a parameter in FP32 Adam and in BF16 with an FP32 master"},
        {"q4", NULL, 74.5, 0.005, "GiB", "a GB is 1e9 bytes, a GiB 2^30 bytes, which is more"},
        {"q5", NULL, 2.5, 0.005, "GiB",
         "2 (K and V) * layers * kv_heads * head_dim * bytes for a token; mind which heads"},
        {"q6", "d", 0, 0, NULL, "which part of the 16 bytes does ZeRO-2 leave on every device?"},
        {"q7", NULL, 4, 0.005, NULL,
         "the scores of a head are s x s numbers: what does 2s make of that?"},
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
