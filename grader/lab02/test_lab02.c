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
// The exercises.
#include "grader/lab02/tests_quiz.h"
