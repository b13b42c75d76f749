#!/bin/sh
# Every parser that reads what others wrote: the inputs that are kept, some of which once broke one, and
# then a few seconds of new ones each. `make fuzz` takes its time. Skipped where no clang has libFuzzer.
#   SECONDS=N tests/check_fuzz.sh      other than 3 seconds a parser
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
seconds=${SECONDS:-3}

why=$(tools/fuzz.sh --check) || skip_all "$why"
run make -j"$(nproc)" fuzz-programs
expect "the fuzzers are built" 0
[ "$failures" -eq 0 ] || finish

for source in tests/fuzz/fuzz_*.c; do
    name=${source##*/fuzz_}
    name=${name%.c}
    check "$name: has inputs to begin with" test -n "$(ls "tests/fuzz/corpus/$name" 2>/dev/null)"
    run tools/fuzz.sh 0 "$name"
    expect "$name: the inputs that are kept" 0 "no finding"
    run tools/fuzz.sh "$seconds" "$name"
    expect "$name: $seconds s of new ones" 0 "no finding"
done

# A finding is told, with the command that replays it: here of a quiz that gives away a point.
mkdir "$scratch/planted" && cp -R Makefile ./*.mk tools tests grader common labs solutions plots "$scratch/planted" || exit 1
cd "$scratch/planted" || exit 1
sed -i 's/award((double)right /award((double)(right + 1) /' grader/quiz.c
mkdir -p build && touch build/deps.ok build/deps-class.ok
run make build/fuzz/fuzz_quiz
expect "a wrong quiz is built" 0
run tools/fuzz.sh 0 quiz
expect "and is a finding" 1 "A FINDING" "first.share * QUESTIONS <= possible" \
    "replay: build/fuzz/fuzz_quiz build/fuzz/crashes/quiz-crash-"
run make fuzz FUZZ=no_such_parser SECONDS=1
expect "an unknown parser is refused" 2 "fuzz_no_such_parser is not there"
finish
