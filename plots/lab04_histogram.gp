# lab04_histogram.gp: how large activation gradients are, by their exponent, before they are rounded to
# FP16; with and without a loss scale, at one step. What lies left of the first line becomes 0. How to
# run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/histogram.csv"
load "plots/style.gp"

RECIPES = "fp32 fp16 fp16_dynamic"
LABELS = "'FP32, unscaled' 'FP16, unscaled' 'FP16, dynamic loss scale'"
TYPES = "1 2 5"
TOP = 0
do for [i=1:3] {
    stats CSV using (series(word(RECIPES, i), 3)) nooutput
    if (STATS_max > TOP) { TOP = STATS_max }
}
TOP = TOP > 0 ? 1.25 * TOP : 1

set title "Lab 04: the size of activation gradients, and what FP16 can hold"
set xlabel DUMB ? "exponent e: gradients with 2^e <= |g| < 2^(e+1), before rounding" : \
    "exponent e: gradients with 2^{e} ≤ |g| < 2^{e+1}, before rounding"
set ylabel "share of all activation gradients that are not 0"
set xrange [-45:20]
set yrange [0:TOP]
set xtics 5
# |g| <= 2^-25 is rounded to 0; the smallest subnormal is 2^-24, the smallest normal 2^-14, the
# largest number 65504. Exponent e covers [e, e + 1).
set object 1 rectangle from -45, 0 to -25, TOP fc rgb SHADE fs solid noborder behind
do for [line in "-25 -14 16"] {
    set arrow from line + 0, 0 to line + 0, TOP nohead lc rgb GREY lw 1.5 dt (4,3) back
}
set label 1 "becomes 0" at -25.6, 0.96 * TOP right noenhanced
set label 2 "subnormal" at -24.4, 0.96 * TOP left noenhanced
set label 3 "normal" at -13.4, 0.96 * TOP left noenhanced
set label 4 "inf" at 16.6, 0.96 * TOP left noenhanced
plot for [i=1:3] CSV using ($2 + 0.5):(series(word(RECIPES, i), 3)) with histeps lt word(TYPES, i) + 0, \
     for [i=1:3] CSV using ($2 + 0.5):(series(word(RECIPES, i), 3) > 0 && (int($2) + 200) % 3 == i - 1 ? column(3) : NaN) \
         with points lt word(TYPES, i) + 0, \
     for [i=1:3] keyentry with linespoints lt word(TYPES, i) + 0 title word(LABELS, i)
