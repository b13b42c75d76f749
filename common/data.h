/**
 * @file data.h
 * @brief Text as training pairs: the last `context` characters and the one that follows.
 *
 * A text becomes a stream of symbols, numbers from 0 to vocab - 1. Symbol 0 is the boundary. The
 * context of a position ends at the last boundary before it and is filled with boundaries, so a
 * word never sees the word before it. With a context of 3:
 *
 *      stream   0 c a t 0 a n t 0         context  target
 *                                          0 0 0     c
 *                                          0 0 c     a        and so on; the boundary after a
 *                                          0 c a     t        word is a target too: a model
 *                                          c a t     0        that learns it can end words
 *
 * - Word list (the default): 27 symbols, the boundary and a to z. Only lines of nothing but
 *   lower-case letters count; names, abbreviations and possessives are left out.
 * - Any text file: one symbol for each byte value that occurs, in order of value, after the
 *   boundary, which stands only before the text. Bytes of UTF-8 sequences are symbols of their own.
 *
 * No more than DATA_BYTES_MAX bytes of a file are read.
 */
#ifndef LOWP_COMMON_DATA_H
#define LOWP_COMMON_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Debian's word list (package wamerican). */
#define DATA_WORDS     "/usr/share/dict/words"
/** What is read of a file at most, so that any file fits in memory. */
#define DATA_BYTES_MAX ((size_t)16 << 20)

/** A text as symbols. The caller owns it; free it with data_free(). */
struct data {
    uint8_t *stream;      /**< n symbols */
    size_t n;             /**< number of symbols: positions that a pair can be drawn from */
    int vocab;            /**< number of symbols in use, boundary included, 2..256 */
    uint8_t byte_of[256]; /**< the character of a symbol; 0 of the boundary */
    bool truncated;       /**< the file was longer than DATA_BYTES_MAX; the rest is not used */
    char error[512];      /**< what went wrong, where, and what to try; "" while all is well */
};

/**
 * Reads a word list, one word a line.
 * @param[out] data overwritten @param[in] path of the list, DATA_WORDS for the default
 * @return true, or false with `data->error` set
 */
bool data_load_words(struct data *data, const char *path);

/**
 * Reads any text file. Files with NUL bytes are refused as not text, and those of one byte or none
 * as too short; so is what is not a regular file.
 * @param[out] data overwritten @param[in] path of the file
 * @return true, or false with `data->error` set
 */
bool data_load_text(struct data *data, const char *path);

/** What a run should train on: the file named by the environment variable DATA as text, or the word
 *  list when DATA is unset or empty. @param[out] data overwritten
 *  @return true, or false with `data->error` set */
bool data_load_default(struct data *data);

/** Releases the memory. Harmless after a failed load. @param[in,out] data the text */
void data_free(struct data *data);

/**
 * The pair whose target is at a position of the stream.
 * @param[in] data the text @param[in] position 0 <= position < n
 * @param[in] context how many symbols @param[out] x `context` symbols, oldest first
 * @return the target
 */
uint8_t data_pair(const struct data *data, size_t position, int context, uint8_t *x);

/**
 * A batch of pairs at random positions: a pure function of the text, seed and step.
 * @param[in] data the text @param[in] seed of the run @param[in] step of the run
 * @param[in] batch number of pairs @param[in] context symbols of a context
 * @param[out] x batch x context symbols @param[out] y batch targets
 */
void data_batch(const struct data *data, uint64_t seed, uint64_t step, int batch, int context,
                uint8_t *x, uint8_t *y);

#endif
