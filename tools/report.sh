#!/bin/sh
# report.sh - all labs of one's own as one page, which needs no other file and no network. Called by
# `make report`; run it from anywhere.
#
#   tools/report.sh OUT
#
# Scores and failed ideas come from build/results, hints and what is stale from progress.sh, drawings
# from build/figures; curves that were run and not drawn since are drawn first. One jq makes the page
# (page/report.jq), one awk puts the drawings in (page/figure.awk). It is renamed when it is whole.
# Exit: 0 written, 1 not (an older page is left as it was), 2 wrong usage.
set -u
export LC_ALL=C.UTF-8

cd "$(dirname "$0")/.." || exit 1
if [ $# -ne 1 ]; then
    echo "usage: tools/report.sh OUT" >&2
    exit 2
fi
out=$1 page=tools/page
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work" "$out.$$"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Draws what a run has written since its figures were made.
draw() {
    for folder in build/runs/lab[0-9][0-9]; do
        lab=${folder##*/}
        [ -n "$(ls "$folder" 2>/dev/null)" ] || continue # a run that stopped leaves an empty one
        for script in plots/"$lab"_*.gp; do
            svg=build/figures/$(basename "$script" .gp).svg
            if [ ! -e "$svg" ] || [ -n "$(find "$folder" -type f -newer "$svg")" ]; then
                tools/plot.sh "$lab" "$folder" build/figures >/dev/null 2>&1 ||
                    echo "report: the curves of $lab could not be drawn: \`make run LAB=$lab\` writes them anew" >&2
                break
            fi
        done
    done
}

# "LAB<tab>FILE<tab>TITLE" of every drawing. A script's first words say what it shows.
figures() {
    for script in plots/lab[0-9][0-9]_*.gp; do
        name=$(basename "$script" .gp)
        [ -f "build/figures/$name.svg" ] || continue
        title=$(sed '/^#/!q; s/^# *//' "$script" | tr '\n\t' '  ' |
            sed "s/^$name\\.gp: //; s/ How to run it: style.gp\\..*//; s/^./\\U&/")
        printf '%s\t%s\t%s\n' "${name%%_*}" "build/figures/$name.svg" "$title"
    done
}

first_line() {
    "$@" 2>/dev/null | sed -n 1p
}

# "NAME<tab>VALUE" of everything that is there.
environment() {
    while IFS='|' read -r name value; do
        [ -z "$value" ] || printf '%s\t%s\n' "$name" "$value"
    done <<END
page made|$(date '+%Y-%m-%d %H:%M %Z')
workbook|$(tools/version.sh)
system|$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), $(uname -srm)
processor|$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed -n 1p), $(nproc) threads
GPU|$(first_line nvidia-smi --query-gpu=name,driver_version --format=csv,noheader)
C compiler|$(first_line "${CC:-gcc}" --version)
C++ compiler|$(first_line "${CXX:-g++}" --version)
gnuplot|$(first_line gnuplot --version)
make|$(first_line make --version)
END
}

draw
tools/progress.sh --json >"$work/labs" || exit 1
jq -r 'select(.graded) | "build/results/\(.lab).json"' "$work/labs" | xargs -r cat >"$work/results"
figures >"$work/figures"
environment >"$work/environment"
# Begins each line that is not part of the page. Nothing in a result can guess it.
mark=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
jq -nr -L "$page" --arg mark "$mark" --rawfile css "$page/page.css" --slurpfile labs "$work/labs" \
    --slurpfile results "$work/results" --rawfile figures "$work/figures" \
    --rawfile environment "$work/environment" -f "$page/report.jq" >"$work/page" &&
    awk -v mark="$mark" -f "$page/figure.awk" "$work/page" | tr '\000-\010\013-\037\177' '?' >"$work/whole"
if ! tail -n 1 "$work/whole" 2>/dev/null | grep -qx '</body></html>' || ! cp "$work/whole" "$out.$$" || ! mv -f "$out.$$" "$out"; then
    echo "report: $out could not be made; an older one was not touched. Grade again (make grade LAB=all), or free some room." >&2
    exit 1
fi
echo "$out: open it in a browser; it is one file, with everything in it."
