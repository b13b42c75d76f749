/**
 * @file fuzz.h
 * @brief What the fuzzers share: taking an input apart, files for parsers that want one, and what
 *        must hold.
 *
 * Each fuzz_NAME.c is one program. libFuzzer, which comes with clang, calls its
 * LLVMFuzzerTestOneInput() with bytes that it makes up, and keeps those that reach new code. Built and
 * run by `make fuzz` (fuzz.mk, tools/fuzz.sh); `make test` does so for seconds (tests/check_fuzz.sh).
 * Inputs that are kept for good lie in tests/fuzz/corpus/NAME.
 */
#ifndef LOWP_TESTS_FUZZ_H
#define LOWP_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The entry of every fuzzer. @param[in] data any bytes @param[in] size how many @return 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Ends the program as a finding unless the condition holds. */
#define HOLDS(condition) ((condition) ? (void)0 : fuzz_broken(#condition, __FILE__, __LINE__))
/** Says which condition is broken, and aborts. @param[in] what it says @param[in] file @param[in] line */
void fuzz_broken(const char *what, const char *file, int line) __attribute__((noreturn));

/** What is left of an input. An input that is used up gives zeros. */
struct feed {
    const uint8_t *at; /**< the next byte */
    size_t left;       /**< how many there are */
};

/** The next byte. @param[in,out] f the input */
uint8_t feed_byte(struct feed *f);
/** The next bytes as a number, the lowest first. @param[in,out] f the input
 *  @param[in] bytes at most 8 */
uint64_t feed_number(struct feed *f, size_t bytes);
/** The next bytes, at most n, in *size. @param[in,out] f the input @param[in] n how many
 *  @param[out] size how many there were @return they are the input's own */
const uint8_t *feed_bytes(struct feed *f, size_t n, size_t *size);
/** The next text: up to n bytes, to a newline (which is passed over) or the end, less zeros.
 *  @param[in,out] f the input @param[out] text n + 1 bytes @param[in] n how many at most */
void feed_line(struct feed *f, char *text, size_t n);

/** A regular file with this content, until the next call. @param[in] data any @param[in] size bytes
 *  @return its path, which is a link to it */
const char *fuzz_file(const uint8_t *data, size_t size);
/** A path in a folder of this program's own, which is removed at its end. @param[in] name below it,
 *  or "" @return one of four rotating buffers */
const char *fuzz_path(const char *name);
/** Writes a file. @param[in] path of it @param[in] data any @param[in] size bytes */
void fuzz_write(const char *path, const void *data, size_t size);
/** Removes a folder and what is in it, or a file; it need not be there. @param[in] path of it */
void fuzz_remove(const char *path);

/** What is printed to stdout from now on is kept. */
void fuzz_capture(void);
/** @param[out] size bytes, without the NUL behind them @return what was printed, for free() */
char *fuzz_captured(size_t *size);

/** Whether the bytes are UTF-8 without control characters. @param[in] text ended by NUL */
bool fuzz_is_clean(const char *text);

#endif
