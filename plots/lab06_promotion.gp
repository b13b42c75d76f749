# lab06_promotion.gp: error of long sums in 14 bits, with and without promotion to FP32: without, it
# grows with the length. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/promotion.csv"
load "plots/style.gp"

set title "Lab 06: sums of E4M3 products in a tensor core that keeps 14 bits (model)"
set logscale x 2
set logscale y 10
set format y "10^{%L}"
set xtics (128, 256, 512, 1024, 2048, 4096, 8192)
set xlabel "length of the sum, k"
set ylabel "largest error over the largest sum"
set xrange [110:9500]
set yrange [1e-5:1]
plot CSV using 1:3 with linespoints lt 2 title "products of both signs, never promoted", \
     CSV using 1:2 with linespoints lt 1 title "the same, promoted every 128", \
     CSV using 1:5 with linespoints lt 5 title "positive products, never promoted", \
     CSV using 1:4 with linespoints lt 3 title "the same, promoted every 128"
