# lab07_measured.gp: bytes that the workbook's trainer took, by part, and the prediction of the sum: a
# triangle on top of each bar. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/measured.csv"
load "plots/style.gp"

PARTS = "weights grads master states activations scratch"
do for [i=1:7] { set linetype i dt solid lw 1 } # borders take their dashes from here

LABELS = "'weights' 'gradients' 'FP32 master' 'optimizer states' 'activations and their gradients' 'scratch: FP32 copies for the CPU'"
COLOURS = BLUE." ".ORANGE." ".INK." ".SKY." ".PURPLE." ".YELLOW
PATTERNS = "3 1 3 5 6 2"
NAMES = "'FP32\nAdam' 'BF16 + master\nAdam' 'the same,\nFP32 gradients' 'BF16 + master\nLion' 'BF16 + master\n8-bit Adam' 'BF16 alone\n8-bit Adam'"
# A recipe has seven rows: its parts in the order above, then the total.
part(i) = strcol(2) eq word(PARTS, i) ? column(3) / 1e6 : NaN

set title "Lab 07: a small model in training, every byte counted"
set ylabel "memory (MB of 1e6 bytes)"
set yrange [0:*]
set xlabel " " # room for two lines under the bars
set xrange [-0.6:5.6]
set boxwidth 0.65
set xtics scale 0 ()
if (!DUMB) {
    do for [i=1:6] { set xtics add (word(NAMES, i) i - 1) }
} else {
    do for [i=1:6] { set xtics add (word("fp32 bf16 fp32grads lion adam8 no_master", i) i - 1) }
}
set key maxrows 4
# Bars from the largest down to the smallest: bar i is the sum of the parts 1..i. Each stands on a white
# one (pattern 3 is solid), as the patterns of an SVG let shine through what is behind them.
sum = 0
below(i) = (sum = (strcol(2) eq "weights" ? 0 : sum) + (strcol(2) eq "total" ? 0 : column(3) / 1e6), \
            strcol(2) eq word(PARTS, i) ? sum : NaN)
place(x) = floor(x / 7)
plot for [j=1:12] i = 7 - (j + 1) / 2 CSV using (place($0)):(below(i)) every ::1 with boxes \
         fillstyle pattern (j % 2 ? 3 : int(word(PATTERNS, i))) border lt -1 \
         lc rgb (j % 2 ? PAPER : word(COLOURS, i)) notitle, \
     for [i=1:6] keyentry with boxes fillstyle pattern int(word(PATTERNS, i)) border lt -1 \
         lc rgb word(COLOURS, i) title word(LABELS, i), \
     CSV using (place($0)):(strcol(2) eq "total" ? column(4) / 1e6 : NaN) every ::1 with points \
         pt 8 ps 2.2 lw 2 lc rgb VERMILLION title "predicted total"
