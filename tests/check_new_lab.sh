#!/bin/sh
# check_new_lab.sh - a lab is added as grader/new_lab.md says, and no list is edited: the commands that stand there
# are run in a copy of the workbook. They put lab99 of tests/new_lab beside the others; it is then built,
# graded, run and drawn as they are.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset LAB SOLUTION SEED STRICT DIRECT SAN STEPS DATA GPU OUT V MAKELEVEL MFLAGS
build=${BUILD:-build}
[ "$build" = build ] || skip_all "the copy takes along what is in build/, and this is $build/"
# With the times of the originals, so that what is built counts as built.
copy="$scratch/copy"
mkdir -p "$copy/build/grader"
(cd "$root" && cp -a Makefile ./*.mk labs solutions common grader plots tools tests "$copy" &&
    cp -a build/*.ok build/*.a build/common "$copy/build" &&
    cp -a build/grader/*.[oda] build/grader/oracles build/grader/runner build/grader/worker "$copy/build/grader") || exit 1
cd "$copy" || exit 1

sums() {
    find . -path ./build -prune -o -type f -exec cksum {} + | sort -k 3
}
nothing_lost() {
    sums >"$scratch/after"
    ! diff "$scratch/before" "$scratch/after" | grep '^<'
}
alone() {
    grep -q '^  cc .*lab99/test_lab99.o' "$scratch/said" &&
        ! grep -E '^  (cc|ar) .*(lab0|common/|oracles)' "$scratch/said"
}
sums >"$scratch/before"
awk '/^```/ { fences++; next } fences == 1 { sub(/  +#.*/, ""); print }' grader/new_lab.md >"$scratch/commands"
check "grader/new_lab.md has the commands" grep -q 'make stubs LAB=lab99' "$scratch/commands"
while IFS= read -r line; do
    check "grader/new_lab.md: $line" sh -ec "$line"
    cat "$scratch_top/output" >>"$scratch/said"
done <"$scratch/commands"
check "the model solution has full marks" grep -qF "lab99: 100 of 100 points" "$scratch/said"
check "its figure is drawn" test -s build/figures/solutions/lab99_halves.png
check "nothing of the other labs was compiled" alone
run make lab99 grade
expect "its stub has nothing" 0 "lab99: 0 of 100 points"
run make hint LAB=lab99 TEST=halves
expect "its hints open" 0 "step 1 of 3"
run make help
expect "make help names it" 0 "lab07 lab99"
check "no file that was there has changed" nothing_lost
finish
