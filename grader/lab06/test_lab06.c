/**
 * @file test_lab06.c
 * @brief The graded tests of lab 06, FP8 with delayed scaling. Run by `make grade LAB=lab06`.
 *
 * Each test is one idea. Functions named as the student's are proxies (grader/runner/proxies.h);
 * what is right comes from grader/oracles/oracle_fp8.h and from the traces in golden/, wrong rules
 * from the beliefs_*.h here. Scales, histories and codes are exact; where the contract is
 * free (1/scale or a division, the order of sums), the tolerance is derived beside the test. The
 * proxies are defined here, once, so the tests in tests_*.h are parts of this file.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

// In the order of the exercises, which is the order of the report.
#include "grader/lab06/tests_quantize.h"
// clang-format sorts the lines of a block, so each part has its own.
#include "grader/lab06/tests_delayed.h"

#include "grader/lab06/tests_block.h"

#include "grader/lab06/tests_linear.h"

#include "grader/lab06/tests_kernels.h"

// --------------------------------------------------------------------------------------------
// The quiz
// --------------------------------------------------------------------------------------------

GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        {"q1", NULL, 128, 1e-6, NULL, "divide E4M3's largest value by the amax"},
        {"q2", NULL, 448, 1e-6, NULL,
         "the step uses the scale it found, so its first tensor meets the scale of the start, and "
         "what is too large saturates"},
        {"q3", NULL, 17, 1e-6, NULL,
         "the outlier is seen by 16 updates, the one that drops it included, and an update is "
         "felt one step later"},
        {"q4", "b", 0, 0, NULL, "run fp8_delayed_update with an infinity in a history of length 4"},
        {"q5", NULL, 1.0 / 32, 1e-3, NULL,
         "an element's factor is 4 bytes shared by 128 elements; compare with one byte of code"},
        {"q6", "d", 0, 0, NULL, "section 3.3 of the DeepSeek-V3 report; chapter 6 has a table"},
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
