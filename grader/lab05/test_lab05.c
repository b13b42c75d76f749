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
// The exercises.
#include "grader/lab05/tests_quiz.h"
