# lab03_kernels.gp: error of the four kernels and of the loop in C, by the length of the rows: the more
# partial sums share a row, the less is lost. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/kernels.csv"
load "plots/style.gp"

VERSIONS = "softmax softmax_rows_naive softmax_rows_shared softmax_rows_warp softmax_rows_online"
LABELS = "'3.4 in C: one sum' 'naive: one sum' 'shared: 256 sums and a tree' 'warp: 32 sums and shuffles' 'online: 256 sums, by float4'"

set title "Lab 03: worst error of softmax, by the length of a row and by how many threads share it"
set xlabel "length of a row, logits of size 1"
set ylabel "max |error| / max probability"
set logscale x 2
set logscale y 10
set xrange [2.0**4:2.0**16]
set yrange [2e-8:2e-5]
set xtics 16, 4
set format x (DUMB ? "2^%L" : "2^{%L}")
set format y (DUMB ? "1e%T" : "10^{%T}")
U = 2.0**-24
if (!DUMB) {
    set label 1 "u = 2^{-24}" at 2.0**4.1, U*0.78 tc rgb INK
}
plot U with lines lc rgb GREY lw 1 dt solid, \
     for [i=1:5] CSV skip 1 using 2:(series(word(VERSIONS, i), 3)) with linespoints lt i, \
     for [i=1:5] keyentry with linespoints lt i title word(LABELS, i)
