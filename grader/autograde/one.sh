#!/bin/sh
# one.sh - grades one lab of one student, once. Called for each by the engines, on whichever machine:
#
#   one.sh OUT SID LAB             grades it
#   one.sh OUT SID LAB give-up     only says that it could not be graded; the next run tries again
#
# The settings of the run come from OUT/.work/settings (autograde.sh). What is there already is kept
# if nothing that it came from has changed. Prints a line: SID, LAB, points, what became of it, with
# tabs between them. The result is OUT/results/SID/LAB.json, whole or not at all: its text depends on
# the student's files, the tests and the seed, and on no clock, path or neighbour. Times go to
# OUT/times/SID/LAB.json.
# Exit: 0 there is a result, 1 there is none (it says why on stderr), 2 wrong usage.
set -u
umask 022
if [ $# -lt 3 ]; then
    echo "usage: grader/autograde/one.sh OUT SID LAB [give-up]" >&2
    exit 2
fi
out=$1 sid=$2 lab=$3 give_up=${4-}
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=/dev/null
. "$out/.work/settings" || exit 1
here=grader/autograde

# GNU parallel numbers its places, and each keeps to one core: a test and its sandbox talk all the time,
# and across two cores that costs a twentieth more (make bench-class).
if [ -n "${PARALLEL_JOBSLOT:-}" ]; then
    # shellcheck disable=SC2046 # numbers
    set -- $(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | awk -F - '{ for (i = $1; i <= $NF; i++) print i }')
    [ $# -eq 0 ] || shift $(((PARALLEL_JOBSLOT - 1) % $#))
    [ $# -eq 0 ] || taskset -cp "$1" $$ >/dev/null
fi

row=$out/submissions/$sid/row.json
files=$out/submissions/$sid/$lab
result=$out/results/$sid/$lab.json
times=$out/times/$sid/$lab.json

fail() {
    printf '%s, %s: %s\n' "$sid" "$lab" "$*" >&2
    exit 1
}

# The two parts of a result's text that are read back without a JSON reader: a line each.
field() {
    sed -n 's/^  "'"$1"'": "\{0,1\}\([^"]*\)"\{0,1\},$/\1/p' "$2" | head -n 1
}

say() {
    printf '%s\t%s\t%s of %s\t%s%s\n' "$sid" "$lab" "$(field points "$result")" \
        "$(field max_points "$result")" "$(field state "$result")" "$1"
}

# --- is it done already? ---
mkdir -p "$files" # a lab of which nothing was handed in
submitted=$(cd "$files" && for name in "$lab.c" "$lab.cu" quiz.txt; do
    [ ! -f "$name" ] || sha256sum "$name"
done)
fingerprint=$({
    cat "$row" "$out/.work/context.$lab"
    printf '%s\n' "$submitted"
} | sha256sum | cut -d' ' -f1)
if [ -f "$result" ] && [ "$(field fingerprint "$result")" = "$fingerprint" ]; then
    say ", kept"
    exit 0
fi

# --- a folder of its own, gone at the end: a run that was killed and its successor may overlap ---
work=$(mktemp -d "$out/.work/$sid.$lab.XXXXXX") || fail "no folder to work in: is the disk full?"
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
hash=$(cat "build/grader/$lab.hash") || fail "no tests of $lab"
seed=$(build/grader/autograde/seed "$KEY" "$sid" "$lab") || fail "no seed"
printf '%s\n' "$submitted" >"$work/submitted"
: >"$work/public" && : >"$work/hidden" && : >"$work/log" || fail "cannot write: is the disk full?"
start=$(date +%s%N)

# text_of FILE: what a compiler said, as text that any page or terminal can show, and the same every time.
# The end of it: warnings come before what stopped it.
text_of() {
    tail -c 20000 "$1" | LC_ALL=C sed "s/\xe2\x80[\x98\x99]/'/g; s|/tmp/cc[A-Za-z0-9]*|/tmp/cc|g" |
        LC_ALL=C tr -c '\n\t -~' '?' | grep -v '^make: ' | tail -n 40 | tail -c 4000
}

build() {
    mkdir "$work/out"
    DEVICE="$device" $here/build.sh "$TREE" "$files" "$lab" "$work/out" >"$work/log" 2>&1
    case $? in
    0) state=graded ;;
    1) state='compile error' ;;
    *)
        cat "$work/log" >&2
        fail "the compiler's sandbox does not work"
        ;;
    esac
    built=$(date +%s%N)
}

# run_tests WHICH [NAMES]: the public or the hidden tests, all or those with these names; their
# result goes behind those of earlier runs.
run_tests() {
    runner=build/grader/test_$lab
    [ "$1" = public ] || runner=$HIDDEN_RUNNERS/test_$lab
    [ -x "$runner" ] || return 0
    quiz=$files/quiz.txt
    [ -f "$quiz" ] || quiz=$(echo "$TREE"/labs/"$lab"_*/quiz.txt)
    set -- "$1" ${2:+"--again=$2"} ${UNSANDBOXED:+--no-bubblewrap} \
        ${device:+"--gpu-library=$work/out/labs/${lab}_gpu.so"} ${device:+"--gpu-name=$device"}
    which=$1
    shift
    timeout -k 5 900 "$runner" --library="$work/out/labs/$lab.so" \
        --worker=build/grader/worker/worker --quiz="$quiz" --hash="$hash" --seed="$seed" --fork \
        --out="$work/run.json" "$@" >"$work/report" 2>&1 || {
        cat "$work/report" >&2
        fail "the $which tests did not run to their end"
    }
    cat "$work/run.json" >>"$work/$which" && rm -f "$work/run.json"
}

# What failed is run once more under the same seed, and if that came out otherwise, a third time. An
# endless loop comes out the same: one of them is enough.
run_again() {
    for which in public hidden; do
        for attempt in 2 3; do
            [ -s "$work/$which" ] || continue
            names=$(jq -n -r -f $here/again.jq --argjson attempt $attempt "$work/$which") ||
                fail "jq failed"
            [ -z "$names" ] || run_tests "$which" "$names"
        done
    done
}

device=
problem=$(jq -r '.problem // ""' "$row") || fail "$row cannot be read"
if [ -n "$give_up" ]; then
    fingerprint=none
    state='grader error' message='the grader failed, twice; this is not the fault of what was handed in'
elif [ -n "$problem" ]; then
    state=refused message=$problem
elif [ -z "$submitted" ]; then
    state='nothing submitted' message="nothing of $lab was handed in"
else
    message=
    [ "$GPU" = 0 ] || [ -z "$(ls -d labs/"$lab"_*/launch.cu 2>/dev/null)" ] ||
        device=$(tools/device.sh auto "$NVCC" "$work/device_probe")
    build
    if [ "$state" = graded ]; then
        run_tests public
        run_tests hidden
        run_again
    else
        message=$(text_of "$work/log")
    fi
fi
[ "$state" != graded ] || [ ! -f "$work/out/labs/$lab.cu.checked.refused" ] || refused=$(text_of "$work/log")

# keep FILE PATH [sync]: in PATH's folder first, under a name of its own, so that the last step is one.
keep() {
    mkdir -p "${2%/*}" && temporary=$(mktemp "${2%/*}/.new.XXXXXX") || fail "cannot write ${2%/*}: is the disk full?"
    if ! { cat "$1" >"$temporary" && chmod 644 "$temporary" && ${3-true} "$temporary" &&
        mv -f "$temporary" "$2"; }; then
        rm -f -- "$temporary"
        fail "cannot write $2: is the disk full?"
    fi
}

# draw: the student's curves, for the page and for no points; what they hold is the student's word.
draw() {
    mkdir "$work/drawn" && $here/build.sh "$TREE" "$files" "$lab" "$work/drawn" curves >"$work/log" 2>&1 || return 0
    while read -r name data; do
        printf '%s' "$data" | base64 -d >"$work/figure" && keep "$work/figure" "$out/curves/$sid/$lab/$name"
    done <"$work/drawn/figures"
}

# --- the result: written, synced, and then named ---
jq -n -f $here/result.jq --arg sid "$sid" --arg lab "$lab" --arg seed "$seed" --arg state "$state" \
    --arg message "$message" --arg refused "${refused-}" --arg fingerprint "$fingerprint" --arg hash "$hash" \
    --slurpfile row "$row" --slurpfile tests "$out/.work/tests.$lab.json" \
    --slurpfile public "$work/public" --slurpfile hidden "$work/hidden" \
    --rawfile submitted "$work/submitted" >"$work/result.json" || fail "the result cannot be put together"
end=$(date +%s%N)
times >"$work/times"
cpu=$(awk '
    NR == 2 { split($1, user, /[ms]/); split($2, kernel, /[ms]/); print (user[1] + kernel[1]) * 60 + user[2] + kernel[2] }
    ' "$work/times")
jq -n --argjson wall $(((end - start) / 1000000)) --argjson cpu "$cpu" \
    --argjson compile $((((${built:-$start}) - start) / 1000000)) \
    --slurpfile public "$work/public" --slurpfile hidden "$work/hidden" \
    'def duration: [., 0] | max / 1000; # somebody may set the clock back
     {wall_s: ($wall | duration), cpu_s: $cpu, compile_s: ($compile | duration),
      tests: ([($public[0], $hidden[0]) | select(.).tests[] | {key: .name, value: .seconds}] | from_entries)}' \
    >"$work/times.json" || fail "the times cannot be put together"

rm -rf -- "$out/curves/$sid/$lab"
[ -z "$CURVES" ] || [ "$state" != graded ] || draw
keep "$work/times.json" "$times"
keep "$work/result.json" "$result" sync
say ''
