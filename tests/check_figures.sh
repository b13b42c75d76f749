#!/bin/sh
# Every experiment runs (short) with the model solution and gives the same bytes twice; every figure
# of every lab is drawn as PNG, SVG and in the terminal, in letters and in sixels.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
build=${BUILD:-build}
export STEPS=40

bigger() {
    [ "$(wc -c <"$1")" -gt "$2" ]
}

silent() { # gnuplot complains as "line N: warning: ..." or `"FILE" line N: undefined variable`
    ! grep -E 'line [0-9]+:|[Ww]arning' "$scratch/plotted"
}

# Each picture in sixels is one string of the terminal's: ESC P ... q at its start, ESC \ at its end.
sixels() {
    esc=$(printf '\033')
    set -- plots/"$lab"_*.gp
    [ "$(grep -c "${esc}P[0-9;]*q" "$scratch/plotted")" -eq $# ] &&
        [ "$(grep -c "$esc\\\\" "$scratch/plotted")" -eq $# ] && ! grep -a "line [0-9]*:\|[Ww]arning" "$scratch/plotted"
}

for folder in labs/lab[0-9][0-9]_*; do
    name=${folder#labs/}
    lab=${name%%_*}
    for turn in 1 2; do
        mkdir -p "$scratch/$turn"
        check "$lab: the experiment runs ($turn)" "$build/solutions/experiment_$lab" "$scratch/$turn"
    done
    check "$lab: two runs give the same bytes" diff -r "$scratch/1" "$scratch/2"
    run tools/plot.sh "$lab" "$scratch/1" "$scratch/figures"
    expect "$lab: the figures are drawn" 0 "$lab"
    cp "$scratch_top/output" "$scratch/plotted"
    check "$lab: gnuplot has no complaint" silent
    for script in plots/"$lab"_*.gp; do
        figure=$(basename "$script" .gp)
        check "$figure.png has something in it" bigger "$scratch/figures/$figure.png" 5000
        check "$figure.svg is whole" grep -q '</svg>' "$scratch/figures/$figure.svg"
    done
    run tools/plot.sh "$lab" "$scratch/1" "$scratch/figures" dumb
    expect "$lab: the figures are drawn in the terminal" 0 '+---'
    run tools/plot.sh "$lab" "$scratch/1" "$scratch/figures" sixel
    cp "$scratch_top/output" "$scratch/plotted"
    check "$lab: and as sixels" sixels
    rm -rf "$scratch/1" "$scratch/2"
done
run tools/plot.sh lab05 "$scratch" "$scratch/figures" x11
expect "a terminal that is none of these" 2 "TERM=x11" "sixel"
mkdir "$scratch/bare" && ln -s "$(command -v mkdir)" "$scratch/bare/"
run env PATH="$scratch/bare" tools/plot.sh lab05 "$scratch" "$scratch/figures"
expect "without gnuplot it says so" 1 "there is no gnuplot"
finish
