#!/bin/sh
# variants.sh - is the grader right? Grades solutions that are known to be wrong, and some that are known to be
# right, and says where the grader erred. Called by tests/check_variants.sh and trust.sh; run it from anywhere:
#
#   grader/adversary/variants.sh [-u] [LAB [ID]]       -u: write what is said now over the golden files
#
#   labNN/wrong/ID.patch   what one misconception makes of the model solution, labNN.c or labNN.cu. Above the
#                          patch stands what is to happen, in any order:
#       believes: TEXT                the misconception, as the student would say it
#       loses: TEST POINTS: WORDS     a test that must lose POINTS, no more and no less, and words that its
#                                     message must hold because they name the mistake; without ": WORDS" the
#                                     message only says what was wrong with the numbers
#   labNN/wrong/ID.txt     its golden file: the messages of all tests that lost points, under seed 1
#   labNN/right/ID.patch   another way to be right, as a patch with a line "differs: TEXT" above it; or as
#   labNN/right/ID.c, .cu  whole files whose first comment says so
#
# No test but those named may lose a point, and no right variant any. Every variant is graded as a student's
# own: `make labNN grade` in a handout, a copy for each who grades; but each test in a fork of the runner, its worker
# without bubblewrap, because that is half the work, and on the CPU alone: nvcc would take many times as long.
# Prints a line "pass: ..." or "FAIL: ..." for each, and writes build/trust/variants.tsv: lab, kind (wrong or
# right), ID, file, pass or FAIL, number of messages, of those that name the mistake, of runs under other seeds
# (SEEDS='2 3' in the environment asks for them), of those that came out otherwise.
# Exit: 0 as it should be, 1 not, 2 wrong usage.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
update=
if [ "${1-}" = -u ]; then
    update=1
    shift
fi
lab=${1-} id=${2-}
case $lab in '' | lab[0-9][0-9]) ;; *)
    sed -n 's/^#   \(grader.*\)/usage: \1/p' "$0" >&2
    exit 2 ;;
esac
for tool in jq patch make; do
    command -v $tool >/dev/null || { echo "variants: there is no $tool here (make deps)" >&2; exit 2; }
done
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN GPU V MAKELEVEL MFLAGS MAKEFLAGS
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# --- which ---
# Those that change the same file stand together: the other one need not be compiled again.
labs="grader/adversary/${lab:-lab[0-9][0-9]}" # a pattern
for file in $labs/wrong/${id:-*}.patch $labs/right/${id:-*}.patch $labs/right/${id:-*}.c $labs/right/${id:-*}.cu; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
done | xargs -r awk '
    function add(file) { print substr(file, index(file, ".") + 1), variant }
    FNR == 1 { variant = FILENAME; sub(/\.[a-z]*$/, "", variant); if (FILENAME !~ /patch$/) add(FILENAME) }
    /^\+\+\+ / && FILENAME ~ /patch$/ { add($2) }' |
    awk '!seen[$2]++ { split($2, path, "/"); print path[3], $0 }' | sort | cut -d ' ' -f 3 >"$work/list"
if ! [ -s "$work/list" ]; then
    echo "variants: there is no variant ${lab:+$lab/}${id:-of any lab}" >&2
    exit 2
fi

# --- a handout for each who grades ---
make --no-print-directory -j"$(nproc)" LAB=all autograde-programs >"$work/make" 2>&1 || {
    cat "$work/make" >&2
    exit 1
}
slots=$(($(nproc) + 1)) # one more than cores: a grade now and then waits
for slot in $(seq 0 $((slots - 1))); do
    cp -Rp "$(ls -d build/autograde/lab01-*/lowp-handout)" "$work/tree$slot" || exit 1
done
mkdir "$work/rows"

# --- grade them ---
# Who is slow is graded by itself, so the list is handed out one by one.
WORK=$work ROOT=$root UPDATE=$update xargs -P "$slots" -n 1 --process-slot-var=SLOT \
    sh "$root/grader/adversary/one_variant.sh" <"$work/list"
failed=$?
mkdir -p build/trust
cat "$work"/rows/* >"$work/table" || exit 1
if [ -z "$id" ]; then # those of other labs stay
    [ -z "$lab" ] || [ ! -f build/trust/variants.tsv ] || grep -v "^$lab	" build/trust/variants.tsv >>"$work/table"
    sort "$work/table" >build/trust/variants.tsv
fi
[ "$failed" -eq 0 ] && [ "$(wc -l <"$work/list")" -eq "$(ls "$work/rows" | wc -l)" ]
