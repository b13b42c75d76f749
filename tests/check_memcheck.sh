#!/bin/sh
# check_memcheck.sh - the grader touches no memory that is not its own, and counts on nothing that C leaves open:
# its unit tests and a grade under AddressSanitizer, UndefinedBehaviorSanitizer and valgrind. `make memcheck` looks
# at all unit tests and labs.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
cd "$root" || exit 1

few='test_common_jobs test_grader_check test_grader_quiz test_grader_result'
run env TESTS="$few" LABS=lab05 tools/memcheck.sh sanitizers
grep -E '^(pass|FAIL): ' "$scratch_top/output"
expect "the grader under sanitizers" 0 "pass: test_grader_quiz with sanitizers" "pass: lab05, graded in one process with sanitizers"
if command -v valgrind >/dev/null; then
    run env TESTS=test_grader_quiz LABS=lab01 tools/memcheck.sh valgrind
    expect "the grader under valgrind" 0 "pass: test_grader_quiz under valgrind" "pass: lab01, graded in one process under valgrind"
fi

# In a copy, a test that reads behind an array, and one that shifts by too much.
tree="$scratch_top/tree"
mkdir -p "$tree/build" && cp -Rp Makefile ./*.mk labs solutions common grader tools tests "$tree" &&
    cp -Rp build/deps.ok build/deps-class.ok build/san "$tree/build" || exit 1
cat >"$tree/tests/test_common_round.c" <<'C'
#include <criterion/criterion.h>
#include <stdlib.h>
Test(faults, overrun)
{
    char *volatile bytes = malloc(8);
    cr_assert(bytes[8] == bytes[8] || bytes[0]);
    free(bytes);
}
Test(faults, shift)
{
    volatile int places = 32;
    cr_assert((1 << places) != 7);
}
C
run env TESTS=test_common_round LABS='' "$tree/tools/memcheck.sh" sanitizers
expect "a fault is found" 1 "FAIL: test_common_round with sanitizers" "heap-buffer-overflow" "shift exponent 32 is too large"
run tools/memcheck.sh everything
expect "wrong usage is said" 2 "usage: tools/memcheck.sh"
finish
