#!/bin/sh
# check_progress.sh - tools/progress.sh: points and hints of every lab, what is stale, and what to type
# next, in a tree of its own with results made by hand; and what the Makefile says to wrong names.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/shell.sh"
unset NO_COLOR
tree="$scratch/tree"
mkdir -p "$tree/tools" "$tree/build/grader" "$tree/build/results"
cp "$root/tools/progress.sh" "$root/tools/hint.sh" "$tree/tools/"
cd "$tree" || exit 1
for lab in lab71 lab72; do
    folder=labs/${lab}_sample
    mkdir -p $folder
    echo "# Lab ${lab#lab}: the title of $lab" >$folder/README.md
    printf '## one: t\n1. A.\n2. B.\n3. C.\n## two: t\n1. A.\n2. B.\n3. C.\n' >$folder/hints.md
    echo "int $lab;" >$folder/$lab.c
    echo 'q1 =' >$folder/quiz.txt
    echo "hash of $lab" >build/grader/$lab.hash
done
: >labs/lab72_sample/lab72.cu

grade() { # LAB POINTS: as make grade would; two tests of 50 points
    files=$(cd "labs/$1_sample" && sha256sum "$1.c" "$1.cu" quiz.txt 2>/dev/null)
    jq -n --arg lab "$1" --argjson points "$2" --arg files "$files" --arg hash "$(cat "build/grader/$1.hash")" '
        { schema: 1, lab: $lab, points: $points, max_points: 100, tests_sha256: $hash,
          files: ($files | split("\n") | map(split("  ") | { key: .[1], value: .[0] }) | from_entries),
          tests: [{ name: "one", status: (if $points >= 50 then "passed" else "failed" end) },
                  { name: "two", status: (if $points >= 100 then "passed" else "not implemented" end) }] }' \
        >"build/results/$1.json"
}
next_is() {
    run tools/progress.sh
    expect "$1" 0 "next: $2"
}
not_stale() {
    ! tools/progress.sh | grep stale
}

run tools/progress.sh
expect "nothing graded yet: every lab, and where to begin" 0 "lab71  ....................  not graded" \
    "the title of lab71" "lab72  ...................." "next: make watch LAB=lab71"
echo lab72 >build/last-lab
next_is "the lab built last is the one to go on with" "make watch LAB=lab72"
grade lab72 50
run tools/progress.sh
expect "a graded lab has its points" 0 "lab72  ##########..........      50 of 100" "next: make watch LAB=lab72"
check "nothing is stale" not_stale
tools/hint.sh lab72 one >/dev/null
tools/hint.sh lab72 one >/dev/null
tools/hint.sh lab72 two >/dev/null
run tools/progress.sh
expect "and the hints that were opened" 0 "50 of 100     3 hints"
run tools/progress.sh --json
expect "as JSON, too" 0 '"hints":{"one":2,"two":1}' '"open":["two"]' '{"next":"make watch LAB=lab72"}'

for file in lab72.c lab72.cu quiz.txt; do
    cp -p labs/lab72_sample/$file "$scratch/kept"
    touch labs/lab72_sample/$file
    check "$file that was only touched is no other" not_stale
    echo '// more' >>labs/lab72_sample/$file
    run tools/progress.sh
    expect "$file changed: stale" 0 "stale: $file changed since it was graded" "next: make lab72 grade"
    mv "$scratch/kept" labs/lab72_sample/$file
    check "$file as it was: not stale" not_stale
done
rm labs/lab72_sample/quiz.txt
run tools/progress.sh --changed lab72
expect "a file that is gone has changed" 0 quiz.txt
echo 'q1 =' >labs/lab72_sample/quiz.txt
echo "new tests" >build/grader/lab72.hash
run tools/progress.sh
expect "other tests: stale" 0 "stale: the tests changed"

grade lab72 100
next_is "full marks: its curves" "make run LAB=lab72 && make plot LAB=lab72"
mkdir -p build/runs/lab72 && : >build/runs/lab72/loss.csv
next_is "then the next lab that is not finished" "make watch LAB=lab71"
grade lab71 0
run tools/progress.sh
expect "a lab with no point yet" 0 "lab71  ....................      0 of 100"
grade lab71 100
next_is "when all is done: the report" "make report"
for broken in '' '{"schema":1,"poi' 7 '{"tests":7,"points":1}' '{"tests":[]}'; do
    printf '%s' "$broken" >build/results/lab71.json
    run tools/progress.sh
    expect "a result like \"$broken\" is none" 0 "lab71  ....................  not graded"
done
run tools/progress.sh --what
expect "wrong usage" 2 "usage:"

# -------------------------------------------------------------------- make reset
# What stubs.sh does is in check_stubs.sh; here is what make asks it for.
cd "$root" || exit 1
run make reset
expect "reset without a lab refuses, and says what to type" 2 "say which lab: \`make reset LAB="
run make lab05 reset
expect "nor does it take the lab that was built" 2 "say which lab: \`make reset LAB=lab05"
run make reset LAB=all
expect "nor all of them" 2 "say which lab"
run make -n reset LAB=lab05
expect "it replaces that lab's files and no other's" 0 "FORCE=1 tools/stubs.sh lab05"
run make hint LAB=all
expect "a hint is for one lab" 2 "hint takes one lab"
run make lab5
expect "lab5 is no lab, but lab05 is" 2 "there is no lab5 (did you mean lab05?)"
run make lab05_master_weights
expect "the folder is no lab either" 2 "did you mean lab05?"
run make grades
expect "a goal that there is not" 2 "There is no \`make grades\`: \`make help\` lists what there is."
run make grade LAB=5
expect "nor is 5" 2 "there is no LAB=5 (did you mean lab05?)"
mkdir "$scratch/bare" && ln -s "$(command -v dirname)" "$scratch/bare/"
run env PATH="$scratch/bare" tools/progress.sh
expect "without jq it says so, once" 1 "there is no jq"
finish
