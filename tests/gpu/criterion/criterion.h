/**
 * @file criterion.h
 * @brief What grader/labNN needs of Criterion, for a machine that has a GPU and no Criterion.
 *
 * gpu.mk compiles the graders' tests, and those of common/gemm, with this header in the place of
 * Criterion's, and links them with tests/gpu/runner.c or plain.c, which run the listed tests one
 * after the other in one process.
 */
#ifndef LOWP_TESTS_GPU_CRITERION_H
#define LOWP_TESTS_GPU_CRITERION_H

#include <stdio.h>

/** What a test says of itself. */
struct listed_test {
    const char *name; /**< of the test */
    void *data;       /**< a struct graded */
    unsigned timeout; /**< seconds; not looked at: tools/gpu_check.sh limits the whole program */
};

/** Adds a test to the list. @param[in] test what it says of itself @param[in] run the test */
void list_test(struct listed_test test, void (*run)(void));

/** What goes before and after each test of a file. */
struct listed_suite {
    void (*init)(void); /**< before */
    void (*fini)(void); /**< after */
};

/** Sets that (plain.c only). @param[in] suite what to call */
void set_suite(struct listed_suite suite);

/** Ends the running test as failed. printf-like. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define Test(suite, id, ...)                                                                       \
    static void id##_listed(void);                                                                 \
    __attribute__((constructor)) static void id##_list(void)                                       \
    {                                                                                              \
        list_test((struct listed_test){.name = #id, __VA_ARGS__}, id##_listed);                    \
    }                                                                                              \
    static void id##_listed(void)

#define TestSuite(name, ...)                                                                       \
    __attribute__((constructor)) static void name##_suite(void)                                    \
    {                                                                                              \
        set_suite((struct listed_suite){__VA_ARGS__});                                             \
    }                                                                                              \
    struct listed_suite /* takes the semicolon */

#define cr_assert_fail(...) fail(__VA_ARGS__)
/* The condition goes to the output, then the message: a condition may hold a %. */
#define cr_assert(condition, ...)                                                                  \
    ((condition) ? (void)0 : (puts(#condition " is not so"), fail(" " __VA_ARGS__)))
/* Only of a graded test, whose verdict its runner has already. */
#define cr_expect(condition)    ((void)(condition))
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b), __VA_ARGS__)

#endif
