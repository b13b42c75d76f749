# lab01_number_line.gp: where the values of the formats lie. Above, every positive value of the two
# 8-bit formats; below, how many values each format has in a binade: the same in all normal ones, half
# as many with each step below. How to run it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/values.csv"
load "plots/style.gp"
BINADES = RUNDIR . "/binades.csv"

FORMATS = "FP16 BF16 E4M3 E5M2"
set xrange [-26:18]
set lmargin DUMB ? 12 : 14
set multiplot
set title "Lab 01: the positive values of the formats"

# One row a format; a stroke is a value, a short one a subnormal value.
log2(x) = log(x) / log(2)
row(name) = strcol(1) eq name ? (name eq "E4M3" ? 2 : 1) : NaN
set size 1, 0.44
set origin 0, 0.56
set yrange [0.6:3]
set ytics ("E5M2" 1, "E4M3" 2) scale 0
set xtics -24, 4
set format x ""
unset key
if (DUMB) {
    plot CSV skip 1 using (log2($3)):(row("E4M3")) with points pt "|", \
         CSV skip 1 using (log2($3)):(row("E5M2")) with points pt "|"
} else {
    set label 1 "Each stroke is a value; the short ones are subnormal." at graph 0.01, 0.92 \
        tc rgb INK
    plot for [i=3:4] CSV skip 1 using (log2($3)):(row(word(FORMATS, i))):(0):($4 == 1 ? 0.22 : 0.45) \
             with vectors nohead lt i lw 1.4 dt solid
    unset label 1
}

unset title
set size 1, 0.56
set origin 0, 0
set yrange [0.7:2500]
set logscale y 2
set ytics 4 scale 1 nomirror
set format x (DUMB ? "2^%.0f" : "2^{%.0f}")
set format y "%.0f"
set xlabel "magnitude"
set ylabel "values in a binade"
set key outside bottom center horizontal noautotitle noenhanced
plot for [i=1:4] BINADES skip 1 using 2:(series(word(FORMATS, i), 3)):(1):(0) \
         with vectors nohead lt i lw 3 dt solid, \
     for [i=1:4] BINADES skip 1 using ($2 + 0.5):(series(word(FORMATS, i), 3)) with points lt i, \
     for [i=1:4] keyentry with linespoints lt i lw 3 dt solid title word(FORMATS, i)
unset multiplot
