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
// The exercises.
#include "grader/lab07/tests_quiz.h"
