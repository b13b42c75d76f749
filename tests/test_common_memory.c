/**
 * @file test_common_memory.c
 * @brief common/memory: what it counts, held against the C library's own books; and the bytes that
 *        nn_work_new() says it took.
 */
#include "common/memory.h"
#include "common/nn.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

enum { APPLES, PEARS };

Test(memory, counts_by_tag_and_in_all)
{
    struct memory_count count = {0};
    float *a = memory_take(&count, APPLES, 1000, sizeof *a);
    char *b = memory_take(&count, PEARS, 7, 1);
    cr_assert_eq(count.live[APPLES], 4000);
    cr_assert_eq(count.live[PEARS], 7);
    cr_assert_eq(count.live_all, 4007);
    memory_release(&count, a);
    cr_assert_eq(count.live[APPLES], 0);
    cr_assert_eq(count.live_all, 7);
    cr_assert_eq(count.peak_all, 4007);
    memory_note(&count, PEARS, 10000);
    cr_assert_eq(count.live[PEARS], 10007);
    cr_assert_eq(count.peak_all, 10007);
    memory_release(&count, b);
    memory_release(&count, NULL);
    cr_assert_eq(count.live_all, 10000);
}

Test(memory, is_zeroed_and_aligned_and_may_be_empty)
{
    struct memory_count count = {0};
    for (size_t n = 0; n < 100; n++) {
        unsigned char *p = memory_take(&count, APPLES, n, 1);
        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % _Alignof(max_align_t), 0u);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(p[i], 0);
        memory_release(&count, p);
    }
    cr_assert_eq(count.live_all, 0);
}

Test(memory, what_cannot_be_had_is_not_counted)
{
    struct memory_count count = {0};
    cr_assert_null(memory_take(&count, APPLES, SIZE_MAX / 2, 4));
    cr_assert_null(memory_take(&count, APPLES, SIZE_MAX, 1));
    cr_assert_eq(count.peak_all, 0);
}

/* The C library counts 16 bytes of its own a block and rounds large blocks up to pages. */
Test(memory, the_c_librarys_books_agree)
{
    struct memory_count count = {0};
    void *blocks[40];
    size_t before = memory_heap();
    if (before == 0)
        cr_skip("the C library keeps no books here");
    for (size_t i = 0; i < 40; i++)
        blocks[i] = memory_take(&count, APPLES, 1000 * i * i, 1);
    size_t heap = memory_heap() - before;
    cr_assert(heap + 4096 >= count.live_all && heap <= count.live_all + (size_t)40 * (4096 + 64),
              "%zu in the books, %zu counted", heap, count.live_all);
    for (size_t i = 0; i < 40; i++)
        memory_release(&count, blocks[i]);
    /* small blocks stay with malloc(), which goes on counting them */
    cr_assert_leq(memory_heap(), before + 4096);
}

Test(memory, nn_work_bytes_are_those_that_were_taken)
{
    for (int hidden = 8; hidden <= 512; hidden *= 4) {
        struct nn_shape shape = {
            .vocab = 27, .context = 6, .embed = 12, .hidden = hidden, .layers = 3};
        size_t before = memory_heap();
        if (before == 0)
            cr_skip("the C library keeps no books here");
        struct nn_work *work = nn_work_new(shape, 300);
        size_t heap = memory_heap() - before, said = nn_work_bytes(work);
        cr_assert(heap + 4096 >= said && heap <= said + (size_t)6 * (4096 + 64),
                  "hidden %d: %zu in the books, nn_work_bytes() says %zu", hidden, heap, said);
        nn_work_free(work);
    }
}
