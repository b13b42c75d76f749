/**
 * @file test_grader_arena.c
 * @brief Red zones, poison, const inputs: every stray byte is found and named.
 */
#include "grader/runner/abi.h"
#include "grader/runner/arena.h"
#include "tests/outcome.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

static char why[240];

Test(arena, buffers_are_given_poisoned_and_left_alone)
{
    const float in[3] = {1, 2, 3};
    const float *given = GIVE(in, 3);
    float *taken = TAKE(float, 3);
    cr_assert_eq((uintptr_t)given % 64, 0);
    cr_assert(memcmp(given, in, sizeof in) == 0);
    cr_assert(isnan(taken[0]) && isnan(taken[2]));
    taken[1] = 5;
    cr_assert_eq(arena_damage(why, sizeof why), 0);
}

Test(arena, a_changed_const_input_is_named)
{
    const float in[3] = {1, 2, 3};
    float *given = (float *)(uintptr_t)GIVE(in, 3);
    given[2] = 4;
    cr_assert_eq(arena_damage(why, sizeof why), 1);
    cr_assert_str_eq(why, "changed its const input in (element 2)");
}

Test(arena, every_byte_around_a_buffer_is_watched)
{
    uint16_t in[5] = {0};
    for (long at = -4096; at < 4096 + 10; at++) {
        arena_reset();
        TAKE(char, 7);
        unsigned char *b = (unsigned char *)INOUT(in, 5);
        TAKE(char, 7);
        unsigned char old = b[at];
        b[at] = (unsigned char)(old + 1);
        int inside = at >= 0 && at < 10;
        cr_assert_eq(arena_damage(why, sizeof why), !inside, "offset %ld: %s", at, why);
    }
}

Test(arena, the_message_says_where)
{
    uint16_t in[5] = {0};
    uint16_t *b = INOUT(in, 5);
    b[5] = 0;
    cr_assert_eq(arena_damage(why, sizeof why), 1);
    cr_assert_str_eq(why, "wrote outside its buffer: byte 1 behind the end of in (10 bytes)");
    arena_reset();
    b = INOUT(in, 5);
    b[-1] = 0;
    cr_assert_eq(arena_damage(why, sizeof why), 1);
    cr_assert_str_eq(why, "wrote outside its buffer: 1 byte before the start of in");
}

Test(arena, empty_buffers_have_red_zones_too)
{
    float *none = TAKE(float, 0);
    cr_assert_eq(arena_damage(why, sizeof why), 0);
    none[0] = 0;
    cr_assert_eq(arena_damage(why, sizeof why), 1);
}

Test(arena, what_is_written_after_the_answer_is_not_read)
{
    const float in[3] = {1, 2, 3};
    const float *given = GIVE(in, 3);
    float *taken = TAKE(float, 3);
    unsigned char *worker =
        mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, arena_open(), 0);
    cr_assert(worker != MAP_FAILED);
    float *its_in = (float *)(worker + ((uintptr_t)given - ARENA_BASE));
    float *its_out = (float *)(worker + ((uintptr_t)taken - ARENA_BASE));
    arena_send();
    cr_assert(memcmp(its_in, in, sizeof in) == 0 && isnan(its_out[2]));
    its_out[2] = 5;
    arena_receive();
    its_in[0] = its_out[2] = 7;
    cr_assert(given[0] == 1 && taken[2] == 5);
    cr_assert_eq(arena_damage(why, sizeof why), 0);
    arena_receive();
    cr_assert_eq(arena_damage(why, sizeof why), 1);
}

Test(arena, its_size_is_sealed)
{
    int fd = arena_open();
    cr_assert(ftruncate(fd, 0) != 0);
    cr_assert(ftruncate(fd, (off_t)2 * ARENA_BYTES) != 0);
}

Test(arena, addresses_are_told_in_terms_of_buffers)
{
    uint16_t in[5] = {0};
    uint16_t *b = INOUT(in, 5);
    arena_locate((uint64_t)(uintptr_t)(b + 7), why, sizeof why);
    cr_assert_str_eq(why, "4 bytes behind the end of in");
    arena_locate(8, why, sizeof why);
    cr_assert_str_eq(why, "through a null pointer");
}
