# lab05_moved.gp: share of the stored weights that each step changed. In BF16 most stand still; under a
# cure too, but there nothing is forgotten. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/loss.csv"
load "plots/style.gp"

RECIPES = "fp32 bf16 bf16_master bf16_kahan bf16_stochastic"
LABELS = "'FP32' 'BF16 alone' 'BF16 + FP32 master' 'BF16 + Kahan' 'BF16 + stochastic rounding'"
stats CSV using 2 nooutput
LAST_X = int(STATS_max)

set title "Lab 05: weights that a step moved (BF16 codes; for FP32, the FP32 values)"
set xlabel "step"
set ylabel "share of all weights"
set yrange [0:1.05]
plot for [i=1:5] CSV using 2:(series(word(RECIPES, i), 5)) with lines lt i, \
     for [i=1:5] CSV using 2:(markers(word(RECIPES, i), 5, i, 5)) with points lt i, \
     for [i=1:5] keyentry with linespoints lt i title word(LABELS, i)
