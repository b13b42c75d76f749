/**
 * @file test_common_data.c
 * @brief common/data: files to symbols, symbols to pairs, and one clear error for each bad file.
 */
#define _GNU_SOURCE
#include "common/data.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct data data; /* each test runs in a process of its own */
static char path[] = "/tmp/lowp-data-XXXXXX";

/** Writes a file for the test. @return its path */
static const char *file_with(const void *bytes, size_t n)
{
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    close(fd);
    return path;
}

static void tear_down(void)
{
    unlink(path);
    data_free(&data);
}

TestSuite(data, .fini = tear_down);

static void check_pair(size_t position, int context, const char *x, int y)
{
    uint8_t got[8];
    cr_assert_eq(data_pair(&data, position, context, got), y, "target at %zu", position);
    cr_assert_eq(memcmp(got, x, (size_t)context), 0, "context at %zu", position);
}

Test(data, words_never_see_the_word_before)
{
    cr_assert(data_load_words(&data, file_with("cab\nBob\nit's\n\na\xC3\xA9\nza", 20)), "%s",
              data.error);
    cr_assert_eq(data.vocab, 27);
    cr_assert_eq(data.n, 7, "stream of %zu symbols", data.n); /* c a b . z a . */
    check_pair(0, 3, "\0\0\0", 3);
    check_pair(1, 3, "\0\0\3", 1);
    check_pair(3, 3, "\3\1\2", 0);
    check_pair(4, 3, "\0\0\0", 26);
    check_pair(6, 3, "\0\32\1", 0);
    check_pair(3, 2, "\1\2", 0);
    check_pair(3, 6, "\0\0\0\3\1\2", 0);
    cr_assert_eq(data.byte_of[26], 'z');
}

Test(data, a_text_maps_each_byte_that_occurs_to_a_symbol)
{
    cr_assert(data_load_text(&data, file_with("b\n\xFF"
                                              "ab",
                                              5)),
              "%s", data.error);
    cr_assert_eq(data.vocab, 5); /* boundary, newline, a, b, 0xFF */
    const uint8_t stream[] = {3, 1, 4, 2, 3};
    cr_assert_eq(data.n, 5);
    cr_assert_eq(memcmp(data.stream, stream, 5), 0);
    cr_assert(data.byte_of[1] == '\n' && data.byte_of[2] == 'a' && data.byte_of[4] == 0xFF);
    check_pair(0, 2, "\0\0", 3);
    check_pair(4, 3, "\1\4\2", 3);
    cr_assert_not(data.truncated);
}

Test(data, all_255_bytes_fit)
{
    uint8_t bytes[255];
    for (int i = 0; i < 255; i++)
        bytes[i] = (uint8_t)(i + 1);
    cr_assert(data_load_text(&data, file_with(bytes, sizeof bytes)));
    cr_assert_eq(data.vocab, 256);
    cr_assert_eq(data.stream[254], 255);
}

Test(data, the_default_list_is_real_words)
{
    unsetenv("DATA");
    cr_assert(data_load_default(&data), "%s", data.error);
    cr_assert_gt(data.n, 100000u, "only %zu symbols in %s", data.n, DATA_WORDS);
    for (size_t i = 0; i < data.n; i++)
        cr_assert_lt(data.stream[i], 27);
}

Test(data, the_environment_names_another_text)
{
    setenv("DATA", file_with("abcabc", 6), 1);
    cr_assert(data_load_default(&data), "%s", data.error);
    cr_assert_eq(data.n, 6);
}

Test(data, a_long_file_is_cut_and_says_so)
{
    file_with("ab", 2);
    cr_assert_eq(truncate(path, 0), 0);
    FILE *file = fopen(path, "w");
    static char block[1 << 20];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 17; i++)
        fwrite(block, 1, sizeof block, file);
    fclose(file);
    cr_assert(data_load_text(&data, path), "%s", data.error);
    cr_assert(data.truncated);
    cr_assert_eq(data.n, DATA_BYTES_MAX);
}

static void check_refused(bool loaded, const char *name, const char *reason)
{
    cr_assert_not(loaded, "%s was taken", name);
    cr_assert_null(data.stream);
    cr_assert_not_null(strstr(data.error, name), "%s", data.error);
    cr_assert_not_null(strstr(data.error, reason), "%s", data.error);
}

Test(data, refuses_an_empty_file)
{
    check_refused(data_load_text(&data, file_with("", 0)), path, "empty");
    check_refused(data_load_words(&data, path), path, "no line");
}

Test(data, refuses_one_byte)
{
    check_refused(data_load_text(&data, file_with("a", 1)), path, "one byte");
}

Test(data, refuses_what_is_not_there)
{
    check_refused(data_load_text(&data, "/tmp/lowp-nothing"), "/tmp/lowp-nothing", "No such file");
    check_refused(data_load_words(&data, "/tmp/lowp-nothing"), "/tmp/lowp-nothing", "wamerican");
}

Test(data, refuses_a_directory_a_pipe_and_a_device)
{
    check_refused(data_load_text(&data, "/tmp"), "/tmp", "directory");
    check_refused(data_load_text(&data, "/dev/zero"), "/dev/zero", "not a regular file");
    file_with("", 0);
    unlink(path);
    cr_assert_eq(mkfifo(path, 0600), 0); /* opening it would wait for ever */
    check_refused(data_load_text(&data, path), path, "not a regular file");
}

Test(data, refuses_what_is_not_text)
{
    check_refused(data_load_text(&data, file_with("ab\0c", 4)), path, "NUL");
}

Test(data, refuses_a_list_without_words)
{
    check_refused(data_load_words(&data, file_with("ABC\n12\n\n", 8)), path, "no line");
}

Test(data, batches_follow_from_seed_and_step_alone)
{
    enum { B = 64, T = 3 };
    uint8_t x[B * T], y[B], x2[B * T], y2[B];
    cr_assert(data_load_text(&data, file_with("the quick brown fox jumps over it", 33)));
    data_batch(&data, 5, 9, B, T, x, y);
    data_batch(&data, 5, 10, B, T, x2, y2);
    cr_assert_neq(memcmp(y, y2, B), 0, "another step gave the same batch");
    data_batch(&data, 6, 9, B, T, x2, y2);
    cr_assert_neq(memcmp(y, y2, B), 0, "another seed gave the same batch");
    data_batch(&data, 5, 9, B, T, x2, y2);
    cr_assert(memcmp(x, x2, sizeof x) == 0 && memcmp(y, y2, B) == 0);
    bool drawn[33] = {false};
    for (uint64_t step = 0; step < 20; step++) { /* 1280 draws of 33: each is missed with e^-38 */
        data_batch(&data, 5, step, B, T, x, y);
        for (int b = 0; b < B; b++)
            for (size_t p = 0; p < 33; p++) {
                uint8_t want[T];
                drawn[p] |= data_pair(&data, p, T, want) == y[b] && !memcmp(want, x + b * T, T);
            }
    }
    for (size_t p = 0; p < 33; p++)
        cr_assert(drawn[p], "position %zu never drawn", p);
}
