/**
 * @file tests_quiz.h
 * @brief Lab 04's quiz: the questions of quiz.txt, and what is said to which wrong answer. A part of
 *        test_lab04.c. The answers are worked in exercises.md, beside the solution's quiz.txt.
 */
GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        NUMBER("q1", 32, 1e-6, NULL,
               "the product must be above 2^-25 = 2.98e-8: at or below that FP16 rounds to 0",
               {"64", "a smaller one does: what is above half of 2^-24 is rounded up to it"},
               {"65536", "that is the scaler's first value; the smallest is asked for"}),
        NUMBER("q2", 131072, 1e-6, NULL,
               "write down the tracker at steps 2000, 3999, 4000, 6000 and 7000",
               {"262144", "the infinity of step 4000 halves the scale"},
               {"65536", "count the growths: there is one before step 4000 and one after it"}),
        NUMBER("q3", 222000, 1e-6, NULL, "from 2^16 to 2^127, a doubling in every 2000 clean steps",
               {"224000", "2^128 is no FP32 number: the last growth is refused"},
               {"111", "those are the growths; the steps are asked for"}),
        NUMBER("q4", 144, 1e-6, NULL,
               "1/S is infinite in FP32 once S is 2^-128: count the halvings from 2^16",
               {"166", "that is where S itself is 0"},
               {"128", "from 2^16 it is 16 more to get down to 1"},
               {"143", "1/2^-127 is 2^127, which is finite"}),
        NUMBER("q5", 32768, 1e-6, NULL, "the scale is shared: it backs off once an update",
               {"16384", "found_inf of both is added up first: there is one update"}),
        CHOICE(
            "q6", "b", "the limit is meant for the gradients as they are without the scale",
            {"a", "a norm of 1 is a limit for g; there the gradients are S g"},
            {"c", "then the step has been made"},
            {"d",
             "the scale makes gradients larger or finds that they are infinite: it limits none"}),
        NUMBER("q7a", 1.328, 0.03, "%",
               "FP16's numbers are 2^-24 = 5.96e-8 apart down there: which multiple is nearest?",
               {"100", "1e-6 is above 2^-25: it is kept, with few digits"},
               {"0.024", "as precisely as normal numbers are kept? 1e-6 is below 2^-14"}),
        NUMBER("q7b", 0.02404, 0.02, "%",
               "times 65536 it is a normal number: 11 significant bits, nearest multiple of 2^-14",
               {"1.328", "that is without the scale"},
               {"0.0488",
                "that is the most that rounding costs; this number is nearer to a neighbour"},
               {"0", "scaling is exact, the rounding to FP16 is not"}),
        NUMBER("q8a", 64, 1e-6, NULL, "the smallest normal number is 2^-14 = 6.1e-5",
               {"2^-4", "then it does not become 0, but it is still subnormal"},
               {"32", "3.2e-5 is below 2^-14"}),
        NUMBER("q8b", 16384, 1e-6, NULL, "3 S must stay below 65520",
               {"32768", "3 * 32768 is 98304"},
               {"65536", "3 * 65536 is 196608: the scaler's first value overflows here"},
               {"21840", "the quotient is right; a power of two is asked for"}),
        NUMBER("q9a", 0.0625, 1e-6, NULL, "each skipped step halves it once, from 2^16 on",
               {"0.03125", "count again: after 16 halvings it is 1"},
               {"65536", "a skipped step backs off; only the weights stay as they were"},
               {"1", "there is no lower limit: it goes on below 1"}),
        CHOICE(
            "q9b", "b",
            "with S = 2^-4 the gradients are smaller than without any scale. Can S be the cause?",
            {"a", "that takes a handful of steps, and ends above S = 1 in a model that trains "
                  "without a scale"},
            {"c", "in a skipped step no weight moves"}, {"d", "a larger scale overflows sooner"}),
        CHOICE("q10", "a", "what happens after 2000 clean steps?",
               {"b", "the distance of the skips is the growth interval: look at what the scale "
                     "does between them"},
               {"c", "the distance of the skips is the growth interval: look at what the scale "
                     "does between them"},
               {"d", "a skipped step leaves weights and moments as they are"}),
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
