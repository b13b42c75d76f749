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
// The exercises.
#include "grader/lab04/tests_quiz.h"
