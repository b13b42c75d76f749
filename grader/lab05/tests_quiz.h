/**
 * @file tests_quiz.h
 * @brief Lab 05's quiz: the questions of quiz.txt, and what is said to which wrong answer. A part of
 *        test_lab05.c. The answers are worked in exercises.md, beside the solution's quiz.txt.
 */
GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        NUMBER("q1", 0.25, 1e-6, NULL,
               "the update must be above half the gap above w, and that gap is w * 2^-7 for a "
               "power of two",
               {"0.5", "up from 0.5 half the gap is 2^-9 = 0.00195"},
               {"0.125", "a larger one still moves: compare with *half* the gap"}),
        NUMBER(
            "q2", 0.5, 1e-6, NULL,
            "below a power of two the gap is half the one above: compare with the first question",
            {"0.25", "that is the answer for an update upward: below a power of two the numbers "
                     "lie closer"},
            {"1", "down from 1 half the gap is 2^-9 = 0.00195"}),
        NUMBER(
            "q3", 0.03125, 1e-6, NULL,
            "the sum stops at the first power of two whose half gap is above the update",
            {"1",
             "BF16 has 8 significant bits: how far does a sum get that is 256 times its addend?"},
            {"0.0256", "256 times the update is right for the order of size; the sum goes on to "
                       "the next power of two"},
            {"0.015625", "there half the gap is 2^-14 = 6.1e-5, and 1e-4 still moves the sum"}),
        NUMBER("q4", 256, 1e-6, NULL,
               "BF16 has 8 significant bits, FP16 has 11, and FP16's ratio is 2048 = 2^11",
               {"128", "the gap is w/128; the update is compared with half of it"},
               {"512", "that is for an update downward from a power of two"},
               {"2048", "that is FP16's"}),
        NUMBER("q5", 112, 0.005, "GB",
               "add up two bytes each for weight and gradient and four each for master, m and v",
               {"84", "the FP32 master is missing"},
               {"28", "those are weights and gradients; the optimizer keeps three more arrays"},
               {"126", "the gradients are BF16 here"}),
        CHOICE("q6", "c", "try bf16_update_is_lost with the weights 1e-4 and 1e-5",
               {"a", "digits are relative: what is 1e-7 to a weight of 1e-6?"},
               {"b", "1e-7 is a BF16 number; the sum of 1 and 1e-7 is none"},
               {"d", "the sign matters at powers of two alone, by a factor of 2"}),
        CHOICE(
            "q7", "c e a d b",
            "what is free comes first, what needs the run's time comes late, and a treatment comes "
            "after a diagnosis",
            {"b", "treated before it is understood, the evidence is gone"},
            {"d", "a replay costs the run's time, and what it should vary is not known yet"},
            {"a", "norms of what? If the total is still scaled, or a sum that overflowed, so are "
                  "its parts"},
            {"e", "the log's neighbours are no use until the number itself means what you think"}),
        NUMBER("q8", 0.004, 0.001, NULL, "the gradient shall have the norm 1 afterwards",
               {"250", "the other way round"}, {"0.002", "the limit is 1, not the usual norm"},
               {"1", "250 is above the limit"}),
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
