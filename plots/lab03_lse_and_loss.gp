# lab03_lse_and_loss.gp: error of log-sum-exp and of the loss, by the size of the logits. The loss as
# -log(softmax) loses digits first and is infinite then; the fused one stays flat. How to run it:
# style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/errors.csv"
load "plots/style.gp"

FORMS = "lse_naive lse loss_of_softmax cross_entropy"
LABELS = "'naive LSE: log(sum)' 'shifted LSE: m + log S' 'loss as -log(softmax)' 'loss as log S - (x - m)'"
SUMMARY = RUNDIR . "/summary.csv"

set title "Lab 03: worst error of log-sum-exp and of the cross-entropy, by the size of the logits"
set xlabel "standard deviation of the 64 logits of a row"
set ylabel "|error| / |LSE|,  |error| / max(1, loss)"
set logscale x 2
set logscale y 10
set xrange [2.0**-4:2.0**12]
set yrange [1e-8:1e-4]
set xtics 4
set format x (DUMB ? "2^%L" : "2^{%L}")
set format y (DUMB ? "1e%T" : "10^{%T}")
U = 2.0**-24
if (!DUMB) {
    set label 1 "u = 2^{-24}" at 2.0**-3.9, U*0.78 tc rgb INK
}
died(c) = (strcol(1)[1:3] eq "lse" || strcol(1) eq "loss_of_softmax") && column(4) == 1 ? column(c) : NaN
plot U with lines lc rgb GREY lw 1 dt solid, \
     for [i=1:4] CSV skip 1 using 2:(series(word(FORMS, i), 3)) with linespoints lt i pi 4, \
     SUMMARY skip 1 using (died(2)):(died(3)) with points pt 2 ps 3 lw 3 lc rgb ALARM, \
     for [i=1:4] keyentry with linespoints lt i title word(LABELS, i), \
     keyentry with points pt 2 ps 2 lw 3 lc rgb ALARM title "dies: NaN or infinity beyond"
