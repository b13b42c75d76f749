/**
 * @file todo.h
 * @brief What an unsolved stub calls: it says which exercise is open and returns poison.
 *
 * A stub never returns a plausible 0: it returns NaN or all-ones bits and reports its id, so the
 * grader can say "not implemented yet" and an experiment can stop with one clear line.
 * Delete the call when you write your solution.
 */
#ifndef LOWP_COMMON_TODO_H
#define LOWP_COMMON_TODO_H

#include <stdint.h>

/** Called with the id of each stub that runs, e.g. "lab05.4". */
typedef void todo_handler(const char *id);

/**
 * Decides what happens when a stub runs. Without a handler, the process prints the id and what to
 * do, and exits with status 2 (that is what experiments want).
 * @param[in] handler the new handler, or NULL for the default
 */
void todo_set_handler(todo_handler *handler);

/** Reports that exercise `id` is open. @param[in] id such as "lab05.4" */
void todo(const char *id);
/** As todo(). @param[in] id the exercise @return NaN */
float todo_f32(const char *id);
/** As todo(). @param[in] id the exercise @return NaN */
double todo_f64(const char *id);
/** As todo(). @param[in] id the exercise @return all ones, for codes, counts and flags */
uint64_t todo_bits(const char *id);

#endif
