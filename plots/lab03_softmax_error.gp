# lab03_softmax_error.gp: error of three forms of softmax, by the size of the logits. Naive and shifted
# lie on each other until the naive one dies; the division-free one loses a bit with every doubling. How
# to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/errors.csv"
load "plots/style.gp"

FORMS = "softmax_naive softmax softmax_division_free"
LABELS = "'naive: exp(x) / sum' 'shifted: exp(x - m) / S' 'division-free: exp(x - lse)'"
SUMMARY = RUNDIR . "/summary.csv"

set title "Lab 03: error of softmax, by the size of the logits"
set xlabel "standard deviation of the 64 logits of a row"
set ylabel "max |error| / max probability"
set logscale x 2
set logscale y 10
set xrange [2.0**-4:2.0**12]
set yrange [1e-9:1e-2]
set xtics 4
set format x (DUMB ? "2^%L" : "2^{%L}")
set format y (DUMB ? "1e%T" : "10^{%T}")
U = 2.0**-24
if (!DUMB) {
    set label 1 "u = 2^{-24}" at 2.0**-3.9, U*0.62 tc rgb INK
    set label 2 "with markers: the worst row; thin: the median row" at 2.0**-3.8, 4e-3 tc rgb INK
}
# Where a form dies: the last size at which every row came out.
died(name, c) = strcol(1) eq name && column(4) == 1 ? column(c) : NaN
plot U with lines lc rgb GREY lw 1 dt solid, \
     for [i=1:3] CSV skip 1 using 2:(series(word(FORMS, i), 3)) with linespoints lt i pi 4, \
     for [i=1:3] CSV skip 1 using 2:(series(word(FORMS, i), 4)) with lines lt i lw 1, \
     SUMMARY skip 1 using (died("softmax_naive", 2)):(died("softmax_naive", 3)) with points pt 2 ps 3 lw 3 lc rgb ALARM, \
     for [i=1:3] keyentry with linespoints lt i title word(LABELS, i), \
     keyentry with points pt 2 ps 2 lw 3 lc rgb ALARM title "naive dies: NaN beyond"
