# lab01_relative_error.gp: what rounding costs, by magnitude: a saw over the normal range, a slope where
# numbers are subnormal, and all at the end. E4M3's saw is short, which is why FP8 needs scales. How to
# run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/errors.csv"
load "plots/style.gp"

FORMATS = "FP16 BF16 TF32 E4M3 E5M2" # columns 2 to 6
style(i) = int(word("1 2 6 3 4", i))  # the linetypes of lab01_number_line.gp
set title "Lab 01: relative error of rounding to nearest even (worst of each eighth of a binade)"
set xlabel "magnitude of x"
set ylabel "|rounded - x| / |x|"
set logscale x 2
set logscale y 2
set xrange [2.0**-30:2.0**20]
set yrange [2.0**-13:4]
set xtics 16
set ytics 4
set format x (DUMB ? "2^%L" : "2^{%L}")
set format y (DUMB ? "2^%L" : "2^{%L}")
if (!DUMB) {
    set label 1 "all lost: rounded to 0" at 2.0**-29, 2 tc rgb INK
    set label 2 "clamped to the largest value" right at 2.0**19.7, 2 tc rgb INK
}
# A marker every two binades and a half, at other places on each curve.
marker(i) = int($0) % 20 == 4 * (i - 1) ? column(i + 1) : NaN
plot for [i=1:5] CSV skip 1 using 1:(column(i + 1)) with lines lt style(i), \
     for [i=1:5] CSV skip 1 using 1:(marker(i)) with points lt style(i), \
     for [i=1:5] keyentry with linespoints lt style(i) title word(FORMATS, i)
