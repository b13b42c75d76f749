/**
 * @file quiz.c
 * @brief Grades quiz.txt: lines of `key = answer`, read by the trusted side and never executed.
 *
 * A numeric answer is a sum of products of numbers and powers (`2^-24`, `1 + 2^-7`, `7e9*16/1e9 GB`),
 * followed by its unit where the question asks for one. An order is letters, with anything between
 * them (`c a d b`, `c, a, d, b`, `c > a > d > b`). A wrong answer that the question knows gets the
 * reason of that mistake, any other one the question's own.
 */
#define _GNU_SOURCE
#include "grader/grade.h"
#include "grader/runner/session.h"
#include "grader/settings.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

enum { MAX_QUESTIONS = 32, QUIZ_BYTES = 65536, ANSWER_BYTES = 200 };

struct sheet {
    char answer[MAX_QUESTIONS][ANSWER_BYTES];
    int seen[MAX_QUESTIONS];
    char remarks[3800];
    size_t length;
};

static void remark(struct sheet *s, const char *key, const char *what)
{
    int n = snprintf(s->remarks + s->length, sizeof s->remarks - s->length, "%s%s: %s",
                     s->length ? "\n" : "", key, what);
    s->length += (size_t)n;
    if (s->length >= sizeof s->remarks)
        s->length = sizeof s->remarks - 1;
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    char *end = s + strlen(s);
    while (end > s && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return s;
}

static void read_line(struct sheet *s, char *line, int number, const struct question *q, size_t n)
{
    char *equals = strchr(line, '='), where[64];
    snprintf(where, sizeof where, "quiz.txt, line %d", number);
    if (!equals) {
        remark(s, where, "not a `key = answer` line; start comments with #");
        return;
    }
    *equals = '\0';
    const char *key = trim(line), *answer = trim(equals + 1);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(key, q[i].key) != 0)
            continue;
        if (s->seen[i]++)
            remark(s, where, "this key stands here a second time; keep one");
        snprintf(s->answer[i], ANSWER_BYTES, "%s", answer);
        return;
    }
    remark(s, where, "no question has this key");
}

static void read_sheet(struct sheet *s, const struct question *q, size_t n)
{
    static char text[QUIZ_BYTES + 1];
    struct stat what;
    FILE *file = NULL;
    errno = 0;
    if (stat(settings()->quiz, &what) == 0 &&
        S_ISREG(what.st_mode)) /* a pipe would wait for ever */
        file = fopen(settings()->quiz, "re");
    size_t bytes = file ? fread(text, 1, sizeof text, file) : 0;
    bool bad = !file || ferror(file);
    int error = errno;
    if (file)
        fclose(file);
    if (bad)
        fail("quiz.txt cannot be read (%s); `make stubs` brings a missing one back",
             error ? strerror(error) : "not a regular file");
    if (bytes > QUIZ_BYTES || memchr(text, '\0', bytes))
        fail("quiz.txt is not a quiz: it is %s", bytes > QUIZ_BYTES ? "over 64 KiB" : "binary");
    text[bytes] = '\0';
    int number = 0;
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        number++;
        line = trim(line);
        if (*line && *line != '#')
            read_line(s, line, number, q, n);
    }
}

/* @return the number that is read, and moves on; NaN if there is none */
static double number(const char **at)
{
    char *end;
    double x = strtod(*at, &end);
    if (end == *at)
        return NAN;
    *at = end;
    return x;
}

/* number, or number^number */
static double factor(const char **at)
{
    double x = number(at);
    if (**at == '^') {
        ++*at;
        x = pow(x, number(at));
    }
    return x;
}

static void skip_space(const char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
}

/* factors with * and / between them */
static double term(const char **at)
{
    double x = factor(at);
    for (skip_space(at); **at == '*' || **at == '/'; skip_space(at)) {
        char op = *(*at)++;
        skip_space(at);
        double y = factor(at);
        x = op == '*' ? x * y : x / y;
    }
    return x;
}

/* terms with + and - between them; what follows is the unit */
static double expression(const char **at)
{
    skip_space(at);
    double x = term(at);
    while (**at == '+' || **at == '-') {
        char op = *(*at)++;
        skip_space(at);
        double y = term(at);
        x = op == '+' ? x + y : x - y;
    }
    return x;
}

/* Skips what stands between the letters of an order. */
static const char *next_letter(const char *at)
{
    while (*at && !isalnum((unsigned char)*at))
        at++;
    return at;
}

/* Does an order begin with these letters? Case is ignored, and what stands between letters. */
static bool begins_with(const char *order, const char *letters)
{
    for (letters = next_letter(letters); *letters; letters = next_letter(letters + 1)) {
        order = next_letter(order);
        if (tolower((unsigned char)*order) != tolower((unsigned char)*letters))
            return false;
        order++;
    }
    return true;
}

/* Has a the letters of b, each once? Those of b are different ones. */
static bool same_letters(const char *a, const char *b)
{
    size_t in_a = 0, in_b = 0;
    for (const char *at = next_letter(a); *at; at = next_letter(at + 1))
        in_a++;
    for (const char *at = next_letter(b); *at; at = next_letter(at + 1)) {
        const char *found = next_letter(a);
        while (*found && tolower((unsigned char)*found) != tolower((unsigned char)*at))
            found = next_letter(found + 1);
        if (!*found)
            return false;
        in_b++;
    }
    return in_a == in_b;
}

static double number_in(const char *text)
{
    return expression(&text);
}

static bool close_to(const struct question *q, double got, double value)
{
    return fabs(got - value) <= q->tolerance * fabs(value);
}

static bool is_order(const struct question *q)
{
    return q->choice && strchr(q->choice, ' ');
}

static bool is_mistake(const struct question *q, const struct mistake *m, const char *answer,
                       double got)
{
    if (q->choice)
        return is_order(q) ? begins_with(answer, m->answer) : strcasecmp(answer, m->answer) == 0;
    return close_to(q, got, number_in(m->answer));
}

/* The reason for a wrong answer: of the mistake that it is, if the question knows it. */
static const char *reason(const struct question *q, const char *answer, double got)
{
    for (const struct mistake *m = q->mistakes; m < q->mistakes + QUIZ_MISTAKES && m->reason; m++)
        if (is_mistake(q, m, answer, got))
            return m->reason;
    return q->reason;
}

/* @return NULL when right, else what is wrong with the answer */
static const char *wrong_choice(const struct question *q, const char *answer)
{
    if (is_order(q) && !same_letters(answer, q->choice))
        return "expected each letter of the list once, in an order, such as b a c";
    bool right = is_order(q) ? begins_with(answer, q->choice) : strcasecmp(answer, q->choice) == 0;
    return right ? NULL : reason(q, answer, 0);
}

/* @return NULL when right, else what is wrong with the answer */
static const char *wrong(const struct question *q, const char *answer)
{
    if (q->choice)
        return wrong_choice(q, answer);
    const char *unit = answer;
    double got = expression(&unit);
    if (isnan(got))
        return "expected a number, such as 1.5, 1e-7, 2^-24 or 3*2^-9";
    skip_space(&unit);
    if (q->unit && !*unit)
        return "the unit is missing";
    if (strcasecmp(unit, q->unit ? q->unit : "") != 0)
        return q->unit ? "the unit is not the one asked for" : "expected a bare number";
    return close_to(q, got, q->value) ? NULL : reason(q, answer, got);
}

void check_quiz(const struct question *q, size_t n)
{
    static struct sheet s;
    memset(&s, 0, sizeof s);
    read_sheet(&s, q, n);
    size_t right = 0, answered = 0;
    for (size_t i = 0; i < n; i++) {
        if (s.seen[i] > 1)
            continue;
        if (!*s.answer[i]) {
            remark(&s, q[i].key, s.seen[i] ? "no answer yet" : "the key is missing");
            continue;
        }
        answered++;
        const char *why = wrong(&q[i], s.answer[i]);
        if (why)
            remark(&s, q[i].key, why);
        else
            right++;
    }
    if (answered == 0)
        graded_stop(CALL_TODO, "quiz.txt has no answers yet");
    award((double)right / (double)n);
    if (s.length)
        fail("%s", s.remarks);
}
