/**
 * @file test_lab01.c
 * @brief The graded tests of lab 01. Run them with `make lab01 && make grade`.
 *
 * The tests are in tests_fields.h, tests_values.h, tests_order.h, tests_encode.h, tests_cast.h and
 * tests_kernels.h; their inputs are made in cases.h. What failures are compared with are the wrong
 * rules in beliefs.h, beliefs_range.h and beliefs_codes.h.
 *
 * Part A asks for every format of common/formats.h and for some that are not there. In part B a
 * cast is tried on every code of its format, on the middle between each two neighbours and one FP32
 * ulp to either side: since rounding is monotone, that decides every input.
 *
 * NaN policy: where a NaN is due, every NaN code of the format is right, of either sign.
 * All answers are exact, so nothing here has a tolerance.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

#include "tests_fields.h"

#include "tests_values.h"

#include "tests_order.h"

#include "tests_encode.h"

#include "tests_cast.h"

#include "tests_kernels.h"

#include "tests_quiz.h"
