/**
 * @file fuzz_arena.c
 * @brief Has a hostile worker write anywhere in the arena, and asks grader/runner/arena.c what is
 *        damaged and where an address lies.
 *
 * Must hold: damage is seen if and only if there is some (shadow.h), and is said in a text that ends.
 */
#include "tests/fuzz/shadow.h"

#include "grader/runner/abi.h"
#include "grader/runner/arena.h"

#include <string.h>

enum { WRITES = 40 };

static void look_for_damage(void)
{
    char why[240];
    memset(why, 'x', sizeof why);
    int found = arena_damage(why, sizeof why);
    HOLDS(!shadow_is_damaged() || found);
    HOLDS(!found || (memchr(why, '\0', sizeof why) && *why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed f = {data, size};
    shadow_fill(&f);
    char where[120];
    HOLDS(!arena_damage(where, sizeof where));
    for (int i = 0; i < WRITES && f.left > 0; i++) {
        if (feed_byte(&f) % 8) {
            shadow_scribble(&f);
            continue;
        }
        uint64_t address = feed_number(&f, 8) ^ ARENA_BASE;
        arena_locate(address, where, sizeof where);
        HOLDS(memchr(where, '\0', sizeof where) && *where);
    }
    look_for_damage();
    shadow_restore();
    HOLDS(!arena_damage(where, sizeof where));
    return 0;
}
