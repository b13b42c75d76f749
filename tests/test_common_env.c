/**
 * @file test_common_env.c
 * @brief common/env: what counts as a number, and that a refusal changes nothing.
 */
#define _GNU_SOURCE
#include "common/env.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(env, .init = cr_redirect_stderr);

Test(env, takes_whole_numbers_in_range)
{
    uint64_t value = 7;
    unsetenv("STEPS");
    cr_assert(env_u64("STEPS", 1, 100, &value) && value == 7);
    setenv("STEPS", "", 1); /* as make hands on a setting that was not given */
    cr_assert(env_u64("STEPS", 1, 100, &value) && value == 7);
    setenv("STEPS", "100", 1);
    cr_assert(env_u64("STEPS", 1, 100, &value) && value == 100);
    setenv("SEED", "18446744073709551615", 1);
    cr_assert(env_u64("SEED", 0, UINT64_MAX, &value) && value == UINT64_MAX);
}

Test(env, refuses_everything_else)
{
    const char *const bad[] = {
        "0", "101", "-1", "+5", " 5", "5 ", "5x", "1e1", "abc", "0x10", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t value = 7;
        setenv("STEPS", bad[i], 1);
        cr_assert_not(env_u64("STEPS", 1, 100, &value), "STEPS='%s' was taken", bad[i]);
        cr_assert_eq(value, 7u);
    }
}

Test(env, says_what_is_allowed)
{
    uint64_t value = 7;
    setenv("STEPS", "-3", 1);
    env_u64("STEPS", 1, 100, &value);
    fflush(stderr);
    cr_assert_stderr_eq_str("STEPS=-3: give a whole number from 1 to 100.\n");
}

Test(env, takes_and_refuses_reals)
{
    double value = 7;
    setenv("LR", "3e-4", 1);
    cr_assert(env_f64("LR", 1e-9, 1, &value) && value == 3e-4);
    const char *const bad[] = {"nan", "inf", "0", "-1", "1.1", "3e-4x", "fast"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        setenv("LR", bad[i], 1);
        cr_assert_not(env_f64("LR", 1e-9, 1, &value), "LR='%s' was taken", bad[i]);
    }
    cr_assert_eq(value, 3e-4);
}
