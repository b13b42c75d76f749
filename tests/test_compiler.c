/**
 * @file test_compiler.c
 * @brief What the workbook takes for granted of the compiler under its flags: every rounding that
 *        the source asks for happens, and no other.
 */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

/* Not static, so that nothing is known of the arguments. */
void narrow_two(double *x);
void scale_two(double *x, double s);
float product_minus(float a, float b, float c);

/* gcc 12.2 at -O2 keeps the doubles here, unless its SLP vectoriser is off. */
__attribute__((noinline)) void narrow_two(double *x)
{
    x[0] = (float)x[0];
    x[1] = (float)x[1];
}

__attribute__((noinline)) void scale_two(double *x, double s)
{
    x[0] = (float)(x[0] * s);
    x[1] = (float)(x[1] * s);
}

__attribute__((noinline)) float product_minus(float a, float b, float c)
{
    return a * b - c;
}

Test(compiler, narrowing_side_by_side_rounds)
{
    double x[2] = {0.1, 0.7}, y[2] = {0.1, 0.7};
    narrow_two(x);
    scale_two(y, 3);
    cr_assert_eq(x[0], (double)0.1f);
    cr_assert_eq(x[1], (double)0.7f);
    volatile double product = 0.1 * 3;
    cr_assert_eq(y[0], (double)(float)product);
}

Test(compiler, products_are_rounded_before_they_are_added)
{
    float a = 1 + 0x1p-12f; /* a * a = 1 + 2^-11 + 2^-24: the last term is a rounding error */
    cr_assert_eq(product_minus(a, a, 1 + 0x1p-11f), 0.0f);
}

Test(compiler, nan_is_not_optimised_away)
{
    volatile float nan = NAN;
    cr_assert(nan != nan && isnan(nan));
    cr_assert_eq(FLT_EVAL_METHOD, 0);
}
