#!/bin/sh
# finish.sh - from results to what an instructor reads and uploads. Called by autograde.sh:
#
#   finish.sh OUT LAB...
#
# OUT/exports/ for the platforms, OUT/index.html and OUT/students/ to read, OUT/jplag/ for a comparison
# of submissions, and a table on the terminal. All of it can be made again from OUT/results. The three
# have nothing to do with each other, so they are made side by side, and what they say is shown in turn.
# Exit: 0 made, 1 not.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=$1
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
status=0
makers='grader/export/export.sh grader/export/report/report.sh grader/autograde/jplag.sh'
for maker in $makers; do
    { "$maker" "$out" "$@" || : >"$work/failed"; } >"$work/${maker##*/}" 2>&1 &
done
wait
for maker in $makers; do
    cat "$work/${maker##*/}"
done
[ ! -e "$work/failed" ] || status=1

find "$out/results" -name '*.json' ! -name '.*' -exec cat {} + |
    jq -n -r --arg labs "$*" -f grader/autograde/table.jq || status=1
echo
echo "results  $out/results"
echo "exports  $out/exports"
echo "report   $out/index.html"
exit $status
