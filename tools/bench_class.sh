#!/bin/sh
# bench_class.sh - what it takes to grade a class: processor time a student, and what a second core
# brings. Called by `make bench-class`; needs a machine that does nothing else, as it asks the kernel how
# busy the cores were (a sandbox's processes are nobody's children, so no shell can add them up).
#
#   tools/bench_class.sh [N] [SEED]       a class of N (60) from grader/autograde/make_class.sh
#
# Prints and writes build/bench_class.csv, line by line. The peak is of proportional memory (PSS) of all processes
# that were started meanwhile, looked at four times a second, which itself takes time: in a run of its own.
set -u
cd "$(dirname "$0")/.." || exit 1
n=${1:-60} seed=${2:-1}
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT TERM
make --no-print-directory autograde-programs LAB=lab05 >/dev/null || exit 1
grader/autograde/make_class.sh "$work/in" "$n" "$seed" || exit 1
cores=$(nproc)
half=$(((cores + 1) / 2))

busy() { awk '/^cpu / { print ($2 + $3 + $4 + $7 + $8) * 10 }' /proc/stat; } # ms, of all cores

# grade CORES: sets $wall and $used, in ms.
grade() {
    rm -rf "$work/out"
    used=$(busy) wall=$(date +%s%N)
    taskset -c "0-$(($1 - 1))" make --no-print-directory autograde SUBMISSIONS="$work/in" OUT="$work/out" LAB=lab05 \
        JOBS=$((2 * $1)) >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }
    wall=$((($(date +%s%N) - wall) / 1000000)) used=$(($(busy) - used))
}

# peak: of the memory of all processes that were not there before.
processes() { find /proc -maxdepth 1 -name '[0-9]*' 2>/dev/null | LC_ALL=C sort; }
peak() {
    max=0
    while [ -e "$work/going" ]; do
        # shellcheck disable=SC2046 # names of folders
        sum=$(cat $(processes | LC_ALL=C comm -13 "$work/before" - | sed 's|$|/smaps_rollup|') 2>/dev/null |
            awk '/^Pss:/ { s += $2 } END { print s + 0 }')
        [ "$sum" -le $max ] || max=$sum
        sleep 0.25
    done
    echo $max >"$work/peak"
}

# row WHAT VALUE: as soon as it is known.
row() { echo "$1,$2" | tee -a build/bench_class.csv; }

echo "what,value" | tee build/bench_class.csv
row "students" "$n"
grade "$half"
one_wall=$wall
row "wall time of all on $half cores ms" "$one_wall"
grade "$cores"
row "wall time of all on $cores cores ms" "$wall"
row "rate on $cores cores over rate on $half" "$(awk -v a="$one_wall" -v b="$wall" 'BEGIN { printf "%.2f", a / b }')"
row "processor time a student (compiling included) ms" "$((used / n))"
processes >"$work/before"
: >"$work/going"
peak &
watcher=$!
rm -rf "$work/out"
make --no-print-directory autograde SUBMISSIONS="$work/in" OUT="$work/out" LAB=lab05 >/dev/null 2>&1
rm "$work/going"
wait $watcher
row "peak memory MiB" "$(($(cat "$work/peak") / 1024))"
