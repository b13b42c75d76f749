/**
 * @file tests_quiz.h
 * @brief Lab 06's quiz: the questions of quiz.txt, and what is said to which wrong answer. A part of
 *        test_lab06.c. The answers are worked in exercises.md, beside the solution's quiz.txt.
 */
GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        NUMBER("q1", 128, 1e-6, NULL, "divide E4M3's largest value by the amax",
               {"3.5/448", "that is the inverse, a factor in DeepGEMM's sense"},
               {"16384", "that is with E5M2's largest value"}),
        NUMBER("q2", 448, 1e-6, NULL,
               "the step uses the scale it found, so its first tensor meets the scale of the "
               "start, and what is too large saturates",
               {"1000", "1000 is no E4M3 value, and what is the scale in the first step?"},
               {"1024", "1000 is above E4M3's largest value"}),
        NUMBER("q3", 17, 1e-6, NULL,
               "the outlier is seen by 16 updates, the one that drops it included, and an update "
               "is felt one step later",
               {"16", "an update is felt one step after it is made"},
               {"18", "the history has 16 slots: count the updates that see the outlier"}),
        CHOICE("q4", "b", "run fp8_delayed_update with an infinity in a history of length 4",
               {"a", "448 / infinity is 0, and that is why it is not taken"},
               {"c", "that is for an amax too small, where the quotient is infinite"},
               {"d", "that is current scaling, which has no old scale to keep"}),
        NUMBER(
            "q5", 1.0 / 32, 1e-3, NULL,
            "an element's factor is 4 bytes shared by 128 elements; compare with one byte of code",
            {"1/128", "that counts factors, not their bytes"},
            {"4", "those are the bytes of one factor"}),
        CHOICE("q6", "d", "section 3.3 of the DeepSeek-V3 report; chapter 6 has a table",
               {"a", "that is the HYBRID recipe of Transformer Engine"},
               {"b", "its scales are those of the tensor at hand"},
               {"c", "a scale for each tile leaves nothing for a loss scale to do"}),
        NUMBER("q7", 1 / 0.7, 0.025, NULL, "the new time is 0.4 + 0.6/2 of the old one",
               {"2", "only the products become twice as fast"},
               {"0.7", "that is the new time; how many times does it fit into the old one?"},
               {"1.6", "times add up, speeds do not"},
               {"1.3", "the time falls by 0.3: what is 1 over what is left?"}),
        CHOICE("q8", "c",
               "one of the four has been measured, and is not so: see the claims of chapter 6",
               {"a", "it is so: an A100 has 8.0"},
               {"b", "it is so: scales, histories, what to do about outliers, and all of that in "
                     "checkpoints"},
               {"d", "it is so: see the question before"}),
        CHOICE("q9", "d",
               "who has the hardware, a step that is mostly products, and a way to see if it goes "
               "wrong?",
               {"a", "an A100 has compute capability 8.0"},
               {"b", "one unknown at a time: what would a bad curve say?"},
               {"c", "fewer exponent bits will not help; first find out what overflows"}),
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
