/**
 * @file kernels.h
 * @brief What the classic kernels in this folder share: the table that lists them for main.cpp, and
 *        inputs. Included by each .cu file, which g++ compiles for the CPU and nvcc can, too.
 *
 * A kernel and its broken twin are one template. `if (RIGHT)` stands before what the twin leaves
 * out; the line that its diagnosis must name ends with "// told: NAME".
 */
#ifndef LOWP_TESTS_SIMT_KERNELS_H
#define LOWP_TESTS_SIMT_KERNELS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "common/simt/launch.h"

/** A kernel, its twin, and what is said about the twin. */
struct classic {
    const char *name;
    bool (*right)(unsigned n); /**< launches it, compares with loops on the host; NULL: twin only */
    const unsigned *sizes;     /**< of the right one, up to a 0 */
    bool (*broken)(unsigned n); /**< launches the twin; NULL: there is none */
    unsigned n;                 /**< of the twin */
    const char *kernel;         /**< that must be named */
    const char *mark;           /**< the line that must be named ends with "// told: MARK" */
    const char *place;          /**< "block 0, thread 1"; NULL: the launch itself is refused */
    const char *words;          /**< of the message */
    bool memory;                /**< it takes the checked build to see it */
};
/** The kernels of a file. */
struct suite {
    const char *file; /**< their source, for messages */
    const struct classic *kernels;
    size_t count;
};
/** A row where the functions are called NAME_passes<RIGHT>. */
// clang-format off
#define CLASSIC(name, sizes, n, place, words, memory)                                              \
    {#name, name##_passes<true>, sizes, name##_passes<false>, n, #name "<RIGHT>", #name, place,    \
     words, memory}
// clang-format on
#define SUITE(name, table)                                                                         \
    extern const struct suite name;                                                                \
    const struct suite name = {"tests/simt/" #name ".cu", table, sizeof table / sizeof *table}

enum { MEMORY = 1, ALWAYS = 0 };
enum { WARP_LANES = 32 };
static const unsigned FULL = 0xFFFFFFFF; // a mask that names all lanes
static const unsigned ANY_SIZE[] = {1, 2, 31, 32, 33, 255, 256, 257, 1000, 4099, 0};
static const unsigned ONE_BLOCK[] = {1, 2, 31, 32, 33, 100, 255, 256, 0};
static const unsigned POWERS[] = {2, 4, 32, 64, 256, 1024, 0};
static const unsigned SQUARES[] = {1, 5, 16, 31, 32, 33, 65, 100, 0};

/** n small whole numbers: their sums are exact in any order. */
template <class T> static inline std::vector<T> numbers(size_t n, unsigned salt = 0)
{
    std::vector<T> x(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (T)((int)(((unsigned)i + salt * 977 + 1) * 2654435761u >> 20) % 17 - 8);
    return x;
}

/** Blocks so that each of n has a thread. */
static inline unsigned blocks_for(size_t n, size_t threads)
{
    return (unsigned)((n + threads - 1) / threads);
}

#endif
