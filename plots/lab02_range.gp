# lab02_range.gp: range of the residual stream h by layer, at the first step, half way, and in the step
# that broke; beside it BF16 in the step where it went furthest, and the cure. Straight lines on this
# axis multiply: the star is where they meet FP16's end. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/activations.csv"
load "plots/style.gp"
BREAKS = RUNDIR . "/breaks.csv"

# The step at which FP16 broke; if it did not, the last one.
BROKE = int(system("awk -F, '$1 == \"fp16\" { s = $2 } END { print s + 0 }' '" . BREAKS . "'"))
STEP = BROKE ? BROKE : int(system("awk -F, '$1 == \"fp16\" { s = $2 } END { print s }' '" . CSV . "'"))
BREAK_LAYER = BROKE ? int(system("awk -F, '$1 == \"fp16\" { print $3 }' '" . BREAKS . "'")) : -1
LAST = int(system("awk -F, '$1 == \"bf16\" && $3 == 24 && $6 + 0 > most { most = $6 + 0; s = $2 } END { print s }' '" . CSV . "'"))
HALF = int((STEP + 1) / 2)

set title BROKE ? sprintf("Lab 02: activations by layer, until FP16 breaks in step %d", BROKE) \
                : sprintf("Lab 02: activations by layer (FP16 did not break in %d steps)", STEP)
set xlabel "layer (0: the embedding)"
set ylabel "magnitude of the layer's output h"
set logscale y 2
set format y (DUMB ? "2^%L" : "2^{%L}")
set xrange [0:24.5]
set xtics 4
set yrange [2.0**-26:2.0**20]
set ytics 16
at(name, s, c) = strcol(1) eq name && $2 == s ? (column(c) > 0 && column(c) < 1e30 ? column(c) : NaN) : NaN
every_third(i) = (int($3) + i) % 3 == 0
if (!DUMB) {
    set label 1 "FP16's largest, 65504" at 0.2, 2.0**17.4 tc rgb INK
    set label 2 "smallest normal, 2^{-14}" at 17.5, 2.0**-12.7 tc rgb INK
    set label 3 "smallest subnormal, 2^{-24}" at 17.5, 2.0**-22.7 tc rgb INK
}
set arrow 1 from 0, 65504 to 24.5, 65504 nohead lc rgb GREY lw 2 dt solid
set arrow 2 from 0, 2.0**-14 to 24.5, 2.0**-14 nohead lc rgb GREY lw 1 dt solid
set arrow 3 from 0, 2.0**-24 to 24.5, 2.0**-24 nohead lc rgb GREY lw 1 dt solid
if (BROKE) { set label 9 "" at BREAK_LAYER, 65504 point pt 3 ps 4 lw 4 lc rgb ALARM front }
broken_text = sprintf("FP16, step %d: infinite from here", STEP)
plot CSV using 3:(at("fp16", 1, 6)) with linespoints lt 3 title "FP16, step 1: largest", \
     CSV using 3:(at("fp16", HALF, 6)) with linespoints lt 4 title sprintf("FP16, step %d: largest", HALF), \
     CSV using 3:(at("fp16", STEP, 6)) with linespoints lt 1 title sprintf("FP16, step %d: largest", STEP), \
     CSV using 3:(at("fp16", STEP, 5)) with linespoints lt 7 title sprintf("FP16, step %d: median", STEP), \
     CSV using 3:(at("fp16", STEP, 4)) with linespoints lt 5 title sprintf("FP16, step %d: least that is not 0", STEP), \
     CSV using 3:(at("bf16", LAST, 6)) with linespoints lt 2 title sprintf("BF16, step %d: largest", LAST), \
     CSV using 3:(at("fp16_scaled", STEP, 6)) with linespoints lt 6 title sprintf("FP16 scaled, step %d: largest", STEP), \
     for [i=1:(BROKE ? 1 : 0)] keyentry with points pt 3 ps 4 lw 4 lc rgb ALARM title broken_text
