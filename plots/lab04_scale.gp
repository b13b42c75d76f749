# lab04_scale.gp: the loss scale over the steps; crosses where the optimizer was skipped, triangles
# where the scale grew after the step. Each growth too many is answered by a skip. How to run it:
# style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/loss.csv"
load "plots/style.gp"

RECIPES = "fp16_static fp16_static_high fp16_dynamic fp16_dynamic_20"
LABELS = "'static, 2¹⁹' 'static, 2³⁰' 'dynamic, from 2¹⁶, interval 2000' 'dynamic, from 2³⁶, interval 20'"
# Linetypes as in lab04_loss.
TYPES = "3 4 5 6"
power(name) = series(name, 5) > 0 ? log(column(5)) / log(2) : NaN
at(name, c) = series(name, c) == 1 ? power(name) : NaN

set title "Lab 04: the loss scale, where it skipped a step and where it grew"
set xlabel "step"
set ylabel "loss scale S (power of two)"
set format y (DUMB ? "2^%.0f" : "2^{%.0f}")
set ytics enhanced
set yrange [*:*]
set offsets 0, 0, 1, 1
plot for [i=1:4] CSV using 2:(power(word(RECIPES, i))) with steps lt word(TYPES, i) + 0, \
     for [i=1:3] CSV using 2:(at(word(RECIPES, i), 6)) with points pt 2 ps 0.9 lt word(TYPES, i) + 0 dt solid lw 1, \
     CSV using 2:(at("fp16_dynamic_20", 6)) with points pt 2 ps 1.4 lw 2.2 lc rgb BLACK, \
     for [i=1:4] CSV using 2:(at(word(RECIPES, i), 7)) with points pt 9 ps 1.6 lc rgb BLACK, \
     for [i=1:4] keyentry with lines lt word(TYPES, i) + 0 title word(LABELS, i), \
     keyentry with points pt 2 ps 1.4 lw 2.2 lc rgb BLACK title "step skipped", \
     keyentry with points pt 9 ps 1.6 lc rgb BLACK title "grew after the step"
