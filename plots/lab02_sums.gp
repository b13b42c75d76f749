# lab02_sums.gp: running sums of the same number, against the exact sum. Left: 1e-7, too small for BF16,
# which stalls; right: 17, too much for FP16, which ends long before the exact sum does. How to run it:
# style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/sums.csv"
load "plots/style.gp"

COLUMNS = "fp16 bf16 fp16_pairwise fp16_into_fp32"
column_of(i) = int(word("4 5 7 9", i))
LABELS = "'FP16 accumulator' 'BF16 accumulator' 'FP16, pairwise' 'FP16 into an FP32 accumulator'"
style(i) = int(word("1 2 4 6", i))
of(addend, c) = abs($1 / addend - 1) < 1e-3 && column(c) < 1e30 ? column(c) : NaN
mark(addend, c, i) = int($0) % 20 == 5 * (i - 1) ? of(addend, c) : NaN

set multiplot
set lmargin 12
set rmargin 4
set bmargin 7
set xlabel "number of additions"
set ylabel "sum"
set size 0.5, 1
set origin 0, 0
set title "Lab 02: running sums of 1e-7"
set format y "%.1e"
set xtics 250
set xrange [0:1000]
set yrange [0:1.3e-4]
set arrow 1 from 0, 0 to 1000, 1e-4 nohead lc rgb GREY lw 2 dt solid
unset key
if (!DUMB) {
    set label 1 "exact" at 760, 7.1e-5 tc rgb INK
    set label 2 "BF16 stalls at 2^{-15}" at 480, 2.6e-5 tc rgb INK
    set label 3 "FP16: each 1e-7 is stored 19% too large" left at 60, 1.22e-4 tc rgb INK
}
plot for [i=1:4] CSV using 2:(of(1e-7, column_of(i))) with lines lt style(i), \
     for [i=1:4] CSV using 2:(mark(1e-7, column_of(i), i)) with points lt style(i)

set origin 0.5, 0
set title "and of 17"
set format y "%.0f"
set xtics 1000
set xrange [0:4000]
set yrange [0:75000]
set arrow 1 from 0, 0 to 4000, 68000 nohead lc rgb GREY lw 2 dt solid
set arrow 2 from 0, 65504 to 4000, 65504 nohead lc rgb GREY lw 1 dt solid
if (!DUMB) {
    set label 1 "exact,\nunder the two cures" at 2350, 32000 tc rgb INK
    set label 4 "FP16: each 17 adds\nabout 16 below 2^{15},\nand 32 above it" at 200, 56000 tc rgb INK
    set label 2 "BF16 stalls at 2^{13}" at 1500, 5500 tc rgb INK
    set label 3 "65504" at 60, 67500 tc rgb INK
}
set key at screen 0.5, screen 0.06 center vertical maxrows 2 noautotitle noenhanced
plot for [i=1:4] CSV using 2:(of(17, column_of(i))) with lines lt style(i), \
     for [i=1:4] CSV using 2:(mark(17, column_of(i), i)) with points lt style(i), \
     for [i=1:4] keyentry with linespoints lt style(i) title word(LABELS, i)
unset multiplot
