#!/bin/sh
# check_shell.sh - what the checks rest on: a check can look at what the command before it printed.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

run echo hello
check "a check reads what was printed before it" grep -q hello "$scratch_top/output"
run echo hello
# shellcheck disable=SC2016
check "nothing was printed is false, then" sh -c '! test ! -s "$1"' sh "$scratch_top/output"
# shellcheck disable=SC2317 # called by run
nested() {
    run echo inner
    echo outer
}
run nested
expect "a command that runs others: what it printed itself" 0 outer
finish
