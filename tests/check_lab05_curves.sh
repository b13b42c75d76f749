#!/bin/sh
# Lab 05's experiment shows what the lab says: BF16 alone falls behind, each cure stays within 1% of
# FP32. And a run that cannot work says so once and leaves the curves of the last one alone.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
experiment=${BUILD:-build}/solutions/experiment_lab05
out=$scratch/curves
mkdir "$out"

# against RECIPE TEST: an awk test of r, the recipe's loss over FP32's
against() {
    awk -F, -v want="$1" '$1 == want { r = $4; found = 1 } END { exit !(found && ('"$2"')) }' \
        "$out/summary.csv"
}

run env STEPS=150 "$experiment" "$out"
expect "the experiment runs" 0 bf16_stochastic
check "a row for each recipe and step" test "$(wc -l <"$out/loss.csv")" -eq 751
check "BF16 alone is over 2% behind after 150 steps" against bf16 'r > 1.02'
for recipe in bf16_master bf16_kahan bf16_stochastic; do
    check "$recipe is within 1%" against $recipe 'r > 0.99 && r < 1.01'
done

# The kernels: four, equal to the bit, and sums that are nearly so.
ladder() {
    awk -F, 'NR > 1 { rows++; first = rows == 1 ? $3 : first
                      if ($2 != 1 || $3 / first < 0.9999 || $3 / first > 1.0001) bad = 1 }
        END { exit bad || rows != 4 }' "$out/kernels.csv"
}
check "the four kernels make the same weights, and nearly the same sums" ladder

cp -r "$out" "$scratch/before"
refuses() {
    what=$1 text=$2
    shift 2
    run env "$@" "$experiment" "$out"
    expect "$what" 2 "$text"
    check "$what: in one line" test "$(wc -l <"$scratch_top/output")" -eq 1
}
: >"$scratch/empty"
refuses "no steps" STEPS=0 STEPS=0
refuses "steps below zero" STEPS=-5 STEPS=-5
refuses "steps that are no number" STEPS=many STEPS=many
refuses "too many steps" STEPS=1000000000 STEPS=1000000000
refuses "a seed that is no number" SEED=x SEED=x
refuses "a text that is not there" "No such file" DATA="$scratch/nothing"
refuses "a text that is a directory" directory DATA="$scratch"
refuses "an empty text" empty DATA="$scratch/empty"
run "$experiment" "$scratch/no such folder"
expect "a folder that is not there" 2 "make the folder first"
check "the curves of the last run are as they were" diff -r "$scratch/before" "$out"
finish
