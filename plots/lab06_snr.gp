# lab06_snr.gp: signal to noise of a quantized tensor, against the size of one outlier in it. Left, of
# all others, which the outlier drowns sooner or later; right, with the outlier counted, where all seems
# ever better. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/snr.csv"
load "plots/style.gp"

RECIPES = "current delayed_step delayed_after block_128x128 block_1x128 current_e5m2"
LABELS = "'current' 'delayed, the step of the outlier' 'delayed, the steps after it' '128 x 128 blocks' '1 x 128 blocks' 'current, E5M2 (the others: E4M3)'"
dot(name, c, i) = (int(column(0)) + i) % 6 == 0 ? series(name, c) : NaN

set multiplot layout 1,2 title "Lab 06: signal to noise of 256 x 128 normal numbers with one outlier" \
    font TITLE_FONT noenhanced
set logscale x 2
set format x "2^{%L}"
set xtics 2**4
set xlabel "outlier (standard deviations)"
set ylabel "signal to noise (dB)"
set yrange [-3:115]
set key inside top left vertical reverse Left
set title "of all but the outlier" font LABEL_FONT noenhanced
plot for [i=1:6] CSV using 2:(series(word(RECIPES, i), 3)) with lines lt i, \
     for [i=1:6] CSV using 2:(dot(word(RECIPES, i), 3, i)) with points lt i, \
     for [i=1:6] keyentry with linespoints lt i title word(LABELS, i)
set key off
set title "of all, the outlier included" font LABEL_FONT noenhanced
plot for [i=1:6] CSV using 2:(series(word(RECIPES, i), 4)) with lines lt i, \
     for [i=1:6] CSV using 2:(dot(word(RECIPES, i), 4, i)) with points lt i
unset multiplot
