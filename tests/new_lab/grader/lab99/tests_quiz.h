/**
 * @file tests_quiz.h
 * @brief Lab 99's quiz: the questions of quiz.txt, and what is said to which wrong answer. A part of
 *        test_lab99.c. The answers are worked in exercises.md, beside the solution's quiz.txt.
 */
GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        NUMBER("q1", 150, 1e-9, NULL, "what is half of FP32's smallest number?",
               {"149", "there the smallest number is reached, which is not 0"},
               {"127", "that is where normal numbers end: there are subnormal ones"}),
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
