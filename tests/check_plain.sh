#!/bin/sh
# check_plain.sh - what students' commands print: colours in a terminal at most, none with NO_COLOR, and no
# escapes at all through a pipe. In a handout of lab05, so that nobody's grades are touched.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN STEPS DATA GPU OUT ONCE V MAKELEVEL MFLAGS NO_COLOR GCC_COLORS
command -v script >/dev/null 2>&1 || skip_all "there is no script(1)"
TERM=xterm && export TERM
cd "$root" || exit 1
run make handout LAB=lab05 OUT="$scratch"
expect "a handout of one lab" 0 "lowp-handout"
cd "$scratch/lowp-handout" || exit 1

# Wrong, so that there is something in colour: a warning, a failed test with what it printed, an error.
sed -i 's/return todo_f64("lab05.1");/int unused; printf("here\\n"); return direction * 2.0;/; s/^#include "lab05.h"/&\n#include <stdio.h>/' \
    labs/lab05_master_weights/lab05.c
escape=$(printf '\033')
no_escapes() {
    ! grep -F -e "$escape" "$scratch/said"
}
in_a_terminal() { # COMMAND: its status is the status
    script -qec "$1" /dev/null </dev/null >"$scratch/said" 2>&1
}
# plain COMMAND: no escapes through a pipe, and none in a terminal with NO_COLOR
plain() {
    # shellcheck disable=SC2086 # words
    $1 </dev/null 2>&1 | cat >"$scratch/said"
    check "$1: a pipe" no_escapes
    check "$1: it says something" test -s "$scratch/said"
    export NO_COLOR=1
    in_a_terminal "$1"
    check "$1: a terminal with NO_COLOR" no_escapes
    unset NO_COLOR
}
for command in "make help" "make lab05" "make grade" "make hint TEST=gap_inside_a_binade" "make hint" "make progress" \
    "make watch ONCE=1" "make run STEPS=3" "make plot" "make plot TERM=dumb" "make report" "make doctor" "make submit" \
    "make reset LAB=lab05" "make stubs" "make lab5"; do
    [ "$command" != "make lab05" ] || touch labs/*/lab05.c
    plain "$command"
done
printf 'int f(void) { return 1 }\n' >labs/lab05_master_weights/lab05.c
plain "make lab05"

# That escapes are found where there are some, and that these commands have them.
coloured() {
    in_a_terminal "$1"
    grep -qF -e "$escape" "$scratch/said"
}
for command in "make lab05" "make hint TEST=gap_inside_a_binade" "make progress" "make doctor" "make watch ONCE=1"; do
    check "$command: colours in a terminal" coloured "$command"
done
make reset LAB=lab05 >/dev/null
check "make grade: colours in a terminal" coloured "make grade"
finish
