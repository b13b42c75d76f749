/**
 * @file tests_quiz.h
 * @brief Lab 03's quiz: the questions of quiz.txt, and what is said to which wrong answer. A part of
 *        test_lab03.c. The answers are worked in exercises.md, beside the solution's quiz.txt.
 */
GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        NUMBER("q1", 0.25, 1e-3, NULL, "the exponentials are 8, 4, 2, 1 and 1",
               {"0.5", "that is the first one"},
               {"4/15", "0 has an exponential too: there are two of them"}),
        CHOICE("q2", "b", "exp(97.08) is above FP32's largest number; work out all five quotients",
               {"a", "so it would be without overflow: is exp(97) a finite FP32 number?"},
               {"c", "is exp(95) a finite number? And what is infinity over infinity?"},
               {"d", "a quotient of two infinities is none"}),
        NUMBER("q3", 0.5, 1e-3, NULL,
               "softmax does not change when the same number is subtracted from all logits",
               {"1", "the maximum's exponential is 1; divide by the sum of all five"}),
        NUMBER("q4", 88.7228, 5e-5, NULL,
               "the largest FP32 number is just below 2^128, and log(2^128) = 128 log(2)",
               {"709.7827", "that is FP64's"},
               {"38.5318", "that is the decimal logarithm of the largest number"},
               {"128", "that is the binary logarithm of the largest number"}),
        CHOICE("q5", "c",
               "shift by 200: the exponents are -100, -150 and 0. FP32 reaches down to 2^-149 = "
               "1.4e-45",
               {"a", "1.2e-38 is the smallest normal number; subnormals go on below it"},
               {"b", "has FP32 a number near 7e-66?"}, {"d", "that is the naive form"}),
        NUMBER("q6", 11.09, 5e-4, NULL, "FP16 ends at 65504: take its natural logarithm",
               {"16", "that is the binary logarithm"}, {"4.816", "that is the decimal logarithm"}),
        NUMBER("q7", 1.25, 1e-3, NULL,
               "bring both sums to the larger maximum: exp(-log 8) = 1/8 for the smaller part",
               {"3", "the two sums count in different units: one is relative to 8, one to 1"},
               {"17", "exp(+log 8) brings the smaller part up: it must come down"}),
        CHOICE("q8", "d", "what is half the gap between FP32 numbers near 10,000?",
               {"a", "that is relative: times 10,000 it is an absolute error"},
               {"c", "a factor of ten more: the gap there is 2^-10"}),
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
