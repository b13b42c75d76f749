/**
 * @file quiz.c
 * @brief Grades quiz.txt: lines of `key = answer`, read by the trusted side and never executed.
 *
 * A numeric answer is a sum of products of numbers and powers (`2^-24`, `1 + 2^-7`, `7e9*16/1e9 GB`),
 * followed by its unit where the question asks for one.
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
    char remarks[1600];
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

/* number, or number^number */
static double factor(char **at)
{
    char *start = *at;
    double x = strtod(start, at);
    if (*at == start)
        return NAN;
    if (**at == '^') {
        start = ++*at;
        double power = strtod(start, at);
        x = *at == start ? NAN : pow(x, power);
    }
    return x;
}

static void skip_space(char **at)
{
    while (isspace((unsigned char)**at))
        ++*at;
}

/* factors with * and / between them */
static double term(char **at)
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
static double expression(char **at)
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

/* @return NULL when right, else what is wrong with the answer */
static const char *wrong(const struct question *q, char *answer)
{
    if (q->choice)
        return strcasecmp(answer, q->choice) == 0 ? NULL : q->reason;
    char *unit = answer;
    double got = expression(&unit);
    if (isnan(got))
        return "expected a number, such as 1.5, 1e-7, 2^-24 or 3*2^-9";
    unit = trim(unit);
    if (q->unit && !*unit)
        return "the unit is missing";
    if (strcasecmp(unit, q->unit ? q->unit : "") != 0)
        return q->unit ? "the unit is not the one asked for" : "expected a bare number";
    return fabs(got - q->value) <= q->tolerance * fabs(q->value) ? NULL : q->reason;
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
