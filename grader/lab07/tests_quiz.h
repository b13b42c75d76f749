/**
 * @file tests_quiz.h
 * @brief Lab 07's quiz: the questions of quiz.txt, and what is said to which wrong answer. A part of
 *        test_lab07.c. The answers are worked in exercises.md, beside the solution's quiz.txt.
 */
GRADED(quiz, .points = 10, .idea = "the exercises in quiz.txt")
{
    static const struct question questions[] = {
        NUMBER("q1", 208, 0.005, "GB",
               "weight and gradient have two bytes each; master, m and v four each",
               {"26", "those are the weights alone"}, {"156", "the FP32 master is missing"},
               {"234", "the gradients are BF16 here"}, {"193.7", "that number is in GiB"}),
        NUMBER("q2", 37.3, 0.005, "%",
               "the states shrink from 8 bytes to about 2; the other 8 bytes stay. What is that of "
               "16?",
               {"50", "that would be all of the states"},
               {"37.5", "the absmax of each block has bytes, too"},
               {"74.6", "that is what is saved of the states; they are half of the 16 bytes"},
               {"62.7", "that is what remains"}),
        CHOICE("q3", "c",
               "add up the bytes of a parameter in FP32 Adam and in BF16 with an FP32 master",
               {"a", "of the weight and the gradient; what else is kept?"},
               {"b", "that would be without the master"},
               {"d", "the master has four bytes, and BF16 saves four"}),
        NUMBER("q4", 74.5, 0.01, "GiB", "a GB is 1e9 bytes, a GiB 2^30 bytes, which is more",
               {"85.9", "the other way round: a GiB is the larger unit"},
               {"80", "a GB and a GiB differ by 7%"},
               {"78.1", "a GiB is 1024 * 1024 * 1024 bytes"}),
        NUMBER("q5", 2.5, 0.005, "GiB",
               "2 (K and V) * layers * kv_heads * head_dim * bytes for a token; mind which heads",
               {"20", "K and V are kept for the kv heads only"},
               {"1.25", "K and V: there are two of them"}, {"2.684", "that number is in GB"}),
        CHOICE("q6", "d", "which part of the 16 bytes does ZeRO-2 leave on every device?",
               {"a", "that is ZeRO-3, which cuts the weights too"},
               {"b", "2 bytes of 70e9 weights are on every device: is that less than 80 GB?"},
               {"c", "2 bytes of 70e9 weights are on every device: is that less than 80 GB?"}),
        NUMBER("q7", 4, 0.005, NULL,
               "the scores of a head are s x s numbers: what does 2s make of that?",
               {"2", "the rest of the activations grows like that; which part does selective "
                     "recompute drop?"}),
        NUMBER("q8a", 1781552.0 / 1694264, 0.01, NULL,
               "divide the two numbers in the column of peak bytes",
               {"0.5", "so the weights alone: what else is kept?"},
               {"1", "as many bytes a parameter as on paper; the run also unpacks weights and "
                     "gradients to FP32"}),
        NUMBER("q8b", 31.6, 0.04, "%",
               "read the column of characters guessed right, in the row of bf16_adam",
               {"50", "that is no better than a guess between two"}),
        CHOICE("q8c", "b", "who computes the product of two BF16 numbers on this machine?",
               {"a", "fewer bytes help where bytes are what a step waits for"},
               {"c", "both runs take the same number of steps"},
               {"d", "the master is touched once a step, by the optimizer"}),
    };
    check_quiz(questions, sizeof questions / sizeof *questions);
}
