#!/bin/sh
# finish.sh - from results to what an instructor reads and uploads. Called by autograde.sh:
#
#   finish.sh OUT LAB...
#
# OUT/exports/ for the platforms, OUT/index.html and OUT/students/ to read, OUT/jplag/ for a comparison
# of submissions, and a table on the terminal. All of it can be made again from OUT/results.
# Exit: 0 made, 1 not.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=$1
shift
status=0
grader/export/export.sh "$out" "$@" || status=1
grader/export/report/report.sh "$out" "$@" || status=1
grader/autograde/jplag.sh "$out" "$@" || status=1

find "$out/results" -name '*.json' ! -name '.*' -exec cat {} + |
    jq -n -r --arg labs "$*" -f grader/autograde/table.jq || status=1
echo
echo "results  $out/results"
echo "exports  $out/exports"
echo "report   $out/index.html"
exit $status
