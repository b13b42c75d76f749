# lab04_loss.gp: loss in FP32 and in FP16 under five loss scales, as it was at each step. Without a
# scale it ends higher, and nothing says so. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/loss.csv"
load "plots/style.gp"

RECIPES = "fp32 fp16 fp16_static fp16_static_high fp16_dynamic fp16_dynamic_20"
LABELS = "'FP32' 'FP16 unscaled' 'FP16, static 2¹⁹' 'FP16, static 2³⁰' 'FP16, dynamic' 'FP16, dynamic, interval 20'"
stats CSV using 2 nooutput
LAST_X = int(STATS_max)

set title "Lab 04: the loss, by the loss scale"
set xlabel "step"
set ylabel "mean cross-entropy of the batch (nats)"
set yrange [*:*]
plot for [i=1:6] CSV using 2:(series(word(RECIPES, i), 3)) with lines lt i, \
     for [i=1:6] CSV using 2:(markers(word(RECIPES, i), 3, i, 6)) with points lt i, \
     for [i=1:6] keyentry with linespoints lt i title word(LABELS, i)
