# lab05_grad_norm.gp: norm of all gradients, as it was at each step (not smoothed). They are much the
# same in every recipe: gradients do not show the failure. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/loss.csv"
load "plots/style.gp"

RECIPES = "fp32 bf16 bf16_master bf16_kahan bf16_stochastic"
LABELS = "'FP32' 'BF16 alone' 'BF16 + FP32 master' 'BF16 + Kahan' 'BF16 + stochastic rounding'"
stats CSV using 2 nooutput
LAST_X = int(STATS_max)

set title "Lab 05: the size of the gradient"
set xlabel "step"
set ylabel "Euclidean norm of all gradients"
set yrange [0:*]
plot for [i=1:5] CSV using 2:(series(word(RECIPES, i), 4)) with lines lt i, \
     for [i=1:5] CSV using 2:(markers(word(RECIPES, i), 4, i, 5)) with points lt i, \
     for [i=1:5] keyentry with linespoints lt i title word(LABELS, i)
