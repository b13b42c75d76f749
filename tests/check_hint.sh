#!/bin/sh
# check_hint.sh - every graded test has its three hints, and tools/hint.sh opens them in order.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

# -------------------------------------------------------------------- the real tree
cd "$root" || exit 1
check "every hints.md is well formed" tools/hint.sh --check
for tests in grader/lab[0-9][0-9]; do
    lab=${tests#grader/}
    "${BUILD:-build}/grader/test_$lab" --list 2>/dev/null | cut -f1 | grep -v '^quiz$' |
        sort >"$scratch/graded" # a quiz may have hints
    tools/hint.sh --check "$lab" 2>/dev/null | sed 's/|.*//' | grep -v '^quiz$' |
        sort >"$scratch/hinted"
    check "$lab has graded tests" test -s "$scratch/graded"
    check "$lab: hints for exactly the graded tests" diff "$scratch/graded" "$scratch/hinted"
done

# -------------------------------------------------------------------- a tree of our own
mkdir -p "$scratch/tree/tools" "$scratch/tree/labs/lab77_sample"
cd "$scratch/tree" || exit 1
cp "$root/tools/hint.sh" tools/
hints=labs/lab77_sample/hints.md
cat >"$hints" <<'END'
# Hints

1. An introduction is no hint.

## adds_one: what comes next
1. Nudge,
   on two lines.
2. Approach.

3. Answer:

   ```c
   ## fence: none
   1. none
       return x + 1;
   ```

## adds_two: twice
1. A.
2. B.
3. C.
END

run tools/hint.sh
expect "without a lab: the labs" 2 lab77_sample
run tools/hint.sh lab78
expect "an unknown lab: the labs" 2 "no lab lab78" lab77_sample
run tools/hint.sh lab77
expect "without a test: the tests" 0 "0 of 3 opened  adds_one" "0 of 3 opened  adds_two"
run tools/hint.sh lab77 ../adds_one
expect "an unknown test: the tests" 2 "no hints for" adds_two
run tools/hint.sh lab77 adds_one
expect "the first step" 0 "step 1 of 3" "  Nudge," "  on two lines." \
    "make hint LAB=lab77 TEST=adds_one"
# shellcheck disable=SC2016
check "alone" sh -c '! grep -q Approach "$1"' sh "$scratch_top/output"
run tools/hint.sh lab77 adds_one ''
expect "then the second" 0 "step 2 of 3" "Approach."
run tools/hint.sh lab77
expect "which the list knows" 0 "2 of 3 opened  adds_one"
run tools/hint.sh lab77_sample adds_one
expect "then the third, with its code" 0 "step 3 of 3" "  1. none" "      return x + 1;"
run tools/hint.sh lab77 adds_one
expect "after the last step it stays" 0 "step 3 of 3" "last step"
run tools/hint.sh lab77 adds_one 1
expect "an earlier step again" 0 "step 1 of 3" "STEP=2"
run tools/hint.sh lab77 adds_two 4
expect "a step there is not" 2 "1 to 3"
echo nonsense >build/hints/lab77/adds_one
run tools/hint.sh lab77 adds_one
expect "a damaged record starts anew" 0 "step 1 of 3"
run tools/hint.sh --check
expect "a good file passes --check" 0 "adds_one|what comes next" "adds_two|twice"
cat >>"$hints" <<'END'
## no title
1. x
## three: t
1. x
3. y
## three: t
text
1.
2. x
END
run tools/hint.sh --check
expect "a malformed file does not" 1 "$hints:22: error: a heading" "$hints:26: error: step 2" \
    "$hints:24: error: three has 2 of 3" "$hints:27: error: three has hints at line 24" \
    "$hints:28: error: text between" "$hints:27: error: step 1 of three is empty"
finish
