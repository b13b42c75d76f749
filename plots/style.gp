# style.gp: what all figures share. A figure is run from the project root as
#
#     gnuplot -c plots/lab05_loss.gp RUNDIR OUTBASE TERM
#
# RUNDIR   the folder of the experiment's CSV files, build/runs/lab05
# OUTBASE  the picture without its ending, build/plots/lab05_loss
# TERM     png or svg: OUTBASE.png or OUTBASE.svg; on stdout, dumb: letters; sixel: a picture, for
#          terminals that show such (xterm -ti vt340, foot, mlterm, WezTerm)
#
# It begins with these lines, and then uses linetypes 1 to 7 in order:
#
#     RUNDIR = ARG1; OUTBASE = ARG2; TERM = ARG3
#     CSV = RUNDIR . "/loss.csv"           (only if it needs one: style.gp checks that it is there)
#     load "plots/style.gp"
#
# Colours are Okabe and Ito's, which colour-blind people can tell apart (jfly.uni-koeln.de/color).
# Dashes, widths and markers differ as well, so a figure can be printed in grey. Colours and fonts have
# names here, and no figure has others.

if (exists("CSV") && system("test -r '" . CSV . "' && echo yes") ne "yes") {
    exit error "no ".CSV.": run the lab's experiment first (make run LAB=labNN)."
}

if (TERM eq "png") {
    set terminal pngcairo size 1280,800 font "DejaVu Sans,15" background "white" linewidth 1.2
    set output OUTBASE . ".png"
} else { if (TERM eq "svg") {
    set terminal svg size 1280,800 font "DejaVu Sans,18" background "white" linewidth 1.2
    set output OUTBASE . ".svg"
} else { if (TERM eq "sixel") {
    set terminal sixelgd size 1000,640 font "DejaVu Sans,11" background "white" linewidth 1.2
    set output
} else { if (TERM eq "dumb") {
    set terminal dumb size 100,32 noenhanced
    set output
} else {
    exit error "TERM=".TERM.": give png, svg, sixel or dumb."
}}}}
DUMB = TERM eq "dumb"

BLACK = "#000000"; VERMILLION = "#D55E00"; BLUE = "#0072B2"; GREEN = "#009E73"
PURPLE = "#CC79A7"; ORANGE = "#E69F00"; SKY = "#56B4E9"; YELLOW = "#F0E442"
INK = "#404040"; PAPER = "#FFFFFF"; GREY = "#808080"; PALE = "#D8D8D8"; SHADE = "#E8E8E8"
ALARM = "#D00000"   # where something breaks, always with a large marker of its own shape
TITLE_FONT = ",17"; LABEL_FONT = ",15"; SMALL_FONT = ",12"

POINT = TERM eq "svg" ? 0.6 : 1 # its markers are larger than the others'
set linetype 1 lc rgb BLACK      lw 2 dt solid       pt 6  ps 1.3 * POINT # open circle
set linetype 2 lc rgb VERMILLION lw 2 dt (12,3)      pt 8  ps 1.5 * POINT # open triangle
set linetype 3 lc rgb BLUE       lw 2 dt (6,4)       pt 5  ps 1.1 * POINT # filled square
set linetype 4 lc rgb GREEN      lw 2 dt (10,3,2,3)  pt 2  ps 1.3 * POINT # cross
set linetype 5 lc rgb PURPLE     lw 2 dt (2,3)       pt 13 ps 1.5 * POINT # filled diamond
set linetype 6 lc rgb ORANGE     lw 2 dt (14,4,6,4)  pt 4  ps 1.3 * POINT # open square
set linetype 7 lc rgb SKY        lw 2 dt (4,2,4,6)   pt 7  ps 1.1 * POINT # filled circle
set linetype cycle 7

set datafile separator comma
set encoding utf8
set border 3 lc rgb INK
set tics nomirror out
if (!DUMB) {
    set grid back lc rgb PALE lw 1 dt solid
}
# Under the plot, where no curve can run through it, whatever the curves of a student look like.
set key outside bottom center horizontal reverse Left noautotitle noenhanced samplen 5 spacing 1.2 height 0.6
if (DUMB) {
    set key width 3
}
set title font TITLE_FONT noenhanced

# A CSV that holds several series, told apart by the name in its first column: the values of column
# `c` that belong to `name`. The others are no numbers, and no numbers are not drawn.
series(name, c) = strcol(1) eq name ? column(c) : NaN

# The same, at about twelve places only, for markers; `i` of `n` series shifts them, so that curves
# that lie on each other show all their markers. Column 2 is x, LAST_X its largest value.
every_x(last) = last < 60 ? 5 : last / 12
markers(name, c, i, n) = \
    (int($2) + i * every_x(LAST_X) / n) % every_x(LAST_X) == 0 ? series(name, c) : NaN
