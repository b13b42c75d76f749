#!/bin/sh
# Lab 06's experiment shows what the lab says: without scales the gradients vanish and the model
# stays behind, each kind of scale stays near BF16; delayed scales are those of the last 16 amaxes.
# And a run that cannot work says so once and leaves the curves of the last one alone.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
experiment=${BUILD:-build}/solutions/experiment_lab06
out=$scratch/curves
mkdir "$out"

# against RECIPE TEST: an awk test of r, the loss over BF16's, and z, the share of zero gradients
against() {
    awk -F, -v want="$1" '
        $1 == want { z = $3; r = $4; found = 1 }
        END { exit !(found && ('"$2"')) }' "$out/summary.csv"
}

# scales_follow AMAX SCALE MAX: in fp8_delayed, column SCALE is MAX over the largest of the 16 steps
# before in column AMAX, and 1 in the first step
scales_follow() {
    awk -F, -v a="$1" -v s="$2" -v max="$3" '
        $1 != "fp8_delayed" { next }
        {
            want = 1
            for (i = $2 - 16; i < $2; i++)
                if (i in amax && (want == 1 || max / amax[i] < want)) want = max / amax[i]
            off = $s / want - 1
            if (off < -1e-6 || off > 1e-6) {
                print "step", $2, "scale", $s, "expected", want
                bad = 1
            }
            amax[$2] = $a
            n++
        }
        END { exit bad || n != 60 }' "$out/loss.csv"
}

# current_follows AMAX SCALE MAX: in fp8_current, each scale is MAX over the amax of its own step
current_follows() {
    awk -F, -v a="$1" -v s="$2" -v max="$3" '
        $1 == "fp8_current" { n++; off = $a * $s / max - 1; if (off < -1e-6 || off > 1e-6) bad = 1 }
        END { exit bad || n != 60 }' "$out/loss.csv"
}

# zeros RECIPE TEST: an awk test of s, the step, and z, the share of zeros in x, in every step
zeros() {
    awk -F, -v want="$1" '
        $1 == want { n++; s = $2; z = $11; if (!('"$2"')) { print s, z; bad = 1 } }
        END { exit bad || n != 60 }' "$out/loss.csv"
}

# snr RECIPE OUTLIER TEST: an awk test of r and a, the noise of the rest and of all
snr() {
    awk -F, -v want="$1" -v x="$2" '
        $1 == want && $2 == x { r = $3; a = $4; found = 1 } END { exit !(found && ('"$3"')) }' \
        "$out/snr.csv"
}

run env STEPS=60 "$experiment" "$out"
expect "the experiment runs" 0 fp8_block
check "a row for each recipe and step" test "$(wc -l <"$out/loss.csv")" -eq 301
check "without scales over 60% of the gradients vanish" against fp8_unscaled 'z > 0.6'
check "without scales the loss is over 10% behind after 60 steps" against fp8_unscaled 'r > 1.1'
for recipe in fp8_delayed fp8_current fp8_block; do
    check "$recipe is within 2%" against $recipe 'r > 0.98 && r < 1.02'
    check "$recipe keeps 95% of the gradients" against $recipe 'z < 0.05'
done
check "delayed scales of x follow 16 amaxes" scales_follow 5 8 448
check "delayed scales of w follow 16 amaxes" scales_follow 6 9 448
check "delayed scales of dy follow 16 amaxes" scales_follow 7 10 57344
check "current scales of x are of their step" current_follows 5 8 448
check "current scales of dy are of their step" current_follows 7 10 57344
check "the outlier hurts delayed scaling in the 16 steps after it" \
    zeros fp8_delayed 's >= 32 && s <= 47 ? z > 0.2 : z < 0.02'
check "the outlier hurts current scaling in its own step" \
    zeros fp8_current 's == 31 ? z > 0.2 : z < 0.02'
check "the outlier hurts block scaling nowhere" zeros fp8_block 'z < 0.02'
check "a small outlier costs nothing" snr current 64 'r > 31 && r < 32'
check "a large one costs the rest its signal" snr current 4194304 'r < 1 && a > 80'
check "but not other blocks" snr block_1x128 4194304 'r > 20'
check "its own step of delayed scaling saturates it" snr delayed_step 4194304 'r > 31 && a < 1'
check "sums that are not promoted get worse with their length" \
    awk -F, 'NR > 2 { if ($5 < 1.5 * last || $4 > 0.002) exit 1 } NR > 1 { last = $5 }' \
    "$out/promotion.csv"

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
printf 'a\0b' >"$scratch/binary"
refuses "no steps" STEPS=0 STEPS=0
refuses "steps below zero" STEPS=-5 STEPS=-5
refuses "too many steps" STEPS=1000000000 STEPS=1000000000
refuses "no workers" WORKERS=0 WORKERS=0
refuses "workers that are no number" WORKERS=x WORKERS=x
refuses "a seed that is no number" SEED=x SEED=x
refuses "a text that is not there" "No such file" DATA="$scratch/nothing"
refuses "an empty text" empty DATA="$scratch/empty"
refuses "a text of one byte" "$scratch" DATA="$scratch/one byte"
refuses "a binary file" "$scratch" DATA="$scratch/binary"
run "$experiment" "$scratch/no such folder"
expect "a folder that is not there" 2 "make the folder first"
check "the curves of the last run are as they were" diff -r "$scratch/before" "$out"
run env STEPS=60 "$experiment" "$scratch"
check "a second run gives the same bytes" diff "$out/loss.csv" "$scratch/loss.csv"
run env STEPS=3 DATA="$root/README.md" "$experiment" "$scratch"
expect "any text will do" 0 fp8_block
finish
