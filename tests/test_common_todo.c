/**
 * @file test_common_todo.c
 * @brief common/todo: what an open stub does with and without a handler.
 */
#include "common/todo.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <math.h>
#include <string.h>

static char last[32];

static void remember(const char *id)
{
    strncpy(last, id, sizeof last - 1);
}

static void redirect(void)
{
    cr_redirect_stderr();
}

Test(todo, without_a_handler_the_process_stops_with_2, .exit_code = 2, .init = redirect)
{
    todo("lab05.4");
    cr_assert_fail("todo() came back");
}

static void leave_quietly(void)
{
    fflush(stderr);
    cr_assert_stderr_eq_str("");
}

Test(todo, with_a_handler_it_reports_and_comes_back_with_poison, .init = redirect)
{
    todo_set_handler(remember);
    cr_assert(isnan(todo_f32("lab01.1")));
    cr_assert_str_eq(last, "lab01.1");
    cr_assert(isnan(todo_f64("lab01.2")));
    cr_assert_str_eq(last, "lab01.2");
    cr_assert_eq(todo_bits("lab01.3"), UINT64_MAX);
    cr_assert_str_eq(last, "lab01.3");
    leave_quietly();
}

Test(todo, null_brings_the_default_back, .exit_code = 2, .init = redirect)
{
    todo_set_handler(remember);
    todo_set_handler(NULL);
    todo_f32("lab05.4");
}
