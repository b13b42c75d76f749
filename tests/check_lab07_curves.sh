#!/bin/sh
# Lab 07's experiment: every byte that the trainer takes is predicted within 1%, part by part, for
# every recipe; the tables of the 70B model keep their invariants; a run that cannot work says so
# once and leaves the tables of the last one alone.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
experiment=${BUILD:-build}/solutions/experiment_lab07
out=$scratch/curves
mkdir "$out"

# table FILE AWK: an awk program that sets `bad` where a row is wrong, and counts good ones in `n`.
table() {
    awk -F, 'NR == 1 { next } '"$2"' END { exit bad || n == 0 }' "$out/$1"
}

run env STEPS=12 "$experiment" "$out"
expect "the experiment runs" 0 "adam8_no_master" "70553706496 parameters"
check "six recipes, seven parts each" test "$(wc -l <"$out/measured.csv")" -eq 43
check "each part is predicted within 1%" table measured.csv '
    { n++; off = $4 - $3; if (off < 0) off = -off; if (!(off <= 0.01 * $3)) bad = 1 }'
check "something was measured in each recipe" table measured.csv '
    $2 == "total" { n++; if (!($3 > 1e6)) bad = 1 }'
check "measured parts sum to the measured total" table measured.csv '
    $2 != "total" { sum += $3; next } { n++; if (sum != $3) bad = 1; sum = 0 }'
check "only the recipes with a master have one" table measured.csv '
    $2 == "master" { n++; none = $1 == "fp32_adam" || $1 == "adam8_no_master"
                     if (none != ($3 == 0)) bad = 1 }'
check "8-bit states are measured as under a third of FP32 states" table measured.csv '
    $2 == "states" && $1 == "bf16_adam" { full = $3 }
    $2 == "states" && $1 ~ /^adam8/ { n++; if (!(3 * $3 < full)) bad = 1 }'
check "parts of 70e9 parameters sum to their total" table recipes.csv '
    { n++; if ($2 + $3 + $4 + $5 + $6 + $7 != $8) bad = 1 }'
check "no stage of ZeRO grows with devices, nor a later stage over an earlier one" table zero.csv '
    { n++; if (n > 1 && $1 == stage && $3 > last) bad = 1
      if ($1 > 0 && $3 > before[$2]) bad = 1
      stage = $1; last = $3; before[$2] = $3 }'
check "on one device all stages are alike" table zero.csv '
    $2 == 1 { n++; if ($3 != 1120000000000) bad = 1 }'
check "recompute and parallel layers only save" table activations.csv '
    { n++; if (!($2 > $3 && $3 > $4 && $2 > $5 && $5 > $6 && $6 > $7)) bad = 1 }'
check "the trained models learn" table loss.csv '
    $2 == 1 { first[$1] = $3 } $2 == 12 { n++; if (!($3 < first[$1])) bad = 1 }'

cp -r "$out" "$scratch/before"
run env STEPS=12 "$experiment" "$out"
check "a second run gives the same bytes" diff -r "$scratch/before" "$out"
printf 'the quick brown fox jumps over the lazy dog\n%.0s' 1 2 3 4 5 >"$scratch/text"
mkdir "$scratch/other"
run env STEPS=2 DATA="$scratch/text" "$experiment" "$scratch/other"
expect "another text, another vocabulary" 0 "-0.00%"

# One epoch in FP32 and in BF16: what the quiz asks for is what is measured.
answer() {
    sed -n "s/^$1 = \([0-9.]*\).*/\1/p" solutions/lab07_memory_70b/quiz.txt
}
run env EPOCH=1 "$experiment" "$out"
expect "an epoch is trained by both recipes" 0 "one epoch: " "characters are held out" fp32_adam bf16_adam
check "in hundreds of steps" awk -F, '$1 ~ /32/ { n = $2 } END { exit !(n > 400 && n < 700) }' "$out/epoch.csv"
check "peak memory: the quotient is the quiz's" awk -F, -v a="$(answer q8a)" \
    '$1 ~ /^fp32/ { of = $3 } $1 ~ /^bf16/ { q = $3 / of } END { exit !(q > a - 0.01 && q < a + 0.01) }' "$out/epoch.csv"
check "accuracy: what BF16 guesses right is the quiz's, within a point" awk -F, -v a="$(answer q8b)" \
    '$1 ~ /^bf16/ { r = 100 * $5 } END { exit !(r > a - 1 && r < a + 1) }' "$out/epoch.csv"
check "and FP32 is not better than that by half a point" awk -F, \
    '$1 ~ /^fp32/ { a = $5 } $1 ~ /^bf16/ { b = $5 } END { exit !(a - b < 0.005 && b - a < 0.005) }' "$out/epoch.csv"
mv "$out/epoch.csv" "$scratch/epoch.csv"
run env EPOCH=1 "$experiment" "$out"
check "a second epoch gives the same bytes" cmp "$scratch/epoch.csv" "$out/epoch.csv"
rm "$out/epoch.csv"
run env EPOCH=1 DATA="$scratch/text" "$experiment" "$out"
expect "a text too short for an epoch" 1 "the text is too short for an epoch: it needs 10240 characters"

refuses() {
    what=$1 text=$2
    shift 2
    run env "$@" "$experiment" "$out"
    expect "$what" 2 "$text"
    check "$what: in one line" test "$(wc -l <"$scratch_top/output")" -eq 1
}
: >"$scratch/empty"
printf 'x' >"$scratch/byte"
head -c 5000 /dev/zero >"$scratch/binary"
refuses "no steps" STEPS=0 STEPS=0
refuses "steps below zero" STEPS=-5 STEPS=-5
refuses "too many steps" STEPS=1000000000 STEPS=1000000000
refuses "a seed that is no number" SEED=x SEED=x
refuses "an EPOCH that is neither 0 nor 1" EPOCH=2 EPOCH=2
refuses "a text that is not there" "No such file" DATA="$scratch/nothing"
refuses "an empty text" empty DATA="$scratch/empty"
refuses "a text of one byte" "$scratch/byte" DATA="$scratch/byte"
refuses "a binary file" "$scratch/binary" DATA="$scratch/binary"
run "$experiment" "$scratch/no such folder"
expect "a folder that is not there" 2 "make the folder first"
check "the tables of the last run are as they were" diff -r "$scratch/before" "$out"
finish
