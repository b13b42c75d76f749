# lab06_loss.gp: loss of the five recipes, as it was at each step (not smoothed). FP8 without scales
# stays near its start; with any scales it lies on BF16. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/loss.csv"
load "plots/style.gp"

RECIPES = "bf16 fp8_unscaled fp8_delayed fp8_current fp8_block"
LABELS = "'BF16' 'FP8 without scales' 'FP8, delayed scaling' 'FP8, current scaling' 'FP8, block scaling'"
stats CSV using 2 nooutput
LAST_X = int(STATS_max)

set title "Lab 06: the loss, by where the scales of the FP8 operands come from"
set xlabel "step"
set ylabel "mean cross-entropy of the batch (nats)"
set yrange [*:*]
plot for [i=1:5] CSV using 2:(series(word(RECIPES, i), 3)) with lines lt i, \
     for [i=1:5] CSV using 2:(markers(word(RECIPES, i), 3, i, 5)) with points lt i, \
     for [i=1:5] keyentry with linespoints lt i title word(LABELS, i)
