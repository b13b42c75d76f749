/**
 * @file test_lab05.c
 * @brief The graded tests of lab 05, master weights. Run by `make grade LAB=lab05`.
 *
 * Each test is one idea. Functions named as the student's are proxies (grader/runner/proxies.h);
 * what is right comes from grader/oracles/oracle_optim.h, wrong rules from the beliefs_*.h here.
 * Where the contract leaves freedom (sums in FP32 or in double), inputs on which that shows are
 * left out: the *_is_clear() functions tell. The proxies are defined here, once, so the tests in
 * tests_*.h are parts of this file.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

// In the order of the exercises, which is the order of the report.
#include "grader/lab05/tests_round.h"
// clang-format sorts the lines of a block, so each part has its own.
#include "grader/lab05/tests_sr.h"
// From gradient to update.
#include "grader/lab05/tests_adamw.h"
// Stores use what the others make.
#include "grader/lab05/tests_store.h"
// What the four stores share.
#include "grader/lab05/tests_counts.h"
// The kernels are all of it in one.
#include "grader/lab05/tests_kernels.h"

// --------------------------------------------------------------------------------------------
// The quiz
// --------------------------------------------------------------------------------------------

GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        {"q1", NULL, 0.25, 1e-6, NULL,
         "the update must be above half the gap above w, and that gap is w * 2^-7 for a power of "
         "two"},
        {"q2", NULL, 0.5, 1e-6, NULL,
         "below a power of two the gap is half the one above: compare with the first question"},
        {"q3", NULL, 0.03125, 1e-6, NULL,
         "the sum stops at the first power of two whose half gap is above the update"},
        {"q4", NULL, 256, 1e-6, NULL,
         "BF16 has 8 significant bits, FP16 has 11, and FP16's ratio is 2048 = 2^11"},
        {"q5", NULL, 112, 0.005, "GB",
         "add up two bytes each for weight and gradient and four each for master, m and v"},
        {"q6", "c", 0, 0, NULL, "try bf16_update_is_lost with the weights 1e-4 and 1e-5"},
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
