/**
 * @file describe.h
 * @brief What a call was given, as text, for the message of a test that the call ends: numbers, and of
 *        a MAP the element that was on its turn. Arrays and structs are left out.
 */
#ifndef LOWP_GRADER_DESCRIBE_H
#define LOWP_GRADER_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** `at` of a call whose element is not known. */
#define AT_NO_ELEMENT SIZE_MAX

/** A text that grows, cut off where its room ends. */
struct description {
    char text[200]; /**< ended by NUL */
    size_t length;  /**< without the NUL */
};

/**
 * Adds a call's arguments to a text, as "n = 3, lr = 0.1". proxies.h makes one for each function.
 * @param[in,out] to the text @param[in] record the call's arguments @param[in] at of a MAP, the element
 */
typedef void describe_call(struct description *to, const void *record, size_t at);

/** Each adds "name = value" for a value of its type. What was declared as uint8_t to uint64_t are bits, and
 *  written as such; size_t and all others count. */
typedef void describe_value(struct description *to, const char *declared, const char *name,
                            const void *value);
describe_value describe_bool;    /**< true or false */
describe_value describe_int;     /**< an int */
describe_value describe_i64;     /**< an int64_t */
describe_value describe_u8;      /**< a uint8_t, 2 digits of hexadecimal */
describe_value describe_u16;     /**< a uint16_t, 4 digits */
describe_value describe_u32;     /**< a uint32_t, 8 digits; or an enum */
describe_value describe_u64;     /**< a uint64_t, in hexadecimal; or a size_t */
describe_value describe_float;   /**< a float, to 9 digits */
describe_value describe_double;  /**< a double, to 17 digits */
describe_value describe_nothing; /**< anything else: adds nothing */

/** Adds what `value` (an expression with an address) is, under its name and declared type. */
// clang-format off
#define DESCRIBE(to, declared, name, value)                                                        \
    _Generic((value),                                                                              \
        bool: describe_bool,                                                                       \
        int: describe_int,                                                                         \
        int64_t: describe_i64,                                                                     \
        uint8_t: describe_u8,                                                                      \
        uint16_t: describe_u16,                                                                    \
        uint32_t: describe_u32,                                                                    \
        uint64_t: describe_u64,                                                                    \
        float: describe_float,                                                                     \
        double: describe_double,                                                                   \
        default: describe_nothing)(to, declared, name, &(value))
// clang-format on

#endif
