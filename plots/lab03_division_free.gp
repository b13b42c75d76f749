# lab03_division_free.gp: error of the shifted and the division-free softmax, row by row, for rows like
# those of Blanchard, Higham & Higham (2021). Above the line the division-free one is worse. How to run
# it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/bounds.csv"
load "plots/style.gp"

set title "Lab 03: two forms of softmax on 2500 rows of ten logits like a digit classifier's"
set xlabel (DUMB ? "error of the shifted form (in u)" : "error of exp(x - m) / S, in units of u = 2^{-24}")
set ylabel (DUMB ? "error of the division-free form (in u)" : "error of exp(x - lse), in units of u")
set xrange [0:7]
set yrange [0:14]
set xtics 1
set ytics 2
plot CSV skip 1 using 8:10 with points pt 6 ps 0.6 lw 1 lc rgb BLUE, \
     x with lines lt 1, \
     keyentry with points pt 6 ps 1 lc rgb BLUE title "a row", \
     keyentry with lines lt 1 title "equal errors"
