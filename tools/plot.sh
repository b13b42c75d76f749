#!/bin/sh
# plot.sh - draws a lab's figures: every plots/LAB_*.gp, as PNG and SVG, or in the terminal. Called by
# `make plot` and report.sh, in the project's folder:
#
#   tools/plot.sh LAB RUNDIR FIGURES [dumb|sixel]
#
# Exit: 0 drawn, 1 gnuplot failed or is missing, 2 no such kind, or no figures.
set -eu
# The scripts are UTF-8, and gnuplot warns of that where nobody set a locale.
export LC_ALL=C.UTF-8
lab=$1 runs=$2 figures=$3 term=${4-}
case $term in
'' | dumb | sixel) ;;
*)
    echo "TERM=$term: dumb draws in letters, sixel draws pictures in a terminal that can; without TERM" \
        "they are files" >&2
    exit 2
    ;;
esac
command -v gnuplot >/dev/null || { echo "plot: there is no gnuplot: \`make deps\` installs it" >&2; exit 1; }
mkdir -p "$figures"
found=no
for script in plots/"$lab"_*.gp; do
    [ -e "$script" ] || continue
    found=yes
    name=$(basename "$script" .gp)
    if [ -n "$term" ]; then
        gnuplot -c "$script" "$runs" "$figures/$name" "$term"
        continue
    fi
    for kind in png svg; do
        gnuplot -c "$script" "$runs" "$figures/$name" $kind
    done
    echo "$figures/$name.png"
done
if [ $found = no ]; then
    echo "$lab has no figures (no plots/${lab}_*.gp)" >&2
    exit 2
fi
