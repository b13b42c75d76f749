#!/bin/sh
# Lab 04's experiment shows what the lab says: unscaled FP16 flushes gradients and falls behind, good
# scales stay within 1% of FP32, and every scale history obeys the rules of dynamic scaling. A run
# that cannot work says so once and leaves the curves of the last one alone.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
experiment=${BUILD:-build}/solutions/experiment_lab04
out=$scratch/curves
mkdir "$out"

# summary RECIPE TEST: an awk test of r (loss over FP32's), flushed, skipped, grown and scale
summary() {
    awk -F, -v want="$1" '$1 == want { r = $3; flushed = $4; skipped = $5; grown = $6; scale = $7; found = 1 }
        END { exit !(found && ('"$2"')) }' "$out/summary.csv"
}

# history RECIPE INTERVAL: recomputes each step's scale from the one before and what it found
history() {
    awk -F, -v want="$1" -v interval="$2" '
        $1 != want { next }
        {
            power = log($5) / log(2) # the CSV has nine digits
            power = power < 0 ? int(power - 0.5) : int(power + 0.5)
            if (n++ && power != expected) { print "step " $2 ": 2^" power ", expected 2^" expected; bad = 1 }
            tracker = $6 ? 0 : tracker + 1
            grows = tracker == interval
            if ($7 != grows) { print "step " $2 ": grown " $7 ", expected " grows; bad = 1 }
            if (grows) tracker = 0
            expected = $6 ? power - 1 : grows ? power + 1 : power
            finite = $4 !~ /inf|nan/
            if ($6 == finite) { print "step " $2 ": skipped " $6 " with a norm of " $4; bad = 1 }
        }
        END { exit bad || n == 0 }' "$out/loss.csv"
}

run env STEPS=120 "$experiment" "$out"
expect "the experiment runs" 0 fp16_dynamic_20
check "a row for each recipe and step" test "$(wc -l <"$out/loss.csv")" -eq 721
check "unscaled FP16 is over 5% behind" summary fp16 'r > 1.05'
check "unscaled FP16 flushes over a quarter of the gradients" summary fp16 'flushed > 0.25'
for recipe in fp16_static fp16_dynamic; do
    check "$recipe is within 1%" summary $recipe 'r > 0.99 && r < 1.01'
    check "$recipe flushes under 0.1%" summary $recipe 'flushed < 0.001 && skipped == 0'
done
check "2^30 overflows, and skips" summary fp16_static_high 'skipped > 30 && r > 1.02'
check "the short interval skips and grows" summary fp16_dynamic_20 'skipped > 5 && grown > 2'
check "fp16_dynamic: the scale's history follows the rules" history fp16_dynamic 2000
check "fp16_dynamic_20: the scale's history follows the rules" history fp16_dynamic_20 20

mkdir "$scratch/again"
run env STEPS=120 taskset 1 "$experiment" "$scratch/again"
check "the same bytes again, on one processor" diff -r "$out" "$scratch/again"

# What is written over again and again stays on one line of a narrow terminal.
if command -v script >/dev/null 2>&1; then
    mkdir "$scratch/terminal"
    OUT=$scratch/terminal STEPS=3 script -qec "$experiment \"\$OUT\"" /dev/null </dev/null >"$scratch/said"
    check "its progress fits a terminal" \
        awk 'BEGIN { RS = "\r" } /^training .*%$/ { n++; if (length > 60) exit 1 } END { exit !n }' "$scratch/said"
fi

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
printf 'ab\0cd\0' >"$scratch/binary"
refuses "no steps" STEPS=0 STEPS=0
refuses "steps below zero" STEPS=-5 STEPS=-5
refuses "too many steps" STEPS=1000000000 STEPS=1000000000
refuses "a seed that is no number" SEED=x SEED=x
refuses "a text that is not there" "No such file" DATA="$scratch/nothing"
refuses "an empty text" empty DATA="$scratch/empty"
refuses "a text of one byte" "one byte" DATA="$scratch/one byte"
refuses "a binary file" binary DATA="$scratch/binary"
run "$experiment" "$scratch/no such folder"
expect "a folder that is not there" 2 "make the folder first"
check "the curves of the last run are as they were" diff -r "$scratch/before" "$out"
finish
