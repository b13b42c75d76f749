/**
 * @file tests_quiz.h
 * @brief Lab 02's quiz: the questions of quiz.txt, and what is said to which wrong answer. A part of
 *        test_lab02.c. The answers are worked in exercises.md, beside the solution's quiz.txt.
 */
GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        NUMBER("q1", 2000 * 0x1p-24, 0.01, NULL,
               "FP16 stores 1e-7 as 2 * 2^-24; what do a thousand of those make? Nothing is lost "
               "on the way",
               {"0.0001", "that is the exact sum; how does FP16 store 1e-7?"},
               {"0", "1e-7 is above 2^-25: FP16 has a number near it"}),
        NUMBER("q2", 0x1p-15, 0.02, NULL,
               "the sum stops at the first power of two whose half gap is above the addend",
               {"0.0001", "that is the exact sum: BF16 has 8 significant bits"},
               {"2^-16", "there half the gap is 2^-24 = 6e-8, and 1e-7 still moves the sum"}),
        NUMBER("q3", 2048, 1e-6, NULL, "FP16 has 11 significant bits: where is half the gap 1?",
               {"65504", "long before that the sum stands still"}, {"256", "that is BF16"},
               {"100000", "that is above FP16's largest number, and the sum never even gets near"}),
        NUMBER(
            "q4", 3064, 1e-6, NULL, "ask adds_until_overflow(); 65504/17 is not the answer",
            {"3854",
             "that is the exact sum; from 16384 on every addition is rounded, and not always down"},
            {"3853", "that is the exact sum; from 16384 on every addition is rounded, and not "
                     "always down"}),
        CHOICE("q5", "nan", "with b = NaN, a > b is false: what is kept? Go through the loop",
               {"3", "3 > NaN is false, so the loop keeps the other one"}),
        CHOICE("q6", "b", "FP64 reaches 1.8e308; what is the largest FP32 number?",
               {"a", "FP64 reaches 1.8e308"}, {"c", "FP32 ends at 3.4e38"},
               {"d", "overflow gives an infinity; NaN is for what has no answer at all"}),
        CHOICE("q7", "c",
               "the scaler only sees what is left in the gradients when it looks at them",
               {"a", "these were the largest gradients of all, and now they are 0"},
               {"b", "how would the scaler know that it must?"},
               {"d", "a step is skipped if the scaler finds something: what is left to find?"}),
        CHOICE(
            "q8", "c b d a",
            "which cause is shown at work, which one only makes it worse, which one was not tried, "
            "which one is refuted?",
            {"a", "other nodes compute the same numbers to the bit: a faulty device would have to "
                  "be there twice"},
            {"d",
             "nothing is non-finite and the largest activation is as ever: nothing points there"},
            {"b", "with half the rate the loss is 8.0 all the same: the rate decides what follows, "
                  "not that it happens"},
            {"c d", "half the rate halves the damage: that was tried and seen, and a format's part "
                    "was not"}),
        CHOICE("q9", "f h e g",
               "ask of each cause: which of the four numbers would have changed, and no other?",
               {"e", "the data is cause c"}, {"g", "numbers that leave their format are cause d"},
               {"h", "the size of a step is set by the rate, cause b"}),
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
