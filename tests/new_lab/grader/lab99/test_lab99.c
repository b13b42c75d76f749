/**
 * @file test_lab99.c
 * @brief The graded tests of lab 99. Run by `make grade LAB=lab99`.
 */
#include "grader/grade.h"
#include "grader/runner/proxies.h"

GRADED(halves, .points = 90, .idea = "half of a number, down to the smallest")
{
    float x[64];
    double want[64];
    for (size_t i = 0; i < 64; i++) {
        x[i] = i == 0 ? 0x1p-149f : (float)(test_f64(i) - 0.5);
        want[i] = i == 0 ? 0 : 0.5 * (double)x[i];
    }
    float *got = TAKE(float, 64);
    halve_map(got, GIVE(x, 64), 64);
    check_f32("halve", got, want, 64, 0);
}

#include "grader/lab99/tests_quiz.h"
