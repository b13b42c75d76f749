/**
 * @file test_grader_check.c
 * @brief The comparators: what passes, what fails, NaN above all, and which belief is named.
 */
#include "tests/outcome.h"

#include <math.h>
#include <string.h>

static void pass_nothing_checked(void)
{
    because("a belief that nothing came of");
}

Test(check, a_body_that_ends_has_full_points_and_no_belief)
{
    json_t *r = outcome(pass_nothing_checked);
    cr_assert_str_eq(text_of(r, "status"), "passed");
    cr_assert_eq(points_of(r), 10.0);
    cr_assert_str_eq(text_of(r, "belief"), "");
}

static void fail_after_half(void)
{
    award(0.5);
    because("a belief");
    fail("got %d", 7);
}

Test(check, fail_keeps_message_belief_and_partial_credit)
{
    json_t *r = outcome(fail_after_half);
    cr_assert_str_eq(text_of(r, "status"), "failed");
    cr_assert_str_eq(text_of(r, "message"), "got 7");
    cr_assert_str_eq(text_of(r, "belief"), "a belief");
    cr_assert_eq(points_of(r), 5.0);
}

static double got_value, want_value, tolerance;

static void close_body(void)
{
    check_close("x", got_value, want_value, tolerance);
}

static const char *close_status(double got, double want, double tol)
{
    got_value = got, want_value = want, tolerance = tol;
    return text_of(outcome(close_body), "status");
}

Test(check, close_fails_on_nan_and_on_infinite_differences)
{
    cr_assert_str_eq(close_status(1.0, 1.0, 0), "passed");
    cr_assert_str_eq(close_status(1.5, 1.0, 0.5), "passed");
    cr_assert_str_eq(close_status(1.5, 1.0, 0.25), "failed");
    cr_assert_str_eq(close_status(NAN, 1.0, INFINITY), "failed");
    cr_assert_str_eq(close_status(1.0, NAN, 1.0), "failed");
    cr_assert_str_eq(close_status(INFINITY, INFINITY, 0), "passed");
    cr_assert_str_eq(close_status(INFINITY, -INFINITY, 1e300), "failed");
}

static float got_f32;

static void f32_body(void)
{
    check_f32("f", &got_f32, &want_value, 1, tolerance);
}

static const char *f32_status(float got, double want, double ulps)
{
    got_f32 = got, want_value = want, tolerance = ulps;
    return text_of(outcome(f32_body), "status");
}

Test(check, f32_counts_ulps_of_the_expected_binade)
{
    cr_assert_str_eq(f32_status(1.0f, 1.0, 0), "passed");
    cr_assert_str_eq(f32_status(1.0f + 0x1p-23f, 1.0, 1), "passed");
    cr_assert_str_eq(f32_status(1.0f + 0x1p-22f, 1.0, 1), "failed");
    cr_assert_str_eq(f32_status(0x1p-149f, 0.0, 1), "passed");
    cr_assert_str_eq(f32_status(0x1p-148f, 0.0, 1), "failed");
    cr_assert_str_eq(f32_status(NAN, 1.0, 1e30), "failed");
    cr_assert_str_eq(f32_status(NAN, NAN, 0), "passed");
    cr_assert_str_eq(f32_status(INFINITY, 1e300, 1e30), "failed");
    cr_assert_str_eq(f32_status(3e38f, INFINITY, 1e30), "failed");
}

/* Four BF16 cases; the third wants a NaN. */
static const uint16_t want_codes[4] = {0x3F80, 0x0001, 0x7FC0, 0x8000};
static uint16_t got_codes[4];

static uint64_t plus_one(size_t i, const void *context)
{
    (void)context;
    return want_codes[i] + 1u;
}

static uint64_t never(size_t i, const void *context)
{
    (void)context;
    return 0xABC0 + i;
}

static void codes_body(void)
{
    static const struct rule rules[] = {{"never", never}, {"one more", plus_one}};
    check_codes(&(struct code_check){.function = "f",
                                     .format = BF16,
                                     .n = 4,
                                     .got = got_codes,
                                     .want = want_codes,
                                     .size = sizeof *got_codes,
                                     .rules = rules,
                                     .rules_count = 2});
}

Test(check, codes_accept_any_nan_where_a_nan_is_wanted)
{
    memcpy(got_codes, want_codes, sizeof got_codes);
    got_codes[2] = 0xFF81;
    cr_assert_str_eq(text_of(outcome(codes_body), "status"), "passed");
    got_codes[2] = 0x7F80; /* an infinity is none */
    cr_assert_str_eq(text_of(outcome(codes_body), "status"), "failed");
}

Test(check, codes_tell_minus_zero_from_zero)
{
    memcpy(got_codes, want_codes, sizeof got_codes);
    got_codes[3] = 0;
    cr_assert_str_eq(text_of(outcome(codes_body), "status"), "failed");
}

Test(check, codes_name_the_rule_that_explains_the_answers)
{
    for (size_t i = 0; i < 4; i++)
        got_codes[i] = (uint16_t)(want_codes[i] + 1);
    json_t *r = outcome(codes_body);
    cr_assert_str_eq(text_of(r, "belief"), "one more");
    cr_assert(strstr(text_of(r, "message"), "+1 ulp") != NULL, "%s", text_of(r, "message"));
    got_codes[1] = 0x1234; /* now it explains two of three mismatches: too few */
    cr_assert_str_eq(text_of(outcome(codes_body), "belief"), "");
}

Test(check, codes_with_stray_high_bits_fail)
{
    static const uint64_t want = 0x7E;
    static uint64_t got = 0x17E;
    struct code_check c = {
        .function = "f", .format = E4M3, .n = 1, .got = &got, .want = &want, .size = 8};
    (void)c;
    cr_assert_eq(value_of(E4M3, 0x7E), 448.0);
    cr_assert(strstr(show_code(E4M3, got), "bits set above") != NULL);
}

Test(check, values_of_codes)
{
    cr_assert_eq(value_of(FP16, 0x7BFF), 65504.0);
    cr_assert_eq(value_of(FP16, 0x0001), 0x1p-24);
    cr_assert_eq(value_of(E5M2, 0x7B), 57344.0);
    cr_assert(isinf(value_of(E5M2, 0x7C)));
    cr_assert(isnan(value_of(E5M2, 0x7D)));
    cr_assert(isnan(value_of(E4M3, 0xFF)));
    cr_assert_eq(value_of(FP64, 0x3FF8000000000000u), 1.5);
    for (uint32_t h = 0; h < 65536; h++) /* BF16 is the top half of FP32 */
        if (!code_is_nan(BF16, h))
            cr_assert_eq(value_of(BF16, h), (double)f32_from_bits(h << 16));
    cr_assert_eq(ulps_between(FP16, 0x8001, 0x0001), 2);
}

Test(check, fields_are_shown_apart)
{
    cr_assert_str_eq(show_code(E4M3, 0xC1), "-2.25 (E4M3 0xC1 1|1000|001)");
    cr_assert_str_eq(show_code(BF16, 0x3FC0), "1.5 (BF16 0x3FC0 0|01111111|1000000)");
}
