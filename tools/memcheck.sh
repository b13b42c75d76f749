#!/bin/sh
# memcheck.sh - do the grader and common/ touch memory that is not theirs, or count on what C leaves open?
# Called by `make memcheck`; run it from anywhere:
#
#   tools/memcheck.sh sanitizers   the unit tests, and the grades of all model solutions in one process, built with
#                                  AddressSanitizer and UndefinedBehaviorSanitizer
#   tools/memcheck.sh valgrind     the unit tests, and the same grades, as they are used, under valgrind's memcheck
#   tools/memcheck.sh              both
#
# Left out with sanitizers is test_grader_arena, which writes into the red zones on purpose.
# TESTS='test_grader_check ...' and LABS='lab05 ...' in the environment choose of them.
# Prints a line "pass: ..." or "FAIL: ..." for each, with what was found below.
# Exit: 0 nothing found, 1 something, 2 wrong usage.
set -u
cd "$(dirname "$0")/.." || exit 1
tests=${TESTS-$(cd tests && ls test_*.c | sed 's/\.c$//')}
labs=${LABS-$(cd labs && ls -d lab[0-9][0-9]_* | cut -c1-5)}
unset LAB SOLUTION TEST TESTS LABS SEED STRICT DIRECT SAN GPU V MAKELEVEL MFLAGS MAKEFLAGS
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
status=0

# judged WHAT COMMAND...: one line, and what the command said if it failed.
judged() {
    what=$1
    shift
    if "$@" >"$log" 2>&1; then
        echo "pass: $what"
    else
        echo "FAIL: $what"
        head -n 100 "$log" | sed 's/^/    | /'
        status=1
    fi
}

# programs FOLDER MAKE-VARIABLES...: what is looked at, built.
programs() {
    folder=$1
    shift
    goals=
    for test in $tests; do goals="$goals $folder/tests/$test"; done
    for lab in $labs; do goals="$goals $folder/solutions/$lab.so $folder/grader/test_$lab"; done
    # shellcheck disable=SC2086 # words
    make --no-print-directory -j"$(nproc)" SOLUTION=1 LAB=all "$@" $goals "$folder/grader/worker/worker" >"$log" 2>&1 || {
        cat "$log" >&2
        exit 1
    }
}

# each FOLDER WITH HOW...: every program, by HOW (nothing: by itself).
each() {
    folder=$1 with=$2
    shift 2
    for test in $tests; do
        leaks=1
        [ "$test" != test_common_jobs ] || leaks=0 # its jobs end in the middle, by exit()
        judged "$test $with" env "ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=$leaks" "$@" "$folder/tests/$test"
    done
    for lab in $labs; do
        judged "$lab, graded in one process $with" "$@" "$folder/grader/test_$lab" --direct --strict \
            --library="$folder/solutions/$lab.so" --worker="$folder/grader/worker/worker" \
            --quiz="$(echo solutions/"$lab"_*/quiz.txt)"
    done
}

# A crash that a test asks for (test_common_jobs) is to end as it does without them.
sanitizers() (
    tests=$(printf '%s\n' $tests | grep -vx test_grader_arena)
    programs build/san SAN=1
    export ASAN_OPTIONS=handle_segv=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    each build/san 'with sanitizers'
    exit $status
)

# Criterion's own leaks are not looked for, and its tests are processes that it starts and waits for.
under_valgrind() {
    command -v valgrind >/dev/null || {
        echo 'memcheck: there is no valgrind here (tools/deps.sh --checks)' >&2
        exit 1
    }
    programs build
    each build 'under valgrind' valgrind --quiet --error-exitcode=99 --trace-children=yes --leak-check=no
}

case ${1-} in
sanitizers) sanitizers || status=1 ;;
valgrind) under_valgrind ;;
'')
    sanitizers || status=1
    under_valgrind
    ;;
*)
    sed -n 's/^#   \(tools.*\)/usage: \1/p' "$0" >&2
    exit 2
    ;;
esac
exit $status
