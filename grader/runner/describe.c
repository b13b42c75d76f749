/**
 * @file describe.c
 * @brief Arguments as text. See describe.h.
 */
#include "grader/runner/describe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void add(struct description *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add(struct description *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = sizeof to->text - to->length;
    int n = vsnprintf(to->text + to->length, room, format, args);
    to->length += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
    va_end(args);
}

static void add_name(struct description *to, const char *name)
{
    add(to, "%s%s = ", to->length ? ", " : "", name);
}

static bool are_bits(const char *declared)
{
    return *declared == 'u'; /* uint64_t, and not size_t or an enum */
}

/* DESCRIBED(NAME, FORMAT, VALUE): describe_NAME(), which adds VALUE by a printf format. */
#define DESCRIBED(of, format, ...)                                                                 \
    void describe_##of(struct description *to, const char *declared, const char *name,             \
                       const void *value)                                                          \
    {                                                                                              \
        (void)declared;                                                                            \
        add_name(to, name);                                                                        \
        add(to, format, __VA_ARGS__);                                                              \
    }
DESCRIBED(bool, "%s", *(const bool *)value ? "true" : "false")
DESCRIBED(int, "%d", *(const int *)value)
DESCRIBED(i64, "%" PRId64, *(const int64_t *)value)
DESCRIBED(u8, "0x%02X", *(const uint8_t *)value)
DESCRIBED(u16, "0x%04X", *(const uint16_t *)value)
DESCRIBED(u32, are_bits(declared) ? "0x%08" PRIX32 : "%" PRIu32, *(const uint32_t *)value)
DESCRIBED(u64, are_bits(declared) ? "0x%" PRIX64 : "%" PRIu64, *(const uint64_t *)value)
DESCRIBED(float, "%.9g", (double)*(const float *)value)
DESCRIBED(double, "%.17g", *(const double *)value)

void describe_nothing(struct description *to, const char *declared, const char *name,
                      const void *value)
{
    (void)to;
    (void)declared;
    (void)name;
    (void)value;
}
