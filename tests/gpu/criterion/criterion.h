/**
 * @file criterion.h
 * @brief What grader/labNN needs of Criterion, for a machine that has a GPU and no Criterion.
 *
 * gpu.mk compiles the graders' tests with this header in the place of Criterion's, and links them
 * with tests/gpu/runner.c, which runs the listed tests one after the other in one process.
 */
#ifndef LOWP_TESTS_GPU_CRITERION_H
#define LOWP_TESTS_GPU_CRITERION_H

/** What a test says of itself. */
struct listed_test {
    void *data;       /**< a struct graded */
    unsigned timeout; /**< seconds; not looked at: tools/gpu_check.sh limits the whole program */
};

/** Adds a test to the list. @param[in] test what it says @param[in] run the test */
void list_test(struct listed_test test, void (*run)(void));

/** Ends the running test as failed. printf-like. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define Test(suite, name, ...)                                                                     \
    static void name##_listed(void);                                                               \
    __attribute__((constructor)) static void name##_list(void)                                     \
    {                                                                                              \
        list_test((struct listed_test){__VA_ARGS__}, name##_listed);                               \
    }                                                                                              \
    static void name##_listed(void)

#define cr_assert_fail(...)       fail(__VA_ARGS__)
#define cr_assert(condition, ...) ((condition) ? (void)0 : fail("" __VA_ARGS__))

#endif
