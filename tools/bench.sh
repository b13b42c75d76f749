#!/bin/sh
# bench.sh - the workbook's own speed, as medians of 7: what a student waits for after saving a file. Called
# by `make bench`; writes build/bench.csv and prints it. Times are of this machine; the ratio to the bare
# compile is what carries over.
set -eu
cd "$(dirname "$0")/.."
runs=7
student=solutions/lab05_master_weights/lab05.c
out=build/bench.csv
make -s SOLUTION=1 lab05 build/tests/bench_softmax >/dev/null

# Runs a command and prints its wall time in milliseconds.
wall() {
    start=$(date +%s%N)
    "$@" >/dev/null 2>&1
    echo $((($(date +%s%N) - start) / 1000000))
}

bare_compile() {
    gcc -std=c11 -O2 -g -Wall -Wextra -ffp-contract=off -fPIC -I. -Ilabs/lab05_master_weights \
        -include lab05.h -c $student -o build/bench.o
}

build_and_grade() {
    touch $student
    make SOLUTION=1 lab05 && make SOLUTION=1 LAB=lab05 grade
}

# Interleaved, so that a slow moment hits both alike.
: >build/bench.txt
log=build/bench-watch.log
trap '[ -z "${watcher-}" ] || kill "$watcher"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
for i in $(seq $runs); do
    echo "bare_compile $(wall bare_compile)" >>build/bench.txt
    echo "build_and_grade $(wall build_and_grade)" >>build/bench.txt
    [ -t 2 ] && printf 'run %s of %s\r' "$i" "$runs" >&2
done

# From a save to the verdict that make watch shows: it alone, as it builds in the same folder.
save_to_verdict() {
    before=$(grep -c ' points ' $log)
    touch "$1"
    while [ "$(grep -c ' points ' $log)" -eq "$before" ] && kill -0 "$watcher"; do sleep 0.02; done
}
make -s SOLUTION=1 LAB=lab05 watch </dev/null >$log 2>&1 &
watcher=$!
until grep -q ' points ' $log; do sleep 0.1; done
for i in $(seq $runs); do
    for end in c cu; do
        echo "save_$end $(wall save_to_verdict ${student%.c}.$end)" >>build/bench.txt
    done
done
kill $watcher
watcher=
median() {
    awk -v name="$1" '$1 == name { print $2 }' build/bench.txt | sort -n | sed -n "$(((runs + 1) / 2))p"
}
peak_kib=$(sh -c '/usr/bin/time -f %M build/grader/test_lab05 --library=build/solutions/lab05.so \
    --worker=build/grader/worker/worker --quiz=/dev/null 2>&1 >/dev/null' 2>/dev/null | tail -n 1 || true)
experiment_ms=$(wall make SOLUTION=1 LAB=lab05 run)
first_build_ms=$(wall make B=build/bench-first SOLUTION=1 LAB=lab05 lab05 -j2)
rm -rf build/bench-first
{
    echo "what,milliseconds"
    echo "bare compile of lab05.c (median of $runs),$(median bare_compile)"
    echo "make lab05 && make grade after a save (median of $runs),$(median build_and_grade)"
    echo "make watch: from a save of lab05.c to the verdict (median of $runs),$(median save_c)"
    echo "make watch: from a save of lab05.cu to the verdict (median of $runs),$(median save_cu)"
    echo "first build of all that lab05 needs,$first_build_ms"
    echo "experiment of lab05,$experiment_ms"
    build/tests/bench_softmax
} >$out
cat $out
case $peak_kib in '' | *[!0-9]*) ;; *) echo "peak memory of a grader process: $((peak_kib / 1024)) MiB" ;; esac
