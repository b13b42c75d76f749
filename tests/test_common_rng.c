/**
 * @file test_common_rng.c
 * @brief common/rng.h: known answers, and that bits depend on all three arguments evenly.
 */
#include "common/rng.h"

#include <criterion/criterion.h>
#include <math.h>

/* The first outputs of SplitMix64 from seed 0, the numbers that
 * java.util.SplittableRandom(0).nextLong() gives: its state grows by the gamma that rng_mix() adds. */
Test(rng, mixes_as_splitmix64)
{
    const uint64_t gamma = 0x9E3779B97F4A7C15u;
    cr_assert_eq(rng_mix(0), 0xE220A8397B1DCDAFu);
    cr_assert_eq(rng_mix(gamma), 0x6E789E6AA1B965F4u);
    cr_assert_eq(rng_mix(2 * gamma), 0x06C45D188009454Fu);
}

Test(rng, is_a_function_of_its_arguments_alone)
{
    uint64_t first = rng_u64(1, 2, 3);
    cr_assert_neq(rng_u64(2, 2, 3), first);
    cr_assert_neq(rng_u64(1, 3, 3), first);
    cr_assert_neq(rng_u64(1, 2, 4), first);
    cr_assert_neq(rng_u64(1, 3, 2), first);
    cr_assert_eq(rng_u64(1, 2, 3), first);
    cr_assert_eq(rng_u32(1, 2, 3), first >> 32);
}

/* Of n fair bits the count of ones has standard deviation sqrt(n) / 2; six of them are passed by
 * chance once in 5e8, and the numbers are fixed, so this either holds or it does not. */
Test(rng, every_bit_is_fair_along_each_argument)
{
    enum { N = 1 << 16 };
    for (int argument = 0; argument < 3; argument++)
        for (int bit = 0; bit < 64; bit++) {
            int ones = 0;
            for (uint64_t i = 0; i < N; i++) {
                uint64_t bits =
                    rng_u64(argument == 0 ? i : 1, argument == 1 ? i : 1, argument == 2 ? i : 1);
                ones += bits >> bit & 1;
            }
            cr_assert(abs(ones - N / 2) <= 3 * 256, "argument %d, bit %d: %d ones of %d", argument,
                      bit, ones, N);
        }
}

Test(rng, doubles_lie_in_0_1)
{
    double sum = 0;
    for (uint64_t i = 0; i < 10000; i++) {
        double x = rng_f64(1, 1, i);
        cr_assert(x >= 0 && x < 1);
        sum += x;
    }
    cr_assert(fabs(sum / 10000 - 0.5) <= 6 * sqrt(1.0 / 12 / 10000)); /* six standard errors */
}
