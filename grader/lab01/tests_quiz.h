/**
 * @file tests_quiz.h
 * @brief Lab 01's quiz: the questions of quiz.txt, and what is said to which wrong answer. A part of
 *        test_lab01.c. The answers are worked in exercises.md, beside the solution's quiz.txt.
 */
GRADED(quiz, .points = 10, .idea = "what the layouts mean in numbers")
{
    static const struct question questions[] = {
        NUMBER("q1", 448, 1e-9, NULL, "which codes of E4M3 are numbers? Take the last of them",
               {"480", "the code of 480 is taken: read q2"},
               {"240",
                "240 ends a 1/4/3 format that gives up its whole top exponent, as IEEE 754 does"},
               {"57344", "that is E5M2's"}),
        CHOICE("q2", "b", "read the rows of FP_NAN_ONLY in the table at the top of lab01.c",
               {"a", "so it would be in IEEE 754, and E4M3 would end at 240"},
               {"d", "a cast clamps to the largest number there is: why is there none above 448?"}),
        NUMBER("q3a", 0x1p-24, 1e-6, NULL, "6.1e-5 is the smallest normal; values go on below it",
               {"2^-14", "that is the smallest normal number, the page's mistake"},
               {"2^-25", "that one is rounded away: it is no FP16 value"}),
        NUMBER("q3b", 0x1p-25, 1e-6, NULL, "to nearest: what lies midway between 0 and q3a?",
               {"2^-24", "that is a value of FP16: the cast keeps it"},
               {"2^-14", "from there down numbers lose digits, but not yet themselves"}),
        NUMBER("q4", 1, 1e-9, NULL, "find the two FP32 values around it; is it a tie?",
               {"1+2^-23",
                "that is the upper one of the two values that it lies between: which one is even?"},
               {"1+2^-24", "that is the sum itself, which has no FP32 code"}),
        NUMBER("q5", 2, 1e-9, NULL, "BF16 keeps 7 bits below the leading one; 256 is 2^8",
               {"1", "that is the gap below 256: above it begins a coarser binade"},
               {"2^-7", "that is the gap above 1: the gap grows with the power of two"}),
        NUMBER("q6a", 1.125, 1e-9, NULL,
               "E4M3 has steps of 1/8 here; on which side of the middle is x?",
               {"1", "x is above the middle of 1 and its neighbour, not on it"}),
        NUMBER("q6b", 1, 1e-9, NULL, "first what FP16 makes of x; then that number's own cast",
               {"1.125", "that is the cast in one step; what is left of 2^-12 after FP16?"}),
        CHOICE("q7", "b",
               "which of the two formats can hold what a backward pass makes, without help?",
               {"a", "the products are summed in FP32 and the weights are FP32: digits are not "
                     "what breaks runs"},
               {"c", "how many exponent bits has BF16? Compare with FP32"},
               {"d", "FP16 gradients are subnormal or 0 on any device: exponent bits do not come "
                     "with the hardware"}),
        CHOICE(
            "q8", "c", "what can this hardware multiply fast, and what does that format need?",
            {"a",
             "it can be stored in BF16, but a V100 multiplies that in FP32, without tensor cores"},
            {"b", "FP8 came to tensor cores with compute capability 8.9; a V100 has 7.0"},
            {"d", "that works, and leaves seven eighths of the V100's speed unused"}),
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
