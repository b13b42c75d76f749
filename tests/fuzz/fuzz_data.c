/**
 * @file fuzz_data.c
 * @brief Feeds a text file (DATA=file) and a word list to common/data.c.
 *
 * Must hold: a file that is refused has a reason and leaves nothing; else every symbol is one of the
 * vocabulary, a text's symbols are its bytes, a word list's are its words, and the pairs' contexts do
 * not see beyond a boundary.
 */
#include "tests/fuzz/fuzz.h"

#include "common/data.h"

#include <string.h>

enum { CONTEXT = 5, BATCH = 8 };

static void look_at_pairs(const struct data *d, size_t position)
{
    uint8_t x[BATCH * CONTEXT], y[BATCH];
    HOLDS(data_pair(d, position, CONTEXT, x) == d->stream[position]);
    bool boundary = false;
    for (size_t i = 1; i <= CONTEXT; i++) {
        boundary |= i > position || d->stream[position - i] == 0;
        HOLDS(x[CONTEXT - i] == (boundary ? 0 : d->stream[position - i]));
    }
    data_batch(d, 1, position, BATCH, CONTEXT, x, y);
    for (size_t i = 0; i < sizeof x; i++)
        HOLDS(x[i] < d->vocab);
    for (size_t i = 0; i < BATCH; i++)
        HOLDS(y[i] < d->vocab);
}

static void look_at_text(const uint8_t *data, size_t size, size_t position)
{
    struct data d;
    bool good = data_load_text(&d, fuzz_file(data, size));
    HOLDS(good == (size >= 2 && !memchr(data, '\0', size)));
    HOLDS(good == (*d.error == '\0') && good == (d.stream != NULL) && good == (d.n > 0));
    if (good) {
        HOLDS(d.n == size && d.vocab >= 2 && d.vocab <= 256);
        for (size_t i = 0; i < size; i++)
            HOLDS(d.stream[i] > 0 && d.stream[i] < d.vocab && d.byte_of[d.stream[i]] == data[i]);
        look_at_pairs(&d, position % d.n);
    }
    data_free(&d);
}

static void look_at_words(const uint8_t *data, size_t size, size_t position)
{
    struct data d;
    bool good = data_load_words(&d, fuzz_file(data, size));
    HOLDS(good == (*d.error == '\0') && good == (d.stream != NULL) && good == (d.n > 0));
    if (good) {
        HOLDS(d.vocab == 27 && d.n <= size + 1 && d.stream[0] != 0 && d.stream[d.n - 1] == 0);
        for (size_t i = 0; i < d.n; i++)
            HOLDS(d.stream[i] < 27 && (d.stream[i] || d.stream[i - 1]));
        look_at_pairs(&d, position % d.n);
    }
    data_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    size_t position = feed_number(&f, 2);
    look_at_text(f.at, f.left, position);
    look_at_words(f.at, f.left, position);
    return 0;
}
