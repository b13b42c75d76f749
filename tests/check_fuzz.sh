#!/bin/sh
# Every parser that reads what others wrote: the inputs that are kept, some of which once broke one, and
# then a few seconds of new ones each. `make fuzz` takes its time. Skipped where no clang has libFuzzer.
#   FUZZ_SECONDS=N tests/check_fuzz.sh      other than 3 seconds a parser
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
seconds=${FUZZ_SECONDS:-3}

why=$(tools/fuzz.sh --check) || skip_all "$why"
run make -j"$(nproc)" fuzz-programs
expect "the fuzzers are built" 0
[ "$failures" -eq 0 ] || finish

# From what is kept on, and not from what `make fuzz` grew here: a check is the same everywhere.
OUT=build/fuzz/check
export OUT
rm -rf "$OUT/corpus"
names=$(find tests/fuzz -name 'fuzz_*.c' | sed 's|.*/fuzz_||; s|\.c$||' | sort)
# shellcheck disable=SC2016 # for the shell that xargs starts
printf '%s\n' "$names" | xargs -P "$(nproc)" -I NAME sh -c \
    'tools/fuzz.sh "$0" "$2" >"$1/$2.said" 2>&1; echo $? >"$1/$2.status"' "$seconds" "$scratch" NAME
for name in $names; do
    check "$name: has inputs to begin with" test -n "$(ls "tests/fuzz/corpus/$name" 2>/dev/null)"
    run cat "$scratch/$name.said"
    status=$(cat "$scratch/$name.status")
    expect "$name: those, and new ones for $seconds s" 0 "no finding"
done
unset OUT

# A finding is told, with the command that replays it: here of a quiz that gives away a point.
mkdir "$scratch/planted" && cp -R Makefile ./*.mk tools tests grader common labs solutions plots "$scratch/planted" || exit 1
cd "$scratch/planted" || exit 1
sed -i 's/award((double)right /award((double)(right + 1) /' grader/quiz.c
mkdir -p build && touch build/deps.ok build/deps-class.ok
run make build/fuzz/fuzz_quiz
expect "a wrong quiz is built" 0
run tools/fuzz.sh 0 quiz
expect "and is a finding" 1 "A FINDING" "this does not hold: first.share" \
    "replay: build/fuzz/fuzz_quiz build/fuzz/crashes/quiz-crash-"
run make fuzz FUZZ=no_such_parser SECONDS=1
expect "an unknown parser is refused" 2 "fuzz_no_such_parser is not there"
finish
