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
// The exercises.
#include "grader/lab03/tests_quiz.h"
