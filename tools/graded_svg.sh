#!/bin/sh
# graded_svg.sh - a picture of what `make grade` prints, on stdout, as SVG: lab 05 with a common mistake
# (one of grader/adversary/lab05), a wrong answer in the quiz and a stub left. It is graded in a copy of the
# workbook, as a student's is. Called by `make figures`, after the grader is built.
#   tools/graded_svg.sh >plots/figures/graded_lab05.svg
set -eu
cd "$(dirname "$0")/.."
command -v patch >/dev/null || { echo "graded_svg: there is no patch: tools/deps.sh --checks" >&2; exit 1; }
mistake=gap_is_the_same_on_both_sides
copy=$(mktemp -d)
trap 'rm -rf -- "$copy"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir -p "$copy/build/grader"
cp -a Makefile ./*.mk labs solutions common grader plots tools "$copy" # with their times: nothing to build again
cp -a build/*.ok build/*.a build/common "$copy/build"
cp -a build/grader/* "$copy/build/grader"
student=$(echo "$copy"/labs/lab05_*) model=$(echo solutions/lab05_*)
cp "$model"/lab05.c "$model"/lab05.cu "$model"/quiz.txt "$student"
patch -s -p0 -d "$student" <grader/adversary/lab05/wrong/$mistake.patch
sed -i 's/^q2 = .*/q2 = 2^-2/' "$student/quiz.txt"
# The function of exercise 5.8 as it comes.
awk '/^size_t apply_kahan/ { inside = 1 } inside && /STUB:/ { sub(/\/\/ STUB: /, ""); print; cut = 1; next }
    inside && /END SOLUTION/ { inside = cut = 0 } !cut' "$student/lab05.c" >"$copy/lab05.c"
mv "$copy/lab05.c" "$student/lab05.c"
make -s -C "$copy" lab05 >"$copy/built" 2>&1 || { cat "$copy/built" >&2; exit 1; }
# A terminal for its colours.
(cd "$copy" && script -qec 'make --no-print-directory grade GPU=0' /dev/null) >"$copy/graded"
{ printf '\033[1m$ make lab05 && make grade\033[0m\n'; cat "$copy/graded"; } |
    awk -v COLUMNS=132 -f tools/terminal_svg.awk
