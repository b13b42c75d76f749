# lab99_halves.gp: what is left of 1 after so many halvings: a straight line, and then nothing. How to run
# it: style.gp.
RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
CSV = RUNDIR . "/halves.csv"
load "plots/style.gp"

set title "Lab 99: how often 1 can be halved"
set xlabel "halvings"
set ylabel "what is left"
set logscale y 2
plot CSV skip 1 using 1:2 with lines lt 1
