#!/bin/sh
# check_gallery.sh - all figures share plots/style.gp and take colours and fonts from it; each that is kept
# stands in course.md and in plots/gallery.md, with a caption; README.md's picture of a report is what
# `make grade` says. (tests/check_figures.sh draws the figures.)
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1

# own_style FILE: what of terminals, colours and fonts it sets by itself.
own_style() {
    grep -nE '#[0-9A-Fa-f]{6}|rgb "|font "|set (term|palette|style line|output)|set linetype.* lc' "$1"
}
# a figure begins with its arguments and loads the style before it draws anything.
loads_style() {
    awk '/^(plot|splot|set|unset)/ { exit 1 } /^load "plots\/style.gp"$/ { found = 1; exit } END { exit !found }' "$1"
}
for script in plots/*.gp; do
    name=$(basename "$script" .gp)
    [ "$name" != style ] || continue
    check "$name: loads the common style before anything else" loads_style "$script"
    run own_style "$script"
    expect "$name: has no colour, font or terminal of its own" 1
done
run own_style plots/style.gp
expect "which would be found" 0 "set terminal" "#D55E00"

# The Okabe-Ito colours as their authors give them (jfly.uni-koeln.de/color).
for colour in 000000 D55E00 0072B2 009E73 CC79A7 E69F00 56B4E9 F0E442; do
    check "style.gp has #$colour" grep -q "= \"#$colour\"" plots/style.gp
done

tools/gallery.sh >"$scratch/gallery.md"
check "the gallery is what the scripts say (tools/gallery.sh >plots/gallery.md)" \
    diff plots/gallery.md "$scratch/gallery.md"
for script in plots/lab[0-9][0-9]_*.gp; do
    name=$(basename "$script" .gp)
    check "$name: a picture is kept" test -s "plots/figures/$name.png"
    check "$name: the course shows it" grep -qF "](plots/figures/$name.png)" course.md
    check "$name: so does the gallery" grep -qF "](figures/$name.png)" plots/gallery.md
    check "$name: its caption is one" awk -v figure="(figures/$name.png)" '
        index($0, figure) { getline; getline; exit !(length >= 40 && /^[A-Z].*\.$/) }' plots/gallery.md
done

# What README.md shows of `make grade`, but for the sandbox that this machine has.
graded() {
    sed 's/sandbox: [^<]*//' "$1"
}
run tools/sample.sh TEST=gap_below_power_of_two
expect "a mistake is explained, as at the end of make demo" 0 "likely: the gap above a power of two"
check "a report is drawn" sh -c 'tools/graded_svg.sh >"$1"' sh "$scratch/graded.svg"
graded plots/figures/graded_lab05.svg >"$scratch/kept"
graded "$scratch/graded.svg" >"$scratch/now"
check "the report that README.md shows is today's (make figures)" diff "$scratch/kept" "$scratch/now"
finish
