# lab06_scales.gp: amax of an activation tensor, the scales made of it, and what they flush, around the
# outlier in the middle of the run. Delayed scaling pays in the 16 steps after it, current scaling in
# that one. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/loss.csv"
load "plots/style.gp"

stats CSV using 2 nooutput
AT = int(STATS_max) / 2 + 1 # the step of the outlier
FIRST = AT - 8 > 1 ? AT - 8 : 1
LAST = AT + 26 < STATS_max ? AT + 26 : STATS_max
near(name, c) = int($2) >= FIRST && int($2) <= LAST ? series(name, c) : NaN

set multiplot title "Lab 06: one outlier in the input of the second layer (history of 16 steps)" \
    font TITLE_FONT noenhanced
set lmargin 14
set rmargin 4
set tmargin 0
set bmargin 0
set xrange [FIRST-0.5:LAST+0.5]
set xtics 4
set format x ""
set key off
set size 1,0.21
set logscale y 2
set format y "2^{%L}"
set ylabel "amax"
set ytics 2**6
set yrange [0.25:2**20]
set origin 0,0.71
plot CSV using 2:(near("fp8_delayed", 5)) with linespoints lt 1
set ylabel "scale"
set ytics 2**6
set yrange [2**-12:2**12]
set origin 0,0.47
plot CSV using 2:(near("fp8_delayed", 8)) with linespoints lt 3, \
     CSV using 2:(near("fp8_current", 8)) with linespoints lt 4
unset logscale y
set format y "%g"
set format x "%g"
set ytics 0.2
set yrange [-0.02:0.62]
set ylabel "share that is 0"
set xlabel "step"
set key at screen 0.5,0.01 bottom center horizontal reverse Left
set origin 0,0.23
plot CSV using 2:(near("fp8_block", 11)) with linespoints lt 5, \
     CSV using 2:(near("fp8_delayed", 11)) with linespoints lt 3, \
     CSV using 2:(near("fp8_current", 11)) with linespoints lt 4, \
     keyentry with linespoints lt 1 title "the tensor", \
     keyentry with linespoints lt 3 title "delayed scaling", \
     keyentry with linespoints lt 4 title "current scaling", \
     keyentry with linespoints lt 5 title "block scaling"
unset multiplot
