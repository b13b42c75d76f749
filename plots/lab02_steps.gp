# lab02_steps.gp: the largest activation of the whole pass over the steps, and the loss under it: the
# loss gives no warning. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/steps.csv"
load "plots/style.gp"
BREAKS = RUNDIR . "/breaks.csv"

RECIPES = "fp16 bf16 fp16_scaled"
LABELS = "'FP16' 'BF16' 'FP16, branches scaled by 1/sqrt(48)'"
style(i) = int(word("1 2 6", i))
stats CSV using 2 nooutput
LAST_X = int(STATS_max)
BROKE = int(system("awk -F, '$1 == \"fp16\" { s = $2 } END { print s + 0 }' '" . BREAKS . "'"))
BREAK_AT = real(system("awk -F, '$1 == \"fp16\" { s = $7 } END { print s + 0 }' '" . BREAKS . "'"))

set multiplot
set lmargin DUMB ? 10 : 11
set rmargin 3
set xrange [0:LAST_X + 1]
unset key
set title "Lab 02: the largest activation, and the loss, by step"
set size 1, 0.56
set origin 0, 0.44
set format x ""
set logscale y 2
set yrange [1:*]
set ytics 16
set format y (DUMB ? "2^%L" : "2^{%L}")
set ylabel "largest |activation|"
set arrow 1 from graph 0, first 65504 to graph 1, first 65504 nohead lc rgb GREY lw 2 dt solid
if (!DUMB) {
    set label 1 "FP16's largest, 65504" right at graph 0.99, first 2.0**14.6 tc rgb INK
    if (BROKE) { set label 2 sprintf("breaks in step %d", BROKE) at BROKE, BREAK_AT offset 2, -1.2 }
}
if (BROKE) { set label 9 "" at BROKE, BREAK_AT point pt 3 ps 4 lw 4 lc rgb ALARM front }
plot for [i=1:3] CSV using 2:(series(word(RECIPES, i), 4)) with lines lt style(i), \
     for [i=1:3] CSV using 2:(markers(word(RECIPES, i), 4, i, 3)) with points lt style(i)

unset title
unset label 1
unset label 2
unset label 9
unset arrow 1
unset logscale y
set size 1, 0.44
set origin 0, 0
set format x
set format y "%.1f"
set yrange [*:*]
set ytics 0.4
set xlabel "step"
set ylabel "loss (nats)"
set key outside bottom center vertical maxrows 2 noautotitle noenhanced
plot for [i=1:3] CSV using 2:(series(word(RECIPES, i), 3)) with lines lt style(i), \
     for [i=1:3] CSV using 2:(markers(word(RECIPES, i), 3, i, 3)) with points lt style(i), \
     for [i=1:3] keyentry with linespoints lt style(i) title word(LABELS, i), \
     for [i=1:(BROKE ? 1 : 0)] keyentry with points pt 3 ps 2 lw 3 lc rgb ALARM title "FP16 breaks"
unset multiplot
