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
// The exercises.
#include "grader/lab06/tests_quiz.h"
