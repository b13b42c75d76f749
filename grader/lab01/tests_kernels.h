/**
 * @file tests_kernels.h
 * @brief Graded tests of exercises 1.13 to 1.15: the casts of whole arrays, two kernels around one
 *        function. Included once, by test_lab01.c, after tests_cast.h, whose inputs and rules it
 *        shares.
 */
#ifndef LOWP_GRADER_LAB01_TESTS_KERNELS_H
#define LOWP_GRADER_LAB01_TESTS_KERNELS_H

#include "tests_cast.h"

enum { KERNEL_THREADS = 256 /**< of a block: what lab01_kernels.h promises */ };

/** Names the reason why element i, and with it all that follow, may have been left out. */
static void name_unwritten(size_t i, size_t n, int blocks, size_t width)
{
    size_t block = width * KERNEL_THREADS, tail = n / width * width;
    if (width > 1 && i == tail)
        because("the n %% 4 elements behind the last group of four were left out");
    else if (width > 1 && i > tail)
        because("of the n %% 4 elements behind the last group of four only the first were taken");
    else if (i == 0)
        because(n < block ? "a block that is not full was left out" : "no code was written");
    else if (blocks > 0 && i == (size_t)blocks * block)
        because(
            width > 1
                ? "each thread took one group of four: with more groups, it must loop"
                : "each thread took one element: with more elements than threads, it must loop");
    else if (i == block && blocks != 1)
        because("all blocks took the same places: threadIdx.x is the number of a thread in its "
                "block, not in the grid");
    else if (i == n / block * block)
        because("the last block, which is not full, was left out");
}

/** One launch, into codes that hold `fill` in every byte. */
static void run_kernel(const struct casts *c, int blocks, uint8_t fill, uint64_t *got)
{
    bool wide = c->f.exp_bits + c->f.man_bits > 8;
    uint16_t *filled = allocate(c->n, sizeof *filled);
    memset(filled, fill, c->n * sizeof *filled);
    uint16_t *codes16 = wide ? INOUT(filled, c->n) : NULL;
    uint8_t *codes8 = wide ? NULL : INOUT((uint8_t *)filled, c->n);
    if (wide)
        run_cast_to_16(codes16, GIVE(c->x32, c->n), c->n, c->f, blocks);
    else
        run_cast_to_8(codes8, GIVE(c->x32, c->n), c->n, c->f, c->saturate, blocks);
    for (size_t i = 0; i < c->n; i++)
        got[i] = wide ? codes16[i] : codes8[i];
    arena_reset();
}

/** Fails if a code was left as it was. Every byte is a code, so it takes a second launch, over other
 *  bytes, to tell what was left from what was written wrongly. */
static void check_written(const struct casts *c, int blocks, const uint64_t *got)
{
    bool wide = c->f.exp_bits + c->f.man_bits > 8;
    uint64_t *again = allocate(c->n, sizeof *again), left = wide ? 0xFFFF : 0xFF;
    size_t i = 0;
    while (i < c->n && (got[i] != left || isnan(oracle_value(c->want[i], c->f, false))))
        i++;
    if (i == c->n)
        return;
    run_kernel(c, blocks, 0x55, again);
    for (; i < c->n; i++) {
        if (got[i] != left || again[i] != (wide ? 0x5555 : 0x55))
            continue;
        name_unwritten(i, c->n, blocks, wide ? 1 : 4);
        fail("%s: %s, n = %zu, blocks = %d: codes[%zu] was not written",
             wide ? "cast_to_16" : "cast_to_8", c->f.name, c->n, blocks, i);
    }
}

/** Do all groups of four hold the right codes, but not all in the right order? */
static bool only_order_is_wrong(const struct casts *c, const uint64_t *got)
{
    bool moved = false;
    for (size_t first = 0; first + 4 <= c->n; first += 4) {
        for (size_t i = first; i < first + 4; i++) {
            size_t wanted = 0, found = 0;
            for (size_t j = first; j < first + 4; j++) {
                wanted += c->want[j] == c->want[i];
                found += got[j] == c->want[i];
            }
            if (found != wanted)
                return false;
            moved |= got[i] != c->want[i];
        }
    }
    return moved;
}

/** Runs the kernel for the format's width over the casts, and judges every code.
 *  @param[in] blocks of the grid; 0: as many as it takes */
static void check_kernel(const struct casts *c, int blocks, const struct rule *rules, size_t count)
{
    bool wide = c->f.exp_bits + c->f.man_bits > 8;
    uint64_t *got = allocate(c->n, sizeof *got);
    run_kernel(c, blocks, 0xFF, got);
    check_written(c, blocks, got);
    if (!wide && only_order_is_wrong(c, got))
        because("the four codes of a word are in another order: the first is in its lowest byte");
    compare_casts(wide ? "cast_to_16" : "cast_to_8", c, got, rules, count);
}

/** Decisions of a format: all of them for eight bits, some thousands for sixteen; and tiny inputs. */
static struct casts some_decisions(struct fp_format f, bool saturate)
{
    uint64_t last = oracle_max_code(f), step = last < 256 ? 1 : 29;
    struct casts c = casts_new(f, true, saturate, 8 * (last / step + 1) + TINY + 4);
    add_between(&c, 0, last, step);
    add_tiny(&c);
    return c;
}

/** Up to three zeros more, so that no element is in a tail: that is the business of kernel_8. */
static struct casts without_tail(struct casts c)
{
    while (c.n % 4 != 0)
        add_cast(&c, 0, 0);
    return c;
}

/** A length and a grid: normal numbers of the format itself, below its top binades, so that a
 *  mistake in rounding or at the ends of the range does not count here. */
static void check_length(struct fp_format f, size_t n, int blocks)
{
    struct casts c = casts_new(f, true, f.exp_bits + f.man_bits < 8, n);
    uint64_t binade = (uint64_t)1 << f.man_bits, codes = oracle_max_code(f) - 3 * binade;
    for (size_t i = 0; i < n; i++) {
        uint64_t draw = test_u64(1000 * n + i), code = binade + (draw >> 1) % codes;
        double x = oracle_value(code, f, false);
        add_cast(&c, draw % 2 ? -x : x, draw % 2 ? code | oracle_sign(f) : code);
    }
    check_kernel(&c, blocks, WIDE_RULES);
}

static const struct fp_format *const NARROW[] = {&FP16, &BF16, &E4M3, &E5M2};

GRADED(kernel_rounding, .points = 4,
       .idea = "one function rounds for four formats: what differs is in the descriptor")
{
    for (size_t k = 0; k < COUNT(NARROW); k++) {
        struct fp_format f = *NARROW[k];
        bool wide = f.exp_bits + f.man_bits > 8;
        struct casts c = without_tail(some_decisions(f, false));
        check_kernel(&c, 0, CAST_RULES + (wide ? FP8_ONLY : 0),
                     COUNT(CAST_RULES) - (wide ? FP8_ONLY : 0));
        for (int saturate = 0; saturate < (wide ? 1 : 2); saturate++) {
            c = without_tail(ends_of_range(f, saturate));
            check_kernel(&c, 0, RANGE_RULES, COUNT(RANGE_RULES));
        }
        award(0.25 * (double)(k + 1));
    }
}

GRADED(kernel_16, .points = 4,
       .idea = "any grid covers all elements: a thread steps over the array by the whole grid")
{
    const size_t lengths[] = {256, 1, 255, 257, 1000, 1000};
    const int blocks[] = {1, 1, 2, 0, 1, 3};
    for (size_t k = 0; k < COUNT(lengths); k++)
        check_length(k % 2 ? FP16 : BF16, lengths[k], blocks[k]);
}

GRADED(kernel_8, .points = 4,
       .idea = "four elements an access, their codes in one word; and the n % 4 at the end")
{
    const size_t lengths[] = {1024, 4, 8, 2048, 1, 3, 5, 1023, 2103, 5001};
    const int blocks[] = {1, 1, 0, 1, 1, 2, 1, 1, 1, 2};
    for (size_t k = 0; k < COUNT(lengths); k++) {
        check_length(k % 2 ? E5M2 : E4M3, lengths[k], blocks[k]);
        award(k == 3 ? 0.5 : 0);
    }
}

#endif
