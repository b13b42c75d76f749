#!/bin/sh
# Every experiment, given what nobody should give it: one clear error, status 2, and the results of
# an earlier run untouched. And whatever the machine's threads: the same bytes.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
build=${BUILD:-build}
unset STEPS SEED DATA LR

data="$scratch/data"
mkdir "$data"
: >"$data/empty"
printf x >"$data/one_byte"
head -c 3000 /dev/zero >"$data/binary"
printf 'a text that ends without a newline, and is long enough to draw some batches from' >"$data/no_newline"
yes 'the quick brown fox jumps over the lazy dog' | head -c 100000000 >"$data/large"

# One bad setting: VARIABLE VALUE TEXT. The folder holds an older result that must stay.
refused() {
    rm -rf "$scratch/out"
    mkdir "$scratch/out"
    echo older >"$scratch/out/loss.csv"
    run env "$1=$2" "$build/solutions/experiment_$lab" "$scratch/out"
    expect "$lab: $1=${2##*/} is refused" 2 "$3"
    check "$lab: $1=${2##*/} overwrites nothing" test "$(cat "$scratch/out/"*)" = older
}

for folder in labs/lab[0-9][0-9]_*; do
    name=${folder#labs/}
    lab=${name%%_*}
    for steps in 0 -5 99999999999 1e3 many; do
        refused STEPS "$steps" "STEPS=$steps: give a whole number"
    done
    refused SEED x "SEED=x: give a whole number"
    mkdir -p "$scratch/plain" "$scratch/other"
    check "$lab: a short run" env STEPS=5 "$build/solutions/experiment_$lab" "$scratch/plain"
    check "$lab: on one processor, with BLAS threads asked for" env STEPS=5 OPENBLAS_NUM_THREADS=8 \
        taskset -c 0 "$build/solutions/experiment_$lab" "$scratch/other"
    check "$lab: gives the same bytes" diff -r "$scratch/plain" "$scratch/other"
    rm -rf "$scratch/plain" "$scratch/other"
    run env STEPS=1 DATA="$data/empty" "$build/solutions/experiment_$lab" "$scratch/out"
    if [ "$status" -eq 0 ]; then
        expect "$lab: says that it reads no text" 0 "DATA= is not used"
        continue
    fi
    refused DATA "$data/empty" "it is empty"
    refused DATA "$data/one_byte" "one byte"
    refused DATA "$data/binary" "NUL bytes"
    refused DATA "$data/missing" "No such file"
    refused DATA "$data" "directory"
    for text in no_newline large; do
        # 400 MB of address space: a large text must not be held whole, let alone many times.
        run sh -c 'ulimit -v 400000; exec "$@"' sh env STEPS=2 DATA="$data/$text" \
            OPENBLAS_NUM_THREADS=1 "$build/solutions/experiment_$lab" "$scratch/out"
        expect "$lab: DATA=$text is used" 0
    done
done
finish
