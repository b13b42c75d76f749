# trust.gp: how far the grader can be trusted, lab by lab, from `make trust`. How to run it: style.gp; RUNDIR is
# build/trust.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/trust.csv"
load "plots/style.gp"

stats CSV using 2 every ::1 nooutput
set title "Is the grader right? The four shares, and below which of them it is not"
set ylabel "share (%)"
set xrange [-0.6:STATS_records - 0.4]
set yrange [84:101]
set xtics scale 0
set key below maxrows 2 width -2
set arrow 1 from graph 0, first 98 to graph 1, first 98 nohead lc rgb SKY lw 1.5 dt (4,4) back
set arrow 2 from graph 0, first 90 to graph 1, first 90 nohead lc rgb ORANGE lw 1.5 dt (4,4) back
plot CSV using 0:(200):xtic(1) every ::1 with points notitle, \
     CSV using ($0 - 0.24):2 every ::1 with points lt 3 ps 2.2 title "wrong solutions that lose exactly what they should (100 %)", \
     CSV using ($0 - 0.08):5 every ::1 with points lt 4 ps 2.2 lw 3 title "right solutions that keep all points (100 %)", \
     CSV using ($0 + 0.08):4 every ::1 with points lt 7 ps 2.2 title "small changes that cost points (98 %)", \
     CSV using ($0 + 0.24):3 every ::1 with points lt 6 ps 2.2 lw 3 title "messages that name the mistake (90 %)"
