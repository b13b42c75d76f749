#!/bin/sh
# check_memcheck.sh - the grader touches no memory that is not its own, and counts on nothing that C leaves open:
# its unit tests and a grade under AddressSanitizer, UndefinedBehaviorSanitizer and valgrind. `make memcheck` looks
# at all unit tests and labs. And a fault would be found.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1

few='test_grader_arena test_grader_check test_grader_quiz test_grader_result'
run env TESTS="$few" LABS=lab05 tools/memcheck.sh sanitizers
grep -E '^(pass|FAIL): ' "$scratch_top/output"
expect "the grader under sanitizers" 0 "pass: test_grader_quiz with sanitizers" "pass: lab05, graded in one process with sanitizers"
if command -v valgrind >/dev/null; then
    run env TESTS=test_grader_quiz LABS=lab01 tools/memcheck.sh valgrind
    expect "the grader under valgrind" 0 "pass: test_grader_quiz under valgrind" "pass: lab01, graded in one process under valgrind"
fi
run tools/memcheck.sh everything
expect "wrong usage is said" 2 "usage: tools/memcheck.sh"
finish
