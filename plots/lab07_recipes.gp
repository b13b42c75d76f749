# lab07_recipes.gp: bytes of 70e9 parameters on one device, recipe by recipe and part by part. What BF16
# weights save, the master takes back. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/recipes.csv"
load "plots/style.gp"

do for [i=1:7] { set linetype i dt solid lw 1 } # borders take their dashes from here

LABELS = "'weights' 'gradients' 'FP32 master' 'first moment m' 'second moment v' 'activations (s = 4096, selective)'"
# Patterns and shades alternate, so that neighbours differ in grey.
COLOURS = BLUE." ".ORANGE." ".INK." ".SKY." ".GREEN." ".PURPLE
PATTERNS = "3 1 3 5 2 6"
NAMES = "'FP32\nAdam' 'BF16 + master\nAdam' 'the same,\nFP32 gradients' 'BF16 + master\nLion' 'BF16 + master\n8-bit Adam' 'BF16 alone\n8-bit Adam'"

set title "Lab 07: 70e9 parameters in training, before they are shared among devices"
set ylabel "memory (GB of 1e9 bytes)"
set style data histograms
set style histogram rowstacked
set boxwidth 0.65
set style fill solid 1.0 border lt -1
set yrange [0:1500]
set xlabel " " # room for two lines under the bars
set xrange [-0.6:6.1]
set xtics scale 0 ()
if (!DUMB) {
    do for [i=1:6] { set xtics add (word(NAMES, i) i - 1) }
} else {
    do for [i=1:6] { set xtics add (word("fp32 bf16 fp32grads lion adam8 no_master", i) i - 1) }
}
set label 1 "80 GB" at 6.08,80 right offset 0,0.7 front
set key maxrows 4
if (!DUMB) {
    plot for [i=1:6] CSV using (column(i + 1) / 1e9) every ::1 lc rgb word(COLOURS, i) \
             fillstyle pattern int(word(PATTERNS, i)) border lt -1 title word(LABELS, i), \
         80 with lines lc rgb VERMILLION lw 2.5 dt (12,4) title "one device of 80 GB", \
         CSV using ($0):(column(8) / 1e9):(sprintf("%.0f GB", column(8) / 1e9)) every ::1 \
             with labels offset 0,0.8 notitle
} else {
    plot CSV using (column(8) / 1e9) every ::1 title "all parts", 80 with lines title "80 GB"
}
