# lab06_gradients.gp: amax and scale of a gradient tensor over the run, and the share that becomes 0:
# without a scale, nearly all of it. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/loss.csv"
load "plots/style.gp"

stats CSV using 2 nooutput
LAST_X = int(STATS_max)
E5M2_MAX = 57344.0

set multiplot title "Lab 06: the gradient of the second layer's output, in E5M2" font TITLE_FONT noenhanced
set lmargin 14
set rmargin 4
set tmargin 0
set bmargin 0
set xrange [0:LAST_X]
set format x ""
set key off
set size 1,0.36
set logscale y 2
set format y "2^{%L}"
set ylabel "magnitude"
set yrange [2**-18:2**-12]
set ytics 4
set origin 0,0.55
plot CSV using 2:(series("fp8_delayed", 7)) with lines lt 1, \
     CSV using 2:(E5M2_MAX / series("fp8_delayed", 10)) with lines lt 3, \
     2**-16 with lines lt 5
unset logscale y
set format y "%g"
set format x "%g"
set ytics 0.2
set yrange [-0.03:1.05]
set ylabel "share that is 0"
set xlabel "step"
set key at screen 0.5,0.01 bottom center horizontal reverse Left maxcols 2
set origin 0,0.25
set size 1,0.26
plot CSV using 2:(series("fp8_unscaled", 12)) with lines lt 2, \
     CSV using 2:(series("fp8_delayed", 12)) with lines lt 3, \
     keyentry with lines lt 1 title "amax (above)", \
     keyentry with lines lt 3 title "delayed scaling (above: what its scale maps to 57344)", \
     keyentry with lines lt 5 title "smallest E5M2 number (above)", \
     keyentry with lines lt 2 title "no scale (below)"
unset multiplot
