/**
 * @file fuzz_quiz.c
 * @brief Feeds a quiz.txt to grader/quiz.c.
 *
 * Must hold: 0 to all points; a sheet that does not earn all of them says why; a question earns nothing
 * unless the sheet has its key, once, and something that can be its answer; what one sheet earns does not
 * depend on the sheet before it.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include "grader/grade.h"
#include "grader/runner/session.h"
#include "grader/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Of every kind: a number, one with a unit, a word, a number that must be met exactly, an order; with
 * and without known mistakes. */
static const struct question questions[] = {
    {.key = "q1", .value = 0x1p-24, .tolerance = 1e-9, .reason = "think of subnormals"},
    {.key = "q2", .value = 1120, .tolerance = 1e-3, .unit = "GB", .reason = "16 bytes each"},
    {.key = "q3", .choice = "even", .reason = "not that one"},
    NUMBER("q4", 448, 0, NULL, "look at the specials", {"480", "that code is NaN"}),
    CHOICE("q5", "c a b", "think again", {"b", "b cannot be first"}),
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

struct outcome {
    double share;
    bool passed;
    char message[2000];
};

/* In the place of grader/graded.c and grader/settings.c. */
static struct outcome now;
static jmp_buf end;
static struct settings published;

const struct settings *settings(void)
{
    return &published;
}

void award(double share)
{
    now.share = share;
}

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(now.message, sizeof now.message, format, args);
    va_end(args);
    now.passed = false;
    longjmp(end, 1);
}

void graded_stop(enum call_status status, const char *why)
{
    HOLDS(status == CALL_TODO);
    snprintf(now.message, sizeof now.message, "%s", why);
    now.passed = false;
    longjmp(end, 1);
}

static struct outcome grade(const uint8_t *data, size_t size)
{
    published.quiz = fuzz_file(data, size);
    now = (struct outcome){.passed = true};
    if (setjmp(end) == 0)
        check_quiz(questions, QUESTIONS);
    return now;
}

static bool has_letters(const uint8_t *data, size_t size, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= size; i++)
        if (strncasecmp((const char *)data + i, word, n) == 0)
            return true;
    return false;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The lines that begin with this key and '='. */
static int lines_of(const uint8_t *data, size_t size, const char *key)
{
    int lines = 0;
    size_t n = strlen(key);
    for (size_t i = 0, end; i < size; i = end + 1) {
        const uint8_t *newline = memchr(data + i, '\n', size - i);
        end = newline ? (size_t)(newline - data) : size;
        while (i < end && is_space(data[i]))
            i++;
        if (end - i < n || memcmp(data + i, key, n) != 0)
            continue;
        for (i += n; i < end && is_space(data[i]); i++)
            ;
        lines += i < end && data[i] == '=';
    }
    return lines;
}

static bool may_be_choice(const char *choice, const uint8_t *data, size_t size)
{
    char letter[2] = "";
    if (!strchr(choice, ' '))
        return has_letters(data, size, choice);
    for (; *choice; choice++) {
        letter[0] = *choice;
        if (*choice != ' ' && !has_letters(data, size, letter))
            return false;
    }
    return true;
}

static bool may_be_right(const struct question *q, const uint8_t *data, size_t size)
{
    bool digit = false;
    for (size_t i = 0; i < size; i++)
        digit |= data[i] >= '0' && data[i] <= '9';
    return lines_of(data, size, q->key) == 1 &&
           (q->choice ? may_be_choice(q->choice, data, size) : digit) &&
           (!q->unit || has_letters(data, size, q->unit));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome first = grade(data, size);
    int possible = 0;
    for (size_t i = 0; i < QUESTIONS; i++)
        possible += may_be_right(&questions[i], data, size);
    HOLDS(first.share >= 0 && first.share <= 1);
    HOLDS(first.share * QUESTIONS <= possible);
    HOLDS(first.passed ? first.share == 1 : *first.message != '\0');
    HOLDS(!memchr(data, '\0', size) || first.share == 0);
    grade((const uint8_t *)"q1=1\nq4=448\n", 12);
    struct outcome again = grade(data, size);
    HOLDS(again.share == first.share && again.passed == first.passed);
    HOLDS(strcmp(again.message, first.message) == 0);
    return 0;
}
