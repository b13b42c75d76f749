/**
 * @file sweep_casts.c
 * @brief Lab 01's casts against common/cast.c on all 2^32 floats, and back on every code.
 *
 * Two implementations that share no idea: the solution shifts integers, common/cast.c lets the
 * adder of double precision round. Both are compiled into this one file, under different names, so
 * that they are inlined into the loop.
 *
 * NaN policy: where the input is a NaN, both must give a NaN code of the format; which one is free.
 * Everything else must be equal, bit by bit, -0 included.
 *
 * Run without arguments. Forks one process a core; prints one line a format, with seconds, and the
 * first difference found by each process ("both": with and without saturation, in one pass).
 * Exit 0: no difference. Needs -Ilabs/lab01_float_formats.
 */
#define f16_from_f32_rne  common_f16_from_f32_rne
#define f32_from_f16      common_f32_from_f16
#define bf16_from_f32_rne common_bf16_from_f32_rne
#define f32_from_bf16     common_f32_from_bf16
#define e4m3_from_f32_rne common_e4m3_from_f32_rne
#define f32_from_e4m3     common_f32_from_e4m3
#define e5m2_from_f32_rne common_e5m2_from_f32_rne
#define f32_from_e5m2     common_f32_from_e5m2
#include "common/cast.c" // NOLINT(bugprone-suspicious-include)
#undef f16_from_f32_rne
#undef f32_from_f16
#undef bf16_from_f32_rne
#undef f32_from_bf16
#undef e4m3_from_f32_rne
#undef f32_from_e4m3
#undef e5m2_from_f32_rne
#undef f32_from_e5m2
#undef LOWP_COMMON_CAST_H // lab01.h must declare them once more, under their own names
#include "solutions/lab01_float_formats/lab01.c" // NOLINT(bugprone-suspicious-include)

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/** Compares the floats of every stride-th block from `first` on; returns the bits of the first
 *  difference, or 2^32. A sweep_fn is one format's loop. */
typedef uint64_t sweep_fn(uint64_t first, uint64_t stride);

static const uint64_t NO_DIFFERENCE = (uint64_t)1 << 32;

/* Floats are taken in blocks of neighbours: one loop a side, so that the compiler can turn each into
 * vector instructions, and the branches of the other go the same way for long. */
enum { BLOCK = 4096 };

/* Is every code in v a NaN? `above` is the largest magnitude that is none. */
#define NAN16(v, above) (((v)&0x7FFF) > (above))
#define NAN8(v, above)  (((v)&0x7F) > (above) && ((v) >> 8 & 0x7F) > (above))

/* Both settings of `saturate` in one number: they share most of the work. */
#define BOTH(cast, x) ((uint16_t)(cast(x, false) | cast(x, true) << 8))

#define SWEEP(name, SOLUTION, COMMON, IS_NAN, LARGEST)                                             \
    static uint64_t name(uint64_t first, uint64_t stride)                                          \
    {                                                                                              \
        static uint16_t got[BLOCK], want[BLOCK];                                                   \
        for (uint64_t start = first * BLOCK; start < NO_DIFFERENCE; start += stride * BLOCK) {     \
            for (uint32_t i = 0; i < BLOCK; i++) {                                                 \
                float x = f32_from_bits((uint32_t)start + i);                                      \
                got[i] = SOLUTION;                                                                 \
            }                                                                                      \
            for (uint32_t i = 0; i < BLOCK; i++) {                                                 \
                float x = f32_from_bits((uint32_t)start + i);                                      \
                want[i] = COMMON;                                                                  \
            }                                                                                      \
            bool nans = (start & 0x7FFFFFFF) >= 0x7F800000;                                        \
            if (!nans && memcmp(got, want, sizeof got) == 0)                                       \
                continue;                                                                          \
            for (uint32_t i = 0; i < BLOCK; i++) {                                                 \
                float x = f32_from_bits((uint32_t)start + i);                                      \
                bool fine = x != x ? IS_NAN(got[i], LARGEST) && IS_NAN(want[i], LARGEST)           \
                                   : got[i] == want[i];                                            \
                if (!fine)                                                                         \
                    return start + i;                                                              \
            }                                                                                      \
        }                                                                                          \
        return NO_DIFFERENCE;                                                                      \
    }

SWEEP(sweep_f16, f16_from_f32_rne(x), common_f16_from_f32_rne(x), NAN16, 0x7C00)
SWEEP(sweep_bf16, bf16_from_f32_rne(x), common_bf16_from_f32_rne(x), NAN16, 0x7F80)
SWEEP(sweep_e4m3, BOTH(e4m3_from_f32_rne, x), BOTH(common_e4m3_from_f32_rne, x), NAN8, 0x7E)
SWEEP(sweep_e5m2, BOTH(e5m2_from_f32_rne, x), BOTH(common_e5m2_from_f32_rne, x), NAN8, 0x7C)

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Runs one format's loop over all cores. Returns whether every process found no difference. */
static bool sweep(const char *name, sweep_fn *loop)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    double start = seconds_now();
    bool ok = true;
    fflush(NULL);
    long started = 0;
    for (; started < (cores > 0 ? cores : 1); started++) {
        pid_t child = fork();
        if (child == 0) {
            uint64_t at = loop((uint64_t)started, (uint64_t)(cores > 0 ? cores : 1));
            if (at != NO_DIFFERENCE)
                printf("%s: different at float %08x (%a)\n", name, (unsigned)at,
                       (double)f32_from_bits((uint32_t)at));
            fflush(stdout);
            _exit(at == NO_DIFFERENCE ? 0 : 1);
        }
        if (child < 0) {
            perror("sweep_casts: fork");
            ok = false;
            break;
        }
    }
    for (; started > 0; started--) {
        int status = 0;
        ok = wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && ok;
    }
    printf("%-9s 2^32 floats, %ld processes, %.1f s: %s\n", name, cores, seconds_now() - start,
           ok ? "equal" : "DIFFERENT");
    return ok;
}

static bool same_f32(float a, float b)
{
    return bits_from_f32(a) == bits_from_f32(b) || (a != a && b != b);
}

/* Widening: every code of each format. */
static bool widen(void)
{
    bool ok = true;
    for (uint32_t code = 0; code < 0x10000; code++) {
        uint16_t wide = (uint16_t)code;
        uint8_t narrow = (uint8_t)code;
        if (!same_f32(f32_from_f16(wide), common_f32_from_f16(wide)) ||
            !same_f32(f32_from_bf16(wide), common_f32_from_bf16(wide)) ||
            !same_f32(f32_from_e4m3(narrow), common_f32_from_e4m3(narrow)) ||
            !same_f32(f32_from_e5m2(narrow), common_f32_from_e5m2(narrow))) {
            printf("widening: different at code %04x\n", code);
            ok = false;
        }
    }
    printf("%-9s every code of the four formats: %s\n", "widening", ok ? "equal" : "DIFFERENT");
    return ok;
}

int main(void)
{
    bool ok = widen();
    ok = sweep("FP16", sweep_f16) && ok;
    ok = sweep("BF16", sweep_bf16) && ok;
    ok = sweep("E4M3 both", sweep_e4m3) && ok;
    ok = sweep("E5M2 both", sweep_e5m2) && ok;
    return ok ? 0 : 1;
}
