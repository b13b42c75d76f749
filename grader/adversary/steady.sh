#!/bin/sh
# steady.sh - does a grade depend on anything but the work? Grades the model solutions under many seeds, twice as
# many at a time as there are cores, so that they are in each other's way. Called by trust.sh; run it from anywhere:
#
#   grader/adversary/steady.sh [-n RUNS] [LAB...]     RUNS (50) of each lab, under the seeds 1, 2, 3, ...
#   grader/adversary/steady.sh -b [-n RUNS] [LAB...]  the same by `make -j labNN && make -j grade` in a handout, built
#                                                     anew for each, one a core at a time beside as many busy loops
#
# A run that does not give all points, or takes a minute, is a flake. Prints a line "pass: ..." or "FAIL: ..." for
# each lab, and for every flake what was lost; writes build/trust/steady.tsv: lab, runs, flakes.
# Exit: 0 no flake, 1 one, 2 wrong usage.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
runs=50 how=by_runner
while getopts bn: option; do
    case $option in
    b) how=by_make ;;
    n) runs=$OPTARG ;;
    *) runs= ;;
    esac
    case $runs in *[!0-9]* | '' | 0)
        sed -n 's/^#   \(grader.*\)/usage: \1/p' "$0" >&2
        exit 2 ;;
    esac
done
shift $((OPTIND - 1))
unset LAB SOLUTION TEST SEED STRICT DIRECT SAN GPU V MAKELEVEL MFLAGS MAKEFLAGS
[ $# -gt 0 ] || set -- $(cd labs && ls -d lab[0-9][0-9]_* | cut -c1-5)
cores=$(nproc)
work=$(mktemp -d) || exit 1
busy=
trap 'rm -rf -- "$work"; [ -z "$busy" ] || kill $busy' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
goals=
for lab; do goals="$goals build/solutions/$lab.so build/grader/test_$lab"; done
# shellcheck disable=SC2086 # words
make --no-print-directory -j"$cores" SOLUTION=1 LAB=all $goals build/grader/worker/worker autograde-programs \
    >"$work/make" 2>&1 || {
    cat "$work/make" >&2
    exit 1
}

# Both print what a run said if it did not give all points; their number and the lab come as $1 and $2.
cat >"$work/by_runner" <<'RUN'
[ $(($1 % 2)) -eq 0 ] && jobs=1 || jobs=4
timeout 60 build/grader/test_"$2" --library=build/solutions/"$2".so --worker=build/grader/worker/worker \
    --quiz="$(echo solutions/"$2"_*/quiz.txt)" --seed="$1" --jobs=$jobs --strict >"$WORK/said.$1" 2>&1 ||
    { echo "seed $1: exit status $?" && cat "$WORK/said.$1"; }
rm -f "$WORK/said.$1"
RUN
cat >"$work/by_make" <<'RUN'
touch "$WORK/tree$SLOT/labs/$2"_*/"$2".c*
(cd "$WORK/tree$SLOT" && timeout 60 make -j "$2" && timeout 60 make -j grade SEED="$1" STRICT=1) >"$WORK/said.$1" 2>&1 ||
    { echo "run $1: exit status $?" && cat "$WORK/said.$1"; }
rm -f "$WORK/said.$1"
RUN
at_a_time=$((2 * cores))
if [ $how = by_make ]; then
    at_a_time=$cores
    for slot in $(seq 0 $((cores - 1))); do
        cp -Rp "$(ls -d build/autograde/lab01-*/lowp-handout)" "$work/tree$slot" || exit 1
        for lab; do
            cp solutions/"$lab"_*/* "$work/tree$slot"/labs/"$lab"_*/ || exit 1
        done
        while :; do :; done &
        busy="$busy $!"
    done
fi

status=0
mkdir -p build/trust
: >"$work/table"
for lab; do
    seq "$runs" | WORK=$work xargs -P $at_a_time --process-slot-var=SLOT -I {} sh "$work/$how" {} "$lab" >"$work/flakes" 2>&1
    flakes=$(grep -cE '^(seed|run) [0-9]+: exit status' "$work/flakes")
    verdict=pass
    [ "$flakes" -eq 0 ] && [ ! -s "$work/flakes" ] || verdict=FAIL status=1
    echo "$verdict: $lab: $runs runs, $flakes flakes"
    sed 's/^/    | /' "$work/flakes"
    printf '%s\t%d\t%d\n' "$lab" "$runs" "$flakes" >>"$work/table"
done
[ $how = by_make ] || cp "$work/table" build/trust/steady.tsv
exit $status
