#!/bin/sh
# Lab 02's experiment shows what the lab says: FP16 breaks, at the end of a growth that its own curve
# shows; BF16 and the scaled network go on. And a run that cannot work says so once and leaves the
# curves of the last one alone.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
experiment=${BUILD:-build}/solutions/experiment_lab02
out=$scratch/curves
mkdir "$out"

# holds FILE PROGRAM: an awk program that sets `wrong` on a bad row and `seen` on rows that matter
holds() {
    awk -F, "$2"' END { exit wrong || !seen }' "$out/$1"
}

run env STEPS=40 "$experiment" "$out"
expect "the experiment runs" 0 "fp16 " "broke in step"
check "FP16 breaks by an infinity, and nothing else breaks" \
    holds breaks.csv 'NR > 1 { seen++; wrong += $1 != "fp16" || $6 !~ /inf/ || $7 < 32768 || $7 > 65504 }'
check "the op at fault is not the one with the first NaN" \
    holds breaks.csv 'NR > 1 { seen++; wrong += $4 == $8 }'
check "FP16's curve ends in that step, the others go on to the last" \
    sh -c 'at=$(awk -F, "NR == 2 { print \$2 }" "$1/breaks.csv")
           for r in "fp16 $at" "bf16 40" "fp16_scaled 40"; do
               set -- "$1" ${r% *} ${r#* }
               test "$(grep -c "^$2," "$1/steps.csv")" -eq "$3" || exit 1
           done' - "$out"
check "before it every value is finite, and the loss a number" \
    holds steps.csv 'NR > 1 { seen++; loss[$1] = $3; if ($1 != last) { last = $1; old = 0 }
                              wrong += old ~ /nan/; old = $3 }'
check "activations grow by layer: the last is over 100 times the first in FP16's last good steps" \
    holds activations.csv '$1 == "fp16" && $3 == 0 { first = $6 }
                           $1 == "fp16" && $3 == 24 && $2 > 10 && $6 !~ /inf|nan/ { seen++; wrong += $6 < 100 * first }'
check "the scaled network stays under 100" \
    holds activations.csv '$1 == "fp16_scaled" { seen++; wrong += !($6 < 100) }'
check "least <= median <= largest, and shares between 0 and 1" \
    holds activations.csv 'NR > 1 { seen++; if ($6 !~ /inf|nan/) wrong += !($4 <= $5 && $5 <= $6)
                                    for (i = 7; i <= 10; i++) wrong += !($i >= 0 && $i <= 1) }'
check "an infinity or NaN is in the last FP16 step only" \
    holds activations.csv '$1 != "fp16" { wrong += $9 + $10 > 0 } $1 == "fp16" { bad[$2] += $9 + $10; last = $2; seen++ }
                           END { for (s in bad) wrong += (s != last) == (bad[s] > 0) }'
check "sums: 1e-7 ends 19% high in FP16 and stalls in BF16" \
    holds sums.csv '$2 == 1000 && $1 < 1 { seen++; wrong += !($4 > 1.19e-4 && $4 < 1.195e-4 && $5 > 3e-5 && $5 < 3.1e-5) }'
check "sums: 17 is infinite in FP16 long before the exact sum" \
    holds sums.csv '$1 == 17 && $3 < 65504 && $2 > 3070 { seen++; wrong += $4 !~ /inf/ }'

cp -r "$out" "$scratch/before"
refuses() {
    what=$1 text=$2
    shift 2
    run env "$@" "$experiment" "$out"
    expect "$what" 2 "$text"
    check "$what: in one line" test "$(wc -l <"$scratch_top/output")" -eq 1
}
: >"$scratch/empty"
printf x >"$scratch/one byte"
head -c 1000 /dev/zero >"$scratch/binary"
refuses "no steps" STEPS=0 STEPS=0
refuses "steps below zero" STEPS=-5 STEPS=-5
refuses "too many steps" STEPS=1000000000 STEPS=1000000000
refuses "a seed that is no number" SEED=x SEED=x
refuses "a learning rate of zero" LR=0 LR=0
refuses "a text that is not there" "No such file" DATA="$scratch/nothing"
refuses "an empty text" empty DATA="$scratch/empty"
refuses "a text of one byte" "one byte" DATA="$scratch/one byte"
refuses "a binary file" NUL DATA="$scratch/binary"
run "$experiment" "$scratch/no such folder"
expect "a folder that is not there" 2 "make the folder first"
check "the curves of the last run are as they were" diff -r "$scratch/before" "$out"
run env STEPS=40 "$experiment" "$out"
check "a second run gives the same bytes" diff -r "$scratch/before" "$out"
printf 'no newline at the end, but a text all the same' >"$scratch/short"
run env STEPS=3 DATA="$scratch/short" "$experiment" "$out"
expect "a text without a newline" 0 "all 3 steps"
finish
