/**
 * @file tests_guard.h
 * @brief Graded tests of exercise 2.12: an error message that helps.
 *
 * A part of test_lab02.c, which includes it once.
 */
#ifndef LOWP_GRADER_LAB02_TESTS_GUARD_H
#define LOWP_GRADER_LAB02_TESTS_GUARD_H

#include "grader/lab02/beliefs.h"

enum { LIST = 6, TEXT_ROOM = 128 };

/** A list of tensors with names of a network; `bad` of them hold something bad. */
static const struct tensor *give_list(uint64_t k, size_t bad)
{
    static const char *const names[LIST] = {"embedding",     "layer0.weights", "layer0.relu",
                                            "layer1.matmul", "layer17.add",    "logits"};
    struct tensor list[LIST];
    for (uint64_t i = 0; i < LIST; i++) {
        uint32_t bits[150];
        enum dtype dtype = (enum dtype)((k + i) % 3);
        size_t n = test_u64(100 * k + i) % 150;
        for (uint64_t j = 0; j < n; j++)
            bits[j] = draw_code(dtype, (enum kind)(test_u64(1000 * k + 150 * i + j) % 3), j);
        // From the last tensor on: the earlier ones stay clean, so not always tensor 0 is named.
        for (uint64_t b = 0; i + bad >= LIST && n > 0 && b < 2; b++)
            bits[test_u64(50 * k + 10 * i + b) % n] =
                draw_code(dtype, b + k % 3 ? KIND_INF : KIND_NAN, 300 * k + 10 * i + b);
        list[i] = give_tensor(names[i], dtype, bits, n);
    }
    return GIVE(list, LIST);
}

/** How someone goes over a list. */
struct guard_search {
    unsigned bad;       /**< what is looked for: some of BAD_ANY */
    kind_rule *kind_of; /**< how it is recognised */
    bool last;          /**< the last tensor that holds some, not the first */
};

static const struct guard_search SEARCH_RIGHTLY = {BAD_ANY, oracle_kind, false};

/** Where a bad value is. @param[out] at there, if there is one @return is there one? */
static bool search_list(const struct tensor *list, struct guard_search s, struct finding *at)
{
    bool found = false;
    for (size_t i = 0; i < LIST && (s.last || !found); i++) {
        size_t element = find_bad(list[i], s.bad, s.kind_of, false);
        if (element == NOT_FOUND)
            continue;
        *at = (struct finding){i, element, (float)oracle_element(list[i], element)};
        found = true;
    }
    return found;
}

enum { GUARD_BELIEFS = COUNT(SEARCH_BELIEFS) + COUNT(KIND_BELIEFS) + 1 };

/** Wrong searches: for some values, by a wrong rule, up to the last. @param[out] search how
 *  @return what is to be said about it */
static const char *guard_belief(size_t b, struct guard_search *search)
{
    *search = SEARCH_RIGHTLY;
    if (b < COUNT(SEARCH_BELIEFS)) {
        search->bad = SEARCH_BELIEFS[b].bad;
        return SEARCH_BELIEFS[b].belief;
    }
    b -= COUNT(SEARCH_BELIEFS);
    if (b < COUNT(KIND_BELIEFS)) {
        search->kind_of = KIND_BELIEFS[b].answer;
        return KIND_BELIEFS[b].belief;
    }
    search->last = true;
    return "the last tensor with a bad value was named: the first is meant, where it began";
}

static void name_guard_belief(const struct tally t[GUARD_BELIEFS])
{
    for (size_t b = GUARD_BELIEFS; b-- > 0;) {
        struct guard_search ignored;
        name_belief(&t[b], guard_belief(b, &ignored));
    }
}

/** The same answer? Where nothing was found, the finding does not count. */
static bool same_finding(bool found, const struct finding *a, bool wanted, const struct finding *b)
{
    return found == wanted && (!found || (a->tensor == b->tensor && a->element == b->element &&
                                          same((double)a->value, (double)b->value)));
}

enum { GUARD_LISTS = 14 };

GRADED(guard_finds, .points = 3, .idea = "a guard names tensor and element, the first that is bad")
{
    struct tally t[GUARD_BELIEFS] = {{0}}, swapped = {0}, counted_on = {0};
    char first[200] = "";
    for (uint64_t k = 0; k < GUARD_LISTS; k++) {
        const struct tensor *list = give_list(k, k % (LIST + 1));
        struct finding *got = TAKE(struct finding, 1), want = {0}, believed = {0};
        char *text = TAKE(char, TEXT_ROOM);
        bool finite = guard_finite(list, LIST, got, text, TEXT_ROOM);
        bool bad = search_list(list, SEARCH_RIGHTLY, &want);
        bool right = same_finding(!finite, got, bad, &want);
        for (size_t b = 0; b < GUARD_BELIEFS; b++) {
            struct guard_search search;
            guard_belief(b, &search);
            bool found = search_list(list, search, &believed);
            count_belief(&t[b], right, same_finding(!finite, got, found, &believed));
        }
        count_belief(&swapped, right,
                     bad ? got->tensor == want.element && got->element == want.tensor : right);
        size_t before = 0; // elements of the tensors before it
        for (size_t i = 0; bad && i < want.tensor; i++)
            before += list[i].n;
        count_belief(&counted_on, right, bad ? got->element == before + want.element : right);
        if (!right && !*first && finite == bad)
            snprintf(first, sizeof first, "guard_finite returned %s for a list in which %s",
                     finite ? "true" : "false",
                     bad ? "a value is not finite" : "all values are finite");
        else if (!right && !*first)
            snprintf(first, sizeof first,
                     "guard_finite found tensor %zd, element %zd, value %g; expected tensor %zu, "
                     "element %zu, value %g",
                     (ssize_t)got->tensor, (ssize_t)got->element, (double)got->value, want.tensor,
                     want.element, (double)want.value);
        arena_reset();
    }
    if (!*first)
        return;
    name_guard_belief(t);
    name_belief(&swapped, "tensor and element were swapped");
    name_belief(&counted_on, "the elements were counted through all tensors: each begins at 0");
    fail("%s", first);
}

/** What printf makes of a NaN whose sign bit is set, as that of inf - inf is on most processors. */
static bool has_signed_nan(const char *text)
{
    return strstr(text, "-nan") || strstr(text, "-NaN") || strstr(text, "-NAN");
}

/** Is the value named, and no other? -inf holds "inf", so that is looked for with its sign. */
static bool names_value(const char *text, float value)
{
    if (isnan(value))
        return (strstr(text, "nan") || strstr(text, "NaN") || strstr(text, "NAN")) &&
               !has_signed_nan(text);
    return strstr(text, "inf") && (strstr(text, "-inf") != NULL) == (value < 0);
}

/** A message in a buffer with room to spare; fails if it is not closed. */
static const char *message(const struct tensor *list, size_t size, bool *finite)
{
    char *text = TAKE(char, TEXT_ROOM);
    struct finding *finding = TAKE(struct finding, 1);
    *finite = guard_finite(list, LIST, finding, text, size);
    if (size > 0 && !memchr(text, 0, size)) {
        struct finding ignored;
        because(
            search_list(list, SEARCH_RIGHTLY, &ignored)
                ? "a text that was cut needs its closing NUL too, as the last of its `size` chars"
                : "where all values are finite the text is \"\": its first char is the closing "
                  "NUL");
        fail("guard_finite with size %zu left no NUL within the size", size);
    }
    for (size_t i = size; i < TEXT_ROOM; i++)
        if ((unsigned char)text[i] != 0xFF) {
            because("`size` is the room there is, the closing NUL included: what does not fit is "
                    "left out");
            fail("guard_finite with size %zu wrote text[%zu]", size, i);
        }
    return text;
}

static const char *value_word(float value)
{
    return isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** "layer0.relu[17]". */
static const char *place_word(const struct tensor *list, const struct finding *at)
{
    static char text[64];
    snprintf(text, sizeof text, "%s[%zu]", list[at->tensor].name, at->element);
    return text;
}

/** Does a text say what was found, if something was? */
static bool text_says(const char *text, const struct tensor *list, bool found,
                      const struct finding *at)
{
    if (!found)
        return text[0] == '\0';
    return strstr(text, place_word(list, at)) && names_value(text, at->value);
}

GRADED(guard_text, .points = 3, .idea = "a message that helps: name[element] = value, or nothing")
{
    struct tally t[GUARD_BELIEFS] = {{0}}, unsigned_inf = {0}, signed_nan = {0};
    char first[300] = "";
    for (uint64_t k = 0; k < GUARD_LISTS; k++) {
        const struct tensor *list = give_list(k, k % (LIST + 1));
        struct finding want = {0}, believed = {0};
        bool finite, bad = search_list(list, SEARCH_RIGHTLY, &want);
        const char *text = message(list, TEXT_ROOM, &finite);
        bool right = text_says(text, list, bad, &want);
        for (size_t b = 0; b < GUARD_BELIEFS; b++) {
            struct guard_search search;
            guard_belief(b, &search);
            bool found = search_list(list, search, &believed);
            count_belief(&t[b], right, text_says(text, list, found, &believed));
        }
        struct finding of_inf = want;
        of_inf.value = want.value < 0 ? -want.value : want.value;
        count_belief(&unsigned_inf, right, text_says(text, list, bad, &of_inf));
        count_belief(&signed_nan, right, right || has_signed_nan(text));
        if (right && !bad)
            message(list, 1, &finite); // "" needs room for its NUL and no more
        if (!right && !*first && bad)
            snprintf(first, sizeof first,
                     "guard_finite says \"%.100s\", which is to hold \"%s = %s\"", text,
                     place_word(list, &want), value_word(want.value));
        else if (!right && !*first)
            snprintf(first, sizeof first,
                     "guard_finite says \"%.100s\", but all values are finite: the text is to be "
                     "empty",
                     text);
        arena_reset();
    }
    if (!*first)
        return;
    name_guard_belief(t);
    name_belief(&unsigned_inf, "the sign belongs to the value: an infinity is inf or -inf");
    name_belief(&signed_nan,
                "printf shows a NaN's sign bit, which means nothing: a NaN is nan, never -nan");
    fail("%s", first);
}

GRADED(guard_cuts_text, .points = 2, .idea = "the text never passes its size, and is always closed")
{
    // Every third list holds NaNs and infinities, so who looks for one of them has a text to cut.
    for (uint64_t k = 3; k < 12; k += 3) {
        const struct tensor *list = give_list(k, LIST);
        bool finite;
        char whole[TEXT_ROOM];
        snprintf(whole, sizeof whole, "%s", message(list, TEXT_ROOM, &finite));
        if (finite || strlen(whole) < 8)
            fail("guard_finite says \"%s\" of a value that is not finite", whole);
        for (size_t size = 0; size <= 12; size++) {
            const char *text = message(list, size, &finite);
            if (size > 0 && (strlen(text) != (strlen(whole) < size ? strlen(whole) : size - 1) ||
                             strncmp(text, whole, strlen(text)) != 0))
                fail("guard_finite with size %zu says \"%s\"; of \"%s\" the first %zu characters "
                     "fit",
                     size, text, whole, size - 1);
            if (size % 4 == 3) {
                arena_reset();
                list = give_list(k, LIST);
            }
        }
        struct finding *finding = TAKE(struct finding, 1);
        guard_finite(list, LIST, finding, NULL, 0);
        arena_reset();
    }
    const struct tensor *list = give_list(0, 0);
    bool finite;
    message(list, 0, &finite);
    guard_finite(list, LIST, TAKE(struct finding, 1), NULL, 0);
}

#endif
