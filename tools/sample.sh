#!/bin/sh
# sample.sh - grades lab 05 as some student may have written it: with a common mistake (one of the wrong
# solutions in grader/adversary), a wrong answer in the quiz, and a stub left. In a copy of the workbook, so
# that nobody's files are touched. Called by `make demo`, and by graded_svg.sh; the lab is built before.
#   tools/sample.sh [TEST=name...]      what `make grade` takes
set -eu
cd "$(dirname "$0")/.."
root=$PWD
copy=$(mktemp -d)
trap 'rm -rf -- "$copy"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# With their times, so that what is built counts as built.
mkdir -p "$copy/build/grader"
cp -a Makefile ./*.mk labs solutions common grader plots tools "$copy"
cp -a build/*.ok build/*.a build/common "$copy/build"
cp -a build/grader/* "$copy/build/grader"
cd "$copy/labs/lab05_master_weights"
cp "$root"/solutions/lab05_master_weights/lab05.c* "$root"/solutions/lab05_master_weights/quiz.txt .
GIT_CEILING_DIRECTORIES=$copy git apply -p0 "$root/grader/adversary/lab05/wrong/gap_is_the_same_on_both_sides.patch"
sed -i 's/^q2 = .*/q2 = 2^-2/' quiz.txt
# Exercise 5.8 as it comes: the stub's line in the place of the solution's.
awk '/^size_t apply_kahan/ { inside = 1 }
    inside && /STUB:/ { sub(/\/\/ STUB: /, ""); print; skip = 1 }
    inside && /END SOLUTION/ { inside = skip = 0 }
    !skip' lab05.c >stub.c
mv stub.c lab05.c
cd "$copy"
make -s lab05 >built 2>&1 || { cat built >&2; exit 1; }
make --no-print-directory grade LAB=lab05 GPU=0 "$@"
