# lab07_zero.gp: bytes of 70e9 parameters on the fullest of N devices, by stage of ZeRO. Only stage 3
# goes on falling: what is not cut is a floor. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/zero.csv"
load "plots/style.gp"

LABELS = "'plain data parallel' 'ZeRO-1: master and states' 'ZeRO-2: gradients too' 'ZeRO-3: weights too'"

set title "Lab 07: 70e9 parameters (BF16 + FP32 master, Adam) on N devices, activations not counted"
set xlabel "devices N"
set ylabel "memory of a device (GB of 1e9 bytes)"
set logscale x 2
set logscale y 10
set xrange [1:1024]
set yrange [0.7:2500]
set label 1 "80 GB" at 1.1,80 offset 0,-0.8 front
set label 2 "140 GB: the weights" at 900,140 right offset 0,-0.8 front
plot for [i=1:4] CSV using 2:(column(1) == i - 1 ? column(3) / 1e9 : NaN) with linespoints lt i \
         title word(LABELS, i), \
     80 with lines lc rgb GREY lw 3 dt (4,4) title "one device of 80 GB"
