/**
 * @file proxies.h
 * @brief The test process's end of every call: functions of the same names and types as the
 *        student's, each of which sends its arguments to the worker.
 *
 * Included once, by grader/labNN/test_labNN.c, with LAB_HEADER and LAB_DEF set by the build. The
 * compiler checks each proxy against labNN.h.
 */
#ifndef LOWP_GRADER_PROXIES_H
#define LOWP_GRADER_PROXIES_H

#include LAB_HEADER
#include "grader/runner/abi.h"
#include "grader/runner/session.h"

#define LAB_NAME_(lab) #lab
/** The lab's name as text. */
#define LAB_NAME(lab)  LAB_NAME_(lab)
const char *const lab_name = LAB_NAME(LAB);

#define FN(ret, name, ...)  INDEX_##name,
#define PROC(name, ...)     INDEX_##name,
#define MAP(ret, name, ...) INDEX_##name, INDEX_##name##_map,
enum {
#include LAB_DEF
};
#undef FN
#undef PROC
#undef MAP

#define LP_DESCRIBE(pair)  LP_DESCRIBE_ pair
#define LP_DESCRIBE_(t, n) DESCRIBE(to, #t, #n, args->n);
#define DESCRIBE_CALL(name, ...)                                                                   \
    static void name##_describe(struct description *to, const void *record, size_t at)             \
    {                                                                                              \
        const struct name##_args *args = record;                                                   \
        (void)at;                                                                                  \
        LP_EACH(LP_DESCRIBE, __VA_ARGS__)                                                          \
    }
#define DESCRIBE_MAP(name, ...)                                                                    \
    static void name##_map_describe(struct description *to, const void *record, size_t at)         \
    {                                                                                              \
        const struct name##_map_args *args = record;                                               \
        if (at < args->map_count)                                                                  \
            DESCRIBE(to, LP_FIRST_TYPE_NAME(__VA_ARGS__), LP_FIRST_NAME(__VA_ARGS__),              \
                     args->map_in[at]);                                                            \
        LP_REST_EACH(LP_DESCRIBE, __VA_ARGS__)                                                     \
    }

#define FN(ret, name, ...)                                                                         \
    LP_FN_ARGS(ret, name, __VA_ARGS__);                                                            \
    DESCRIBE_CALL(name, __VA_ARGS__)                                                               \
    ret name(LP_LIST(LP_PARAM, __VA_ARGS__))                                                       \
    {                                                                                              \
        struct name##_args args = {LP_LIST(LP_INIT, __VA_ARGS__)};                                 \
        session_call(INDEX_##name, #name, &args, sizeof args, name##_describe);                    \
        return args.result;                                                                        \
    }
#define PROC(name, ...)                                                                            \
    LP_PROC_ARGS(name, __VA_ARGS__);                                                               \
    DESCRIBE_CALL(name, __VA_ARGS__)                                                               \
    void name(LP_LIST(LP_PARAM, __VA_ARGS__))                                                      \
    {                                                                                              \
        struct name##_args args = {LP_LIST(LP_INIT, __VA_ARGS__)};                                 \
        session_call(INDEX_##name, #name, &args, sizeof args, name##_describe);                    \
    }
#define MAP(ret, name, ...)                                                                        \
    FN(ret, name, __VA_ARGS__)                                                                     \
    LP_MAP_ARGS(ret, name, __VA_ARGS__);                                                           \
    DESCRIBE_MAP(name, __VA_ARGS__)                                                                \
    static inline void name##_map(ret *map_out, const LP_FIRST_TYPE(__VA_ARGS__) * map_in,         \
                                  size_t map_count LP_REST_LIST(LP_PARAM, __VA_ARGS__))            \
    {                                                                                              \
        struct name##_map_args args = {.map_out = map_out,                                         \
                                       .map_in = map_in,                                           \
                                       .map_count = map_count LP_REST_LIST(LP_INIT, __VA_ARGS__)}; \
        session_call(INDEX_##name##_map, #name, &args, sizeof args, name##_map_describe);          \
    }
#include LAB_DEF
#undef FN
#undef PROC
#undef MAP

#endif
