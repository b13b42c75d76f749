# shell.sh - what the shell checks (tests/check_*.sh) share; sourced by them, never run.
#
#   run COMMAND...              runs it; keeps its exit status and everything it prints
#   expect WHAT STATUS [TEXT...] one check: that status, and each TEXT somewhere in what was printed
#   check WHAT COMMAND...       one check: the command succeeds
#   skip_all WHY, finish        the ends: exit 77; exit 0, or 1 if a check failed
#
# $root is the project, $scratch a folder of the test's own with a space in its path.
# shellcheck shell=sh

set -u
unset FORCE CC CC_LIMIT CC_ERRORS GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE MAKEFLAGS TEST
# shellcheck disable=SC2034 # for the checks
root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
scratch_top=$(mktemp -d) || exit 1
trap 'rm -rf -- "$scratch_top"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
scratch="$scratch_top/a folder"
mkdir "$scratch"
failures=0
checks=0
status=0
depth=0

# What was printed before stays readable until the command has ended, and a command may run others.
run() {
    depth=$((depth + 1))
    "$@" >"$scratch_top/running.$depth" 2>&1 </dev/null
    status=$?
    mv -f "$scratch_top/running.$depth" "$scratch_top/output"
    depth=$((depth - 1))
}

pass() {
    checks=$((checks + 1))
    printf 'pass: %s\n' "$1"
}

fail() {
    checks=$((checks + 1))
    failures=$((failures + 1))
    printf 'FAIL: %s: %s\n' "$1" "$2"
    sed 's/^/    | /' "$scratch_top/output"
}

expect() {
    what=$1 want=$2
    shift 2
    if [ "$status" -ne "$want" ]; then
        fail "$what" "exit status $status, expected $want"
        return
    fi
    for text; do
        if ! grep -qF -e "$text" "$scratch_top/output"; then
            fail "$what" "\"$text\" was not said"
            return
        fi
    done
    pass "$what"
}

check() {
    what=$1
    shift
    run "$@"
    if [ "$status" -eq 0 ]; then
        pass "$what"
    else
        fail "$what" "exit status $status of: $*"
    fi
}

skip_all() {
    printf 'skip: %s\n' "$1"
    exit 77
}

finish() {
    [ "$checks" -gt 0 ] || fail "the checks" "none ran"
    [ "$failures" -eq 0 ]
    exit
}
