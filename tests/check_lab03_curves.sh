#!/bin/sh
# Lab 03's experiment shows what the lab says: the naive forms die between logits of 16 and 64, the
# shifted ones do not and stay near u, the division-free error grows, and every error on the rows of
# Blanchard, Higham & Higham is below their bound. Bad input is refused and harms nothing.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
experiment=${BUILD:-build}/solutions/experiment_lab03
out=$scratch/curves
mkdir "$out"

# every FORM TEST: an awk test of size, worst, median and dead on all of the form's rows
every() {
    awk -F, -v form="$1" '$1 == form { size = $2; worst = $3; median = $4; dead = $5; rows++
        if (!('"$2"')) bad = 1 } END { exit bad || rows != 33 }' "$out/errors.csv"
}
within_bounds() {
    awk -F, 'NR > 1 { rows++; for (c = 2; c <= 10; c += 2) if (!($c >= 0 && $c <= $(c + 1))) bad = 1 }
        END { exit bad || rows != 2500 }' "$out/bounds.csv"
}
more_often_worse() {
    awk -F, 'NR > 1 { worse += $10 > $8; better += $10 < $8 } END { exit !(worse > 2 * better) }' \
        "$out/bounds.csv"
}
# kernels VERSION TEST: an awk test of cols and worst on all of the version's rows
kernels() {
    awk -F, -v version="$1" '$1 == version { cols = $2; worst = $3; rows++
        if (!('"$2"')) bad = 1 } END { exit bad || rows != 13 }' "$out/kernels.csv"
}

run env STEPS=200 "$experiment" "$out"
expect "the experiment runs" 0 cross_entropy softmax_rows_online
for form in softmax softmax_online lse cross_entropy; do
    check "$form never dies, and is off by 20 u at most" \
        every $form 'dead == 0 && worst != "nan" && worst < 20 / 2^24'
done
for form in softmax_naive lse_naive; do
    check "$form lives at 8 and is dead at 128" \
        every $form '(size > 8 || dead == 0) && (size < 128 || (dead > 0.9 && worst == "nan"))'
done
check "-log(softmax) dies too" every loss_of_softmax 'size < 128 || dead > 0.5'
check "the division-free error grows with the logits" every softmax_division_free \
    'dead == 0 && (size > 1 || worst < 40 / 2^24) && (size < 1024 || worst > 1e-5)'
check "every error is below the paper's bound" within_bounds
check "division-free is worse on most rows" more_often_worse
for version in softmax softmax_rows_naive; do
    check "$version: one sum loses digits with the length of the row" \
        kernels $version 'worst > 0 && worst < cols / 2^24 + 8 / 2^24 && (cols < 65536 || worst > 1e-6)'
done
for version in shared warp online; do
    check "softmax_rows_$version: many sums hardly do" \
        kernels softmax_rows_$version 'worst > 0 && worst < 10 / 2^24'
done

cp -r "$out" "$scratch/before"
refuses() {
    what=$1 text=$2
    shift 2
    run env "$@" "$experiment" "$out"
    expect "$what" 2 "$text"
    check "$what: in one line" test "$(wc -l <"$scratch_top/output")" -eq 1
}
refuses "no steps" STEPS=0 STEPS=0
refuses "steps below zero" STEPS=-5 STEPS=-5
refuses "steps that are no number" STEPS=many STEPS=many
refuses "too many steps" STEPS=1000000000 STEPS=1000000000
refuses "a seed that is no number" SEED=x SEED=x
run "$experiment" "$scratch/no such folder"
expect "a folder that is not there" 2 "make the folder first"
check "the curves of the last run are as they were" diff -r "$scratch/before" "$out"
run env STEPS=200 "$experiment" "$out"
check "the same bytes again" diff -r "$scratch/before" "$out"
finish
