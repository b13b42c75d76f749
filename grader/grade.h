/**
 * @file grade.h
 * @brief The vocabulary of a graded test: everything that grader/labNN/test_labNN.c includes.
 *
 * A test *gives* inputs (copied into the arena that the worker shares), *takes* outputs (poisoned
 * with 0xFF bytes, which are NaNs in every format), calls the student's function by its own name
 * (a proxy, see abi.h) and compares with what an oracle says:
 *
 *      GRADED(stores_nearest, .points = 6, .idea = "a store rounds to nearest even")
 *      {
 *          float u[] = {0.5f, 0.25f};
 *          uint16_t codes[] = {0x3F80, 0x3F81};
 *          uint16_t *w = INOUT(codes, 2);
 *          size_t moved = apply_bf16(w, GIVE(u, 2), 2);
 *          if (moved != 2)
 *              fail("apply_bf16 returned %zu moved weights, expected 2", moved);
 *      }
 *
 * Only a call that returned, left its const inputs and the space around every buffer alone, and
 * hit no open stub comes back to the test. Anything else ends the test there, with its reason.
 */
#ifndef LOWP_GRADER_GRADE_H
#define LOWP_GRADER_GRADE_H

#include "common/formats.h"
#include "common/rng.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The lab's name ("lab05"), defined by proxies.h. */
extern const char *const lab_name;

/** What a graded test states about itself. */
struct graded {
    const char *name;   /**< the test's name, for TEST= and for hints.md */
    const char *idea;   /**< one line: the idea it checks */
    double points;      /**< what it is worth; a lab's tests sum to 100 */
    int cpu_seconds;    /**< CPU time for all its calls together; 0: the default, 2 s */
    unsigned order;     /**< its place among the lab's tests; set by GRADED */
    void (*body)(void); /**< the test itself; set by GRADED */
};

/** What a test may take before it counts as stuck; the limits of its calls come much earlier. */
enum { TEST_SECONDS = 120 };

/** Runs a graded test with a fresh worker and records its outcome. @param[in] test what to run
 * @return whether it passed */
bool graded_run(const struct graded *test);

/** Defines a graded test. LAB is set by the build (lab05). */
#define GRADED(id, ...)                                                                            \
    static void id##_body(void);                                                                   \
    static const struct graded id##_graded = {                                                     \
        .name = #id, .order = __COUNTER__, .body = id##_body, __VA_ARGS__};                        \
    GRADED_TEST_(LAB, id, .data = (void *)&id##_graded, .timeout = TEST_SECONDS)                   \
    {                                                                                              \
        cr_expect(graded_run(&id##_graded));                                                       \
    }                                                                                              \
    static void id##_body(void)
#define GRADED_TEST_(...) Test(__VA_ARGS__)

/** A const input: n elements copied from src. Changing it fails the test. */
#define GIVE(src, n)  ((__typeof__(&*(src)))arena_give(#src, (src), sizeof *(src), (n)))
/** An input that the function may change: n elements copied from src. */
#define INOUT(src, n) ((__typeof__(&*(src)))arena_inout(#src, (src), sizeof *(src), (n)))
/** An output: n elements of 0xFF bytes. */
#define TAKE(type, n) ((type *)arena_take(#type " output", sizeof(type), (n)))

/** Behind GIVE. @param[in] name for messages @param[in] src n elements @param[in] size of one
 *  @param[in] n number of them @return where they lie in the arena, 64-byte aligned */
void *arena_give(const char *name, const void *src, size_t size, size_t n);
/** Behind INOUT. @param[in] name for messages @param[in] src n elements @param[in] size of one
 *  @param[in] n number of them @return where they lie in the arena, 64-byte aligned */
void *arena_inout(const char *name, const void *src, size_t size, size_t n);
/** Behind TAKE. @param[in] name for messages @param[in] size of one element
 *  @param[in] n number of them @return where they lie in the arena, 64-byte aligned */
void *arena_take(const char *name, size_t size, size_t n);
/** Frees every buffer of the test, for the next case. */
void arena_reset(void);

/** The run's seed (SEED=), the same for every test. @return the seed */
uint64_t test_seed(void);
/** The i-th random 64 bits of this test: depends on the seed and the test's name.
 *  @param[in] i index @return uniform bits */
uint64_t test_u64(uint64_t i);
/** A uniform double in [0, 1). @param[in] i index, as for test_u64() @return the number */
double test_f64(uint64_t i);

/** Ends the test as failed: one line of what was wrong, numbers included. printf-like. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/** Adds the likely misconception to the fail() that follows. printf-like. */
void because(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Partial credit: the share of the test's points that a later fail() leaves. Without it a failed
 *  test earns nothing. @param[in] share 0..1 */
void award(double share);

/** A code as text: value, hex and sign|exponent|mantissa. @param[in] f format @param[in] bits code
 *  @return one of 16 rotating static buffers */
const char *show_code(struct fp_format f, uint64_t bits);
/** As show_code(), for a float. @param[in] x value @return one of the same buffers */
const char *show_f32(float x);
/** A double as value and hex. @param[in] x value @return one of the same buffers */
const char *show_f64(double x);

/** Exact value of a code, written independently of the labs. NaN codes give NaN. */
double value_of(struct fp_format f, uint64_t bits);
/** Is this code a NaN of the format? */
bool code_is_nan(struct fp_format f, uint64_t bits);
/** Signed distance in codes from a to b, +0 and -0 as one place. */
int64_t ulps_between(struct fp_format f, uint64_t a, uint64_t b);

/** A wrong rule that students believe in: what it would answer for input i. */
struct rule {
    const char *belief;                                /**< "ties rounded away from zero" */
    uint64_t (*answer)(size_t i, const void *context); /**< the wrong rule's code for input i */
};

/** What check_codes() compares: n codes of one format, made from n inputs. */
struct code_check {
    const char *function;    /**< the function's name, for the message */
    struct fp_format format; /**< of got and want */
    size_t n;                /**< number of cases */
    const void *got;         /**< the student's codes, elements of `size` bytes */
    const void *want;        /**< the oracle's codes, elements of `size` bytes */
    size_t size;             /**< bytes of one code: 1, 2, 4 or 8 */
    const char *(*input)(size_t i, const void *context); /**< the input of case i as text */
    const struct rule *rules;                            /**< misconceptions to look for, or NULL */
    size_t rules_count;                                  /**< number of rules */
    const void *context;                                 /**< handed to input and rules */
};

/**
 * Fails the test at the first case where got is not want; where want is a NaN any NaN code passes.
 * The message shows input, got, expected and their distance in ulp; if one rule's answers explain
 * at least nine tenths of all mismatches, its belief is named.
 */
void check_codes(const struct code_check *c);

/**
 * Fails the test at the first i where got[i] is not within max_ulp FP32 ulps of want[i] (ulp of
 * want's binade, or the smallest normal's below it). A NaN passes only where want is one, an
 * infinity only where want is the same one.
 */
void check_f32(const char *function, const float *got, const double *want, size_t n,
               double max_ulp);

/** Fails the test unless |got - want| <= tol, so NaN fails. `what` names the quantity. */
void check_close(const char *what, double got, double want, double tol);

/** How many mistakes a question can know. */
enum { QUIZ_MISTAKES = 4 };

/** A wrong answer that people give to a question, and what to tell them. */
struct mistake {
    const char *answer; /**< as they write it, without unit; of an order, how a wrong one begins */
    const char *reason; /**< what leads there, without giving the right answer away */
};

/** One question of the lab's quiz. */
struct question {
    const char *key;    /**< "q1" */
    const char *choice; /**< the right answer as a word (case ignored), or as an order of different
                             letters with spaces between them ("c a d b"); or NULL */
    double value;       /**< else the right number */
    double tolerance;   /**< relative */
    const char *unit;   /**< "GB", or NULL: a bare number; accepted and required if set */
    const char *reason; /**< said of a wrong answer that is none of the mistakes below */
    struct mistake mistakes[QUIZ_MISTAKES]; /**< those it knows; the first that fits is named */
};

/** A question whose answer is a number: key, value, tolerance, unit, reason, its mistakes. */
#define NUMBER(key, value, tolerance, unit, reason, ...)                                           \
    {                                                                                              \
        key, NULL, value, tolerance, unit, reason,                                                 \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
/** A question whose answer is a word or an order: key, choice, reason, its mistakes. */
#define CHOICE(key, choice, reason, ...)                                                           \
    {                                                                                              \
        key, choice, 0, 0, NULL, reason,                                                           \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/** Grades the student's quiz.txt: equal points a question. Unknown, missing and repeated keys are
 *  named. @param[in] q questions @param[in] n number of them */
void check_quiz(const struct question *q, size_t n);

#endif
