/**
 * @file tests_unscale.h
 * @brief Graded tests of exercises 4.1 to 4.4: a scaler, its inverse, check and unscale.
 *
 * A part of test_lab04.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB04_TESTS_UNSCALE_H
#define LOWP_GRADER_LAB04_TESTS_UNSCALE_H

#include "grader/lab04/beliefs.h"
#include "grader/lab04/draw.h"

// --------------------------------------------------------------------------------------------
// 4.1 to 4.3: a scaler, scaling, the inverse
// --------------------------------------------------------------------------------------------

/** Calls scaler_init() on a scaler full of rubbish, and checks what came of it. */
static void check_init(const struct scaler_options *options, enum scaler_status status,
                       struct grad_scaler want)
{
    struct grad_scaler rubbish = {-7, -1, -1, -1, 77, false};
    struct grad_scaler *s = INOUT(&rubbish, 1);
    const struct scaler_options *given = options ? GIVE(options, 1) : NULL;
    const char *what = options ? "scaler_init" : "scaler_init(s, NULL)";
    char text[160] = "scaler_init(s, NULL)";
    if (options)
        snprintf(text, sizeof text, "scaler_init with growth %.9g, backoff %.9g, %s",
                 options->growth_factor, options->backoff_factor,
                 options->enabled ? "enabled" : "disabled");
    want_status(text, scaler_init(s, given), status);
    if (s->growth_tracker != 0 && status == SCALER_OK)
        because("a new scaler has counted nothing: its tracker is set to 0, too");
    else if (status != SCALER_OK)
        because("a call that is refused changes nothing: check first, and write then");
    else
        because("%s", options ? ""
                              : "PyTorch's defaults are S = 2^16, factors 2 and 0.5, interval "
                                "2000, enabled");
    want_scaler(status == SCALER_OK ? what : "after a refused scaler_init", s,
                status == SCALER_OK ? want : rubbish);
}

GRADED(init_takes_settings, .points = 3,
       .idea = "PyTorch's defaults for NULL; growth must be above 1 and backoff below 1")
{
    check_init(NULL, SCALER_OK, scaler_at(65536));
    const struct {
        struct scaler_options options;
        enum scaler_status status;
    } cases[] = {
        {{1024, 1.5, 0.25, 7, true}, SCALER_OK},
        {{3, 1 + 1e-9, 1 - 1e-9, 1, true}, SCALER_OK},
        {{1024, 1.0, 0.5, 7, true}, SCALER_BAD_FACTOR},
        {{1024, 2.0, 1.0, 7, true}, SCALER_BAD_FACTOR},
        {{1024, 0.5, 2.0, 7, true}, SCALER_BAD_FACTOR},
        {{1024, 2.0, 1.5, 7, true}, SCALER_BAD_FACTOR},
        {{1024, 1.0, 1.0, 7, false}, SCALER_OK},
        {{1024, 2.0, 0.0, 7, true}, SCALER_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct scaler_options *o = &cases[i].options;
        check_init(o, cases[i].status,
                   (struct grad_scaler){o->init_scale, o->growth_factor, o->backoff_factor,
                                        o->growth_interval, 0, o->enabled});
        arena_reset();
    }
}

GRADED(scale_multiplies, .points = 2, .idea = "every value is multiplied by S in FP32")
{
    enum { N = 67 };
    float x[N], want[N];
    struct grad_scaler s = scaler_at(draw_scale(1000));
    for (uint64_t i = 0; i < N; i++) {
        x[i] = i == N - 1 ? 3e38f : draw_gradient(i);  // the last one may overflow
        want[i] = oracle_unscaled(x[i], s.loss_scale); // a product like any other
    }
    float *got = INOUT(x, N), *alone = INOUT(x, 1);
    scaler_scale(GIVE(&s, 1), got, N);
    struct unscale_cases context = {x, s.loss_scale, 0};
    check_codes(&(struct code_check){"scaler_scale", FP32, N, got, want, sizeof *got, NULL,
                                     RULES(SCALE_RULES), &context});
    scaler_scale(GIVE(&s, 1), alone, 0);
    if (*alone != x[0])
        fail("scaler_scale of 0 values changed one");
}

static const char *input_scale(size_t i, const void *context)
{
    return show_f32(((const float *)context)[i]);
}

GRADED(inverse_is_rounded_once, .points = 3,
       .idea = "1/S to the nearest float, subnormal inverses and infinite ones included")
{
    enum { N = 300 };
    float scale[N] = {
        65536,    1,       1000,       0.1f, 0x1p-126f, 0x1p-127f,       0x1p-128f,      0x1p-149f,
        0x1p127f, 3.4e38f, 0x1.8p126f, 0,    INFINITY,  0x1.00002p-128f, 0x1.fffffep126f};
    uint32_t want[N];
    for (uint64_t i = 0; i < N; i++) {
        if (i >= 15)
            scale[i] = i % 3 ? draw_scale(i) : f32_from_bits((uint32_t)test_u64(i) % 0x7F800000);
        want[i] = bits_from_f32(oracle_inverse(scale[i]));
    }
    float *got = TAKE(float, N);
    scaler_inverse_map(got, GIVE(scale, N), N);
    check_codes(&(struct code_check){"scaler_inverse", FP32, N, got, want, 4, input_scale,
                                     RULES(INVERSE_RULES), scale});
}

// --------------------------------------------------------------------------------------------
// 4.4: check and unscale
// --------------------------------------------------------------------------------------------

static const char *input_unscale(size_t i, const void *context)
{
    const struct unscale_cases *c = context;
    static char text[260];
    snprintf(text, sizeof text, "x = %s, inv = %s", show_f32(c->x[i]), show_f32(c->inv));
    return text;
}

/** Fails unless check_and_unscale made x * inv of every x. */
static void check_unscaled(const float *x, const float *got, size_t n, float scale)
{
    float want[256];
    struct unscale_cases context = {x, scale, oracle_inverse(scale)};
    for (size_t i = 0; i < n; i++)
        want[i] = oracle_unscaled(x[i], context.inv);
    check_codes(&(struct code_check){"check_and_unscale", FP32, n, got, want, 4, input_unscale,
                                     RULES(UNSCALE_RULES), &context});
}

GRADED(unscale_multiplies_by_the_inverse, .points = 3,
       .idea = "each element of each gradient becomes x * inv in FP32, exactly")
{
    enum { N = 250, TENSORS = 5 };
    const size_t sizes[TENSORS] = {1, 32, 100, 17, 100};
    float x[N], flat[N];
    // Now and then the inverse of a random scale is exact enough to hide a division: take several.
    const float scales[] = {draw_scale(N), 65536, 3, draw_scale(N + 1), 1000, 0.5f, 1};
    for (size_t turn = 0; turn < sizeof scales / sizeof *scales; turn++) {
        float scale = scales[turn];
        struct gradient grads[TENSORS];
        for (uint64_t i = 0; i < N; i++)
            x[i] =
                turn % 2 && i % 7 == 0 ? (float)i * 0x1p-149f : draw_gradient(i); // subnormals too
        if (turn == 4) // who has seen a bad value unscales what comes after it all the same
            x[test_u64(2000) % sizes[0]] = INFINITY, x[60] = NAN, x[140] = -INFINITY;
        for (size_t t = 0, at = 0; t < TENSORS; at += sizes[t++])
            grads[t] = (struct gradient){INOUT(x + at, sizes[t]), sizes[t], GRADIENT_FP32};
        float zero = 0, *found_inf = INOUT(&zero, 1);
        check_and_unscale(GIVE(grads, TENSORS), TENSORS, found_inf, oracle_inverse(scale));
        for (size_t t = 0, at = 0; t < TENSORS; at += sizes[t++])
            memcpy(flat + at, grads[t].data, sizes[t] * sizeof *flat);
        check_unscaled(x, flat, N, scale);
        arena_reset();
    }
}

/** Unscales n values with value `bad` at one place of one of two tensors. @return found_inf */
static float flag_of(float bad, size_t n, size_t place, bool second)
{
    static float x[4099];
    for (size_t i = 0; i < n; i++)
        x[i] = i % 2 ? 1.5f : -3e38f; // large and finite
    struct gradient grads[2] = {{INOUT(x, n), n, GRADIENT_FP32}, {INOUT(x, n), n, GRADIENT_FP32}};
    ((float *)grads[second].data)[place] = bad;
    float zero = 0, *found_inf = INOUT(&zero, 1);
    check_and_unscale(GIVE(grads, 2), 2, found_inf, 0x1p-16f);
    float flag = *found_inf;
    arena_reset();
    return flag;
}

/** Names why a bad value was missed. `found`: were +inf, -inf and three NaNs found as the very first
 *  element? `second`: it was in the second gradient; `later`: it was not the first element. */
static void name_missed_value(const bool found[5], bool second, bool later)
{
    bool infinities = found[0] && found[1], nans = found[2] && found[3] && found[4];
    if (infinities && !found[2])
        because("NaNs were not found: only infinities were looked for, or x == NAN, which is never "
                "true");
    else if (nans && !found[0] && !found[1])
        because("infinities were not found: only NaNs were looked for");
    else if (nans && found[0])
        because(infinities && second ? "the second gradient was not looked at, or its find was lost"
                : infinities && later ? "not all elements were looked at"
                                      : "-inf was not found: it is no more finite than +inf");
}

GRADED(
    finds_every_bad_value, .points = 3,
    .idea = "one infinity or NaN anywhere, last element and last tensor included, sets found_inf")
{
    enum { N = 4099 };
    const struct {
        const char *name;
        float value;
        float want;
    } values[] = {{"+inf", INFINITY, 1},
                  {"-inf", -INFINITY, 1},
                  {"NaN", NAN, 1},
                  {"a NaN with the sign bit", f32_from_bits(0xFFC00001), 1},
                  {"a NaN with its payload in the last bit", f32_from_bits(0x7F800001), 1},
                  {"FP32's largest number", 0x1.fffffep127f, 0},
                  {"0", 0, 0}};
    const size_t places[] = {0, N - 1, N - 2, 1 + test_u64(0) % (N - 3)};
    bool found[sizeof values / sizeof *values]; // as the first element of all
    for (size_t v = 0; v < sizeof values / sizeof *values; v++)
        found[v] = flag_of(values[v].value, N, 0, false) != 0;
    for (size_t v = 0; v < sizeof values / sizeof *values; v++)
        for (size_t p = 0; p < 2 * sizeof places / sizeof *places; p++) {
            size_t place = places[p / 2];
            float got = flag_of(values[v].value, N, place, p % 2);
            if (got == values[v].want)
                continue;
            if (values[v].want == 0)
                because("a large finite number is no overflow: FP32 gradients reach 3.4e38");
            else
                name_missed_value(found, p % 2, p > 1);
            fail("check_and_unscale: with %s as element %zu of %d of the %s of two gradients "
                 "found_inf is %.9g, expected %.9g",
                 values[v].name, place, N, p % 2 ? "second" : "first", (double)got,
                 (double)values[v].want);
        }
}

GRADED(
    finite_before_the_multiply, .points = 3,
    .idea = "the scaled gradient is tested, not the unscaled one: what overflows later is passed")
{
    const struct {
        float x, scale, want;
    } cases[] = {{1e30f, 65536, 0},    {1e30f, 0x1p-100f, 0},    {1.0f, 0x1p-128f, 0},
                 {0.0f, 0x1p-128f, 0}, {-1e-40f, 0x1p-149f, 0},  {2.0f, 0x1p-127f, 0},
                 {1.0f, 0.0f, 0},      {INFINITY, 0x1p-128f, 1}, {INFINITY, 65536, 1},
                 {NAN, 0x1p-100f, 1},  {INFINITY, INFINITY, 1},  {1.0f, INFINITY, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float inv = oracle_inverse(cases[i].scale), x = cases[i].x;
        // Which kind of bad value is found is another test's idea, so there is one of each.
        const float both[] = {x, isfinite(x) ? x : isnan(x) ? INFINITY : NAN};
        const struct gradient *g = give_gradient(both, 2);
        float zero = 0, *found_inf = INOUT(&zero, 1);
        check_and_unscale(g, 1, found_inf, inv);
        float y = *(float *)g->data, want_y = oracle_unscaled(x, inv);
        bool after = !oracle_is_finite(want_y);
        if ((*found_inf != 0) != (cases[i].want != 0)) { // that it is 1 is another test's idea
            if (cases[i].want == 0 && after)
                because("finiteness was tested after the multiply");
            else if (cases[i].want == 0)
                because("a large finite number is no overflow: FP32 gradients reach 3.4e38");
            fail("check_and_unscale: x = %s, inv = %s: found_inf is %.9g, expected %.9g",
                 show_f32(x), show_f32(inv), (double)*found_inf, (double)cases[i].want);
        }
        if (!isfinite(x) && y == 0)
            because("infinities and NaNs were replaced by 0: then nobody downstream can see them");
        else if (!isfinite(x) && same_f32(y, x))
            because("elements that are not finite were not multiplied");
        if (!same_f32(y, want_y))
            fail("check_and_unscale: x = %s, inv = %s became %s, expected %s", show_f32(x),
                 show_f32(inv), show_f32(y), show_f32(want_y));
    }
}

GRADED(flag_is_only_raised, .points = 2,
       .idea = "found_inf is set to exactly 1, and a clean gradient leaves it as it is")
{
    const float start[] = {0, 1, 0, 1}, bad[] = {2, 2, INFINITY, NAN};
    const float want[] = {0, 1, 1, 1};
    for (size_t i = 0; i < 4; i++) {
        const float x[] = {1, bad[i], i < 2 ? 2 : NAN, i < 2 ? 2 : INFINITY, 1};
        float *found_inf = give_floats(&start[i], 1);
        check_and_unscale(give_gradient(x, 5), 1, found_inf, 0.5f);
        if (*found_inf == want[i])
            continue;
        if (i == 1 && *found_inf == 0)
            because("the flag was cleared: that is the caller's business, so that one flag can "
                    "serve several calls");
        else if (*found_inf == 2 || *found_inf == 3)
            because("the bad values were counted: the flag is 1, however many there are");
        fail("check_and_unscale: found_inf was %.9g and the gradients were %s; then it is %.9g, "
             "expected %.9g",
             (double)start[i], i < 2 ? "clean" : "not", (double)*found_inf, (double)want[i]);
    }
}

GRADED(empty_and_missing_gradients, .points = 2,
       .idea = "n = 0 and parameters without a gradient are passed over; what follows is not")
{
    const float x[] = {INFINITY, 4, 8};
    for (int turn = 0; turn < 2; turn++) {
        float *empty = give_floats(x, 1), *full = give_floats(x + 1, 2);
        struct gradient grads[] = {{empty, 0, GRADIENT_FP32},
                                   {NULL, 3, GRADIENT_FP32},
                                   {full, turn ? 2 : 1, GRADIENT_FP32},
                                   {NULL, 0, GRADIENT_FP32}};
        float zero = 0, *found_inf = INOUT(&zero, 1);
        check_and_unscale(GIVE(grads, 4), 4, found_inf, 0.25f);
        if (*found_inf != 0)
            fail("check_and_unscale looked past the end of an empty gradient: found_inf is %.9g",
                 (double)*found_inf);
        if (full[0] == 4)
            because("what stands behind an empty or missing gradient was left out");
        if (empty[0] != INFINITY || full[0] != 1 || full[1] != (turn ? 2 : 8))
            fail("check_and_unscale, gradients of 0, none, %d elements: 4, 8 became %.9g, %.9g; "
                 "expected 1, %d",
                 turn + 1, (double)full[0], (double)full[1], turn ? 2 : 8);
        check_and_unscale(GIVE(grads, 4), 0, found_inf, 0.25f);
        if (full[0] != 1)
            fail("check_and_unscale with count = 0 changed a gradient");
        arena_reset();
    }
}

#endif
