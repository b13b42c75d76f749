/**
 * @file test_grader_quiz.c
 * @brief The quiz's parser and grader: answers people write, and sheets nobody should.
 */
#include "tests/outcome.h"

#include <string.h>
#include <sys/stat.h>

static const struct question questions[] = {
    {.key = "q1", .value = 0x1p-24, .tolerance = 1e-9, .reason = "think of subnormals"},
    {.key = "q2", .value = 1120, .tolerance = 1e-3, .unit = "GB", .reason = "16 bytes each"},
    {.key = "q3", .choice = "even", .reason = "not that one"},
    {.key = "q4", .value = 448, .tolerance = 0, .reason = "look at the specials"},
};

static void body(void)
{
    check_quiz(questions, 4);
}

static json_t *answer_to(void (*questions_of)(void), const char *sheet, size_t bytes)
{
    static char path[] = "/tmp/lowp-quiz.XXXXXX";
    static bool made;
    int fd = made ? open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600) : mkstemp(path);
    made = true;
    cr_assert(fd >= 0 && write(fd, sheet, bytes) == (ssize_t)bytes);
    close(fd);
    setenv("LOWP_QUIZ", path, 1);
    json_t *r = outcome(questions_of);
    unlink(path);
    return r;
}

static json_t *answer_bytes(const char *sheet, size_t bytes)
{
    return answer_to(body, sheet, bytes);
}

static json_t *answer(const char *sheet)
{
    return answer_bytes(sheet, strlen(sheet));
}

static bool says(const json_t *r, const char *text)
{
    return strstr(text_of(r, "message"), text) != NULL;
}

Test(quiz, all_right)
{
    json_t *r =
        answer("# comment\nq1 = 2^-24\n q2=70e9 * 16 / 1e9 gb \nq3 = EVEN\n\nq4 = 256 + 192");
    cr_assert_str_eq(text_of(r, "status"), "passed", "%s", text_of(r, "message"));
}

Test(quiz, crlf_lines_are_fine)
{
    json_t *r = answer("q1 = 5.9604644775390625e-8\r\nq2 = 1120 GB\r\nq3 = even\r\nq4 = 448\r\n");
    cr_assert_str_eq(text_of(r, "status"), "passed", "%s", text_of(r, "message"));
}

Test(quiz, each_answer_counts)
{
    json_t *r = answer("q1 = 2^-14\nq2 = 1120 GB\nq3 = odd\nq4 = 448\n");
    cr_assert_str_eq(text_of(r, "status"), "failed");
    cr_assert_eq(points_of(r), 5.0);
    cr_assert(says(r, "q1: think of subnormals") && says(r, "q3: not that one"));
    cr_assert(!says(r, "even") && !says(r, "2^-24"), "the right answer was given away");
}

static const struct question known[] = {
    NUMBER("q1", 448, 1e-3, NULL, "think again", {"480", "that code is NaN"},
           {"2^8 - 16", "that is IEEE-like"}),
    CHOICE("q2", "b", "think again", {"a", "not a, because"}),
    CHOICE("q3", "c a b", "think again", {"b", "b cannot be first"}, {"c b", "a before b"}),
};

static void body_of_known(void)
{
    check_quiz(known, 3);
}

static json_t *answer_known(const char *sheet)
{
    return answer_to(body_of_known, sheet, strlen(sheet));
}

Test(quiz, a_known_mistake_is_told_from_others)
{
    cr_assert(says(answer_known("q1 = 480\n"), "q1: that code is NaN"));
    cr_assert(says(answer_known("q1 = 240.1\n"), "q1: that is IEEE-like"));
    cr_assert(says(answer_known("q1 = 479\n"), "q1: think again"));
    cr_assert(says(answer_known("q2 = A\n"), "q2: not a, because"));
    cr_assert(says(answer_known("q2 = c\n"), "q2: think again"));
    cr_assert(says(answer_known("q2 = ab\n"), "q2: think again"));
    cr_assert(says(answer_known("q3 = b a c\n"), "q3: b cannot be first"));
    cr_assert(says(answer_known("q3 = c > b > a\n"), "q3: a before b"));
    cr_assert(says(answer_known("q3 = a c b\n"), "q3: think again"));
}

Test(quiz, an_order_is_letters_with_anything_between)
{
    const char *right[] = {"c a b", "cab", "C, A, B", "c > a > b", "  c-a-b "};
    const char *none[] = {"c a", "c a b b", "c a b d", "c c a", "1 2 3", "c"};
    char sheet[64];
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        snprintf(sheet, sizeof sheet, "q1 = 448\nq2 = b\nq3 = %s\n", right[i]);
        cr_assert_str_eq(text_of(answer_known(sheet), "status"), "passed", "%s", right[i]);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        snprintf(sheet, sizeof sheet, "q3 = %s\n", none[i]);
        cr_assert(says(answer_known(sheet), "q3: expected each letter of the list once"), "%s",
                  none[i]);
    }
}

Test(quiz, units_are_required_and_checked)
{
    cr_assert(says(answer("q2 = 1120\n"), "q2: the unit is missing"));
    cr_assert(says(answer("q2 = 1120 GiB\n"), "q2: the unit is not the one"));
    cr_assert(says(answer("q4 = 448 GB\n"), "q4: expected a bare number"));
}

Test(quiz, numbers_that_are_none)
{
    cr_assert(says(answer("q4 = many\n"), "q4: expected a number"));
    cr_assert(says(answer("q4 = nan\n"), "q4: expected a number"));
    cr_assert(says(answer("q4 = 2^\n"), "q4: expected a number"));
    cr_assert(says(answer("q4 = inf\n"), "q4: look at the specials"));
    cr_assert(says(answer("q4 = 1/0\n"), "q4: look at the specials"));
}

Test(quiz, unknown_missing_and_repeated_keys)
{
    json_t *r = answer("q1 = 2^-24\nq1 = 2^-24\nq9 = 1\nq2 =\nno key here\nq4 = 448\n");
    cr_assert(says(r, "line 2: this key stands here a second time"));
    cr_assert(says(r, "line 3: no question has this key"));
    cr_assert(says(r, "line 5: not a `key = answer` line"));
    cr_assert(says(r, "q2: no answer yet") && says(r, "q3: the key is missing"));
    cr_assert_eq(points_of(r), 2.5, "only q4 counts, got %g", points_of(r));
}

Test(quiz, an_open_sheet_is_not_a_failure)
{
    cr_assert_str_eq(text_of(answer("q1 =\nq2 =\nq3 =\nq4 =\n"), "status"), "not implemented");
}

Test(quiz, sheets_nobody_should_write)
{
    cr_assert(says(answer_bytes("q1 = 1\0q2", 9), "binary"));
    char *large = malloc(70000);
    memset(large, '#', 70000);
    cr_assert(says(answer_bytes(large, 70000), "over 64 KiB"));
    free(large);
}

Test(quiz, a_pipe_is_not_waited_for)
{
    char path[] = "/tmp/lowp-fifo.XXXXXX";
    close(mkstemp(path));
    unlink(path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    setenv("LOWP_QUIZ", path, 1);
    json_t *r = outcome(body);
    unlink(path);
    cr_assert(says(r, "cannot be read"));
}
