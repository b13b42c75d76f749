/**
 * @file test_lab04.c
 * @brief The graded tests of lab 04, GradScaler. Run by `make grade LAB=lab04`.
 *
 * Each test is one idea. Functions named as the student's are proxies (grader/runner/proxies.h);
 * what is right comes from grader/oracles/oracle_scaler.h and from golden traces that PyTorch made
 * (golden/README.md), wrong rules from beliefs.h. All comparisons are bit by bit: every rule here
 * is one FP32 or double operation, and where two ways of writing it could differ, the contract says
 * which one it is. The proxies are defined here, once, so the tests in tests_*.h are parts of this
 * file.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

// In the order of the exercises, which is the order of the report.
#include "grader/lab04/tests_unscale.h"
// clang-format sorts the lines of a block, so each part has its own.
#include "grader/lab04/tests_step.h"
// The scale's next value.
#include "grader/lab04/tests_update.h"
// Runs of PyTorch, saved.
#include "grader/lab04/tests_golden.h"
// Flushed gradients and the blind spot.
#include "grader/lab04/tests_limits.h"
// Many tensors in one launch.
#include "grader/lab04/tests_kernels.h"

// --------------------------------------------------------------------------------------------
// The quiz
// --------------------------------------------------------------------------------------------

GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        {"q1", NULL, 32, 1e-6, NULL,
         "the product must be above 2^-25 = 2.98e-8: at or below that FP16 rounds to 0"},
        {"q2", NULL, 131072, 1e-6, NULL,
         "write down the tracker at steps 2000, 3999, 4000, 6000 and 7000"},
        {"q3", NULL, 222000, 1e-6, NULL,
         "from 2^16 to 2^127, a doubling in every 2000 clean steps"},
        {"q4", NULL, 144, 1e-6, NULL,
         "1/S is infinite in FP32 once S is 2^-128: count the halvings from 2^16"},
        {"q5", NULL, 32768, 1e-6, NULL, "the scale is shared: it backs off once an update"},
        {"q6", "b", 0, 0, NULL,
         "the limit is meant for the gradients as they are without the scale"},
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
