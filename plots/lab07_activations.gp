# lab07_activations.gp: bytes of activations of one sequence through 80 layers, by its length: slope 2
# where the scores rule, slope 1 where they are computed again. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/activations.csv"
load "plots/style.gp"

LABELS = "'everything kept' 'selective recompute' 'full recompute' 'kept, t = 8' 'kept, t = 8, sequence parallel' 'selective, t = 8, sequence parallel'"

set title "Lab 07: activations of one sequence, L = 80, h = 8192, a = 64, 16 bits"
set xlabel "tokens of the sequence s"
set ylabel "activations on a device (GB of 1e9 bytes)"
set logscale x 2
set logscale y 10
set format y "10^{%T}"
if (DUMB) {
    set format y "1e%T"
}
set xrange [1000:135000]
set xtics ("1k" 1024, "2k" 2048, "4k" 4096, "8k" 8192, "16k" 16384, "32k" 32768, "64k" 65536, "128k" 131072)
set label 1 "80 GB" at 120000,80 right offset 0,-0.8 front
plot for [i=1:6] CSV using 1:(column(i + 1) / 1e9) every ::1 with linespoints lt i \
         title word(LABELS, i), \
     80 with lines lc rgb GREY lw 3 dt (4,4) title "one device of 80 GB"
