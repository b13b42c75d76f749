#!/bin/sh
# progress.sh - how far each lab is: points, hints opened, whether the last grade still holds, and what
# to type next. Called by `make progress`, and by what else wants to know; run it from anywhere.
#
#   tools/progress.sh                  for people
#   tools/progress.sh --json           the same as JSON, a line a lab, and last {"next": ...}
#   tools/progress.sh --next           only what to type next
#   tools/progress.sh --changed LAB    what changed since LAB was graded, a line each
#
# Reads build/results/labNN.json (what `make grade` wrote), build/hints/labNN and build/runs/labNN, the
# students' files and the hashes of the tests. A file counts as changed when it is not, to the byte,
# the one that was graded.
# Exit: 0 done, 1 there is no jq, 2 wrong usage.
set -u

cd "$(dirname "$0")/.." || exit 1
command -v jq >/dev/null || { echo "progress: there is no jq, which reads the results: \`make deps\` installs it" >&2; exit 1; }
hashes=build/grader
[ ! -d prebuilt ] || hashes=prebuilt/grader

# Eight texts a lab, with a byte behind each that no text has.
facts() {
    for folder in labs/lab[0-9][0-9]_*/; do
        lab=${folder#labs/}
        lab=${lab%%_*}
        result=build/results/$lab.json
        printf '%s\037' "$lab" "$(sed -n 's/^# Lab [0-9]*: *//p' "$folder/README.md")" \
            "$(cd "$folder" && sha256sum "$lab.c" "$lab.cu" quiz.txt)" "$(cat "$hashes/$lab.hash")" \
            "$(tools/hint.sh --opened "$lab")" "$(ls "build/runs/$lab")" \
            "$(date -r "$result" '+%Y-%m-%d %H:%M')" "$(tr -d '\000\037' <"$result")"
    done 2>/dev/null # what is not there is an empty text
}

# Where the learner is: the lab built last, else the first that is not finished. It is left when it has
# all points and its curves were drawn.
all_labs() {
    facts | jq -Rsc --arg last "$(cat build/last-lab 2>/dev/null)" '
        def pairs($key; $value): split("\n") | map(select(. != "") | split("  *"; "") | { key: .[$key], value: .[$value] }) | from_entries;
        def result: try fromjson catch null | select((.tests | type) == "array" and (.points | type) == "number")? // null;
        def one_lab:
          . as [$lab, $title, $files, $tests, $hints, $curves, $graded, $text]
          | ($text | result) as $r | ($files | pairs(1; 0)) as $now | ($r.files // {}) as $before
          | { $lab, $title, points: $r.points, max_points: ($r.max_points // 100),
              graded: (if $r then $graded else null end),
              changed: (if $r then [($now + $before | keys[] | select($now[.] != $before[.])),
                  if $tests != $r.tests_sha256 then "the tests" else empty end] else [] end),
              open: ($r.tests // [] | map(select(.status != "passed") | .name)),
              hints: ($hints | pairs(0; 1) | map_values(tonumber)),
              curves: ($curves != "") };
        def finished: .graded != null and .open == [] and .changed == [];
        def step:
          if .graded == null then "make watch LAB=\(.lab)"
          elif .changed != [] then "make \(.lab) grade"
          elif .open != [] then "make watch LAB=\(.lab)"
          else "make run LAB=\(.lab) && make plot LAB=\(.lab)" end;
        split("\u001f") | [range(0; length - 1; 8) as $i | .[$i:$i + 8] | one_lab]
        | (map(select(.lab == $last)) + . | map(select(finished and (.curves or .lab != $last) | not))[0]) as $at
        | .[], { next: (if $at then $at | step else "make report" end) }'
}

# For people; BOLD and the others are empty where nobody sees colours.
table() {
    jq -rs --arg bold "$bold" --arg dim "$dim" --arg warn "$warn" --arg plain "$plain" '
        def times($n): . * $n // ""; # jq says null to no times
        def left($n): tostring | . + (" " | times($n - length));
        def right($n): tostring | (" " | times($n - length)) + .;
        def rounded: . * 100 | round / 100;
        def hints: add // 0 | if . == 0 then "" elif . == 1 then "1 hint" else "\(.) hints" end;
        .[:-1][]
        | ((.points // 0) / ([.max_points, 1] | max) * 20 | floor) as $filled
        | "\($bold)\(.lab)\($plain)  \("#" | times($filled))\($dim)\("." | times(20 - $filled))\($plain)  "
          + (if .graded then "\(.points | rounded | right(5)) of \(.max_points | left(4))" else "not graded   " end)
          + "  \(.hints | hints | left(9))  \(.title)"
          + (if .changed != [] then "\n       \($warn)stale: \(.changed | join(", ")) changed since it was graded\($plain)" else "" end)'
}

bold='' dim='' warn='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') warn=$(printf '\033[33m') plain=$(printf '\033[0m')
fi
case "$#${1:-}" in
0)
    all=$(all_labs)
    printf '%s\n' "$all" | table
    printf '\nnext: %s\n' "$(printf '%s\n' "$all" | jq -r '.next // empty')"
    ;;
1--json) all_labs ;;
1--next) all_labs | jq -r '.next // empty' ;;
2--changed) all_labs | jq -r --arg lab "$2" 'select(.lab == $lab) | .changed[]' ;;
*)
    echo "usage: tools/progress.sh [--json | --next | --changed LAB]" >&2
    exit 2
    ;;
esac
