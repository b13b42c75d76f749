#!/bin/sh
# Grades every file in grader/adversary/attacks and demands of each: the tests of the attacked
# function score 0, the run ends by itself with a whole report, and no process is left behind.
# Once in bubblewrap where it works, once without it (limits, Landlock and seccomp alone). The table goes to
# build/attacks/table.md.
#   tests/check_attacks.sh [NAME...]       only these attacks
set -u
build=${BUILD:-build}
out=$build/attacks
runner=$build/grader/test_lab05
mkdir -p "$out"

# The tests that need apply_bf16 are those that report it missing when it is left out.
tests_of_target() {
    "$runner" --library="$out/without_target.so" --worker="$build/grader/worker/worker" \
        --quiz=/dev/null | awk '/^  FAIL/ { name = $3 } /does not define apply_bf16/ { print name }'
}

# Reads a report; prints "lost kept others total outcome": points states of the target's tests.
judge() {
    awk -v zero="$1" -v targets=" $(echo $2) " '
        /^  (ok|FAIL|todo) / {
            split($2, p, "/"); total++
            earned = p[1]; name = $3
            if (name == "") { name = $4; }
            if (name == "quiz") next
            if (zero ~ /^all/ || index(targets, " " name " ")) { if (earned + 0 > 0) kept++; else lost++ }
            else if (earned + 0 > 0) others++
            want = $1 == "FAIL" && (zero ~ /^all/ || index(targets, " " name " "))
            next
        }
        want && outcome == "" { outcome = $0; sub(/^ +/, "", outcome) }
        END { printf "%d %d %d %d %s\n", lost, kept, others, total, outcome }' "$3"
}

# One attack in one sandbox: prints its line of the table, returns 1 if a demand is not met.
attack() {
    name=$1 flag=$2 label=$3
    zero=$(sed -n 's|^// ZERO: ||p' "grader/adversary/attacks/$name.c")
    what=$(sed -n 's|^// ATTACK: ||p' "grader/adversary/attacks/$name.c")
    report=$out/$name.$label.txt
    if [ ! -e "$out/$name.so" ]; then
        echo "| $name | $what | $label | refused by the linker: all tests 0 | - |"
        return 0
    fi
    cp "$build/grader/worker/worker" "$out/$name.$label.worker"
    start=$(date +%s)
    timeout -k 5 300 "$runner" --library="$out/$name.so" --worker="$out/$name.$label.worker" \
        --quiz=/dev/null $flag >"$report" 2>&1
    status=$?
    seconds=$(($(date +%s) - start))
    left=$(find -L /proc/[0-9]*/exe -maxdepth 0 -samefile "$out/$name.$label.worker" 2>/dev/null | wc -l)
    rm -f "$out/$name.$label.worker"
    set -- $(judge "$zero" "$targets" "$report")
    lost=$1 kept=$2 others=$3 total=$4
    shift 4
    bad=
    [ "$status" -eq 0 ] || bad="$bad the runner ended with status $status;"
    [ "$kept" -eq 0 ] || bad="$bad $kept attacked tests kept points;"
    [ "$lost" -gt 0 ] || bad="$bad no attacked test was seen;"
    [ "$total" -eq "$tests" ] || bad="$bad $total of $tests tests in the report;"
    [ "$left" -eq 0 ] || bad="$bad $left processes left behind;"
    echo "| $name | $what | $label | ${bad:+FAILED:$bad }$lost tests at 0, $others others kept: $* | $seconds s |"
    [ -z "$bad" ]
}

if [ "${1-}" = --one ]; then
    targets=$4 tests=$5
    attack "$2" "$(test "$3" = without && echo --no-bubblewrap)" "$3"
    exit
fi

targets=$(tests_of_target)
tests=$("$runner" --list | wc -l)
if [ -z "$targets" ] || [ "$tests" -lt 5 ]; then
    echo "check_attacks: cannot tell which tests call apply_bf16"
    exit 1
fi
boxes=without
"$build/grader/test_lab05" --library="$out/without_target.so" --worker="$build/grader/worker/worker" \
    --quiz=/dev/null | grep -q bubblewrap+ && boxes="bubblewrap without"
names=$*
[ -n "$names" ] || names=$(cd grader/adversary/attacks && ls ./*.c | sed 's|^./||; s|\.c$||' | grep -v '^without_')
for box in $boxes; do
    for name in $names; do
        echo "$name $box"
    done
done | xargs -P "$(nproc)" -L 1 sh -c '"$0" --one "$3" "$4" "$1" "$2"' "$0" "$(echo $targets)" "$tests" >"$out/rows.md"
status=$?
{
    echo '| attack | what it tries | sandbox | outcome | time |'
    echo '|---|---|---|---|---|'
    sort "$out/rows.md"
} >"$out/table.md"
sort "$out/rows.md" | awk -F ' \\| ' '{ sub(/^\| /, "", $1)
    print (/FAILED/ ? "FAIL" : "pass") ": " $1 " (" $3 "): " $4 }'
echo "check_attacks: sandboxes tried: $boxes; table: $out/table.md"
[ "$status" -eq 0 ] && ! grep -q FAILED "$out/rows.md"
