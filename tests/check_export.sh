#!/bin/sh
# check_export.sh - the exporters (grader/export): golden files, what each platform asks of its file,
# what students may not see, and results that are none.
# tests/golden/export holds results, and in expected/ what they are exported to;
# `UPDATE=1 tests/check_export.sh` writes expected/ anew: read what changed before you keep it.
# shellcheck disable=SC2317 # functions that check calls
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"

export_sh=$root/grader/export/export.sh
golden=$root/tests/golden/export
out=$scratch/out
options='--canvas-id lab05=6789'

# class FOLDER: the golden results as `make autograde` leaves them
class() {
    for result in "$golden"/*.json; do
        sid=$(jq -r .sid "$result")
        mkdir -p "$1/results/$sid" && cp "$result" "$1/results/$sid/lab05.json"
    done
}

# -------------------------------------------------------------------- golden files
class "$out"
# shellcheck disable=SC2086 # words
run "$export_sh" $options "$out" lab05
expect "a class is exported" 0 "lab05: 7 of 7 results" "no grade in the CSV files for twice: refused"
if [ -n "${UPDATE:-}" ]; then
    rm -rf "$golden/expected"
    cp -R "$out/exports" "$golden/expected"
fi
check "to the golden files" diff -r "$golden/expected" "$out/exports"
check "nothing else is left" test "$(ls "$out")" = "exports
results"
# shellcheck disable=SC2086 # words
run "$export_sh" $options "$out" lab05
check "again: the same bytes" diff -r "$golden/expected" "$out/exports"

# -------------------------------------------------------------------- what platforms ask
# asks FORMAT FILE: what platforms.jq finds wrong with it
asks() {
    case $1 in
    autolab) jq -Rsr -L "$root/tests" 'include "platforms"; autolab' "$2" ;;
    github) jq -Rsr -L "$root/tests" 'include "platforms"; rtrimstr("\n") | github' "$2" ;;
    canvas | moodle) jq -Rsr -L "$root/tests" -L "$root/grader/export" "include \"platforms\"; include \"student\"; csv_rows | $1" "$2" ;;
    *) jq -r -L "$root/tests" "include \"platforms\"; $1" "$2" ;;
    esac
}

accepted() {
    found=$(asks "$@" 2>&1) && [ -z "$found" ] && return
    echo "$2: $found"
    return 1
}

for format in gradescope autolab prairielearn github; do
    for file in "$out/exports/$format"/*/lab05.*; do
        sid=${file%/*}
        check "$format takes ${sid##*/}" accepted $format "$file"
    done
done
check "canvas takes its file" accepted canvas "$out/exports/canvas-lab05.csv"
check "moodle takes its file" accepted moodle "$out/exports/moodle-lab05.csv"

# Each of these checks can fail.
refused() {
    found=$(asks "$1" "$2" 2>&1) || return 0
    [ -n "$found" ]
}
spoiled() {
    # shellcheck disable=SC2016 # sed's
    for edit in 's/"score":[0-9.]*/"score":"x"/g' 's/"passed"\(:true\)\{0,1\}/"yes"/; s/"semantic"/"x"/' \
        's/"visible"/"hidden"/' 's/^/x/' 's/"text"/"html"/' 's/"max_points"/"most"/'; do
        sed "$edit" "$2" >"$scratch/spoiled"
        cmp -s "$2" "$scratch/spoiled" || refused "$1" "$scratch/spoiled" || { echo "$1 is fine with $edit"; return 1; }
    done
}
for format in gradescope autolab prairielearn github; do
    check "$format takes no spoiled file" spoiled $format "$(find "$out/exports/$format/doejane" -type f)"
done
printf 'Student,ID,SIS User ID,SIS Login ID,Section,lab05 (1)\n    Points Possible,,,,,42\n=1+1,,,,,3\n' >"$scratch/spoiled"
check "canvas's check finds a formula" refused canvas "$scratch/spoiled"
sed 's/Last modified (grade)/Last modified/' "$out/exports/moodle-lab05.csv" >"$scratch/spoiled"
check "moodle's check finds a missing column" refused moodle "$scratch/spoiled"
printf '{"version":1,"status":"pass","max_score":1,"tests":[{"name":"a","status":"pass","score":1,"max_score":1,"message":"","test_code":"x\\n ::notice::y","line_no":0}]}' | base64 -w 0 >"$scratch/spoiled"
check "github's check finds a workflow command" refused github "$scratch/spoiled"

if command -v xmllint >/dev/null 2>&1; then
    for file in "$out"/exports/junit/lab05/*.xml; do
        check "well-formed: ${file##*/}" xmllint --noout "$file"
        # junit-10.xsd of jenkinsci/xunit-plugin: the counts are attributes
        sums=$(xmllint --xpath 'concat(//testsuite/@tests = count(//testcase), //testsuite/@failures = count(//failure), //testsuite/@errors = count(//error), //testsuite/@skipped = count(//skipped))' "$file")
        check "counts: ${file##*/}" test "$sums" = truetruetruetrue
    done
else
    echo "note: xmllint is missing: JUnit files were only compared with the golden ones"
fi

# -------------------------------------------------------------------- what students may not see
# seen FOLDER: everything in it, readable
seen() {
    find "$1" -type f ! -path '*/github/*' -exec cat {} +
    find "$1" -type f -path '*/github/*' -exec sh -c 'for f; do base64 -d "$f"; done' sh {} +
}
secret='secret_rounding_ties|secret_kahan_order|ZZHIDDEN|1234567890123456789'
# shellcheck disable=SC2016 # the inner shell's
check "the results have secrets" sh -c 'cat "$1"/results/*/*.json | grep -Eq "$2"' sh "$out" "$secret"
seen "$out/exports" >"$scratch/seen"
check "the exports are read" grep -q gap_below_power_of_two "$scratch/seen"
# shellcheck disable=SC2016 # the inner shell's
check "no export has one" sh -c '! grep -E "$1" "$2"' sh "$secret" "$scratch/seen"
check "but how many failed" grep -q "1 of 2 failed (6.2 of 10 points)" "$scratch/seen"
# shellcheck disable=SC2016 # the inner shell's
check "no escape sequence and no NUL either" sh -c '! LC_ALL=C grep -a "[$(printf "\033\007\001")]\|\\\\u00[01]" "$1"' sh "$scratch/seen"

# -------------------------------------------------------------------- results that are none
# bad WHAT EDIT SAYS: the golden right.json after a jq edit is refused
bad() {
    jq "$2" "$golden/right.json" >"$scratch/bad.json" || exit 1
    run "$export_sh" --check "$scratch/bad.json"
    expect "refused: $1" 1 "is no result" "$3"
}
run "$export_sh" --check "$golden"/*.json
expect "the golden results are results" 0
bad "another schema" '.schema = 1' "result.schema is 1, not 2"
bad "no tests" 'del(.tests)' "result lacks tests"
bad "another type" '.points = "42"' "result.points is of type string"
bad "a state of its own" '.state = "fine"' "result.state is"
bad "negative points" '.tests[0].points = -1' "below 0"
bad "a path as sid" '.sid = "../x"' "does not match"
bad "a sid with a line end" '.sid = "x\n"' "does not match"
bad "no visibility" '.tests[1].visibility = "secret"' "result.tests[1].visibility"
bad "a sum that is none" '.points = 41' "points is 41"
bad "more points than there are" '.tests[0].points = 5 | .points += 1' "5 of 4 points"
bad "two tests of one name" '.tests[1].name = .tests[0].name' "two tests have one name"
bad "points, but not graded" '.state = "refused"' "not graded, but has 42"
bad "no object" '[]' "of type array"
for text in '' '{' '{} {}' nonsense '{"points": nan}'; do
    printf '%s' "$text" >"$scratch/bad.json"
    run "$export_sh" --check "$scratch/bad.json"
    expect "refused: the text '$text'" 1 "is no result"
done
sed 's/"points": 42/"points": nan/' "$golden/right.json" >"$scratch/bad.json"
run "$export_sh" --check "$scratch/bad.json"
expect "refused: NaN" 1 "is no result"

mkdir "$out/results/cut" "$out/results/old" "$out/results/other" "$out/results/a b" "$out/results/link"
head -c 300 "$golden/right.json" >"$out/results/cut/lab05.json"
jq '.schema = 1 | .sid = "old"' "$golden/right.json" >"$out/results/old/lab05.json"
cp "$golden/right.json" "$out/results/other/lab05.json"
cp "$golden/right.json" "$out/results/a b/lab05.json"
ln -s "$golden/right.json" "$out/results/link/lab05.json"
# shellcheck disable=SC2086 # words
run "$export_sh" $options "$out" lab05
expect "a class with such results" 1 "7 of 10 results" "left out: cut: it is no JSON" \
    "left out: old: result.schema is 1" "left out: other: it is the result of another student" \
    "no student's: a?b" "link: it is no file"
check "the others are exported as before" diff -r "$golden/expected" "$out/exports"

# -------------------------------------------------------------------- whole or not at all
# shellcheck disable=SC2016 # the inner shell's
run sh -c 'ulimit -f 4; "$1" "$2" lab05' sh "$export_sh" "$out"
check "where files cannot grow it fails" test "$status" -ne 0
check "and the exports are as they were" diff -r "$golden/expected" "$out/exports"
check "without a trace" test ! -e "$out/exports.new"
rm -r "$out/results/cut" "$out/results/old" "$out/results/other" "$out/results/a b" "$out/results/link"
mv "$out/exports" "$out/exports.old"
mkdir "$out/exports.new"
# shellcheck disable=SC2086 # words
run "$export_sh" $options "$out" lab05
expect "after a kill between two names" 0
check "all is there" diff -r "$golden/expected" "$out/exports"
sid=doejane
mkdir -p "$out/results/$sid" && jq '.lab = "lab06"' "$golden/right.json" >"$out/results/$sid/lab06.json"
run "$export_sh" "$out" lab06
expect "another lab" 0 "lab06: 1 of 1 results"
check "leaves the first one's exports" test -f "$out/exports/gradescope/twice/lab05.json"
rm -r "$out/results/twice"
run "$export_sh" "$out" lab05
check "a student that is gone is gone" test ! -e "$out/exports/gradescope/twice" -a ! -e "$out/exports/junit/lab05/twice.xml"
check "and the other lab still there" test -f "$out/exports/junit/lab06/$sid.xml"
run "$export_sh" "$out" lab07
expect "a lab without results" 1 "lab07: there is no result"

# -------------------------------------------------------------------- one at a time, and options
for format in gradescope autolab prairielearn github; do
    run "$export_sh" --one $format "$golden/hostile.json"
    cp "$scratch_top/output" "$scratch/one"
    check "--one $format gives the same" cmp "$scratch/one" "$golden/expected/$format"/*cmd*/lab05.*
done
run "$export_sh" --one moodle "$golden/right.json"
expect "--one moodle" 0 "Participant 4711,doejane"
run "$export_sh" --leaderboard --one gradescope "$golden/right.json"
expect "a leaderboard" 0 '"leaderboard":[{"name":"Points","value":42,"order":"desc"}]'
run "$export_sh" --autolab-problem 'lab05=Correct: all' --one autolab "$golden/right.json"
expect "a problem's name, without its colon" 0 '"scores":{"Correct all":42}'
printf '\357\273\277Student,ID,SIS User ID,SIS Login ID,Section\r\n    Points Possible,,,,\r\n"Doe, ""J"" Jane",123,00042,=jd,"S1\nx"\r\n' >"$scratch/roster.csv"
run "$export_sh" --canvas-id lab05=1 --canvas-roster "$scratch/roster.csv" --one canvas "$golden/right.json"
expect "canvas with a roster" 0 '"Doe, ""J"" Jane",123,00042,'"\"'=jd\"" ',42'
printf 'Identifier,Full name,Email address,Last modified (grade)\nParticipant 4711,Jane Doe,j@x,"Monday, 1 May"\n' >"$scratch/sheet.csv"
run "$export_sh" --moodle-worksheet "lab05=$scratch/sheet.csv" --one moodle "$golden/right.json"
expect "moodle with a worksheet" 0 'Participant 4711,Jane Doe,j@x,42,42,"Monday, 1 May",'
printf 'not really a picture' >"$scratch/loss curve.png"
run "$export_sh" --image "$scratch/loss curve.png" --one prairielearn "$golden/right.json"
expect "an image" 0 '"images":[{"label":"loss curve","url":"data:image/png;base64,bm90IHJlYWxseSBhIHBpY3R1cmU="}]'

# Too much of everything: texts shrink, then images go.
jq '.tests |= map(.output = "0123456789" * 30000 | .message = "::\n" * 3000)' "$golden/failing.json" >"$scratch/large.json"
head -c 700000 /dev/zero >"$scratch/a.png"
head -c 600000 /dev/zero >"$scratch/b.png"
run "$export_sh" --image "$scratch/a.png" --image "$scratch/b.png" --one prairielearn "$scratch/large.json"
cp "$scratch_top/output" "$scratch/one"
check "a large result fits PrairieLearn" accepted prairielearn "$scratch/one"
check "and keeps score and tests" jq -e '(.score > 0.29) and (.tests | length == 5) and (.images | length <= 1)' "$scratch/one"
run "$export_sh" --image "$scratch/b.png" --one prairielearn "$scratch/large.json"
cp "$scratch_top/output" "$scratch/one"
check "texts are cut before images go" jq -e '(.images | length == 1) and (.tests[0].output | contains("[cut here: "))' "$scratch/one"
jq '.tests = [range(40) as $i | .tests[0] | .name = "t\($i)" | .points = 0 | .message = "m" * 1000 | .output = "o" * 1000]
    | .points = 0 | .max_points = 160 | .flaky = []' "$golden/failing.json" >"$scratch/large.json"
run "$export_sh" --one github "$scratch/large.json"
cp "$scratch_top/output" "$scratch/one"
check "a large result fits the environment" accepted github "$scratch/one"
run "$export_sh" --check "$scratch/no such file"
expect "a missing result" 1 "there is no file"
run "$export_sh" --one pdf "$golden/right.json"
expect "an unknown format" 2 "there is no format pdf"
run "$export_sh" --canvas-id lab05=x1 "$out" lab05
expect "an id that is none" 2 "numbers"
run "$export_sh" "$out" ../lab05
expect "a lab that is none" 2 "is no lab"
run "$export_sh" "$scratch" lab05
expect "a folder without results" 1 "has no results"
run "$export_sh" "$out"
expect "no lab" 2 "export.sh"
finish
