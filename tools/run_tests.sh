#!/bin/sh
# run_tests.sh - runs every test of the workbook and ends with one line: N passed, N failed, N skipped.
# Called by `make test`, which has built what is needed, in the project's folder:
#
#   tools/run_tests.sh [BUILD] [PATTERN]     only tests whose path contains PATTERN
#
# Logs: BUILD/tests/*.log
# Exit: 0 none failed, 1 one did, or none was run.
set -u
build=${1:-build}
pattern=${2-}
export BUILD="$build"
logs=$build/tests
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# count NAME LOG SECONDS PASSED FAILED SKIPPED
count() {
    name=$1 log=$2 seconds=$3 p=$4 f=$5 k=$6
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + k))
    printf '%-28s %4s s  %s\n' "$name" "$seconds" "$p passed, $f failed, $k skipped"
    if [ "$f" -gt 0 ]; then
        echo "--- $log"
        tail -n 40 "$log"
        echo "---"
    elif [ "$k" -gt 0 ]; then
        sed 's/^/    /' "$log" | tail -n 3
    fi
}

# A Criterion binary: its closing line is counted, and no line at all is a failure.
criterion() {
    "$1" >"$2" 2>&1
    status=$?
    set -- "$1" "$2" $(sed -n 's/\x1b\[[0-9;]*m//g; s/.*Synthesis: Tested: \([0-9]*\) | Passing: \([0-9]*\) | Failing: \([0-9]*\) | Crashing: \([0-9]*\).*/\1 \2 \3 \4/p' "$2")
    tested=${3-0} ok=${4-0}
    bad=$((tested - ok))
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] || [ "$tested" -eq 0 ]; then
        bad=$((bad + 1))
    fi
    result="$ok $bad 0"
}

# A program or script: exit 0 passed, 77 skipped (it says why), else failed. One that prints lines
# of "pass: ..." and "FAIL: ..." is counted by them.
program() {
    "$1" >"$2" 2>&1
    status=$?
    ok=$(grep -c '^pass: ' "$2")
    bad=$(grep -c '^FAIL: ' "$2")
    case $status in
    0) result="$((ok > 0 ? ok : 1)) $bad 0" ;;
    77) result="$ok $bad 1" ;;
    *) result="$ok $((bad > 0 ? bad : 1)) 0" ;;
    esac
}

run() {
    kind=$1 path=$2
    name=$(basename "$path")
    case $path in *"$pattern"*) ;; *) return ;; esac
    log=$logs/$name.log
    start=$(date +%s)
    [ -t 1 ] && printf '%s ...\r' "$name"
    $kind "$path" "$log"
    # shellcheck disable=SC2086  # three numbers
    count "$name" "$log" $(($(date +%s) - start)) $result
}

for t in tests/test_*.c; do
    run criterion "$build/tests/$(basename "$t" .c)"
done
for t in tests/check_*.sh; do
    run program "$t"
done
for t in tests/sweep_*.c; do
    run program "$build/tests/$(basename "$t" .c)"
done
if [ $((passed + failed)) -eq 0 ]; then
    echo "no test was run"
    failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
