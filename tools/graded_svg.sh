#!/bin/sh
# graded_svg.sh - what `make grade` prints of a lab with mistakes (sample.sh), as a picture of a terminal, in
# SVG, on stdout: plots/figures/graded_lab05.svg, which README.md shows. Called by `make figures`.
set -eu
cd "$(dirname "$0")/.."
said=$(mktemp)
trap 'rm -f -- "$said"' EXIT
printf '\033[1m$ make lab05 && make grade\033[0m\n' >"$said"
script -qec tools/sample.sh /dev/null >>"$said" # a terminal, for its colours
awk -v COLUMNS=132 -f tools/terminal_svg.awk "$said"
