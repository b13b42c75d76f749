/**
 * @file thunks.c
 * @brief The worker's end of every call: compiled once a lab and linked into the student's library.
 *
 * Built with LAB_HEADER and LAB_DEF set. Every name of the lab stands for missing() here, weakly: the
 * student's function comes first, and one that is missing costs its own tests only. A name that was left
 * undefined would do the same until the file calls the function: then the linker takes the one of
 * common/, and lab 01 writes what common/cast.c has.
 */
#include LAB_HEADER
#include "common/todo.h"
#include "grader/runner/abi.h"

static void missing(void) __attribute__((used));
static void missing(void)
{
    todo("a function that your file calls and does not define");
}
#define PLACEHOLDER(name) __asm__(".weak " #name "\n.set " #name ", missing");

#define FN(ret, name, ...)                                                                         \
    PLACEHOLDER(name)                                                                              \
    extern __typeof__(name) name __attribute__((weak));                                            \
    LP_FN_ARGS(ret, name, __VA_ARGS__);                                                            \
    static void name##_thunk(void *record)                                                         \
    {                                                                                              \
        struct name##_args *args = record;                                                         \
        args->result = name(LP_LIST(LP_FROM_ARGS, __VA_ARGS__));                                   \
    }
#define PROC(name, ...)                                                                            \
    PLACEHOLDER(name)                                                                              \
    extern __typeof__(name) name __attribute__((weak));                                            \
    LP_PROC_ARGS(name, __VA_ARGS__);                                                               \
    static void name##_thunk(void *record)                                                         \
    {                                                                                              \
        struct name##_args *args = record;                                                         \
        name(LP_LIST(LP_FROM_ARGS, __VA_ARGS__));                                                  \
    }
#define MAP(ret, name, ...)                                                                        \
    FN(ret, name, __VA_ARGS__)                                                                     \
    LP_MAP_ARGS(ret, name, __VA_ARGS__);                                                           \
    static void name##_map_thunk(void *record)                                                     \
    {                                                                                              \
        struct name##_map_args *args = record;                                                     \
        for (size_t i = 0; i < args->map_count; i++) {                                             \
            args->map_at = i;                                                                      \
            args->map_out[i] = name(args->map_in[i] LP_REST_LIST(LP_FROM_ARGS, __VA_ARGS__));      \
        }                                                                                          \
    }
#include LAB_DEF
#undef FN
#undef PROC
#undef MAP

/* Whose function a name stands for is not known before the library is linked. */
#define FN(ret, name, ...)  {#name, name##_thunk, (void (*)(void))name},
#define PROC(name, ...)     {#name, name##_thunk, (void (*)(void))name},
#define MAP(ret, name, ...) FN(ret, name, ){#name, name##_map_thunk, (void (*)(void))name},
static const struct thunk thunks[] = {
#include LAB_DEF
};

static const char *hit;

static void note_todo(const char *id)
{
    if (!hit)
        hit = id;
}

static const char *take_todo(void)
{
    const char *id = hit;
    hit = NULL;
    todo_set_handler(note_todo);
    return id;
}

/* Defined in common/simt, which only labs with kernels are linked with. */
extern const char *launch_take_failure(void) __attribute__((weak));
extern const char *launch_explain_fault(const void *address) __attribute__((weak));

extern const struct thunk_table lowp_thunks;
const struct thunk_table lowp_thunks = {thunks,
                                        sizeof thunks / sizeof *thunks,
                                        (void (*)(void))missing,
                                        take_todo,
                                        launch_take_failure,
                                        launch_explain_fault};
