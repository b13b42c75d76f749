#!/bin/sh
# Every model solution scores 100 (under several seeds, with and without bubblewrap, and in one
# process), and every graded test fails on the stub that tools/stubs.sh cuts from it.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1
build=${BUILD:-build}

grade() { # LAB LIBRARY QUIZ OPTIONS...
    lab=$1 library=$2 quiz=$3
    shift 3
    run "$build/grader/test_$lab" --library="$library" --worker="$build/grader/worker/worker" \
        --quiz="$quiz" "$@"
}

for folder in labs/lab[0-9][0-9]_*; do
    name=${folder#labs/}
    for options in --seed=1 --seed=2 --seed=3 "--seed=4 --no-bubblewrap" "--seed=5 --direct"; do
        # shellcheck disable=SC2086 # several options
        grade "${name%%_*}" "$build/solutions/${name%%_*}.so" "solutions/$name/quiz.txt" --strict $options
        expect "$lab: the solution has full marks with $options" 0 "$lab: 100 of 100 points"
    done
    grade "$lab" "$build/stubs/$lab.so" "labs/$name/quiz.txt"
    expect "$lab: the stub has nothing" 0 "$lab: 0 of 100 points   0 passed, 0 failed,"
done
finish
